"""The JSON API, asked over HTTP of the real application on a real store and index."""

import json
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from werkzeug.serving import make_server

from catalogue_site.application import create_app
from catalogue_site.site import Site
from indexer.documents import catch_up
from indexer.errors import RecordNotFound, StoreError
from indexer.files import FilesSource
from indexer.harvest import harvest
from indexer.source import SourceInfo
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from tests.fakes import DAY, NOW, ListSource, info, notice, withdrawn
from tests.notices import EMAIL, lom, write_all

BASE = "https://catalogue.example"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    write_all(folder / "notices")
    (folder / "vendeur").mkdir()
    (folder / "vendeur" / "payante.xml").write_text(lom("Ressource payante"))
    store, engine = SqlStore(f"sqlite:///{folder}/b.sqlite"), WhooshEngine(folder / "index")
    for key, publish in (("notices", "all"), ("vendeur", "qualified")):
        given = SourceInfo(key=key, title=f"Source {key}", publish=publish, licence="etalab-2.0")
        harvest(FilesSource(key=key, place=str(folder / key)), given, store, now=NOW)
    catch_up(store, engine)
    yield Site(store=store, engine=engine, base_url=BASE)
    store.close()


@pytest.fixture(scope="module")
def client(site):
    return create_app(site).test_client()


@pytest.fixture(scope="module")
def get(client):
    def got(path, status=200):
        answer = client.get(f"/api/v1{path}")
        assert answer.status_code == status, answer.text
        return answer.get_json()

    return got


def code_of(problem):
    return problem["type"].rpartition(":")[2]


def every(get, path, limit=2):
    """Each page from the first to the last."""
    page = get(f"{path}{'&' if '?' in path else '?'}limit={limit}")
    yield page
    while page["next"]:
        page = get(page["next"].removeprefix(f"{BASE}/api/v1"))
        yield page


# Search


def test_a_search_answers_as_the_site_does(get, client):
    found = get("/search?q=fractions+cm2")
    assert found["total"] == 1
    [first] = found["results"]
    assert first["title"] == "Fractions en boîte"
    assert first["facets"]["niveau"] == ["elementaire", "cm2"]
    assert [(note["words"], note["value"]) for note in found["understood"]] == [("cm2", "cm2")]
    assert client.get(first["links"]["html"]).status_code == 200


def test_each_facet_is_counted_with_its_label(get):
    levels = get("/search?q=fractions")["facets"]["niveau"]
    assert levels["label"] == "niveau de classe"
    assert {"value": "cm2", "label": "CM2", "count": 1} in levels["values"]


@pytest.mark.parametrize("value", ["cm2", "CM2", "classe de CM2"])
def test_a_value_may_be_a_slug_or_a_label(get, value):
    assert get(f"/search?niveau={value}")["total"] == 1


def test_values_of_one_facet_widen_and_of_two_narrow(get):
    assert get("/search?niveau=6e&niveau=gs")["total"] == 2
    assert get("/search?niveau=6e&niveau=gs&usage=en-classe-entiere")["total"] == 1


def test_words_are_taken_as_they_are_when_asked(get):
    assert get("/search?q=fractions+cm2&mots=tels-quels")["understood"] == []


def test_a_question_that_the_site_refuses_is_refused_in_the_same_words(get):
    found = get("/search?q=" + "+".join(f"mot{number}" for number in range(30)))
    assert (found["total"], found["results"], found["next"]) == (0, [], None)
    assert "trop de mots" in found["problem"]


@pytest.mark.parametrize("path", ["/search", "/search?tri=titre", "/search?tri=date", "/changes"])
def test_pages_of_any_size_give_everything_once(get, path):
    rows = "changes" if path == "/changes" else "results"
    whole = [row["slug"] for row in get(path)[rows]]
    assert len(whole) == 4
    for limit in (1, 2, 3):
        walked = [row["slug"] for page in every(get, path, limit) for row in page[rows]]
        assert walked == whole


def test_the_next_page_is_also_in_the_link_header(client):
    answer = client.get("/api/v1/search?limit=1")
    assert answer.headers["Link"] == f'<{answer.get_json()["next"]}>; rel="next"'


# Records


