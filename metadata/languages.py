"""ISO 639: the two-letter code of each language that has one, under its three-letter codes.

https://www.loc.gov/standards/iso639-2/ gives the list; a language without two letters keeps three.
"""

from __future__ import annotations

_PAIRS = """
aar:aa abk:ab afr:af aka:ak alb:sq sqi:sq amh:am ara:ar arg:an arm:hy hye:hy asm:as ava:av ave:ae
aym:ay aze:az bak:ba bam:bm baq:eu eus:eu bel:be ben:bn bih:bh bis:bi bod:bo tib:bo bos:bs bre:br
bul:bg bur:my mya:my cat:ca ces:cs cze:cs cha:ch che:ce chi:zh zho:zh chu:cu chv:cv cor:kw cos:co
cre:cr cym:cy wel:cy dan:da deu:de ger:de div:dv dut:nl nld:nl dzo:dz ell:el gre:el eng:en epo:eo
est:et ewe:ee fao:fo fas:fa per:fa fij:fj fin:fi fra:fr fre:fr fry:fy ful:ff geo:ka kat:ka gla:gd
gle:ga glg:gl glv:gv grn:gn guj:gu hat:ht hau:ha heb:he her:hz hin:hi hmo:ho hrv:hr hun:hu ibo:ig
ice:is isl:is ido:io iii:ii iku:iu ile:ie ina:ia ind:id ipk:ik ita:it jav:jv jpn:ja kal:kl kan:kn
kas:ks kau:kr kaz:kk khm:km kik:ki kin:rw kir:ky kom:kv kon:kg kor:ko kua:kj kur:ku lao:lo lat:la
lav:lv lim:li lin:ln lit:lt ltz:lb lub:lu lug:lg mac:mk mkd:mk mah:mh mal:ml mao:mi mri:mi mar:mr
may:ms msa:ms mlg:mg mlt:mt mon:mn nau:na nav:nv nbl:nr nde:nd ndo:ng nep:ne nno:nn nob:nb nor:no
nya:ny oci:oc oji:oj ori:or orm:om oss:os pan:pa pli:pi pol:pl por:pt pus:ps que:qu roh:rm ron:ro
rum:ro run:rn rus:ru sag:sg san:sa sin:si slk:sk slo:sk slv:sl sme:se smo:sm sna:sn snd:sd som:so
sot:st spa:es srd:sc srp:sr ssw:ss sun:su swa:sw swe:sv tah:ty tam:ta tat:tt tel:te tgk:tg tgl:tl
tha:th tir:ti ton:to tsn:tn tso:ts tuk:tk tur:tr twi:tw uig:ug ukr:uk urd:ur uzb:uz ven:ve vie:vi
vol:vo wln:wa wol:wo xho:xh yid:yi yor:yo zha:za zul:zu scr:hr scc:sr mol:ro
"""

#: "fre" and "fra" to "fr".
TWO_LETTERS: dict[str, str] = dict(pair.split(":") for pair in _PAIRS.split())

KNOWN = frozenset(TWO_LETTERS.values()) | {"sh"}

#: Codes of the bibliographic list, where it differs from the other: id.loc.gov knows these only.
_BIBLIOGRAPHIC = "alb arm baq bur chi cze dut fre geo ger gre ice mac mao may per rum slo tib wel"

#: "fr" to "fre".
THREE_LETTERS: dict[str, str] = {
    **{two: three for three, two in reversed(TWO_LETTERS.items())},
    **{TWO_LETTERS[three]: three for three in _BIBLIOGRAPHIC.split()},
}

#: English names of languages taught in France, which catalogues and spreadsheets write.
ENGLISH: dict[str, str] = {
    "french": "fr",
    "english": "en",
    "german": "de",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
    "arabic": "ar",
    "chinese": "zh",
    "japanese": "ja",
    "russian": "ru",
    "dutch": "nl",
    "polish": "pl",
    "turkish": "tr",
    "hebrew": "he",
}
