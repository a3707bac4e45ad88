"""An invented OAI-PMH repository of ScoLOMFR notices, as long as one likes, made page by page.

The notices have the weight and the habits of those that one meets: eight kilobytes of concepts by
their URIs with labels beside, vCards, old tokens here and there, granules of larger resources, and
some faults. The same number and seed always give the same notice. Nothing in it is anybody's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from random import Random
from xml.sax.saxutils import escape

from watch import Watch

from indexer.fetch import Fetched
from metadata.vocabulary import CONCEPT, Concept, scolomfr

URL = "https://entrepot.example/oai"
PREFIX = "oai_scolomfr"
PAGE = 100  # notices, as most repositories do

STAMP = "2026-03-01T12:00:00Z"
FRENCH = "http://id.loc.gov/vocabulary/iso639-2/fre"

#: One notice in so many is a granule of the one that begins its hundred; says a value that no
#: vocabulary knows; writes its date as one speaks.
GRANULE, UNKNOWN, MISDATED = 6, 20, 40

#: How many people write in it, and how many publishers they have.
AUTHORS, PUBLISHERS = 3000, 40
#: Words that no vocabulary has: names of places, works and people.
PROPER = 20_000

WORD = re.compile(r"[^\W\d_]{4,}")
LINKS = (
    *("le", "la", "les", "de", "des", "du", "un", "une", "et", "à", "en", "dans", "pour", "par"),
    *("sur", "avec", "que", "qui", "au", "aux", "ce", "cette"),
)
SYLLABLES = (
    *("ba", "bel", "cor", "dan", "fé", "gri", "lan", "mar", "né", "or", "pel", "qui", "ri", "sol"),
    *("tan", "ur", "vil", "za"),
)


class Feed:
    """The repository. `fetch` answers ListRecords; what it costs to make is watched apart."""

    def __init__(self, size: int, seed: int, making: Watch) -> None:
        self.size = size
        self.seed = seed
        self._making = making
        with making:
            self._text = _Text(Random(seed))

    def fetch(self, url: str, params: Mapping[str, str] | None = None) -> Fetched:
        """The page that begins at the notice whose number is the token."""
        with self._making:
            body = self._page(int((params or {}).get("resumptionToken", 0)))
        return Fetched(url=url, status=200, content_type="text/xml", body=body)

    def notices(self) -> Iterator[bytes]:
        """Every notice by itself, for what reads no repository."""
        for number in range(self.size):
            with self._making:
                notice = self._notice(number).encode()
            yield notice

    def _page(self, start: int) -> bytes:
        end = min(start + PAGE, self.size)
        records = "".join(
            f"<record><header><identifier>oai:entrepot.example:{number}</identifier>"
            f"<datestamp>{STAMP}</datestamp></header>"
            f"<metadata>{self._notice(number)}</metadata></record>\n"
            for number in range(start, end)
        )
        token = end if end < self.size else ""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
            f'<responseDate>{STAMP}</responseDate><request verb="ListRecords">{URL}</request>'
            f'<ListRecords>{records}<resumptionToken completeListSize="{self.size}">{token}'
            "</resumptionToken></ListRecords></OAI-PMH>"
        ).encode()

    def _notice(self, number: int) -> str:
        return _Notice(number, Random(f"{self.seed} {number}"), self._text).xml()


class _Text:
    """Words and people to draw from: those that come first are drawn most."""

    def __init__(self, random: Random) -> None:
        labels = (c.label for v in ("015", "010", "019") for c in scolomfr().members(v))
        counted = Counter(word for label in labels for word in WORD.findall(label))
        words = [word for word, _ in counted.most_common()]
        self.words = _Zipf(words + [self._name(random) for _ in range(PROPER)])
        self.people = _Zipf([f"{self._name(random)};{self._name(random)}" for _ in range(AUTHORS)])
        self.publishers = _Zipf([f"Éditions {self._name(random)}" for _ in range(PUBLISHERS)])

    def _name(self, random: Random) -> str:
        return "".join(random.choices(SYLLABLES, k=random.randint(2, 4))).capitalize()

    def sentence(self, random: Random, length: int) -> str:
        words = self.words.draw(random, length)
        links = random.choices(LINKS, k=length)
        return " ".join(word for pair in zip(links, words, strict=True) for word in pair)


class _Zipf:
    """Things of which the nth is drawn n times less than the first."""

    def __init__(self, items: Sequence[str]) -> None:
        self._items = items
        self._weights = [*accumulate(1 / rank for rank in range(2, len(items) + 2))]

    def draw(self, random: Random, count: int) -> list[str]:
        return random.choices(self._items, cum_weights=self._weights, k=count)


class _Notice:
    """One notice, drawn as it is written."""

    def __init__(self, number: int, random: Random, text: _Text) -> None:
        self.number = number
        self.random = random
        self.text = text

    def xml(self) -> str:
        return (
            '<lom xmlns="http://ltsc.ieee.org/xsd/LOM" xmlns:lomfr="http://www.lom-fr.fr/xsd/LOMFR"'
            ' xmlns:scolomfr="http://www.lom-fr.fr/xsd/SCOLOMFR">\n'
            f"{self._general()}{self._life_cycle()}{self._meta()}{self._technical()}"
            f"{self._educational()}{self._rights()}{self._relations()}{self._classifications()}"
            "</lom>"
        )

    @cached_property
    def location(self) -> str:
        return f"https://ressources.example/{self.number % 97}/fiche-{self.number}?vue=eleve"

    def _general(self) -> str:
        keywords = "".join(
            f"\t\t<keyword>{_string(word)}</keyword>\n"
            for word in self.text.words.draw(self.random, 6)
        )
        sentences = (
            self.text.sentence(self.random, self.random.randint(5, 12)).capitalize()
            for _ in range(self.random.randint(3, 9))
        )
        return (
            "\t<general>\n"
            f"{_identifier('URI', self.location)}"
            f"{_identifier('ark', f'ark:/99999/{self.number:09}')}"
            f"\t\t<title>{_string(self._title())}</title>\n\t\t<language>{FRENCH}</language>\n"
            f"\t\t<description>{_string('. '.join(sentences) + '.')}</description>\n"
            f"{keywords}{self._term('lomfr:documentType', '004')}"
            "\t</general>\n"
        )

    def _title(self) -> str:
        subject = self.text.sentence(self.random, self.random.randint(1, 3)).capitalize()
        return f"{subject} : {self.text.sentence(self.random, self.random.randint(1, 3))}"

    def _life_cycle(self) -> str:
        authors = self.text.people.draw(self.random, self.random.randint(1, 3))
        people = "".join(self._contribution("author", _person(author)) for author in authors)
        publisher = self.text.publishers.draw(self.random, 1)[0]
        return (
            "\t<lifeCycle>\n"
            f"{people}{self._contribution('publisher', _organisation(publisher))}"
            "\t</lifeCycle>\n"
        )

    def _contribution(self, role: str, card: str) -> str:
        return (
            "\t\t<contribute>\n\t\t\t<role><source>SCOLOMFRv2.1</source>"
            f"<value>{CONCEPT}{role}\n\t\t\t</value></role>\n"
            f"\t\t\t<entity><![CDATA[{card}]]></entity>\n"
            f"\t\t\t<date><dateTime>{self._date()}</dateTime></date>\n\t\t</contribute>\n"
        )

    def _date(self) -> str:
        day, month = self.random.randint(1, 28), self.random.randint(1, 12)
        year = self.random.randint(2012, 2025)
        if self.number % MISDATED == 0:
            return f"{day:02}/{month:02}/{year}"
        return f"{year}-{month:02}-{day:02}"

    def _meta(self) -> str:
        return (
            "\t<metaMetadata>\n"
            f"{_identifier('URI', f'https://notices.example/meta/{self.number}')}"
            "\t\t<metadataSchema>LOMv1.0</metadataSchema>\n"
            "\t\t<metadataSchema>SCOLOMFRv3.2</metadataSchema>\n"
            f"\t\t<language>{FRENCH}</language>\n\t</metaMetadata>\n"
        )

    def _technical(self) -> str:
        return (
            "\t<technical>\n\t\t<format>text/html</format>\n"
            f"\t\t<size>{self.random.randint(1, 9_999_999)}</size>\n"
            f"\t\t<location>{escape(self.location)}\n\t\t</location>\n\t</technical>\n"
        )

    def _educational(self) -> str:
        kind = (
            "\t\t<learningResourceType><source>LOMv1.0</source><value>exercise</value>"
            "</learningResourceType>\n"
        )
        if self.number % UNKNOWN == 0:
            kind = (
                "\t\t<learningResourceType><source>maison</source>"
                f"<value>fiche {self.text.words.draw(self.random, 1)[0]}</value>"
                "</learningResourceType>\n"
            )
        return (
            "\t<educational>\n"
            f"{kind}{self._term('learningResourceType', '010')}"
            f"{self._term('intendedEndUserRole', '011')}{self._term('context', '012')}"
            "\t\t<typicalLearningTime><duration>"
            f"PT{self.random.choice((10, 20, 30, 45, 55))}M</duration></typicalLearningTime>\n"
            f"\t\t<description>{_string(self.text.sentence(self.random, 12).capitalize())}"
            f"</description>\n\t\t<language>{FRENCH}</language>\n"
            f"{self._term('lomfr:activity', '019')}{self._term('scolomfr:place', '017')}"
            f"{self._term('scolomfr:educationalMethod', '018')}"
            "\t</educational>\n"
        )

    def _term(self, tag: str, vocabulary: str) -> str:
        concept = self.random.choice(_concepts(vocabulary))
        return (
            f"\t\t<{tag}>\n\t\t\t<source>SCOLOMFRv2.1</source>\n\t\t\t<value>{concept.uri}\n"
            f"\t\t\t</value>\n\t\t\t<label>{escape(concept.label)}</label>\n\t\t</{tag}>\n"
        )

    def _rights(self) -> str:
        licence = self.random.choice(("CC BY-SA 4.0", "CC BY-NC-SA 3.0 FR", "Tous droits réservés"))
        return (
            f"\t<rights>\n{self._term('cost', '026')}"
            f"{self._term('copyrightAndOtherRestrictions', '027')}"
            f"\t\t<description>{_string(licence)}</description>\n\t</rights>\n"
        )

    def _relations(self) -> str:
        found = _relation(
            "scolomfr-voc-009-num-021", f"https://notices.example/vignettes/{self.number}.png"
        )
        if self.number % GRANULE == 0 and self.number % 100:
            whole = self.number - self.number % 100
            found += _relation("ispartof", f"ark:/99999/{whole:09}")
        return found

    def _classifications(self) -> str:
        levels = self.random.sample(_concepts("022"), self.random.randint(1, 3))
        subject = self.random.choice(_concepts("015"))
        path = [subject]
        for uri in scolomfr().ancestors(subject.uri):
            if above := scolomfr().concept(uri):
                path.insert(0, above)
        return _classification("educational_level", "scolomfr-voc-022", levels) + _classification(
            "scolomfr-voc-028-num-003", "scolomfr-voc-015", path[-3:]
        )


#: Those of a vocabulary that a repository uses.
USED = 400
_used: dict[str, Sequence[Concept]] = {}


def _concepts(vocabulary: str) -> Sequence[Concept]:
    if vocabulary not in _used:
        living = [concept for concept in scolomfr().members(vocabulary) if not concept.retired]
        _used[vocabulary] = living[:: max(1, len(living) // USED)]
    return _used[vocabulary]


def _classification(purpose: str, source: str, path: Sequence[Concept]) -> str:
    taxa = "".join(
        f"\t\t\t<taxon>\n\t\t\t\t<id>{taxon.uri}\n\t\t\t\t</id>\n"
        f"\t\t\t\t<entry>{_string(taxon.label)}</entry>\n\t\t\t</taxon>\n"
        for taxon in path
    )
    return (
        "\t<classification>\n\t\t<purpose><source>SCOLOMFRv2.1</source>"
        f"<value>{CONCEPT}{purpose}</value></purpose>\n"
        f"\t\t<taxonPath>\n\t\t\t<source>{_string(source)}</source>\n{taxa}\t\t</taxonPath>\n"
        "\t</classification>\n"
    )


def _relation(kind: str, resource: str) -> str:
    return (
        f"\t<relation>\n\t\t<kind><source>SCOLOMFRv2.1</source><value>{CONCEPT}{kind}</value></kind>\n"
        f"\t\t<resource>\n{_identifier('URI', resource)}\t\t</resource>\n\t</relation>\n"
    )


def _identifier(catalog: str, entry: str) -> str:
    return (
        f"\t\t<identifier>\n\t\t\t<catalog>{catalog}</catalog>\n"
        f"\t\t\t<entry>{escape(entry)}\n\t\t\t</entry>\n\t\t</identifier>\n"
    )


def _string(text: str) -> str:
    return f'<string language="{FRENCH}">{escape(text)}</string>'


def _person(name: str) -> str:
    last, _, first = name.partition(";")
    return (
        f"BEGIN:VCARD\nVERSION:3.0\nN:{last};{first}\nFN:{first} {last}\n"
        f"EMAIL;TYPE=INTERNET:{first}@ecole.example\nEND:VCARD"
    )


def _organisation(name: str) -> str:
    return f"BEGIN:VCARD VERSION:3.0 N:{name} FN:{name} ORG:{name} END:VCARD"
