"""What people answer, what they are told, what staff are told, and what is next."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.errors import NotAllowedError, NotFoundError
from bot.program.schema import Programme
from bot.sessions import records
from bot.sessions.service import Answer, Answered, OccurrenceState
from bot.ui.sessions import answered_text, moment, upcoming_text
from tests.sessions.house import ALEX, BEA, GUILD, JO, MONDAY, SAM, SESSION, STAFF_CHANNEL, House, Said, programme

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
async def occurrence(house: House) -> int:
    """The evening's occurrence, two hours ahead."""
    house.clock.set(MONDAY - 2 * HOUR)
    await house.plan()
    return int(str((await house.rows())[0].subject).removeprefix("session:"))


def to_staff(said: list[Said]) -> list[str]:
    return [one.content for one in said if one.channel_id == STAFF_CHANNEL]


def told(house: House, answered: Answered) -> str:
    return answered_text(house.content, answered)


async def answer_kept(house: House, occurrence: int, user_id: int) -> tuple[Answer | None, bytes | None]:
    """What is on record, as the room reads it and as the file holds it."""
    async with house.database.read() as session:
        row = await records.answer_of(session, occurrence, user_id)
        query = text("SELECT answer FROM session_answers WHERE user_id = :user")
        stored = (await session.execute(query, {"user": user_id})).scalar_one_or_none()
    return (row.said if row else None), stored


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (Answer.ON_MY_WAY, None),
        (Answer.RUNNING_LATE, "Alex will be late for the 6 pm group (Evening IOP"),
        (Answer.CANT_MAKE_IT, "Alex cannot make the 6 pm group (Evening IOP"),
    ],
)
async def test_are_kept_confirmed_and_told(house: House, occurrence: int, answer: Answer, line: str | None) -> None:
    answered = await house.sessions.answer(occurrence, ALEX, answer)
    texts = house.content.texts
    key = f"sessions.rsvp_{answer.value}"
    assert told(house, answered) in [texts.variant("en", key, index) for index in range(texts.variants("en", key))]
    kept, stored = await answer_kept(house, occurrence, ALEX)
    assert kept is answer
    assert stored is not None
    assert answer.value.encode() not in stored
    lines = to_staff(await house.until(house.clock.now()))
    assert [one.startswith(line or "-") for one in lines] == ([True] if line else [])


async def test_change_and_staff_hear_of_each_change_once(house: House, occurrence: int) -> None:
    heard = []
    for answer in (Answer.CANT_MAKE_IT, Answer.CANT_MAKE_IT, Answer.ON_MY_WAY, Answer.RUNNING_LATE):
        answered = await house.sessions.answer(occurrence, ALEX, answer)
        heard += to_staff(await house.until(house.clock.now()))
        assert ("Changed" in told(house, answered)) is (answered.revision > 1)
    assert [line.split("the 6 pm")[0] for line in heard] == [
        "Alex cannot make ",
        "Alex can make ",
        "Alex will be late for ",
    ]
    assert (await answer_kept(house, occurrence, ALEX))[0] is Answer.RUNNING_LATE
    assert (await answer_kept(house, occurrence, BEA))[0] is None


async def test_changed_before_staff_heard_are_told_as_they_stand(house: House, occurrence: int) -> None:
    await house.sessions.answer(occurrence, ALEX, Answer.CANT_MAKE_IT)
    await house.sessions.answer(occurrence, ALEX, Answer.RUNNING_LATE)
    lines = to_staff(await house.until(house.clock.now()))
    assert [line.startswith("Alex will be late") for line in lines] == [True]


async def test_a_name_cannot_format_or_mention(empty_house: House) -> None:
    await empty_house.has(ALEX, "**@everyone**")
    empty_house.clock.set(MONDAY - 2 * HOUR)
    await empty_house.plan()
    occurrence = int(str((await empty_house.rows())[0].subject).removeprefix("session:"))
    await empty_house.sessions.answer(occurrence, ALEX, Answer.CANT_MAKE_IT)
    said = [one for one in await empty_house.until(empty_house.clock.now()) if one.channel_id == STAFF_CHANNEL]
    assert "**" not in said[0].content
    assert "@everyone" not in said[0].content
    assert said[0].mentioned == ()


