"""Small notices that tests write where they need them."""

from __future__ import annotations

from pathlib import Path

LEVELS = {"cm1": "014", "cm2": "015", "6e": "018", "3e": "023", "gs": "007"}
VOC = "http://data.education.fr/voc/scolomfr/concept/"
EMAIL = "quelquun@ecole.example"


def lom(
    title: str,
    *,
    level: str = "cm1",
    description: str = "",
    location: str = "https://ressource.example/",
    method: str = "003",
    identifier: str = "",
    part_of: str = "",
) -> str:
    """A ScoLOMFR notice: mathematics, an exercise, by an author with an address to keep private."""
    relation = (
        f"<relation><kind><source>x</source><value>{VOC}ispartof</value></kind><resource>"
        f"<identifier><catalog>URI</catalog><entry>{part_of}</entry></identifier></resource>"
        "</relation>"
        if part_of
        else ""
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<lom xmlns="http://ltsc.ieee.org/xsd/LOM" xmlns:s="http://www.lom-fr.fr/xsd/SCOLOMFR">
<general>
<identifier><catalog>URI</catalog><entry>{identifier or location}</entry></identifier>
<title><string language="fre">{title}</string></title>
<language>fre</language>
<description><string language="fre">{description or title}</string></description>
</general>
<lifeCycle><contribute><role><source>LOMv1.0</source><value>author</value></role>
<entity>BEGIN:VCARD
VERSION:3.0
FN:Camille Exemple
EMAIL:{EMAIL}
END:VCARD</entity></contribute></lifeCycle>
<technical><location>{location}</location></technical>
<educational>
<learningResourceType><source>LOMv1.0</source><value>exercise</value></learningResourceType>
<typicalLearningTime><duration>PT20M</duration></typicalLearningTime>
<s:educationalMethod><s:source>x</s:source><s:value>{VOC}scolomfr-voc-018-num-{method}</s:value></s:educationalMethod>
</educational>
{relation}
<classification><purpose><source>LOMv1.0</source><value>educational level</value></purpose>
<taxonPath><source><string>scolomfr-voc-022</string></source>
<taxon><id>scolomfr-voc-022-num-{LEVELS[level]}</id></taxon></taxonPath></classification>
<classification><purpose><source>x</source><value>{VOC}scolomfr-voc-028-num-003</value></purpose>
<taxonPath><source><string>scolomfr-voc-015</string></source>
<taxon><id>scolomfr-voc-015-num-6251</id></taxon></taxonPath></classification>
</lom>
"""


BROKEN = "<lom><general><title>Sans fin</general></lom>"

COMMUN = """titre: Fractions en boîte
description: Des exercices sur les fractions, corrigés automatiquement.
lien: https://fractions.forge.example/
niveaux: [CM2]
disciplines: [mathématiques]
usages: [en autonomie]
licence: CC-BY-SA-4.0
"""


def write_all(folder: Path) -> Path:
    """A folder of notices: three of mathematics, one commun, one that cannot be read."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "boite.xml").write_text(lom("Une boîte de fractions", description="Comparer."))
    (folder / "geometrie.xml").write_text(
        lom("Tracer un cercle", level="6e", location="https://cercle.example/", method="004")
    )
    (folder / "compter.xml").write_text(
        lom("Compter jusqu’à dix", level="gs", location="https://compter.example/")
    )
    (folder / "commun").mkdir()
    (folder / "commun" / "commun.yml").write_text(COMMUN)
    (folder / "casse.xml").write_text(BROKEN)
    return folder
