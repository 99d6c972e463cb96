"""What on-call people see of an incident: the card in #on-call and the DM that page. Never anybody's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import discord
from discord import app_commands

from bot.content import Content
from bot.db import Session
from bot.delivery.service import Delivery, Draft, Lane, Outbox, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.oncall.service import Incident, IncidentState, OnCallService, ResolvedAs
from bot.program.layout import ON_CALL, STAFF_ROOM, ObjectKey
from bot.program.service import ProgrammeService
from bot.ui.choices import named_choices
from bot.ui.places import Places
from bot.ui.safe import Button, SafeView

log = get_logger(__name__)

_ESCALATE = {"escalate_now": ("escalate", discord.ButtonStyle.secondary)}
DRAWN_WITHIN = 1
"""Attempts after which a page that cannot be drawn goes out in plain words."""
MENTIONED_AT_MOST = 50  # a message holds 2,000 characters; a DM reaches each one all the same
URGENT, QUIET, CALM = discord.Colour.red(), discord.Colour.orange(), discord.Colour.green()


def timestamp(instant: datetime | None, style: str = "t") -> str:
    """A Discord timestamp, which every reader sees in their own zone. ``instant`` is UTC."""
    return f"<t:{int(instant.timestamp())}:{style}>" if instant is not None else "-"


@dataclass(frozen=True)
class Facts:
    """What a card says of the person and the place. ``link`` jumps to the words, or says that they came by DM."""

    language: str
    name: str
    group: str
    link: str


class Cards:
    """Draws an incident, in whichever state it is."""

    def __init__(
        self, oncall: OnCallService, members: MemberService, programmes: ProgrammeService, content: Content
    ) -> None:
        self.oncall, self._members, self._programmes, self._content = oncall, members, programmes, content

    def say(self, language: str, key: str, **values: str | int) -> str:
        """A text of this feature."""
        return self._content.texts.say(language, f"oncall.{key}", **values)

    def button(self, language: str, key: str) -> str:
        """The words on a button."""
        return self._content.texts.say(language, f"buttons.{key}")

    def outcomes(self) -> list[app_commands.Choice[str]]:
        """How an incident may end, as the choices of a command."""
        return named_choices(self._content.texts, {one.value: f"oncall.outcome_{one.value}" for one in ResolvedAs})

    async def language(self, guild_id: int) -> str:
        """The language in which a programme's staff are spoken to."""
        programme = await self._programmes.current(guild_id)
        return programme.program.languages[0].value if programme else "en"

    async def facts(self, incident: Incident) -> Facts:
        """The chosen name, the group and the place, in the programme's first language."""
        programme = await self._programmes.current(incident.guild_id)
        language = await self.language(incident.guild_id)
        member = await self._members.find(incident.guild_id, incident.user_id)
        standing = await self._members.standing(incident.guild_id, incident.user_id)
        groups = [programme.group(key) for key in standing.groups] if programme else []
        names = ", ".join(group.name for group in groups if group) or self.say(language, "outsider")
        link = await self.place(language, incident.guild_id, incident.channel_id, incident.message_id)
        name = discord.utils.escape_markdown(member.chosen_name) if member else f"<@{incident.user_id}>"
        return Facts(language, name, names, link)

    async def place(self, language: str, guild_id: int, channel_id: int | None, message_id: int | None) -> str:
        """Where words stand: a link to them, or why there is none. A button leaves no words anywhere."""
        if channel_id is None:
            return self.say(language, "place_none")
        if await self._members.dms.is_dm(channel_id):
            return self.say(language, "place_dm")
        where = f"{channel_id}/{message_id}" if message_id is not None else f"{channel_id}"
        return f"https://discord.com/channels/{guild_id}/{where}"

    async def dm(self, incident: Incident, channel_id: int) -> tuple[str, discord.Embed | None] | None:
        """How a DM that paged somebody reads now: what it says, and the card under it; None for any other channel."""
        reader = await self._members.dms.owner(channel_id)
        if reader is None:
            return None
        facts = await self.facts(incident)
        if incident.state is IncidentState.OPEN:
            return self.dm_page(incident, facts), None
        if incident.state is IncidentState.RESOLVED:
            key = "dm_over"
        else:
            key = "dm_yours" if incident.acknowledged_by == reader else "dm_taken"
        return self.say(facts.language, key), await self._embed(incident, facts)

    def dm_page(self, incident: Incident, facts: Facts) -> str:
        """The words of a page by DM."""
        tier, since = self.say(facts.language, f"tier_{incident.tier.value}"), timestamp(incident.opened_at, "f")
        values = {"tier": tier, "name": facts.name, "group": facts.group, "since": since, "link": facts.link}
        return self.say(facts.language, "dm_page", **values)

    async def card(self, incident: Incident, step: str = "") -> tuple[discord.Embed, SafeView]:
        """The card of an open or taken incident, with the buttons that still make sense."""
        facts = await self.facts(incident)
        embed = await self._embed(incident, facts)
        if step.isdecimal():  # a card that waits quietly is of no step
            number = self.say(facts.language, "card_step", step=int(step) + 1)
            embed.set_footer(text=f"{incident.code} · {number}")
        return embed, self.buttons(incident, facts.language)

    def plainly(self, incident: Incident, people: Sequence[int] = (), channel_id: int | None = None) -> Post:
        """A page that asks nobody for anything: for when what the card says of the person cannot be looked up."""
        who = " ".join(f"<@{person}>" for person in people)
        said = f"{who} {self.say('en', 'page_not_drawn', code=incident.code)}".strip()
        mentions = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(one) for one in people])
        return Post(content=said, view=self.buttons(incident, "en"), mentions=mentions, channel_id=channel_id)

    def buttons(self, incident: Incident, language: str) -> SafeView:
        """The buttons that make sense as the incident stands. `Open` only where there are private pages."""
        danger, plain = discord.ButtonStyle.danger, discord.ButtonStyle.secondary
        verbs = {
            IncidentState.OPEN: {"acknowledge": ("ack", danger), "resolve": ("resolve", plain), **_ESCALATE},
            IncidentState.ACKNOWLEDGED: {
                "still_with_it": ("still", plain),
                "resolve": ("resolve", plain),
                "hand_over": ("hand", plain),
                **_ESCALATE,
            },
            IncidentState.RESOLVED: {"reopen": ("reopen", plain)},
        }[incident.state]
        if self.oncall.links is not None:
            verbs = {**verbs, "open": ("open", plain)}
        return SafeView(
            [
                Button(self.button(language, key), "incident", verb, incident.id, style)
                for key, (verb, style) in verbs.items()
            ]
        )

    def reasons(self, incident: Incident, language: str) -> str:
        """The names of the reasons, in plain words; never anybody's own."""
        known = self._content.texts.keys
        keys = [f"reason_{one.replace('-', '_')}" for one in incident.categories]
        named = [key if f"oncall.{key}" in known else "reason_unknown" for key in keys]
        return ", ".join(dict.fromkeys(self.say(language, key) for key in named))

    async def _embed(self, incident: Incident, facts: Facts) -> discord.Embed:
        tier = self.say(facts.language, f"tier_{incident.tier.value}")
        values = {"tier": tier, "name": facts.name, "group": facts.group, "link": facts.link}
        values["since"] = timestamp(incident.opened_at, "f")
        match incident.state:
            case IncidentState.ACKNOWLEDGED:
                title, body, colour = "acknowledged_title", "acknowledged_body", CALM
                values |= {"staff": f"<@{incident.acknowledged_by}>", "at": timestamp(incident.acknowledged_at)}
            case IncidentState.RESOLVED:
                title, body, colour = "resolved_title", "resolved_body", CALM
                values |= {"staff": f"<@{incident.resolved_by}>", "at": timestamp(incident.resolved_at)}
            case IncidentState.OPEN if incident.tier.value == "page":
                title, body, colour = "page_title", "unread_body" if incident.unread else "page_body", URGENT
            case _:
                title, body, colour = "notify_title", "notify_body", QUIET
                values["deadline"] = timestamp(incident.next_escalation_at)
        embed = discord.Embed(
            title=self.say(facts.language, title, **values)[:256],
            description=self.say(facts.language, body, **values),
            colour=colour,
        )
        embed.set_footer(text=incident.code)
        if reasons := self.reasons(incident, facts.language):
            # A field: the card is known by what does not change, and more reasons may come while it is on its way.
            embed.add_field(name=self.say(facts.language, "field_reasons"), value=reasons[:1024], inline=False)
        return embed