async def test_are_taken_while_it_is_under_way_and_kindly_refused_afterwards(house: House, occurrence: int) -> None:
    house.clock.set(MONDAY + HOUR)
    assert (await house.sessions.answer(occurrence, ALEX, Answer.RUNNING_LATE)).answer is Answer.RUNNING_LATE
    house.clock.set(MONDAY + 3 * HOUR)
    refused = await house.sessions.answer(occurrence, ALEX, Answer.CANT_MAKE_IT)
    assert refused.state is OccurrenceState.OVER
    assert "nothing left to answer" in told(house, refused)
    assert (await answer_kept(house, occurrence, ALEX))[0] is Answer.RUNNING_LATE


@pytest.mark.parametrize(
    "changed",
    [
        programme({**SESSION, "key": "another"}),
        programme({**SESSION, "starts": "2026-10-19T18:00", "rrule": "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261025T000000"}),
    ],
    ids=["gone from the file", "ended"],
)
async def test_to_one_that_is_off_say_so(house: House, occurrence: int, changed: Programme) -> None:
    await house.programmes.adopt(changed, GUILD)
    answered = await house.sessions.answer(occurrence, ALEX, Answer.CANT_MAKE_IT)
    assert told(house, answered) == f"Your 6 pm group on {moment(MONDAY, 'D')} will not take place."
    assert (await answer_kept(house, occurrence, ALEX))[0] is None


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ({"starts": "2026-10-26T20:00"}, MONDAY + 2 * HOUR),
        ({"starts": "2026-10-26T15:00"}, MONDAY - 3 * HOUR),  # sooner, and under way
        ({"starts": "2026-10-27T18:00", "rrule": "FREQ=WEEKLY;BYDAY=TU"}, MONDAY + 24 * HOUR),
    ],
    ids=["later", "sooner", "another day"],
)
async def test_to_one_that_was_moved_say_when_it_is(
    house: House, occurrence: int, change: dict[str, str], to: datetime
) -> None:
    await house.programmes.adopt(programme({**SESSION, **change}), GUILD)
    answered = await house.sessions.answer(occurrence, ALEX, Answer.ON_MY_WAY)
    when = f"{moment(to, 'F')} ({moment(to, 'R')})"
    assert told(house, answered) == f"Your 6 pm group has moved. It now starts {when}."
    assert (await answer_kept(house, occurrence, ALEX))[0] is None


async def test_are_not_taken_from_others(house: House, occurrence: int) -> None:
    await house.has(JO, "Jo", group="kin")
    for somebody in (JO, SAM):
        with pytest.raises(NotAllowedError, match="another group"):
            await house.sessions.answer(occurrence, somebody, Answer.ON_MY_WAY)
    with pytest.raises(NotFoundError):
        await house.sessions.answer(occurrence + 1000, ALEX, Answer.ON_MY_WAY)


class TestWhatIsNext:
    async def test_is_the_next_five_of_my_groups(self, house: House) -> None:
        house.clock.set(MONDAY + MINUTE)
        upcoming = await house.sessions.upcoming(GUILD, ALEX)
        starts = [one.starts_at for one in upcoming]
        # Wednesday, then after the change of the clock on 1 November an hour later in UTC.
        hours = [48, 7 * 24 + 1, 9 * 24 + 1, 14 * 24 + 1, 16 * 24 + 1]
        assert [(start - MONDAY) / HOUR for start in starts] == hours
        said = upcoming_text(house.content, "en", upcoming)
        assert said.count("Your 6 pm group: ") == 5
        assert "Evening" not in said, "neutral, as a reminder is"
        assert moment(starts[0], "R") in said

    async def test_is_nothing_for_who_is_in_no_group_with_a_session(self, house: House) -> None:
        await house.has(JO, "Jo", group="kin")
        for somebody in (JO, SAM):
            assert await house.sessions.upcoming(GUILD, somebody) == []
        assert upcoming_text(house.content, "en", []) == "No sessions are planned right now."
