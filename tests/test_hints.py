"""What hints propose: against the reviewed table, on every project of it, and on hostile READMEs."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata import checks, parse, words
from metadata.finding import Severity
from metadata.hinting.table import table
from metadata.hints import SURE, additions, draft, propose
from metadata.project import Project, ProjectFile, Snapshot
from metadata.record import RawRecord
from tests.hinted import KEYS, Score, cases

CASES = [pytest.param(case, id=case.name) for case in cases()]


def snapshot(readme: str, **project: object) -> Snapshot:
    facts = Project(id=7, path="exemple/projet", name="Projet", **project)  # type: ignore[arg-type]  # keywords of Project
    return Snapshot(project=facts, files=(file("README.md", readme),))


def file(path: str, text: str | bytes) -> ProjectFile:
    return ProjectFile(
        path=path, blob=path, payload=text if isinstance(text, bytes) else text.encode()
    )


def proposed(readme: str, key: str, **project: object) -> tuple[str, ...]:
    found = propose(snapshot(readme, **project))
    return next((each.texts for each in found.values if each.key == key), ())


def asked(readme: str, key: str) -> tuple[str, ...]:
    found = propose(snapshot(readme))
    return next((each.texts for each in found.questions if each.key == key), ())


def test_hints_are_right_nine_times_out_of_ten_and_find_most():
    scores = {key: Score() for key in KEYS}
    for case in cases():
        proposal = propose(case.snapshot)
        for key, score in scores.items():
            if key in case.right or key in ("niveaux", "disciplines"):
                score.count(case, key, proposal)
    for key in ("niveaux", "disciplines"):
        assert scores[key].due >= 40, key
    for score in scores.values():
        assert score.precision >= 0.95, score.wrong
        assert score.recall >= 0.8, score.missed


@pytest.mark.parametrize("case", CASES)
def test_a_project_is_for_education_by_its_own_words(case):
    if "education" in case.right:
        assert bool(propose(case.snapshot).education) == case.right["education"]


@pytest.mark.parametrize("case", CASES)
def test_every_value_rests_on_words_that_stand_where_it_says(case):
    proposal = propose(case.snapshot)
    project = case.snapshot.project
    fields = {"name": project.name, "description": project.description, "licence": project.licence}
    rests = [e for each in (*proposal.values, *proposal.questions) for e in each.evidence]
    for evidence in (*rests, *proposal.education):
        if evidence.line is None:
            assert evidence.excerpt in fields[evidence.path], evidence
        else:
            written = case.snapshot.file(evidence.path)
            assert written, evidence
            lines = written.payload.decode("utf-8-sig").split("\n")
            assert evidence.excerpt, evidence
            assert evidence.excerpt in lines[evidence.line - 1], evidence


@pytest.mark.parametrize("case", CASES)
def test_what_is_drafted_is_a_commun_without_a_remark(case):
    proposal = propose(case.snapshot)
    reading = parse(RawRecord(identifier="x", format="commun", payload=draft(proposal)))
    assert reading.findings == ()
    errors = [each for each in checks.check(reading, "commun") if each.severity is Severity.ERROR]
    assert errors == []
    assert reading.record.general.title
    assert reading.record.general.descriptions


@pytest.mark.parametrize("case", CASES)
def test_a_draft_asks_nothing_of_what_it_says(case):
    proposal = propose(case.snapshot)
    assert additions(proposal, draft(proposal)) == {}
    assert all(each.confidence >= SURE for each in proposal.values)


def test_the_table_of_words_names_levels_and_disciplines_that_exist():
    disciplines = {word.key for word in words.disciplines()}
    assert set(table()["disciplines"]["notions"]) <= disciplines
    levels = {word.key for word in words.every("level")}
    assert set(table()["niveaux"]["aussi"].values()) <= levels


# --- One behaviour each -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "levels"),
    [
        ("Pour mes 6e.", ("6e",)),
        ("Un jeu pour les élèves de sixième et de cinquième.", ("6e", "5e")),
        ("Exercices du CP au CE2.", ("CP", "CE1", "CE2")),
        ("Activités de cycles 3 et 4.", ("cycle 3", "cycle 4")),
        ("Des TP de 2nde GT.", ("2de",)),
        ("Fiches pour les Tle STMG.", ("terminale STMG",)),
        ("Cours pour la première et la terminale ST2S.", ("1re ST2S", "terminale ST2S")),
        ("Niveau : 3e prépa-métiers", ("3e prépa-métiers",)),
        ("| Classe | Durée |\n|---|---|\n| CM1 | 2 h |", ("CM1",)),
        ("## Classes\n\n- CE1\n- CE2", ("CE1", "CE2")),
        ("Un site pour le collège, pas pour les lycéens.", ("collège",)),
        ("Pour le cycle 2. Bientôt le cycle 3.", ("cycle 2",)),
        ("Pour les élèves de 6<sup>e</sup>.", ("6e",)),
        ("Pour les secondes 4, au lycée Jean-Exemple.", ("2de",)),
        ("Seconde / Première spé / Terminale spé.", ("2de", "1re", "terminale")),
        ("Dictées audio CE2 CM1.", ("CE2", "CM1")),
        ("Un robot à monter en techno, 5ème et 4ème.", ("5e", "4e")),
        ("Des dossiers pour les cours de 1ST2S et TST2S.", ("1re ST2S", "terminale ST2S")),
        ("Les TP de 1re et 2e année de BTS.", ("BTS",)),
    ],
)
def test_levels_as_teachers_write_them(said, levels):
    assert proposed(f"# Essai\n\n{said}\n", "niveaux") == levels


@pytest.mark.parametrize(
    "said",
    [
        "La 5e édition corrige la 3e partie de la seconde version.",
        "Attendre quelques secondes, puis 30 secondes de plus.",
        "L'affichage est en secondes.",
        "Par Camille Exemple, lycée Jean-Exemple, Exempleville.",
        "Né dans le 6e arrondissement, au 4e étage.",
        "La langue maternelle de l'élève.",
        "Les couleurs primaires, les opérations élémentaires.",
        "Les annales du brevet des collèges.",
        "```\nniveau collège\n```",
        "<!-- pour les 6e -->",
        "    niveau : 6e",
        "## Changelog\n\n- Nouveaux exercices pour les 4e.",
        "You can't stop it in the first class, the second term or the third level.",
        "![niveau 6e](https://exemple.fr/6e.png) https://exemple.fr/niveau-6e/",
        "Instituteur en cinquième primaire à Namur, j'enseigne aussi en 3e secondaire.",
        "PS : la MS Office 2019 et le théorème CAP, par les GS.",
    ],
)
def test_what_looks_like_a_level_and_is_none(said):
    assert proposed(f"# Essai\n\nUn outil pour les élèves.\n\n{said}\n", "niveaux") == ()


@pytest.mark.parametrize(
    ("said", "disciplines"),
    [
        ("Exercices d'anglais.", ("anglais",)),
        ("Exercices de maths et de français.", ("mathématiques", "français")),
        ("Discipline : éducation musicale", ("éducation musicale",)),
        ("Histoire-géo 4e.", ("histoire-géographie",)),
        ("Cours d'histoire en 5e.", ("histoire",)),
        ("TP de NSI, la spécialité informatique.", ("numérique et sciences informatiques",)),
        ("Conjugaison et grammaire pour les CE2.", ("français",)),
        ("Apprendre l'allemand : grammaire, conjugaison.", ("allemand",)),
        ("Les sciences physique, en classe.", ("physique-chimie",)),
        ("La conjugaison espagnole, pour mes 1ères STMG.", ("espagnol",)),
        ("Un exerciseur de français.", ("français",)),
        ("QCM de maths-sciences, pour le CAP.", ("mathématiques",)),
    ],
)
def test_disciplines_as_teachers_write_them(said, disciplines):
    assert proposed(f"# Essai\n\nPour les élèves. {said}\n", "disciplines") == disciplines


@pytest.mark.parametrize(
    "said",
    [
        "L'histoire de ce projet et ses versions.",
        "On peut écrire des formules mathématiques.",
        "Interface en français et en anglais.",
        "La version anglaise est en cours de traduction.",
        "Un outil de gestion, avec droit d'accès par adresse physique.",
        "Je suis professeur de philosophie.",
        "Utile aussi en accompagnement personnalisé.",
        "Merci aux communs numériques et à l'Éducation nationale.",
    ],
)
def test_what_looks_like_a_discipline_and_is_none(said):
    assert proposed(f"# Essai\n\nPour les élèves. {said}\n", "disciplines") == ()


def test_topics_and_the_name_of_a_project_speak_too():
    found = propose(snapshot("", topics=("svt", "cycle-4", "volcans")))
    texts = {each.key: each.texts for each in found.values}
    assert texts["disciplines"] == ("sciences de la vie et de la Terre",)
    assert texts["niveaux"] == ("cycle 4",)
    assert texts["mots-cles"] == ("volcans",)


def test_a_value_too_unsure_is_asked_in_a_comment():
    readme = "# Essai\n\nPour les élèves.\n\n## Idées\n\nOn voit cela en terminale.\n"
    assert proposed(readme, "niveaux") == ()
    assert asked(readme, "niveaux") == ("terminale",)
    text = draft(propose(snapshot(readme))).decode()
    assert "# niveaux: [terminale]   # d’après README.md, ligne 7\u00a0: précisez\n" in text


def test_what_nothing_says_is_asked_too():
    text = draft(propose(snapshot("# Essai\n\nUn outil pour les élèves.\n"))).decode()
    assert "# niveaux:   # pour quelles classes\u202f?" in text


def test_the_licence_of_the_project_is_not_that_of_what_it_uses():
    readme = "# Essai\n\nPour les élèves.\n\n## Crédits\n\n- Police sous licence MIT\n"
    shot = snapshot(readme)
    licence = file("LICENSE", "Attribution-ShareAlike 4.0 International\n\n====\nCreative Commons")
    found = propose(Snapshot(project=shot.project, files=(*shot.files, licence)))
    assert [each.texts for each in found.values if each.key == "licence"] == [("CC-BY-SA-4.0",)]


def test_two_licences_that_disagree_are_asked():
    readme = "# Essai\n\nPour les élèves.\n\n## Licence\n\nCC BY-NC-SA 4.0\n"
    shot = snapshot(readme)
    found = propose(
        Snapshot(project=shot.project, files=(*shot.files, file("LICENSE", "MIT License")))
    )
    assert [each.texts for each in found.questions if each.key == "licence"] == [
        ("MIT", "CC-BY-NC-SA-4.0")
    ]


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("👉 Accès en ligne : https://fractions.forge.apps.education.fr/", True),
        ("## Jouer\n\nhttps://fractions.example-edu.fr/", True),
        ("[Essai](https://essai.fr) est un outil.", True),
        ("Fait avec [MkDocs](https://www.mkdocs.org).", False),
        ("Le code est sur https://github.com/exemple/essai.", False),
        ("![](https://essai.gitlab.io/logo.png)", False),
    ],
)
def test_the_link_is_the_site_not_its_tools(said, link):
    assert bool(proposed(f"# Essai\n\n{said}\n", "lien")) == link


def test_a_template_says_nothing_of_the_project():
    readme = (
        "# essai\n\n## Getting started\n\nTo make it easy for you to get started with GitLab, here's"
        " a list of recommended next steps.\n\n## Add your files\n"
    )
    found = propose(snapshot(readme, description="Un jeu de calcul mental pour les CE2."))
    texts = {each.key: each.texts for each in found.values}
    assert texts["titre"] == ("Projet",)
    assert texts["description"] == ("Un jeu de calcul mental pour les CE2.",)
    assert texts["niveaux"] == ("CE2",)


def test_the_french_readme_is_the_one_that_is_read():
    files = (
        file("README.md", "# Essai\n\nA tool.\n"),
        file("README.fr.md", "# Essai\n\nPour les CM2.\n"),
    )
    found = propose(Snapshot(project=Project(id=1, path="a/b"), files=files))
    assert ("CM2",) in [each.texts for each in found.values]


@pytest.mark.parametrize(
    ("path", "readme"),
    [
        (
            "README.rst",
            "Essai\n=====\n\nPour les 6e.\n\n.. code:: sh\n\n   en 5e\n\nInstallation\n------------\n\nPour les 4e.\n",
        ),
        (
            "README.adoc",
            "= Essai\n:author: X\n\nPour les 6e.\n\n[source,sh]\n----\nen 5e\n----\n\n== Installation\n\nPour les 4e.\n",
        ),
        ("LISEZMOI.txt", "Pour les 6e.\n\n    en 5e\n"),
        (
            "readme",
            "---\nniveau: 5e\n---\n\n<h1>Essai</h1>\n\nPour les 6e.\n\n<pre>\nen 5e\n</pre>\n",
        ),
    ],
)
def test_every_markup_has_its_code_and_its_sections(path, readme):
    found = propose(Snapshot(project=Project(id=1, path="a/b"), files=(file(path, readme),)))
    assert [each.texts for each in found.values if each.key == "niveaux"] == [("6e",)]


def test_old_encodings_are_read():
    readme = "# Révisions\n\nPour les élèves de 6e, au collège.\n"
    for encoding in ("cp1252", "utf-16", "utf-8-sig"):
        files = (file("README.md", readme.encode(encoding)),)
        found = propose(Snapshot(project=Project(id=1, path="a/b"), files=files))
        assert found.values[0].texts == ("Révisions",)


def test_other_files_say_their_part():
    files = (
        file(
            "publiccode.yml",
            "name: Essai\nlandingURL: https://essai.fr\nlocalisation:\n  availableLanguages: [fr, br]\n",
        ),
        file(
            "CITATION.cff",
            "title: Essai\nauthors:\n- given-names: Camille\n  family-names: Exemple\n  email: c@exemple.fr\n",
        ),
        file(
            "package.json",
            '{"description": "Exercices de SVT pour la classe de 5e", "license": "MIT"}',
        ),
        file("mkdocs.yml", "site_name: Essai\nmarkdown_extensions:\n- x: !!python/name:y\n"),
    )
    found = propose(Snapshot(project=Project(id=1, path="a/b"), files=files))
    texts = {each.key: each.texts for each in found.values}
    assert texts["titre"] == ("Essai",)
    assert texts["lien"] == ("https://essai.fr",)
    assert texts["langues"] == ("fr", "br")
    assert texts["auteurs"] == ("Camille Exemple",)
    assert texts["niveaux"] == ("5e",)
    assert texts["licence"] == ("MIT",)


# --- What exists already ----------------------------------------------------------------------


def test_only_what_is_unsaid_is_added():
    found = propose(snapshot("# Essai\n\nExercices de SVT pour les 5e, en autonomie.\n"))
    payload = b"titre: Autre\ndescription: Autre\nNiveau: [6e]\ndisciplines: []\n"
    added = additions(found, payload)
    assert added["disciplines"] == ("sciences de la vie et de la Terre",)
    assert added["usages"] == ("en autonomie",)
    assert not added.keys() & {"titre", "description", "niveaux"}


def test_nothing_is_added_against_a_resource_a_refusal_or_a_faulty_file():
    found = propose(snapshot("# Essai\n\nExercices de SVT pour les 5e.\n"))
    inside = b"titre: A\nressources:\n- titre: B\n  niveaux: [6e]\n"
    assert "niveaux" not in additions(found, inside)
    assert additions(found, b"titre: A\nbot: non\n") == {}
    assert additions(found, b"titre: [A\n") == {}


# --- Strangers --------------------------------------------------------------------------------

HOSTILE = {
    "nested-lists": "> " * 2000 + "- " * 2000 + "\n" + ("  " * 500 + "- a\n") * 900,
    "open-links": "[" * 500_000,
    "open-comments": "<!--" * 250_000,
    "open-tags": "<a " * 300_000,
    "open-code": "`" * 300_000 + "\n" + "`a" * 100_000,
    "emphasis": "*a_" * 300_000,
    "one-line": "Pour les élèves de 6e et de 5e, " * 16_000,
    "pipes": "| a " * 200_000 + "\n" + "|-" * 100_000,
    "levels": "6e 5e 4e " * 60_000,
    "spans": "du CP à la " * 60_000,
    "names": "histoire géographie " * 30_000,
    "addresses": "https://" * 100_000 + "(" * 1000,
    "digits": "1" * 400_000 + "e",
    "spaces": " " * 400_000 + "x",
    "underlines": "a\n=\n" * 200_000,
    "nul": "# T\x00itre\n\nPour\x00 les \u202e6e\u202c.\n" * 5000,
    "templates": "{{ " * 100_000 + "{% raw %}" * 1000,
    "long-word": "é" * 600_000,
    "stops": ". A" * 200_000,
    "institutions": "lycée de la " * 60_000,
    "announced": "cours de " * 90_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_readme_neither_breaks_nor_slows(name):
    shot = snapshot(HOSTILE[name])
    started = time.process_time()
    proposal = propose(shot)
    taken = time.process_time() - started
    reading = parse(RawRecord(identifier="x", format="commun", payload=draft(proposal)))
    assert reading.findings == ()
    assert taken < 1.5


@given(
    st.binary(max_size=300),
    st.sampled_from(["README.md", "package.json", "publiccode.yml", "mkdocs.yml"]),
)
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_a_proposal(payload, path):
    shot = Snapshot(project=Project(id=1, path="a/b"), files=(file(path, payload),))
    draft(propose(shot))


MARKUP = st.text(alphabet="# -*_[]()`|<>!:\n.6e5àéCM2Tle\"'&;={}~^\\\t\u00a0\u202e", max_size=400)


@given(MARKUP)
@settings(max_examples=100, deadline=None)
def test_whatever_a_readme_holds_the_draft_is_read_without_a_remark(readme):
    proposal = propose(snapshot(readme))
    reading = parse(RawRecord(identifier="x", format="commun", payload=draft(proposal)))
    assert reading.findings == ()
