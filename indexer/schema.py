"""The tables, the database they live in, and the migrations that make them.

Every transaction says what it is for: readers see one moment of the database, writers take turns.
SQLAlchemy's own ways with sqlite3 lose concurrent updates in silence.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from .errors import StoreError

#: The revision this code works with: the newest of migrations/versions.
HEAD = "0006"

#: How long a writer waits for its turn, in milliseconds.
PATIENCE = 60_000


#: A row of any query.
AnyRow: TypeAlias = "sa.Row[*tuple[Any, ...]]"


class UtcDateTime(sa.TypeDecorator[datetime]):
    """A moment, always in UTC and always aware: SQLite forgets time zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value and value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


META = sa.MetaData()

# What the configuration says of a source, and where its harvests stand.
SOURCES = sa.Table(
    "sources",
    META,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("publish", sa.Text, nullable=False),
    sa.Column("licence", sa.Text, nullable=False),
    sa.Column("since", UtcDateTime),  # the source's clock when its last complete run began
    sa.Column("last_complete", UtcDateTime),
    sa.Column("last_full", UtcDateTime),
    sa.Column("held_lost", sa.Integer),  # a drop that waits for somebody to confirm it
    sa.Column("held_known", sa.Integer),
    sa.Column("held_since", UtcDateTime),
    sa.Column("confirmed", UtcDateTime),  # when a curator confirmed the drop held
)

