"""rota.

Revision: 0005, after 0004. Written 2026-11-22.

From when turns are counted is kept for each layer of the rota now; what was kept is the primary layer's.
"""

import sqlalchemy as sa
from alembic import op

from bot.db.types import RowId, Snowflake, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rota_layers",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("layer", sa.Enum("primary", "backup", name="layer", native_enum=False, length=40), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("handoff", sa.String(length=20), nullable=True),
        sa.Column("anchor", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_layers")),
        sa.UniqueConstraint("guild_id", "layer", name=op.f("uq_rota_layers_guild_id_layer")),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO rota_layers (guild_id, layer, people, anchor)"
        " SELECT guild_id, 'primary', people, anchor FROM rota_anchors"
    )
    op.drop_table("rota_anchors")
    op.create_table(
        "rota_changes",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("override", "taken", "time_off", name="changekind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("person_id", Snowflake(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", Snowflake(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled_by", Snowflake(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_changes")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("rota_changes", schema=None) as batch_op:
        batch_op.create_index("ix_rota_changes_guild_id_ends_at", ["guild_id", "ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_rota_changes_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("rota_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rota_changes_person_id"))
        batch_op.drop_index("ix_rota_changes_guild_id_ends_at")

    op.drop_table("rota_changes")
    op.create_table(
        "rota_anchors",
        sa.Column("guild_id", Snowflake(), autoincrement=False, nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("anchor", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_rota_anchors")),
    )
    op.execute(
        "INSERT INTO rota_anchors (guild_id, people, anchor)"
        " SELECT guild_id, people, anchor FROM rota_layers WHERE layer = 'primary'"
    )
    op.drop_table("rota_layers")
