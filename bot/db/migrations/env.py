"""Alembic's entry: runs the revisions on the connection that `bot.db.migrate` hands over, or prints their SQL."""

from alembic import context

from bot.db.autogenerate import options

attributes = context.config.attributes
connection = attributes.get("connection")

if connection is None:
    context.configure(dialect_name=attributes["dialect"], literal_binds=True, **options(attributes.get("metadata")))
else:
    context.configure(connection=connection, **options(attributes.get("metadata")))

with context.begin_transaction():
    context.run_migrations()
