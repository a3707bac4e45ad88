"""The editor without a forge: five steps, one file, nothing typed twice."""

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from werkzeug.datastructures import MultiDict

from catalogue_site.application import create_app
from catalogue_site.choices import groups_of
from catalogue_site.form import FORMS, STEPS, fields_of
from catalogue_site.site import Site
from indexer.store import SqlStore
from indexer.whoosh_engine import WhooshEngine
from metadata import commun
from metadata.keys.table import FIELDS
from metadata.keys.values import PARAGRAPHS, tidy

TITLE, ABOUT = "Fractions en boîte", "Des exercices sur les fractions, corrigés automatiquement."


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    store = SqlStore(f"sqlite:///{folder}/b.sqlite")
    engine = WhooshEngine(folder / "index")
    yield create_app(Site(store=store, engine=engine)).test_client()
    store.close()


class Page:
    """A page as a browser has it: what its form holds, and what a button of it sends."""

    def __init__(self, client, answer, status=200):
        assert answer.status_code == status, answer.text
        self.client, self.answer = client, answer
        self.tree = html.document_fromstring(answer.text)

    @property
    def heading(self):
        return text_of(self.tree.cssselect("h2, h1")[-1] if self.stepper is None else self.stepper)

    @property
    def stepper(self):
        return next(iter(self.tree.cssselect(".fr-stepper__title")), None)

    @property
    def file(self):
        return self.tree.cssselect("#fichier")[0].text.removeprefix("\n")

    @property
    def faults(self):
        return [text_of(each) for each in self.tree.cssselect(".cat-erreurs li, .cat-erreurs p")]

    def press(self, button, answers=(), status=200):
        """Press a button by its words, after having answered: a list or a text under each name."""
        [pressed] = [
            each for each in self.tree.cssselect("button") if text_of(each).startswith(button)
        ]
        form = next(each for each in pressed.iterancestors("form"))
        sent = MultiDict(held_by(form))
        if pressed.get("name"):
            sent.add(pressed.get("name"), pressed.get("value"))
        for name, said in dict(answers).items():
            sent.setlist(name, [said] if isinstance(said, str) else said)
        address = pressed.get("formaction") or form.get("action")
        here = self.answer.request.host_url
        return Page(self.client, self.client.post(address, data=sent, base_url=here), status)


def held_by(form):
    """What a browser would send of a form; lxml's own form_values takes an empty radio for "on"."""
    for field in form.cssselect("input[name], select[name], textarea[name]"):
        if field.get("type") in ("checkbox", "radio"):
            if "checked" in field.attrib:
                yield field.get("name"), field.get("value")
        elif field.tag == "select":
            yield field.get("name"), field.value
        elif field.get("type") != "file":
            yield field.get("name"), (field.value or "").removeprefix("\n")


def text_of(element):
    return re.sub(r"[\s\u00a0\u202f]+", " ", element.text_content()).strip()


@pytest.fixture
def begin(client):
    return lambda: Page(client, client.get("/editeur")).press("Commencer")


@pytest.fixture
def opened(client):
    return lambda text: Page(client, client.post("/editeur", data={"texte": text}))


def through(page, answers):
    """Answer what each step asks, to the last page."""
    for step in FORMS:
        said = {key: value for key, value in answers.items() if key in names_of(step)}
        page = page.press("Vérifier" if step is FORMS[-1] else "Continuer", said)
        if page.tree.cssselect("[name=etape]") and page.faults:
            page = page.press("Garder ainsi")
    return page


def names_of(step):
    keys = {field.key for field in fields_of(step)}
    return keys | {f"{key}-autre" for key in keys}


