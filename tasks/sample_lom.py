"""The notices of the sample as LOM, in the shapes that repositories publish. See make_sample.py.

Written apart from metadata/lom/writer.py on purpose: what the catalogue reads here, it did not write.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

Entry = dict[str, Any]

TERMS = tomllib.loads(Path(__file__).with_name("sample_terms.toml").read_text("utf-8"))
CONCEPT = TERMS["concept"]

NAMESPACES = {
    "lom": "http://ltsc.ieee.org/xsd/LOM",
    "lomfr": "http://www.lom-fr.fr/xsd/LOMFR",
    "scolomfr": "http://www.lom-fr.fr/xsd/SCOLOMFR",
}
GAR = "http://data.education.fr/gar"
LICENCES = "https://creativecommons.org/licenses/"


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Who publishes a feed, and how its notices are named."""

    name: str
    host: str
    ark: str  # how its identifiers begin
    siren: str = "123456789"  # fails its own check digit: nobody's

    def address(self, entry: Entry) -> str:
        return f"https://www.{self.host}/ressources/{entry['name']}"

    def identifier(self, name: str) -> str:
        return f"ark:/99999/{self.ark}-{name}"


class Node(NamedTuple):
    """An element: its tag, what it holds, its attributes."""

    tag: str
    content: tuple[Node, ...] | str
    attributes: dict[str, str] = {}  # noqa: RUF012 - never changed


def lines(node: Node, depth: int = 0) -> Iterator[str]:
    """An element as indented lines of XML."""
    space = "  " * depth
    said = "".join(f" {name}={quoteattr(value)}" for name, value in node.attributes.items())
    if isinstance(node.content, str):
        text = node.content if node.content.startswith("<![CDATA[") else escape(node.content)
        yield f"{space}<{node.tag}{said}>{text}</{node.tag}>"
    else:
        yield f"{space}<{node.tag}{said}>"
        for child in node.content:
            yield from lines(child, depth + 1)
        yield f"{space}</{node.tag}>"


def term(kind: str, name: str) -> tuple[str, str]:
    """The URI and the label of a term."""
    found = TERMS[kind][name]
    return uri(found[0]), found[1]


def uri(short: str) -> str:
    return short if ":" in short or not short else CONCEPT + short


def split(names: list[str], *kinds: str) -> tuple[list[str], ...]:
    """Names by the table they are in."""
    return tuple([name for name in names if name in TERMS[kind]] for kind in kinds)


