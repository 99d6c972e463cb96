"""How long the words of tickets are kept, and what was taken back on Discord.

Revision: 0016, after 0015. Written 2026-11-23.
"""

import sqlalchemy as sa
from alembic import op

from bot.db.types import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database here."""
    op.add_column("tickets", sa.Column("emptied_at", UtcDateTime(), nullable=True))
    op.add_column("ticket_messages", sa.Column("deleted_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Go back to the one before."""
    with op.batch_alter_table("ticket_messages") as batch_op:
        batch_op.drop_column("deleted_at")
    with op.batch_alter_table("tickets") as batch_op:
        batch_op.drop_column("emptied_at")
