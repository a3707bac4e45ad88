"""Any Record at all, for properties: made from the type hints of record.py."""

import types
from typing import Any, Union, get_args, get_origin

from hypothesis import strategies as st

from metadata.record import Record
from metadata.recordjson import is_model, members

#: Words of notices, and what breaks naive writers.
TEXTS = st.sampled_from(
    [
        "Fractions",
        "œuvre d’été",
        "6e",
        "non",
        "1_000",
        "a : b",
        "l'école",
        '"',
        "- x",
        "# y",
        "é\n\nè",
    ]
) | st.text(max_size=12)


def any_records() -> st.SearchStrategy[Record]:
    """Records with a few fields said, some of them strange."""
    return values(Record)


def values(hint: Any) -> st.SearchStrategy[Any]:
    """What a field with this type hint may hold."""
    if get_origin(hint) in (Union, types.UnionType):
        (inside,) = (kind for kind in get_args(hint) if kind is not type(None))
        return st.none() | values(inside)
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=2).map(tuple)
    if is_model(hint):
        return st.builds(hint, **{member.name: values(member.hint) for member in members(hint)})
    return {str: TEXTS, int: st.integers(-(10**17), 10**17), bool: st.booleans()}[hint]
