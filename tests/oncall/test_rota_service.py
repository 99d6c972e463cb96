"""The rota on a real database: what is kept of it, what a change of the file does, and who may answer."""

import json
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text

from bot.content import Content
from bot.db import Database
from bot.db.keys import find_keys
from bot.db.migrate import configuration
from bot.delivery.service import Deed, Delivery, Kinds, Outbox, Post, Receipt
from bot.delivery.transport import IsKnown
from bot.errors import NotFoundError, TimingError
from bot.members.service import MemberService
from bot.oncall.calendar import calendar_of
from bot.oncall.rota import Layer, Stretch, Why
from bot.oncall.rota_service import Change, Problem, Refusal, RotaService
from bot.oncall.spoken import moment_of
from bot.program.schema import Programme
from bot.program.service import ProgrammeService
from bot.timing import ManualClock, zone

GUILD, ANNE, BEN, CARA = 900, 111, 222, 333
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # a Wednesday
NEW_YORK = zone("America/New_York")


def programme(people: list[int], handoff: str = "mon 09:00", **oncall: object) -> Programme:
    said = {"rota": {"handoff": handoff, "people": [str(one) for one in people]}, **oncall}
    facts = {"name": "Riverside", "timezone": "America/New_York", "country": "US"}
    staff = [str(one) for one in (ANNE, BEN, CARA)]
    return Programme.model_validate({"program": facts, "staff": staff, "oncall": said})


class Desk:
    """The rota's service, and a programme file to change."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, ManualClock(NOW)
        outbox = Outbox(database, self.clock, Silence(), Kinds())
        self.programmes = ProgrammeService(database, self.clock)
        members = MemberService(database, self.clock, Content.load(), outbox, self.programmes)
        self.rota = RotaService(database, self.clock, outbox, self.programmes, members)

    async def apply(self, people: list[int], handoff: str = "mon 09:00", **oncall: object) -> None:
        await self.programmes.adopt(programme(people, handoff, **oncall), GUILD)
        await self.rota.shift(GUILD)

    async def who(self, **ahead: float) -> int | None:
        return (await self.rota.shift(GUILD, self.clock.now() + timedelta(**ahead))).person

    async def gaps(self, days: float) -> list[tuple[int | None, Problem]]:
        now = self.clock.now()
        return [(gap.person, gap.problem) for gap in await self.rota.gaps(GUILD, now, now + timedelta(days=days))]


class Silence:
    """Discord's side, which nothing here reaches."""

    async def post(self, delivery: Delivery, post: Post) -> Receipt:
        raise AssertionError

    async def do(self, delivery: Delivery, deed: Deed) -> Receipt:
        raise AssertionError

    async def look_up(self, delivery: Delivery, post: Post, since: datetime, is_known: IsKnown) -> Receipt | None:
        raise AssertionError


@pytest.fixture
async def desk(tmp_path: Path, template: Path) -> AsyncIterator[Desk]:
    for file in template.iterdir():
        shutil.copy2(file, tmp_path / file.name)
    url = f"sqlite+aiosqlite:///{tmp_path / 'handrail.db'}"
    database = await Database.open(url, find_keys(url, None))
    yield Desk(database)
    await database.close()


# -- a changed file ----------------------------------------------------------------------------------------------------


async def test_a_changed_list_leaves_this_turn_to_whoever_has_it(desk: Desk) -> None:
    await desk.apply([ANNE, BEN])
    desk.clock.advance(days=7)
    assert await desk.who() == BEN
    await desk.apply([CARA, ANNE, BEN])
    assert [await desk.who(days=7 * week) for week in range(4)] == [BEN, CARA, ANNE, BEN]
    await desk.apply([CARA, ANNE, BEN], "09:00")
    assert [await desk.who(days=day) for day in range(4)] == [BEN, CARA, ANNE, BEN]
    await desk.apply([ANNE, CARA], "09:00")
    assert [await desk.who(days=day) for day in range(3)] == [ANNE, CARA, ANNE]


async def test_the_turns_are_counted_alike_by_another_process_and_after_a_restart(desk: Desk) -> None:
    await desk.apply([ANNE, BEN])
    desk.clock.advance(days=16)
    assert await desk.who() == await Desk.who(other := Desk(desk.database), days=16) == ANNE
    assert await other.rota.handovers(GUILD, NOW - timedelta(days=30), NOW + timedelta(days=13)) == [
        datetime(2026, 11, 30, 14, tzinfo=UTC),
        datetime(2026, 12, 7, 14, tzinfo=UTC),
    ], "and none before the list came to be"


