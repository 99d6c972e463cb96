"""tickets.

Revision: 0011, after 0010. Written 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

from bot.db.types import Encrypted, RowId, Snowflake, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_STATES = ("waiting", "answered", "closed")


def upgrade() -> None:
    """Bring the database here."""
    op.create_table(
        "tickets",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("user_id", Snowflake(), nullable=False),
        sa.Column("state", sa.Enum(*_STATES, name="ticketstate", native_enum=False, length=40), nullable=False),
        sa.Column("road", sa.Enum("thread", "dm", name="road", native_enum=False, length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("channel_id", Snowflake(), nullable=True),
        sa.Column("assigned_to", Snowflake(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("waiting_since", UtcDateTime(), nullable=True),
        sa.Column("remind_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", Snowflake(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("summary", Encrypted("tickets.summary"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(
            "ix_tickets_remind_at",
            ["remind_at"],
            unique=False,
            sqlite_where=sa.text("remind_at IS NOT NULL"),
            postgresql_where=sa.text("remind_at IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_tickets_one_open_a_person",
            ["guild_id", "user_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
    op.create_table(
        "ticket_messages",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("ticket_id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("user_id", Snowflake(), nullable=False),
        sa.Column("author_id", Snowflake(), nullable=False),
        sa.Column("source_key", sa.String(length=120), nullable=False),
        sa.Column("words", Encrypted("ticket_messages.words"), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_messages_ticket_id_tickets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_messages")),
        sa.UniqueConstraint("source_key", name=op.f("uq_ticket_messages_source_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("ticket_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_messages_ticket_id"), ["ticket_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_messages_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    """Take the database back."""
    op.drop_table("ticket_messages")
    op.drop_table("tickets")
