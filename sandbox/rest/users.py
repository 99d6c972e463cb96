"""The bot itself, other users, DMs, applications, invites, and the gateway's address."""

from typing import Final

from sandbox.errors import CANNOT_DM_THIS_USER, UNKNOWN_INVITE, UNKNOWN_WEBHOOK, ApiError
from sandbox.jsontypes import Json
from sandbox.permissions import Permission
from sandbox.rest.call import Call, snowflake
from sandbox.rest.routes import RouteTable
from sandbox.wire.channels import channel_json
from sandbox.wire.users import own_user_json, user_json
from sandbox.world.access import base_permissions

table = RouteTable()
open_table = RouteTable(needs_token=False)

_STARTS_A_DAY: Final = 1000


@open_table.get("/gateway")
def gateway(call: Call) -> Json:
    """Where the gateway is."""
    return {"url": call.sandbox.gateway_url}


@table.get("/gateway/bot")
def gateway_bot(call: Call) -> Json:
    """Where the gateway is, and how many shards Discord advises."""
    starts = call.sandbox.gateway.session_starts
    return {
        "url": call.sandbox.gateway_url,
        "shards": call.sandbox.shards,
        "session_start_limit": {
            "total": _STARTS_A_DAY,
            "remaining": max(_STARTS_A_DAY - starts, 0),
            "reset_after": 86_400_000,
            "max_concurrency": 1,
        },
    }


@table.get("/users/@me")
def me(call: Call) -> Json:
    """The bot's own account."""
    return own_user_json(call.bot)


@table.patch("/users/@me")
def update_me(call: Call) -> Json:
    """Rename the bot."""
    if call.json.get("username"):
        call.world.set_user(call.bot, name=str(call.json["username"]))
    return own_user_json(call.bot)


@table.get("/users/{user_id}")
def read(call: Call) -> Json:
    """Anybody's account."""
    return user_json(call.user(call.id("user_id")))


@table.post("/users/@me/channels")
def open_dm(call: Call) -> Json:
    """Open a DM. That it can be opened does not mean that its person can be written to."""
    user = call.user(snowflake(call.json.get("recipient_id"), "recipient_id"))
    if user.bot:
        raise ApiError(CANNOT_DM_THIS_USER)
    return channel_json(call.world.dm_channel(user))


@table.get("/users/@me/guilds")
def my_guilds(call: Call) -> list[Json]:
    """The guilds the bot is in, by id."""
    before, after = call.optional_id("before"), call.optional_id("after")
    limit = call.number("limit", 200, 1, 200)
    guilds = sorted(call.world.bot_guilds(), key=lambda guild: guild.id)
    chosen = [
        guild for guild in guilds if (after is None or guild.id > after) and (before is None or guild.id < before)
    ]
    chosen = chosen[-limit:] if before is not None and after is None else chosen[:limit]
    with_counts = call.query.get("with_counts") in {"1", "true"}
    counts: list[Json] = [
        {"approximate_member_count": len(guild.members), "approximate_presence_count": len(guild.members)}
        if with_counts
        else {}
        for guild in chosen
    ]
    return [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": guild.owner_id == call.bot.id,
            "permissions": str(base_permissions(guild, call.bot.id)),
            "features": [],
        }
        | count
        for guild, count in zip(chosen, counts, strict=True)
    ]


@table.delete("/users/@me/guilds/{guild_id}")
def leave_guild(call: Call) -> None:
    """Leave a guild."""
    call.guild().remove_member(call.bot)


@table.get("/oauth2/applications/@me")
@table.get("/applications/@me")
def application(call: Call) -> Json:
    """The bot's application."""
    app = call.world.application
    return {
        "id": str(app.id),
        "name": app.name,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot": user_json(app.user),
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": app.flags,
        "flags_new": str(app.flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user_json(call.world.users[app.owner_id]),
        "approximate_guild_count": len(list(call.world.bot_guilds())),
        "approximate_user_install_count": sum(user.app_installed for user in call.world.users.values()),
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "integration_types_config": {"0": {}},
        "team": None,
        "tags": [],
        "eligible_oauth2_scopes": [],
    }


@table.get("/guilds/{guild_id}/invites")
@table.get("/channels/{channel_id}/invites")
@table.get("/guilds/{guild_id}/emojis")
@table.get("/guilds/{guild_id}/stickers")
@table.get("/guilds/{guild_id}/integrations")
@table.get("/guilds/{guild_id}/scheduled-events")
@table.get("/guilds/{guild_id}/webhooks")
@table.get("/channels/{channel_id}/webhooks")
def nothing_of_it(call: Call) -> list[Json]:
    """What the sandbox has none of."""
    if "guild_id" in call.params:
        call.guild()
    else:
        call.guild_channel(Permission.VIEW_CHANNEL)
    return []


@open_table.get("/invites/{code}")
def invite(_call: Call) -> Json:
    """No invite is known."""
    raise ApiError(UNKNOWN_INVITE)


@table.get("/webhooks/{webhook_id}")
def webhook(_call: Call) -> Json:
    """No webhook is known; what interactions use looks like one, but is not."""
    raise ApiError(UNKNOWN_WEBHOOK)
