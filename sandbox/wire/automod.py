"""AutoMod rules as JSON."""

from typing import TYPE_CHECKING

from sandbox.jsontypes import Json

if TYPE_CHECKING:
    from sandbox.world.automod import AutoModRule


def rule_json(rule: "AutoModRule") -> Json:
    """A rule object."""
    actions: list[Json] = []
    if rule.blocks:
        actions.append({"type": 1, "metadata": {"custom_message": rule.says} if rule.says else {}})
    actions += [{"type": 2, "metadata": {"channel_id": str(channel)}} for channel in rule.alerts]
    metadata: Json = {"allow_list": rule.allowed}
    if rule.trigger == 1:
        metadata |= {"keyword_filter": rule.words, "regex_patterns": []}
    else:
        metadata |= {"presets": rule.presets}
    return {
        "id": str(rule.id),
        "guild_id": str(rule.guild_id),
        "creator_id": str(rule.creator_id),
        "name": rule.name,
        "event_type": 1,
        "trigger_type": int(rule.trigger),
        "trigger_metadata": metadata,
        "actions": actions,
        "enabled": rule.enabled,
        "exempt_roles": [str(each) for each in rule.exempt_roles],
        "exempt_channels": [str(each) for each in rule.exempt_channels],
    }
