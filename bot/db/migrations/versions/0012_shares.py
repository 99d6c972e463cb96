"""Anonymous shares, the requests to open their seals, and where they are on.

Revision: 0012, after 0011. Written 2026-11-23.
"""

import sqlalchemy as sa
from alembic import op

from bot.db.types import Encrypted, EncryptedJson, RowId, SealedPerson, Snowflake, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SHARES = ("draft", "aside", "waiting", "approved", "declined", "reword", "withdrawn", "lapsed")
_SEALS = ("asked", "agreed", "refused", "expired")
_REASONS = ("threat", "care", "author", "law")


def upgrade() -> None:
    """Bring the database here."""
    op.create_table(
        "shares",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("author", SealedPerson("shares.author"), nullable=False),
        sa.Column("group_key", sa.String(length=80), nullable=True),
        sa.Column("state", sa.Enum(*_SHARES, name="sharestate", native_enum=False, length=40), nullable=False),
        sa.Column("words", Encrypted("shares.words"), nullable=True),
        sa.Column("found", EncryptedJson("shares.found"), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", Snowflake(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("remind_at", UtcDateTime(), nullable=True),
        sa.Column("posted_channel_id", Snowflake(), nullable=True),
        sa.Column("posted_message_id", Snowflake(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("shares", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shares_author"), ["author"], unique=False)
        batch_op.create_index(batch_op.f("ix_shares_decided_at"), ["decided_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_shares_posted_message_id"), ["posted_message_id"], unique=False)
        batch_op.create_index(
            "ix_shares_remind_at",
            ["remind_at"],
            unique=False,
            sqlite_where=sa.text("remind_at IS NOT NULL"),
            postgresql_where=sa.text("remind_at IS NOT NULL"),
        )
    op.create_table(
        "share_seals",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("share_id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("reason", sa.Enum(*_REASONS, name="sealreason", native_enum=False, length=40), nullable=False),
        sa.Column("words", Encrypted("share_seals.words"), nullable=True),
        sa.Column("state", sa.Enum(*_SEALS, name="sealstate", native_enum=False, length=40), nullable=False),
        sa.Column("asked_by", Snowflake(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", Snowflake(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("telling", sa.Enum("tell", "keep", name="telling", native_enum=False, length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["share_id"], ["shares.id"], name=op.f("fk_share_seals_share_id_shares"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_seals")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("share_seals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_share_seals_share_id"), ["share_id"], unique=False)
        batch_op.create_index(
            "uq_share_seals_one_open_a_share",
            ["share_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
    op.create_table(
        "share_groups",
        sa.Column("guild_id", Snowflake(), autoincrement=False, nullable=False),
        sa.Column("group_key", sa.String(length=80), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "group_key", name=op.f("pk_share_groups")),
    )


def downgrade() -> None:
    """Take the database back."""
    op.drop_table("share_groups")
    op.drop_table("share_seals")
    op.drop_table("shares")
