"""The configuration, `balise.toml`: read, checked key by key, and given its defaults.

Every value is known here and nowhere else; a fault names the file, the line, the key and the
remedy. Contract: docs/configuration.md.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_type_hints

from indexer.arrival import storable
from indexer.opening import reason_of
from indexer.source import SourceInfo
from metadata.case import Role


class SettingsError(Exception):
    """The configuration cannot be used; the text says where and what to do, in French."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceSettings:
    """One [[source]]: where records come from and how they are published."""

    key: str
    kind: str = field(metadata={"among": ("oaipmh", "files", "table", "syndication")})
    url: str = field(metadata={"needed": True})
    title: str = ""
    prefix: str = "oai_dc"
    set: str = ""
    origin: str = field(default="public", metadata={"among": ("editeur", "public", "commun")})
    publish: str = field(default="", metadata={"among": ("", "qualified", "all")})
    licence: str = ""
    internal: bool = False

    def info(self) -> SourceInfo:
        """What the store keeps of it; a publisher's entries wait for qualification by default."""
        publish = self.publish or ("qualified" if self.origin == "editeur" else "all")
        return SourceInfo(
            key=self.key,
            title=storable(self.title or self.key),
            kind=self.kind,
            url=storable(self.url),
            origin=self.origin,
            publish=publish,
            licence=self.licence,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ForgeSettings:
    """One [[forge]]: a GitLab instance, and which of its projects matter."""

    key: str
    url: str = field(metadata={"needed": True})
    title: str = ""
    groups: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    list_topic: str = ""
    listed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    licence: str = ""
    token_file: str = ""
    hook_token_file: str = ""
    hook_signing_file: str = ""
    new_per_hour: int = 2
    open_at_most: int = 10

    @property
    def variable(self) -> str:
        """What the environment variables that hold its secrets begin with: "BALISE_FORGE"."""
        return f"BALISE_{self.key.upper().replace('-', '_')}"

    def info(self) -> SourceInfo:
        """What the store keeps of it: the communs are a source like the others."""
        return SourceInfo(
            key=self.key,
            title=storable(self.title or self.key),
            kind="forge",
            url=storable(self.url),
            origin="commun",
            publish="all",
            licence=self.licence,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class LoginSettings:
    """[login]: curators and maintainers, through a forge."""

    forge: str = ""
    client_id: str = ""
    client_secret_file: str = ""
    roles: Mapping[str, str] = field(default_factory=dict, metadata={"among": tuple(Role)})


@dataclass(frozen=True, kw_only=True, slots=True)
class PublisherSettings:
    """[publisher]: who answers for the catalogue."""

    name: str = ""
    contact: str = ""
    director: str = ""
    host: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailSettings:
    """[mail]: where reports go."""

    smtp: str = ""
    to: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """All an installation may choose. Relative paths start from the configuration's folder."""

    folder: Path = field(default=Path(), metadata={"internal": True})
    data: str = "var"
    database: str = ""
    search: str = ""
    base_url: str = ""
    source: tuple[SourceSettings, ...] = ()
    forge: tuple[ForgeSettings, ...] = ()
    login: LoginSettings = LoginSettings()
    publisher: PublisherSettings = PublisherSettings()
    mail: MailSettings = MailSettings()

    @property
    def data_folder(self) -> Path:
        return self.folder / self.data

    @property
    def theme_folder(self) -> Path:
        return self.data_folder / "theme"

    @property
    def database_url(self) -> str:
        """An SQLAlchemy address; a relative SQLite path starts from the configuration's folder."""
        path = self.database.removeprefix("sqlite:///")
        if self.database and path == self.database:
            return self.database
        return f"sqlite:///{self.folder / path if path else self.data_folder / 'balise.sqlite'}"

    @property
    def index_folder(self) -> Path:
        """Raise SettingsError when `search` names an engine that is not there."""
        if not self.search:
            return self.data_folder / "index"
        kind, _, path = self.search.partition(":")
        if kind != "whoosh" or not path:
            raise SettingsError(
                f"search = « {self.search} » : moteur inconnu. Écrivez « whoosh:DOSSIER »."
            )
        return self.folder / path

    def secret(self, file: str, variable: str) -> str:
        """A secret, from the environment or else from a file of the configuration; "" for none.

        Raise SettingsError when the file cannot be read.
        """
        if given := os.environ.get(variable, "").strip():
            return given
        if not file:
            return ""
        path = self.folder / file
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            said = reason_of(error) if isinstance(error, OSError) else "n’est pas un texte."
            raise SettingsError(f"Le fichier de secret « {path} » {said}") from error

    @property
    def login_forge(self) -> ForgeSettings | None:
        """The forge that people log in through; None when nobody does."""
        return next((each for each in self.forge if each.key == self.login.forge), None)

    @property
    def public_folder(self) -> Path:
        return self.data_folder / "public"


def load(path: Path) -> Settings:
    """Read a configuration file. Raise SettingsError."""
    try:
        text = path.read_text(encoding="utf-8")
        tree = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"« {path} » {reason_of(error)}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} : enregistrez ce fichier en UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{path} : ce n’est pas du TOML valide (détail : {error})."
            " Corrigez cet endroit, ou repartez du fichier qu’écrit « balise init »."
        ) from error
    settings: Settings = _Reader(path, text).table(Settings, tree, _Place())
    _check_addresses(settings, path)
    _check_keys(settings, path)
    return replace(settings, folder=path.parent)


def _check_addresses(settings: Settings, path: Path) -> None:
    if settings.base_url and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", settings.base_url):
        raise SettingsError(
            f"{path} : base_url : « {settings.base_url} » n’est pas une adresse. Écrivez-la en"
            " entier, par exemple « https://catalogue.example.fr »."
        )
    for forge in settings.forge:
        if not re.fullmatch(
            r"https://[^\s?#@]+|http://(localhost|127\.[\d.]+)(:\d+)?/?", forge.url
        ):
            said = forge.url.rpartition("@")[2]  # before it, there may be a password
            raise SettingsError(
                f"{path} : [[forge]] url : « {said} » n’est pas une adresse sûre. Écrivez-la"
                " en entier, en « https:// » : un jeton n’a pas à voyager en clair."
            )
    smtp, to = settings.mail.smtp, settings.mail.to
    if smtp and not re.fullmatch(r"smtps?://([^\s:@/]+@)?[^\s:@/]+(:\d{1,5})?/?", smtp):
        said = smtp.rpartition("@")[2]  # before it, there may be a password
        raise SettingsError(
            f"{path} : [mail] smtp : « {said} » n’est pas l’adresse d’un serveur. Écrivez-la ainsi :"
            " « smtp://localhost:25 » ou « smtps://compte@smtp.example.fr », le mot de passe dans"
            " BALISE_MAIL_PASSWORD."
        )
    if bool(smtp) != bool(to):
        raise SettingsError(
            f"{path} : [mail] : « smtp » et « to » vont ensemble. Donnez les deux, ou aucun."
        )
    contact = settings.publisher.contact
    if contact and not re.fullmatch(r"https?://\S+|[^\s@:]+@[^\s@:]+", contact):
        raise SettingsError(
            f"{path} : [publisher] contact : « {contact} » n’est ni une adresse électronique, ni"
            " celle d’une page (« https://… »)."
        )


def _check_keys(settings: Settings, path: Path) -> None:
    if settings.login.forge and not settings.login_forge:
        raise SettingsError(
            f"{path} : [login] forge : aucun bloc [[forge]] n’a la clé «\u00a0{settings.login.forge}\u00a0»."
            " Écrivez celle d’une forge déclarée."
        )
    if settings.login.forge and not settings.login.client_id:
        raise SettingsError(
            f"{path} : [login] client_id : il manque. C’est l’identifiant que donne la forge à"
            " l’application OAuth que vous y créez."
        )
    keys = [each.key for each in settings.source] + [each.key for each in settings.forge]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        raise SettingsError(
            f"{path} : deux [[source]] ou [[forge]] ont la clé « {key} ». Renommez-en une."
        )
    for name, tables in (("source", settings.source), ("forge", settings.forge)):
        for key in (table.key for table in tables):
            if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", key):
                raise SettingsError(
                    f"{path} : la clé « {key} » d’un [[{name}]] ne doit contenir que des"
                    " minuscules sans accent, des chiffres et des tirets."
                )


class _Place(NamedTuple):
    """A table of the file: what to call it, and the line where it starts, 0 for the file itself."""

    name: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns TOML tables into the dataclasses above, whose fields are the known keys."""

    path: Path
    text: str

    def table(self, kind: type[Any], tree: Mapping[str, Any], where: _Place) -> Any:
        known = {f.name: f for f in fields(kind) if not f.metadata.get("internal")}
        for key in tree:
            if key not in known:
                raise self.fault(where, key, f"clé inconnue.{_nearest(key, known)}")
        hints = get_type_hints(kind)
        values = {}
        for name, column in known.items():
            if name in tree:
                values[name] = self.value(column, hints[name], tree[name], where)
            elif column.default is MISSING and column.default_factory is MISSING:
                raise self.fault(where, name, "clé obligatoire absente : ajoutez-la.")
        return kind(**values)

    def value(self, column: Field[Any], hint: Any, value: Any, where: _Place) -> Any:
        name, inner = column.name, get_args(hint)
        if inner and hint.__origin__ is tuple:
            return tuple(self.items(name, inner[0], value, where))
        if hasattr(hint, "__dataclass_fields__"):
            if not isinstance(value, dict):
                raise self.fault(where, name, f"doit être une table : [{name}].")
            return self.table(hint, value, _Place(f"[{name}] ", self.header(name)))
        expected = dict if inner else hint
        if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
            raise self.fault(where, name, f"doit être {FRENCH[expected]}.")
        if among := column.metadata.get("among"):
            self.choose(among, name, value, where)
        if column.metadata.get("needed") and not value:
            raise self.fault(where, name, "ne peut être vide : complétez cette clé.")
        return value

    def choose(self, among: Sequence[str], name: str, value: Any, where: _Place) -> None:
        """Refuse what is not among these: a value, or one of those of a table."""
        if isinstance(value, dict):
            inside = _Place(f"{where.name}{name} ", self.line(where, name))
            for key, each in value.items():
                self.choose(among, key, each, inside)
        elif value not in among:
            choices = ", ".join(f"« {choice} »" for choice in among if choice)
            close = difflib.get_close_matches(str(value), among, n=1, cutoff=0.5)
            meant = f" Vouliez-vous dire « {close[0]} » ?" if close else ""
            said = f"« {value} » est inconnu. Choisissez parmi {choices}.{meant}"
            raise self.fault(where, name, said)

    def items(self, name: str, inner: Any, value: Any, where: _Place) -> Iterator[Any]:
        if not isinstance(value, list):
            raise self.fault(where, name, "doit être une liste.")
        for number, item in enumerate(value, start=1):
            if inner is str and not isinstance(item, str):
                raise self.fault(where, name, "doit être une liste de textes.")
            if inner is not str and not isinstance(item, dict):
                raise self.fault(where, name, f"doit être une suite de tables : [[{name}]].")
            place = _Place(f"[[{name}]] n° {number}, ", self.header(name, number))
            yield item if inner is str else self.table(inner, item, place)

    def header(self, name: str, number: int = 1) -> int:
        """The line where the table of this name, and of this number, starts; 0 when it has none."""
        start = re.compile(rf"\s*\[+\s*{re.escape(name)}\s*\]")
        lines = (at for at, text in enumerate(self.text.splitlines(), 1) if start.match(text))
        return next(islice(lines, number - 1, None), 0)

    def fault(self, where: _Place, key: str, message: str) -> SettingsError:
        line = f", ligne {at}" if (at := self.line(where, key)) else ""
        return SettingsError(f"{self.path}{line} : {where.name}{key} : {message}")

    def line(self, where: _Place, key: str) -> int:
        """The line of a key in its table, else where the table starts; 0 when neither has one."""
        written = re.compile(rf"""\s*(\[[\w.]+\.|\[*)\s*["']?{re.escape(key)}\b""")
        for at, text in enumerate(self.text.splitlines()[where.line :], where.line + 1):
            if written.match(text):
                return at
            if where.line and text.lstrip().startswith("["):
                break
        return where.line


FRENCH = {
    str: "un texte entre guillemets",
    bool: "true ou false",
    int: "un nombre entier",
    dict: "une table",
}


def _nearest(key: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    if close:
        return f" Vouliez-vous dire « {close[0]} » ?"
    return f" Clés connues : {', '.join(known)}."


TEMPLATE = """\
# Balise : configuration. Chaque réglage a une valeur par défaut ; décommentez ce qui change.

data = "var"                                # base de données, index et site statique
# database = "sqlite:///var/balise.sqlite"
# search = "whoosh:var/index"
base_url = ""                               # adresse publique, par exemple https://catalogue.example.fr

# Une source par bloc. kind : oaipmh, files, table ou syndication.
#
# [[source]]
# key = "editions-exemple"
# title = "Éditions Exemple"
# kind = "oaipmh"
# url = "https://oai.example.fr/oai"
# prefix = "oai_lomfr"                      # oaipmh : metadataPrefix
# set = ""                                  # oaipmh : un seul ensemble
# origin = "editeur"                        # editeur | public | commun
# publish = "qualified"                     # qualified (par défaut pour editeur) | all
# licence = "etalab-2.0"                    # licence des notices ; inconnue : pas d’export
# internal = false                          # true : l’adresse est sur un réseau privé

# Une forge GitLab par bloc : ses communs entrent au catalogue.
#
# [[forge]]
# key = "forge"
# url = "https://forge.apps.education.fr"
# title = "La Forge des communs numériques éducatifs"
# groups = []                               # chemins de groupes ; vide : toute la forge
# topics = []                               # seulement sous ces sujets ; vide : tous
# list_topic = "catalogue-communs"          # ce sujet fait entrer un projet sans commun.yml
# listed = []                               # projets inscrits à la main : « groupe/projet »
# blocked = []                              # projets jamais inscrits, jamais contactés
# licence = "etalab-2.0"                    # licence des notices ; inconnue : pas d’export
# token_file = "secrets/forge"              # le jeton du robot ; ou la variable BALISE_FORGE_TOKEN
# hook_token_file = ""                      # le secret des webhooks ; ou BALISE_FORGE_HOOK_TOKEN
# hook_signing_file = ""                    # leur clé de signature ; ou BALISE_FORGE_HOOK_SIGNING
# new_per_hour = 2                          # demandes de fusion nouvelles, par heure ; 0 : sans limite
# open_at_most = 10                         # et ouvertes à la fois ; 0 : sans limite

# Pour que les mainteneurs proposent leur commun.yml en leur nom, depuis l’éditeur, et que les
# curateurs entrent dans /curation.
#
# [login]
# forge = "forge"                           # la clé d’un bloc [[forge]]
# client_id = ""                            # de l’application OAuth créée sur la forge
# client_secret_file = "secrets/login"      # ou la variable BALISE_LOGIN_CLIENT_SECRET
#
# [login.roles]                             # groupe de la forge = lecteur | instructeur | decideur | administrateur
# "dne/instruction" = "instructeur"
# "dne/decision" = "decideur"
# "dne/admin" = "administrateur"

[publisher]
name = ""                                   # qui répond du catalogue
contact = ""                                # une adresse de courriel, ou une page
director = ""                               # directeur ou directrice de la publication
host = ""                                   # hébergeur : nom, adresse, téléphone
"""