async def test_what_was_kept_before_there_were_layers_goes_on(desk: Desk) -> None:
    """The anchor as the migration carries it over: without its hand-over."""
    begun = NOW - timedelta(days=7)
    async with desk.database.write() as session:
        connection = await session.connection()
        await connection.execute(
            text("INSERT INTO rota_layers (guild_id, layer, people, anchor) VALUES (:guild, 'primary', :people, :at)"),
            {
                "guild": GUILD,
                "people": json.dumps([ANNE, BEN]),
                "at": begun.isoformat(sep=" ", timespec="microseconds"),
            },
        )
    await desk.apply([ANNE, BEN])
    assert [await desk.who(days=7 * week) for week in range(3)] == [BEN, ANNE, BEN]


async def test_the_migration_carries_what_was_kept_over_and_back(desk: Desk) -> None:
    anchor = [(GUILD, f"[{ANNE}, {BEN}]", "2026-11-18 12:00:00.000000+00:00")]

    def over_and_back(connection: Connection) -> None:
        command.downgrade(configuration(connection), "0004")
        connection.execute(
            text("INSERT INTO rota_anchors VALUES (:guild, :people, :at)"),
            dict(zip(("guild", "people", "at"), anchor[0], strict=True)),
        )
        command.upgrade(configuration(connection), "0005")
        found = connection.execute(text("SELECT guild_id, people, anchor FROM rota_layers WHERE layer = 'primary'"))
        assert [tuple(row) for row in found] == anchor
        command.downgrade(configuration(connection), "0004")
        assert [tuple(row) for row in connection.execute(text("SELECT * FROM rota_anchors"))] == anchor
        command.upgrade(configuration(connection), "head")

    async with desk.database.write() as session:
        await (await session.connection()).run_sync(over_and_back)


# -- changes -----------------------------------------------------------------------------------------------------------


async def test_overrides_and_times_off_overlap_as_they_should(desk: Desk) -> None:
    await desk.apply([ANNE, BEN, CARA])
    rota = desk.rota
    await rota.time_off(GUILD, ANNE, ANNE, NOW, NOW + timedelta(hours=10))
    await rota.time_off(GUILD, ANNE, BEN, NOW + timedelta(hours=2), NOW + timedelta(hours=4))
    first = await rota.override(GUILD, ANNE, ANNE, 6)
    assert isinstance(first, Change)
    assert await desk.who(hours=5) == ANNE, "an override goes before a time off"
    second = await rota.override(GUILD, CARA, CARA, 1)
    assert isinstance(second, Change)
    assert [await desk.who(hours=hour) for hour in (0, 1)] == [CARA, ANNE]
    await rota.cancel(first.id, BEN)
    assert [await desk.who(hours=hour) for hour in (0, 1, 3, 5, 10)] == [CARA, BEN, CARA, BEN, ANNE]
    _, is_first = await rota.cancel(first.id, BEN)
    assert not is_first
    kept = await rota.changes(GUILD, NOW)
    assert [(one.person_id, one.set_by, one.cancelled_by) for one in kept] == [
        (ANNE, ANNE, None),
        (BEN, ANNE, None),
        (ANNE, ANNE, BEN),
        (CARA, CARA, None),
    ]


async def test_a_shift_is_taken_until_its_end_and_only_where_there_is_one(desk: Desk) -> None:
    await desk.apply([ANNE, BEN])
    taken = await desk.rota.take(GUILD, CARA)
    assert isinstance(taken, Change)
    assert (taken.starts_at, taken.ends_at) == (NOW, datetime(2026, 11, 30, 14, tzinfo=UTC))
    assert await desk.rota.take(GUILD, CARA) is Refusal.YOURS_ALREADY
    assert await desk.rota.take(GUILD, BEN, NOW - timedelta(days=8), NOW - timedelta(days=1)) is Refusal.OVER
    await desk.apply([])
    desk.clock.advance(days=9)
    assert await desk.rota.take(GUILD, CARA) is Refusal.NO_ROTA


async def test_a_change_that_does_not_exist_cannot_be_cancelled(desk: Desk) -> None:
    await desk.apply([ANNE])
    with pytest.raises(NotFoundError):
        await desk.rota.cancel(7, ANNE)


# -- who would answer --------------------------------------------------------------------------------------------------


