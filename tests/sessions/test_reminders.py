"""Reminders, from the programme to the message: once a person, neutral, in time or saying so, and none too many."""

from collections import Counter
from datetime import timedelta

import pytest

from bot.delivery import records
from bot.delivery.rules import Lane, State
from bot.program.schema import Programme
from bot.sessions.service import Answer
from bot.ui.sessions import moment
from tests.harness.leaving import leaves
from tests.sessions.house import ALEX, BEA, CHECK_IN, GUILD, JO, MONDAY, SESSION, House, Said, programme

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def of(user_id: int, said: list[Said]) -> list[Said]:
    return [one for one in said if one.user_id == user_id]


async def test_come_once_a_person_and_lead(house: House) -> None:
    house.clock.set(MONDAY - 25 * HOUR)
    await house.plan()
    said = [await house.until(MONDAY - at) for at in (24 * HOUR, HOUR, 10 * MINUTE)]
    assert [Counter(one.user_id for one in part) for part in said] == [{ALEX: 1, BEA: 1}] * 3
    assert await house.until(MONDAY + HOUR) == []


async def test_are_planned_again_without_being_doubled(house: House) -> None:
    house.clock.set(MONDAY - 25 * HOUR)
    for _ in range(3):
        await house.plan()
    assert len(await house.rows()) == 6


async def test_say_nothing_of_the_programme_and_carry_three_buttons(house: House) -> None:
    house.clock.set(MONDAY - 2 * HOUR)
    await house.plan()
    reminder = of(ALEX, await house.until(MONDAY - HOUR))[-1]
    assert "6 pm group" in reminder.content
    assert moment(MONDAY, "R") in reminder.content
    assert "Room 2" in reminder.content
    assert not [word for word in ("Riverside", "IOP", "Evening", "Alex", "example.org") if word in reminder.content]
    row = (await house.rows())[0].subject
    occurrence = str(row).removeprefix("session:")
    assert reminder.buttons == tuple(f"session:{verb}:{occurrence}" for verb in ("coming", "late", "cannot"))
    assert reminder.mentioned == ()


async def test_open_the_room_only_close_to_the_start(house: House) -> None:
    house.clock.set(MONDAY - 2 * HOUR)
    await house.plan()
    said = of(ALEX, await house.until(MONDAY))
    assert ["https://example.org/room" in one.content for one in said[-2:]] == [False, True]


async def test_speak_the_members_language(empty_house: House) -> None:
    await empty_house.has(JO, "Jo", language="es")
    empty_house.clock.set(MONDAY - 2 * HOUR)
    await empty_house.plan()
    assert "grupo de las 18:00" in (await empty_house.until(MONDAY - HOUR))[-1].content


async def test_of_one_occurrence_are_not_worded_alike(house: House) -> None:
    house.clock.set(MONDAY - 25 * HOUR)
    await house.plan()
    said = of(ALEX, await house.until(MONDAY))
    first_lines = [one.content.splitlines()[0] for one in said]
    assert len(first_lines) == 3
    assert first_lines[0] != first_lines[1] != first_lines[2]


class TestAfterAnOutage:
    async def test_one_that_is_late_says_so(self, house: House) -> None:
        late = of(ALEX, await house.jump(MONDAY - 30 * MINUTE))
        assert [one.content.startswith("A late reminder") for one in late] == [True]

    async def test_one_that_is_a_moment_behind_does_not(self, house: House) -> None:
        assert "late" not in of(ALEX, await house.jump(MONDAY - 59 * MINUTE))[0].content

    async def test_only_the_nearest_is_said(self, house: House) -> None:
        house.clock.set(MONDAY - 25 * HOUR)
        await house.plan()
        assert len(of(ALEX, await house.jump(MONDAY - 5 * MINUTE))) == 1

    async def test_none_is_said_once_it_has_begun(self, house: House) -> None:
        house.clock.set(MONDAY - 25 * HOUR)
        await house.plan()
        assert await house.jump(MONDAY) == []
        ended = [row.state for row in await house.rows() if row.due_at < MONDAY and row.user_id == ALEX]
        assert ended == [State.EXPIRED] * 3

    async def test_an_attempt_that_may_have_arrived_is_repeated_in_its_own_words(self, house: House) -> None:
        # By its words it is found again in the channel: "late" would make it another message, and a second one.
        house.clock.set(MONDAY - 2 * HOUR)
        await house.plan()
        house.clock.set(MONDAY - HOUR)
        async with house.database.write() as session:
            claimed = await records.claim(session, Lane.DIRECT, 1, house.clock.now())
            await records.about_to_send(session, claimed[0], house.clock.now())
        said = of(claimed[0].user_id or 0, await house.jump(MONDAY - 30 * MINUTE))
        assert [one.content.startswith("A late reminder") for one in said] == [False]


