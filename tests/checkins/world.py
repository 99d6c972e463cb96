"""A small house without Discord: a real SQLite, the real services and outbox, and a wall in Discord's place."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import discord
from sqlalchemy import select

from bot.access.audit import Audit
from bot.checkins.service import Answer, Audience, CheckinPlanner, CheckinPosting, CheckinService, Feeling, ReachOut
from bot.content import Content
from bot.coping.service import CopingService, SkillPlanner
from bot.crisis.detector import Detector
from bot.crisis.service import CrisisService
from bot.db import Base, Database, KeyRing
from bot.delivery.kinds import Deed, Kinds, Post, Receipt
from bot.delivery.records import Delivery, DeliveryRow
from bot.delivery.rules import Outcome
from bot.delivery.service import Outbox
from bot.delivery.transport import IsKnown, RefusedForGoodError
from bot.intake.service import Heard, Intake
from bot.members.service import MemberService
from bot.oncall.service import OnCallService
from bot.program import layout
from bot.program import records as program_records
from bot.program.actions import ObjectRef
from bot.program.layout import ObjectKey, ObjectKind
from bot.program.schema import Programme
from bot.program.service import ProgrammeService
from bot.timing import ManualClock
from bot.ui.checkin_rounds import CheckinClosing, CheckinNudge, CheckinRoll, StaffLineGone, StaffTask, StaffTaskDone
from bot.ui.checkins import CheckinCard, CheckinPost, CheckinStaffLine, CheckinThread, CheckinUnpost
from bot.ui.coping import SkillPost
from bot.ui.members import StaffLine
from bot.ui.places import Places

GUILD = 123
RIVERA, CHEN = 111, 112
ALEX, BEA, JO, SAM = 201, 202, 203, 204
MONDAY_MORNING = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""07:00 in New York, on a Monday without a clock change near."""

PROGRAMME: dict[str, Any] = {
    "program": {"name": "Riverside IOP", "timezone": "America/New_York", "country": "US", "languages": ["en", "es"]},
    "staff": [str(RIVERA), str(CHEN)],
    "groups": [
        {"key": "morning", "name": "Morning IOP", "track": "iop"},
        {"key": "evening", "name": "Evening IOP", "track": "iop"},
        {"key": "family", "name": "Families", "track": "family"},
    ],
    "checkins": [
        {"group": "morning", "days": ["mon", "tue", "wed", "thu", "fri"], "time": "09:00", "window": "12h"},
        {"group": "evening", "days": ["mon"], "time": "18:00", "window": "3h"},
    ],
    "prompts": [{"group": "morning", "time": "08:30"}, {"group": "family", "time": "10:00"}],
    "oncall": {"rota": {"handoff": "mon 09:00", "people": [str(RIVERA)]}, "backup": [str(CHEN)]},
}
CONTENT = Content.load()
DETECTOR = Detector.load()


def programme(**changes: Any) -> Programme:  # sections of a programme file, as the file has them
    return Programme.model_validate({**PROGRAMME, **changes})


@dataclass
class Wall:
    """Where messages are put, in place of Discord. A channel in ``gone`` takes none."""

    posted: list[tuple[int, Post]] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    ids: Iterator[int] = field(default_factory=lambda: count(900_001))

    async def post(self, delivery: Delivery, post: Post) -> Receipt:
        channel = delivery.channel_id
        if channel is None:
            raise RefusedForGoodError(Outcome.DM_CLOSED)
        if channel in self.gone:
            raise RefusedForGoodError(Outcome.TARGET_GONE)
        self.posted.append((channel, post))
        return Receipt(channel, next(self.ids))

    async def do(self, delivery: Delivery, deed: Deed) -> Receipt:
        del delivery
        return await deed.run()

    async def look_up(self, delivery: Delivery, post: Post, since: datetime, is_known: IsKnown) -> Receipt | None:
        del delivery, post, since, is_known
        return None

    def texts(self, channel: int) -> list[str]:
        return [post.content for at, post in self.posted if at == channel]

    def embeds(self, channel: int) -> list[discord.Embed]:
        return [post.embed for at, post in self.posted if at == channel and post.embed is not None]


