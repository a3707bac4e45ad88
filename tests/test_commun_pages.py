"""What the site shows of the projects of a forge, and what it tells their maintainers."""

import pytest
from lxml import etree, html

from catalogue_site.application import create_app
from catalogue_site.build import build
from catalogue_site.site import Site
from indexer.documents import catch_up
from indexer.whoosh_engine import WhooshEngine
from tests.crawling import NOTICE, SEVERAL, Catalogue

CO_MAINTAINER = NOTICE + "cherche-co-mainteneur: oui\n"
FAULTY = "titre: Lecture\nniveaux: [CM9]\n"


@pytest.fixture
def catalogue(tmp_path, forge):
    return Catalogue(tmp_path, forge)


@pytest.fixture
def site(tmp_path, catalogue):
    engine = WhooshEngine(tmp_path / "index")

    def crawled():
        catalogue.crawl()
        catch_up(catalogue.store, engine)
        return Site(store=catalogue.store, engine=engine, base_url="https://catalogue.example")

    return crawled


def page(site, address, status=200):
    answer = create_app(site).test_client().get(address)
    assert answer.status_code == status, answer.status
    return html.fromstring(answer.text)


def words(page):
    return " ".join(page.text_content().replace("\u00a0", " ").replace("\u202f", " ").split())


def slug_of(catalogue, path):
    return catalogue.known(path).slug


def test_a_project_has_a_page_with_its_resources_and_its_activity(forge, catalogue, site):
    project = forge.add_project(
        "marie/cahier", files={"commun.yml": SEVERAL}, name="Cahier", description="Des séances."
    )
    forge.add_release(project, "v2", name="Deux", links=[("Paquet", "https://x.example/p.zip")])
    shown = page(site(), f"/communs/{slug_of(catalogue, 'marie/cahier')}")
    assert shown.findtext(".//h1") == "Cahier"
    assert {link.text for link in shown.iterfind(".//h3/a")} == {"Le conte", "La nouvelle"}
    addresses = {link.get("href") for link in shown.iterfind(".//a")}
    assert f"{forge.url}/marie/cahier" in addresses
    assert f"{forge.url}/marie/cahier/-/issues" in addresses
    assert "https://x.example/p.zip" in addresses
    assert "Version v2 « Deux », publiée le" in words(shown)
    assert "maintenir à plusieurs" not in words(shown)


README = """\
# Fractions en boîte

Des exercices pour le CM1, [en ligne](https://fractions.example/) : ![Une pizza](pizza.png)

<script>alert(1)</script>

## Installer ?

`make`
"""


def test_a_project_shows_the_beginning_of_its_readme(forge, catalogue, site):
    files = {"commun.yml": NOTICE, "README.md": README}
    project = forge.add_project("marie/fractions", files=files)
    address = "/communs/{}".format
    made = site()
    shown = page(made, address(slug_of(catalogue, "marie/fractions"))).find(".//section/article")
    assert shown.get("lang") is None
    assert shown.findtext("h3") == "Fractions en boîte"
    assert shown.findtext("h4") == "Installer\u202f?"
    assert "alert" not in shown.text_content()
    assert shown.find(".//img") is None
    picture = next(link for link in shown.iter("a") if link.text == "Une pizza (image)")
    assert picture.get("href").startswith(f"{forge.url}/marie/fractions/-/blob/")
    forge.commit(
        project, {"README.md": "Now the README is in English, for the reader of the page."}
    )
    shown = page(site(), address(slug_of(catalogue, "marie/fractions"))).find(".//section/article")
    assert shown.get("lang") == "en"
    forge.commit(project, {"README.md": None})
    assert (
        page(site(), address(slug_of(catalogue, "marie/fractions"))).find(".//article//article")
        is None
    )


def test_the_readme_of_a_project_that_left_is_not_kept(forge, catalogue, site):
    files = {"commun.yml": NOTICE, "README.md": README}
    project = forge.add_project("marie/fractions", files=files)
    for number in range(12):
        forge.add_project(f"classe/{number}", files={"commun.yml": NOTICE})
    site()
    assert catalogue.store.projects.readme("forge", project.id)
    forge.delete(project)
    catalogue.crawl(full=True)
    assert catalogue.store.projects.readme("forge", project.id) is None


def test_a_project_that_seeks_a_co_maintainer_says_so(forge, catalogue, site):
    forge.add_project("marie/fractions", files={"commun.yml": CO_MAINTAINER})
    shown = page(site(), f"/communs/{slug_of(catalogue, 'marie/fractions')}")
    assert "cherche quelqu’un pour le maintenir à plusieurs" in words(shown)


def test_a_resource_leads_to_its_project(forge, catalogue, site):
    forge.add_project("marie/fractions", files={"commun.yml": NOTICE})
    made = site()
    [slug] = catalogue.store.slugs()
    leads = {link.get("href") for link in page(made, f"/ressources/{slug}").iterfind(".//a")}
    assert f"/communs/{slug_of(catalogue, 'marie/fractions')}" in leads


def test_a_project_that_is_not_listed_has_no_page_but_its_maintainers_are_told_why(
    forge, catalogue, site
):
    forge.add_project("marie/fractions", files={"README.md": "# Fractions"})
    made = site()
    address = f"/communs/{slug_of(catalogue, 'marie/fractions')}"
    assert "pas de fichier commun.yml" in words(page(made, address, 404))
    state = words(page(made, f"{address}/etat"))
    assert "Pas au catalogue. Il n’a pas de fichier commun.yml." in state
    assert "README.md" in state
    assert "sera relu dès que la forge signalera un changement" in state


