"""A record as schema.org JSON-LD: what search engines and other catalogues read of it."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings

import metadata
from metadata import commun, schemaorg, schematerms
from metadata.record import (
    Balise,
    Classification,
    Contribution,
    Duration,
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
from metadata.taxa import EDUCATIONAL_LEVEL, LABEL, TEACHING_DOMAIN
from metadata.vocabulary import CONCEPT, SCHEME, scolomfr
from metadata.words import every
from tests.anyrecord import any_records
from tests.corpus import corpus_files, shared
from tests.test_commun import EXAMPLE

DCTERMS = "http://purl.org/dc/terms/"


@pytest.fixture(scope="module")
def example():
    raw = RawRecord(identifier="1", format="commun", payload=EXAMPLE.encode())
    return schemaorg.document(commun.parse(raw).record, url="https://catalogue.example/r/1")


def educational(**said):
    return Record(educational=(Educational(**said),))


def term(name):
    return Term(uri=name if "://" in name else CONCEPT + name)


def classified(purpose, *uris):
    paths = tuple(TaxonPath(taxa=(Taxon(uri),)) for uri in uris)
    return Record(classifications=(Classification(purpose=Term(purpose), taxon_paths=paths),))


def contributed(role, *entities, date=""):
    contribution = Contribution(role=term(role), entities=entities, date=When(date))
    return Record(life_cycle=LifeCycle(contributions=(contribution,)))


# --- What is said -----------------------------------------------------------------------------


def test_a_commun_is_a_learning_resource_with_a_primary_type(example):
    assert example["@context"] == ["https://schema.org", {"@language": "fr"}]
    assert example["@type"] == ["LearningResource", "Course"]
    assert example["@id"] == example["mainEntityOfPage"] == "https://catalogue.example/r/1"
    assert example["url"] == "https://fractions.forge.example/"
    assert example["name"] == "Fractions en boîte"
    assert example["inLanguage"] == ["fr"]
    assert example["timeRequired"] == "PT20M"
    assert example["license"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert example["isAccessibleForFree"] is True
    assert example["conditionsOfAccess"] == "Accès libre, sans compte"


def test_levels_subjects_and_types_are_defined_terms(example):
    uri = CONCEPT + "scolomfr-voc-022-num-014"
    assert example["educationalLevel"][0] == {
        "@type": "DefinedTerm",
        "@id": uri,
        "url": uri,
        "name": "CM1",
        "inDefinedTermSet": SCHEME + "022",
    }
    assert [each["name"] for each in example["educationalLevel"]] == ["CM1", "CM2", "6e"]
    assert [each["name"] for each in example["learningResourceType"]] == ["exercice"]
    assert [each["name"] for each in example["about"]] == ["mathématiques (discipline)"]
    assert "en autonomie" in [each["name"] for each in example["educationalUse"]]


def test_audiences_are_lrmi_roles(example):
    assert example["audience"] == [
        {
            "@type": "EducationalAudience",
            "@id": "http://purl.org/dcx/lrmi-vocabs/educationalAudienceRole/student",
            "educationalRole": "student",
        }
    ]


def test_accessibility_terms_go_to_the_property_that_defines_them(example):
    assert example["accessibilityFeature"] == ["closedCaptions"]
    assert example["accessibilityControl"] == ["fullKeyboardControl"]
    summary = example["accessibilitySummary"].replace("\u00a0", " ")
    assert summary.startswith("Conformité au RGAA : partiellement conforme. Déclaration")


@pytest.mark.parametrize(
    ("record", "type"),
    [
        (Record(), "CreativeWork"),
        (educational(learning_resource_types=(term("exercise"),)), "CreativeWork"),
        (educational(learning_resource_types=(term("exercise"), term("questionnaire"))), "Quiz"),
        (educational(learning_resource_types=(term("scolomfr-voc-010-num-013"),)), "Game"),
        (
            Record(general=General(document_types=(term("http://purl.org/dc/dcmitype/Sound"),))),
            "AudioObject",
        ),
        (
            Record(general=General(aggregation_level=term("scolomfr-voc-008-num-04"))),
            "Course",
        ),
    ],
)
def test_the_primary_type_follows_the_pedagogical_type_then_the_document(record, type):
    assert schemaorg.document(record)["@type"] == ["LearningResource", type]


@pytest.mark.parametrize(
    ("cost", "access", "free", "conditions"),
    [
        ("no", "", True, None),
        ("yes", "", False, None),
        ("yes", "libre", False, "Accès libre, sans compte"),
        ("scolomfr-voc-026-num-007", "", None, "Partiellement gratuit"),
        ("", "compte-gratuit", True, "Compte gratuit nécessaire"),
        ("", "abonnement", False, "Abonnement nécessaire"),
        ("", "gar", None, "Accès par le gestionnaire d’accès aux ressources (GAR)"),
        ("", "", None, None),
    ],
)
def test_free_is_said_only_when_known(cost, access, free, conditions):
    rights = Rights(cost=term(cost) if cost else None)
    said = schemaorg.document(Record(rights=rights, balise=Balise(access=access)))
    assert said.get("isAccessibleForFree") is free
    assert said.get("conditionsOfAccess") == conditions


@pytest.mark.parametrize(
    ("role", "entity", "key", "agent"),
    [
        ("author", Entity(name="Camille"), "creator", {"@type": "Person", "name": "Camille"}),
        (
            "author",
            Entity(name="Camille", organisation="Collège"),
            "creator",
            {
                "@type": "Person",
                "name": "Camille",
                "affiliation": {"@type": "Organization", "name": "Collège"},
            },
        ),
        (
            "publisher",
            Entity(name="Maison"),
            "publisher",
            {"@type": "Organization", "name": "Maison"},
        ),
        (
            "publisher",
            Entity(
                name="Maison SA", organisation="Maison", siren="123456789", isni="0000000121032683"
            ),
            "publisher",
            {
                "@type": "Organization",
                "name": "Maison",
                "identifier": {
                    "@type": "PropertyValue",
                    "propertyID": "SIREN",
                    "value": "123456789",
                },
                "sameAs": "https://isni.org/isni/0000000121032683",
            },
        ),
        (
            "scolomfr-voc-003-num-026",
            Entity(organisation="Réseau"),
            "provider",
            {"@type": "Organization", "name": "Réseau"},
        ),
        ("unknown", Entity(name="Sacha"), "contributor", {"@type": "Person", "name": "Sacha"}),
    ],
)
def test_contributors_stand_under_their_role(role, entity, key, agent):
    assert schemaorg.document(contributed(role, entity))[key] == [agent]


@pytest.mark.parametrize(
    ("role", "date", "said"),
    [
        ("author", "2012-10-16", {"dateCreated": "2012-10-16", "dateModified": "2012-10-16"}),
        ("publisher", "2012", {"datePublished": "2012", "dateModified": "2012"}),
        ("unknown", "2013-01", {"dateModified": "2013-01"}),
        ("author", "jamais", {}),
    ],
)
def test_dates_are_those_of_the_contributions(role, date, said):
    document = schemaorg.document(contributed(role, date=date))
    assert {key: value for key, value in document.items() if key.startswith("date")} == said


def relation(kind, entry, description=""):
    descriptions = ((Text(description, "fr"),),) if description else ()
    return Relation(
        kind=term(kind), identifiers=(Identifier("URI", entry),), descriptions=descriptions
    )


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (DCTERMS + "isPartOf", "isPartOf"),
        (DCTERMS + "hasPart", "hasPart"),
        (DCTERMS + "source", "isBasedOn"),
        (DCTERMS + "isVersionOf", "exampleOfWork"),
    ],
)
def test_relations_name_the_other_work(kind, key):
    record = Record(relations=(relation(kind, "https://a.example/x", "Autre"),))
    work = {"@type": "CreativeWork", "@id": "https://a.example/x", "name": "Autre"}
    assert schemaorg.document(record)[key] == [work]


def test_a_relation_without_an_address_keeps_its_identifier():
    record = Record(relations=(relation(DCTERMS + "isPartOf", "ark:/12345/x"),))
    (work,) = schemaorg.document(record)["isPartOf"]
    assert work["identifier"][0]["value"] == "ark:/12345/x"
    assert "@id" not in work


def test_the_first_thumbnail_on_the_web_is_the_thumbnail():
    vignette = "scolomfr-voc-009-num-021"
    said = [
        relation(vignette, entry) for entry in ("v.png", "https://a.example/v.png", "https://b")
    ]
    assert schemaorg.document(Record(relations=tuple(said)))["thumbnailUrl"] == (
        "https://a.example/v.png"
    )


def test_texts_that_are_not_french_say_their_language():
    general = General(title=(Text("Fractions", "en"),), descriptions=((Text("Brüche", "de"),),))
    said = schemaorg.document(Record(general=general))
    assert said["name"] == {"@value": "Fractions", "@language": "en"}
    assert said["description"] == {"@value": "Brüche", "@language": "de"}


def test_what_no_vocabulary_knows_is_left_out():
    record = Record(
        educational=(Educational(learning_resource_types=(Term(text="truc"),)),),
        classifications=(
            Classification(
                purpose=Term(TEACHING_DOMAIN),
                taxon_paths=(TaxonPath(taxa=(Taxon("", (Text("truc", "fr"),)),)),),
            ),
        ),
    )
    assert schemaorg.document(record).keys() == {"@context", "@type"}


def test_a_class_named_in_two_ways_is_one_term():
    third = CONCEPT + "scolomfr-voc-022-num-023"
    paths = [TaxonPath(taxa=(Taxon(third, (Text(name, "fr"),)),)) for name in ("3e", "3ème")]
    classification = Classification(purpose=Term(EDUCATIONAL_LEVEL), taxon_paths=tuple(paths))
    said = schemaorg.document(Record(classifications=(classification,)))
    assert [level["name"] for level in said["educationalLevel"]] == ["3e"]


def test_labels_are_awards():
    said = schemaorg.document(classified(LABEL, CONCEPT + "scolomfr-voc-045-num-019"))
    assert said["award"] == ["RIP 2015"]


def test_contexts_stand_for_levels_only_when_no_class_is_said():
    contexts = Educational(contexts=(term("school"),))
    assert schemaorg.document(Record(educational=(contexts,)))["educationalLevel"][0]["name"] == (
        "enseignement scolaire"
    )
    both = Record(
        educational=(contexts,),
        classifications=classified(
            EDUCATIONAL_LEVEL, CONCEPT + "scolomfr-voc-022-num-018"
        ).classifications,
    )
    assert [each["name"] for each in schemaorg.document(both)["educationalLevel"]] == ["6e"]


def test_only_addresses_of_the_web_are_links():
    technical = Technical(locations=("javascript:alert(1)", "index.html", "https://a.example/"))
    said = schemaorg.document(Record(technical=technical))
    assert said["url"] == said["@id"] == "https://a.example/"
    assert "javascript" not in schemaorg.dump(Record(technical=technical)).decode()


def test_media_have_their_size_and_playing_time():
    technical = Technical(
        formats=("video/mp4",),
        size=1234,
        locations=("https://a.example/v.mp4",),
        duration=Duration(iso="PT3M"),
    )
    said = schemaorg.document(Record(technical=technical))
    assert said["duration"] == "PT3M"
    assert said["encodingFormat"] == ["video/mp4"]
    assert said["encoding"] == [
        {
            "@type": "MediaObject",
            "contentUrl": "https://a.example/v.mp4",
            "encodingFormat": "video/mp4",
            "contentSize": "1234",
        }
    ]


# --- Safe in a page ---------------------------------------------------------------------------


def test_nothing_in_the_json_can_end_a_script_element():
    title = "</script><script>alert(1)</script><!-- & \u2028"
    written = schemaorg.dump(Record(general=General(title=(Text(title, "fr"),)))).decode()
    assert not re.search("[<>&\u2028\u2029]", written)
    assert json.loads(written)["name"] == title


@pytest.mark.slow
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(any_records())
def test_any_record_is_json_that_says_nothing_empty(record):
    said = json.loads(schemaorg.dump(record))
    assert said["@type"][0] == "LearningResource"
    assert not [key for key, value in said.items() if value in ("", [], None)]


# --- The shapes that others use ---------------------------------------------------------------


def shape(value):
    if isinstance(value, list):
        return {"list of " + each for item in value for each in shape(item)}
    return {type(value).__name__}


#: schema.org coerces these texts to addresses (@type: @id): AMB writes the object instead.
ADDRESSES = {"license", "conditionsOfAccess", "interactivityType", "mainEntityOfPage"}


def test_shapes_are_those_of_the_examples_of_amb(example):
    seen = {}
    for path in sorted(shared("jsonld/amb-examples/valid").glob("*.json")):
        for key, value in json.loads(path.read_bytes()).items():
            seen.setdefault(key, set()).update(shape(value))
    ours = {key: shape(value) for key, value in example.items() if key in seen.keys() - ADDRESSES}
    assert len(ours) > 8
    assert {key for key, said in ours.items() if not said <= seen[key]} == set()


def known_terms():
    tree = json.loads(shared("vocab/schema-accessibility-terms.json").read_bytes())
    return {
        name: {row["term"] for row in rows if "status" not in row}
        for name, rows in tree["properties"].items()
    }


def test_accessibility_terms_are_those_of_schema_org():
    known = known_terms()
    assert known["accessibilityControl"] == schematerms.CONTROLS
    for word in every("feature"):
        said = schemaorg.document(Record(balise=Balise(accessibility_features=(word.key,))))
        ((name, terms),) = ((k, v) for k, v in said.items() if k.startswith("accessibility"))
        assert set(terms) <= known[name]


def test_lrmi_roles_exist():
    text = shared("vocab/dcmi-lrmi/educationalAudienceRole.ttl").read_text(encoding="utf-8")
    assert all(f"audRole:{role} a skos:Concept" in text for role in schematerms.AUDIENCES.values())


@pytest.mark.parametrize(
    "table", [schematerms.TYPES, schematerms.ROLES, schematerms.AUDIENCES, schematerms.RELATIONS]
)
def test_every_concept_of_the_tables_exists(table):
    assert [uri for uri in table if scolomfr().concept(uri) is None] == []


@pytest.mark.parametrize(
    "path", corpus_files("notices/canope-reference") + corpus_files("notices/gar-rtfs", "*OK.xml")
)
def test_real_notices_have_a_name_and_defined_terms(path):
    raw = RawRecord(identifier="1", format="lomfr", payload=path.read_bytes())
    said = schemaorg.document(metadata.parse(raw).record)
    assert said["name"]
    assert said["educationalLevel"]
    assert said["about"]
    assert "@" not in re.sub(r'"@\w+"', "", json.dumps(said))