async def test_what_is_wrong_with_somebody_on_the_rota(desk: Desk) -> None:
    await desk.apply([ANNE, BEN, CARA], "09:00", backup=[str(CARA)])
    assert await desk.gaps(14) == []
    desk.rota.is_there = lambda _guild_id, person: person != BEN
    assert await desk.gaps(3) == [(BEN, Problem.NOT_THERE)]
    assert await desk.rota.absentees(GUILD) == {BEN: Problem.NOT_THERE}

    async def reaches(_guild_id: int, person: int) -> bool:
        return person == ANNE

    desk.rota.reaches = reaches
    assert await desk.gaps(2.5) == [(BEN, Problem.NOT_THERE), (CARA, Problem.NOT_REACHED)]
    assert await desk.rota.absentees(GUILD) == {BEN: Problem.NOT_THERE}, "who is not reached is there all the same"


async def test_somebody_on_the_rota_who_is_staff_no_more_is_a_gap(desk: Desk) -> None:
    stored = programme([ANNE, BEN], "09:00").model_copy(update={"staff": (ANNE, CARA)})
    await desk.programmes.adopt(stored, GUILD)
    assert await desk.gaps(2) == [(BEN, Problem.NOT_STAFF)]
    assert await desk.rota.absentees(GUILD) == {BEN: Problem.NOT_STAFF}


async def test_a_server_without_a_programme_has_nobody(desk: Desk) -> None:
    assert await desk.who() is None
    assert await desk.gaps(14) == []
    assert await desk.rota.absentees(GUILD) == {}
    assert await desk.rota.handovers(GUILD, NOW, NOW + timedelta(days=14)) == []


# -- the calendar, and days as they are typed --------------------------------------------------------------------------


def test_the_calendar_is_in_utc_and_says_nothing_of_anybody() -> None:
    ends_at = NOW + timedelta(days=5)
    turns = [
        (Layer.PRIMARY, Stretch(NOW, ends_at, ANNE, Why.TURN)),
        (Layer.BACKUP, Stretch(NOW, ends_at, ANNE, Why.TURN)),
    ]
    titles = {Layer.PRIMARY: "On call", Layer.BACKUP: "De guardia (relevo)"}
    lines = calendar_of(GUILD, ANNE, turns, titles.__getitem__, NOW).decode().split("\r\n")
    assert lines.count("DTSTART:20261125T120000Z") == 2
    assert lines.count("DTEND:20261130T120000Z") == 2
    assert "SUMMARY:On call" in lines
    assert "SUMMARY:De guardia (relevo)" in lines
    assert len({line for line in lines if line.startswith("UID:")}) == 2
    assert not [line for line in lines if len(line.encode()) > 75]


@pytest.mark.parametrize(
    ("written", "ends", "instant"),
    [
        ("2026-12-24", False, "2026-12-24T05:00"),
        ("2026-12-24", True, "2026-12-25T05:00"),
        ("2026-12-24 18:00", False, "2026-12-24T23:00"),
        ("2026-12-24T18:00", True, "2026-12-24T23:00"),
        ("2027-03-14", True, "2027-03-15T04:00"),  # a day of 23 hours
        ("2026-11-01", True, "2026-11-02T05:00"),  # and one of 25
        ("2027-03-14 02:30", False, "2027-03-14T07:00"),  # which the clock skips
    ],
)
def test_days_and_times_are_the_programmes_own(written: str, ends: bool, instant: str) -> None:
    assert moment_of(written, NEW_YORK, ends=ends) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "tomorrow", "24.12.2026", "2026-13-01", "2026-12-24 25:00", "2026-12-24 9"])
def test_what_is_no_day_is_refused_in_one_sentence(written: str) -> None:
    with pytest.raises(TimingError):
        moment_of(written, NEW_YORK, ends=False)


# -- the file ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("handoff", ["mon 09:00", "09:00", "9:00", "sun 00:00", "23:59"])
def test_a_hand_over_survives_the_database(handoff: str) -> None:
    made = programme([ANNE, BEN], handoff, backup_rota={"handoff": handoff, "people": [str(CARA)]})
    again = Programme.from_stored(made.to_stored())
    assert again.oncall == made.oncall
    assert again.to_stored() == made.to_stored()


@pytest.mark.parametrize("handoff", ["9", "monday 09:00", "25:00", "mon", "", "09:00 mon", "09:00:00"])
def test_what_is_no_hand_over_is_refused(handoff: str) -> None:
    with pytest.raises(ValueError, match="time"):
        programme([ANNE], handoff)