def test_five_steps_write_the_file(begin):
    last = through(
        begin(),
        {
            "titre": TITLE,
            "description": ABOUT,
            "niveaux": ["CM1", "CM2"],
            "disciplines": ["mathématiques"],
            "exercices": "oui",
            "duree": "20 min",
            "licence": "CC-BY-SA-4.0",
            "accessibilite.rgaa": "non évaluée",
        },
    )
    assert "Étape 5 sur 5" in last.heading
    assert "Votre notice est prête" in text_of(last.tree)
    assert last.file == (
        "titre: Fractions en boîte\n"
        "description: >\n"
        "  Des exercices sur les fractions, corrigés automatiquement.\n"
        "niveaux: [CM1, CM2]\n"
        "disciplines: [mathématiques]\n"
        "duree: 20 min\n"
        "exercices: oui\n"
        "accessibilite:\n"
        "  rgaa: non évaluée\n"
        "licence: CC-BY-SA-4.0\n"
    )


def test_what_is_downloaded_is_what_is_shown(begin, client):
    last = through(begin(), {"titre": TITLE, "description": ABOUT})
    notice = last.tree.cssselect("[name=notice]")[0].get("value")
    answer = client.post("/editeur/telecharger", data={"notice": notice})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="commun.yml"'
    assert answer.text == last.file


def test_every_key_of_the_table_is_asked_once():
    asked = [field.key for step in FORMS for field in fields_of(step)]
    assert sorted(asked) == sorted(field.key for field in FIELDS)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_a_choice_is_understood_as_what_it_is(field):
    for group in groups_of(field):
        for choice in group.choices:
            assert field.kind.read(choice.text).trouble is None, choice
            assert choice.label


@pytest.mark.parametrize("step", FORMS, ids=lambda step: step.key)
def test_each_question_has_its_help_and_its_label(begin, step):
    page = begin()
    while step.title not in page.heading:
        page = page.press("Continuer", {"titre": TITLE, "description": ABOUT})
    ids = {each.get("id") for each in page.tree.cssselect("[id]")}
    for field in page.tree.cssselect(".cat-champ [aria-describedby]"):
        assert {*field.get("aria-describedby").split()} <= ids
    for field in page.tree.cssselect(
        ".cat-champ input:not([type=checkbox]):not([type=radio]), select"
    ):
        assert page.tree.cssselect(f"label[for='{field.get('id')}']")
    for field in page.tree.cssselect("input[type=checkbox], input[type=radio]"):
        assert text_of(next(field.iterancestors("label")))
        assert next(field.iterancestors("fieldset")).cssselect("legend")
    assert len(ids) == len(page.tree.cssselect("[id]"))


def test_what_is_missing_is_told_above_and_beside_its_field(begin):
    page = begin().press("Continuer", {"description": ABOUT})
    assert "Étape 1" in page.heading
    assert page.tree.cssselect("title")[0].text.startswith("Erreur")
    assert page.faults == ["Titre : Le commun n’a pas de titre."]
    [link] = page.tree.cssselect(".cat-erreurs a")
    field = page.tree.get_element_by_id(link.get("href").removeprefix("#"))
    assert field.get("aria-invalid") == "true"
    told = [page.tree.get_element_by_id(each) for each in field.get("aria-describedby").split()]
    assert "pas de titre" in " ".join(map(text_of, told))
    assert not [each for each in page.tree.cssselect("button") if "Garder" in text_of(each)]
    assert page.tree.get_element_by_id("f-description").value.strip() == ABOUT


def test_what_is_not_understood_can_be_mended_or_kept(begin):
    page = begin().press("Continuer", {"titre": TITLE, "description": ABOUT})
    page = page.press("Continuer")
    asked = page.press("Continuer", {"duree": "20"})
    assert asked.faults == ["Durée : « 20 » n’est pas compris : il faut une durée."]
    assert "Ajoutez l’unité : « 20 min »." in text_of(asked.tree)
    assert "Étape 4" in asked.press("Continuer", {"duree": "20 min"}).heading
    assert "Étape 4" in asked.press("Garder ainsi").heading


