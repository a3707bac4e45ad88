"""Where a project is opened: the address of its site, not of its code, its tools or its friends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from ..project import Project
from ..strangers.weblink import is_web
from ..vocabulary import key_of
from .files import Said
from .proposal import Evidence, Found
from .readme import ASIDE, ATX

#: Keys of files that hold the address of the site, and how sure they are.
NAMED = {"landingURL": 0.9, "site_url": 0.85, "homepage": 0.65, "url": 0.5}

ADDRESS = re.compile(r"https?://[^\s<>\"'|\\^`{}\[\]]{4,300}")
#: Hosts of what projects are made with, or talk about.
ELSEWHERE = re.compile(
    r"(?:^|\.)(?:github\.com|gitlab\.com|gitlab\.io/pages|framagit\.org|creativecommons\.org|gnu\.org|opensource\.org"
    r"|npmjs\.(?:com|org)|pypi\.org|shields\.io|badge\.fury\.io|wikipedia\.org|youtube\.com|youtu\.be"
    r"|twitter\.com|x\.com|mastodon\.\w+|facebook\.com|localhost|example\.\w+|w3\.org|python\.org"
    r"|codimd\.apps\.education\.fr|docs\.forge\.apps\.education\.fr|forge\.apps\.education\.fr|spdx\.org|docker\.com|"
    r"vercel\.com|netlify\.com|travis-ci\.\w+|circleci\.com|codecov\.io|readthedocs\.org|paypal\.com"
    r"|mkdocs\.org|marp\.app|nodejs\.org|liberapay\.com|doi\.org|127\.0\.0\.1|img\.shields\.io)$"
)
FILE = re.compile(
    r"\.(?:png|jpe?g|svg|gif|webp|pdf|zip|ico|css|js|mp4|odt|docx?|exe|h5p)$", re.IGNORECASE
)
PAGES = re.compile(
    r"(?:\.forge\.apps\.education\.fr|\.(?:github|gitlab)\.io|\.frama\.io|\.vercel\.app)$"
)
CUE = re.compile(
    r"en ligne|acc[eè]s|acc[eé]der|accessible|disponible|adresse|site\b|d[ée]mo|essayer|tester|rendu"
    r"|utiliser|ouvrir|jouer|d[ée]couvrir|consult|visit|live|try|website|correspondant|voir le|ici\b",
    re.IGNORECASE,
)
NOT_HERE = re.compile(
    r"\bfork\b|anglais|english|contribu|ticket|issue|source|propos[ée] par|auteur|gr[âa]ce [àa]",
    re.IGNORECASE,
)


def links(
    project: Project, readme: str, path: str, title: str, named: Iterable[Said]
) -> Iterator[Found]:
    """The address of the project's site: the surest one, and the others of the same address."""
    found = [*_named(project, named), *_written(project, readme, path, title)]
    best = max((each.confidence for each in found), default=0.0)
    first = next((each for each in found if each.confidence == best), None)
    for each in found:
        if first and each.text.rstrip("/") == first.text.rstrip("/"):
            yield each._replace(text=first.text)


def _named(project: Project, named: Iterable[Said]) -> Iterator[Found]:
    for each in named:
        if each.name in NAMED and _is_a_site(project, each.text):
            sure = NAMED[each.name]
            yield Found(each.text, sure, each.evidence)
    for match in ADDRESS.finditer(project.description[:2000]):
        address = _trimmed(match[0])
        if _is_a_site(project, address):
            yield Found(address, 0.8, Evidence("description", None, address))


def _written(project: Project, readme: str, path: str, title: str) -> Iterator[Found]:
    aside = False
    own = {key_of(title), key_of(project.name), key_of(project.path.rpartition("/")[2])} - {""}
    for number, line in enumerate(readme.split("\n")[:400], 1):
        if heading := ATX.match(line[:300]):
            aside = number > 1 and bool(ASIDE.match(key_of(heading[2])))
        if aside or "://" not in line:
            continue
        for match in ADDRESS.finditer(line[:2000]):
            address = _trimmed(match[0])
            if not _is_a_site(project, address):
                continue
            before = line[max(0, match.start() - 120) : match.start()]
            called = re.search(r"\[([^\[\]]{1,80})\]\($", before)
            near = line[max(0, match.start() - 120) : match.end() + 60]
            if before.endswith("](") and re.search(r"!\[[^\]]*\]\($", before):
                continue
            sure = _sureness(address, number, bool(CUE.search(near.replace(address, ""))))
            if called and key_of(called[1]) in own:
                sure = max(sure, 0.9)
            if NOT_HERE.search(near.replace(address, "")):
                sure /= 3
            yield Found(
                address,
                sure,
                Evidence(path, number, line.strip()[:200] if len(line) < 200 else address),
            )


def _sureness(address: str, number: int, cue: bool) -> float:
    pages = bool(PAGES.search(urlsplit(address).hostname or ""))
    sure = 0.3 + 0.3 * cue + 0.3 * pages
    return sure if number <= 30 else sure / 2


def _trimmed(address: str) -> str:
    address = address.rstrip(".,;:!?*_»")
    while address.endswith(")") and address.count("(") < address.count(")"):
        address = address[:-1].rstrip(".,;:")
    return address.partition("#")[0] if address.partition("#")[2].isupper() else address


def _is_a_site(project: Project, address: str) -> bool:
    if not is_web(address) or FILE.search(address) or "/-/" in address:
        return False
    host = urlsplit(address).hostname or ""
    own = urlsplit(project.url).hostname if project.url else ""
    return "." in host and not ELSEWHERE.search(host) and host != own
