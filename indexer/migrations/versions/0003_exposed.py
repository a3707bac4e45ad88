"""What harvesters were shown, and when that changed.

Revision 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "exposed",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("dated", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["slug"], ["entries.slug"]),
        sa.PrimaryKeyConstraint("slug"),
    )
    op.create_index("exposed_by_date", "exposed", ["dated", "slug"])
    op.create_index("exposed_by_revision", "exposed", ["revision", "slug"])
    op.create_table(
        "memberships",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("left", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["slug"], ["exposed.slug"]),
        sa.PrimaryKeyConstraint("slug", "spec"),
    )
    op.create_index("memberships_by_spec", "memberships", ["spec", "slug"])
    # What is public already is exposed when the index looks at it again: at the next command.
    op.execute("UPDATE revision SET number = number + 1 WHERE EXISTS (SELECT 1 FROM entries)")
    op.execute("DELETE FROM changes")
    op.execute(
        "INSERT INTO changes (slug, revision) SELECT slug, number FROM entries CROSS JOIN revision"
    )
