"""The first tables.

Revision 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "mappings",
        sa.Column("vocabulary", sa.String(length=3), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("vocabulary", "name"),
    )
    op.create_table("revision", sa.Column("number", sa.Integer(), nullable=False))
    op.create_table(
        "sources",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("publish", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_complete", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_full", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_lost", sa.Integer(), nullable=True),
        sa.Column("held_known", sa.Integer(), nullable=True),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "entries",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_in", sa.Integer(), nullable=False),
        sa.Column("leaving_in", sa.Integer(), nullable=True),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source"],
            ["sources.key"],
        ),
        sa.PrimaryKeyConstraint("slug"),
        sa.UniqueConstraint("hash"),
        sa.UniqueConstraint("identifier", "source"),
    )
    op.create_index("entries_by_head", "entries", ["head"], unique=False)
    op.create_index("entries_by_source", "entries", ["source", "state"], unique=False)
    op.create_table(
        "rejects",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_in", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source"],
            ["sources.key"],
        ),
        sa.PrimaryKeyConstraint("source", "identifier"),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("restarts", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source"],
            ["sources.key"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_runs_source"), "runs", ["source"], unique=False)
    op.create_table(
        "changes",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slug"],
            ["entries.slug"],
        ),
        sa.PrimaryKeyConstraint("slug"),
    )
    op.create_table(
        "names",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slug"],
            ["entries.slug"],
        ),
        sa.PrimaryKeyConstraint("slug", "kind", "value"),
    )
    op.create_index("names_by_value", "names", ["value", "slug"], unique=False)
    op.create_table(
        "payloads",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slug"],
            ["entries.slug"],
        ),
        sa.PrimaryKeyConstraint("slug"),
    )
    op.create_table(
        "relations",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slug"],
            ["entries.slug"],
        ),
        sa.PrimaryKeyConstraint("slug", "role", "value"),
    )
    op.create_index("relations_by_value", "relations", ["value"], unique=False)
    op.create_table(
        "unmapped",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("element", sa.String(length=16), nullable=False),
        sa.Column("vocabulary", sa.String(length=3), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slug"],
            ["entries.slug"],
        ),
        sa.PrimaryKeyConstraint("slug", "element", "vocabulary", "value"),
    )
    op.create_index("unmapped_by_name", "unmapped", ["name"], unique=False)
    op.execute("INSERT INTO revision (number) VALUES (0)")
