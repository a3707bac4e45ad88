"""Work out which concepts of voc-015 each discipline of disciplines.toml covers.

    python tasks/discipline_cover.py            write metadata/vocabularies/discipline-cover.json
    python tasks/discipline_cover.py --show N   also print N members of each, to be read by eye

Run after a change of disciplines.toml or a newer release of the vocabularies.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from metadata.vocabulary import CONCEPT, SUBJECTS, Concept, Vocabularies, data, key_of, scolomfr

PREFIX = f"{CONCEPT}scolomfr-voc-015-num-"
COVER = ROOT / "metadata" / "vocabularies" / "discipline-cover.json"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--show", type=int, default=0, metavar="N")
    wanted = options.parse_args()
    cover = cover_of(tomllib.loads(data("disciplines.toml").decode()), scolomfr())
    COVER.write_text(text_of(cover), encoding="utf-8")
    print_statistics(cover, scolomfr(), wanted.show)


def cover_of(table: Mapping[str, Mapping[str, Any]], known: Vocabularies) -> dict[str, list[int]]:
    """The numbers of the concepts of each discipline, in the order of the table."""
    labels = [(concept.uri, key_of(concept.label)) for concept in subjects(known)]
    said = [(uri, label, context_of(label)) for uri, label in labels]
    own = {key: set(_own(row, said, known)) for key, row in table.items()}
    for key in reversed([*table]):  # children before their parents, at every depth
        if parent := table[key].get("parent"):
            own[parent] |= own[key]
    return {key: sorted(map(number_of, uris)) for key, uris in own.items()}


def subjects(known: Vocabularies) -> tuple[Concept, ...]:
    return known.members(SUBJECTS)


def _own(
    row: Mapping[str, Any], said: Sequence[tuple[str, str, str]], known: Vocabularies
) -> Iterator[str]:
    whole = _matching(row.get("label_matches", ()), {label for _, label, _ in said})
    inside = _matching(row.get("context_matches", ()), {context for _, _, context in said})
    without = {uri_of(number) for number in row.get("without", ())}
    waiting = [uri_of(number) for number in row.get("under", ())]
    waiting += [uri for uri, label, context in said if label in whole or context in inside]
    seen = set(without)
    while waiting:
        uri = waiting.pop()
        concept = known.concept(uri)
        if uri in seen or concept is None:
            continue
        seen.add(uri)
        waiting += known.narrower(uri)
        if concept.collection:
            waiting += concept.members
        else:
            yield uri


def _matching(patterns: Iterable[str], texts: Iterable[str]) -> set[str]:
    tried = [re.compile(pattern) for pattern in patterns]
    return {text for text in texts if any(pattern.search(text) for pattern in tried)}


def context_of(label: str) -> str:
    """What stands in the last parentheses, those within them included; "" when none end the label."""
    depth, closed = 0, label.endswith(")")
    for place in range(len(label) - 1, -1, -1):
        depth += (label[place] == ")") - (label[place] == "(")
        # Some labels open more parentheses than they close.
        if depth < 0 or (depth == 0 and closed):
            return label[place + 1 :].rstrip(" )")
    # And some close more than they open.
    return label.partition("(")[2].rstrip(" )") if closed else ""


def uri_of(number: int) -> str:
    return f"{PREFIX}{number:03d}"


def number_of(uri: str) -> int:
    return int(uri.removeprefix(PREFIX))


def text_of(cover: Mapping[str, list[int]]) -> str:
    """One discipline a line, runs of numbers as [first, last]: a change shows where it is."""
    rows = (f"  {json.dumps(key)}: {json.dumps(runs(numbers))}" for key, numbers in cover.items())
    return "{\n" + ",\n".join(rows) + "\n}\n"


def runs(numbers: Iterable[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def print_statistics(cover: Mapping[str, list[int]], known: Vocabularies, show: int) -> None:
    everything = {number_of(concept.uri): concept for concept in subjects(known)}
    covered = {number for numbers in cover.values() for number in numbers}
    tops = [c for c in everything.values() if not c.broader and not known.narrower(c.uri)]
    lone = {number_of(c.uri) for c in tops if "(" not in c.label} - covered
    print(f"{len(covered)} des {len(everything)} concepts ont au moins une discipline")
    print(f"{len(lone)} des autres ne disent la leur ni par leur place ni par leur libellé")
    chance = random.Random(len(covered))
    for key, numbers in cover.items():
        print(f"{len(numbers):6} {key}")
        for number in sorted(chance.sample(numbers, min(show, len(numbers)))):
            print(f"         {number:6} {everything[number].label}")


if __name__ == "__main__":
    main()