class TestWhoGetsThem:
    async def test_one_who_joins_is_told_of_what_lies_ahead(self, house: House) -> None:
        await house.jump(MONDAY - 26 * HOUR)
        await house.until(MONDAY - 3 * HOUR)
        await house.plan()
        await house.has(JO, "Jo")
        await house.plan()
        assert of(JO, await house.until(MONDAY - 2 * HOUR)) == []
        assert len(of(JO, await house.until(MONDAY))) == 2

    @pytest.mark.parametrize("change", ["stops", "leaves", "switches off", "is away"])
    async def test_not_one_who(self, house: House, change: str) -> None:
        house.clock.set(MONDAY - 2 * HOUR)
        await house.plan()
        occurrence = int(str((await house.rows())[0].subject).removeprefix("session:"))
        match change:
            case "stops":
                await house.members.stop(GUILD, ALEX)
            case "leaves":
                await leaves(house.database, house.clock, house.members, GUILD, ALEX)
            case "switches off":
                await house.members.update(GUILD, ALEX, name="Alex", timezone="", reminders=False)
            case _:
                await house.sessions.answer(occurrence, ALEX, Answer.CANT_MAKE_IT)
        said = [one for one in await house.until(MONDAY) if one.buttons]
        assert of(ALEX, said) == []
        assert len(of(BEA, said)) >= 2
        await house.plan()
        pending = [row for row in await house.rows() if row.user_id == ALEX and row.state == State.PENDING]
        assert [row for row in pending if row.due_at < MONDAY] == []

    async def test_not_another_group(self, house: House) -> None:
        await house.has(JO, "Jo", group="kin")
        house.clock.set(MONDAY - 2 * HOUR)
        await house.plan()
        assert of(JO, await house.until(MONDAY)) == []


class TestAClosedDm:
    async def test_is_answered_once_in_the_groups_channel_to_that_person_alone(self, house: House) -> None:
        house.paper.closed.add(ALEX)
        house.clock.set(MONDAY - 90 * MINUTE)
        await house.plan()
        await house.until(MONDAY - 61 * MINUTE)
        said = of(ALEX, await house.until(MONDAY - 30 * MINUTE))
        assert [(one.channel_id, one.mentioned) for one in said] == [(CHECK_IN, (ALEX,))]
        assert said[0].content.startswith(f"<@{ALEX}> ")
        assert "IOP" not in said[0].content

    async def test_is_withdrawn_like_the_dm(self, house: House) -> None:
        house.paper.closed.add(ALEX)
        await house.members.stop(GUILD, ALEX)
        assert of(ALEX, await house.jump(MONDAY - HOUR)) == []


class TestAChangedProgramme:
    @pytest.mark.parametrize(
        "changed",
        [
            programme({**SESSION, "rrule": "FREQ=WEEKLY;BYDAY=TU", "starts": "2026-10-27T18:00"}),
            programme({**SESSION, "starts": "2026-10-26T20:00"}),
            programme({**SESSION, "group": "kin"}),
            programme({**SESSION, "reminders": ["30m"]}),
            programme({**SESSION, "key": "another"}, {**SESSION, "key": "third", "group": "kin"}),
        ],
        ids=["another day", "later", "another group", "other leads", "another key"],
    )
    async def test_takes_back_what_was_planned(self, house: House, changed: Programme) -> None:
        house.clock.set(MONDAY - 2 * HOUR)
        await house.plan()
        planned = {row.id for row in await house.rows()}
        await house.programmes.adopt(changed, GUILD)
        await house.until(MONDAY)
        assert {row.state for row in await house.rows() if row.id in planned and row.due_at < MONDAY} == {
            State.CANCELLED
        }

    async def test_reminds_of_the_new_time(self, house: House) -> None:
        house.clock.set(MONDAY - 2 * HOUR)
        await house.plan()
        await house.programmes.adopt(programme({**SESSION, "starts": "2026-10-26T20:00"}), GUILD)
        await house.plan()
        said = of(ALEX, await house.until(MONDAY + 2 * HOUR))
        assert {("8 pm group" in one.content) for one in said} == {True}

    async def test_in_another_zone_is_another_moment(self, house: House) -> None:
        house.clock.set(MONDAY - 2 * HOUR)
        await house.plan()
        await house.programmes.adopt(programme(timezone="America/Chicago"), GUILD)
        await house.plan()
        said = of(ALEX, await house.until(MONDAY + HOUR))
        soon = [one for one in said if moment(MONDAY + HOUR) in one.content and "late" not in one.content]
        assert len(soon) == 2
        assert not [one for one in said if moment(MONDAY) in one.content]

    async def test_moved_to_sooner_is_told_at_once(self, house: House) -> None:
        house.clock.set(MONDAY - 100 * MINUTE)
        await house.plan()
        await house.programmes.adopt(programme(timezone="America/Halifax"), GUILD)
        said = of(ALEX, await house.jump(MONDAY - 90 * MINUTE))
        assert [moment(MONDAY - HOUR) in one.content for one in said] == [True]

    async def test_with_another_group_keeps_those_who_are_in_both(self, house: House) -> None:
        await house.joins(ALEX, "kin")
        house.clock.set(MONDAY - 2 * HOUR)
        await house.plan()
        await house.programmes.adopt(programme({**SESSION, "group": "kin"}), GUILD)
        await house.plan()
        said = await house.until(MONDAY)
        assert {one.user_id for one in said} == {ALEX}
        assert len(said) >= 2

    async def test_never_speaks_in_the_channel_of_another_group(self, house: House) -> None:
        await house.joins(ALEX, "kin")
        house.paper.closed.add(ALEX)
        house.clock.set(MONDAY - 2 * HOUR)
        await house.plan()
        await house.programmes.adopt(programme({**SESSION, "group": "kin"}), GUILD)
        assert of(ALEX, await house.until(MONDAY)) == []


async def test_keeps_its_rows_free_of_words_and_findable_by_person(house: House) -> None:
    house.paper.closed.add(ALEX)
    await house.jump(MONDAY - HOUR)
    rows = [row for row in await house.rows() if row.kind == "sessions.reminder"]
    assert {row.user_id for row in rows} == {ALEX, BEA}
    for row in rows:
        assert set(row.arguments) == {"occurrence", "group", "lead"}
        assert "Alex" not in row.dedupe_key
