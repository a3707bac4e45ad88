"""French typography for a page already rendered: spaces, apostrophes and ellipses.

Idempotent; leaves alone tags, attributes, code and whatever is marked as another language.
Rules: Lexique des règles typographiques en usage à l’Imprimerie nationale.
"""

from __future__ import annotations

import re

NBSP, THIN = "\u00a0", "\u202f"
SPACES = f"[ {NBSP}{THIN}]"

QUOTE = r"(?:\"|&#34;|&quot;)"

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
        (rf"{QUOTE}(\w[^\"<>&]*){QUOTE}", r"«\1»"),
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


#: Tags that end no sentence: what follows one is set after what precedes it.
INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|cite|code|em|i|kbd|mark|q|samp|small|span|strong|sub|sup|time|var)\b",
    re.IGNORECASE,
)

#: What may come before a colon or a question mark, and is no letter.
ENDS = frozenset("»)]%…’")


def text(words: str) -> str:
    """Set a run of French text as a printer would."""
    for pattern, replacement in RULES:
        words = pattern.sub(replacement, words)
    return words


def page(html: str) -> str:
    """Set the French text of an HTML page; everything that is not French text stays as it is."""
    done, start, before = [], 0, ""
    for tag in UNTOUCHED.finditer(html):
        run = html[start : tag.start()]
        done += [_after(before, run), tag.group(0)]
        before = _left(before, run, tag)
        start = tag.end()
    done.append(_after(before, html[start:]))
    return "".join(done)


def _after(before: str, run: str) -> str:
    """A run, set as what follows `before`."""
    return run if run.isspace() else text(before + run)[len(before) :]


def _left(before: str, run: str, tag: re.Match[str]) -> str:
    """What stands for the words that the next run of the sentence follows, "" where there are none."""
    if not INLINE.match(tag.group(0)):
        return ""
    last = "x" if tag.group(1) or tag.group(2) else run[-1:] or before  # an element left as it is
    return "x" if last.isalnum() else ")" if last in ENDS else ""
