"""AutoMod rules. The bot hears of no change to them: it does not ask for that intent."""

from sandbox import validate
from sandbox.errors import NOT_FOUND, ApiError, invalid_field
from sandbox.jsontypes import Json
from sandbox.permissions import Permission
from sandbox.rest.call import Call, snowflake
from sandbox.rest.routes import RouteTable
from sandbox.wire.automod import rule_json
from sandbox.world.automod import MOST_RULES, AutoModRule, Trigger
from sandbox.world.guilds import Guild

table = RouteTable()

_BLOCK = 1


@table.get("/guilds/{guild_id}/auto-moderation/rules")
def read_all(call: Call) -> list[Json]:
    """Every rule of a guild."""
    return [rule_json(rule) for rule in _guild(call).automod.values()]


@table.get("/guilds/{guild_id}/auto-moderation/rules/{rule_id}")
def read(call: Call) -> Json:
    """One rule."""
    return rule_json(_rule(call, _guild(call)))


@table.post("/guilds/{guild_id}/auto-moderation/rules")
def create(call: Call) -> Json:
    """Make a rule."""
    guild = _guild(call)
    validate.automod_create(call.json)
    trigger = Trigger(call.json["trigger_type"])
    if sum(rule.trigger is trigger for rule in guild.automod.values()) >= MOST_RULES[trigger]:
        message = "Maximum number of rules of this trigger type reached."
        raise invalid_field("trigger_type", "AUTO_MODERATION_MAX_RULES_OF_TYPE_EXCEEDED", message)
    rule = AutoModRule(
        id=call.world.snowflakes.next(),
        guild_id=guild.id,
        creator_id=call.bot.id,
        name=call.json["name"],
        trigger=trigger,
    )
    _set(rule, call.json)
    guild.automod[rule.id] = rule
    return rule_json(rule)


@table.patch("/guilds/{guild_id}/auto-moderation/rules/{rule_id}")
def update(call: Call) -> Json:
    """Change a rule."""
    rule = _rule(call, _guild(call))
    validate.automod_edit(call.json, int(rule.trigger))
    _set(rule, call.json)
    return rule_json(rule)


@table.delete("/guilds/{guild_id}/auto-moderation/rules/{rule_id}")
def delete(call: Call) -> None:
    """Take a rule away."""
    guild = _guild(call)
    del guild.automod[_rule(call, guild).id]


def _guild(call: Call) -> Guild:
    guild = call.guild()
    call.require_guild(guild, Permission.MANAGE_GUILD)
    return guild


def _rule(call: Call, guild: Guild) -> AutoModRule:
    rule = guild.automod.get(call.id("rule_id"))
    if rule is None:
        raise ApiError(NOT_FOUND)  # Discord documents no code of its own for it
    return rule


def _set(rule: AutoModRule, body: Json) -> None:
    rule.name = body.get("name") or rule.name
    if body.get("enabled") is not None:
        rule.enabled = body["enabled"]
    if body.get("trigger_metadata") is not None:
        metadata = body["trigger_metadata"]
        rule.words, rule.presets = list(metadata.get("keyword_filter") or ()), list(metadata.get("presets") or ())
        rule.allowed = list(metadata.get("allow_list") or ())
    if body.get("actions") is not None:
        details = [(action["type"], action.get("metadata") or {}) for action in body["actions"]]
        rule.blocks = any(kind == _BLOCK for kind, _ in details)
        rule.says = next((each.get("custom_message") or "" for kind, each in details if kind == _BLOCK), "")
        rule.alerts = [snowflake(each["channel_id"], "channel_id") for kind, each in details if kind != _BLOCK]
    for name in ("exempt_roles", "exempt_channels"):
        if body.get(name) is not None:
            setattr(rule, name, [snowflake(each, name) for each in body[name]])
