"""Which channel is which group's, what its filters do, and who is who in it: in memory, for every message asks."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.members.service import MemberService
from bot.moderation.changing import FilterChanges
from bot.moderation.flooding import Recent, Sent, mark
from bot.moderation.publishing import published_by
from bot.moderation.settings import FilterSettings
from bot.moderation.shape_words import ShapeWords
from bot.program.service import ObjectKind, ObjectRef, ProgrammeService, check_in_key, coping_key

SPEAKERS_KEPT = 2_000
SENT_KEPT = 32
KEPT_FOR = timedelta(minutes=5)
_DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class GroupPlace:
    """A group's channel. ``names`` are those that members of the programme chose, by their ids."""

    guild_id: int
    group_key: str
    settings: FilterSettings
    staff: frozenset[int]
    names: Mapping[int, str]

    def names_of_others(self, user_id: int) -> list[str]:
        """What the others of the programme go by."""
        return [name for person, name in self.names.items() if person != user_id]


class GroupPlaces:
    """The map. It is refreshed with the planners: after a start, a change of the programme, somebody's joining."""

    name = "group places"

    def __init__(
        self, programmes: ProgrammeService, members: MemberService, changes: FilterChanges, shapes: ShapeWords
    ) -> None:
        self._programmes, self._members, self._changes, self._shapes = programmes, members, changes, shapes
        self.own_addresses: tuple[str, ...] = ()
        """Web addresses of the programme's own beside those of its file: the private pages."""
        self._one_at_a_time = asyncio.Lock()
        self._places: dict[int, GroupPlace] = {}
        self._is_loaded = False

    async def refresh(self) -> None:
        """Read the programmes again, with what staff changed of the filters. When this returns, it is in force."""
        async with self._one_at_a_time:  # an older look must not come after a newer one
            await self._refresh()

    async def _know(self) -> None:
        """After a start, many messages ask at once: one of them reads, and all wait for that."""
        if not self._is_loaded:
            async with self._one_at_a_time:
                if not self._is_loaded:
                    await self._refresh()

    async def _refresh(self) -> None:
        places: dict[int, GroupPlace] = {}
        for running in await self._programmes.all():
            made = await self._programmes.object_ids(running.guild_id)
            names: dict[int, str] = {}
            for group in running.programme.groups:
                names |= await self._members.names_in(running.guild_id, group.key)
            published = published_by(running.programme, self._shapes, self.own_addresses)
            for filters in await self._changes.of(running.guild_id, running.programme):
                group = filters.group
                place = GroupPlace(
                    guild_id=running.guild_id,
                    group_key=group.key,
                    settings=replace(filters.settings, published=published),
                    staff=frozenset(running.programme.staff),
                    names=names,
                )
                for key in (check_in_key(group.key), coping_key(group.key)):
                    channel_id = made.get(ObjectRef(ObjectKind.CHANNEL, key))
                    if channel_id is not None:
                        places[channel_id] = place
        self._places, self._is_loaded = places, True

    async def of(self, channel_id: int | None, parent_id: int | None) -> GroupPlace | None:
        """The group that writes in a channel, or in a thread under it; none elsewhere."""
        await self._know()
        for place in (channel_id, parent_id):
            if place is not None and place in self._places:
                return self._places[place]
        return None

    async def group(self, guild_id: int, group_key: str) -> GroupPlace | None:
        """The group of this key, or none."""
        await self._know()
        places = self._places.values()
        return next((one for one in places if (one.guild_id, one.group_key) == (guild_id, group_key)), None)


class Lately:
    """What each person wrote in each channel in the last minutes: moments and marks, and none of the words.

    It is in memory alone. After a restart nobody has written lately, and all that can come of it is that a flood is
    seen a few messages later.
    """

    def __init__(self) -> None:
        self._sent: OrderedDict[tuple[int, int], dict[int, Sent]] = OrderedDict()

    def before(self, user_id: int, channel_id: int, message_id: int) -> Recent:
        """What this person wrote here before this message, whenever it is heard, and however often."""
        sent = self._sent.get((user_id, channel_id), {})
        return Recent(sent_at(message_id), tuple(sent[each] for each in sorted(sent) if each < message_id))

    def note(self, user_id: int, channel_id: int, message_id: int, text: str) -> None:
        """Remember a message."""
        at = sent_at(message_id)
        sent = self._sent.pop((user_id, channel_id), {})
        kept = {each: one for each, one in sent.items() if one.at > at - KEPT_FOR}
        kept[message_id] = Sent(at, mark(text))
        self._sent[user_id, channel_id] = dict(sorted(kept.items())[-SENT_KEPT:])
        while len(self._sent) > SPEAKERS_KEPT:
            self._sent.popitem(last=False)


def sent_at(message_id: int) -> datetime:
    """When a message was sent (UTC): Discord's ids say so."""
    return _DISCORD_EPOCH + timedelta(milliseconds=message_id >> 22)