class Lom:
    """ScoLOMFR of today: prefixes, URIs, labels beside."""

    source = "SCOLOMFRv3.2"
    language = "fr"
    main = "lom:"
    roots = NAMESPACES

    def __init__(self, entry: Entry, publisher: Publisher) -> None:
        self.entry = entry
        self.publisher = publisher

    def document(self, encoding: str = "UTF-8") -> str:
        return (
            f'<?xml version="1.0" encoding="{encoding}"?>\n' + "\n".join(lines(self.root())) + "\n"
        )

    def root(self) -> Node:
        parts = (
            self.general(),
            self.life_cycle(),
            *self.meta(),
            self.technical(),
            self.educational(),
            self.rights(),
            *self.relations(),
            *self.classifications(),
        )
        spaces = {f"xmlns:{prefix}": space for prefix, space in self.roots.items()}
        return Node(f"{self.main}lom", tuple(part for part in parts if part.content), spaces)

    # --- The shapes of values

    def node(self, tag: str, *content: Node, **attributes: str) -> Node:
        return Node(tag if ":" in tag else self.main + tag, content, attributes)

    def leaf(self, tag: str, text: str) -> Node:
        return Node(tag if ":" in tag else self.main + tag, text)

    def string(self, tag: str, text: str, language: str = "") -> Node:
        string = Node(f"{self.main}string", text.strip(), {"language": language or self.language})
        return self.node(tag, string)

    def term(self, tag: str, kind: str, name: str) -> Node:
        prefix = tag.rpartition(":")[0] or self.main.rstrip(":")
        prefix = f"{prefix}:" if prefix else ""
        parts = self.said(kind, name)
        return self.node(tag, *(Node(prefix + key, value) for key, value in parts))

    def said(self, kind: str, name: str) -> list[tuple[str, str]]:
        concept, label = term(kind, name)
        value = [("value", concept)] if concept else []
        return [("source", self.source), *value, ("label", label)]

    def terms(self, tag: str, kind: str, names: list[str]) -> list[Node]:
        return [self.term(tag, kind, name) for name in names]

    def tongue(self, code: str) -> str:
        return code

    def given(self, key: str) -> list[Any]:
        """What the entry says under a key, once or not at all."""
        return [self.entry[key]] if key in self.entry else []

    # --- The categories

    def general(self) -> Node:
        entry = self.entry
        title_language = entry.get("title_lang", "")
        return self.node(
            "general",
            *self.identifiers(),
            self.string("title", entry["title"], title_language and self.tongue(title_language)),
            *(self.leaf("language", self.tongue(code)) for code in entry.get("lang", ["fr"])),
            self.string("description", entry["text"]),
            *(self.string("keyword", word) for word in entry.get("keywords", [])),
            *self.terms("aggregationLevel", "grains", self.given("grain")),
            *self.terms("lomfr:documentType", "documents", entry.get("documents", [])),
            *self.terms("scolomfr:generalResourceType", "contents", entry.get("contents", [])),
        )

    def identifiers(self) -> list[Node]:
        return [self.named("ark", self.publisher.identifier(self.entry["name"]))]

    def named(self, catalog: str, entry: str) -> Node:
        return self.node("identifier", self.leaf("catalog", catalog), self.leaf("entry", entry))

    def life_cycle(self) -> Node:
        entry, who = self.entry, self.publisher.name
        year = f"{entry['date']:%Y-%m-%d}"
        return self.node(
            "lifeCycle",
            self.contribution("éditeur", who, date=year, siren="gar" in entry, organisation=True),
            *(self.contribution("auteur", name) for name in entry.get("author", [])),
            *(self.contribution("illustrateur", name) for name in entry.get("illustrator", [])),
            *(self.partners() if "gar" in entry else ()),
        )

    def contribution(
        self,
        role: str,
        name: str,
        *,
        date: str = "",
        words: str = "",
        siren: bool = False,
        organisation: bool = False,
    ) -> Node:
        when = [self.leaf("dateTime", date)] if date else []
        when += [self.string("description", words)] if words else []
        return self.node(
            "contribute",
            self.term("role", "contributors", role),
            self.leaf("entity", self.vcard(name, siren, organisation)),
            *([self.node("date", *when)] if when else []),
        )

    def vcard(self, name: str, siren: bool, organisation: bool) -> str:
        kind = ["KIND:org"] if organisation else []
        number = [f"NOTE:SIREN={self.publisher.siren}"] if siren else []
        card = ["BEGIN:VCARD", "VERSION:4.0", *kind, f"FN:{name}", *number, "END:VCARD"]
        return "<![CDATA[" + "\n".join(card) + "]]>"

    def partners(self) -> Iterator[Node]:
        """Those that the GAR asks for: here, the publisher does everything itself."""
        for role, words in (
            ("distributeur technique", "GAR : distributeur technique"),
            ("distributeur", "GAR : distributeur commercial"),
        ):
            name = self.publisher.name
            yield self.contribution(role, name, words=words, siren=True, organisation=True)

    def meta(self) -> list[Node]:
        schema = self.leaf("metadataSchema", self.source)
        return [self.node("metaMetadata", schema, self.leaf("language", self.tongue("fr")))]

    def technical(self) -> Node:
        address = self.publisher.address(self.entry)
        return self.node("technical", self.leaf("location", address), *self.doors(address))

    def doors(self, address: str) -> Iterator[Node]:
        own = self.entry.get("own", {})
        if own.get("acces") != "gar" and "gar" not in self.entry:
            return
        level = own.get("donnees-personnelles", "moyenne")
        words = "Attributs GAR : [UAI] Code établissement ; [IDO] Identifiant opaque"
        if level == "forte":
            words += " ; [NOM] Nom ; [PRE] Prénom"
        yield self.node(
            "scolomfr:extendedLocation",
            self.leaf("scolomfr:location", address.replace("://www.", "://gar.")),
            self.leaf("scolomfr:platform", GAR),
            self.term("scolomfr:personalDataProcessType", "personal", level),
            self.string("description", words),
        )

    def educational(self) -> Node:
        entry = self.entry
        places, methods = split(entry.get("usage", []), "places", "methods")
        (roles,) = split(entry.get("for", []), "roles")
        times = [self.leaf("duration", time) for time in self.given("time")]
        return self.node(
            "educational",
            *self.terms("learningResourceType", "types", entry.get("types", [])),
            *self.terms("intendedEndUserRole", "roles", roles),
            *self.terms("difficulty", "difficulties", self.given("difficulty")),
            *(self.node("typicalLearningTime", time) for time in times),
            *(self.string("description", advice) for advice in self.given("advice")),
            *self.terms("lomfr:activity", "activities", entry.get("does", [])),
            *self.terms("scolomfr:place", "places", places),
            *self.terms("scolomfr:educationalMethod", "methods", methods),
            *self.terms("scolomfr:tool", "tools", entry.get("tools", [])),
        )

    def rights(self) -> Node:
        entry, who = self.entry, self.publisher.name
        said = entry.get("licence", f"© {who}, {entry['date']:%Y}. Tous droits réservés")
        return self.node(
            "rights",
            *self.terms("cost", "costs", self.given("cost")),
            self.term("copyrightAndOtherRestrictions", "answers", "oui"),
            self.string("description", said),
        )

    def relations(self) -> Iterator[Node]:
        entry = self.entry
        for part in entry.get("parts", []):
            yield self.relation("contient", "ark", self.publisher.identifier(part))
        if "part_of" in entry:
            whole = self.publisher.identifier(entry["part_of"])
            yield self.relation("fait partie de", "ark", whole)
        if address := licence_address(entry.get("licence", "")):
            yield self.relation("licence", "URI", address)

    def relation(self, kind: str, catalog: str, entry: str) -> Node:
        return self.node(
            "relation",
            self.term("kind", "kinds", kind),
            self.node("resource", self.named(catalog, entry)),
        )

    def classifications(self) -> Iterator[Node]:
        entry = self.entry
        yield self.classification(
            "domaine", [self.path("015", [term("subjects", name)]) for name in entry["subjects"]]
        )
        yield self.classification(
            "niveau", [self.path("022", self.level(name)) for name in entry["levels"]]
        )
        (audiences,) = split(entry.get("for", []), "audiences")
        if audiences:
            paths = [self.path("021", [term("audiences", name)]) for name in audiences]
            yield self.classification("public", paths)
        yield from self.own()
        if "gar" in entry:
            yield self.gar()

    def level(self, name: str) -> list[tuple[str, str]]:
        """A class, under the school it belongs to."""
        concept, label, above, label_above = TERMS["levels"][name]
        return [(uri(above), label_above), (uri(concept), label)]

    def classification(self, purpose: str, paths: list[Node]) -> Node:
        return self.node("classification", self.term("purpose", "purposes", purpose), *paths)

    def path(self, vocabulary: str, taxa: list[tuple[str, str]]) -> Node:
        return self.node(
            "taxonPath",
            self.node("source", Node(f"{self.main}string", f"scolomfr-voc-{vocabulary}")),
            *(
                self.node("taxon", self.leaf("id", concept), self.string("entry", label))
                for concept, label in taxa
            ),
        )

    def own(self) -> Iterator[Node]:
        """What Balise adds to the standards, as free taxa."""
        said = {**self.entry.get("own", {})}
        if said.get("acces") == "gar":  # said by the extended location
            del said["acces"]
            said.pop("donnees-personnelles", None)
        if said.get("declaration-accessibilite"):
            address = f"https://www.{self.publisher.host}/accessibilite"
            said["declaration-accessibilite"] = address
        about_access = {"rgaa", "declaration-accessibilite", "fonctionnalites", "besoins"}
        for purpose, wanted in (("accessibilité", True), ("additionnel", False)):
            paths = [
                self.node(
                    "taxonPath",
                    self.node("source", Node(f"{self.main}string", "Balise")),
                    self.node("taxon", self.leaf("id", f"urn:balise:{key}:{each}")),
                )
                for key, value in said.items()
                if (key in about_access) is wanted
                for each in own_values(value)
            ]
            if paths:
                yield self.classification(purpose, paths)

    def gar(self) -> Node:
        label = self.node("taxonPath", self.node("taxon", self.leaf("id", GAR)))
        words = "GAR_Présentation : [MAN] manuels numériques"
        purpose = self.term("purpose", "purposes", "label")
        return self.node("classification", purpose, label, self.string("description", words))


