"""A session reminder by wall time, its three buttons, and what staff hear of them."""

from datetime import timedelta

from tests.harness.house import MONDAY, PROGRAMME, House
from tests.harness.person import Person, labels_of
from tests.scenarios.test_enrolment import enrol

OURS = "12 pm group"


async def join(house: House, name: str) -> Person:
    await enrol(house, name)
    await house[name].clicks("I agree")
    return house[name]


def reminders(person: Person, in_: str | None = None) -> list[str]:
    return [text for text in person.texts(in_) if OURS in text]


async def test_comes_an_hour_before_and_is_answered(house: House) -> None:
    alex, bea = await join(house, "Alex"), await join(house, "Bea")
    await house.advance(hours=2, minutes=59)
    assert reminders(alex) == []
    await house.advance(minutes=2)
    assert len(reminders(alex)) == len(reminders(bea)) == 1
    reminder = alex.reads()[-1]
    assert labels_of(reminder) == ["On my way", "Running late", "Can't make it"]
    assert not [word for word in ("Riverside", "Morning", "IOP") if word in reminders(alex)[0]]

    for answer in ("Running late", "Can't make it"):
        assert (await alex.clicks(answer, on=reminder)).is_private
    lines = [line for line in house["Chen"].texts("staff-room") if OURS in line]
    assert [line.split(" the ")[0] for line in lines] == ["Alex will be late for", "Alex cannot make"]

    await house.advance(minutes=55)
    assert len(reminders(alex)) == 1, "who cannot come is not reminded again"
    assert len(reminders(bea)) == 2


async def test_its_buttons_outlive_a_restart_and_the_session(house: House) -> None:
    alex = await join(house, "Alex")
    await house.advance(hours=3, minutes=1)
    reminder = alex.reads()[-1]
    await house.restart()
    assert (await alex.clicks("On my way", on=reminder)).is_private
    await house.advance(hours=5)
    assert "nothing left to answer" in (await alex.clicks("On my way", on=reminder)).text


async def test_an_old_button_of_one_that_was_moved_says_when_it_is(house: House) -> None:
    alex = await join(house, "Alex")
    await house.advance(hours=3, minutes=1)
    reminder = alex.reads()[-1]
    await house.restart(PROGRAMME.replace("2026-11-23T12:00", "2026-11-23T14:00"))
    answer = await alex.clicks("On my way", on=reminder)
    assert "has moved" in answer.text
    two_pm = int((MONDAY + timedelta(hours=6)).timestamp())
    assert f"<t:{two_pm}:F>" in answer.text


async def test_with_closed_dms_comes_once_in_the_groups_channel(house: House) -> None:
    alex = await join(house, "Alex")
    alex.closes_dms()
    await house.advance(hours=3, minutes=1)
    said = reminders(house["Chen"], "morning-check-in")
    assert len(said) == 1
    assert said[0].startswith(f"<@{alex.id}>")


async def test_what_is_next_is_listed_privately(house: House) -> None:
    alex = await join(house, "Alex")
    answer = await alex.runs("sessions", in_="morning-check-in")
    assert answer.is_private
    assert answer.text.count(OURS) == 5
    assert "Morning" not in answer.text
    assert "No sessions" in (await house["Sam"].runs("sessions", in_="welcome")).text


async def test_who_joins_minutes_before_is_reminded_still(house: House) -> None:
    await house.advance(hours=3, minutes=45)
    alex = await join(house, "Alex")
    assert reminders(alex) == []
    await house.advance(minutes=6)
    assert len(reminders(alex)) == 1