class Threads(Places):
    """Opens threads on the wall: one on a message has the message's own id, as on Discord."""

    def __init__(self, programmes: ProgrammeService) -> None:
        super().__init__(discord.Client(intents=discord.Intents.none()), programmes)
        self.names: dict[int, str] = {}

    async def thread_on(self, channel_id: int, message_id: int, name: str) -> int:
        del channel_id
        self.names[message_id] = name
        return message_id


class Asleep:
    """What discord.py reads of a response in which Discord refuses, because the thread is archived."""

    status, reason = 400, "Bad Request"


class Gone:
    """And where the message is not there any more."""

    status, reason = 404, "Not Found"


class Eraser(discord.Client):
    """Takes messages off the wall. In a thread that is ``asleep`` nothing can be deleted until it is woken."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.none())
        self.deleted: list[tuple[int, int]] = []
        self.asleep: set[int] = set()
        self.http.delete_message = self._delete  # type: ignore[method-assign,assignment]  # a request of these tests
        self.edited: list[tuple[int, dict[str, Any]]] = []
        self.missing: set[int] = set()
        self.http.edit_message = self._edit  # type: ignore[method-assign,assignment]  # and the one for edits
        self.http.edit_channel = self._wake  # type: ignore[method-assign,assignment]  # and the other one

    async def _delete(self, channel_id: int, message_id: int) -> None:
        if channel_id in self.asleep:
            raise discord.HTTPException(Asleep(), {"code": 50083, "message": ""})  # type: ignore[arg-type]  # all it reads of one
        self.deleted.append((channel_id, message_id))

    async def _edit(self, channel_id: int, message_id: int, *, params: Any) -> dict[str, Any]:  # as discord.py calls it
        if message_id in self.missing:
            raise discord.NotFound(Gone(), {"code": 10008, "message": ""})  # type: ignore[arg-type]  # all it reads of one
        self.edited.append((message_id, params.payload))
        return {
            "id": message_id,
            "channel_id": channel_id,
            "author": {"id": 1, "username": "handrail", "discriminator": "0", "avatar": None},
            "content": "",
            "edited_timestamp": None,
            "type": 0,
            **dict.fromkeys(("pinned", "mention_everyone", "tts"), False),
            **{name: [] for name in ("embeds", "attachments", "mentions", "mention_roles", "components")},
        }

    def says(self, message_id: int) -> str:
        """What a message says after its last edit."""
        payload = next(payload for message, payload in reversed(self.edited) if message == message_id)
        return str(payload.get("content") or payload["embeds"][0]["description"])

    async def _wake(self, channel_id: int, *, archived: bool) -> None:
        assert not archived
        self.asleep.discard(channel_id)


class World:
    """The services, put together as the composition root does it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = ManualClock(MONDAY_MORNING)
        self.wall = Wall()
        self.eraser = Eraser()
        kinds = Kinds()
        self.outbox = Outbox(database, self.clock, self.wall, kinds)
        self.programmes = ProgrammeService(database, self.clock)
        self.members = MemberService(database, self.clock, CONTENT, self.outbox, self.programmes)
        self.oncall = OnCallService(database, self.clock, self.outbox, self.programmes, self.members)
        crisis = CrisisService(
            DETECTOR, database, self.clock, CONTENT, self.outbox, self.programmes, self.members, self.oncall
        )
        self.places = Threads(self.programmes)
        self.posting = CheckinPosting(
            database, self.clock, self.outbox, self.members, self.programmes, Audit(database, self.clock)
        )
        self.checkins = CheckinService(
            database,
            self.clock,
            CONTENT,
            self.outbox,
            self.members,
            self.posting,
            programmes=self.programmes,
            intake=Intake(crisis),
            crisis=crisis,
        )
        self.planner = CheckinPlanner(database, self.clock, self.outbox, self.programmes)
        self.coping = CopingService(database, self.clock, CONTENT, self.members, self.programmes)
        self.skill_planner = SkillPlanner(database, self.clock, self.outbox, self.programmes)
        for kind in (
            CheckinCard(self.posting, CONTENT),
            CheckinThread(self.posting, CONTENT, self.places),
            CheckinPost(self.posting, CONTENT),
            CheckinStaffLine(self.posting, CONTENT),
            CheckinUnpost(self.posting, self.eraser),
            CheckinClosing(self.posting, CONTENT, self.eraser),
            CheckinRoll(self.posting, CONTENT),
            CheckinNudge(self.posting, CONTENT),
            StaffTask(self.posting, CONTENT, self.places),
            StaffTaskDone(self.posting, CONTENT, self.eraser),
            StaffLineGone(self.posting, CONTENT, self.eraser),
            SkillPost(self.coping, CONTENT),
            StaffLine(self.members, self.programmes, CONTENT, self.places),
        ):
            kinds.add(kind)

    async def furnish(self) -> None:
        """Tables, the programme, its channels, and Alex and Bea in the morning group, Jo in the evening one."""
        async with self.database.write() as session:
            await (await session.connection()).run_sync(Base.metadata.create_all)
        await self.programmes.adopt(programme(), GUILD)
        keys = [layout.STAFF_ROOM, layout.ON_CALL]
        for group in programme().groups:
            keys += [layout.check_in_key(group.key), layout.coping_key(group.key)]
        async with self.database.write() as session:
            for number, key in enumerate(keys):
                ref = ObjectRef(ObjectKind.CHANNEL, key)
                await program_records.remember_object(session, GUILD, ref, 5000 + number)
        for user, name, in_group in ((ALEX, "Alex", "morning"), (BEA, "Bea", "morning"), (JO, "Jo", "evening")):
            await self.enrol(user, name, in_group)
        await self.deliver()

    async def enrol(self, user: int, name: str, group: str) -> None:
        invited = await self.members.enrol(GUILD, user, name, group, RIVERA)
        await self.members.answer_notice(invited.membership_id, user, agreed=True)

    async def channel(self, key: ObjectKey) -> int:
        found = await self.programmes.object_id(GUILD, ObjectKind.CHANNEL, key)
        assert found is not None
        return found

    async def deliver(self) -> None:
        """Send everything that is due, and what follows from it."""
        while await self.outbox.start_due():
            await asyncio.gather(*(task for tasks in self.outbox._under_way.values() for task in tasks))

    async def plan(self, hours: float = 36) -> None:
        """Plan the check-ins of the coming hours."""
        await self.planner.plan(self.clock.now(), self.clock.now() + timedelta(hours=hours))

    async def until(self, instant: datetime) -> None:
        """Move the clock there and send what is due then."""
        self.clock.set(instant)
        await self.deliver()

    async def rows(self, kind: str) -> list[DeliveryRow]:
        async with self.database.read() as session:
            query = select(DeliveryRow).where(DeliveryRow.kind == kind).order_by(DeliveryRow.id)
            return list(await session.scalars(query))


