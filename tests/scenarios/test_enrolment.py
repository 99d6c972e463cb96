"""Staff enrol; the person reads a plain notice, agrees or not; what opens, opens then; `/stop` stops all but safety."""

from tests.harness.house import House
from tests.harness.person import labels_of


async def enrol(house: House, name: str, group: str = "morning") -> str:
    answer = await house["Rivera"].runs("member enrol", in_="staff-room", user=house[name].id, group=group)
    assert answer.is_private
    return answer.text


async def test_nothing_opens_before_the_person_agrees(house: House) -> None:
    alex = house["Alex"]
    assert not alex.sees("morning-check-in")
    await enrol(house, "Alex")
    assert not alex.sees("morning-check-in")
    notice = alex.reads()[-1]
    assert labels_of(notice) == ["I agree", "Not now"]
    assert "911" in alex.texts()[-1]
    assert "988" in alex.texts()[-1]

    answer = await alex.clicks("I agree")
    assert answer.is_private
    assert alex.roles() == {"Morning"}
    assert alex.sees("morning-check-in")
    assert alex.sees("morning-coping")
    assert not alex.sees("evening-check-in")
    assert not alex.sees("staff-room")
    assert any("Alex" in text for text in house["Chen"].texts("staff-room"))


async def test_agreeing_twice_changes_nothing_twice(house: House) -> None:
    await enrol(house, "Alex")
    alex = house["Alex"]
    await alex.clicks("I agree")
    lines = len(house["Chen"].reads("staff-room"))
    again = await alex.clicks("I agree")
    assert "already" in again.text
    assert len(house["Chen"].reads("staff-room")) == lines


async def test_not_now_opens_nothing_and_may_be_taken_back(house: House) -> None:
    await enrol(house, "Bea")
    bea = house["Bea"]
    answer = await bea.clicks("Not now")
    assert "988" in answer.text
    assert bea.roles() == set()
    await bea.clicks("I agree")
    assert bea.roles() == {"Morning"}


async def test_with_closed_dms_the_notice_comes_in_a_private_thread(house: House) -> None:
    alex = house["Alex"]
    alex.closes_dms()
    await enrol(house, "Alex")
    await house.advance(minutes=1)
    threads = [place for place in alex.places() if place.name.startswith("A note for you")]
    assert len(threads) == 1
    assert threads[0].parent_id == house.channel("welcome").id
    assert not [place for place in house["Bea"].places() if place.name.startswith("A note for you")]
    await alex.clicks("I agree", in_=threads[0])
    assert alex.roles() == {"Morning"}


async def test_an_unknown_group_is_said_with_those_there_are(house: House) -> None:
    said = await enrol(house, "Alex", "mornin")
    assert "mornin" in said
    assert "morning, evening" in said
    assert house["Alex"].reads() == []


async def test_members_cannot_enrol(house: House) -> None:
    await house.enrol("Alex")
    offered = house.sandbox.people.commands_for(house["Alex"].id, house.channel("morning-check-in"))
    assert "member enrol" not in {command.path for command in offered}
    assert "stop" in {command.path for command in offered}


async def test_stop_stops_all_but_safety(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    answer = await alex.runs("stop", in_="morning-check-in")
    assert "no more reminders" in answer.text
    assert "already" in (await alex.runs("stop")).text
    quiet = len(alex.reads())
    await house.advance(hours=30)
    assert len(alex.reads()) == quiet
    await alex.says("I want to die tonight", in_="morning-check-in")
    assert house["Rivera"].is_paged()
    assert len(alex.reads()) > quiet


async def test_discharge_takes_the_role_and_keeps_the_safety(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    await house["Rivera"].runs("member discharge", in_="staff-room", user=alex.id)
    assert alex.roles() == set()
    await alex.says("I am going to kill myself tonight")
    assert house["Rivera"].is_paged()


async def test_settings_are_the_persons_own(house: House) -> None:
    await enrol(house, "Alex")
    alex = house["Alex"]
    agreed = await alex.clicks("I agree")
    form = await agreed.clicks("Name, time zone, reminders")
    assert form.form is not None
    saved = await form.fills(name="Lex", zone="America/Chicago", reminders="yes")
    assert "Lex" in saved.text
    wrong = await (await alex.runs("reminders", in_="morning-check-in")).fills(zone="America/Chcago")
    assert "America/Chicago" in wrong.text
    member = await house.app.rooms.members.find(house.guild.id, alex.id)
    assert member is not None
    assert (member.chosen_name, member.timezone) == ("Lex", "America/Chicago")
