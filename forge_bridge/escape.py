"""Text of strangers, made harmless before it stands in what we write on the forge.

A project's words must neither command (a line that begins with "/"), call (@somebody), refer
(#12, !12, ~label, a commit, an address), nor be Markdown or HTML. Kept to one line that never
stands first, each sign that could act is escaped, and parted from what follows by a joiner that
does not show. https://docs.gitlab.com/user/markdown/
"""

from __future__ import annotations

import re
import unicodedata

#: Shows nothing and takes no room, but is no letter: "@", this and a name call nobody.
JOINER = "\u2060"

#: Where GitLab begins to call, refer or link: after these signs, when something stands there; an
#: issue may be GL-12 too, and a commit seven digits and letters.
CALLING = re.compile(
    r"[@#!%&~$^:](?=\S)|[\[{](?=[\[+-])|www(?=\.)|\bGL-(?=\d)|[0-9a-f]{6}(?=[0-9a-f])",
    re.IGNORECASE,
)

#: Signs that mean something to Markdown or HTML anywhere in a line.
MARKUP = re.compile(r"[\\`*_{}\[\]<>|@#!%&~$^]")


def escape(text: str, limit: int = 160) -> str:
    """A text as one line of Markdown that shows it and does nothing else."""
    parted = CALLING.sub(rf"\g<0>{JOINER}", one_line(text, limit))
    return MARKUP.sub(r"\\\g<0>", parted)


def one_line(text: str, limit: int = 160) -> str:
    """A text on one line, without signs that do not show, cut where it gets long."""
    line = " ".join("".join(map(_visible, text[: 4 * limit])).split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _visible(sign: str) -> str:
    """Line ends and controls become spaces; marks of direction and halves of signs vanish."""
    category = unicodedata.category(sign)
    if category in ("Cf", "Cs", "Co", "Cn"):
        return ""
    return " " if category[0] in "CZ" else sign
