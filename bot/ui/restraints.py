"""Locks and slow modes, carried out on Discord: by ids, never by caches, and put back exactly as they were."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import discord

from bot.cases import deliveries
from bot.cases.quiet_hours import QuietHoursPlanner
from bot.cases.service import Channels
from bot.content import Content
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Draft, Lane, Outbox, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.program.layout import STAFF_ROOM
from bot.program.restraints import Who, from_discord, locked, unlocked
from bot.program.server import Overwrite, TargetKind
from bot.program.service import ProgrammeService, Restraint, RestraintKind, spared_of
from bot.timing import Clock, format_time
from bot.ui.places import AUDIT_REASON, Places
from bot.ui.safe import Button, SafeView


class ChannelRestraint(QuietKind):
    """Has a channel be as its restraint says at that moment: an older row never undoes a newer word."""

    name = deliveries.RESTRAINT

    def __init__(
        self, client: discord.Client, places: Places, channels: Channels, outbox: Outbox, clock: Clock
    ) -> None:
        self._client, self._places, self._channels = client, places, channels
        self._outbox, self._clock = outbox, clock

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The change, where the channel is not given back already."""
        del now
        number = int(delivery.arguments["restraint"])
        one = await self._channels.restraints.find(number)
        if one is None or one.is_restored:
            return Withdrawn()

        async def carry_out() -> Receipt:
            while (there := await self._channels.restraints.find(number)) is not None:
                await self._put_right(there)
                after = await self._channels.restraints.find(number)
                # Staff may lift it while it is being set: whoever comes last sees to it that the last word counts.
                if after is None or (after.holds, after.seconds) == (there.holds, there.seconds):
                    break
            return Receipt()

        return Deed(carry_out)

    async def _put_right(self, one: Restraint) -> None:
        channel: Any = await self._client.http.get_channel(one.channel_id)
        overwrites = from_discord(channel["permission_overwrites"])
        pace = int(channel.get("rate_limit_per_user") or 0)
        noted = await self._channels.restraints.note_before(one.id, overwrites, pace) if one.holds else one
        if noted is None:
            return
        if one.kind is RestraintKind.LOCK:
            await self._set_overwrites(noted, overwrites)
        else:
            await self._set_pace(noted, pace)
        if not one.holds:
            await self._channels.restraints.note_restored(one.id, self._clock.now())

    async def _set_overwrites(self, one: Restraint, there: tuple[Overwrite, ...]) -> None:
        if one.holds:
            wanted = locked(there, one.guild_id, await self._spared(one.guild_id))
        else:
            wanted = unlocked(there, one.overwrites) if one.overwrites is not None else there
        had, kept = {each.who: each for each in there}, {each.who for each in wanted}
        for each in _everyone_first(wanted, one.guild_id):
            if had.get(each.who) != each:
                kind: Literal[0, 1] = 0 if each.kind is TargetKind.ROLE else 1
                await self._client.http.edit_channel_permissions(
                    one.channel_id, each.target, str(int(each.allow)), str(int(each.deny)), kind, reason=AUDIT_REASON
                )
        for each in there:
            if each.who not in kept:
                await self._client.http.delete_channel_permissions(one.channel_id, each.target, reason=AUDIT_REASON)

    async def _set_pace(self, one: Restraint, there: int) -> None:
        await self._pace(one, one.channel_id, there)
        # A thread keeps a pace of its own, and the day's conversation is in one. Later ones are met at the next look.
        active: Any = await self._client.http.get_active_threads(one.guild_id)
        for thread in active["threads"]:
            if int(thread.get("parent_id") or 0) == one.channel_id:
                await self._pace(one, int(thread["id"]), int(thread.get("rate_limit_per_user") or 0))

    async def _pace(self, one: Restraint, place: int, there: int) -> None:
        # What somebody set by hand meanwhile is theirs, and stays.
        wanted = one.seconds if one.holds else one.pace if one.pace is not None and there == one.seconds else there
        if wanted != there:
            await self._client.http.edit_channel(place, rate_limit_per_user=wanted, reason=AUDIT_REASON)

    async def _spared(self, guild_id: int) -> set[Who]:
        bot = self._client.user.id if self._client.user is not None else None
        return spared_of(await self._channels.object_ids(guild_id), bot)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Say so in the channel, once."""
        del receipt
        number, occasion = int(delivery.arguments["restraint"]), str(delivery.arguments["occasion"])
        await self._channels.carried_out(session, number, occasion, now)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """Discord does not let us: staff have to know that the channel is not as they think."""
        if outcome is Outcome.TARGET_GONE:
            await self._channels.restraints.note_gone(session, int(delivery.arguments["restraint"]), now)
            return
        room = await self._places.channel(delivery.guild_id, STAFF_ROOM)
        if room is None or str(delivery.arguments["occasion"]).startswith("keep:"):
            return
        line = Draft(
            kind=deliveries.CHANNEL_LINE,
            lane=Lane.DIRECT,
            dedupe_key=f"restraint-failed:{delivery.dedupe_key}",
            guild_id=delivery.guild_id,
            channel_id=room,
            due_at=now,
            arguments={"restraint": delivery.arguments["restraint"], "key": "channel_not_changed"},
        )
        await self._outbox.put(session, [line])


def _everyone_first(overwrites: Iterable[Overwrite], everyone: int) -> list[Overwrite]:
    """What shuts the room before what opens it to some: it is never open to more than before or after."""
    return sorted(overwrites, key=lambda one: one.target != everyone)


class ChannelLine(QuietKind):
    """One line that says what has become of a channel, and how help is reached all the same."""

    name = deliveries.CHANNEL_LINE

    def __init__(self, channels: Channels, programmes: ProgrammeService, content: Content) -> None:
        self._channels, self._programmes, self._content = channels, programmes, content

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line, in the programme's first language."""
        del now
        one = await self._channels.restraints.find(int(delivery.arguments["restraint"]))
        programme = await self._programmes.current(delivery.guild_id)
        key = str(delivery.arguments["key"])
        if one is None or programme is None or (key.endswith(("_lock", "_slow")) and not one.holds):
            return Withdrawn()
        language, country = programme.program.languages[0].value, programme.program.country
        hours = programme.moderation.quiet_hours
        said = self._content.texts.say(
            language,
            f"cases.{key}",
            channel=f"<#{one.channel_id}>",
            seconds=one.seconds,
            until=format_time(hours.end) if hours is not None else "",
            emergency=self._content.emergency(country, language),
            lifeline=self._content.lifeline(country, language),
        )
        button = Button(self._content.texts.say(language, "buttons.ask_staff"), "support", "ask", delivery.guild_id)
        return Post(content=said, view=SafeView([button]) if one.holds and key != "channel_not_changed" else None)


class QuietTurn(QuietKind):
    """The moment at which quiet hours begin or end."""

    name = deliveries.QUIET

    def __init__(self, planner: QuietHoursPlanner) -> None:
        self._planner = planner

    async def compose(self, delivery: Delivery, now: datetime) -> Deed:
        """Whatever the clock says now: of a moment that comes late, the present one counts."""
        del now

        async def settle() -> Receipt:
            await self._planner.settle(delivery.guild_id)
            return Receipt()

        return Deed(settle)