class PageCard(QuietKind):
    """The card in #on-call, which mentions those whom the step pages."""

    name = "oncall.card"
    only_looks = True

    def __init__(self, cards: Cards, places: Places, outbox: Outbox) -> None:
        self._cards, self._places, self._outbox = cards, places, outbox

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The card, where nobody has taken the incident yet. The channel is looked up now: it may be a new one."""
        incident = await self._cards.oncall.find(int(delivery.arguments["incident"]))
        if incident.state is not IncidentState.OPEN:
            return Withdrawn()
        people = [int(one) for one in str(delivery.arguments["people"]).split()][:MENTIONED_AT_MOST]
        channel_id = await self._places.channel(delivery.guild_id, _place_of(delivery))
        try:
            embed, view = await self._cards.card(incident, str(delivery.arguments["step"]))
            facts = await self._cards.facts(incident)
        except Exception:
            if delivery.attempts <= DRAWN_WITHIN:
                raise
            log.exception("oncall.card_not_drawn", incident=incident.id)
            return self._cards.plainly(incident, people, channel_id)
        who = " ".join(f"<@{person}>" for person in people)
        if delivery.arguments["step"] not in {"0", "notify"}:
            at_once = (delivery.due_at - incident.paging_since).total_seconds() < 1
            key = "nobody_reachable_at_all" if not who else "nobody_on_shift" if at_once else "escalated"
            who = self._cards.say(facts.language, key, **({"who": who} if who else {}))
        if (now - delivery.due_at).total_seconds() > 60:
            late = self._cards.say(facts.language, "late_page", due=timestamp(delivery.due_at, "f"))
            embed.add_field(name="\u200b", value=late)  # a field: the card is known by what does not change
        mentions = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(one) for one in people])
        return Post(
            content=who.strip(),
            embed=embed,
            view=view,
            mentions=mentions,
            plain=f"{who} {facts.link} {incident.code}",
            channel_id=channel_id,
        )

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Note it; and where it was taken while the card was on its way, have the card say so."""
        del now
        await note_end(self._cards, session, delivery, "card")
        await catch_up(self._cards, session, delivery, receipt)

    async def arrived_late(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """As ``sent``: it was called off, and is there."""
        await self.sent(session, delivery, receipt, now)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """#on-call is gone or closed to us: until it is back, the card stands in #staff-room. It is said only once."""
        await note_end(self._cards, session, delivery, "card", outcome)
        room = await self._places.channel(delivery.guild_id, STAFF_ROOM)
        if room is None or delivery.channel_id == room or outcome not in {Outcome.TARGET_GONE, Outcome.NO_ACCESS}:
            return
        instead = Draft(
            kind=self.name,
            lane=Lane.CRISIS,
            dedupe_key=f"{delivery.dedupe_key}:staff-room",
            guild_id=delivery.guild_id,
            channel_id=room,
            due_at=now,
            subject=delivery.subject,
            arguments={**delivery.arguments, "place": STAFF_ROOM},
        )
        await self._outbox.put(session, [instead])


def _place_of(delivery: Delivery) -> ObjectKey:
    """In which of the programme's channels a card belongs."""
    return ObjectKey(str(delivery.arguments.get("place") or ON_CALL))


class PageDm(QuietKind):
    """The page by DM."""

    name = "oncall.dm"
    only_looks = True
    gives_up_on = frozenset({Outcome.REFUSED, Outcome.TARGET_GONE})

    def __init__(self, cards: Cards) -> None:
        self._cards = cards

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The DM, where nobody has taken the incident yet."""
        del now
        incident = await self._cards.oncall.find(int(delivery.arguments["incident"]))
        if incident.state is not IncidentState.OPEN:
            return Withdrawn()
        try:
            facts = await self._cards.facts(incident)
            _, view = await self._cards.card(incident)
        except Exception:
            if delivery.attempts <= DRAWN_WITHIN:
                raise
            log.exception("oncall.dm_not_drawn", incident=incident.id)
            return self._cards.plainly(incident)
        body = self._cards.dm_page(incident, facts)
        return Post(content=body, view=view, plain=f"{facts.link} {incident.code}")

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Note it; and where it was taken while the DM was on its way, have the DM say so."""
        del now
        await note_end(self._cards, session, delivery, "dm")
        await catch_up(self._cards, session, delivery, receipt)

    async def arrived_late(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """As ``sent``: it was called off, and is there."""
        await self.sent(session, delivery, receipt, now)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """Nobody is reached by this road; where none of the step is left, the next step does not wait."""
        await note_end(self._cards, session, delivery, "dm", outcome)
        await self._cards.oncall.unreachable(session, int(delivery.arguments["incident"]), now)


async def note_end(
    cards: Cards, session: Session, delivery: Delivery, road: str, outcome: Outcome | None = None
) -> None:
    """Have the timeline say how an attempt ended; ``outcome`` is why it was not delivered. Once for each, and why."""
    incident, why = int(delivery.arguments["incident"]), outcome.value if outcome else None
    occasion = f"delivery:{delivery.id}:{why or 'delivered'}"
    await cards.oncall.road_ended(session, incident, road, delivery.user_id, outcome is None, why, occasion)


async def catch_up(cards: Cards, session: Session, delivery: Delivery, receipt: Receipt) -> None:
    """Have a card that has just arrived say how its incident stands, where that changed on the way."""
    if receipt.channel_id is not None and receipt.message_id is not None:
        incident = int(delivery.arguments["incident"])
        await cards.oncall.edit_late_card(session, incident, (receipt.channel_id, receipt.message_id))
