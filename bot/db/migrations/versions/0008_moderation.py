"""moderation.

Revision: 0008, after 0007. Written 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

from bot.db.types import Encrypted, EncryptedJson, RowId, Snowflake, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "held_messages",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("user_id", Snowflake(), nullable=False),
        sa.Column("group_key", sa.String(length=80), nullable=False),
        sa.Column("channel_id", Snowflake(), nullable=False),
        sa.Column("message_id", Snowflake(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "removed",
                "approved",
                "declined",
                "reword",
                "withdrawn",
                "cleared",
                "lapsed",
                name="heldstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("words", Encrypted("held_messages.words"), nullable=True),
        sa.Column("found", EncryptedJson("held_messages.found"), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.Column("held_at", UtcDateTime(), nullable=False),
        sa.Column("hidden_at", UtcDateTime(), nullable=True),
        sa.Column("fault", sa.Enum("not_allowed", "gone", name="fault", native_enum=False, length=40), nullable=True),
        sa.Column("decided_by", Snowflake(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("remind_at", UtcDateTime(), nullable=True),
        sa.Column("posted_channel_id", Snowflake(), nullable=True),
        sa.Column("posted_message_id", Snowflake(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_messages")),
        sa.UniqueConstraint("message_id", name=op.f("uq_held_messages_message_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("held_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_messages_decided_at"), ["decided_at"], unique=False)
        batch_op.create_index(
            "ix_held_messages_remind_at",
            ["remind_at"],
            unique=False,
            sqlite_where=sa.text("remind_at IS NOT NULL"),
            postgresql_where=sa.text("remind_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_held_messages_posted_message_id"), ["posted_message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_held_messages_user_id"), ["user_id"], unique=False)

    op.create_table(
        "reports",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("about_id", Snowflake(), nullable=True),
        sa.Column("channel_id", Snowflake(), nullable=False),
        sa.Column("message_id", Snowflake(), nullable=False),
        sa.Column("words", Encrypted("reports.words"), nullable=True),
        sa.Column("state", sa.Enum("open", "closed", name="reportstate", native_enum=False, length=40), nullable=False),
        sa.Column("goes_past", sa.Boolean(), nullable=False),
        sa.Column("thread_id", Snowflake(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_by", Snowflake(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("remind_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("message_id", name=op.f("uq_reports_message_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reports_about_id"), ["about_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reports_closed_at"), ["closed_at"], unique=False)
        batch_op.create_index(
            "ix_reports_remind_at",
            ["remind_at"],
            unique=False,
            sqlite_where=sa.text("remind_at IS NOT NULL"),
            postgresql_where=sa.text("remind_at IS NOT NULL"),
        )

    op.create_table(
        "report_voices",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("report_id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("reporter_id", Snowflake(), nullable=False),
        sa.Column("reason", Encrypted("report_voices.reason"), nullable=False),
        sa.Column("words", Encrypted("report_voices.words"), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_voices_report_id_reports"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_voices")),
        sa.UniqueConstraint("report_id", "reporter_id", name=op.f("uq_report_voices_report_id_reporter_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("report_voices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_voices_report_id"), ["report_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_voices_reporter_id"), ["reporter_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("report_voices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_voices_reporter_id"))
        batch_op.drop_index(batch_op.f("ix_report_voices_report_id"))

    op.drop_table("report_voices")
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_reports_remind_at",
            sqlite_where=sa.text("remind_at IS NOT NULL"),
            postgresql_where=sa.text("remind_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_reports_closed_at"))
        batch_op.drop_index(batch_op.f("ix_reports_about_id"))

    op.drop_table("reports")
    with op.batch_alter_table("held_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_messages_user_id"))
        batch_op.drop_index(batch_op.f("ix_held_messages_posted_message_id"))
        batch_op.drop_index(
            "ix_held_messages_remind_at",
            sqlite_where=sa.text("remind_at IS NOT NULL"),
            postgresql_where=sa.text("remind_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_held_messages_decided_at"))

    op.drop_table("held_messages")
