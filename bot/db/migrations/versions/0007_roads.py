"""roads.

Revision: 0007, after 0006. Written 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

from bot.db.types import EncryptedJson, RowId, Snowflake, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LANES_BEFORE = "lane IN ('crisis', 'direct', 'bulk')"
LANES = "lane IN ('crisis', 'roads', 'direct', 'bulk')"
LIVE = sa.text("state IN ('pending', 'claimed')")
CLAIMED = sa.text("state = 'claimed'")


def _deliveries(lanes: str) -> sa.Table:
    """The table in full: SQLite can only change a CHECK by copying it, and copies only what it is told of."""
    return sa.Table(
        "deliveries",
        sa.MetaData(),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=True),
        sa.Column("lane", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("channel_id", Snowflake(), nullable=True),
        sa.Column("user_id", Snowflake(), nullable=True),
        sa.Column("arguments", EncryptedJson("deliveries.arguments"), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("unsure_since", UtcDateTime(), nullable=True),
        sa.Column("nonce", sa.String(length=25), nullable=False),
        sa.Column("message_id", Snowflake(), nullable=True),
        sa.Column("message_channel_id", Snowflake(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'claimed') = (lease_until IS NOT NULL)", name=op.f("ck_deliveries_claimed_has_lease")
        ),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_deliveries_sent_has_time")),
        sa.CheckConstraint(lanes, name=op.f("ck_deliveries_lane_known")),
        sa.CheckConstraint(
            "state IN ('pending', 'claimed', 'sent', 'dead', 'expired', 'cancelled')",
            name=op.f("ck_deliveries_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('dead', 'expired', 'cancelled') OR reason IS NOT NULL",
            name=op.f("ck_deliveries_end_has_reason"),
        ),
        sa.CheckConstraint("channel_id IS NOT NULL OR user_id IS NOT NULL", name=op.f("ck_deliveries_has_target")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_deliveries_dedupe_key")),
        sa.UniqueConstraint("nonce", name=op.f("uq_deliveries_nonce")),
        sa.Index("ix_deliveries_claimed", "id", sqlite_where=CLAIMED, postgresql_where=CLAIMED),
        sa.Index("ix_deliveries_due", "lane", "next_at", sqlite_where=LIVE, postgresql_where=LIVE),
        sa.Index("ix_deliveries_message_id", "message_id"),
        sa.Index("ix_deliveries_subject", "subject"),
        sa.Index("ix_deliveries_user_id", "user_id"),
        sqlite_autoincrement=True,
    )


def _change_lanes(before: str, after: str) -> None:
    # On PostgreSQL these are two ALTERs; on SQLite one copy of the table, with all that stands above.
    with op.batch_alter_table(
        "deliveries", copy_from=_deliveries(before), table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.drop_constraint(op.f("ck_deliveries_lane_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_deliveries_lane_known"), after)


def upgrade() -> None:
    _change_lanes(LANES_BEFORE, LANES)
    op.create_table(
        "person_roads",
        sa.Column("guild_id", Snowflake(), autoincrement=False, nullable=False),
        sa.Column("person_id", Snowflake(), autoincrement=False, nullable=False),
        sa.Column("road_key", sa.String(length=20), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("last_outcome", sa.String(length=30), nullable=True),
        sa.Column("last_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("guild_id", "person_id", "road_key", name=op.f("pk_person_roads")),
    )
    with op.batch_alter_table("person_roads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_roads_person_id"), ["person_id"], unique=False)

    op.create_table(
        "drills",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("started_by", Snowflake(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drills")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("drills", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drills_guild_id"), ["guild_id"], unique=False)

    op.create_table(
        "drill_attempts",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("drill_id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("person_id", Snowflake(), nullable=False),
        sa.Column("road_key", sa.String(length=20), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["drill_id"], ["drills.id"], name=op.f("fk_drill_attempts_drill_id_drills")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_attempts")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("drill_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drill_attempts_drill_id"), ["drill_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_drill_attempts_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("drill_attempts")
    op.drop_table("drills")
    op.drop_table("person_roads")
    op.execute("DELETE FROM deliveries WHERE lane = 'roads'")
    _change_lanes(LANES, LANES_BEFORE)
