"""The back-office on what feeds bring: the pages that a curator sees, and what their forms do."""

import socket
import time
import tomllib
from dataclasses import replace
from datetime import timedelta

import pytest

from catalogue_site import auth
from catalogue_site.application import create_app
from catalogue_site.openid import Identity, Login
from catalogue_site.sessions import SESSION, Session
from catalogue_site.site import Site
from indexer.documents import catch_up
from indexer.errors import SearchError
from indexer.fetch import Fetcher
from indexer.harvest import harvest
from indexer.oaipmh import OaiPmhSource
from indexer.preview import preview
from indexer.search import Query
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from installation import Balises
from metadata.case import Role
from metadata.record import Educational, Term
from settings import Settings, SourceSettings
from tests.fakes import CURATOR, DAY, NOW, ListSource, info, notice
from tests.oaiserver import OaiServer
from tests.test_editor import Page, text_of

CONCEPT = "http://data.education.fr/voc/scolomfr/concept/"
GROUPS = {"lire": Role.READER, "instruire": Role.EXAMINER, "diriger": Role.ADMINISTRATOR}
SHARED = {"locations": ["https://exemple.fr/cours"]}


@pytest.fixture
def site(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/b.sqlite")

    def look(candidate):
        """As installation does, but that it may read the machine that tests run on."""
        fetch = Fetcher(contact="", internal=True, delay=0, sleep=lambda seconds: None)
        source = OaiPmhSource(
            key=candidate.key, url=candidate.url, prefix=candidate.prefix, fetch=fetch
        )
        return preview(source, candidate, store.curating, NOW)

    yield Site(
        store=store,
        engine=WhooshEngine(tmp_path / "index"),
        login=Login(url="https://forge.example", client_id="", client_secret="", clock=clock),
        roles=GROUPS,
        clock=clock,
        preview=look,
    )
    store.close()


def clock():
    return NOW


@pytest.fixture
def app(site):
    return create_app(site)


@pytest.fixture
def enter(app):
    """A browser in which somebody of a group is logged in."""

    def entered(group="instruire"):
        who = Identity(
            subject="7", username="ines", name="Inès Exemple", groups=(group,),
            scopes=frozenset(), token="", until=NOW + SESSION,
        )  # fmt: skip
        client = app.test_client()
        number = app.extensions[auth.SESSIONS].open(Session(until=NOW + SESSION, who=who))
        client.set_cookie(auth.COOKIE, number)
        return client

    return entered


@pytest.fixture
def fill(site):
    def filled(*records, key="essai", now=NOW, **said):
        report = harvest(ListSource(records, key=key), info(key, **said), site.store, now=now)
        catch_up(site.store, site.engine)
        return report

    return filled


def asked(client, path, status=200, **query):
    return Page(client, client.get(path, query_string=query), status)


def words(page, selector="main"):
    return " ".join(text_of(each) for each in page.tree.cssselect(selector))


def followed(page):
    """The page that a form led to."""
    assert page.answer.status_code == 303
    return Page(page.client, page.client.get(page.answer.location))


def slug(site, name):
    return site.store.find(name).slug


@pytest.mark.parametrize(
    "path",
    [
        "/curation/valeurs",
        "/curation/valeurs/une?vocabulaire=010&valeur=fiche",
        "/curation/doublons",
        "/curation/sources",
        "/curation/sources/apercu",
    ],
)
def test_nobody_comes_in_without_logging_in(app, path):
    assert app.test_client().get(path).status_code == 401


# Values


def said(value):
    return {"educational": (Educational(learning_resource_types=(Term("", value),)),)}


def of_type(site, kind):
    return [hit.slug for hit in site.engine.search(Query(filters={"type": (kind,)})).hits]


def test_a_value_is_mapped_once_and_read_again_at_once(site, enter, fill):
    fill(notice("1", "Volcans", **said("fiche prof")), notice("2", "Nuages", **said("Fiche Prof")))
    client = enter()
    listed = asked(client, "/curation/valeurs")
    [row] = listed.tree.cssselect("main section li:has(a)")
    assert "« fiche prof »" in text_of(row) or "« Fiche Prof »" in text_of(row)
    assert "2 notices, par exemple :" in text_of(row)
    page = Page(client, client.get(row.cssselect("a")[0].get("href")))
    [sheet] = [
        box.get("value")
        for box in page.tree.cssselect("input[name=concept]")
        if text_of(box.getparent()) == "Fiche pédagogique"
    ]
    done = followed(page.press("Appliquer", {"concept": sheet, "motif": "usage"}, 303))
    assert "C’est enregistré" in words(done, "[role=status]")
    assert {*of_type(site, "fiche-pedagogique")} == {slug(site, "1"), slug(site, "2")}
    assert "Aucune valeur n’attend" in words(done)
    [line] = site.store.curating.lines("valeur")
    assert (line.event.by, line.event.data["reason"]) == ("ines", "usage")


def test_a_decision_is_kept_though_the_index_is_busy(app, site, enter, fill, caplog):
    fill(notice("1", **said("fiche prof")))
    app.extensions["site"] = replace(site, engine=Busy())
    page = asked(enter(), "/curation/valeurs/une", vocabulaire="010", valeur="fiche prof")
    page.press("Appliquer", {"concept": f"{CONCEPT}exercise"}, 303)
    assert "index behind" in caplog.text
    catch_up(site.store, site.engine)
    assert of_type(site, "exercice") == [slug(site, "1")]


class Busy:
    """An index that another process is writing to."""

    fresh = False

    def update(self, documents, deleted=()):
        raise SearchError("occupé")


def test_the_nearest_concepts_are_offered_and_lead_to_the_form_already_filled(enter, fill):
    fill(notice("1", **said("exercises")))
    client = enter()
    [near] = [
        link
        for link in asked(client, "/curation/valeurs").tree.cssselect("main a[href*=concept]")
        if text_of(link) == "exercice"
    ]
    page = Page(client, client.get(near.get("href").partition("#")[0]))
    [checked] = page.tree.cssselect("input[name=concept][checked]")
    assert checked.get("value") == f"{CONCEPT}exercise"


def test_a_concept_of_a_long_vocabulary_is_searched(enter):
    page = asked(enter(), "/curation/valeurs/une", vocabulaire="015", valeur="xyzzy", q="géométrie")
    found = [text_of(each) for each in page.tree.cssselect(".cur-choix label")]
    assert found[0].startswith("Géométrie plane")
    assert len(found) == 12
    assert page.tree.get_element_by_id("q").value == "géométrie"


def test_no_concept_chosen_is_said_at_the_top_and_by_the_field(site, enter, fill):
    fill(notice("1", **said("fiche prof")))
    page = asked(enter(), "/curation/valeurs/une", vocabulaire="010", valeur="fiche prof")
    again = page.press("Appliquer", {"motif": "pour voir"}, 422)
    [link] = again.tree.cssselect(".cat-erreurs a")
    field = again.tree.get_element_by_id(link.get("href").removeprefix("#"))
    assert field.get("aria-invalid") == "true"
    assert text_of(again.tree.get_element_by_id(field.get("aria-describedby"))) == text_of(link)
    assert again.tree.get_element_by_id("motif").value.strip() == "pour voir"
    assert site.store.curating.lines("valeur") == []


def test_a_concept_of_another_vocabulary_is_refused(enter, fill):
    fill(notice("1", **said("fiche prof")))
    page = asked(enter(), "/curation/valeurs/une", vocabulaire="010", valeur="fiche prof")
    other = f"{CONCEPT}scolomfr-voc-022-num-015"
    assert "Choisissez le terme" in page.press("Appliquer", {"concept": other}, 422).faults[-1]


def test_whoever_comes_second_to_a_value_sees_what_was_decided(site, enter, fill):
    fill(notice("1", **said("fiche prof")))
    page = asked(enter(), "/curation/valeurs/une", vocabulaire="010", valeur="fiche prof")
    site.store.curating.map_value("fiche prof", f"{CONCEPT}exercise", CURATOR, NOW)
    again = page.press("Appliquer", {"concept": f"{CONCEPT}lecture"}, 409)
    assert "« exercice »" in words(again, "dl")
    [checked] = again.tree.cssselect("input[name=concept][checked]")
    assert checked.get("value") == f"{CONCEPT}lecture"
    assert "Concept : exercice" in words(again)
    again.press("Remplacer", status=303)
    assert site.store.curating.mapped()[0].uri == f"{CONCEPT}lecture"


def test_a_mapping_is_undone_with_a_reason(site, enter, fill):
    fill(notice("1", **said("fiche prof")))
    site.store.curating.map_value("fiche prof", f"{CONCEPT}exercise", CURATOR, NOW)
    catch_up(site.store, site.engine)
    assert of_type(site, "exercice") == [slug(site, "1")]
    page = asked(enter(), "/curation/valeurs/une", vocabulaire="010", valeur="fiche prof")
    assert "pourquoi" in page.press("Défaire", status=422).faults[-1]
    done = followed(page.press("Défaire", {"motif": "une erreur"}, 303))
    assert "« fiche prof »" in words(done)
    assert of_type(site, "exercice") == []


def test_the_values_of_a_source_have_pages(enter, fill):
    fill(*(notice(str(n), **said(f"valeur {n:03}")) for n in range(60)))
    client = enter()
    first = asked(client, "/curation/valeurs")
    assert len(first.tree.cssselect("main section:first-of-type li")) == 10
    second = asked(client, "/curation/valeurs", source="essai", page="2")
    assert "« valeur 050 »" in words(second)
    assert "« valeur 049 »" not in words(second)
    assert "Page 2 sur 2" in words(second)


def test_a_reader_is_told_which_role_it_takes(enter, fill):
    fill(notice("1", **said("fiche prof")))
    page = asked(enter("lire"), "/curation/valeurs/une", vocabulaire="010", valeur="fiche prof")
    again = page.press("Appliquer", {"concept": f"{CONCEPT}lecture"}, 422)
    assert "demande le rôle : instructeur ou décideur ou administrateur" in again.faults[-1]


# Duplicates


def also_described(client, slug):
    return "Décrite aussi ici" in client.get(f"/ressources/{slug}").text


def test_two_entries_told_apart_are_no_longer_put_together_anywhere(site, enter, fill):
    fill(notice("1", "Un cours", **SHARED), key="a", title="Source A")
    fill(notice("2", "Le cours", **SHARED), key="b", title="Source B")
    client = enter()
    assert also_described(client, slug(site, "1"))
    listed = asked(client, "/curation/doublons")
    [link] = listed.tree.cssselect("main .cur-liste > li > a")
    page = Page(client, client.get(link.get("href")))
    assert "Un cours" in words(page, "thead")
    [title] = [row for row in page.tree.cssselect("tr.cur-differe") if "Titre" in text_of(row)]
    assert "diffère" in text_of(title)
    assert "motif" in page.press("Ressources différentes", status=422).faults[-1]
    done = followed(page.press("Ressources différentes", {"motif": "deux éditions"}, 303))
    assert "ne seront plus rapprochées" in words(done, "[role=status]")
    assert "Aucun rapprochement n’attend" in words(done)
    fill(notice("1", "Un autre titre", **SHARED), key="a", now=NOW + DAY)
    [*site.store.reread(NOW + DAY)]
    assert not also_described(client, slug(site, "1"))
    assert "deux éditions" in words(asked(client, "/curation/doublons/decides"))


def test_two_entries_joined_are_shown_together_though_they_share_nothing(site, enter, fill):
    fill(notice("1", "Un cours"), notice("2", "Le cours"))
    client = enter()
    page = asked(client, "/curation/doublons/comparer", r=[slug(site, "1"), slug(site, "2")])
    assert "ne partagent ni identifiant" in words(page)
    page.press("Même ressource", {"motif": "une réédition"}, 303)
    said = text_of(Page(client, client.get(f"/ressources/{slug(site, '1')}")).tree)
    assert "Décrite aussi ici (vérifié par l’équipe du catalogue) : Le cours" in said
    again = asked(client, "/curation/doublons/comparer", r=[slug(site, "1"), slug(site, "2")])
    again.press("Défaire", {"motif": "une erreur"}, 303)
    assert not also_described(client, slug(site, "1"))


def test_of_several_alike_one_says_which_the_decision_is_about(site, enter, fill):
    fill(*(notice(name, f"Cours {name}", **SHARED) for name in "123"))
    one, two, three = (slug(site, name) for name in "123")
    page = asked(enter(), "/curation/doublons/comparer", r=[one, two, three])
    assert "deux notices" in page.press("Même", {"notice": [one], "motif": "x"}, 422).faults[-1]
    page.press("Même", {"notice": [one, three], "motif": "x"}, 303)
    assert [pair.slugs for pair in site.store.curating.pairs()] == [tuple(sorted([one, three]))]


def test_a_large_group_is_gone_through_without_comparing_anything_twice(site, enter, fill):
    fill(*(notice(f"{n:02}", **SHARED) for n in range(12)))
    client, seen = enter(), set()
    while links := asked(client, "/curation/doublons").tree.cssselect("main .cur-liste > li > a"):
        page = Page(client, client.get(links[0].get("href")))
        page.press("Ressources différentes", {"motif": "x"}, 303)
        assert len(site.store.curating.pairs()) > len(seen)
        seen = {pair.slugs for pair in site.store.curating.pairs()}
    assert len(seen) == 12 * 11 / 2


def test_a_decision_that_contradicts_another_says_which(site, enter, fill):
    fill(*(notice(name, f"Cours {name}") for name in "123"))
    one, two, three = (slug(site, name) for name in "123")
    for pair in ([one, two], [two, three]):
        site.store.curating.judge_pairs(pair, same=True, by=CURATOR, now=NOW, reason="x")
    page = asked(enter(), "/curation/doublons/comparer", r=[one, three])
    assert "à la fois" in page.press("Ressources diff", {"motif": "x"}, 422).faults[-1]


def test_what_a_vendor_withholds_is_compared_too(site, enter, fill):
    fill(notice("1", "Un cours", **SHARED), key="a")
    fill(notice("2", "Le cours", **SHARED), key="b", publish="qualified")
    assert "Le cours (Une source, non publiée)" in words(asked(enter(), "/curation/doublons"))
    assert not also_described(enter(), slug(site, "1"))


@pytest.mark.parametrize("query", ["", "r=x", "r=x&r=y"])
def test_there_is_nothing_to_compare_with_nothing(enter, query):
    assert enter().get(f"/curation/doublons/comparer?{query}").status_code == 404


# Drops


def many(count):
    return [notice(str(number)) for number in range(count)]


def test_a_drop_confirmed_is_carried_out_by_the_next_harvest(site, enter, fill):
    fill(*many(60))
    fill(*many(40), now=NOW + DAY)
    client = enter("diriger")
    [link] = asked(client, "/curation/sources").tree.cssselect("main a[href$=baisse]")
    assert text_of(link) == "Une source : 20 notices sur 60"
    page = Page(client, client.get(link.get("href")))
    assert "Ressource 59" in words(page)
    assert "Ressource 39" not in words(page)
    done = followed(page.press("Confirmer", {"motif": "tri annuel"}, 303))
    assert "la prochaine moisson retirera" in words(done, "[role=status]")
    fill(*many(40), now=NOW + 2 * DAY)
    assert len(site.store.slugs()) == 40
    assert "Aucune" in words(asked(client, "/curation/sources"), "section:first-of-type")


def test_a_drop_that_changed_since_it_was_read_is_not_confirmed(enter, fill):
    fill(*many(60))
    fill(*many(40), now=NOW + DAY)
    page = asked(enter("diriger"), "/curation/sources/essai/baisse")
    fill(*many(30), now=NOW + 2 * DAY)
    again = page.press("Confirmer", {"motif": "tri annuel"}, 409)
    assert "30 entrées disparaîtraient, et non 20" in again.faults[-1]
    assert "30 notices sur 60" in words(again)


def test_only_an_administrator_confirms_a_drop(enter, fill):
    fill(*many(60))
    fill(*many(40), now=NOW + DAY)
    page = asked(enter(), "/curation/sources/essai/baisse")
    assert "demande le rôle : administrateur" in words(page)
    assert not page.tree.cssselect("main form")
    mark = page.tree.cssselect("[name=marque]")[0].get("value")
    forced = {"marque": mark, "vu": "20", "motif": "x"}
    assert page.client.post("/curation/sources/essai/baisse", data=forced).status_code == 422


def test_a_source_that_is_not_known_has_no_drop(enter):
    assert enter().get("/curation/sources/rien/baisse").status_code == 404


# Previews


@pytest.fixture
def repository():
    """A repository with more than a preview shows."""
    server = OaiServer()
    server.fill(30)
    with server.serving():
        yield server


FORM = {
    "kind": "oaipmh", "prefix": "oai_dc", "key": "editions", "title": "Éditions Exemple",
    "origin": "editeur", "publish": "qualified", "licence": "etalab-2.0",
}  # fmt: skip


def test_a_preview_shows_what_a_source_would_bring_and_keeps_nothing(site, enter, repository):
    client = enter("diriger")
    page = asked(client, "/curation/sources/apercu").press(
        "Lire", {**FORM, "url": repository.url}, 303
    )
    shown = followed(page)
    assert len(shown.tree.cssselect(".cur-apercu > li")) == 20
    assert "Notice 19" in words(shown, ".cur-apercu")
    assert "Ce qui manque ou cloche" in words(shown)
    assert "Part des 20 notices lues" in words(shown)
    assert site.store.sources() == site.store.slugs() == []
    assert site.store.changes(10) == []
    assert Page(client, client.get(page.answer.location)).answer.status_code == 200


def test_a_source_accepted_after_its_preview_leaves_a_block_for_the_operator(
    site, enter, repository
):
    client = enter("diriger")
    shown = followed(
        asked(client, "/curation/sources/apercu").press(
            "Lire", {**FORM, "url": repository.url}, 303
        )
    )
    assert "motif" in shown.press("Accepter", status=422).faults[-1]
    done = followed(shown.press("Accepter", {"motif": "convention signée"}, 303))
    [block] = tomllib.loads(done.tree.cssselect("pre")[0].text_content())["source"]
    assert block == {**FORM, "url": repository.url}
    [line] = site.store.curating.lines("source")
    assert (line.event.act, line.event.data["reason"]) == ("accepter-source", "convention signée")
    assert site.store.sources() == []


def test_a_source_refused_is_in_the_journal(site, enter, repository):
    client = enter("diriger")
    shown = followed(
        asked(client, "/curation/sources/apercu").press(
            "Lire", {**FORM, "url": repository.url}, 303
        )
    )
    done = followed(shown.press("Refuser", {"motif": "notices trop pauvres"}, 303))
    assert "notices trop pauvres" in words(done)
    assert not done.tree.cssselect("pre")


def test_a_source_that_cannot_be_read_says_why(enter, repository):
    sent = {**FORM, "url": repository.url, "prefix": "lom"}
    shown = followed(asked(enter("diriger"), "/curation/sources/apercu").press("Lire", sent, 303))
    assert "lom" in words(shown, ".cat-alerte")
    assert not shown.tree.cssselect(".cur-apercu")
    shown.press("Refuser", {"motif": "rien à lire"}, 303)


def test_an_address_of_our_own_network_is_not_read(site, enter, repository, tmp_path):
    """What installation gives the site, and not the stand-in of the other tests."""
    client = enter("diriger")
    given = Balises(Settings(folder=tmp_path)).site.preview
    client.application.extensions["site"] = replace(site, preview=given)
    sent = {**FORM, "url": repository.url}
    page = asked(client, "/curation/sources/apercu").press("Lire", sent, 422)
    assert "n’est pas celui d’un site public" in page.faults[-1]
    inside = {**FORM, "url": "http://127.0.0.1/oai"}
    shown = followed(asked(client, "/curation/sources/apercu").press("Lire", inside, 303))
    assert "n’est pas une adresse publique" in words(shown, ".cat-alerte")
    assert repository.requests == []


@pytest.mark.slow
def test_a_source_that_never_answers_keeps_nobody_waiting(tmp_path):
    given = SourceSettings(key="muette", kind="table", url="", internal=True)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        started = time.monotonic()
        found = Balises(Settings(folder=tmp_path)).preview(replace(given, url=url))
    assert time.monotonic() - started < 20
    assert found.fault
    assert found.records == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "Éditions Exemple"),
        ("key", "deja-la"),
        ("url", "/etc/passwd"),
        ("url", "file:///etc/passwd"),
        ("url", "https://moi:secret@exemple.fr/oai"),
        ("kind", "files"),
        ("prefix", ""),
        ("origin", "autre"),
        ("publish", "rien"),
        ("licence", "la mienne"),
    ],
)
def test_a_source_badly_described_is_not_read(site, enter, fill, field, value):
    fill(notice("1"), key="deja-la")
    read = []
    client = enter("diriger")
    app = client.application
    app.extensions["site"] = replace(site, preview=lambda candidate: read.append(candidate))
    sent = {**FORM, "url": "https://exemple.fr/oai", field: value}
    page = asked(client, "/curation/sources/apercu").press("Lire", sent, 422)
    assert [link.get("href") for link in page.tree.cssselect(".cat-erreurs a")] == [f"#{field}"]
    assert read == []


def test_only_an_administrator_looks_at_a_source(enter):
    client = enter()
    page = asked(client, "/curation/sources/apercu", 403)
    assert "demande le rôle : administrateur" in words(page)
    mark = page.tree.cssselect("[name=marque]")[0].get("value")
    sent = {**FORM, "url": "https://exemple.fr/oai", "marque": mark}
    assert client.post("/curation/sources/apercu", data=sent).status_code == 403


def test_a_preview_is_forgotten_after_an_hour(app, site, enter, repository):
    client = enter("diriger")
    place = asked(client, "/curation/sources/apercu").press(
        "Lire", {**FORM, "url": repository.url}, 303
    ).answer.location  # fmt: skip
    app.extensions["site"] = replace(site, clock=lambda: NOW + timedelta(hours=2))
    assert client.get(place).status_code == 404
    assert client.get("/curation/sources/apercu/rien").status_code == 404
