"""cases.

Revision: 0010, after 0009. Written 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op

from bot.db.types import Encrypted, RowId, Snowflake, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("user_id", Snowflake(), nullable=True),
        sa.Column("channel_id", Snowflake(), nullable=True),
        sa.Column("group_key", sa.String(length=80), nullable=True),
        sa.Column(
            "deed",
            sa.Enum(
                "warn",
                "timeout",
                "release",
                "remove",
                "lock",
                "unlock",
                "slow",
                name="casedeed",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("acted_by", Snowflake(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("for_others", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("under_way", "done", "failed", "called_off", name="casestate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "telling",
            sa.Enum("nobody", "waiting", "told", "not_reached", name="telling", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("reason", Encrypted("cases.reason"), nullable=True),
        sa.Column("words", Encrypted("cases.words"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index("ix_cases_guild_id_user_id", ["guild_id", "user_id"], unique=False)

    op.create_table(
        "channel_restraints",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("channel_id", Snowflake(), nullable=False),
        sa.Column("kind", sa.Enum("lock", "slow", name="restraintkind", native_enum=False, length=40), nullable=False),
        sa.Column(
            "cause",
            sa.Enum("staff", "quiet_hours", name="restraintcause", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("occasion", sa.String(length=120), nullable=True),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("restored_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_restraints")),
        sa.UniqueConstraint("occasion", name=op.f("uq_channel_restraints_occasion")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("channel_restraints", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channel_restraints_guild_id"), ["guild_id"], unique=False)
        batch_op.create_index(
            "uq_channel_restraints_one_of_a_kind",
            ["channel_id", "kind"],
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    op.create_table(
        "house_rules",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("group_key", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_rules")),
        sa.UniqueConstraint("guild_id", "group_key", "version", name=op.f("uq_house_rules_guild_id_group_key_version")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "rules_acceptances",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("guild_id", Snowflake(), nullable=False),
        sa.Column("rules_id", RowId(), nullable=False),
        sa.Column("user_id", Snowflake(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rules_id"], ["house_rules.id"], name=op.f("fk_rules_acceptances_rules_id_house_rules")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_acceptances")),
        sa.UniqueConstraint("rules_id", "user_id", name=op.f("uq_rules_acceptances_rules_id_user_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("rules_acceptances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rules_acceptances_rules_id"), ["rules_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rules_acceptances_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("rules_acceptances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rules_acceptances_user_id"))
        batch_op.drop_index(batch_op.f("ix_rules_acceptances_rules_id"))

    op.drop_table("rules_acceptances")
    op.drop_table("house_rules")
    with op.batch_alter_table("channel_restraints", schema=None) as batch_op:
        batch_op.drop_index("uq_channel_restraints_one_of_a_kind")
        batch_op.drop_index(batch_op.f("ix_channel_restraints_guild_id"))

    op.drop_table("channel_restraints")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_guild_id_user_id")

    op.drop_table("cases")
