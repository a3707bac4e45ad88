"""The configuration file: what it says, and how its faults are told."""

import pytest

from settings import TEMPLATE, SettingsError, load

SOURCE = '[[source]]\nkey = "a"\nkind = "files"\nurl = "notices"\n'


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "balise.toml"
        path.write_text(text, encoding="utf-8")
        return load(path)

    return write


def test_everything_has_a_default(written, tmp_path):
    settings = written("")
    assert settings.database_url == f"sqlite:///{tmp_path / 'var/balise.sqlite'}"
    assert settings.index_folder == tmp_path / "var/index"
    assert settings.public_folder == tmp_path / "var/public"
    assert settings.source == ()


def test_the_file_that_init_writes_is_valid(written):
    assert written(TEMPLATE).data == "var"


def test_relative_paths_start_from_the_folder_of_the_file(written, tmp_path):
    settings = written('database = "sqlite:///x.sqlite"\nsearch = "whoosh:idx"\n')
    assert settings.database_url == f"sqlite:///{tmp_path / 'x.sqlite'}"
    assert settings.index_folder == tmp_path / "idx"


def test_an_absolute_database_stays_where_it_is(written):
    assert written('database = "sqlite:////srv/x.sqlite"').database_url == "sqlite:////srv/x.sqlite"


@pytest.mark.parametrize(
    ("origin", "publish", "expected"),
    [
        ("editeur", "", "qualified"),
        ("editeur", "all", "all"),
        ("public", "", "all"),
        ("commun", "", "all"),
    ],
)
def test_a_publisher_waits_for_qualification_unless_told_otherwise(
    written, origin, publish, expected
):
    [source] = written(f'{SOURCE}origin = "{origin}"\npublish = "{publish}"\n').source
    assert source.info().publish == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('\ndatabse = "x"', "ligne 2 : databse : clé inconnue. Vouliez-vous dire « database »"),
        ('[publisher]\nnme = "x"', "ligne 2 : [publisher] nme : clé inconnue"),
        ("data = 3", "data : doit être un texte"),
        ("source = 3", "source : doit être une liste"),
        (SOURCE + "internal = 1", "internal : doit être true ou false"),
        ('[[source]]\nkey = "a"\nkind = "files"', "url : clé obligatoire absente"),
        ('[[source]]\nkey = "a"\nkind = "oai"\nurl = "x"', "« oai » est inconnu. Choisissez parmi"),
        (SOURCE + SOURCE, "deux [[source]] ou [[forge]] ont la clé « a »"),
        (SOURCE.replace('"a"', '"Éd 1"'), "minuscules sans accent"),
        ("data = ", "pas du TOML valide"),
        ("source = [3]", "source : doit être une suite de tables : [[source]]"),
        (SOURCE.replace("notices", ""), "ligne 4 : [[source]] n° 1, url : ne peut être vide"),
        (SOURCE + SOURCE + "publish = 'x'", "ligne 9 : [[source]] n° 2, publish : « x »"),
        (
            '[[source]]\nkey = "b"\nkind = "files"\n' + SOURCE,
            "ligne 1 : [[source]] n° 1, url : clé",
        ),
        (SOURCE + "[publisher]\ntitle = 'x'", "ligne 6 : [publisher] title : clé inconnue"),
        ('base_url = "catalogue.example.fr"', "base_url : « catalogue.example.fr » n’est pas une"),
        ('base_url = "https://a b/"', "n’est pas une adresse"),
        ('[publisher]\ncontact = "javascript:alert(1)"', "n’est ni une adresse électronique"),
        ('[publisher]\ncontact = "la DNE"', "n’est ni une adresse électronique"),
        (
            '[login]\nroles = { "dne/a" = "instructrice" }',
            "ligne 2 : [login] roles dne/a : « instructrice » est inconnu. Choisissez parmi «",
        ),
        ('[login.roles]\n"dne/a" = "décideur"', "Vouliez-vous dire « decideur » ?"),
        (
            '[login]\nclient_id = "x"\n[login.roles]\n"a" = "lecteur"\n"dne/a" = "chef"\n',
            "ligne 5 : [login] roles dne/a : « chef » est inconnu. Choisissez parmi « lecteur »",
        ),
        ('[login]\nroles = { a = ["lecteur"] }', "ligne 2 : [login] roles a : "),
    ],
)
def test_a_fault_names_the_file_the_key_and_the_remedy(written, text, said):
    with pytest.raises(SettingsError) as caught:
        written(text)
    assert "balise.toml" in str(caught.value)
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SettingsError, match="n’existe pas"):
        load(tmp_path / "balise.toml")


def test_a_file_in_another_encoding_is_said(tmp_path):
    (tmp_path / "balise.toml").write_bytes('data = "é"'.encode("latin-1"))
    with pytest.raises(SettingsError, match="enregistrez ce fichier en UTF-8"):
        load(tmp_path / "balise.toml")


def test_an_unknown_engine_is_said_when_it_is_needed(written):
    with pytest.raises(SettingsError, match="moteur inconnu"):
        _ = written('search = "solr:x"').index_folder
