"""The rooms that sessions stand on, for real, over a real file; Discord is the other side of one small interface."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import discord
from sqlalchemy import select

from bot.content import Content
from bot.db import Database
from bot.delivery.kinds import Deed, Kinds, Post, Receipt
from bot.delivery.records import Delivery, DeliveryRow
from bot.delivery.rules import Outcome
from bot.delivery.service import Outbox
from bot.delivery.transport import IsKnown, RefusedForGoodError
from bot.members.records import MemberRow, MembershipRow
from bot.members.service import MemberService, MembershipState
from bot.program import records as program_records
from bot.program.actions import ObjectRef
from bot.program.layout import STAFF_ROOM, ObjectKind, check_in_key
from bot.program.schema import Programme
from bot.program.service import ProgrammeService
from bot.sessions.service import SessionPlanner, SessionService
from bot.timing import ManualClock
from bot.ui.places import Places
from bot.ui.sessions import SessionReminder, SessionStaffLine

GUILD, CHECK_IN, STAFF_CHANNEL = 700, 701, 702
ALEX, BEA, JO, SAM = 101, 102, 103, 104
MONDAY = datetime(2026, 10, 26, 22, tzinfo=UTC)
"""18:00 in New York, when the evening group starts."""

FACTS = {"name": "Riverside IOP", "timezone": "America/New_York", "country": "US"}
GROUPS = [{"key": "evening", "name": "Evening IOP", "track": "iop"}, {"key": "kin", "name": "Kin", "track": "family"}]
SESSION = {
    "key": "evening-group",
    "group": "evening",
    "title": "Evening group",
    "starts": "2026-10-26T18:00",
    "duration": "3h",
    "rrule": "FREQ=WEEKLY;BYDAY=MO,WE",
    "where": "Room 2",
    "link": "https://example.org/room",
    "reminders": ["24h", "1h", "10m"],
}


def programme(*sessions: Mapping[str, object], timezone: str = "America/New_York") -> Programme:
    """A programme with these sessions, or with the evening group."""
    held = sessions or (SESSION,)
    return Programme.model_validate(
        {"program": {**FACTS, "timezone": timezone}, "groups": GROUPS, "sessions": held, "staff": ["900"]}
    )


@dataclass(frozen=True)
class Said:
    """One message that arrived."""

    channel_id: int | None
    user_id: int | None
    content: str
    buttons: tuple[str, ...]
    mentioned: tuple[int, ...]


@dataclass
class Paper:
    """Where messages arrive: a transport that takes them down, and refuses the DMs of those who have closed theirs."""

    closed: set[int] = field(default_factory=set)
    said: list[Said] = field(default_factory=list)

    async def post(self, delivery: Delivery, post: Post) -> Receipt:
        if delivery.channel_id is None and delivery.user_id in self.closed:
            raise RefusedForGoodError(Outcome.DM_CLOSED)
        items = post.view.children if post.view else []
        buttons = tuple(str(item.custom_id) for item in items if isinstance(item, discord.ui.Button))
        users = post.mentions.users
        mentioned = tuple(user.id for user in users) if isinstance(users, list | tuple) else ()
        self.said.append(Said(delivery.channel_id, delivery.user_id, post.content, buttons, mentioned))
        return Receipt(delivery.channel_id or delivery.user_id, 5000 + len(self.said))

    async def do(self, delivery: Delivery, deed: Deed) -> Receipt:
        raise AssertionError(delivery.kind, deed)

    async def look_up(self, delivery: Delivery, post: Post, since: datetime, is_known: IsKnown) -> Receipt | None:
        del delivery, post, since, is_known
        return None  # nothing is lost on the way to paper


class House:
    """A programme, its members, and the time."""

    def __init__(self, database: Database, content: Content, now: datetime) -> None:
        self.database, self.content, self.clock = database, content, ManualClock(now)
        self.paper, self.kinds = Paper(), Kinds()
        self.programmes = ProgrammeService(database, self.clock)
        self.outbox = Outbox(database, self.clock, self.paper, self.kinds, jitter=lambda: 0.5)
        self.members = MemberService(database, self.clock, content, self.outbox, self.programmes)
        self.sessions = SessionService(database, self.clock, content, self.outbox, self.programmes, self.members)
        self.planner = SessionPlanner(database, self.clock, self.outbox, self.programmes, self.members)
        places = Places(discord.Client(intents=discord.Intents.none()), self.programmes)
        self.kinds.add(SessionReminder(self.sessions, self.outbox, content, places))
        self.kinds.add(SessionStaffLine(self.sessions, content))

    async def open(self, running: Programme) -> None:
        """Run a programme, whose channels are there already."""
        await self.programmes.adopt(running, GUILD)
        async with self.database.write() as session:
            for key, channel in ((check_in_key("evening"), CHECK_IN), (STAFF_ROOM, STAFF_CHANNEL)):
                await program_records.remember_object(session, GUILD, ObjectRef(ObjectKind.CHANNEL, key), channel)

    async def has(self, user_id: int, name: str, *, group: str = "evening", language: str = "en") -> None:
        """Somebody who has agreed to the notice."""
        now = self.clock.now()
        async with self.database.write() as session:
            session.add(
                MemberRow(
                    guild_id=GUILD, user_id=user_id, chosen_name=name, language=language, reminders=True, created_at=now
                )
            )
        await self.joins(user_id, group)

    async def joins(self, user_id: int, group: str) -> None:
        """A member agrees to the notice of a group."""
        now = self.clock.now()
        async with self.database.write() as session:
            session.add(
                MembershipRow(
                    guild_id=GUILD,
                    user_id=user_id,
                    group_key=group,
                    state=MembershipState.ACTIVE,
                    invited_by=900,
                    invited_at=now,
                    changed_at=now,
                )
            )

    async def plan(self) -> None:
        """What the heart does every few minutes."""
        now = self.clock.now()
        await self.planner.plan(now - timedelta(hours=26), now + timedelta(hours=36))

    async def until(self, moment: datetime) -> list[Said]:
        """Let time pass to ``moment``, by the reminders on the way; what was said meanwhile."""
        before = len(self.paper.said)
        while True:
            nearest = await self.outbox.nearest()
            self.clock.set(max(self.clock.now(), min(nearest or moment, moment)))
            await self._send()
            if self.clock.now() >= moment:
                return self.paper.said[before:]

    async def jump(self, moment: datetime) -> list[Said]:
        """Let time pass while nothing runs, as in an outage, then plan and send."""
        before = len(self.paper.said)
        self.clock.set(moment)
        await self.plan()
        await self._send()
        return self.paper.said[before:]

    async def _send(self) -> None:
        while await self.outbox.start_due():
            under_way = [task for tasks in self.outbox._under_way.values() for task in tasks]
            await asyncio.gather(*under_way)

    async def rows(self) -> list[DeliveryRow]:
        """The outbox, oldest first."""
        async with self.database.read() as session:
            return list((await session.scalars(select(DeliveryRow).order_by(DeliveryRow.id))).all())