def test_a_record_is_the_notice_and_its_keeping(get, site):
    entry = site.store.find("boite.xml")
    record = get(f"/records/{entry.slug}")
    assert record["state"] == "published"
    assert record["source"]["licence"] == "etalab-2.0"
    assert record["record"]["general"]["title"][0]["value"] == "Une boîte de fractions"
    assert record["links"]["xml"] == f"{BASE}/ressources/{entry.slug}.xml"


def test_an_earlier_address_leads_to_the_one_of_today(client, site):
    slug = site.store.find("boite.xml").slug
    answer = client.get(f"/api/v1/records/ancien-{slug.rpartition('-')[2]}")
    assert (answer.status_code, answer.headers["Location"]) == (
        301,
        f"{BASE}/api/v1/records/{slug}",
    )


def test_a_publisher_s_entry_is_nowhere_until_qualified(get, site):
    slug = site.store.find("payante.xml").slug
    assert code_of(get(f"/records/{slug}", 404)) == "introuvable"
    assert get("/search?q=payante")["total"] == 0
    assert slug not in [row["slug"] for page in every(get, "/changes") for row in page["changes"]]
    assert [source["key"] for source in get("/sources")["sources"]] == ["notices"]


def test_nothing_private_leaves(client, get):
    for path in ("/search", "/changes", "/sources"):
        assert EMAIL not in client.get(f"/api/v1{path}").text
    for row in get("/search")["results"]:
        assert EMAIL not in client.get(row["links"]["self"]).text


# Vocabularies and sources


def test_every_vocabulary_is_listed_and_opens(get, client):
    listed = get("/vocabularies")["vocabularies"]
    assert {"022", "015", "rgaa"} <= {each["key"] for each in listed}
    for each in listed:
        if each["key"] != "015":
            assert client.get(each["concepts"]).status_code == 200


def test_a_vocabulary_gives_all_its_concepts_by_pages(get):
    pages = [*every(get, "/vocabularies/022", 50)]
    uris = [concept["uri"] for page in pages for concept in page["concepts"]]
    assert len({*uris}) == len(uris) == pages[0]["total"]


def test_balise_s_own_terms_say_what_they_mean_and_match(get):
    terms = {each["label"]: each for each in get("/vocabularies/rgaa")["concepts"]}
    assert terms["totalement conforme"]["definition"]


def test_a_source_says_what_it_gives_under_which_licence(get, client):
    [source] = get("/sources")["sources"]
    assert (source["title"], source["licence"], source["published"]) == (
        "Source notices",
        "etalab-2.0",
        4,
    )
    assert client.get(source["results"]).get_json()["total"] == 4


