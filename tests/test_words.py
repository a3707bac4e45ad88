"""What teachers say, and what it means. The tables of this file were written and reviewed by eye."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata import ownterms, words
from metadata.vocabulary import CONCEPT, data, scolomfr

ROOT = Path(__file__).parent.parent
VOCABULARIES = scolomfr()


def concept(short: str) -> str:
    vocabulary, _, number = short.partition("-")
    return f"{CONCEPT}scolomfr-voc-{vocabulary}-num-{number}" if number else CONCEPT + short


DISCIPLINES = """
maths: mathematiques
Maths: mathematiques
mathématiques: mathematiques
mathematique: mathematiques
maths complémentaires: mathematiques
français: francais
Lettres: francais
littérature: francais
histoire: histoire
histoire-géographie: histoire-geographie
histoire géographie: histoire-geographie
Histoire-Géo: histoire-geographie
hist-géo: histoire-geographie
géo: geographie
HGGSP: hggsp
géopolitique: hggsp
EMC: emc
instruction civique: emc
SVT: svt
S.V.T.: svt
biologie: svt
sciences de la vie et de la terre: svt
physique-chimie: physique-chimie
physique chimie: physique-chimie
SPC: physique-chimie
chimie: physique-chimie
enseignement scientifique: enseignement-scientifique
questionner le monde: questionner-le-monde
QLM: questionner-le-monde
découverte du monde: questionner-le-monde
explorer le monde: explorer-le-monde
mobiliser le langage: mobiliser-le-langage
motricité: activite-physique-maternelle
premiers outils mathématiques: premiers-outils
sciences et technologie: sciences-et-technologie
techno: technologie
technologie: technologie
informatique: informatique
programmation: informatique
Pix: informatique
SNT: snt
NSI: nsi
numérique et sciences informatiques: nsi
EPS: eps
sport: eps
philo: philosophie
HLP: hlp
SES: ses
DGEMC: droit
éco-gestion: economie-gestion
STMG: economie-gestion
comptabilité: economie-gestion
LVA: langues-vivantes
LVB: langues-vivantes
langues étrangères: langues-vivantes
anglais: anglais
English: anglais
allemand: allemand
espagnol: espagnol
italien: italien
portugais: portugais
arabe: arabe
chinois: chinois
mandarin: chinois
russe: russe
japonais: autres-langues
breton: langues-regionales
occitan: langues-regionales
LLCE: llce
LLCER: llce
LSF: lsf
langue des signes: lsf
FLE: fle-fls
FLS: fle-fls
latin: latin
grec: grec
grec ancien: grec
LCA: lca
langues anciennes: lca
arts plastiques: arts-plastiques
arts visuels: arts-plastiques
musique: education-musicale
éducation musicale: education-musicale
chorale: education-musicale
histoire des arts: histoire-des-arts
HDA: histoire-des-arts
théâtre: theatre
cinéma: cinema-audiovisuel
danse: danse
cirque: enseignements-artistiques
STD2A: arts-appliques
arts appliqués: arts-appliques
sciences de l'ingénieur: sciences-de-l-ingenieur
SI: sciences-de-l-ingenieur
STI2D: sciences-de-l-ingenieur
biotechnologies: biotechnologies
STL: biotechnologies
ST2S: st2s
PSE: pse
prévention santé environnement: pse
co-intervention: chef-d-oeuvre
chef d’œuvre: chef-d-oeuvre
cuisine: hotellerie-restauration
hôtellerie-restauration: hotellerie-restauration
boulangerie: metiers-de-l-alimentation
commerce: commerce-vente
vente: commerce-vente
logistique: transport-logistique
BTP: batiment-travaux-publics
menuiserie: bois-ameublement
mécanique: mecanique-productique
chaudronnerie: mecanique-productique
carrosserie: automobile
MELEC: electricite-electronique
coiffure: coiffure-esthetique
ASSP: sante-social
petite enfance: sante-social
agronomie: agriculture
EMI: emi
éducation aux médias: emi
documentation: documentation
orientation: orientation
AP: accompagnement
EAC: education-artistique-et-culturelle
EDD: developpement-durable
EVARS: sante
secourisme: securite-et-defense
EPI: projets-interdisciplinaires
"""

LEVELS = """
maternelle: 022-002
école maternelle: 022-002
TPS: 022-004
toute petite section: 022-004
PS: 022-005
petite section: 022-005
MS: 022-006
GS: 022-007
CP: 022-010
cours préparatoire: 022-010
CE1: 022-011
CE 1: 022-011
ce2: 022-013
CM1: 022-014
classe de CM1: 022-014
CM2: 022-015
élémentaire: 022-008
primaire: 022-008
école primaire: 022-008
collège: 022-016
6e: 022-018
6ème: 022-018
6 ème: 022-018
6eme: 022-018
6ième: 022-018
6°: 022-018
sixième: 022-018
Sixieme: 022-018
classe de sixième: 022-018
niveau 6e: 022-018
5e: 022-020
cinquième: 022-020
4°: 022-021
quatrième: 022-021
3ème: 022-023
troisième: 022-023
3e prépa-métiers: 022-138
SEGPA: 040-058
ULIS: 040-063
lycée: 022-142 022-165
lycée général et technologique: 022-142
LGT: 022-142
2de: 022-136
2nde: 022-136
seconde: 022-136
seconde générale: 022-136
2de générale et technologique: 022-136
2de pro: 022-027
2nde pro: 022-027
seconde professionnelle: 022-027
2de bac pro: 022-027
1re: 022-123
1ère: 022-123
première: 022-123
1re générale: 022-146
première générale: 022-146
1re S: 022-146
première techno: 022-237
1ère STMG: 022-133
première ST2S: 022-134
1re STI2D: 022-131
1re pro: 022-127
1ère bac pro: 022-127
terminale: 022-088
Tle: 022-088
term: 022-088
terminale S: 022-201
terminale générale: 022-201
Tle STMG: 022-083
T STL: 022-048
terminale pro: 022-050
Tle pro: 022-050
term pro: 022-050
terminale professionnelle: 022-050
CAP: 022-223
CAP 1re année: 022-103
CAP 2e année: 022-104
lycée pro: 022-165
lycée professionnel: 022-165
LP: 022-165
bac pro: 022-165
BTS: 022-195
CPGE: 022-226
prépa: 022-226
cycle 1: 022-617
cycle 2: 022-619
cycle 3: 022-620
cycle 3 (2016): 022-620
Cycle3: 022-620
cycle 4: 022-621
C4: 022-621
voie générale: 022-230
voie technologique: 022-233
enseignement secondaire:
7e:
zzz:
"""

OTHERS = """
usage en classe: en-classe
usage en salle de classe: en-classe
usage en classe entière: en-classe-entiere
usage en groupe: en-groupe
usage en binôme: en-groupe
usage en autonomie: en-autonomie
usage autonome: en-autonomie
usage à la maison: a-la-maison
usage à domicile: a-la-maison
usage devoirs: a-la-maison
usage à distance: a-distance
usage distanciel: a-distance
usage classe inversée: hybride
usage au CDI: au-cdi
usage CDI: au-cdi
usage BCD: au-cdi
usage en salle informatique: en-salle-informatique
usage salle info: en-salle-informatique
usage en sortie: en-sortie
usage sortie scolaire: en-sortie
usage au musée: en-sortie
usage en ligne: en-ligne
usage en atelier: en-atelier
usage TP: travaux-pratiques
usage PFMP: en-entreprise
usage devoirs faits: etude-dirigee
usage en amphithéâtre: en-amphitheatre
type exercice: exercice
type Exercices: exercice
type exos: exercice
type fiche d'exercice: exercice
type corrigé d'exercice: exercice
type QCM: questionnaire
type quiz: questionnaire
type cours: cours
type leçons: cours
type séquence: sequence
type séance: sequence
type scénario pédagogique: sequence
type jeu: jeu
type jeu sérieux: jeu
type escape game: jeu
type évaluation: evaluation
type tuto: tutoriel
type simulation: simulation
type manuel scolaire: manuel
type vidéo: video
type film: video
type podcast: audio
type carte mentale: carte-mentale
type fiche méthode: methodologie
type logiciel: application
type annales: annales
type lexique: glossaire
type site web: site-web
type infographie: schema
type article: article
type dossier: dossier
usage groupe: en-groupe
usage individuel: en-autonomie
public élève: eleve
public élèves: eleve
public apprenant: eleve
public enseignant: enseignant
public prof: enseignant
public professeur des écoles: enseignant
public parents: parent
public AESH: accompagnant
public CPE: vie-scolaire
granularity leçon: lecon
granularity cours: cours
granularity séquence: cours
granularity granule: granule
granularity module: module
cost gratuit: gratuit
cost freemium: partiellement-gratuit
cost payant: payant
access libre: libre
access compte gratuit: compte-gratuit
access abonnement: abonnement
access GAR: gar
access ENT: gar
access avec compte: compte-gratuit
access via le GAR: gar
personal-data aucune: aucune
personal-data aucune donnée: aucune
personal-data nominatives: forte
rgaa totalement conforme: totale
rgaa partiellement conforme: partielle
rgaa partiel: partielle
rgaa non audité: non-evaluee
rgaa non conforme: non-conforme
rgaa non évaluée: non-evaluee
rgaa non évalué: non-evaluee
need dyslexie: dyslexie
need dyslexique: dyslexie
need élèves dyslexiques: dyslexie
need dysorthographie: dysorthographie
need dyspraxie: dyspraxie
need TDC: dyspraxie
need dyscalculie: dyscalculie
need dysphasie: dysphasie
need dys: troubles-dys
need TDAH: tdah
need trouble de l'attention: tdah
need autisme: autisme
need TSA: autisme
need malvoyance: malvoyance
need malvoyants: malvoyance
need cécité: cecite
need aveugle: cecite
need non-voyant: cecite
need surdité: surdite
need malentendant: surdite
need handicap moteur: handicap-moteur
need allophone: allophone
need EANA: allophone
need haut potentiel: haut-potentiel
need HPI: haut-potentiel
feature sous-titres: closedCaptions
feature transcription: transcript
feature audiodescription: audioDescription
feature navigation au clavier: fullKeyboardControl
feature LSF: signLanguage
feature texte alternatif: alternativeText
feature synthèse vocale: synchronizedAudioText
feature OpenDyslexic: displayTransformability
feature contraste élevé: highContrastDisplay
difficulty facile: facile
"""


def rows(table: str) -> list[tuple[str, ...]]:
    return [
        tuple(part.strip() for part in line.rsplit(":", 1)) for line in table.split("\n") if line
    ]


@pytest.mark.parametrize(("text", "key"), rows(DISCIPLINES))
def test_a_discipline_is_known_by_all_its_names(text, key):
    assert words.discipline(text).key == key


@pytest.mark.parametrize(("text", "uris"), rows(LEVELS))
def test_a_level_is_known_however_teachers_write_it(text, uris):
    assert words.level(text) == tuple(map(concept, uris.split()))


@pytest.mark.parametrize(("said", "key"), rows(OTHERS))
def test_the_other_words_of_teachers_are_known(said, key):
    kind, _, text = said.partition(" ")
    found = words.find(kind, text)
    assert found is not None, words.matches(kind, text)
    assert found.key == key


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("CM1-CM2", "cm1 cm2"),
        ("CM1/CM2", "cm1 cm2"),
        ("CP, CE1 et CE2", "cp ce1 ce2"),
        ("du CP au CE2", "cp ce1 ce2"),
        ("CP à CM1", "cp ce1 ce2 cm1"),
        ("de la 6e à la 3e", "6e 5e 4e 3e"),
        ("6ème → 4ème", "6e 5e 4e"),
        ("6e – 3e", "6e 5e 4e 3e"),
        ("5e/4e", "5e 4e"),
        ("classes de 5ème et 4ème", "5e 4e"),
        ("de la seconde à la terminale", "2de 1re terminale"),
        ("2de pro - 1re pro", "2de-pro 1re-pro"),
        ("cycles 2 et 3", "cycle-2 cycle-3"),
        ("cycle 2 à cycle 4", "cycle-2 cycle-3 cycle-4"),
        ("Cycle 3 - 6e", "cycle-3 6e"),
        ("PS MS GS", "ps ms gs"),
        ("CM2 et collège", "cm2 college"),
        ("tous niveaux", ""),
        ("", ""),
        ("12 élèves de 3 groupes", ""),
    ],
)
def test_spans_and_lists_of_levels_are_read(text, keys):
    assert [word.key for word in words.level_words_in(text)] == keys.split()
    expected = [uri for key in keys.split() for uri in uris_of(key)]
    assert words.levels_in(text) == tuple(expected)


def uris_of(key: str) -> tuple[str, ...]:
    found = words.word("level", key) or words.word("stage", key)
    return found.uris


def test_a_word_with_two_meanings_is_reported_and_never_settled():
    assert words.find("level", "enseignement secondaire") is None
    assert len(words.matches("level", "enseignement secondaire")) > 1


def test_near_words_are_proposed():
    assert "mathématiques" in words.nearest("discipline", "matématiques")
    assert "sixième" in words.nearest("level", "siziemme") or "6e" in words.nearest("level", "6é")
    assert "en autonomie" in words.nearest("usage", "en autonommie")
    assert words.nearest("type", "zzzzzzzz") == ()


def test_a_concept_of_voc_015_is_named_by_its_own_label_too():
    found = words.discipline("géométrie (mathématiques 2de GT)")
    assert found.uris == (concept("015-6828"),)
    assert found.parent == "mathematiques"


@pytest.mark.parametrize("kind", words.KINDS)
def test_a_word_is_found_by_its_key_its_label_and_its_concepts(kind):
    for word in words.every(kind):
        assert word in words.matches(kind, word.key)
        assert word in words.matches(kind, word.label)
        if word.uris and kind != "discipline":
            meant = [words.matches(kind, uri) for uri in word.uris]
            assert any(word in found for found in meant) or len(word.uris) > 1


@pytest.mark.parametrize("kind", [kind for kind in words.KINDS if kind != "discipline"])
@given(text=st.text(max_size=30))
@settings(max_examples=30)
def test_any_text_can_be_asked_about(kind, text):
    words.matches(kind, text)
    words.nearest(kind, text)


@given(st.text(alphabet="6543°ecm12 à-/→àdu pro,cycleTl", max_size=30))
@settings(max_examples=100)
def test_levels_are_read_from_any_text(text):
    assert len(set(words.levels_in(text))) == len(words.levels_in(text))


# --- The tables ----------------------------------------------------------------------------


def test_every_concept_of_the_tables_exists_and_is_in_use():
    for kind in words.KINDS:
        for word in words.every(kind):
            for uri in word.uris:
                if not uri.startswith(ownterms.PREFIX):
                    found = VOCABULARIES.concept(uri)
                    assert found, (kind, word.key, uri)
                    assert not found.collection, (kind, word.key)
            for uri in word.also:
                assert VOCABULARIES.concept(uri), (kind, word.key, uri)


def test_no_two_words_of_a_kind_share_a_name():
    for kind in words.KINDS:
        named: dict[str, str] = {}
        for word in words.every(kind):
            for name in (word.label, *word.words):
                assert named.setdefault(words.spelled(kind, name), word.key) == word.key, (
                    kind,
                    name,
                )


def test_parents_contained_classes_and_ways_are_words():
    for kind in words.KINDS:
        for word in words.every(kind):
            assert not word.parent or words.word(kind, word.parent)
            assert all(words.word("level", key) for key in word.contains)
            assert all(words.word("stage", key) for key in word.ways)


def test_names_understood_in_a_search_mean_one_word_of_one_kind():
    meant: dict[str, str] = {}
    for kind in ("level", "stage", "usage", "need", "discipline"):
        for word in words.every(kind):
            for name in word.asked:
                key = words.spelled(kind, name)
                allowed = {  # a way of the lycée is a class of its own; a need has its teaching
                    "voie professionnelle", "UPE2A", "lycée professionnel",
                }  # fmt: skip
                if name not in allowed:
                    assert meant.setdefault(key, word.key) == word.key, name


def test_synonyms_are_groups_of_at_least_two_and_no_name_is_in_two():
    groups = words.synonyms()
    assert ("SVT", "sciences de la vie et de la Terre") in groups
    assert all(len(group) >= 2 for group in groups)
    names = [name for group in groups for name in group]
    assert len(names) == len(set(names))


# --- Disciplines and voc-015 ---------------------------------------------------------------

#: Concept, the disciplines it must be in, the disciplines it must not be in. Read by eye.
MEMBERS = """
919  | mathematiques | physique-chimie
934  | mathematiques | francais
6828 | mathematiques |
7284 | mathematiques physique-chimie |
1357 | francais | fle-fls langues-vivantes
7703 | francais |
1019 | histoire histoire-geographie | geographie histoire-des-arts
1029 | geographie histoire-geographie | histoire
1842 | histoire-geographie | histoire geographie
10027| hggsp histoire-geographie | histoire ses
6372 | hggsp | ses
1163 | histoire-des-arts enseignements-artistiques | histoire histoire-geographie
5437 | histoire-des-arts | histoire
5892 | education-musicale | histoire
511  | arts-appliques | histoire
1549 | emc | histoire-geographie
8857 | emc |
1511 | svt | physique-chimie
6657 | svt |
1496 | physique-chimie | eps
7756 | eps | physique-chimie
3832 | eps | physique-chimie
1291 | activites-artistiques-maternelle | arts-plastiques
1286 | activite-physique-maternelle | eps
1474 | sciences-et-technologie | technologie svt
1534 | technologie | sciences-et-technologie
6354 | snt informatique | technologie
7760 | nsi informatique | technologie
6958 | snt informatique | arts-graphiques
59   | philosophie | hlp
6373 | hlp | philosophie
70   | ses | economie-gestion
640  | droit | ses
6379 | economie-gestion | ses
13711| anglais langues-vivantes | allemand
7696 | anglais llce langues-vivantes |
10380| allemand llce langues-vivantes |
13692| langues-regionales langues-vivantes | allemand
157  | fle-fls | langues-vivantes francais
5937 | lsf | langues-vivantes
6312 | latin lca | grec langues-vivantes
10497| grec lca | latin
1121 | arts-plastiques enseignements-artistiques | education-musicale
1115 | education-musicale enseignements-artistiques | arts-plastiques
638  | enseignements-artistiques | theatre
6382 | theatre | francais
9870 | cinema-audiovisuel |
5783 | danse | eps
6371 | arts-appliques | metiers-d-art
10   | biotechnologies | sciences-et-technologie
6370 | biotechnologies | physique-chimie
6377 | physique-chimie | st2s
6511 | st2s |
344  | pse enseignement-professionnel | svt
447  | hotellerie-restauration enseignement-professionnel |
13202| hotellerie-restauration |
12932| metiers-de-l-alimentation |
7819 | commerce-vente |
9220 | transport-logistique |
9263 | batiment-travaux-publics |
15713| bois-ameublement |
13052| batiment-travaux-publics |
16962| automobile | mecanique-productique
12719| aeronautique | automobile
7901 | electricite-electronique |
15989| energetique | batiment-travaux-publics
14055| industries-de-procedes |
14229| textile-mode-cuir |
12731| arts-graphiques |
14536| metiers-d-art | education-musicale
14573| coiffure-esthetique |
16747| sante-social | pse
14467| securite |
13934| hygiene-environnement |
6202 | agriculture |
903  | emi | documentation
909  | projets-interdisciplinaires |
911  | projets-interdisciplinaires | mathematiques
16682| securite-et-defense | transport-logistique
11785|  | sante-social
152  | francais | economie-gestion
"""


@pytest.mark.parametrize("line", [line for line in MEMBERS.split("\n") if line])
def test_disciplines_cover_what_they_teach_and_nothing_else(line):
    number, inside, outside = (part.split() for part in line.split("|"))
    keys = words.disciplines_of(concept(f"015-{int(number[0]):03d}"))
    assert set(inside) <= set(keys)
    assert not set(outside) & set(keys)


@pytest.mark.slow
def test_the_cover_is_what_the_table_of_disciplines_says():
    sys.path.insert(0, str(ROOT / "tasks"))
    try:
        import discipline_cover as task
    finally:
        sys.path.remove(str(ROOT / "tasks"))
    table = tomllib.loads(data("disciplines.toml").decode())
    written = data("discipline-cover.json").decode()
    assert task.text_of(task.cover_of(table, VOCABULARIES)) == written


def test_each_discipline_covers_the_concept_it_is_written_as():
    for word in words.disciplines():
        keys = words.disciplines_of(word.uris[0])
        # No concept says « chef-d'œuvre »: it is written as professional teaching.
        assert word.key in keys or word.key == "chef-d-oeuvre", word.key


def test_nearly_all_concepts_that_show_their_discipline_have_it():
    subjects = VOCABULARIES.members("015")
    without = [c for c in subjects if not words.disciplines_of(c.uri)]
    mute = [
        c
        for c in without
        if not c.broader and not VOCABULARIES.narrower(c.uri) and "(" not in c.label
    ]
    assert (len(subjects) - len(without)) / (len(subjects) - len(mute)) > 0.98
    assert (len(subjects) - len(without)) / len(subjects) > 0.85


def test_what_a_child_covers_its_parent_covers():
    for word in words.disciplines():
        if word.parent:
            tree = json.loads(data("discipline-cover.json"))
            child = {n for first, last in tree[word.key] for n in range(first, last + 1)}
            parent = {n for first, last in tree[word.parent] for n in range(first, last + 1)}
            assert child <= parent


# --- Balise's own vocabulary ---------------------------------------------------------------


def test_own_terms_have_uris_definitions_and_mappings_that_exist():
    for each in ownterms.lists().values():
        assert each.uri == f"urn:balise:{each.key}"
        assert each.definition
        for term in each.terms:
            assert term.uri == f"urn:balise:{each.key}:{term.key}"
            assert all(VOCABULARIES.concept(uri) for _, uri in term.mappings), term.key


def test_the_needs_and_levels_of_data_are_written_as_concepts_of_scolomfr():
    assert ownterms.standard("besoins", "dyslexie") == concept("041-009")
    assert ownterms.standard("besoins", "autisme") == concept("041-037")
    assert ownterms.standard("besoins", "haut-potentiel") == ""
    assert ownterms.standard("donnees-personnelles", "forte") == concept("044-004")
    assert ownterms.standard("besoins", "unknown") == ""


def test_a_trouble_of_voc_041_is_read_as_the_need_that_says_as_much():
    assert words.keys_of("need", concept("041-009")) == ("troubles-dys",)  # not "dyslexie"
    assert words.keys_of("need", concept("041-037")) == ("autisme",)
    assert words.keys_of("personal-data", concept("044-001")) == ("aucune",)


def test_the_published_skos_says_every_term_once():
    text = ownterms.turtle()
    for term in ownterms.terms().values():
        assert text.count(f"<{term.uri}> a skos:Concept ;") == 1
        assert (
            f"<{term.uri}> a skos:Concept ;\n    skos:prefLabel {json.dumps(term.label, ensure_ascii=False)}@fr"
            in text
        )
    assert text.count(" a skos:ConceptScheme ;") == len(ownterms.lists())
    # Every subject ends with a full stop, every string is closed.
    blocks = [block for block in text.split("\n\n") if not block.startswith("@prefix")]
    assert all(block.rstrip().endswith(" .") for block in blocks if block.strip())


@pytest.mark.slow
def test_reading_words_does_not_read_the_subjects():
    program = (
        "import gzip\n"
        "gzip.decompress = None\n"
        "from metadata import words\n"
        "words.level('CM1'); words.discipline('maths'); words.find('usage', 'au CDI')\n"
        "words.levels_in('du CP au CE2'); words.disciplines_of('x')\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