def test_going_back_keeps_what_was_typed_and_asks_nothing(begin):
    page = begin().press("Continuer", {"titre": TITLE, "description": ABOUT})
    back = page.press("Revenir", {"niveaux": ["6e"], "niveaux-autre": "classe inconnue"})
    assert "Étape 1" in back.heading
    again = back.press("Continuer")
    assert again.tree.cssselect("input[value='6e'][checked]")
    assert again.tree.get_element_by_id("f-niveaux-autre").value == "classe inconnue"


def test_an_answer_can_be_taken_back(begin):
    last = through(begin(), {"titre": TITLE, "description": ABOUT, "niveaux": ["6e"]})
    assert "niveaux" in last.file
    page = last.press("Public")
    assert "niveaux" not in page.press("Passer directement", {"niveaux": []}).file


NOTICE = """\
# Notre notice
titre:   Fractions en boîte   # provisoire
description: Des exercices sur les fractions, corrigés automatiquement.
matieres: [maths]
# à revoir avec Paul
duree: "20 min"
inconnue: oui
"""


def test_an_existing_file_keeps_its_comments_its_order_and_its_words(opened):
    page = through(opened(NOTICE), {"niveaux": ["CM1"]})
    assert [line for line in page.file.splitlines() if "niveaux" not in line] == NOTICE.splitlines()
    assert "niveaux: [CM1]" in page.file
    assert "La clé « inconnue » n’existe pas" in text_of(page.tree)


def test_an_existing_file_can_be_uploaded(client):
    sent = {"fichier": (io.BytesIO(b"\xef\xbb\xbf" + NOTICE.encode()), "commun.yml")}
    page = Page(client, client.post("/editeur", data=sent))
    assert page.tree.get_element_by_id("f-titre").value == TITLE


def test_a_file_that_cannot_be_read_is_shown_with_the_line_to_mend(opened):
    page = opened("titre: [Fractions\ndescription: x\n")
    assert "Ce fichier ne se lit pas" in text_of(page.tree)
    assert "Ligne" in " ".join(page.faults)
    assert page.tree.get_element_by_id("texte").value.strip().startswith("titre: [Fractions")


SEVERAL = """\
titre: Atelier
description: Un atelier de mathématiques pour le cycle 3, avec des fiches.
niveaux: [cycle 3]
ressources:
  - titre: Fiche 1   # la plus simple
  - titre: Fiche 2
    niveaux: [CM1]
"""


def test_one_of_several_resources_is_edited_and_the_others_stay(opened):
    asked = opened(SEVERAL)
    assert "Quelle ressource" in asked.heading
    assert [text_of(each) for each in asked.tree.cssselect("label")][1:] == ["Fiche 1", "Fiche 2"]
    last = through(asked.press("Continuer", {"partie": "1"}), {"niveaux": ["6e"]})
    other = last.press("Une autre ressource").press("Continuer", {"partie": "2"})
    last = through(other, {"exercices": "oui"})
    kept = [line for line in last.file.splitlines() if "6e" not in line and "oui" not in line]
    assert kept == SEVERAL.splitlines()
    texts = [commun.texts_of(last.file.encode(), part) for part in ("1", "2")]
    assert texts[0]["niveaux"] == ("6e",)
    assert texts[1]["exercices"] == ("oui",)


# --- Strangers --------------------------------------------------------------------------------


def packed(**said):
    names = ("payload", "part", "project", "target", "branch", "blob")
    empty = {**dict.fromkeys(names, ""), "changes": {}, "values": [], "questions": []}
    return json.dumps({**empty, **said})


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_no_answer_can_say_another_key(begin, field):
    hostile = (
        'x\nbot: non\n"}] &a *a !!python/object:os.system # : - {licence: MIT}\r\n---\ntitre: y'
    )
    name = field.key if not groups_of(field) else f"{field.key}-autre"
    last = through(
        begin(), {"titre": TITLE, "description": ABOUT, field.key: hostile, name: hostile}
    )
    said = commun.texts_of(last.file.encode())
    assert {*said} <= {"titre", "description", field.key}
    assert said["titre"] == (TITLE,) or field.key == "titre"


