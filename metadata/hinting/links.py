"""Where a project is opened: the address of its site, not of its code, its tools or its friends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from ..project import Snapshot
from ..strangers.weblink import is_web
from ..vocabulary import key_of
from .files import Said
from .markup import decoded
from .proposal import Evidence, Found
from .readme import Sentence

#: Names of files' values that hold the address of the site, and how sure they make us.
NAMED = {"landingURL": 0.9, "site_url": 0.85, "homepage": 0.65, "url": 0.5}

ADDRESS = re.compile(r"https?://[^\s<>\"'|\\^`{}\[\]]{4,300}")
#: Hosts of what projects are made with, kept on, or talk about.
ELSEWHERE = re.compile(
    r"(?:^|\.)(?:github\.com|gitlab\.com|framagit\.org|forge\.aeif\.fr|codeberg\.org|gitpod\.io"
    r"|creativecommons\.org|gnu\.org|opensource\.org|spdx\.org|w3\.org|eduscol\.education\.fr"
    r"|(?:codimd|docs\.forge|portail)\.apps\.education\.fr|(?<!\.)forge\.apps\.education\.fr"
    r"|npmjs\.(?:com|org)|pypi\.org|docker\.com|nodejs\.org|python\.org|mkdocs\.org|marp\.app"
    r"|shields\.io|fury\.io|travis-ci\.\w+|circleci\.com|codecov\.io|mybinder\.org|doi\.org"
    r"|wikipedia\.org|youtube\.com|youtu\.be|twitter\.com|x\.com|facebook\.com|paypal\.com"
    r"|liberapay\.com|localhost|127\.0\.0\.1|\.local)$"
)
FILE = re.compile(
    r"\.(?:png|jpe?g|svg|gif|webp|pdf|zip|ico|css|js|mp4|odt|docx?|exe|h5p)$", re.IGNORECASE
)
PAGES = re.compile(r"\.(?:forge\.apps\.education\.fr|(?:github|gitlab|frama)\.io|vercel\.app)$")
#: What invites to open an address (folded).
CUE = re.compile(
    r"en ligne|acces|acceder|accessible|disponible|adresse|\bsite\b|\bdemo|essayer|tester|\brendu\b"
    r"|ouvrir|\bjouer|decouvr|consult|visit|\blive\b|\btry\b|website|correspondant|voir le|\bici\b"
)
#: What says that it is another's, or another thing.
NOT_HERE = re.compile(r"\bforke?\b|anglais|english|contribu|ticket|\bissue|\bpropose par|grace a\b")
#: A pipeline that publishes a site. https://docs.gitlab.com/user/project/pages/
PUBLISHES = re.compile(r"^(?:pages|\"pages\"):", re.MULTILINE)


def links(
    snapshot: Snapshot, title: str, said: Iterable[Sentence], named: Iterable[Said]
) -> Iterator[Found]:
    """The signs that lead to the address that is surest to be the project's site."""
    project = snapshot.project
    pipeline = snapshot.file(".gitlab-ci.yml", ".gitlab-ci.yaml")
    published = bool(pipeline and PUBLISHES.search(decoded(pipeline.payload)))
    own = {key_of(title), key_of(project.name), key_of(project.path.rpartition("/")[2])} - {""}
    found = [
        *_named(named),
        *_described(project.description),
        *(each for sentence in said for each in _written(sentence, own, published)),
    ]
    host = urlsplit(project.url).hostname
    sites = [each for each in found if _is_a_site(each.text, host)]
    if sites:
        best = max(sites, key=lambda each: each.confidence).text
        for each in sites:
            if each.text.rstrip("/") == best.rstrip("/"):
                yield each._replace(text=best)


def _named(named: Iterable[Said]) -> Iterator[Found]:
    for each in named:
        if each.name in NAMED:
            yield Found(each.text, NAMED[each.name], each.evidence)


def _described(description: str) -> Iterator[Found]:
    for match in ADDRESS.finditer(description[:2000]):
        yield Found(_trimmed(match[0]), 0.8, Evidence("description", None, match[0]))


def _written(sentence: Sentence, own: set[str], published: bool) -> Iterator[Found]:
    for _, raw in sentence.parts if sentence.place != "aside" else ():
        for match in ADDRESS.finditer(raw[:2000]):
            address = _trimmed(match[0])
            before, after = raw[max(0, match.start() - 120) : match.start()], raw[match.end() :]
            if re.search(r"!\[[^\[\]]*\]\($", before):
                continue
            near = key_of(f"{sentence.section} {before} {after[:60]}")
            sure = _sureness(address, sentence, bool(CUE.search(near)), published)
            called = re.search(r"\[([^\[\]]{1,80})\]\($", before)
            if called and key_of(called[1]) in own:
                sure = 0.9
            if CUE.search(sentence.section) and not sentence.text:  # « ## Jouer », then the address
                sure = 0.8
            if NOT_HERE.search(near):
                sure /= 3
            yield Found(address, sure, sentence.evidence(key_of(address)))


def _sureness(address: str, sentence: Sentence, cue: bool, published: bool) -> float:
    pages = bool(PAGES.search(urlsplit(address).hostname or ""))
    sure = 0.3 + 0.3 * cue + 0.3 * pages + 0.1 * (pages and published)
    return min(sure, 0.95) if sentence.place in ("title", "opening") else sure * 0.7


def _trimmed(address: str) -> str:
    """An address without what the sentence puts after it, nor what a reader is to fill in."""
    address = address.rstrip(".,;:!?*_»")
    while address.endswith(")") and address.count("(") < address.count(")"):
        address = address[:-1].rstrip(".,;:")
    page, _, fragment = address.partition("#")
    return page if fragment.isupper() or not fragment else address


def _is_a_site(address: str, forge: str | None) -> bool:
    if not is_web(address) or FILE.search(address) or "/-/" in address:
        return False
    host = urlsplit(address).hostname or ""
    return "." in host and not ELSEWHERE.search(host) and host != forge