def test_its_maintainers_see_each_remark_with_a_link_to_the_line(forge, catalogue, site):
    forge.add_project("marie/lecture", files={"commun.yml": FAULTY})
    shown = page(site(), f"/communs/{slug_of(catalogue, 'marie/lecture')}/etat")
    commit = catalogue.known("marie/lecture").snapshot.files[0].commit
    lines = {link.text: link.get("href") for link in shown.iterfind(".//ol/li/a")}
    assert lines["ligne 2"] == f"{forge.url}/marie/lecture/-/blob/{commit}/commun.yml#L2"
    said = words(shown)
    assert "contient des erreurs" in said
    assert "CM9" in said


def test_a_version_with_errors_is_told_beside_the_one_that_is_still_shown(forge, catalogue, site):
    project = forge.add_project("marie/fractions", files={"commun.yml": NOTICE})
    site()
    forge.commit(project, {"commun.yml": FAULTY})
    shown = words(page(site(), f"/communs/{slug_of(catalogue, 'marie/fractions')}/etat"))
    assert "Au catalogue, dans sa version d’avant." in shown


def test_a_project_taken_down_says_so_to_its_maintainers(forge, catalogue, site):
    forge.add_project("marie/fractions", files={"commun.yml": NOTICE})
    made = site()
    [slug] = catalogue.store.slugs()
    catalogue.store.takedown(slug, "Demande de l’auteur", forge.clock())
    address = f"/communs/{slug_of(catalogue, 'marie/fractions')}"
    assert "Retiré du catalogue. Motif : Demande de l’auteur" in words(
        page(made, f"{address}/etat")
    )
    page(made, address, 404)


def test_a_project_that_left_is_gone(forge, catalogue, site):
    for number in range(12):
        notice = NOTICE.replace("boîte", str(number))
        forge.add_project(f"classe/{number}", files={"commun.yml": notice})
    project = forge.add_project("marie/fractions", files={"commun.yml": NOTICE})
    made = site()
    forge.delete(project)
    catalogue.crawl(full=True)
    address = f"/communs/{slug_of(catalogue, 'marie/fractions')}"
    assert "supprimé, ou il n’est plus public" in words(page(made, address, 410))
    state = words(page(made, f"{address}/etat"))
    assert "supprimé, ou il n’est plus public" in state
    assert "commun.yml, " not in state
    assert "Fractions" not in state


@pytest.mark.parametrize(
    "asked",
    [
        "marie/fractions",
        " marie/fractions/ ",
        "{url}/marie/fractions",
        "{url}/marie/fractions.git",
        "{url}/marie/fractions/-/tree/main",
    ],
)
def test_maintainers_find_their_project_by_its_path_or_its_address(forge, catalogue, site, asked):
    forge.add_project("marie/fractions", files={"commun.yml": NOTICE})
    client = create_app(site()).test_client()
    answer = client.get("/communs", query_string={"projet": asked.format(url=forge.url)})
    assert answer.location == f"/communs/{slug_of(catalogue, 'marie/fractions')}/etat"


@pytest.mark.parametrize("asked", ["inconnu/projet", "<b>x", "\x00", "https://", "é" * 400])
def test_an_unknown_project_is_said_beside_the_field(site, asked):
    answer = create_app(site()).test_client().get("/communs", query_string={"projet": asked})
    assert answer.status_code == 404
    field = html.fromstring(answer.text).find(".//input[@id='projet']")
    assert field.get("aria-invalid") == "true"
    assert "faute-projet" in field.get("aria-describedby")


def test_the_badge_says_whether_the_project_is_listed(forge, catalogue, site):
    forge.add_project("marie/fractions", files={"commun.yml": NOTICE})
    forge.add_project("marie/lecture", files={"README.md": "# Lecture"})
    client = create_app(site()).test_client()
    for path, said in (("marie/fractions", "au catalogue"), ("marie/lecture", "hors catalogue")):
        answer = client.get(f"/badges/{slug_of(catalogue, path)}.svg")
        assert answer.mimetype == "image/svg+xml"
        assert len(answer.data) < 1000
        picture = etree.fromstring(answer.data)
        assert picture.findtext("{*}title") == f"Balise\u00a0: {said}"
        assert answer.headers["Cache-Control"] == "public, max-age=3600"
        again = client.get(answer.request.path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_what_a_project_says_of_itself_is_shown_as_text(forge, catalogue, site):
    hostile = "<script>alert(1)</script>"
    files = {
        "commun.yml": NOTICE.replace("Fractions", f'"{hostile} Fractions').replace("boîte", 'b"')
    }
    forge.add_project("marie/fractions", files=files, name=hostile, description=hostile)
    made = site()
    for address in ("", "/etat"):
        shown = page(made, f"/communs/{slug_of(catalogue, 'marie/fractions')}{address}")
        assert not shown.xpath("//script[not(@type)]")
        assert hostile in shown.text_content()


def test_the_static_site_has_the_pages_of_the_projects(tmp_path, forge, catalogue, site):
    forge.add_project("marie/fractions", files={"commun.yml": NOTICE})
    forge.add_project("marie/lecture", files={"README.md": "# Lecture"})
    build(site(), tmp_path / "public")
    listed, known = slug_of(catalogue, "marie/fractions"), slug_of(catalogue, "marie/lecture")
    public = tmp_path / "public"
    assert (public / "communs" / listed / "index.html").exists()
    assert (public / "badges" / f"{listed}.svg").exists()
    assert (public / "communs" / known / "etat" / "index.html").exists()
    assert not (public / "communs" / known / "index.html").exists()
