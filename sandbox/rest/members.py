"""Members: list, find, edit, time out, give and take roles, remove, ban."""

from datetime import UTC, datetime
from typing import Any

from sandbox import validate
from sandbox.errors import INVALID_ROLE, MISSING_ACCESS, MISSING_PERMISSIONS, UNKNOWN_BAN, ApiError
from sandbox.jsontypes import Json
from sandbox.permissions import Permission
from sandbox.rest.call import Call, snowflake
from sandbox.rest.guilds import require_below
from sandbox.rest.routes import Reply, RouteTable
from sandbox.wire.users import member_json, user_json
from sandbox.world.access import base_permissions, outranks
from sandbox.world.guilds import Guild, Member
from sandbox.world.kinds import Intent

table = RouteTable()


@table.get("/guilds/{guild_id}/members")
def read_all(call: Call) -> list[Json]:
    """Members by id, a page after another; only for an application that may know members."""
    guild = call.guild()
    if not call.world.application.granted & Intent.GUILD_MEMBERS:
        raise ApiError(MISSING_ACCESS)
    after = call.optional_id("after") or 0
    limit = call.number("limit", 1, 1, 1000)
    ids = sorted(each for each in guild.members if each > after)
    return [member_json(guild.members[each]) for each in ids[:limit]]


@table.get("/guilds/{guild_id}/members/search")
def search(call: Call) -> list[Json]:
    """Members whose name or nickname begins like the query."""
    guild = call.guild()
    wanted = call.query.get("query", "").casefold()
    found = [
        member
        for member in guild.members.values()
        if any(name.casefold().startswith(wanted) for name in (member.user.name, member.display_name))
    ]
    return [member_json(member) for member in found[: call.number("limit", 1, 1, 1000)]]


@table.get("/guilds/{guild_id}/members/{user_id}")
def read(call: Call) -> Json:
    """One member."""
    return member_json(call.member(call.guild(), call.id("user_id")))


@table.patch("/guilds/{guild_id}/members/@me")
def update_me(call: Call) -> Json:
    """Set the bot's own nickname."""
    guild = call.guild()
    me = guild.members[call.bot.id]
    if "nick" in call.json:
        call.require_guild(guild, Permission.CHANGE_NICKNAME)
        me.nick = call.json["nick"] or None
        me.tell_updated()
    return member_json(me)


@table.patch("/guilds/{guild_id}/members/{user_id}")
def update(call: Call) -> Json:
    """Edit a member: nickname, roles, timeout."""
    guild = call.guild()
    validate.member_edit(call.json, now=call.world.clock.now())
    member = call.member(guild, call.id("user_id"))
    body = call.json
    new_roles: list[int] | None = None
    if "nick" in body:
        call.require_guild(guild, Permission.MANAGE_NICKNAMES)
        _require_above(call, guild, member)
    if body.get("roles") is not None:
        new_roles = [snowflake(each, "roles") for each in body["roles"]]
        for role_id in set(new_roles) ^ set(member.role_ids):
            require_below(call, guild, call.role(guild, role_id))
    if "communication_disabled_until" in body:
        call.require_guild(guild, Permission.MODERATE_MEMBERS)
        _require_above(call, guild, member)
        if base_permissions(guild, member.id) & Permission.ADMINISTRATOR:
            raise ApiError(MISSING_PERMISSIONS)
    if "nick" in body:
        member.nick = body["nick"] or None
    if "communication_disabled_until" in body:
        member.timeout_until = _moment(body["communication_disabled_until"])
    if new_roles is not None:
        member.set_roles(new_roles)
    else:
        member.tell_updated()
    return member_json(member)


@table.put("/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
def give_role(call: Call) -> None:
    """Give one role."""
    member, role_id = _role_of_member(call)
    member.add_role(role_id)


@table.delete("/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
def take_role(call: Call) -> None:
    """Take one role."""
    member, role_id = _role_of_member(call)
    member.remove_role(role_id)


@table.delete("/guilds/{guild_id}/members/{user_id}")
def kick(call: Call) -> None:
    """Remove a member."""
    guild = call.guild()
    member = call.member(guild, call.id("user_id"))
    call.require_guild(guild, Permission.KICK_MEMBERS)
    _require_above(call, guild, member)
    guild.remove_member(member)


@table.get("/guilds/{guild_id}/bans")
def read_bans(call: Call) -> list[Json]:
    """Everybody banned."""
    guild = call.guild()
    call.require_guild(guild, Permission.BAN_MEMBERS)
    return [_ban_json(guild, user_id) for user_id in sorted(guild.bans)]


@table.get("/guilds/{guild_id}/bans/{user_id}")
def read_ban(call: Call) -> Json:
    """One ban."""
    guild = call.guild()
    call.require_guild(guild, Permission.BAN_MEMBERS)
    if call.id("user_id") not in guild.bans:
        raise ApiError(UNKNOWN_BAN)
    return _ban_json(guild, call.id("user_id"))


@table.put("/guilds/{guild_id}/bans/{user_id}")
def ban(call: Call) -> None:
    """Ban somebody, a member or not."""
    guild = call.guild()
    user = call.user(call.id("user_id"))
    call.require_guild(guild, Permission.BAN_MEMBERS)
    if user.id in guild.members:
        _require_above(call, guild, guild.members[user.id])
    guild.ban(user, call.reason)


@table.delete("/guilds/{guild_id}/bans/{user_id}")
def unban(call: Call) -> None:
    """Lift a ban."""
    guild = call.guild()
    call.require_guild(guild, Permission.BAN_MEMBERS)
    if call.id("user_id") not in guild.bans:
        raise ApiError(UNKNOWN_BAN)
    guild.unban(call.id("user_id"))


@table.get("/guilds/{guild_id}/audit-logs")
def audit_log(call: Call) -> Reply:
    """An empty log: reasons are kept in the record of requests only."""
    call.require_guild(call.guild(), Permission.VIEW_AUDIT_LOG)
    kinds = (
        "application_commands",
        "audit_log_entries",
        "auto_moderation_rules",
        "guild_scheduled_events",
        "integrations",
        "threads",
        "users",
        "webhooks",
    )
    return Reply(200, {kind: [] for kind in kinds})


def _role_of_member(call: Call) -> tuple[Member, int]:
    guild = call.guild()
    member = call.member(guild, call.id("user_id"))
    role = call.role(guild, call.id("role_id"))
    if role is guild.everyone or role.managed:
        raise ApiError(INVALID_ROLE)
    require_below(call, guild, role)
    return member, role.id


def _require_above(call: Call, guild: Guild, member: Member) -> None:
    if member.id != call.bot.id and not outranks(guild, call.bot.id, member.id):
        raise ApiError(MISSING_PERMISSIONS)


def _moment(text: Any) -> datetime | None:  # noqa: ANN401 - JSON
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ban_json(guild: Guild, user_id: int) -> Json:
    return {"user": user_json(guild.world.users[user_id]), "reason": guild.bans[user_id]}
