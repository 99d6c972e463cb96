"""What staff see around an incident: its cards' edits, lines, the hand-over, the list of the unread, the follow-ups."""

from datetime import UTC, datetime

import discord

from bot.db import Session
from bot.delivery.service import Deed, Delivery, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.oncall.service import (
    FOLLOW_UP,
    FOLLOW_UP_DONE,
    HANDED,
    UNREAD,
    Incident,
    IncidentState,
    OnCallService,
    UnreadList,
)
from bot.program.layout import ON_CALL
from bot.ui.oncall import CALM, QUIET, Cards, catch_up, note_end, timestamp
from bot.ui.places import Places
from bot.ui.safe import Button, SafeView

LISTED_AT_MOST = 15
"""How many of the unread one list names: a message holds 2,000 characters, and an entry has up to 120."""


class CardEdit(QuietKind):
    """Has a card or DM say who took it, or that it is over."""

    name = "oncall.card-edit"

    def __init__(self, cards: Cards, client: discord.Client) -> None:
        self._cards, self._client = cards, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit, by what the incident says now."""
        del now
        channel_id = delivery.channel_id
        if channel_id is None:
            return Withdrawn()
        message_id = int(delivery.arguments["message"])
        incident = await self._cards.oncall.find(int(delivery.arguments["incident"]))
        embed, view = await self._cards.card(incident)
        dm = await self._cards.dm(incident, channel_id)

        async def edit() -> Receipt:
            message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
            try:
                if dm is None:
                    await message.edit(embed=embed, view=view)
                else:  # its words asked for a press: they must not stand on beside what has become of it
                    await message.edit(content=dm[0], embed=dm[1], view=view)
            except discord.NotFound:
                return Receipt()  # somebody deleted the card: nothing left to say on it
            return Receipt()

        return Deed(edit)


class Line(QuietKind):
    """One line in #on-call about an incident."""

    name = "oncall.line"
    gives_up_on = frozenset({Outcome.REFUSED})

    def __init__(self, cards: Cards, places: Places) -> None:
        self._cards, self._places = cards, places

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line."""
        del now
        incident = await self._cards.oncall.find(int(delivery.arguments["incident"]))
        facts = await self._cards.facts(incident)
        people = [int(one) for one in str(delivery.arguments["people"]).split()]
        link = await self._cards.place(
            facts.language, incident.guild_id, delivery.arguments.get("channel"), delivery.arguments.get("message")
        )
        said = self._cards.say(facts.language, str(delivery.arguments["key"]), name=facts.name, link=link)
        who = " ".join(f"<@{person}>" for person in people)
        mentions = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(one) for one in people])
        return Post(
            content=f"{who} {said} ({incident.code})".strip(),
            mentions=mentions,
            channel_id=await self._places.channel(delivery.guild_id, ON_CALL),
        )


class Handed(QuietKind):
    """The DM to whom an incident was handed over."""

    name = HANDED
    gives_up_on = frozenset({Outcome.REFUSED, Outcome.TARGET_GONE})

    def __init__(self, cards: Cards) -> None:
        self._cards = cards

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The DM, where they still have it."""
        del now
        incident = await self._cards.oncall.find(int(delivery.arguments["incident"]))
        if incident.acknowledged_by != delivery.user_id or incident.state is not IncidentState.ACKNOWLEDGED:
            return Withdrawn()
        facts = await self._cards.facts(incident)
        said = self._cards.say(
            facts.language,
            "dm_handed",
            name=facts.name,
            group=facts.group,
            by=f"<@{delivery.arguments['by']}>",
            since=timestamp(incident.opened_at, "f"),
            link=facts.link,
        )
        plain = f"{facts.link} {incident.code}"
        return Post(content=said, view=self._cards.buttons(incident, facts.language), plain=plain)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Note it; and have it say how the incident stands, where that changed on the way."""
        del now
        await note_end(self._cards, session, delivery, "dm")
        incident = await self._cards.oncall.find(int(delivery.arguments["incident"]))
        if incident.acknowledged_by != delivery.user_id or incident.state is not IncidentState.ACKNOWLEDGED:
            await catch_up(self._cards, session, delivery, receipt)  # else it says so already, and from whom

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """The line in #on-call mentions them as well; and what they do not see, they let go in time."""
        del now
        await note_end(self._cards, session, delivery, "dm", outcome)


