"""OAI-PMH, asked from outside: every verb, every error, valid against the protocol's schemas."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from catalogue_site import oai
from indexer.errors import StoreError
from tests.fakes import CURATOR, NOW, notice, withdrawn
from tests.provider import (
    ADDRESS,
    NAMES,
    OAI,
    Catalogue,
    commun,
    error_of,
    headers,
    schema_of,
    titles,
    token_of,
)

MATHS = {"disciplines": "[mathématiques]", "niveaux": "[CM1]"}
HISTORY = {"disciplines": "[histoire]", "niveaux": "[CM1]"}


@pytest.fixture
def catalogue(tmp_path):
    made = Catalogue(tmp_path)
    made.take(
        commun("1", "Fractions", **MATHS),
        commun("2", "Volcans", disciplines="[SVT]"),
        commun("3", "Conte"),
    )
    yield made
    made.store.close()


@pytest.fixture
def many(tmp_path):
    """Two pages and a half."""
    made = Catalogue(tmp_path)
    made.take(*(notice(f"{number:03}", f"Notice {number:03}") for number in range(250)))
    yield made
    made.store.close()


def slug(catalogue, identifier):
    return catalogue.store.find(identifier).slug


def name(catalogue, identifier):
    return NAMES + slug(catalogue, identifier)


def text(answer, path):
    return [
        each.text
        for each in answer.iterfind(".//" + "/".join(OAI + tag for tag in path.split("/")))
    ]


# --- What the repository says of itself


def test_it_says_who_it_is_and_that_deletions_stay(catalogue):
    said = {etree.QName(each).localname: each.text for each in catalogue.ask("verb=Identify")[2]}
    assert said | {"description": None} == {
        "repositoryName": "Balise – La DNE fictive",
        "baseURL": f"{ADDRESS}/oai",
        "protocolVersion": "2.0",
        "adminEmail": "contact@dne.example",
        "earliestDatestamp": "2026-05-04T12:00:00Z",
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
        "compression": "gzip",
        "description": None,
    }


@pytest.mark.parametrize("contact", ["https://dne.example/contact", "", "contact@localhost"])
def test_without_an_address_of_its_publisher_it_gives_that_of_the_domain(tmp_path, contact):
    answer = Catalogue(tmp_path, contact=contact).ask("verb=Identify")
    assert text(answer, "adminEmail") == ["postmaster@catalogue.example.fr"]


def test_without_a_configured_address_it_is_where_it_is_asked(tmp_path):
    answer = Catalogue(tmp_path, base_url="").ask("verb=Identify")
    assert text(answer, "baseURL") == ["http://localhost/oai"]


def test_sets_are_two_levels_deep_and_those_of_sources_say_their_licence(catalogue):
    answer = catalogue.ask("verb=ListSets")
    found = dict(zip(text(answer, "setSpec"), text(answer, "setName"), strict=True))
    assert found["discipline"] == "Par discipline"
    assert found["discipline:mathematiques"] == "Discipline\u00a0: mathématiques"
    assert found["cycle:cycle-3"] == "Cycle ou voie\u00a0: cycle 3"
    assert found["origine:public"] == "Origine\u00a0: service public"
    assert found["source:essai"] == "Une source"
    rights = answer.xpath("//*[local-name() = 'rights']/text()")
    assert rights == ["etalab-2.0"]


def test_an_empty_catalogue_still_has_sets(tmp_path):
    answer = Catalogue(tmp_path).ask("verb=ListSets")
    assert text(answer, "setSpec") == ["cycle", "discipline", "origine", "source"]


def test_every_notice_is_in_every_format(catalogue):
    everywhere = text(catalogue.ask("verb=ListMetadataFormats"), "metadataPrefix")
    assert everywhere == ["oai_dc", "lom", "lomfr"]
    one = catalogue.ask(verb="ListMetadataFormats", identifier=name(catalogue, "1"))
    assert text(one, "metadataPrefix") == everywhere


# --- Records


def test_a_record_is_given_in_the_format_asked_for(catalogue):
    for prefix, root in (
        ("oai_dc", "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc"),
        ("lom", "{http://ltsc.ieee.org/xsd/LOM}lom"),
        ("lomfr", "{http://ltsc.ieee.org/xsd/LOM}lom"),
    ):
        asked = {"verb": "GetRecord", "identifier": name(catalogue, "1"), "metadataPrefix": prefix}
        (metadata,) = catalogue.ask(**asked).iter(f"{OAI}metadata")
        assert metadata[0].tag == root
        assert "Fractions" in metadata.xpath("string()")


def test_a_header_names_the_sets_and_not_those_around_them(catalogue):
    asked = {"verb": "GetRecord", "identifier": name(catalogue, "1"), "metadataPrefix": "oai_dc"}
    assert text(catalogue.ask(**asked), "header/setSpec") == [
        "cycle:cycle-3",
        "discipline:mathematiques",
        "origine:public",
        "source:essai",
    ]


def test_a_set_has_what_is_in_it_and_in_the_sets_within(catalogue):
    def listed(spec):
        answer = catalogue.ask(verb="ListRecords", metadataPrefix="oai_dc", set=spec)
        return sorted(titles(answer))

    assert listed("discipline:mathematiques") == ["Fractions"]
    assert listed("discipline") == ["Fractions", "Volcans"]
    assert listed("source:essai") == ["Conte", "Fractions", "Volcans"]


def test_it_answers_to_post_and_to_head(catalogue):
    asked = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}
    posted = catalogue.client.post("/oai", data=asked)
    got = catalogue.client.get("/oai", query_string=asked)
    assert posted.data == got.data
    head = catalogue.client.head("/oai", query_string=asked)
    assert (head.status_code, head.data) == (200, b"")
    assert got.headers["Cache-Control"] == "no-store"


# --- What is not given


def test_a_notice_without_a_known_licence_is_not_given(catalogue):
    catalogue.take(commun("9", "Sans licence"), key="floue", licence="")
    listed = catalogue.ask("verb=ListRecords&metadataPrefix=oai_dc")
    assert "Sans licence" not in titles(listed)
    asked = {"verb": "GetRecord", "identifier": name(catalogue, "9"), "metadataPrefix": "oai_dc"}
    assert error_of(catalogue.ask(**asked)) == "idDoesNotExist"


def test_what_a_vendor_shows_unqualified_was_never_there(catalogue):
    catalogue.take(commun("9", "Payante"), key="vendeur", publish="qualified")
    catalogue.store.takedown(slug(catalogue, "9"), "Essai", NOW)
    catalogue.index()
    assert len(headers(catalogue.ask("verb=ListIdentifiers&metadataPrefix=oai_dc"))) == 3


def test_what_left_stays_as_deleted_for_ever(catalogue):
    left = name(catalogue, "2")
    catalogue.take(commun("1", "Fractions", **MATHS), withdrawn("2"), commun("3", "Conte"))
    catalogue.clock.pass_by(365 * 86400)
    asked = {"verb": "GetRecord", "identifier": left, "metadataPrefix": "oai_dc"}
    (header,) = catalogue.ask(**asked).iter(f"{OAI}header")
    assert header.get("status") == "deleted"
    listed = catalogue.ask("verb=ListRecords&metadataPrefix=oai_dc")
    assert headers(listed)[left][1] == "deleted"
    assert sorted(titles(listed)) == ["Conte", "Fractions"]


def test_a_deletion_is_told_to_those_who_harvest_its_sets(catalogue):
    catalogue.store.takedown(slug(catalogue, "1"), "Essai", NOW)
    listed = catalogue.ask("verb=ListRecords&metadataPrefix=lom&set=discipline:mathematiques")
    assert [status for _, status in headers(listed).values()] == ["deleted"]


def test_a_takedown_is_told_at_once_and_a_restored_entry_is_back(catalogue):
    since = text(catalogue.ask("verb=ListRecords&metadataPrefix=oai_dc"), "responseDate")
    catalogue.clock.pass_by(60)
    catalogue.store.takedown(slug(catalogue, "1"), "Essai", NOW)
    asked = {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-05-04T12:00:30Z"}
    told = headers(catalogue.ask(**asked))
    assert told == {name(catalogue, "1"): ("2026-05-04T12:01:00Z", "deleted")}
    catalogue.store.restore(slug(catalogue, "1"))
    assert titles(catalogue.ask(**asked)) == ["Fractions"]
    assert since == ["2026-05-04T12:00:00Z"]


def test_a_source_whose_licence_is_withdrawn_takes_its_notices_back(catalogue):
    def status():
        listed = catalogue.ask("verb=ListIdentifiers&metadataPrefix=oai_dc")
        return {status for _, status in headers(listed).values()}

    records = (commun("1", "Fractions"), commun("2", "Volcans"), commun("3", "Conte"))
    catalogue.take(*records, licence="")
    assert status() == {"deleted"}
    catalogue.take(*records, licence="CC0-1.0")
    assert status() == {None}


# --- Dates


def test_a_date_is_that_of_the_first_answer_that_shows_the_change(catalogue):
    asked = {"verb": "GetRecord", "identifier": name(catalogue, "1"), "metadataPrefix": "oai_dc"}
    catalogue.clock.pass_by(3600)
    for _ in range(2):
        (date,) = text(catalogue.ask(**asked), "datestamp")
        assert date == "2026-05-04T13:00:00Z"
        catalogue.clock.pass_by(3600)


@pytest.mark.parametrize(
    "do",
    [
        lambda catalogue: catalogue.store.mark_all_changed(),
        lambda catalogue: catalogue.take(commun("1", "Fractions", **MATHS), index=False),
        lambda catalogue: catalogue.take(
            commun("1", "Fractions", **MATHS), title="Nouveau titre", index=False
        ),
    ],
    ids=["the index is made again", "a harvest without change", "its source is called otherwise"],
)
def test_what_changes_nothing_of_a_notice_leaves_its_date(catalogue, do):
    dates = headers(catalogue.ask("verb=ListIdentifiers&metadataPrefix=oai_dc"))
    catalogue.clock.pass_by(60)
    do(catalogue)
    catalogue.index()
    assert headers(catalogue.ask("verb=ListIdentifiers&metadataPrefix=oai_dc")) == dates


@pytest.mark.parametrize(
    "do",
    [
        lambda catalogue: catalogue.take(commun("1", "Fractions simples", **MATHS)),
        lambda catalogue: [*catalogue.store.reread(NOW)],
        lambda catalogue: catalogue.take(commun("1", "Fractions", **MATHS), licence="CC0-1.0"),
        lambda catalogue: catalogue.take(commun("1", "Fractions", **MATHS), origin="commun"),
    ],
    ids=["another title", "a newer reader", "another licence", "another set"],
)
def test_what_changes_a_notice_changes_its_date(catalogue, do):
    catalogue.ask("verb=ListIdentifiers&metadataPrefix=oai_dc")
    catalogue.clock.pass_by(60)
    do(catalogue)
    catalogue.index()
    listed = headers(catalogue.ask("verb=ListIdentifiers&metadataPrefix=oai_dc"))
    assert listed[name(catalogue, "1")] == ("2026-05-04T12:01:00Z", None)


def test_a_value_that_somebody_explains_changes_its_notice(catalogue):
    catalogue.take(commun("4", "Inconnue", disciplines="[chamoulinguistique]"), key="autre")
    catalogue.ask("verb=Identify")
    catalogue.clock.pass_by(60)
    (unknown,) = catalogue.store.unmapped("autre")
    concept = "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-015-num-980"
    catalogue.store.curating.map_value(unknown.value, concept, CURATOR, NOW)
    asked = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "from": "2026-05-04T12:00:30Z"}
    assert [*headers(catalogue.ask(**asked))] == [name(catalogue, "4")]


def test_dates_go_on_when_the_clock_goes_back(catalogue):
    catalogue.ask("verb=Identify")
    catalogue.clock.pass_by(-3600)
    catalogue.take(commun("1", "Corrigée"))
    listed = headers(catalogue.ask("verb=ListIdentifiers&metadataPrefix=oai_dc"))
    assert [*listed][-1] == name(catalogue, "1")
    assert listed[name(catalogue, "1")][0] == "2026-05-04T12:00:00Z"


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        ({"from": "2026-05-04"}, 3),
        ({"until": "2026-05-04"}, 3),
        ({"from": "2026-05-04", "until": "2026-05-04"}, 3),
        ({"from": "2026-05-04T12:00:00Z", "until": "2026-05-04T12:00:00Z"}, 3),
        ({"from": "2026-05-04T12:00:01Z"}, 0),
        ({"until": "2026-05-04T11:59:59Z"}, 0),
        ({"until": "2026-05-03"}, 0),
        ({"until": "0001-01-01"}, 0),
        ({"from": "2126-05-04"}, 0),
        ({"from": "0001-01-01", "until": "9999-12-31"}, 3),
        ({"until": "9999-12-31T23:59:59Z"}, 3),
    ],
)
def test_lists_are_of_the_dates_asked_for(catalogue, bounds, found):
    catalogue.clock.pass_by(0.7)  # dates are to the second
    answer = catalogue.ask(verb="ListIdentifiers", metadataPrefix="oai_dc", **bounds)
    assert error_of(answer) == (None if found else "noRecordsMatch")
    assert len(headers(answer)) == found


# --- Sets that entries leave


def test_what_leaves_a_set_is_deleted_there_and_nowhere_else(catalogue):
    catalogue.ask("verb=Identify")
    catalogue.clock.pass_by(60)
    catalogue.take(commun("1", "Fractions", **HISTORY))
    where = {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-05-04T12:00:30Z"}
    left = catalogue.ask(**where, set="discipline:mathematiques")
    assert headers(left) == {name(catalogue, "1"): ("2026-05-04T12:01:00Z", "deleted")}
    assert text(left, "setSpec") == ["discipline:mathematiques"]
    for spec in ("discipline:histoire", "discipline", "cycle:cycle-3"):
        assert titles(catalogue.ask(**where, set=spec)) == ["Fractions"]
    assert titles(catalogue.ask(**where)) == ["Fractions"]


def test_what_comes_back_into_a_set_is_in_it(catalogue):
    catalogue.take(commun("1", "Fractions", **HISTORY))
    catalogue.take(commun("1", "Fractions", **MATHS))
    asked = {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "discipline:mathematiques"}
    assert titles(catalogue.ask(**asked)) == ["Fractions"]


# --- Pages


def pages(catalogue, **arguments):
    """The answers of a list, to its end."""
    answer = catalogue.ask(**arguments)
    yield answer
    while token := token_of(answer):
        answer = catalogue.ask(verb=arguments["verb"], resumptionToken=token)
        yield answer


def test_a_list_comes_in_pages_that_say_where_they_are(many):
    answers = [*pages(many, verb="ListRecords", metadataPrefix="oai_dc")]
    marks = [answer.find(f"*/{OAI}resumptionToken") for answer in answers]
    assert [len(headers(answer)) for answer in answers] == [100, 100, 50]
    assert [(mark.get("completeListSize"), mark.get("cursor")) for mark in marks] == [
        ("250", "0"),
        ("250", "100"),
        ("250", "200"),
    ]
    assert marks[-1].text is None
    assert len({title for answer in answers for title in titles(answer)}) == 250


def test_a_list_of_one_page_has_no_token(catalogue):
    answer = catalogue.ask("verb=ListRecords&metadataPrefix=oai_dc")
    assert answer.find(f"*/{OAI}resumptionToken") is None


def test_a_page_asked_for_again_is_the_same_after_a_restart_too(many):
    token = token_of(many.ask("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01"))
    asked = {"verb": "ListRecords", "resumptionToken": token}
    first = many.ask(**asked)
    many.client = many.application().test_client()
    assert etree.tostring(many.ask(**asked)) == etree.tostring(first)


def test_what_changes_while_a_list_is_read_comes_at_its_end(many):
    answers = pages(many, verb="ListRecords", metadataPrefix="oai_dc")
    read = titles(next(answers))
    many.clock.pass_by(1)
    gone = next(f"{n:03}" for n in range(250) if f"Notice {n:03}" not in read)
    changed = read[0].split()[1]
    many.store.takedown(slug(many, gone), "Essai", NOW)
    many.take(
        *(
            notice(f"{n:03}", "Changée" if f"{n:03}" == changed else f"Notice {n:03}")
            for n in range(250)
        )
    )
    *_, last = answers
    assert titles(last)[-1] == "Changée"
    assert headers(last)[name(many, gone)][1] == "deleted"


def test_a_list_whose_rest_is_out_of_its_dates_ends_without_an_error(many):
    answers = pages(many, verb="ListRecords", metadataPrefix="oai_dc", until="2026-05-04T12:00:00Z")
    next(answers)
    many.clock.pass_by(1)
    many.take(*(notice(f"{number:03}", "Changée") for number in range(250)))
    (last,) = answers
    assert (error_of(last), len(headers(last)), token_of(last)) == (None, 1, None)


# --- Errors


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("junk", "badVerb"),
        ("verb=", "badVerb"),
        ("verb=junk", "badVerb"),
        ("verb=identify", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&junk=1", "badArgument"),
        ("verb=Identify&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListSets&set=discipline", "badArgument"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=ListMetadataFormats&identifier=oai:x:y", "idDoesNotExist"),
        ("verb=GetRecord", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        ("verb=GetRecord&identifier=x", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=x", "idDoesNotExist"),
        (f"verb=GetRecord&metadataPrefix=oai_dc&identifier={NAMES}x", "idDoesNotExist"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a:", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a%20b", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=nowhere", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=0000-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-05-04T12:00:00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-05-04T12:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-05-04T12:00:00.5Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-05-04T12:00:00%2B02:00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=٢٠٢٦-05-04", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-05-05&until=2026-05-04", "badArgument"),
        (
            "verb=ListRecords&metadataPrefix=oai_dc&from=2026-05-04&until=2026-05-05T00:00:00Z",
            "badArgument",
        ),
    ],
)
def test_what_cannot_be_answered_is_told_by_the_errors_of_the_protocol(catalogue, query, code):
    answer = catalogue.ask(query)
    assert error_of(answer) == code
    assert answer.findtext(f"{OAI}error")
    echoed = answer.find(f"{OAI}request").attrib
    assert bool(echoed) == (code not in ("badVerb", "badArgument"))


def forged(catalogue):
    good = "ListRecords,oai_dc,,,,2026-05-04T12:00:00.000000,{},100"
    here = good.format(slug(catalogue, "1"))
    assert error_of(catalogue.ask(verb="ListRecords", resumptionToken=here)) is None
    yield here.replace("ListRecords", "ListIdentifiers")
    yield here.replace("05-04T", "02-31T")
    yield here.replace("oai_dc,,", "oai_dc,hier,")
    yield here.replace("oai_dc,,", "oai_dc,2026-06-01,2026-05-01")
    yield here.replace(",,,,", ",,,a:,")
    yield here.replace(",100", ",9999999999")
    yield here.replace(",100", ",-1")
    yield here + "\n"
    yield here + "," * 1_000_000
    yield "2126".join(good.format("inconnue").split("2026"))


def test_tokens_that_are_not_ours_are_refused(catalogue):
    for token in forged(catalogue):
        answer = catalogue.client.post(
            "/oai", data={"verb": "ListRecords", "resumptionToken": token}
        )
        code = error_of(etree.fromstring(answer.data))
        assert code == "badResumptionToken" or (len(token) > 1000 and code == "badArgument")


ANYTHING = st.text(
    st.sampled_from("aé:/?#[]@!$&'()*+,;=%. \x00\x0b\n\ud800\udfff\ufffe<>\"{}|\\^`")
    | st.characters(),
    max_size=12,
)
NAMED = st.sampled_from(
    ["verb", "identifier", "metadataPrefix", "from", "until", "set", "resumptionToken", "é"]
)


@given(
    verb=st.sampled_from(
        ["", "GetRecord", "ListRecords", "ListIdentifiers", "ListMetadataFormats"]
    ),
    arguments=st.dictionaries(
        NAMED,
        ANYTHING
        | ANYTHING.map(lambda said: NAMES + said)
        | st.sampled_from(["oai_dc", "lom", "2026-05-04", "discipline"]),
        max_size=4,
    ),
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_the_answer_is_valid(catalogue, schema, verb, arguments):
    asked = {"verb": verb, **arguments} if verb else arguments
    pairs = {key: said.encode(errors="surrogatepass") for key, said in asked.items()}
    for answer in (
        catalogue.client.get("/oai", query_string=pairs),
        catalogue.client.post("/oai", data=pairs),
    ):
        assert answer.status_code == 200
        assert schema.validate(etree.fromstring(answer.data)), (schema.error_log, answer.text)


def test_a_database_that_cannot_answer_asks_to_come_back(catalogue, monkeypatch):
    def busy(*arguments):
        raise StoreError("La base est occupée.")

    monkeypatch.setattr(catalogue.store.exposed, "date", busy)
    answer = catalogue.client.get("/oai?verb=Identify")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")


# --- Schemas


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    return schema_of("oai_dc", tmp_path_factory.mktemp("schema"))


QUERIES = (
    "verb=Identify",
    "verb=ListSets",
    "verb=ListMetadataFormats",
    "verb=ListIdentifiers&metadataPrefix={}",
    "verb=ListRecords&metadataPrefix={}",
    "verb=ListRecords&metadataPrefix={}&set=discipline:mathematiques",
    "verb=ListRecords&metadataPrefix={}&from=2026-05-04&until=2027-01-01",
    "verb=GetRecord&metadataPrefix={}&identifier=" + NAMES + "nulle-part",
    "verb=junk",
    "verb=ListRecords&resumptionToken=x",
)


@pytest.mark.parametrize("prefix", oai.FORMATS)
def test_every_answer_is_valid(catalogue, tmp_path, prefix):
    catalogue.store.takedown(slug(catalogue, "3"), "Essai", NOW)
    catalogue.take(commun("1", "Fractions", **HISTORY), commun("2", "Volcans"), key="essai")
    schema = schema_of(prefix, tmp_path)
    for query in QUERIES:
        answer = catalogue.ask(query.format(prefix))
        assert schema.validate(answer), (query, schema.error_log)