def answer(user: int, day: int | None = None, *, key: str = "1", **changes: Any) -> Answer:  # fields of Answer
    fields = {
        "guild_id": GUILD,
        "user_id": user,
        "channel_id": None,
        "day_id": day,
        "feeling": Feeling.HEAVY,
        "words": "",
        "audience": Audience.GROUP,
        "reach_out": ReachOut.NO,
        "key": f"checkin:{user}:{key}",
    }
    return Answer(**{**fields, **changes})


async def submit(world: World, given: Answer) -> tuple[Heard, str | None, Any]:
    """What the door does with a form, in its order."""
    heard = await world.checkins.hear(given)
    arranged = await world.checkins.reach(given)
    return heard, arranged, await world.checkins.keep(given, heard)


def as_stored(folder: Path) -> bytes:
    """The database as it lies on the disk, write-ahead log included."""
    return b"".join(file.read_bytes() for file in folder.glob("handrail.db*"))


KEYS = KeyRing([bytes(range(32))])
FILE = "handrail.db"


def url_in(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / FILE}"


async def furnish_in(folder: Path) -> None:
    """Furnish a house once and leave its file in ``folder``, to be copied for each test."""
    database = await Database.open(url_in(folder), KEYS)
    try:
        await World(database).furnish()
    finally:
        await database.close()


@asynccontextmanager
async def a_world(furnished: Path, folder: Path) -> AsyncIterator[World]:
    """A house of one's own, from the furnished one."""
    shutil.copy(furnished / FILE, folder / FILE)
    database = await Database.open(url_in(folder), KEYS)
    try:
        yield World(database)
    finally:
        await database.close()