# One row per harvest. The one under way has no end, and the cursor of the last page stored.
RUNS = sa.Table(
    "runs",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", sa.ForeignKey("sources.key"), nullable=False, index=True),
    sa.Column("started", UtcDateTime, nullable=False),
    sa.Column("full", sa.Boolean, nullable=False),
    sa.Column("since", UtcDateTime),
    sa.Column("as_of", UtcDateTime),
    sa.Column("cursor", sa.Text, nullable=False),
    sa.Column("restarts", sa.Integer, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.Column("ended", UtcDateTime),
    sa.Column("complete", sa.Boolean, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
)

# Rows are never deleted: an entry that left is a tombstone.
ENTRIES = sa.Table(
    "entries",
    META,
    sa.Column("slug", sa.Text, primary_key=True),
    sa.Column("hash", sa.String(16), nullable=False, unique=True),
    sa.Column("source", sa.ForeignKey("sources.key"), nullable=False),
    sa.Column("identifier", sa.Text, nullable=False),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("part", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),  # of format, part and payload
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("first_seen", UtcDateTime, nullable=False),
    sa.Column("last_changed", UtcDateTime, nullable=False),
    sa.Column("last_seen", UtcDateTime, nullable=False),
    sa.Column("gone_since", UtcDateTime),
    sa.Column("last_left", UtcDateTime),  # of the last time that it left and came back
    sa.Column("last_returned", UtcDateTime),
    sa.Column("seen_in", sa.Integer, nullable=False),  # the last run that showed it
    sa.Column("leaving_in", sa.Integer),  # the run in which its source said that it is gone
    sa.Column("missing", sa.Integer, nullable=False),  # complete harvests in a row without it
    sa.Column("head", sa.Text, nullable=False),  # slug of the head of its family, "" when alone
    sa.UniqueConstraint("identifier", "source"),
    sa.Index("entries_by_source", "source", "state"),
    sa.Index("entries_by_head", "head"),
)

# Apart from the entries, so that looking through these stays quick. Compressed.
PAYLOADS = sa.Table(
    "payloads",
    META,
    sa.Column("slug", sa.ForeignKey("entries.slug"), primary_key=True),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)

# Records refused, with their bytes: the next version of the reader may know better.
REJECTS = sa.Table(
    "rejects",
    META,
    sa.Column("source", sa.ForeignKey("sources.key"), primary_key=True),
    sa.Column("identifier", sa.Text, primary_key=True),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("part", sa.Text, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("seen_in", sa.Integer, nullable=False),
)

# What the search index has not caught up with; empty most of the time.
CHANGES = sa.Table(
    "changes",
    META,
    sa.Column("slug", sa.ForeignKey("entries.slug"), primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
)

# One row: how many transactions have changed what the index shows.
REVISION = sa.Table("revision", META, sa.Column("number", sa.Integer, nullable=False))

# Derived from the payloads: what a resource is called, for families and duplicates.
NAMES = sa.Table(
    "names",
    META,
    sa.Column("slug", sa.ForeignKey("entries.slug"), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Index("names_by_value", "value", "slug"),
)

# Derived: « slug is a part of value » (role "part"), « slug has the part value » (role "whole").
RELATIONS = sa.Table(
    "relations",
    META,
    sa.Column("slug", sa.ForeignKey("entries.slug"), primary_key=True),
    sa.Column("role", sa.String(8), primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Index("relations_by_value", "value"),
)

# Derived: values that no vocabulary knows.
UNMAPPED = sa.Table(
    "unmapped",
    META,
    sa.Column("slug", sa.ForeignKey("entries.slug"), primary_key=True),
    sa.Column("element", sa.String(16), primary_key=True),
    sa.Column("vocabulary", sa.String(3), primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),  # the value as vocabularies compare it
    sa.Index("unmapped_by_name", "name"),
)

# What people decided that a value means where a vocabulary is expected.
MAPPINGS = sa.Table(
    "mappings",
    META,
    sa.Column("vocabulary", sa.String(3), primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("uri", sa.Text, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
)

# What people and Balise itself did, a line each, for ever: the database refuses to change one. Each
# bears a mark made of itself and of the mark before it.
JOURNAL = sa.Table(
    "journal",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("slug", sa.ForeignKey("entries.slug")),  # of the entry that it is about, if any
    sa.Column(
        "subject", sa.Text, nullable=False
    ),  # what else it is about: a value, a pair, a source
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("roles", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("before", sa.Text, nullable=False),  # state of the case
    sa.Column("after", sa.Text, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("mark", sa.String(64), nullable=False),
    sa.Index("journal_by_slug", "slug", "id"),
    sa.Index("journal_by_subject", "subject", "id"),
)

# Derived from the journal: how the case of each entry stands. One that nobody touched has no row.
CASES = sa.Table(
    "cases",
    META,
    sa.Column("slug", sa.ForeignKey("entries.slug"), primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("face", sa.Text, nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
    sa.Column("since", UtcDateTime),
    sa.Column("assignee", sa.Text, nullable=False),
    sa.Column("asked", sa.Text, nullable=False),  # the act that waits for a second person
    sa.Column("decided", UtcDateTime),
    sa.Column("ends", UtcDateTime),
    sa.Column("criteria", sa.Text, nullable=False),
    sa.Column("imported", sa.Boolean, nullable=False),
    sa.Column("changed", UtcDateTime),
    sa.Column("left", UtcDateTime),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Index("cases_by_state", "state", "since"),
    sa.Index("cases_by_end", "face", "ends"),
)

# The notice that the public sees of an entry decided about: the last one that said what was qualified.
DECIDED = sa.Table(
    "decided",
    META,
    sa.Column("slug", sa.ForeignKey("entries.slug"), primary_key=True),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("part", sa.Text, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)

# What people decided of two entries that may be the same resource. The first slug is the lesser.
PAIRS = sa.Table(
    "pairs",
    META,
    sa.Column("first", sa.ForeignKey("entries.slug"), primary_key=True),
    sa.Column("second", sa.ForeignKey("entries.slug"), primary_key=True),
    sa.Column("same", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("pairs_by_second", "second"),
)

# What harvesters were ever shown: the entries that are, or once were, public under an open licence.
EXPOSED = sa.Table(
    "exposed",
    META,
    sa.Column("slug", sa.ForeignKey("entries.slug"), primary_key=True),
    sa.Column("deleted", sa.Boolean, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),  # of its last change
    sa.Column("dated", UtcDateTime),  # the moment of that change; see exposed.date
    sa.Index("exposed_by_date", "dated", "slug"),
    sa.Index("exposed_by_revision", "revision", "slug"),
)

# The sets that each of these is in, and those that it left.
MEMBERSHIPS = sa.Table(
    "memberships",
    META,
    sa.Column("slug", sa.ForeignKey("exposed.slug"), primary_key=True),
    sa.Column("spec", sa.Text, primary_key=True),
    sa.Column("left", sa.Boolean, nullable=False),
    sa.Index("memberships_by_spec", "spec", "slug"),
)

# Whether the address of each entry answered when it was last asked; see links.py.
LINKS = sa.Table(
    "links",
    META,
    sa.Column("slug", sa.ForeignKey("entries.slug"), primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("checked", UtcDateTime, nullable=False),
    sa.Column("dead_since", UtcDateTime),  # the first of the checks in a row that found it dead
    sa.Column("fault", sa.Text, nullable=False),  # what was answered in place of the resource
    sa.Index("links_by_death", "dead_since"),
)

# The rounds of checks. The one under way has no end, so that the next goes on with it.
ROUNDS = sa.Table(
    "rounds",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("started", UtcDateTime, nullable=False),
    sa.Column("ended", UtcDateTime),
)

# The projects of the forges, listed or only known. A number names a project for ever.
PROJECTS = sa.Table(
    "projects",
    META,
    sa.Column("forge", sa.Text, primary_key=True),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("slug", sa.Text, nullable=False, unique=True),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),  # a Snapshot without the bytes of its files
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("parts", sa.Integer, nullable=False),
    sa.Column("seen", UtcDateTime),  # the sweep that last showed it, by its beginning
    sa.Column("read", UtcDateTime),
    sa.Column("due", UtcDateTime),
    sa.Column("trouble", sa.Text, nullable=False),
    sa.Index("projects_by_path", "forge", "path"),
)

# The files of projects by git's own hash, each once, whatever the projects that hold it. Compressed.
BLOBS = sa.Table(
    "blobs",
    META,
    sa.Column("sha", sa.String(64), primary_key=True),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)

# The README of each listed project as our pages show it, and what it was made of; see readme.py.
READMES = sa.Table(
    "readmes",
    META,
    sa.Column("forge", sa.Text, primary_key=True),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("mark", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("cut", sa.Boolean, nullable=False),
)

# The words of searches without answer, and how often: neither who asked, nor when. See figures.py.
UNANSWERED = sa.Table(
    "unanswered",
    META,
    sa.Column("words", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)

# The webhooks received of late, so that one sent again does nothing.
DELIVERIES = sa.Table(
    "deliveries",
    META,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("received", UtcDateTime, nullable=False, index=True),
)


def open_database(url: str) -> sa.Engine:
    """The database at this address, its folder made if need be, its tables brought up to date.

    Raise StoreError; so does later, in the place of SQLAlchemy, a database that cannot answer.
    """
    address, engine = _engine(url)
    sa.event.listen(engine, "handle_error", lambda context: _translate(address, context))
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    try:
        if engine.dialect.name == "sqlite" and address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        _migrate(engine)
    except (OSError, sqlite3.DatabaseError) as error:
        raise StoreError(_unavailable(address, error)) from error
    return engine


def _engine(url: str) -> tuple[sa.URL, sa.Engine]:
    # Without the address in the message: it may hold a password.
    try:
        address = sa.make_url(url)
        return address, sa.create_engine(address)
    except (sa.exc.ArgumentError, ImportError) as error:
        raise StoreError(
            "L’adresse de la base («\u00a0database\u00a0») n’est pas de celles que Balise sait ouvrir"
            f" (détail\u00a0: {type(error).__name__}). Écrivez «\u00a0sqlite:///CHEMIN\u00a0»."
        ) from error


def _translate(address: sa.URL, context: sa.ExceptionContext) -> StoreError | None:
    """A full disk, a file that cannot be written, a turn that never comes: not bugs of ours."""
    error = context.original_exception
    ours = isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError)
    if ours or not isinstance(error, sqlite3.DatabaseError):
        return None
    return StoreError(_unavailable(address, error))


RIGHTS = "Donnez à l’utilisateur qui lance Balise le droit d’écrire ce fichier et dans son dossier."
DAMAGED = (
    "Le fichier est abîmé\u00a0: remettez une sauvegarde, ou déplacez-le et moissonnez de nouveau."
)
BUSY = "Un autre processus y écrit\u00a0: réessayez quand il aura fini."

#: What to do about each kind of fault of SQLite; about the others, look at the disk.
REMEDIES = {
    sqlite3.SQLITE_FULL: "Le disque est plein\u00a0: libérez de la place.",
    sqlite3.SQLITE_READONLY: RIGHTS,
    sqlite3.SQLITE_CANTOPEN: RIGHTS,
    sqlite3.SQLITE_PERM: RIGHTS,
    sqlite3.SQLITE_ERROR: DAMAGED,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
}


def _unavailable(address: sa.URL, error: BaseException) -> str:
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest is detail
    remedy = RIGHTS if isinstance(error, OSError) else REMEDIES.get(kind, "Vérifiez le disque.")
    return (
        f"La base «\u00a0{address.database}\u00a0» ne répond pas (détail\u00a0: {error}). {remedy}"
    )


def check(engine: sa.Engine) -> None:
    """Raise StoreError when a page of the database is damaged, or nothing can be written to it."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as db:
            said = db.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if said != "ok":
            raise StoreError(f"La base «\u00a0{engine.url.database}\u00a0» ({said}). {DAMAGED}")
    with writing(engine).begin():
        pass


def writing(engine: sa.Engine) -> sa.Engine:
    """The same database, for transactions that write: each takes its turn from its first word."""
    return engine.execution_options(writes=True)


def _prepare_sqlite(
    connection: sa.engine.interfaces.DBAPIConnection, _: ConnectionPoolEntry
) -> None:
    connection.isolation_level = None  # sqlite3 begins nothing by itself: _begin_sqlite does
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(engine: sa.Engine) -> None:
    """Bring the tables to HEAD in one transaction; a database from a newer Balise is refused."""
    with engine.connect() as db:
        if _revision(db) == HEAD:
            return
    # Imported here: it takes longer to load than the rest, and is needed once per release.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    with writing(engine).begin() as tx:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = tx
        try:
            command.upgrade(config, HEAD)
        except CommandError as error:
            message = (
                f"La base {engine.url.database} vient d’une version plus récente de Balise\u00a0: "
            )
            raise StoreError(message + "mettez Balise à jour.") from error


def _revision(db: sa.Connection) -> str | None:
    if not sa.inspect(db).has_table("alembic_version"):
        return None
    version = sa.table("alembic_version", sa.column("version_num", sa.Text))
    return db.scalar(sa.select(version.c.version_num))
