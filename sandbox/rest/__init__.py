"""Discord's REST API, version 10: one module a resource."""

from sandbox.rest import automod, channels, commands, guilds, interactions, members, messages, pins, threads, users
from sandbox.rest.routes import Route

TABLES = (
    users.table,
    users.open_table,
    commands.table,
    guilds.table,
    automod.table,
    members.table,
    channels.table,
    threads.table,
    pins.table,
    messages.table,
    interactions.table,
)


def all_routes() -> list[Route]:
    """Every route; where two would match, the more particular comes first."""
    routes = [route for table in TABLES for route in table.routes]
    return sorted(routes, key=lambda route: route.template.count("{"))
