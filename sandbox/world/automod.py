"""AutoMod: rules by which Discord itself keeps a message from being posted, and tells of it in a channel.

Discord's lists of words are its own secret; here each preset stands for one made-up word. Of the triggers there are
keywords and presets, of the actions blocking and the alert: what nobody here uses is refused, not pretended. Rules of
keywords look for whole words, with ``*`` for anything before or after (Discord's documentation of the auto moderation
resource, "Keyword Matching Strategies").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from sandbox.permissions import Permission
from sandbox.world import posting
from sandbox.world.access import base_permissions
from sandbox.world.kinds import MessageType
from sandbox.world.messages import Draft

if TYPE_CHECKING:
    from sandbox.world.channels import Channel
    from sandbox.world.guilds import Guild

PRESET_WORDS: Final = {1: "zzprofane", 2: "zzsexual", 3: "zzslur"}
"""The word that stands for each of Discord's own lists: profanity, sexual content, slurs."""


class Trigger(IntEnum):
    """What sets a rule off."""

    KEYWORD = 1
    PRESET = 4


MOST_RULES: Final = {Trigger.KEYWORD: 6, Trigger.PRESET: 1}
"""How many rules of each trigger a guild may have, by Discord's documentation."""


@dataclass(slots=True, eq=False, kw_only=True)
class AutoModRule:
    """One rule. ``words`` are its keywords, ``presets`` numbers of Discord's lists; ids name roles and channels.

    ``alerts`` are the channels in which Discord tells of it; ``says`` is what whoever is stopped reads.
    """

    id: int
    guild_id: int
    creator_id: int
    name: str
    trigger: Trigger
    words: list[str] = field(default_factory=list)
    presets: list[int] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    blocks: bool = False
    says: str = ""
    alerts: list[int] = field(default_factory=list)
    enabled: bool = False
    exempt_roles: list[int] = field(default_factory=list)
    exempt_channels: list[int] = field(default_factory=list)

    def finds(self, content: str) -> str | None:
        """The keyword that fires, or none."""
        kept = content
        for word in self.allowed:
            kept = re.sub(_pattern(word), " ", kept, flags=re.IGNORECASE)
        every = [*self.words, *(PRESET_WORDS[each] for each in self.presets)]
        return next((word for word in every if re.search(_pattern(word), kept, re.IGNORECASE)), None)


def blocked(channel: "Channel", user_id: int, content: str) -> AutoModRule | None:
    """The first rule that stops this message; the alerts of every rule that fires are posted."""
    if channel.guild_id is None:
        return None
    stopped: AutoModRule | None = None
    for rule in _applying(channel.guild, channel, user_id):
        keyword = rule.finds(content)
        if keyword is None:
            continue
        for alert in rule.alerts:
            if (place := channel.world.channels.get(alert)) is not None:
                _alert(place, channel, user_id, content, rule, keyword)
        stopped = stopped or (rule if rule.blocks else None)
    return stopped


def _applying(guild: "Guild", channel: "Channel", user_id: int) -> Iterator[AutoModRule]:
    # Whoever manages the server, and bots, are past every rule.
    member = guild.members.get(user_id)
    past = Permission.MANAGE_GUILD | Permission.ADMINISTRATOR
    if member is None or member.user.bot or base_permissions(guild, user_id) & past:
        return
    thread = channel.as_thread
    places = {channel.id, thread.parent_id} if thread is not None else {channel.id}
    for rule in guild.automod.values():
        if (
            rule.enabled
            and not places & set(rule.exempt_channels)
            and not set(member.role_ids) & set(rule.exempt_roles)
        ):
            yield rule


def _alert(place: "Channel", channel: "Channel", user_id: int, content: str, rule: AutoModRule, keyword: str) -> None:
    named = {
        "rule_name": rule.name,
        "channel_id": str(channel.id),
        "keyword": keyword,
        "keyword_matched_content": keyword,
    }
    embed = {
        "type": "auto_moderation_message",
        "description": content,
        "fields": [{"name": name, "value": value, "inline": False} for name, value in named.items()],
    }
    posting.post(place, user_id, Draft(type=MessageType.AUTO_MODERATION_ACTION, embeds=[embed]))


def _pattern(word: str) -> str:
    before = "" if word.startswith("*") else r"(?<!\w)"
    after = "" if word.endswith("*") else r"(?!\w)"
    return f"{before}{re.escape(word.strip('*'))}{after}"
