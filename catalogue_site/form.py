"""The keys of commun.yml as the fields of a form: five steps, what each shows, what is sent back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from metadata import Finding, commun
from metadata.checks import PROFILES
from metadata.hints import Proposal, Proposed
from metadata.keys import values
from metadata.keys.reader import split
from metadata.keys.table import FIELDS, Field
from metadata.keys.values import tidy

from .choices import Group, groups_of, is_open, meaning
from .draft import NOTHING, Texts

#: What the answers of one form are: those of each field, by its name.
Sent = Mapping[str, Sequence[str]]

#: The field in which one writes what is not among the choices.
OTHER = "-autre"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One page of the form."""

    key: str
    title: str
    lead: str
    keys: tuple[str, ...] = ()


#: A key that no step names is shown at the end of the fourth.
STEPS = (
    Step(
        key="identite",
        title="Identité",
        lead="Ce que c’est, où l’ouvrir, qui l’a fait. Seuls le titre et la description sont obligatoires.",
        keys=(
            "titre",
            "description",
            "lien",
            "auteurs",
            "editeur",
            "langues",
            "mots-cles",
            "identifiants",
        ),
    ),
    Step(
        key="public",
        title="Public",
        lead="Pour quelles classes, dans quelles disciplines. C’est d’abord ainsi que vos collègues cherchent.",
        keys=("niveaux", "disciplines", "public"),
    ),
    Step(
        key="usages",
        title="Usages",
        lead="Comment on s’en sert. Ce que vous ne savez pas reste «\u00a0non renseigné\u00a0»\u00a0: ce n’est pas un non.",
        keys=(
            "types",
            "usages",
            "granularite",
            "duree",
            "concentration",
            "exercices",
            "suivi-des-resultats",
            "adaptable",
            "hors-ligne",
        ),
    ),
    Step(
        key="droits",
        title="Droits et accessibilité",
        lead="À quelles conditions, et pour quels élèves.",
        keys=(
            "licence",
            "acces",
            "cout",
            "compte-eleve",
            "donnees-personnelles",
            "ia",
            "accessibilite.rgaa",
            "accessibilite.declaration",
            "accessibilite.besoins",
            "accessibilite.fonctionnalites",
            "cherche-co-mainteneur",
            "badge",
            "bot",
        ),
    ),
    Step(
        key="verification",
        title="Vérification",
        lead="Relisez, puis choisissez comment publier.",
    ),
)
FORMS, LAST = STEPS[:-1], STEPS[-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """A field of the form, with what it holds."""

    field: Field
    widget: str  # text | lines | paragraphs | choices | select | radios
    groups: tuple[Group, ...] = ()
    chosen: frozenset[str] = frozenset()  # texts of choices
    written: str = ""
    open: bool = True  # may one write something else than the choices
    findings: tuple[Finding, ...] = ()
    proposed: tuple[Proposed, ...] = ()  # what it holds on our word
    asked: tuple[Proposed, ...] = ()  # what we were not sure enough to propose

    @property
    def name(self) -> str:
        return self.field.key

    @property
    def anchor(self) -> str:
        """Its id in the page."""
        return "f-" + self.field.key.replace(".", "-")

    @property
    def required(self) -> bool:
        return self.field.key in REQUIRED

    @property
    def is_address(self) -> bool:
        return self.field.kind is values.WEB_ADDRESS

    @property
    def example(self) -> str:
        """The example of the table as one types it here."""
        return self.field.example.strip("[].")

    @property
    def manner(self) -> str:
        """How to write it, or several."""
        if self.widget == "lines":
            return "Un par ligne, par exemple"
        return "Séparés par des virgules, par exemple" if self.field.many else "Par exemple"

    def holds(self, group: Group) -> bool:
        """Is a choice of this group chosen?"""
        return any(choice.text in self.chosen for choice in group.choices)


REQUIRED = {rule.element for rule in PROFILES["commun"] if rule.code in commun.REQUIRED}


def fields_of(step: Step) -> tuple[Field, ...]:
    """The fields of a step, in its order."""
    by_key = {field.key: field for field in FIELDS}
    unnamed = tuple(key for key in by_key if key not in NAMED) if step is FORMS[-1] else ()
    return tuple(by_key[key] for key in (*step.keys, *unnamed))


NAMED = {key for step in FORMS for key in step.keys}


def step_of(key: str) -> Step:
    """Where a key, or the group of keys of a finding, is answered."""
    return next(
        (step for step in FORMS for field in fields_of(step) if is_about(field, key)), FORMS[0]
    )


def is_about(field: Field, key: str) -> bool:
    """Is a finding on this key for this field? That on a group is for its first one."""
    group = field.key.rpartition(".")[0]
    first = next((each.key for each in FIELDS if each.key.startswith(f"{group}.")), "")
    return key == field.key or (key == group != "" and field.key == first)


def control(
    field: Field, texts: Texts, findings: Iterable[Finding] = (), proposal: Proposal = NOTHING
) -> Control:
    """The field of the form that holds these texts."""
    groups = groups_of(field)
    known = {
        meaning(field, choice.text): choice.text for group in groups for choice in group.choices
    }
    chosen = {text: known.get(meaning(field, text)) for text in texts}
    rest = tuple(text for text, choice in chosen.items() if choice is None)
    widget = _widget(field)
    return Control(
        field=field,
        widget=widget,
        groups=groups,
        chosen=frozenset(filter(None, chosen.values())),
        written=_joined(field, widget, rest),
        open=is_open(field) or bool(rest),
        findings=tuple(each for each in findings if is_about(field, each.element)),
        proposed=tuple(
            each for each in proposal.values if each.key == field.key and each.texts == texts
        ),
        asked=tuple(each for each in proposal.questions if each.key == field.key),
    )


def _widget(field: Field) -> str:
    if field.kind is values.YES_OR_NO:
        return "radios"
    if groups_of(field):
        return "choices" if field.many else "select"
    if field.kind is values.PARAGRAPHS:
        return "paragraphs"
    return "lines" if field.many and "," not in field.kind.separators else "text"


def _joined(field: Field, widget: str, texts: Texts) -> str:
    """Several texts as one writes them in one field."""
    return ("\n" if widget == "lines" else ", ").join(texts) if field.many else "".join(texts[:1])


def answers(step: Step, sent: Sent) -> dict[str, Texts]:
    """What a form says of each key of its step; a field left empty says nothing."""
    return {field.key: _answer(field, sent) for field in fields_of(step)}


def _answer(field: Field, sent: Sent) -> Texts:
    widget = _widget(field)
    chosen = tuple(map(tidy, sent.get(field.key, ())))
    if widget == "paragraphs":
        return tuple(filter(None, (field.kind.write(text) for text in sent.get(field.key, ()))))[:1]
    if widget == "text" and field.many:
        texts = tuple(part for text in chosen for part in split(field, text, field.kind.separators))
    elif widget == "lines":
        texts = tuple(tidy(line) for text in sent.get(field.key, ()) for line in text.splitlines())
    else:
        other = tuple(map(tidy, sent.get(field.key + OTHER, ())))
        if field.many:
            other = tuple(p for text in other for p in split(field, text, field.kind.separators))
        texts = (*other, *chosen) if not field.many else (*chosen, *other)
    kept = tuple(dict.fromkeys(filter(None, texts)))
    return kept if field.many else kept[:1]