def own_values(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["oui" if value else "non"]
    return [quote(each, safe="") for each in (value if isinstance(value, list) else [value])]


def licence_address(name: str) -> str:
    """The address of a Creative Commons licence: « CC BY-SA 4.0 »."""
    words = name.lower().split()
    if len(words) == 3 and words[0] == "cc":
        return f"{LICENCES}{words[1]}/{words[2]}/"
    return ""


class OldLom(Lom):
    """ScoLOMFR 1.x: LOM's tokens, French labels, three-letter languages, no URI."""

    source = "SCOLOMFRv1.0"
    language = "fre"
    main = ""
    roots = {"lomfr": NAMESPACES["lomfr"], "scolomfr": NAMESPACES["scolomfr"]}  # noqa: RUF012

    def root(self) -> Node:
        root = super().root()
        return root._replace(attributes={"xmlns": NAMESPACES["lom"], **root.attributes})

    def tongue(self, code: str) -> str:
        return {"fr": "fre"}[code]

    def said(self, kind: str, name: str) -> list[tuple[str, str]]:
        short, label = TERMS[kind][name][:2]
        if kind == "purposes":
            return [
                ("source", "LOMv1.0" if name == "niveau" else self.source),
                ("value", "educational level" if name == "niveau" else "enseignement"),
            ]
        if kind == "answers":
            return [("source", "LOMv1.0"), ("value", "yes")]
        if short.islower() and not short.startswith(("scolomfr", "http")):
            return [("source", "LOMv1.0"), ("value", short.replace("_", " "))]
        return [("source", "LOMFRv1.0"), ("value", label)]

    def identifiers(self) -> list[Node]:
        return [self.named("URI", self.publisher.address(self.entry))]

    def vcard(self, name: str, siren: bool, organisation: bool) -> str:
        who = f"ORG:{name}" if organisation else f"FN:{name}\nN:{name}"
        return f"<![CDATA[BEGIN:VCARD\nVERSION:3.0\n{who}\nEND:VCARD ]]>"

    def relations(self) -> Iterator[Node]:
        yield from ()

    def classifications(self) -> Iterator[Node]:
        entry = self.entry
        subjects = [TERMS["subjects"][name] for name in entry["subjects"]]
        yield self.classification("domaine", [self.path("015", [tuple(each)]) for each in subjects])
        # Its levels bear no id.
        paths = [
            self.node(
                "taxonPath", self.node("taxon", self.string("entry", TERMS["levels"][name][1]))
            )
            for name in entry["levels"]
        ]
        yield self.classification("niveau", paths)


class BareLom(OldLom):
    """LOM as a hand or an old tool wrote it: no namespace, hardly anything said."""

    def root(self) -> Node:
        said = (self.general(), self.technical(), self.educational(), *self.classifications())
        return Node("lom", said)

    def identifiers(self) -> list[Node]:
        return []