class UnreadCard(QuietKind):
    """The list of those whose messages the detector could not read: one for many, as they are when it goes out."""

    name = UNREAD

    def __init__(self, cards: Cards, oncall: OnCallService, places: Places) -> None:
        self._cards, self._oncall, self._places = cards, oncall, places

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The list, mentioning whoever has the alarm, or is on call; nothing where everything was read meanwhile."""
        del now
        alarm = await self._oncall.find(int(delivery.arguments["incident"]))
        unread = await self._oncall.unread_list(alarm, LISTED_AT_MOST)
        if not unread.waiting:
            return Withdrawn()
        facts = await self._cards.facts(alarm)
        entries = [await self._entry(facts.language, one) for one in unread.waiting]
        if unread.count > len(entries):
            entries.append(self._cards.say(facts.language, "unread_more", count=unread.count - len(entries)))
        body = self._cards.say(facts.language, "unread_list", count=unread.count, list="\n".join(entries))
        person = alarm.acknowledged_by or (await self._oncall.shift(delivery.guild_id)).person
        people = [discord.Object(person)] if person is not None else []
        return Post(
            content=f"<@{person}>" if person is not None else "",
            embed=discord.Embed(description=body, colour=QUIET),
            view=SafeView([self._read_button(facts.language, unread)]),
            mentions=discord.AllowedMentions(everyone=False, roles=False, users=people),
            plain=body[:1900],
            channel_id=await self._places.channel(delivery.guild_id, ON_CALL),
        )

    async def _entry(self, language: str, incident: Incident) -> str:
        facts = await self._cards.facts(incident)
        return self._cards.say(language, "unread_entry", code=incident.code, name=facts.name, link=facts.link)

    def _read_button(self, language: str, unread: UnreadList) -> Button:
        """It says which list was read: what joins it later, or is written later, is not on it."""
        row = f"{unread.alarm.id}.{unread.waiting[-1].id}.{unread.up_to}"
        return Button(self._cards.say(language, "unread_all_read"), "incident", "read", row)


class FollowUpCard(QuietKind):
    """The quiet card that asks whoever is on call then to look in on somebody."""

    name = FOLLOW_UP

    def __init__(self, cards: Cards, oncall: OnCallService, places: Places) -> None:
        self._cards, self._oncall, self._places = cards, oncall, places

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The card, where the incident is still resolved."""
        del now
        incident = await self._oncall.find(int(delivery.arguments["incident"]))
        if incident.state is not IncidentState.RESOLVED:
            return Withdrawn()
        facts = await self._cards.facts(incident)
        person = (await self._oncall.shift(delivery.guild_id)).person
        who = f"<@{person}>" if person is not None else self._cards.say(facts.language, "follow_up_nobody")
        said = self._cards.say(
            facts.language,
            "follow_up",
            hours=int(delivery.arguments["hours"]),
            name=facts.name,
            group=facts.group,
            link=facts.link,
        )
        people = [discord.Object(person)] if person is not None else []
        return Post(
            content=who,
            embed=_quiet(said, incident),
            view=SafeView([Button(self._cards.button(facts.language, "done"), "incident", "followed", incident.id)]),
            mentions=discord.AllowedMentions(everyone=False, roles=False, users=people),
            plain=f"{who} {facts.link} {incident.code}",
            channel_id=await self._places.channel(delivery.guild_id, ON_CALL),
        )


class FollowUpDone(QuietKind):
    """Has a follow-up's card say that somebody looked in."""

    name = FOLLOW_UP_DONE

    def __init__(self, cards: Cards, client: discord.Client) -> None:
        self._cards, self._client = cards, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit."""
        del now
        channel_id, given = delivery.channel_id, delivery.arguments
        if channel_id is None:
            return Withdrawn()
        incident = await self._cards.oncall.find(int(given["incident"]))
        facts = await self._cards.facts(incident)
        at = timestamp(datetime.fromtimestamp(int(given["at"]), UTC))
        values = {"name": facts.name, "group": facts.group, "staff": f"<@{given['by']}>", "at": at}
        embed = _quiet(self._cards.say(facts.language, "follow_up_done", **values), incident)
        embed.colour = CALM

        async def edit() -> Receipt:
            message = self._client.get_partial_messageable(channel_id).get_partial_message(int(given["message"]))
            try:
                await message.edit(embed=embed, view=None)
            except discord.NotFound:
                return Receipt()  # somebody deleted the card: nothing left to say on it
            return Receipt()

        return Deed(edit)


def _quiet(said: str, incident: Incident) -> discord.Embed:
    embed = discord.Embed(description=said, colour=QUIET)
    embed.set_footer(text=incident.code)
    return embed
