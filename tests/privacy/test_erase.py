"""Erasing: everywhere, for one person, except what says that it stays; and never a page."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content import Content
from bot.db import Erase
from bot.db.types import Sealed
from bot.delivery.records import DeliveryRow
from bot.delivery.rules import URGENT, Lane, State
from bot.members.service import ROLE
from bot.privacy.records import people_tables
from bot.privacy.rules import SPARED, readable
from bot.privacy.service import ErasureReport, Kept, PrivacyService
from bot.timing import ManualClock
from bot.ui.privacy import erased_text
from tests.privacy.conftest import Archive
from tests.privacy.people import GUILD, NOON, WAITING, everything

TABLES = people_tables()
Rows = Mapping[str, list[dict[str, Any]]]


async def snapshot(archive: Archive) -> Rows:
    async with archive.database.read() as session:
        return await everything(session)


def of(rows: Rows, user_id: int) -> dict[str, list[dict[str, Any]]]:
    return {
        table.table.name: [row for row in rows[table.table.name] if row[table.person.name] == user_id]
        for table in TABLES
    }


async def test_takes_every_row_that_does_not_say_it_stays(archive: Archive) -> None:
    await archive.privacy.erase(archive.alex.user_id, "1")
    left = of(await snapshot(archive), archive.alex.user_id)
    for table in TABLES:
        rows = left[table.table.name]
        sealed = [column.name for column in table.table.columns if isinstance(column.type, Sealed)]
        match table.erase:
            case Erase.DELETE:
                assert [row for row in rows if row.get("kind") != ROLE] == [], table.table.name
            case Erase.BLANK:
                assert [[row[column] for column in sealed] for row in rows] == [[None] * len(sealed)]
            case Erase.KEEP:
                assert len(rows) == 1


async def test_leaves_no_word_of_theirs_in_any_table(archive: Archive) -> None:
    assert archive.alex.canary in json.dumps(await snapshot(archive), default=str)
    await archive.privacy.erase(archive.alex.user_id, "1")
    rows = await snapshot(archive)
    kept = {table.table.name for table in TABLES if table.erase is Erase.KEEP}
    elsewhere = {name: found for name, found in rows.items() if name not in kept}
    assert archive.alex.canary not in json.dumps(elsewhere, default=str)


async def test_leaves_everybody_else_as_they_were(archive: Archive) -> None:
    before = await snapshot(archive)
    await archive.privacy.erase(archive.alex.user_id, "1")
    assert of(await snapshot(archive), archive.bea.user_id) == of(before, archive.bea.user_id)


async def test_reports_what_went_and_what_stays_and_why(archive: Archive) -> None:
    report = await archive.privacy.erase(archive.alex.user_id, "1")
    stays = {table.table.name: table.why for table in TABLES if table.erase is not Erase.DELETE}
    assert {kept.table: kept.why for kept in report.kept} == stays
    assert {one.table for one in report.erased} == {
        table.table.name for table in TABLES if table.erase is not Erase.KEEP
    }
    assert {one.rows for one in report.erased} == {one.rows for one in report.kept} == {1}


async def test_has_the_groups_roles_taken_away(archive: Archive) -> None:
    membership = archive.alex.rows["memberships"]
    report = await archive.privacy.erase(archive.alex.user_id, "77")
    async with archive.database.read() as session:
        rows = list(await session.scalars(select(DeliveryRow).where(DeliveryRow.user_id == archive.alex.user_id)))
    assert [(row.kind, row.state, row.arguments) for row in rows] == [
        (ROLE, State.PENDING, {"group": f"{archive.alex.user_id} group_key", "membership": membership})
    ]
    assert report.groups_left == 1
    # By this the role is taken and not given: the renderer asks what the membership says now.
    assert await archive.members.enrolment(membership) is None


async def test_has_what_was_posted_taken_back_before_the_rows_go(archive: Archive, content: Content) -> None:
    members = next(table.table for table in TABLES if table.table.name == "members")
    asked: list[tuple[int, bool]] = []

    class Room:
        async def take_back(self, session: AsyncSession, user_id: int) -> None:
            theirs = select(func.count()).select_from(members).where(members.c.user_id == user_id)
            asked.append((user_id, await session.scalar(theirs) == 1))

    privacy = PrivacyService(archive.database, ManualClock(NOON), content, archive.outbox, [Room()])
    await privacy.erase(archive.alex.user_id, "1")
    assert asked == [(archive.alex.user_id, True)]


async def test_a_second_time_leaves_the_order_to_take_the_role_alone(archive: Archive) -> None:
    await archive.privacy.erase(archive.alex.user_id, "1")
    again = await archive.privacy.erase(archive.alex.user_id, "2")
    assert again.erased == ()
    assert "deliveries" in {kept.table for kept in again.kept}
    assert again.groups_left == 0
    left = of(await snapshot(archive), archive.alex.user_id)["deliveries"]
    assert [(row["kind"], row["state"]) for row in left] == [(ROLE, State.PENDING)]


async def test_of_somebody_unknown_finds_nothing(archive: Archive) -> None:
    before = await snapshot(archive)
    assert (await archive.privacy.erase(999, "1")).found_nothing
    assert await snapshot(archive) == before


LIVE = {State.PENDING, State.CLAIMED}
ENDS = {State.SENT: {"sent_at": NOON}, State.CLAIMED: {"lease_until": NOON}}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("lane", list(Lane))
async def test_never_swallows_a_page(archive: Archive, lane: Lane, state: State) -> None:
    values: dict[str, Any] = {
        **WAITING,
        "dedupe_key": "a page",
        "kind": "oncall.dm",
        "guild_id": GUILD,
        "user_id": archive.alex.user_id,
        "arguments": {"incident": 1},
        "due_at": NOON,
        "next_at": NOON,
        "created_at": NOON,
        "nonce": "a nonce",
        "attempts": 0,
        "fence": 0,
        "lane": lane.value,
        "state": state.value,
        "reason": None if state in LIVE or state is State.SENT else "not_wanted",
        **ENDS.get(state, {}),
    }
    async with archive.database.write() as session:
        await session.execute(insert(DeliveryRow).values(values))
    report = await archive.privacy.erase(archive.alex.user_id, "1")
    async with archive.database.read() as session:
        row = (await session.scalars(select(DeliveryRow).where(DeliveryRow.dedupe_key == "a page"))).one_or_none()
    is_page_on_its_way = lane in URGENT and state in LIVE
    assert (row is not None) is is_page_on_its_way
    assert ("deliveries" in {kept.table for kept in report.kept}) is is_page_on_its_way
    if row is not None:
        assert (row.state, row.arguments) == (state, {"incident": 1})


def test_the_rule_names_lane_kind_and_states_as_the_outbox_does() -> None:
    live = frozenset(state.value for state in LIVE)
    assert [(spared.table, dict(spared.where)) for spared in SPARED] == [
        ("deliveries", {"lane": frozenset(lane.value for lane in URGENT), "state": live}),
        ("deliveries", {"kind": frozenset({ROLE}), "state": live}),
    ]


async def test_an_open_alert_goes_on_without_the_words(archive: Archive) -> None:
    before = of(await snapshot(archive), archive.alex.user_id)["incidents"][0]
    await archive.privacy.erase(archive.alex.user_id, "1")
    after = of(await snapshot(archive), archive.alex.user_id)["incidents"][0]
    assert {name for name in before if before[name] != after[name]} == {"categories", "outcome"}
    assert before["next_escalation_at"] is not None


def test_is_confirmed_with_each_ground_said_once(content: Content) -> None:
    kept = (Kept("incidents", 1, "-"), Kept("incident_events", 4, "-"), Kept("new_table", 1, "The law asks for it."))
    said = erased_text(content, "en", ErasureReport((), kept, 1), emergency="911", lifeline="988")
    assert said.count("without your words") == 1
    assert "- The law asks for it." in said
    assert "911" in said
    assert "988" in said
    assert "stays on Discord" in said
    nothing = erased_text(content, "en", ErasureReport(), emergency="911", lifeline="988")
    assert nothing == "Nothing is kept about you."


def test_a_value_of_an_unknown_type_is_refused_without_being_shown() -> None:
    with pytest.raises(TypeError, match="type bytes") as refused:
        readable(b"quail-lantern")
    assert "quail" not in str(refused.value)
