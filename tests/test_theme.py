"""A theme built from an archive like the State's: its terms first, its rules whole, its files ours to serve.

The archives are made here, of invented rules: nothing of the real one is kept or fetched.
"""

import io
import tarfile
import zipfile

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import cli
from catalogue_site import stylesheet
from catalogue_site.application import create_app
from catalogue_site.theme import COMPONENTS, MOST
from installation import Balises
from settings import Settings, load

HEADER = "/*! Système inventé v9.9.9 | licence inventée */"
ICON = "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0h9'/></svg>"


def files(**changed):
    """An archive of the same shape, by path; None leaves a file out."""
    made = {
        "package.json": '{"version": "9.9.9"}',
        "LICENSE.md": "Licence inventée",
        "doc/legal/cgu.md": "---\ncguVersion: 7.1.0\n---\nConditions inventées.",
        "dist/core/core.main.min.css": f'{HEADER}@charset "utf-8";@font-face{{font-family:Inventée;'
        'src:url("../fonts/Inventee.woff2?v=1")}:root{--a:1}.fr-btn{color:red}',
        "dist/scheme/scheme.min.css": ":root[data-fr-theme=dark]{--a:2}",
        "dist/fonts/Inventee.woff2": "wOF2 inventé",
        "dist/icons/petite.svg": ICON,
        "dist/icons/grande.svg": ICON + " " * 2_000,
    }
    made |= {
        f"dist/component/{name}/{name}.main.min.css": f".fr-{name}{{margin:0}}"
        for name in COMPONENTS
    }
    made["dist/component/search/search.main.min.css"] = (
        '.fr-search::before{mask:url(../../icons/petite.svg)}.fr-search::after{content:"}";'
        "mask:url('../../icons/grande.svg')}[data-fr-theme=\"dark\"] .fr-search{color:white}"
        "@media (min-width:48em){[data-fr-theme=dark] .fr-search{color:gray}.fr-x{color:lime}}"
    )
    made |= changed
    return {path: text.encode() for path, text in made.items() if text is not None}


def tarred(path, held):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in held.items():
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def zipped(path, held):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def balise(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DSFR_ACCEPT_LICENSE", raising=False)
    (tmp_path / "balise.toml").write_text('base_url = "https://catalogue.example"\n')

    def run(*arguments, status=0):
        result = CliRunner().invoke(cli.main, ["theme", "install", *map(str, arguments)])
        assert result.exit_code == status, result.output
        return result.output.replace("\u00a0", " ")

    return run


def accept(tmp_path, version="7.1.0"):
    (tmp_path / ".dsfr.yml").write_text(f"accept-license: {version}\n")


def client(tmp_path):
    return create_app(Balises(load(tmp_path / "balise.toml")).site).test_client()


def style_of(client):
    page = client.get("/aide/chercher").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = client.get(address)
    assert answer.status_code == 200
    return address, answer.text


@pytest.mark.parametrize("accepted", ["", "7.0.0", "7.1"])
def test_without_the_terms_of_this_very_archive_nothing_is_installed(tmp_path, balise, accepted):
    if accepted:
        accept(tmp_path, accepted)
    said = balise(tarred(tmp_path / "a.tgz", files()), status=1)
    assert "ne sont pas acceptées : rien n’a été installé" in said
    assert "accept-license: 7.1.0" in said
    assert not (tmp_path / "var" / "theme").exists()


@pytest.mark.parametrize("pack", [tarred, zipped])
def test_an_accepted_archive_becomes_the_style_of_every_page(tmp_path, balise, pack):
    accept(tmp_path)
    assert "version 7.1.0" in balise(pack(tmp_path / "a", files()))
    site = client(tmp_path)
    address, style = style_of(site)
    assert address.startswith("/static/dsfr.")
    assert style.startswith(HEADER), "its notices stay"
    assert ".fr-stepper{margin:0}" in style
    assert ".cat-bandeau" in style, "ours beside it"
    assert ".fr-btn{color:red}" in style
    assert ".fr-btn{font:inherit" not in style, "our own drawing of it has gone"
    page = site.get("/aide/chercher")
    assert "font-src 'self'" in page.headers["Content-Security-Policy"]
    assert "fr-logo" in page.text


def test_the_environment_may_accept_too(tmp_path, balise, monkeypatch):
    monkeypatch.setenv("DSFR_ACCEPT_LICENSE", "1")
    assert "Thème installé" in balise(tarred(tmp_path / "a.tgz", files()))


def test_dark_pages_need_no_script(tmp_path, balise):
    accept(tmp_path)
    balise(tarred(tmp_path / "a.tgz", files()))
    _, style = style_of(client(tmp_path))
    dark = next(
        block
        for head, block in stylesheet.rules(style)
        if head == "@media (prefers-color-scheme:dark)" and ".fr-search" in block
    )
    assert ":root:not([data-fr-theme]){--a:2}" in dark
    assert ":root:not([data-fr-theme]) .fr-search{color:white}" in dark
    assert "@media (min-width:48em){:root:not([data-fr-theme]) .fr-search{color:gray}}" in dark


def test_what_the_style_asks_for_is_served_by_us(tmp_path, balise):
    accept(tmp_path)
    balise(tarred(tmp_path / "a.tgz", files()))
    site = client(tmp_path)
    _, style = style_of(site)
    asked = [address for _, address in stylesheet.URL.findall(style)]
    assert len(asked) == 2, "the font and the large icon; the small one is in the style sheet"
    for address in asked:
        assert site.get(f"/static/{address}").status_code == 200
    assert 'mask:url("data:image/svg+xml,' in style


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"doc/legal/cgu.md": None}, "ne contient pas ses conditions"),
        ({"doc/legal/cgu.md": "Conditions."}, "ne disent pas leur version"),
        ({"dist/core/core.main.min.css": None}, "n’est pas celle du système de design"),
        ({"dist/component/link/link.main.min.css": None}, "Il manque dist/component/link"),
        ({"dist/fonts/Inventee.woff2": None}, "Il manque dist/fonts/Inventee.woff2"),
        ({"dist/scheme/scheme.min.css": " " * (MOST + 1)}, "est trop gros"),
    ],
)
def test_an_archive_of_another_shape_leaves_the_theme_that_was_there(
    tmp_path, balise, changed, said
):
    accept(tmp_path)
    balise(tarred(tmp_path / "a.tgz", files()))
    before = style_of(client(tmp_path))
    assert said in balise(tarred(tmp_path / "b.tgz", files(**changed)), status=1)
    assert style_of(client(tmp_path)) == before


def test_what_is_no_archive_is_said(tmp_path, balise):
    (tmp_path / "a.txt").write_text("rien")
    assert "n’est ni un zip ni un tar" in balise(tmp_path / "a.txt", status=1)


def test_without_a_theme_the_pages_are_ours(tmp_path):
    site = create_app(Balises(Settings(folder=tmp_path)).site).test_client()
    page = site.get("/aide/chercher")
    assert "font-src" not in page.headers["Content-Security-Policy"]
    assert "fr-logo" not in page.text


@given(st.text(alphabet="{};/*\"'a:.@media \\", max_size=60))
def test_any_text_is_read_as_a_style_sheet(css):
    for _, block in stylesheet.rules(css):
        assert block in css
