"""Discord's own rules of a server: looked at, and put right where they are not what the groups want."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.content import Content
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Outcome, Postponed, QuietKind, Receipt, Withdrawn
from bot.moderation.native import LONGEST_SAYING, MOST_EXEMPT, Native, NativeRule, NativeState
from bot.moderation.service import NATIVE, ModerationService
from bot.observe.logs import get_logger
from bot.ui.safe import Numbers

log = get_logger(__name__)

REASON = "Handrail: what a group's filters remove"
LOOK_AGAIN = timedelta(seconds=15)
"""How long to wait for Discord to say who we are in a server."""
HOLDS = {True: NativeState.KEPT, False: NativeState.REFUSED}
_MESSAGE_SEND, _BLOCK, _ALERT = 1, 1, 2
_CATEGORY = 4


class NativeLook(QuietKind):
    """One look. Ours are those that this bot made: one of each trigger; another's rules are left alone."""

    name = NATIVE

    def __init__(
        self, moderation: ModerationService, client: discord.Client, content: Content, numbers: Numbers
    ) -> None:
        self._moderation, self._client, self._content, self._numbers = moderation, client, content, numbers

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Postponed | Withdrawn:
        """The look, where the bot may manage the server; without that right there is nothing to do but say so."""
        guild_id, states = delivery.guild_id, self._moderation.native.states
        is_asked_for = await self._moderation.native.is_asked_for(guild_id)
        guild = self._client.get_guild(guild_id)
        if guild is None or guild.unavailable or self._client.user is None:
            return Postponed(now + LOOK_AGAIN)
        if not guild.me.guild_permissions.manage_guild:
            states[guild_id] = NativeState.NOT_ALLOWED if is_asked_for else NativeState.OFF
            log.warning("native.not_allowed", guild=guild_id, asked_for=is_asked_for)
            return Withdrawn(Outcome.NO_ACCESS)
        rules = await self._moderation.native.wanted(guild_id)
        language = await self._moderation.language_of_staff(guild_id)
        says = self._content.texts.say(language, "moderation.native_stopped", **self._numbers.of(guild_id, language))
        me = self._client.user.id

        async def look() -> Receipt:
            all_hold = await self._put_right(guild_id, me, rules, says[:LONGEST_SAYING])
            states[guild_id] = NativeState.OFF if not is_asked_for else HOLDS[all_hold]
            return Receipt()

        return Deed(look)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """Discord refuses. The bot's own filters do the work as ever; `/mod filters` says that these do not hold."""
        del session, now
        refused = NativeState.NOT_ALLOWED if outcome is Outcome.NO_ACCESS else NativeState.REFUSED
        self._moderation.native.states[delivery.guild_id] = refused
        log.error("native.refused", guild=delivery.guild_id, outcome=outcome.value)

    async def _put_right(self, guild_id: int, me: int, rules: tuple[NativeRule, ...], says: str) -> bool:
        http = self._client.http
        there: list[Mapping[str, Any]] = list(await http.get_auto_moderation_rules(guild_id))
        ours = [rule for rule in there if int(rule["creator_id"]) == me]
        channels = [int(one["id"]) for one in await http.get_all_guild_channels(guild_id) if one["type"] != _CATEGORY]
        kept: set[str] = set()
        all_hold = True
        for rule in rules:
            body = _body(rule, channels, says)
            all_hold &= body["enabled"]
            found = next((one for one in ours if one["trigger_type"] == rule.native.trigger), None)
            if found is None:
                await http.create_auto_moderation_rule(guild_id, reason=REASON, **body)
                log.info("native.made", guild=guild_id, rule=rule.native.value)
                continue
            kept.add(found["id"])
            if _seen(found) != _seen(body):
                body.pop("trigger_type")
                await http.edit_auto_moderation_rule(guild_id, int(found["id"]), reason=REASON, **body)
                log.info("native.put_right", guild=guild_id, rule=rule.native.value)
        for rule_id in [one["id"] for one in ours if one["id"] not in kept]:
            await http.delete_auto_moderation_rule(guild_id, int(rule_id), reason=REASON)
            log.info("native.taken_away", guild=guild_id)
        return all_hold


def _body(rule: NativeRule, channels: list[int], says: str) -> dict[str, Any]:
    exempt = rule.exempt(channels)
    metadata: dict[str, Any] = {"presets": [3]} if rule.native is Native.SLURS else {"keyword_filter": [*rule.words]}
    return {
        "name": rule.native.rule_name,
        "event_type": _MESSAGE_SEND,
        "trigger_type": rule.native.trigger,
        "trigger_metadata": metadata,
        "actions": [
            {"type": _BLOCK, "metadata": {"custom_message": says}},
            {"type": _ALERT, "metadata": {"channel_id": str(rule.alert)}},
        ],
        # Where more are to be left out than Discord takes, it would hold where nobody asked for it.
        "enabled": len(exempt) <= MOST_EXEMPT,
        "exempt_roles": [str(each) for each in rule.exempt_roles],
        "exempt_channels": [str(each) for each in exempt[:MOST_EXEMPT]],
    }


def _seen(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    """What of a rule is compared: its parts in one order, and nothing that Discord adds."""
    metadata = rule["trigger_metadata"]
    actions = sorted((one["type"], sorted((one.get("metadata") or {}).items())) for one in rule["actions"])
    lists = [metadata.get(key) for key in ("presets", "keyword_filter", "allow_list", "regex_patterns")]
    every = [*lists, rule["exempt_roles"], rule["exempt_channels"]]
    return (rule["name"], rule["enabled"], actions, *(sorted(map(str, each or ())) for each in every))
