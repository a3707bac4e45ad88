"""A licence is recognised however it is written, and says what it allows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata.licences import HAS_LICENCE, find, licence_of, licences, nearest
from metadata.record import Identifier, Record, Relation, Rights, Term, Text
from metadata.vocabulary import CONCEPT

NAMED = """
CC BY-SA = cc-by-sa
cc-by-sa 4.0 = cc-by-sa-4.0
CC-BY-SA-4.0 = cc-by-sa-4.0
CC BY SA = cc-by-sa
CC BY-SA 3.0 FR = cc-by-sa-3.0
CC BY 4 = cc-by-4.0
(CC-BY-NC-SA) = cc-by-nc-sa
BY-NC-ND = cc-by-nc-nd
https://creativecommons.org/licenses/by-nc-sa/3.0/fr/ = cc-by-nc-sa-3.0
http://creativecommons.org/licenses/by/4.0/deed.fr = cc-by-4.0
https://creativecommons.org/licenses/by-sa/4.0/legalcode.fr = cc-by-sa-4.0
http://creativecommons.org/licenses/by-nc-sa/2.0/ca/ = cc-by-nc-sa-2.0
Licence Creative Commons BY-NC = cc-by-nc
Creative Commons Attribution - Pas d'utilisation commerciale - Partage à l'identique 3.0 France = cc-by-nc-sa-3.0
Licence Creative Commons Attribution-NonCommercial-ShareAlike 2.0 Generic = cc-by-nc-sa-2.0
Attribution-ShareAlike 4.0 International (CC BY-SA 4.0) = cc-by-sa-4.0
Ressource diffusée sous CC BY-ND 4.0 par son auteur = cc-by-nd-4.0
Attribution-NonCommercial-NoDerivatives 4.0 International = cc-by-nc-nd-4.0
Attribution 4.0 International = cc-by-4.0
Attribution - Pas d’Utilisation Commerciale - Partage dans les Mêmes Conditions = cc-by-nc-sa
© Les auteurs, licence CC BY = cc-by
© 2019 Camille Exemple. CC BY-SA 4.0. = cc-by-sa-4.0
(c) Collège Exemple, licence MIT = mit
Tous droits réservés. = tous-droits-reserves
© 2012 Éditions d’Exemple = tous-droits-reserves
Copyright Éditions d’Exemple 2016 = tous-droits-reserves
Private (Copyrighted) - http://en.wikipedia.org/wiki/Copyright = tous-droits-reserves
Licence MIT. = mit
CC0 = cc0
CC0 1.0 = cc0
CC0-1.0 = cc0
http://creativecommons.org/publicdomain/zero/1.0/ = cc0
https://creativecommons.org/publicdomain/zero/1.0/deed.fr = cc0
domaine public = domaine-public
PD = domaine-public
CC PDM = domaine-public
https://creativecommons.org/publicdomain/mark/1.0/ = domaine-public
Licence Ouverte = etalab-2.0
etalab-2.0 = etalab-2.0
Licence Ouverte 2.0 (Etalab) = etalab-2.0
Licence Ouverte 1.0 = etalab-1.0
https://www.etalab.gouv.fr/licence-ouverte-open-licence = etalab-2.0
MIT = mit
Licence MIT = mit
https://opensource.org/licenses/MIT = mit
https://spdx.org/licenses/MIT.html = mit
GPL = gpl
GNU GPL = gpl
GPLv3 = gpl-3.0
GPL v3 = gpl-3.0
GPL-3.0-only = gpl-3.0
GPL-3.0-or-later = gpl-3.0-or-later
GPLv3+ = gpl-3.0-or-later
http://www.gnu.org/licenses/gpl-3.0.en.html = gpl-3.0
LGPL-2.1-or-later = lgpl-2.1-or-later
AGPL-3.0 = agpl-3.0
AGPLv3 = agpl-3.0
BSD-3-Clause = bsd-3
BSD 2 = bsd-2
Apache-2.0 = apache-2.0
Apache License 2.0 = apache-2.0
EUPL-1.2 = eupl-1.2
CeCILL-B = cecill-b
CeCILL = cecill-2.1
ODbL = odbl-1.0
Licence Art Libre = art-libre
ODC PDDL = pddl-1.0
tous droits réservés = tous-droits-reserves
© Éditions Exemple, tous droits réservés = tous-droits-reserves
All rights reserved = tous-droits-reserves
C = tous-droits-reserves
"""


@pytest.mark.parametrize("line", [line for line in NAMED.split("\n") if line])
def test_a_licence_is_found_by_identifier_address_or_name(line):
    text, _, key = line.rpartition(" = ")
    found = find(text)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "U",
        "by John Smith",
        "Creative Commons",
        "licence libre",
        "libre de droits",
        "Reproduction interdite",
        "Voir les mentions légales : https://example.org/mentions",
        "utilisation by design",
        "© Camille Exemple, usage libre en classe",
        "Attribution des rôles aux élèves",
        "émit un son",
        "Le contenu est sous CC BY-SA 4.0 et le code sous MIT",
        "CC BY 4.0 ou CC BY-NC 4.0",
    ],
)
def test_what_names_no_licence_or_several_names_none(text):
    assert find(text) is None


def test_every_licence_is_found_by_its_own_names():
    for key, licence in licences().items():
        assert key == licence.key
        for name in filter(None, (licence.key, licence.label, licence.spdx, *licence.words)):
            assert find(name) == licence, name


def test_an_address_leads_to_its_licence_or_to_one_of_its_family():
    for licence in licences().values():
        if licence.url:
            assert find(licence.url).family == licence.family, licence.url


@pytest.mark.parametrize(
    ("key", "free", "modify", "sell"),
    [
        ("cc-by-4.0", True, True, True),
        ("cc-by-sa-4.0", True, True, True),
        ("cc-by-nc-4.0", False, True, False),
        ("cc-by-nd-4.0", False, False, True),
        ("cc-by-nc-nd", False, False, False),
        ("cc0", True, True, True),
        ("etalab-2.0", True, True, True),
        ("gpl-3.0", True, True, True),
        ("tous-droits-reserves", False, False, False),
    ],
)
def test_what_a_licence_allows_is_known(key, free, modify, sell):
    licence = licences()[key]
    assert (licence.free, licence.modify, licence.sell) == (free, modify, sell)
    assert licence.allows.endswith(".")


def test_sharing_alike_is_said_and_forbidding_is_said():
    assert "mêmes conditions" in licences()["cc-by-sa-4.0"].allows
    assert "usage commercial interdit" in licences()["cc-by-nc-sa-4.0"].allows
    assert "Aucune réutilisation" in licences()["tous-droits-reserves"].allows


@given(st.text(max_size=60))
@settings(max_examples=100)
def test_any_text_can_be_looked_at(text):
    find(text)
    nearest(text)


def test_a_misspelt_name_is_brought_near():
    assert any("BY-SA" in name for name in nearest("CC BYSA 4.0"))


def record(rights: tuple[str, ...] = (), address: str = "", kind: str = HAS_LICENCE) -> Record:
    relation = Relation(kind=Term(kind), identifiers=(Identifier("URL", address),))
    return Record(
        rights=Rights(descriptions=tuple((Text(text, "fr"),) for text in rights)),
        relations=(relation,) if address else (),
    )


def test_the_relation_that_names_the_licence_wins_over_the_text():
    address = "https://creativecommons.org/licenses/by/4.0/"
    assert licence_of(record(("Tous droits réservés",), address)).key == "cc-by-4.0"


def test_the_text_of_the_rights_names_the_licence_when_no_relation_does():
    assert licence_of(record(("Ressource sous licence CC BY-SA 4.0",))).key == "cc-by-sa-4.0"
    other = CONCEPT + "scolomfr-voc-009-num-021"
    assert (
        licence_of(record(("Licence Ouverte",), "https://example.org", other)).key == "etalab-2.0"
    )


def test_a_record_that_says_two_licences_or_none_has_none():
    assert licence_of(record(("CC BY 4.0", "Tous droits réservés"))) is None
    assert licence_of(record()) is None


def test_the_more_precise_of_two_names_of_one_licence_is_kept():
    assert licence_of(record(("CC BY-SA", "CC BY-SA 4.0"))).key == "cc-by-sa-4.0"


@pytest.mark.parametrize("name", ["GPL-3.0-or-later", "GPL-3.0-only", "AGPL-3.0-or-later"])
def test_the_name_tells_apart_two_licences_of_one_address(name):
    licence = find(name)
    assert licence is not None
    relation = Relation(
        kind=Term(HAS_LICENCE, "a pour licence"),
        identifiers=(Identifier("URI", licence.url),),
        descriptions=((Text(licence.label, "fr"),),),
    )
    assert licence_of(Record(relations=(relation,))) == licence
