"""checkins.

Revision: 0009, after 0008. Written 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

from bot.db.types import RowId, Snowflake, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database here."""
    op.create_table(
        "checkin_habits",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("user_id", Snowflake(), nullable=False),
        sa.Column("rhythm", sa.String(length=20), nullable=True),
        sa.Column("nudge", sa.Boolean(), nullable=False),
        sa.Column("hours", sa.String(length=11), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_habits")),
        sa.UniqueConstraint("guild_id", "user_id", name=op.f("uq_checkin_habits_guild_id_user_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("checkin_habits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkin_habits_user_id"), ["user_id"], unique=False)
    op.create_table(
        "checkin_silences",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("group_key", sa.String(length=80), nullable=False),
        sa.Column("day_id", RowId(), nullable=False),
        sa.Column("user_id", Snowflake(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["day_id"], ["checkin_days.id"], name=op.f("fk_checkin_silences_day_id_checkin_days"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_silences")),
        sa.UniqueConstraint("day_id", "user_id", name=op.f("uq_checkin_silences_day_id_user_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("checkin_silences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkin_silences_user_id"), ["user_id"], unique=False)
    op.create_table(
        "checkin_tasks",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("user_id", Snowflake(), nullable=False),
        sa.Column("group_key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.Enum("contact", "quiet", name="taskkind", native_enum=False, length=40), nullable=False),
        sa.Column("source_key", sa.String(length=120), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("done_by", Snowflake(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_tasks")),
        sa.UniqueConstraint("source_key", name=op.f("uq_checkin_tasks_source_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("checkin_tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkin_tasks_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_checkin_tasks_one_open_a_person",
            ["guild_id", "user_id", "kind"],
            unique=True,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_until", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take the database back."""
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_column("paused_until")
    with op.batch_alter_table("checkin_tasks", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_checkin_tasks_one_open_a_person",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_checkin_tasks_user_id"))
    op.drop_table("checkin_tasks")
    with op.batch_alter_table("checkin_silences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkin_silences_user_id"))
    op.drop_table("checkin_silences")
    with op.batch_alter_table("checkin_habits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkin_habits_user_id"))
    op.drop_table("checkin_habits")
