"""Guilds and their roles."""

from typing import Any, Final

from sandbox import validate
from sandbox.errors import INVALID_ROLE, MISSING_PERMISSIONS, TOO_MANY_ROLES, ApiError
from sandbox.jsontypes import Json
from sandbox.permissions import Permission, parse
from sandbox.rest.call import Call, snowflake
from sandbox.rest.routes import RouteTable
from sandbox.wire.guilds import guild_json, role_json
from sandbox.world.access import may_grant, rank, top_rank
from sandbox.world.guilds import Guild, Role

table = RouteTable()

MOST_ROLES: Final = 250


@table.get("/guilds/{guild_id}")
def read(call: Call) -> Json:
    """One guild."""
    return guild_json(call.guild(), with_counts=call.query.get("with_counts") in {"1", "true"})


@table.patch("/guilds/{guild_id}")
def update(call: Call) -> Json:
    """Rename a guild; its other settings are taken and ignored."""
    guild = call.guild()
    call.require_guild(guild, Permission.MANAGE_GUILD)
    if call.json.get("name"):
        guild.edit(name=str(call.json["name"]))
    return guild_json(guild)


@table.get("/guilds/{guild_id}/roles")
def read_roles(call: Call) -> list[Json]:
    """Every role."""
    return [role_json(role) for role in call.guild().roles.values()]


@table.get("/guilds/{guild_id}/roles/{role_id}")
def read_role(call: Call) -> Json:
    """One role."""
    return role_json(call.role(call.guild(), call.id("role_id")))


@table.post("/guilds/{guild_id}/roles")
def create_role(call: Call) -> Json:
    """Make a role."""
    guild = call.guild()
    validate.role(call.json)
    call.require_guild(guild, Permission.MANAGE_ROLES)
    if len(guild.roles) >= MOST_ROLES:
        raise ApiError(TOO_MANY_ROLES)
    body = call.json
    given = body.get("permissions")
    permissions = guild.everyone.permissions if given is None else parse(given)
    _require_grant(call, guild, permissions)
    role = guild.add_role(
        body.get("name") or "new role",
        permissions,
        colour=_colour(body) or 0,
        hoist=bool(body.get("hoist")),
        mentionable=bool(body.get("mentionable")),
    )
    return role_json(role)


@table.patch("/guilds/{guild_id}/roles/{role_id}")
def update_role(call: Call) -> Json:
    """Edit a role below the bot's own."""
    guild = call.guild()
    validate.role(call.json)
    role = call.role(guild, call.id("role_id"))
    require_below(call, guild, role)
    body = call.json
    changes: dict[str, Any] = {
        name: body[name] for name in ("name", "hoist", "mentionable") if body.get(name) is not None
    }
    if body.get("permissions") is not None:
        permissions = parse(body["permissions"])
        _require_grant(call, guild, permissions & ~role.permissions)
        changes["permissions"] = permissions
    colour = _colour(body)
    if colour is not None:
        changes["colour"] = colour
    guild.edit_role(role, **changes)
    return role_json(role)


@table.patch("/guilds/{guild_id}/roles")
def move_roles(call: Call) -> list[Json]:
    """Move roles, none from or to a place at or above the bot's own."""
    guild = call.guild()
    call.require_guild(guild, Permission.MANAGE_ROLES)
    positions: dict[int, int] = {}
    top = top_rank(guild, call.bot.id)
    for entry in call.body if isinstance(call.body, list) else []:
        role = call.role(guild, snowflake(entry.get("id"), "id"))
        position = entry.get("position")
        if position is None or position == role.position:
            continue
        if rank(role) >= top or int(position) >= top[0]:
            raise ApiError(MISSING_PERMISSIONS)
        positions[role.id] = int(position)
    if positions:
        guild.move_roles(positions)
    return [role_json(role) for role in guild.roles.values()]


@table.delete("/guilds/{guild_id}/roles/{role_id}")
def delete_role(call: Call) -> None:
    """Delete a role below the bot's own."""
    guild = call.guild()
    role = call.role(guild, call.id("role_id"))
    if role is guild.everyone or role.managed:
        raise ApiError(INVALID_ROLE)
    require_below(call, guild, role)
    guild.remove_role(role)


@table.get("/guilds/{guild_id}/roles/member-counts")
def count_roles(call: Call) -> Json:
    """How many members have each role."""
    guild = call.guild()
    return {
        str(role.id): sum(role.id in member.role_ids for member in guild.members.values())
        for role in guild.roles.values()
        if role is not guild.everyone
    }


def require_below(call: Call, guild: Guild, role: Role) -> None:
    """Refuse unless the bot manages roles and this one stands below its own; @everyone counts as below all."""
    call.require_guild(guild, Permission.MANAGE_ROLES)
    if rank(role) >= top_rank(guild, call.bot.id):
        raise ApiError(MISSING_PERMISSIONS)


def _require_grant(call: Call, guild: Guild, permissions: int) -> None:
    if not may_grant(guild, call.bot.id, permissions):
        raise ApiError(MISSING_PERMISSIONS)


def _colour(body: Json) -> int | None:
    colours = body.get("colors") or {}
    found = body.get("color") if body.get("color") is not None else colours.get("primary_color")
    return None if found is None else int(found)
