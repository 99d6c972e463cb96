"""filter_settings.

Revision: 0013, after 0012. Written 2026-11-23.
"""

import sqlalchemy as sa
from alembic import op

from bot.db.types import RowId, Snowflake, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database here."""
    op.create_table(
        "filter_changes",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("group_key", sa.String(length=80), nullable=False),
        sa.Column("setting", sa.String(length=270), nullable=False),
        sa.Column("value", sa.String(length=20), nullable=False),
        sa.Column("file_said", sa.String(length=20), nullable=False),
        sa.Column("changed_by", Snowflake(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filter_changes")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("filter_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filter_changes_changed_by"), ["changed_by"], unique=False)
        batch_op.create_index(
            "uq_filter_changes_one_a_setting",
            ["guild_id", "group_key", "setting"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )


def downgrade() -> None:
    """Take the database back."""
    op.drop_table("filter_changes")