@given(title=st.text(max_size=80), about=st.text(max_size=200))
def test_any_text_comes_out_as_it_went_in(client, title, about):
    sent = {"titre": f"A{title}", "description": f"B{about}", "tel-quel": "oui"}
    last = Page(client, client.post("/editeur/nouveau")).press("Passer", sent)
    said = commun.texts_of(last.file.encode())
    assert said["titre"] == (tidy(sent["titre"]),)
    assert said["description"] == (PARAGRAPHS.write(sent["description"]),)
    again = Page(client, client.post("/editeur", data={"texte": last.file}))
    assert again.tree.get_element_by_id("f-titre").value == said["titre"][0]


@pytest.mark.parametrize(
    "text", ["\ud800x", "\x00\x1b", "\u202e\u2066", "<script>alert(1)</script>"]
)
def test_what_cannot_be_written_is_left_out_and_what_can_is_escaped(begin, text):
    page = begin().press(
        "Continuer", {"titre": f"A {text}".encode("utf-8", "surrogatepass"), "description": ABOUT}
    )
    last = page.press("Passer")
    assert last.file.startswith("titre: ")
    assert "<script>alert" not in last.answer.text


@pytest.mark.parametrize(
    "notice",
    [
        "",
        "x",
        "[]",
        "{}",
        "null",
        "1e999",
        '{"payload":1}',
        "[" * 50_000,
        packed(payload="é"),
        packed(part=1),
        packed(changes=[]),
        packed(changes={"": {"titre": [1]}}),
        packed(values=[[1]]),
        packed(values=[["titre", ["x"], 1, [["README.md", "1", "x"]]]]),
        packed(values=[["titre", ["x"], 10**400, []]]),
    ],
)
@pytest.mark.parametrize("step", [step.key for step in STEPS] + ["telecharger", "ressource"])
def test_a_page_made_by_hand_is_refused_in_french(client, notice, step):
    page = Page(client, client.post(f"/editeur/{step}", data={"notice": notice}), 400)
    assert "plus valable" in text_of(page.tree)


@pytest.mark.parametrize(
    "said",
    [
        {"part": "7"},
        {"payload": "W2E="},
        {"changes": {"9": {"titre": ["x"]}}},
        {"changes": {"": {"titre": ["\ud800"], "inconnue": ["x"], "duree": []}}},
        {"changes": {"": {"description": ["x" * 100_000]}}},
    ],
)
@pytest.mark.parametrize("step", [step.key for step in STEPS] + ["telecharger", "ressource"])
def test_a_draft_that_fits_no_file_breaks_nothing(client, said, step):
    answer = client.post(f"/editeur/{step}", data={"notice": packed(**said), "partie": ""})
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("address", ["/editeur", "/editeur/identite", "/editeur/telecharger"])
def test_a_megabyte_is_refused_in_french(client, address):
    page = Page(client, client.post(address, data={"texte": "x" * 1_000_000}), 413)
    assert "64 ko" in text_of(page.tree)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://ailleurs.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_s_form_is_refused(client, headers):
    assert client.post("/editeur/nouveau", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}]
)
def test_our_own_form_is_not(client, headers):
    assert client.post("/editeur/nouveau", headers=headers).status_code == 200


@pytest.mark.parametrize("name", [*(step.key for step in STEPS), "rien"])
def test_a_page_of_the_form_reached_without_it_leads_to_the_start(client, name):
    answer = client.get(f"/editeur/{name}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/editeur")


def test_nothing_is_kept_and_no_cookie_is_given(begin):
    last = through(begin(), {"titre": TITLE, "description": ABOUT})
    assert "Set-Cookie" not in last.answer.headers
    assert not [each for each in last.tree.cssselect("button") if "connecter" in text_of(each)]


@pytest.mark.parametrize(
    "address", ["/connexion", "/connexion/retour?code=x&state=y", "/editeur/reprise"]
)
def test_without_a_forge_nobody_logs_in(client, address):
    assert client.get(address).status_code in (303, 400, 404)
    assert client.post("/deconnexion").status_code in (403, 404)
