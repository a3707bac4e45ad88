"""Qualification: the journal, the cases it makes, what was decided about; pairs, drops confirmed.

Revision 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["slug"], ["entries.slug"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("journal_by_slug", "journal", ["slug", "id"])
    op.create_index("journal_by_subject", "journal", ["subject", "id"])
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_table(
        "cases",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("face", sa.Text(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("since", moment, nullable=True),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("decided", moment, nullable=True),
        sa.Column("ends", moment, nullable=True),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("changed", moment, nullable=True),
        sa.Column("left", moment, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["slug"], ["entries.slug"]),
        sa.PrimaryKeyConstraint("slug"),
    )
    op.create_index("cases_by_state", "cases", ["state", "since"])
    op.create_index("cases_by_end", "cases", ["face", "ends"])
    op.create_table(
        "decided",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["slug"], ["entries.slug"]),
        sa.PrimaryKeyConstraint("slug"),
    )
    op.create_table(
        "pairs",
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["first"], ["entries.slug"]),
        sa.ForeignKeyConstraint(["second"], ["entries.slug"]),
        sa.PrimaryKeyConstraint("first", "second"),
    )
    op.create_index("pairs_by_second", "pairs", ["second"])
    op.add_column("sources", sa.Column("confirmed", moment, nullable=True))


#: The database itself refuses to change a line of the journal, whoever asks.
APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER journal_keeps_{name} BEFORE {name} ON journal"
        f" BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END"
        for name in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        """CREATE FUNCTION journal_keeps() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'journal is append-only'; END $$""",
        """CREATE TRIGGER journal_keeps BEFORE UPDATE OR DELETE ON journal
        FOR EACH ROW EXECUTE FUNCTION journal_keeps()""",
    ],
}
