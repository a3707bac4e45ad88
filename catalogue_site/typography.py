"""French typography for a page already rendered: spaces, apostrophes and ellipses.

Idempotent; leaves alone tags, attributes, code and whatever is marked as another language.
Rules: Lexique des règles typographiques en usage à l’Imprimerie nationale.
"""

from __future__ import annotations

import re

NBSP, THIN = "\u00a0", "\u202f"
SPACES = f"[ {NBSP}{THIN}]"

MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"

UNTOUCHED = re.compile(
    r"<(script|style|pre|code|textarea|kbd|samp)\b.*?</\1>"
    r"|<(\w+)[^>]*\blang=\"(?!fr)[^>]*>.*?</\2>"
    r"|<!--.*?-->|<[^>]+>",
    re.DOTALL | re.IGNORECASE,
)

RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?<=\w)(?:'|&#39;)(?=\w)", "’"),
        (r"\.\.\.", "…"),
        (rf"«{SPACES}*", f"«{NBSP}"),
        (rf"(?<!{SPACES}){SPACES}*»", f"{NBSP}»"),
        # Not after « &#39 » and the like: that semicolon belongs to a character reference.
        (rf"(?<=[\w»)\]%…’]){SPACES}+([;!?])", rf"{THIN}\1"),
        (rf"(?<=[\w»)\]%…]){SPACES}+:(?!/)", f"{NBSP}:"),
        (rf"(\d){SPACES}(?=\d{{3}}\b)", rf"\1{THIN}"),
        (
            r"(\d) (?=(?:€|%|min|h|s|ko|Mo|Go|km|cm|mm|m|kg|g|ans|séances?|ressources?|pages?)\b|€|%)",
            rf"\1{NBSP}",
        ),
        (
            r"\b([Cc]ycle|[Cc]lasse de|[Pp]age|[Vv]ersion|n°|M\.|Mme|p\.) (?=\d|[A-ZÉ])",
            rf"\1{NBSP}",
        ),
        (r"\b(CC) (BY|0)\b", rf"\1{NBSP}\2"),
        (r"\b(BY(?:[-\u2011](?:SA|NC|ND))*) (?=\d)", rf"\1{NBSP}"),
        (r"\b(BY|NC)-(?=SA|NC|ND)", "\\1\u2011"),
        (
            rf"\b(\d{{1,2}}|1er) (?=(?:{MONTHS})\b)",
            rf"\1{NBSP}",
        ),
    )
)


def text(words: str) -> str:
    """Set a run of French text as a printer would."""
    if not words.isspace():
        for pattern, replacement in RULES:
            words = pattern.sub(replacement, words)
    return words


def page(html: str) -> str:
    """Set the French text of an HTML page; everything that is not French text stays as it is."""
    done, start = [], 0
    for tag in UNTOUCHED.finditer(html):
        done += [text(html[start : tag.start()]), tag.group(0)]
        start = tag.end()
    done.append(text(html[start:]))
    return "".join(done)
