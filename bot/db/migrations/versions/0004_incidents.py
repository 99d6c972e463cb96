"""incidents.

Revision: 0004, after 0003. Written 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

from bot.db.types import EncryptedJson, RowId, Snowflake, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # `joined_to` is no foreign key: SQLite would have to write the whole table anew for one.
    op.add_column("incidents", sa.Column("round", sa.Integer(), server_default="0", nullable=False))
    op.add_column("incidents", sa.Column("unread", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("incidents", sa.Column("joined_to", RowId(), nullable=True))
    op.create_index(op.f("ix_incidents_joined_to"), "incidents", ["joined_to"], unique=False)

    op.create_table(
        "emergency_disclosures",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("incident_id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("user_id", Snowflake(), nullable=False),
        sa.Column("recorded_by", Snowflake(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("said", EncryptedJson("emergency_disclosures.said"), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_emergency_disclosures_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_disclosures")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("emergency_disclosures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergency_disclosures_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_emergency_disclosures_user_id"), ["user_id"], unique=False)

    op.create_table(
        "owed_answers",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("user_id", Snowflake(), nullable=False),
        sa.Column("incident_id", RowId(), nullable=True),
        sa.Column("owed_since", UtcDateTime(), nullable=False),
        sa.Column("answer", EncryptedJson("owed_answers.answer"), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_owed_answers_incident_id_incidents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owed_answers")),
        sa.UniqueConstraint("guild_id", "user_id", name=op.f("uq_owed_answers_guild_id_user_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("owed_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_owed_answers_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_owed_answers_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("owed_answers")
    op.drop_table("emergency_disclosures")
    op.drop_index(op.f("ix_incidents_joined_to"), table_name="incidents")
    for column in ("joined_to", "unread", "round"):
        with op.batch_alter_table("incidents", schema=None) as batch_op:
            batch_op.drop_column(column)