# Errors, and what every answer carries


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/rien", 404, "introuvable"),
        ("/records/rien", 404, "introuvable"),
        ("/vocabularies/rien", 404, "introuvable"),
        ("/search?limit=0", 400, "valeur-refusee"),
        ("/search?limit=101", 400, "valeur-refusee"),
        ("/search?limit=dix", 400, "valeur-refusee"),
        ("/search?tri=hasard", 400, "valeur-refusee"),
        ("/search?mots=autres", 400, "valeur-refusee"),
        ("/search?cursor=%00", 400, "valeur-refusee"),
        ("/search?cursor=-1", 400, "valeur-refusee"),
        ("/changes?cursor=hier", 400, "valeur-refusee"),
        ("/search?q=" + "x" * 257, 400, "valeur-refusee"),
        ("/search?q=x&q=y", 400, "parametre-repete"),
        ("/search?" + "&".join(["niveau=cm1"] * 21), 400, "parametre-repete"),
        ("/sources?page=2", 400, "parametre-inconnu"),
    ],
)
def test_an_error_is_a_problem_with_a_code_and_a_french_sentence(client, path, status, code):
    answer = client.get(f"/api/v1{path}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    problem = answer.get_json()
    assert (problem["status"], code_of(problem)) == (status, code)
    assert problem["title"]
    assert problem["detail"].endswith((".", "?"))
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_an_unknown_parameter_is_told_the_nearest_known_one(get):
    problem = get("/search?nivau=cm1", 400)
    assert (problem["parameter"], problem["nearest"]) == ("nivau", "niveau")
    assert "Vouliez-vous dire «\u00a0niveau\u00a0»\u202f?" in problem["detail"]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_api_is_for_reading(client, method):
    answer = getattr(client, method)("/api/v1/search")
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert {*answer.headers["Allow"].split(", ")} == {"GET", "HEAD", "OPTIONS"}


def test_a_fault_of_ours_is_a_problem_too(site, monkeypatch):
    app = create_app(site)
    monkeypatch.setattr("catalogue_site.apianswer.source", None)
    answer = app.test_client().get("/api/v1/sources", headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/", "/search", "/changes", "/sources", "/openapi.json"])
def test_what_has_not_changed_is_not_sent_again(client, path):
    answer = client.get(f"/api/v1{path}")
    assert "public" in answer.headers["Cache-Control"]
    again = client.get(f"/api/v1{path}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"/api/v1{path}", headers={"If-None-Match": '"autre"'}).status_code == 200


def test_head_says_what_get_would(client):
    head, got = client.head("/api/v1/search"), client.get("/api/v1/search")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == got.headers["ETag"]
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_a_trailing_slash_changes_nothing(client):
    assert client.get("/api/v1/search/").data == client.get("/api/v1/search").data
    assert client.get("/api/v1").data == client.get("/api/v1/").data


def test_scripts_of_any_site_may_read_and_no_more(client):
    answer = client.options("/api/v1/search", headers={"Origin": "https://ailleurs.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Access-Control-Allow-Credentials" not in answer.headers


# A catalogue that changes between two pages


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A store and an index that the tests below change, and the API over them."""
    folder = tmp_path_factory.mktemp("live")
    store, engine = SqlStore(f"sqlite:///{folder}/b.sqlite"), WhooshEngine(folder / "index")
    yield Live(store, engine)
    store.close()


class Live:
    def __init__(self, store, engine):
        self.store, self.engine = store, engine
        self.client = create_app(Site(store=store, engine=engine)).test_client()

    def publish(self, source, records, now=NOW):
        given = info(source, licence="etalab-2.0", publish="all")
        harvest(ListSource([*records], key=source, exhaustive=False), given, self.store, now=now)
        catch_up(self.store, self.engine)

    def get(self, path):
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def moved(self, cursor, limit=100):
        """What changed since a cursor, and the cursor of the end."""
        more = True
        found = []
        while more:
            page = self.get(f"/api/v1/changes?cursor={cursor}&limit={limit}")
            found += page["changes"]
            cursor, more = page["cursor"], page["more"]
        return found, cursor


def test_what_left_is_gone_with_its_reason(live):
    live.publish("partis", [notice("un"), notice("deux")])
    gone, taken = live.store.find("un").slug, live.store.find("deux").slug
    live.publish("partis", [withdrawn("un")], NOW + DAY)
    live.store.takedown(taken, "Droits d’auteur.", NOW)
    catch_up(live.store, live.engine)
    problem = live.client.get(f"/api/v1/records/{gone}").get_json()
    assert (problem["status"], code_of(problem)) == (410, "retiree")
    assert problem["resource_title"] == "Ressource un"
    assert problem["since"].startswith("2026-03-02")
    problem = live.client.get(f"/api/v1/records/{taken}").get_json()
    assert (problem["status"], problem["reason"]) == (410, "Droits d’auteur.")
    assert "resource_title" not in problem


def test_a_notice_that_nobody_licensed_is_shown_but_not_among_the_changes(live):
    given = info("sans", licence="", publish="all")
    harvest(ListSource([notice("x")], key="sans"), given, live.store, now=NOW)
    catch_up(live.store, live.engine)
    slug = live.store.find("x").slug
    assert live.client.get(f"/api/v1/records/{slug}").status_code == 200
    assert slug not in [row["slug"] for row in live.moved("0")[0]]


#: What may happen to four notices of a source, and to a copy of them.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.integers(0, 3), st.integers(0, 9)),
        st.tuples(st.sampled_from(["withdraw", "takedown", "restore"]), st.integers(0, 3)),
        st.tuples(st.just("page")),
        st.tuples(st.just("rebuild")),
    ),
    max_size=8,
)


@pytest.mark.slow
@settings(max_examples=25)
@given(steps=STEPS, limit=st.integers(1, 3))
def test_a_copy_kept_by_the_changes_is_what_is_public(live, steps, limit):
    Live.count = getattr(Live, "count", 0) + 1
    source, copy, cursor = f"copie-{Live.count}", {}, live.moved("0")[1]

    def copied(page):
        for row in page:
            if row["kind"] == "upsert":
                copy[row["slug"]] = row["entry"]["record"]["general"]["title"][0]["value"]
            else:
                copy.pop(row["slug"], None)

    for number, step in enumerate(steps):
        now = NOW + timedelta(hours=number)
        if step[0] == "page":
            page = live.get(f"/api/v1/changes?cursor={cursor}&limit={limit}")
            copied(page["changes"])
            cursor = page["cursor"]
        else:
            happen(live, source, step, now)
    rest, _ = live.moved(cursor, limit)
    copied(rest)
    slugs = [slug for slug in live.store.slugs() if live.store.get(slug).source == source]
    assert copy == {slug: live.store.get(slug).title for slug in slugs}


def happen(live, source, step, now):
    match step:
        case ("publish", which, version):
            record = notice(f"{source}-{which}", f"Titre {version}")
            live.publish(source, [record], now)
        case ("withdraw", which):
            live.publish(source, [withdrawn(f"{source}-{which}")], now)
        case ("rebuild",):
            live.store.mark_all_changed()
            catch_up(live.store, live.engine)
        case (decision, which):
            decide(live, decision, f"{source}-{which}", now)


def decide(live, decision, identifier, now):
    try:
        slug = live.store.find(identifier).slug
        if decision == "takedown":
            live.store.takedown(slug, "motif", now)
        else:
            live.store.restore(slug)
    except (RecordNotFound, StoreError):
        return  # there is nothing to take down, or to restore
    catch_up(live.store, live.engine)


@pytest.mark.parametrize("sort", ["pertinence", "date", "titre"])
def test_a_page_goes_on_after_the_last_seen_whatever_came_or_left_meanwhile(live, sort):
    source = f"pages-{sort}"
    names = [f"{source}-{number:02}" for number in range(12)]
    live.publish(source, [notice(name, f"Volcan {name}") for name in names])
    path = f"/api/v1/search?q=volcan&source={source}&tri={sort}&limit=4"
    whole = [row["slug"] for row in live.get(f"{path[:-1]}50")["results"]]
    page = live.get(path)
    seen = [row["slug"] for row in page["results"]]
    live.store.takedown(seen[-1], "motif", NOW)
    live.store.takedown(seen[0], "motif", NOW)
    newcomers = [notice(f"{source}-a{number}", "Volcan !") for number in range(3)]
    live.publish(source, newcomers, NOW + DAY)
    while page["next"]:
        page = live.get(page["next"])
        seen += [row["slug"] for row in page["results"]]
    assert {*whole} <= {*seen}
    assert len(seen) == len({*seen})


# The document


def test_every_parameter_checked_is_told_and_every_one_told_is_taken(get):
    paths = get("/openapi.json")["paths"]
    names = [parameter["name"] for parameter in paths["/search"]["get"]["parameters"]]
    assert {"q", "niveau", "hors-ligne", "tri", "limit", "cursor"} <= {*names}
    for name in names:
        if name not in ("tri", "mots", "limit", "cursor"):
            get(f"/search?{name}=x")


def test_notices_keep_to_the_schema_that_the_document_gives(get, site):
    document = get("/openapi.json")
    strict = json.loads(json.dumps(document))
    for schema in strict["components"]["schemas"].values():
        if schema.get("type") == "object":
            schema["additionalProperties"] = False
    checker = Draft202012Validator({**strict, "$ref": "#/components/schemas/Entry"})
    for slug in site.store.slugs():
        checker.validate(get(f"/records/{slug}"))


@pytest.mark.slow
def test_schemathesis_finds_nothing_false_in_the_document(site, tmp_path):
    server = make_server("127.0.0.1", 0, create_app(replace(site, base_url="")), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/api/v1/openapi.json"
        tool = Path(sys.executable).with_name("schemathesis")
        command = [tool, "run", address, "--checks", "all", "--max-examples", "25", "--no-color"]
        run = subprocess.run(
            command, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=300
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert run.returncode == 0, run.stdout
    assert "No issues found" in run.stdout
