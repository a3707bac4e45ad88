"""Dublin Core, in and out: what it says of a record, and nothing that drifts on the way round."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from metadata import dublincore
from metadata.errors import ParseError
from metadata.record import (
    Classification,
    Contribution,
    Educational,
    Entity,
    General,
    Identifier,
    LifeCycle,
    RawRecord,
    Record,
    Relation,
    Rights,
    Taxon,
    TaxonPath,
    Technical,
    Term,
    Text,
    When,
)
from metadata.strangers.safexml import parse_xml
from metadata.vocabulary import CONCEPT, scolomfr
from tests.anyrecord import any_records, values
from tests.corpus import corpus_files

DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
FIFTEEN = [
    "title",
    "creator",
    "subject",
    "description",
    "publisher",
    "contributor",
    "date",
    "type",
    "format",
    "identifier",
    "source",
    "language",
    "relation",
    "coverage",
    "rights",
]
LEVEL = CONCEPT + "scolomfr-voc-022-num-014"  # CM1
SUBJECT = CONCEPT + "scolomfr-voc-015-num-919"  # mathématiques
HAS_LICENCE = CONCEPT + "scolomfr-voc-009-num-040"
THUMBNAIL = CONCEPT + "scolomfr-voc-009-num-021"
BASED_ON = "http://purl.org/dc/terms/source"


def read(payload: bytes):
    return dublincore.parse(RawRecord(identifier="d", format="oai_dc", payload=payload))


def dc(inside: str, space: str = DC) -> bytes:
    return (
        f'<oai_dc:dc xmlns:oai_dc="{OAI_DC}" xmlns:dc="{space}"'
        f' xmlns:dcterms="http://purl.org/dc/terms/">{inside}</oai_dc:dc>'
    ).encode()


def written(record: Record) -> list[tuple[str, str]]:
    """The elements of the record written, with their texts."""
    return [(etree.QName(e).localname, e.text) for e in parse_xml(dublincore.dump(record))]


def said(record: Record, name: str) -> list[str]:
    return [text for element, text in written(record) if element == name]


# --- Reading ----------------------------------------------------------------------------------


def test_the_fifteen_elements_are_read():
    reading = read(
        dc(
            """<dc:title xml:lang="fre">Les volcans</dc:title><dc:title xml:lang="en">Volcanoes</dc:title>
            <dc:creator>Durand, Jeanne</dc:creator><dc:creator>Paul Petit &lt;p@example.org&gt;</dc:creator>
            <dc:publisher>Éditions Exemple</dc:publisher><dc:contributor>Atelier</dc:contributor>
            <dc:date>2012-10-16</dc:date><dc:type>Text</dc:type><dc:type>exercice</dc:type>
            <dc:type>vidéo interactive</dc:type><dc:type>thèse</dc:type>
            <dc:description>Un &lt;b&gt;cours&lt;/b&gt;.</dc:description>
            <dc:format>text/html</dc:format><dc:format>1024 bytes</dc:format>
            <dc:identifier>https://e.example/v</dc:identifier><dc:identifier>ark:/12148/x</dc:identifier>
            <dc:identifier>urn:isbn:978-2-07-064309-7</dc:identifier><dc:language>fre</dc:language>
            <dc:source>https://s.example/</dc:source><dc:relation>Une autre leçon</dc:relation>
            <dc:coverage>France</dc:coverage><dc:rights>CC BY 4.0</dc:rights>
            <dc:subject>lave</dc:subject><dc:subject>CM1</dc:subject><dc:subject>SVT</dc:subject>"""
        )
    )
    record = reading.record
    assert reading.findings == ()
    assert record.general.title == (Text("Les volcans", "fr"), Text("Volcanoes", "en"))
    assert record.general.descriptions == ((Text("Un cours."),),)
    assert record.general.languages == ("fr",)
    assert record.general.coverages == ((Text("France"),),)
    assert [keyword[0].value for keyword in record.general.keywords] == ["lave", "CM1", "SVT"]
    assert [
        (each.role.text, [who.name or who.organisation for who in each.entities], each.date.value)
        for each in record.life_cycle.contributions
    ] == [
        ("auteur", ["Durand, Jeanne", "Paul Petit"], "2012-10-16"),
        ("éditeur", ["Éditions Exemple"], ""),
        ("contributeur", ["Atelier"], ""),
    ]
    assert [(each.uri.rsplit("/")[-1], each.text) for each in record.general.document_types] == [
        ("Text", "Text"),
        ("", "thèse"),
    ]
    assert [each.text for each in record.general.general_resource_types] == ["vidéo interactive"]
    assert [each.text for each in record.educational[0].learning_resource_types] == ["exercice"]
    assert record.technical == Technical(
        formats=("text/html",), size=1024, locations=("https://e.example/v",)
    )
    assert record.general.identifiers == (
        Identifier("ark", "ark:/12148/x"),
        Identifier("ISBN", "978-2-07-064309-7"),
    )
    assert record.rights.descriptions == ((Text("CC BY 4.0"),),)
    assert [each.kind and each.kind.uri for each in record.relations] == [BASED_ON, None]
    assert [path.taxa[0].id for each in record.classifications for path in each.taxon_paths] == [
        LEVEL,
        CONCEPT + "scolomfr-voc-015-num-1832",
    ]


@pytest.mark.parametrize("word", ["droit", "seconde", "image", "histoire des sciences", "licence"])
def test_a_subject_that_may_mean_something_else_stays_a_keyword(word):
    record = read(dc(f"<dc:title>T</dc:title><dc:subject>{word}</dc:subject>")).record
    assert record.general.keywords == ((Text(word),),)
    assert record.classifications == ()


def keywords(record: Record) -> list[str]:
    return [text.value for keyword in record.general.keywords for text in keyword]


def test_a_list_of_subjects_is_as_many_keywords():
    record = read(dc("<dc:subject>Révolution ; 1789;Bastille; </dc:subject>")).record
    assert keywords(record) == ["Révolution", "1789", "Bastille"]


def test_the_classes_of_a_list_are_classified():
    record = read(dc("<dc:subject>CM1-CM2</dc:subject><dc:subject>5e, eau</dc:subject>")).record
    (classification,) = record.classifications
    labels = [path.taxa[0].entry[0].value for path in classification.taxon_paths]
    assert labels == ["CM1", "CM2"]


def test_the_uri_of_a_class_classifies_and_is_no_word_to_show():
    country = "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-012-num-002"
    record = read(dc(f"<dc:subject>{LEVEL}</dc:subject><dc:subject>{country}</dc:subject>")).record
    assert keywords(record) == ["enseignement primaire"]
    assert [path.taxa[0].id for path in record.classifications[0].taxon_paths] == [LEVEL]
    assert said(record, "subject") == ["enseignement primaire", "CM1"]


@pytest.mark.parametrize(
    ("said", "uri"),
    [
        ("still image", "http://purl.org/dc/dcmitype/StillImage"),
        ("Vidéo", "http://purl.org/dc/dcmitype/MovingImage"),
    ],
)
def test_a_type_is_known_by_its_everyday_name(said, uri):
    types = f"<dc:type>{said}</dc:type><dc:type xml:lang='fr'>{said}</dc:type>"
    assert [term.uri for term in read(dc(types)).record.general.document_types] == [uri]


def test_a_size_is_read_in_any_unit():
    record = read(dc("<dc:format>1250 Ko</dc:format><dc:format>12 p.</dc:format>")).record
    assert (record.technical.size, record.technical.formats) == (1_250_000, ("12 p.",))


def test_qualified_dublin_core_is_read_by_what_it_refines():
    record = read(
        dc(
            """<dcterms:alternative>Autre titre</dcterms:alternative>
            <dcterms:abstract>Résumé.</dcterms:abstract><dcterms:issued>2012</dcterms:issued>
            <dcterms:isPartOf>https://e.example/cours</dcterms:isPartOf>
            <dcterms:license>https://creativecommons.org/licenses/by/4.0/</dcterms:license>
            <dcterms:extent>12 pages</dcterms:extent><dcterms:spatial>Europe</dcterms:spatial>"""
        )
    ).record
    assert record.general.title == (Text("Autre titre"),)
    assert record.general.descriptions == ((Text("Résumé."),),)
    assert record.life_cycle.contributions[0].date == When("2012")
    assert record.relations[0].kind.uri == "http://purl.org/dc/terms/isPartOf"
    assert record.rights.descriptions[0][0].value == "https://creativecommons.org/licenses/by/4.0/"
    assert record.technical.formats == ("12 pages",)
    assert record.general.coverages == ((Text("Europe"),),)


@pytest.mark.parametrize(
    "space", ["http://purl.org/dc/elements/1.0/", "http://purl.org/dc/elements/1.1", "dc"]
)
def test_a_wrong_namespace_is_read_and_said(space):
    reading = read(dc("<dc:title>Volcans</dc:title>", space))
    assert reading.record.general.title == (Text("Volcans"),)
    assert [each.rule for each in reading.findings] == ["dc-espace-de-noms"]


def test_the_elements_are_found_inside_a_wrapper_and_without_any():
    whole = dc("<dc:title>Volcans</dc:title>").decode()
    bare = whole.replace("oai_dc:dc", "notice")
    for payload in (f"<record><metadata>{whole}</metadata></record>", bare):
        assert read(payload.encode()).record.general.title == (Text("Volcans"),)


def test_an_unknown_element_is_said_with_its_line():
    reading = read(dc("<dc:title>T</dc:title>\n<dc:format2>x</dc:format2>"))
    assert [(each.rule, each.line) for each in reading.findings] == [("dc-element-non-repris", 2)]


def test_a_record_without_a_title_is_said():
    reading = read(dc("<dc:creator>Durand</dc:creator><dc:title>  </dc:title>"))
    assert [each.rule for each in reading.findings] == ["dc-titre-absent"]


def test_a_date_in_words_is_kept_in_words():
    date = read(dc("<dc:date>vers 1990</dc:date>")).record.life_cycle.contributions[0].date
    assert date == When(description=((Text("vers 1990")),))


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"/>', "OAI-PMH"),
        (b"<html><body/></html>", "<html>"),
        (b"<dc><title>", "tronqu"),
    ],
)
def test_something_else_is_refused_with_a_reason(payload, message):
    with pytest.raises(ParseError) as caught:
        read(payload)
    assert message in str(caught.value)
    assert caught.value.remedy


# --- Writing ----------------------------------------------------------------------------------

FULL = Record(
    general=General(
        identifiers=(Identifier("ark", "ark:/12148/x"), Identifier("ISBN", "2-07-064309-3")),
        title=(Text("Les volcans", "fr"),),
        languages=("fr",),
        descriptions=((Text("Un cours.", "fr"), Text("A course.", "en")),),
        keywords=((Text("lave", "fr"),),),
        coverages=((Text("France"),),),
        document_types=(Term("http://purl.org/dc/dcmitype/Text", "texte"),),
    ),
    life_cycle=LifeCycle(
        contributions=(
            Contribution(
                role=Term(CONCEPT + "author"),
                entities=(Entity(name="Jeanne Durand", organisation="Atelier"),),
                date=When("2012-10-16"),
            ),
            Contribution(
                role=Term(CONCEPT + "publisher"),
                entities=(Entity(name="P. Petit", organisation="Éditions Exemple"),),
            ),
            Contribution(role=Term(CONCEPT + "validator_2"), entities=(Entity(name="A. V."),)),
        )
    ),
    technical=Technical(formats=("text/html",), size=1024, locations=("https://e.example/v",)),
    educational=(
        Educational(
            learning_resource_types=(Term(CONCEPT + "exercise"),),
            descriptions=((Text("En groupe.", "fr"),),),
        ),
    ),
    rights=Rights(cost=Term(CONCEPT + "no"), descriptions=((Text("Citer l’auteur.", "fr"),),)),
    relations=(
        Relation(kind=Term(HAS_LICENCE), identifiers=(Identifier("URI", "https://l.example/by"),)),
        Relation(kind=Term(THUMBNAIL), identifiers=(Identifier("URI", "https://e.example/i.png"),)),
        Relation(kind=Term(BASED_ON), identifiers=(Identifier("URI", "https://s.example/"),)),
        Relation(kind=Term("http://purl.org/dc/terms/isPartOf"), descriptions=((Text("Cours"),),)),
    ),
    classifications=(
        Classification(
            purpose=Term(CONCEPT + "educational_level"),
            taxon_paths=(TaxonPath(taxa=(Taxon(LEVEL),)),),
        ),
        Classification(
            purpose=Term(CONCEPT + "scolomfr-voc-028-num-003"),
            taxon_paths=(TaxonPath(taxa=(Taxon(SUBJECT),)),),
        ),
        Classification(
            purpose=Term(CONCEPT + "prerequisite"),
            taxon_paths=(TaxonPath(taxa=(Taxon("", (Text("savoir lire"),)),)),),
        ),
    ),
)


def test_a_record_is_written_by_the_crosswalk():
    assert written(FULL) == [
        ("title", "Les volcans"),
        ("creator", "Jeanne Durand"),
        ("subject", "lave"),
        ("subject", "CM1"),
        ("subject", scolomfr().label(SUBJECT)),
        ("description", "Un cours."),
        ("description", "A course."),
        ("description", "En groupe."),
        ("publisher", "Éditions Exemple"),
        ("contributor", "A. V."),
        ("date", "2012-10-16"),
        ("type", "Text"),
        ("type", "exercice"),
        ("format", "1024"),
        ("format", "text/html"),
        ("identifier", "https://e.example/v"),
        ("identifier", "ark:/12148/x"),
        ("identifier", "ISBN:2-07-064309-3"),
        ("source", "https://s.example/"),
        ("language", "fr"),
        ("relation", "Cours"),
        ("coverage", "France"),
        ("rights", "Citer l’auteur."),
        ("rights", "gratuit"),
        ("rights", "https://l.example/by"),
    ]


def test_languages_of_texts_are_written():
    titles = parse_xml(dublincore.dump(FULL)).findall(f"{{{DC}}}description")
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert [each.get(lang) for each in titles] == ["fr", "en", "fr"]


def test_a_class_said_by_a_keyword_is_not_said_twice():
    general = General(title=(Text("T"),), keywords=((Text("cours moyen 1"),), (Text("CM1"),)))
    record = Record(general=general, classifications=FULL.classifications[:1])
    assert said(record, "subject") == ["cours moyen 1", "CM1"]


def is_oai_dc(payload: bytes) -> bool:
    """Whether a document is what oai_dc.xsd and the schema that it imports allow."""
    root = parse_xml(payload)
    language = etree.QName("http://www.w3.org/XML/1998/namespace", "lang").text
    return root.tag == f"{{{OAI_DC}}}dc" and all(
        each.tag in {f"{{{DC}}}{name}" for name in FIFTEEN}
        and not len(each)
        and {*each.attrib} <= {language}
        for each in root
    )


def test_an_empty_record_is_written_as_an_empty_dc():
    assert is_oai_dc(dublincore.dump(Record()))
    assert written(Record()) == []


#: Concepts under which the reader files what it finds, and others.
CONCEPTS = [
    concept.uri
    for vocabulary in ("003", "004", "005", "009", "010", "022", "026", "028")
    for concept in scolomfr().members(vocabulary)
]
HARD = st.sampled_from(
    [
        "CM1", "6ème", "maths", "cycle 3", "objet physique", "Text", "QCM", "exercise", "ISBN 123",
        "doi:10.1/x", "urn:isbn:1", "ark:/1/2", "https://e.example/a b", "https://e.example", "12 o",
        "0012", "a: b", "&amp;lt;b&amp;gt;", "<p>a</p>", "&#1;", "\x00\x85\ud800 x", "16/10/2012",
        "10 octobre 2012", "Jeanne <j@e.example>", "BEGIN:VCARD FN:A ORG:B END:VCARD", "N:a;b FN:", "fre",
        "fr-FR", "fra", LEVEL, SUBJECT, "d’été\u00a0!", "\u00a0", "  a  ", "http://", "2012",
    ]
)  # fmt: skip
TERMS = st.builds(Term, uri=st.sampled_from(CONCEPTS), text=HARD)
RECORDS = st.builds(
    Record,
    general=st.builds(
        General,
        identifiers=st.lists(st.builds(Identifier, st.sampled_from(["ISBN", "DOI", "ark", ""]), HARD))
        .map(tuple),
        title=st.lists(st.builds(Text, HARD, HARD)).map(tuple),
        descriptions=st.lists(st.tuples(st.builds(Text, HARD, HARD))).map(tuple),
        keywords=st.lists(st.tuples(st.builds(Text, HARD, HARD))).map(tuple),
        languages=st.lists(HARD).map(tuple),
        document_types=st.lists(TERMS).map(tuple),
        general_resource_types=st.lists(TERMS).map(tuple),
    ),
    life_cycle=st.builds(
        LifeCycle,
        contributions=st.lists(
            st.builds(
                Contribution,
                role=st.none() | TERMS,
                entities=st.lists(st.builds(Entity, name=HARD, organisation=HARD)).map(tuple),
                date=st.builds(When, HARD, st.tuples(st.builds(Text, HARD))),
            )
        ).map(tuple),
    ),
    technical=st.builds(
        Technical,
        formats=st.lists(HARD).map(tuple),
        size=st.none() | st.integers(),
        locations=st.lists(HARD).map(tuple),
    ),
    educational=values(Educational).map(lambda each: (each,)),
    rights=st.builds(
        Rights, cost=st.none() | TERMS, descriptions=st.lists(st.tuples(st.builds(Text, HARD))).map(tuple)
    ),
    relations=st.lists(
        st.builds(
            Relation,
            kind=st.none() | TERMS,
            identifiers=st.lists(st.builds(Identifier, HARD, HARD)).map(tuple),
            descriptions=st.lists(st.tuples(st.builds(Text, HARD))).map(tuple),
        )
    ).map(tuple),
    classifications=st.lists(
        st.builds(
            Classification,
            purpose=TERMS,
            taxon_paths=st.lists(
                st.builds(TaxonPath, taxa=st.lists(st.builds(Taxon, st.sampled_from(CONCEPTS))).map(tuple))
            ).map(tuple),
        )
    ).map(tuple),
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(any_records() | RECORDS)
def test_writing_reading_and_writing_again_changes_nothing(record):
    once = dublincore.dump(record)
    assert dublincore.dump(read(once).record) == once
    assert is_oai_dc(once)


# --- The corpus -------------------------------------------------------------------------------


def dublin_cores(path) -> list[etree._Element]:
    payload = path.read_bytes()
    return [*parse_xml(payload).iter(f"{{{OAI_DC}}}dc")] if payload.startswith(b"<") else []


ANSWERS = [path for path in corpus_files("oai") if dublin_cores(path)]


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.name)
def test_every_record_of_the_answers_is_read_and_written_again(path):
    for element in dublin_cores(path):
        reading = read(etree.tostring(element, with_tail=False))
        record = reading.record
        assert record.general.title[0].value == " ".join(element.findtext(f"{{{DC}}}title").split())
        assert all(each.startswith("http") for each in record.technical.locations)
        assert record.technical.locations
        once = dublincore.dump(record)
        assert dublincore.dump(read(once).record) == once
