"""What feeds bring, curated at a terminal: the same rules and journal as the back-office."""

import json
import tomllib

import pytest

from indexer.store import SqlStore
from metadata.case import Act
from tests.notices import lom, write_all
from tests.oaiserver import OaiServer
from tests.test_cli import plain, run  # noqa: F401  # a fixture


@pytest.fixture
def catalogue(run, tmp_path):  # noqa: F811  # the fixture
    """Somebody at a terminal, and a way to read the journal."""

    class Catalogue:
        def __call__(self, *arguments, status=0):
            return plain(run(*arguments, status=status).output)

        def notice(self, name, title="La même", **said):
            (tmp_path / f"{name}.xml").write_text(lom(title, identifier=name, **said))
            run("harvest", f"{name}.xml")
            return json.loads(run("search", title, "--json").stdout)["results"]

        @property
        def journal(self):
            store = SqlStore(f"sqlite:///{tmp_path}/var/balise.sqlite")
            try:
                kinds = ("valeur", "doublon", "source")
                return [line for kind in kinds for line in store.curating.lines(kind)]
            finally:
                store.close()

    return Catalogue()


def test_a_value_is_mapped_with_who_and_why_then_taken_back(catalogue, tmp_path, run):  # noqa: F811
    strange = lom("Une fiche").replace(">exercise<", ">fiche de prof<")
    (tmp_path / "fiche.xml").write_text(strange)
    run("harvest", "fiche.xml")
    assert "fiche pédagogique" in catalogue("unmapped")
    who = ("--by", "ines", "--role", "instructeur", "--reason", "usage")
    catalogue("unmapped", "--map", "fiche de prof=fiche pédagogique", *who)
    assert "1 ressource" in catalogue("search", "fiche", "--facet", "type=fiche pédagogique")
    assert "demande un motif" in catalogue("unmapped", "--unmap", "fiche de prof", status=1)
    said = catalogue("unmapped", "--unmap", "Fiche de prof", "--reason", "une erreur")
    assert "1 entrée relue" in said
    assert "Aucune" in catalogue("search", "fiche", "--facet", "type=fiche pédagogique")
    assert "fiche de prof" in catalogue("unmapped")
    assert "Rien n’a été décidé" in catalogue("unmapped", "--unmap", "x", status=2)
    taken_back, mapped = catalogue.journal
    assert (mapped.event.act, mapped.event.by) == (Act.MAP, "ines")
    assert (taken_back.event.by, taken_back.event.roles) == ("exploitant", ("administrateur",))


def test_a_reader_maps_nothing(catalogue):
    given = ("--map", "fiche=fiche pédagogique", "--by", "alex", "--role", "lecteur")
    assert "demande le rôle" in catalogue("unmapped", *given, status=1)


def test_two_entries_are_told_apart_then_joined_then_neither(catalogue):
    catalogue.notice("a")
    one, other = (hit["slug"] for hit in catalogue.notice("b"))
    assert one in catalogue("duplicates")
    assert "Dites quoi" in catalogue("duplicates", one, other, status=2)
    assert "demande un motif" in catalogue("duplicates", "--different", one, other, status=1)
    catalogue("duplicates", "--different", one, other, "--reason", "deux éditions")
    assert catalogue("duplicates") == ""
    assert "ressources différentes – exploitant" in catalogue("duplicates", "--decided")
    catalogue("duplicates", "--same", "a.xml", "b.xml", "--reason", "une réédition")
    assert "vérifié par l’équipe du catalogue" in catalogue("duplicates")
    assert "Nommez deux" in catalogue("duplicates", "--forget", one, "--reason", "x", status=2)
    catalogue("duplicates", "--forget", one, other, "--reason", "une erreur")
    assert "la même adresse" in catalogue("duplicates")
    acts = [line.event.act for line in catalogue.journal]
    assert acts == [Act.FORGET_PAIR, Act.JOIN, Act.TELL_APART]


FOLDER = """
[[source]]
key = "dossier"
kind = "files"
url = "notices"
"""


def held(catalogue, tmp_path):
    (tmp_path / "balise.toml").write_text(FOLDER)
    write_all(tmp_path / "notices")
    catalogue("harvest")
    for file in [*(tmp_path / "notices").rglob("*.*")]:
        file.unlink()


def test_a_drop_is_listed_confirmed_then_carried_out(catalogue, tmp_path):
    held(catalogue, tmp_path)
    catalogue("harvest", "--full", status=1)
    assert "attend une décision" in catalogue("doctor", status=1)
    assert len(catalogue("sources", "--leaving", "dossier").splitlines()) == 4
    assert "demande un motif" in catalogue("sources", "--confirm", "dossier", status=1)
    said = catalogue("sources", "--confirm", "dossier", "--reason", "tri annuel")
    assert "retirera 4 entrées" in said
    assert "leur retrait est confirmé" in catalogue("sources")
    catalogue("harvest", "--full")
    assert "Aucune" in catalogue("search", "fractions")
    assert [line.event.data["lost"] for line in catalogue.journal] == [4]
    again = ("sources", "--confirm", "dossier", "--reason", "x")
    assert "Aucune baisse" in catalogue(*again, status=1)


def test_a_drop_confirmed_while_harvesting_is_in_the_journal_too(catalogue, tmp_path):
    held(catalogue, tmp_path)
    catalogue("harvest", "--full", status=1)
    catalogue("harvest", "--full", "--confirm-drop")
    (line,) = catalogue.journal
    assert (line.event.act, line.event.by) == (Act.CONFIRM_DROP, "exploitant")


def test_a_folder_is_looked_at_before_it_is_harvested(catalogue, tmp_path):
    write_all(tmp_path / "notices")
    said = catalogue("preview", "files", str(tmp_path / "notices"), "--key", "essai")
    assert "4 notices lues, 1 illisible" in said
    assert "couverture :" in said
    (block,) = tomllib.loads(said[said.index("[[source]]") :])["source"]
    assert block["key"] == "essai"
    assert catalogue("sources") == ""
    assert "Aucune" in catalogue("search", "fractions")


def test_a_configured_source_is_looked_at_by_its_key_and_refused(catalogue, tmp_path):
    (tmp_path / "balise.toml").write_text(FOLDER)
    write_all(tmp_path / "notices")
    assert "[[source]]" not in catalogue("preview", "dossier")
    assert "demande un motif" in catalogue("preview", "dossier", "--refuse", status=1)
    catalogue("preview", "dossier", "--refuse", "--reason", "trop pauvre")
    assert [line.event.act for line in catalogue.journal] == [Act.REFUSE_SOURCE]


def test_an_internal_address_is_read_only_where_the_configuration_says_so(catalogue, tmp_path):
    server = OaiServer()
    server.fill(25)
    with server.serving():
        refused = catalogue("preview", "oaipmh", server.url)
        assert "0 notice lue" in refused
        assert "interrompue" in refused
        block = f'[[source]]\nkey = "la"\nkind = "oaipmh"\nurl = "{server.url}"\ninternal = true\n'
        (tmp_path / "balise.toml").write_text(block)
        said = catalogue("preview", "la", "--accept", "--reason", "convention")
    assert "20 notices lues" in said
    assert 'url = "http://127.0.0.1' in said
    (line,) = catalogue.journal
    assert line.event.act is Act.ACCEPT_SOURCE


@pytest.mark.parametrize("wanted", [("rien",), ("ftp", "x"), ("oaipmh", "a", "b")])
def test_what_is_no_source_is_said(catalogue, wanted):
    said = catalogue("preview", *wanted, status=2)
    assert "pas la clé" in said or "Donnez un genre" in said
