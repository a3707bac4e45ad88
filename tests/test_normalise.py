"""What notices write in ten ways, brought to one."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from metadata.normalise import clean, duration, entity, language, minutes, plain, when
from metadata.record import Entity
from metadata.strangers.vcard import written
from tests.corpus import shared
from tests.records import DATES, NAMES, durations, entities


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        *((code, "fr") for code in ("fr", "fre", "fra", "FR", "FRE", "fr-FR", "fr_FR", " fre\n")),
        *((code, "fr") for code in ("français", "Français", "fra-FR")),
        ("http://id.loc.gov/vocabulary/iso639-2/fre", "fr"),
        ("http://id.loc.gov/vocabulary/iso639-1/fr", "fr"),
        ("http://exemple.fr/langues/fra", "fr"),
        ("fra-CA", "fr-CA"),
        ("fr_ca", "fr-CA"),
        ("zh_TW", "zh-TW"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("en_US", "en-US"),
        ("es-419", "es-419"),
        ("ger", "de"),
        ("deu", "de"),
        ("bre", "br"),
        ("gsw", "gsw"),
        ("mul", "mul"),
        ("anglais", "en"),
        ("French", "fr"),
        ("espagnol", "es"),
        ("Catalan", "ca"),
        ("occitan", "oc"),
        ("alsacien", "gsw"),
        ("fr/en", ""),
        ("fr-x-prive", "fr"),
        *(
            (code, "")
            for code in ("", "none", "x-none", "und", "x-t-klingon", "??", "langue", "zz")
        ),
        ("a" * 300, ""),
    ],
)
def test_a_language_is_its_shortest_tag(written, tag):
    assert language(written) == tag


@given(st.text(max_size=20))
def test_a_tag_is_its_own_language(text):
    assert language(language(text)) == language(text)


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("PT1H30M", "PT1H30M"),
        ("P0Y0M0DT2H0M0S", "PT2H"),
        ("PT0H02M30S", "PT2M30S"),
        ("PT90M", "PT1H30M"),
        ("PT1.5H", "PT1H30M"),
        ("PT1,5H", "PT1H30M"),
        ("PT1H30", "PT1H30M"),
        ("pt45m", "PT45M"),
        (" PT2H\n", "PT2H"),
        ("P2W", "P14D"),
        ("P1D", "P1D"),
        ("P1.5D", "P1DT12H"),
        ("PT50H", "PT50H"),
        ("P1M", "P1M"),
        ("P1Y6M", "P1Y6M"),
        ("PT12.5S", "PT12.5S"),
        ("01:00:00", "PT1H"),
        ("00:45", "PT45M"),
        ("2h", "PT2H"),
        ("2 h 30", "PT2H30M"),
        ("1h30min", "PT1H30M"),
        ("1 heure et 30 minutes", "PT1H30M"),
        ("une heure", "PT1H"),
        ("une heure et demie", "PT1H30M"),
        ("une demi-heure", "PT30M"),
        ("un quart d’heure", "PT15M"),
        ("quarante-cinq minutes", "PT45M"),
        ("45 min", "PT45M"),
        ("environ 20 mn", "PT20M"),
        ("2 séances de 55 min", "PT1H50M"),
        ("trois séances d’1 h 30", "PT4H30M"),
        ("2 x 55 min", "PT1H50M"),
        ("deux heures et demie", "PT2H30M"),
        ("45:00", "PT45M"),
        ("2 jours", "P2D"),
        ("1 semaine", "P7D"),
        *((text, None) for text in ("", "P", "PT", "PT0H", "PT0H0M0S", "00:00:00", "30", "vite")),
        *((text, None) for text in ("2012-12-12T02:00:00Z", "P1.5Y", "2 séances", "PT9999999H")),
        ("9" * 5000 + "h", None),
    ],
)
def test_a_duration_is_read_in_every_shape(written, iso):
    assert duration(written) == iso


@given(durations())
def test_a_plain_duration_stays_as_it_is(said):
    if said.iso:
        assert duration(said.iso) == said.iso


@given(
    st.text(max_size=30) | st.from_regex(r"(?i)P[0-9.,YMWDTHS]{0,20}|[0-9:]{1,12}", fullmatch=True)
)
def test_what_is_understood_as_a_duration_has_the_form_of_the_schema_and_minutes(text):
    iso = duration(text)
    if iso is not None:
        schema = r"P(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
        assert re.fullmatch(schema, iso)
        assert minutes(iso) >= 1
        assert duration(iso) == iso


@pytest.mark.parametrize(
    ("iso", "count"),
    [("PT1H30M", 90), ("PT20S", 1), ("P1D", 1440), ("P14D", 20160), ("P1M", 43200), ("", None)],
)
def test_minutes_are_counted(iso, count):
    assert minutes(iso) == count


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *((text, text) for text in ("2012", "2012-10", "2012-10-16", "2012-10-16T10:00")),
        ("2012-10-16T10:00:00Z", "2012-10-16T10:00:00Z"),
        ("2012-10-16T10:00:00.0Z", "2012-10-16T10:00:00Z"),
        ("2012-10-16T10:00:00.25+02:00", "2012-10-16T10:00:00.25+02:00"),
        ("2016-11-15 10:00:00+01:00", "2016-11-15T10:00:00+01:00"),
        ("2016-11-15T10:00+0100", "2016-11-15T10:00:00+01:00"),
        ("2012/1/5", "2012-01-05"),
        ("16/10/2012", "2012-10-16"),
        ("16.10.2012", "2012-10-16"),
        ("20121016", "2012-10-16"),
        ("10/2012", "2012-10"),
        ("1999-00-00", "1999"),
        ("2012-10-00", "2012-10"),
        ("Le mardi 16 octobre 2012", "2012-10-16"),
        ("16 octobre 2012", "2012-10-16"),
        ("1er mai 2020", "2020-05-01"),
        ("octobre 2012", "2012-10"),
        ("Tue, 16 Oct 2012 10:00:00 GMT", "2012-10-16T10:00:00+00:00"),
        *((text, None) for text in ("", "hier", "0000", "2012-13", "2012-02-30", "31/02/2020")),
        *((text, None) for text in ("2012-10-16T25:00", "2012-10-16T10:61", "juin", "12")),
    ],
)
def test_a_date_is_read_in_every_shape(written, value):
    assert when(written) == value


@given(DATES | st.text("0123456789-/:. TZ+àoct", max_size=30))
def test_a_date_once_read_stays_as_it_is(text):
    value = when(text)
    if value is not None:
        assert when(value) == value


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (" un\n\t deux  trois ", "un deux trois"),
        ("l\x92\x9cuvre", "l’œuvre"),
        ("\ufefftitre\u200b", "titre"),
        ("Attention\u00a0: là", "Attention\u00a0: là"),
        ("\u00a0", ""),
    ],
)
def test_white_space_is_cleaned_and_french_spaces_kept(written, shown):
    assert clean(written) == shown


@given(st.text())
@example("\x1f\x81")
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<p>Un</p><p>Deux <b>trois</b></p>", "Un\n\nDeux trois"),
        ("<P CLASS='x'>Un<BR/>Deux", "Un\nDeux"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<html:p xmlns:html='x'>Un</html:p><html:p>Deux</html:p>", "Un\n\nDeux"),
        ("<p>a\n   b</p>", "a b"),
        ("l&eacute;ger &amp; vif", "léger & vif"),
        ("<script>alert(1)</script><style>p {}</style>texte", "texte"),
        ('<img src=x onerror="alert(1)">texte', "texte"),
        ("<!-- rien --><b>tout</b>", "tout"),
        ("a < b et c > d", "a < b et c > d"),
        ("x<y & z", "x<y & z"),
        ("<math>x", "x"),
        ("un\n\n\n\tdeux\ntrois", "un\n\ndeux\ntrois"),
    ],
)
def test_html_becomes_paragraphs_of_text(written, shown):
    assert plain(written) == shown


@pytest.mark.parametrize("piece", ["<", "<!--", "<p ", "</", "&", "<script>", "<b>", "\n ", "]]>"])
def test_hostile_markup_takes_little_time(piece):
    start = time.perf_counter()
    plain("<b>" + piece * 100_000)
    assert time.perf_counter() - start < 2


VCARDS = {
    "one line": ("BEGIN:VCARD VERSION:3.0 FN:Ada Lys ORG:Ac END:VCARD", ("Ada Lys", "Ac")),
    "lines": ("BEGIN:VCARD\nVERSION:3.0\nFN:Ada Lys\nORG:Ac\nEND:VCARD", ("Ada Lys", "Ac")),
    "crlf": ("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Lys\r\nORG:Ac\r\nEND:VCARD", ("Ada Lys", "Ac")),
    "blank lines": ("BEGIN:VCARD\n \nFN:Ada Lys\n \n\nORG:Ac\n \nEND:VCARD", ("Ada Lys", "Ac")),
    "indented": (
        "\n\t\tBEGIN:VCARD\n\t\tFN:Ada Lys\n\t\tORG:Ac\n\t\tEND:VCARD\n",
        ("Ada Lys", "Ac"),
    ),
    "folded": ("BEGIN:VCARD\nFN:Ada L\n ys\nORG:Acadé\n mie\nEND:VCARD", ("Ada Lys", "Académie")),
    "lower case": ("begin:vcard\nversion:3.0\nfn:Ada Lys\norg:Ac\nend:vcard", ("Ada Lys", "Ac")),
    "mixed case": ("BEGIN:vCard ORG:Ac END:vCard", ("", "Ac")),
    "fused": ("BEGIN:VCARDVERSION:3.0N:ITOPFN:ITOPEND:VCARD", ("ITOP", "")),
    "parameters": (
        "BEGIN:vcard\nFN;ENCODING=8BIT;CHARSET=UTF-8;LANGUAGE=fr-FR:Ada Lys\nEND:vcard",
        ("Ada Lys", ""),
    ),
    "quoted-printable": (
        "BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:H=C3=A9l=C3=A8ne =\nLys\nORG;QUOTED-PRINTABLE:Acad=E9mie"
        + "\nEMAIL;ENCODING=QUOTED-PRINTABLE:h=40ex.fr\nEND:VCARD",
        ("Hélène Lys", "Académie"),
    ),
    "version 2.1": (
        "BEGIN:VCARD\nFN:Ada Lys\nTEL;WORK;VOICE:0102030405\nORG:Ac",
        ("Ada Lys", "Ac"),
    ),
    "grouped": ("BEGIN:VCARD\nitem1.FN:Ada Lys\nitem2.EMAIL:a@b.fr\nEND:VCARD", ("Ada Lys", "")),
    "name only in N": ("BEGIN:VCARD\nN:Lys;Ada;;Mme;\nFN:\nEND:VCARD", ("Ada Lys", "")),
    "empty N": ("BEGIN:VCARD\nN:;;;;\nFN:Ada Lys\nEND:VCARD", ("Ada Lys", "")),
    "N in FN": ("BEGIN:VCARD\nFN:Lys;Ada;;;\nEND:VCARD", ("Ada Lys", "")),
    "halves": ("BEGIN:vcard\nFN:Nadine\nN:BOUETTE\nORG:Ac\nEND:vcard", ("Nadine BOUETTE", "Ac")),
    "equal": ("BEGIN:VCARD\nN:Ada Lys\nFN:Ada Lys\nEND:VCARD", ("Ada Lys", "")),
    "organisation twice": ("BEGIN:VCARD\nKIND:org\nFN:Éd. X\nORG:Éd. X\nEND:VCARD", ("", "Éd. X")),
    "units": ("BEGIN:VCARD\nORG:Ministère;DNE\nEND:VCARD", ("", "Ministère, DNE")),
    "escapes": ("BEGIN:VCARD\nFN:Lys\\, Ada\nORG:A\\;B\\nC\nEND:VCARD", ("Lys, Ada", "A;B C")),
    "html": ("BEGIN:VCARD\nORG:CRDP de l&apos;académie\nEND:VCARD", ("", "CRDP de l'académie")),
    "unknown": (
        "BEGIN:VCARD\nFN:Ada Lys\nOGO:http://x/y.png\nORG:Ac\nEND:VCARD",
        ("Ada Lys", "Ac"),
    ),
    "no end": ("BEGIN:VCARD\nFN:Ada Lys\nORG:Ac", ("Ada Lys", "Ac")),
    "colon": ("BEGIN:VCARD\nFN:Zone : Paris\nN:Zone : Paris\nEND:VCARD", ("Zone : Paris", "")),
    "plain": ("Ada Lys", ("Ada Lys", "")),
    "plain with address": ("Réseau X, 1 avenue du Port, 86961 Ville", ("Réseau X", "")),
    "plain with all": ("Ada Lys (ada@lys.fr), tél. : 01 02 03 04 05", ("Ada Lys", "")),
    "e-mail for a name": ("BEGIN:VCARD\nFN:ada@lys.fr\nORG:Ac\nEND:VCARD", ("", "Ac")),
    "e-mail in angles": ("BEGIN:VCARD\nFN:Ada Lys <ada@lys.fr>\nEND:VCARD", ("Ada Lys", "")),
}


@pytest.mark.parametrize("shape", VCARDS)
def test_a_vcard_is_read_in_every_shape(shape):
    text, (name, organisation) = VCARDS[shape]
    assert entity(text) == Entity(name=name, organisation=organisation)


@pytest.mark.parametrize(
    "text",
    ["", " \n", "BEGIN:VCARD END:VCARD", "BEGIN:vCard ORG: END:vCard", "EMAIL:a@b.fr", "a@b.fr"],
)
def test_a_vcard_that_names_nobody_is_nobody(text):
    assert entity(text) is None


@pytest.mark.parametrize(
    ("note", "siren", "isni"),
    [
        ("NOTE:SIREN=819 056 409\nNOTE:ISNI=1234 5678 9012 345X", "819056409", "123456789012345X"),
        ("NOTE:SIREN=000000000\nNOTE:ISNI=0000000000000000", "", ""),
        ("NOTE:siren : 819056409", "819056409", ""),
        ("NOTE:SIREN=81905640", "", ""),
    ],
)
def test_the_numbers_of_an_organisation_are_kept(note, siren, isni):
    for text in (f"BEGIN:VCARD\nORG:X\n{note}\nEND:VCARD", f"BEGIN:VCARD ORG:X {note} END:VCARD"):
        assert entity(text) == Entity(organisation="X", siren=siren, isni=isni)


def test_years_are_not_a_telephone():
    assert entity("Société 1998-2004") == Entity(name="Société 1998-2004")


def test_nothing_private_leaves_the_card_of_the_corpus():
    text = shared("attacks/vcard_personal_data.vcf").read_text("utf-8")
    for card in (text, " ".join(text.split()), text.replace("\n", "\r\n")):
        assert entity(card) == Entity(name="Camille Martin", organisation="Lycée X")


LETTERS = "abcdefghijklmnopqrstuvwxyz"
MAILS = st.builds(
    "{}@{}.{}".format,
    st.text(LETTERS + "0123456789.+_-%'", min_size=1, max_size=12).filter(str.strip),
    st.text(LETTERS + "-", min_size=2, max_size=10),
    st.sampled_from(["fr", "org", "ac-lyon.fr"]),
)
PHONES = st.builds(
    lambda prefix, digits, between: prefix + between.join(re.findall("..", f"{digits:08d}")),
    st.sampled_from(["06", "+336", "+33 (0)6", "01 ", "(33) 6-", "0033 6 "]),
    st.integers(0, 10**8 - 1),
    st.sampled_from(["", " ", ".", "-", "\u00a0"]),
)
STREETS = st.builds(
    "{} {} Machin".format, st.integers(1, 999), st.sampled_from(["rue", "bis, avenue"])
)

#: Cards as they are met, with somebody's mail and telephone wherever people put them.
SHAPES = [
    "BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nORG:{organisation}\nEMAIL;TYPE=INTERNET:{mail}\n{rest}",
    "BEGIN:VCARD VERSION:3.0 FN:{name} ORG:{organisation} EMAIL;TYPE=INTERNET:{mail} {rest}",
    "\n\tBEGIN:VCARD\n\tEMAIL:{mail}\n\tFN:{name}\n\tORG:{organisation}\n\tNOTE:Contact={mail}{rest}",
    "BEGIN:VCARDVERSION:3.0FN:{name}EMAIL:{mail}TEL:{phone}ORG:{organisation}END:VCARD",
    "BEGIN:VCARD\r\nFN:{name} <{mail}>\r\nORG:{organisation}, {street}\r\nEND:VCARD",
    "BEGIN:VCARD\nFN:{name}, tél. {phone}\nORG:{organisation} - {mail}\nEND:VCARD",
    "BEGIN:VCARD\nFN:{mail}\nN:{name};;;;\nORG:{organisation};{phone}\nX-SKYPE:{mail}\nEND:VCARD",
    "BEGIN:VCARD\nURL:mailto:{mail}\nLABEL:{street}\nFN:{name}\nNOTE:{phone}\nORG:{organisation}\n",
    "FN:{name}\nORG:{organisation}\nE-MAIL:{mail}\nPORTABLE:{phone}",
]


@given(st.sampled_from(SHAPES), NAMES, NAMES, MAILS, PHONES, STREETS)
def test_nobodys_mail_telephone_or_street_leaves_a_vcard(
    shape, name, organisation, mail, phone, street
):
    rest = f"TEL:{phone}\nADR;TYPE=WORK:;;{street};Ville;;75001;FR\nEND:VCARD"
    card = shape.format(
        name=name,
        organisation=f"Lycée {organisation}",
        mail=mail,
        phone=phone,
        street=street,
        rest=" ".join(rest.split("\n")) if " VERSION" in shape else f"\n{rest}",
    )
    said = repr(entity(card))
    assert mail not in said
    assert "@" not in said
    assert not re.search(r"\d{2}", said)
    assert "Machin" not in said
    assert name in said
    assert organisation in said


@given(NAMES, MAILS, PHONES, st.permutations(["{name}", "({mail})", "tél {phone}"]))
def test_a_plain_name_gives_nothing_else(name, mail, phone, parts):
    text = " ".join(parts).format(name=name, mail=mail, phone=phone)
    assert entity(text) == Entity(name=name)


@given(entities())
def test_the_vcard_that_is_written_is_read_back(who):
    assert entity(written(who)) == who


@given(
    st.text()
    | st.lists(st.sampled_from(["FN:", "N:", "ORG:", ";", "\n ", "a@b", "12 rue", " "])).map(
        "".join
    )
)
def test_any_text_is_read_as_somebody_or_nobody(text):
    who = entity(text)
    if who:
        assert "@" not in repr(who)
        assert entity(written(who)) is not None


@pytest.mark.parametrize(
    "piece", ["a", "FN:", ";", "1 ", "\n ", "FN;", "@", "X-", "(", "&amp;", "0 rue "]
)
def test_a_hostile_vcard_takes_little_time(piece):
    start = time.perf_counter()
    entity("FN:" + piece * 300_000)
    assert time.perf_counter() - start < 2
