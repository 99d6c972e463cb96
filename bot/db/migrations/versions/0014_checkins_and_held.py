"""checkins_and_held.

Revision: 0014, after 0013. Written 2026-11-23.
"""

import sqlalchemy as sa
from alembic import op

from bot.db.types import Snowflake

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database here."""
    op.add_column("held_messages", sa.Column("reply_to", Snowflake(), nullable=True))


def downgrade() -> None:
    """Go back to the one before."""
    with op.batch_alter_table("held_messages") as batch_op:
        batch_op.drop_column("reply_to")
