"""The rules of a group: shown, accepted by button, asked for anew when they change; and never a condition."""

from typing import Any

from sqlalchemy import CursorResult, text

from tests.harness.house import PROGRAMME, House
from tests.harness.person import Person, labels_of, text_of

KIND = "Be kind. What is said here stays here."
FIRST = PROGRAMME.replace("track: iop}}", f'track: iop, rules: "{KIND}"}}}}', 1)
SECOND = FIRST.replace(KIND, f"{KIND} No photos.")
DANGER = "I am going to kill myself tonight"


async def sql(house: House, statement: str) -> list[tuple[Any, ...]]:
    async with house.app.database.write() as session:
        found = await session.execute(text(statement))
        return [tuple(row) for row in found] if isinstance(found, CursorResult) and found.returns_rows else []


def asked(person: Person) -> list[str]:
    return [text_of(one) for one in person.reads() if "I accept" in labels_of(one)]


async def started(house: House, programme: str = FIRST) -> House:
    await house.start(programme)
    return house


async def test_rules_are_shown_once_and_accepted_by_button(empty_house: House) -> None:
    house = await started(empty_house)
    await house.enrol("Alex")
    alex = house["Alex"]
    [shown] = asked(alex)
    assert KIND in shown
    assert "either way" in shown
    answer = await alex.clicks("I accept")
    assert answer.is_private
    assert "Thank you" in answer.text
    assert "already" in (await alex.clicks("I accept")).text
    assert await sql(house, "SELECT count(*) FROM rules_acceptances") == [(1,)]
    await house.advance(hours=30)
    await house.restart(FIRST)
    assert len(asked(alex)) == 1, "nobody is asked twice for the same version"
    history = await house["Rivera"].runs("mod case", in_="staff-room", user=alex.id)
    assert "version 1: accepted" in str(history.messages[-1].embeds)


async def test_where_no_text_is_set_nothing_is_asked(house: House) -> None:
    await house.enrol("Alex")
    await house.advance(hours=2)
    assert asked(house["Alex"]) == []
    assert "no written rules" in (await house["Alex"].runs("rules", in_="morning-check-in")).text


async def test_another_groups_rules_are_nobodys_of_this_one(empty_house: House) -> None:
    house = await started(empty_house)
    await house.enrol("Bea", group="evening")
    assert asked(house["Bea"]) == []


async def test_to_accept_is_never_a_gate(empty_house: House) -> None:
    house = await started(empty_house)
    await house.enrol("Alex")
    alex = house["Alex"]
    assert alex.sees("morning-check-in")
    await alex.says("good morning, all", in_="morning-check-in")
    assert "good morning, all" in house["Rivera"].texts("morning-check-in")
    await alex.says(DANGER, in_="morning-check-in")
    assert house["Rivera"].is_paged()
    assert await sql(house, "SELECT count(*) FROM rules_acceptances") == [(0,)]


async def test_a_change_asks_anew_and_the_old_button_accepts_nothing(empty_house: House) -> None:
    house = await started(empty_house)
    await house.enrol("Alex", "Bea")
    alex = house["Alex"]
    await alex.clicks("I accept")
    first = next(one for one in alex.reads() if "I accept" in labels_of(one))
    await house.restart(SECOND)
    await house.advance(minutes=1)
    assert len(asked(alex)) == 2
    assert "No photos" in asked(alex)[-1]
    assert "have changed" in asked(alex)[-1]
    old = await alex.clicks("I accept", on=first)
    assert "changed since" in old.text
    assert await sql(house, "SELECT rules_id FROM rules_acceptances") == [(1,)]
    assert "Thank you" in (await old.clicks("I accept")).text
    assert await sql(house, "SELECT rules_id FROM rules_acceptances ORDER BY id") == [(1,), (2,)]


async def test_rules_taken_out_of_the_file_ask_nobody_for_anything(empty_house: House) -> None:
    house = await started(empty_house)
    await house.enrol("Alex")
    await house.restart(PROGRAMME)
    answer = await house["Alex"].clicks("I accept")
    assert "no written rules any more" in answer.text
    assert await sql(house, "SELECT count(*) FROM rules_acceptances") == [(0,)]


async def test_the_button_lives_through_a_restart_and_is_only_a_members(empty_house: House) -> None:
    house = await started(empty_house)
    await house.enrol("Alex")
    await house.restart(FIRST)
    assert "Thank you" in (await house["Alex"].clicks("I accept")).text
    await house["Rivera"].runs("member discharge", in_="staff-room", user=house["Alex"].id)
    assert "members of a group" in (await house["Alex"].runs("rules", in_="welcome")).text


async def test_with_closed_dms_the_rules_come_in_a_private_thread(empty_house: House) -> None:
    house = await started(empty_house)
    await house.enrol("Alex")
    alex, bea = house["Alex"], house["Bea"]
    bea.closes_dms()
    await house["Rivera"].runs("member enrol", in_="staff-room", user=bea.id, group="morning")
    await house.advance(minutes=1)
    await bea.clicks("I agree", in_=next(one for one in bea.places() if one.name.startswith("A note for you")))
    await house.advance(minutes=5)
    threads = [place for place in bea.places() if place.name.startswith("A note for you")]
    shown = [text_of(one) for place in threads for one in bea.reads(place) if "I accept" in labels_of(one)]
    assert len(shown) == 1
    assert not [place for place in alex.places() if place.name.startswith("A note for you")]


async def test_whoever_has_stopped_messages_is_not_asked(empty_house: House) -> None:
    house = await started(empty_house, PROGRAMME)
    await house.enrol("Alex")
    await house["Alex"].runs("stop", in_="morning-check-in")
    await house.restart(FIRST)
    await house.advance(hours=1)
    assert asked(house["Alex"]) == []
    shown = await house["Alex"].runs("rules", in_="morning-check-in")
    assert KIND in shown.text


async def test_erasure_takes_the_acceptance(empty_house: House) -> None:
    house = await started(empty_house)
    await house.enrol("Alex")
    await house["Alex"].clicks("I accept")
    await house.app.rooms.privacy.erase(house["Alex"].id, "1")
    assert await sql(house, "SELECT count(*) FROM rules_acceptances") == [(0,)]


async def test_rules_that_change_at_night_wake_nobody(empty_house: House) -> None:
    house = await started(empty_house, PROGRAMME)
    await house.enrol("Alex", "Bea")
    await sql(house, f"UPDATE members SET timezone = 'America/Los_Angeles' WHERE user_id = {house['Bea'].id}")  # noqa: S608  # an id
    await house.advance(hours=14)  # 22:00 in New York
    await house.restart(FIRST)
    await house.advance(hours=9, minutes=59)
    assert asked(house["Alex"]) == []
    assert len(asked(house["Bea"])) == 1, "it is 19:00 where she is"
    await house.advance(minutes=1)
    assert len(asked(house["Alex"])) == 1


async def test_whoever_left_the_group_accepts_nothing_of_it(empty_house: House) -> None:
    house = await started(empty_house)
    await house.enrol("Alex")
    await house.enrol("Alex", group="evening")
    await house["Rivera"].runs(
        "mod remove", in_="staff-room", user=house["Alex"].id, group="morning", reason="asked for"
    )
    answer = await house["Alex"].clicks("I accept")
    assert "not in that group any more" in answer.text
    assert await sql(house, "SELECT count(*) FROM rules_acceptances") == [(0,)]


# -- in several languages ----------------------------------------------------------------------------------------------

AMABLE = "Sé amable. Lo que se dice aquí se queda aquí."
BOTH = FIRST.replace(f'rules: "{KIND}"', f'rules: {{{{en: "{KIND}", es: "{AMABLE}"}}}}')


async def speaks_spanish(house: House, name: str) -> None:
    await sql(house, f"UPDATE members SET language = 'es' WHERE user_id = {house[name].id}")  # noqa: S608  # an id


async def test_each_reads_the_rules_in_their_own_language(empty_house: House) -> None:
    house = await started(empty_house, PROGRAMME)
    await house.enrol("Alex", "Bea")
    await speaks_spanish(house, "Bea")
    await house.restart(BOTH)
    await house.advance(minutes=1)
    assert KIND in asked(house["Alex"])[0]
    bea = [text_of(one) for one in house["Bea"].reads() if "I accept" in labels_of(one)]
    assert AMABLE in bea[0]
    assert KIND not in bea[0]
    assert AMABLE in (await house["Bea"].runs("rules", in_="morning-check-in")).text
    assert await sql(house, "SELECT version FROM house_rules") == [(1,)], "one version, in two languages"


async def test_a_change_in_one_language_asks_everybody_anew(empty_house: House) -> None:
    house = await started(empty_house, BOTH)
    await house.enrol("Alex")
    await house["Alex"].clicks("I accept")
    await house.restart(BOTH.replace(AMABLE, f"{AMABLE} Sin fotos."))
    await house.advance(minutes=1)
    assert len(asked(house["Alex"])) == 2
    await house.restart(BOTH.replace(AMABLE, f"{AMABLE} Sin fotos."))
    await house.advance(minutes=1)
    assert len(asked(house["Alex"])) == 2


async def test_one_language_written_as_such_is_one_text_for_everybody(empty_house: House) -> None:
    house = await started(empty_house)
    await house.enrol("Alex")
    await house["Alex"].clicks("I accept")
    await house.restart(FIRST.replace(f'rules: "{KIND}"', f'rules: {{{{en: "{KIND}"}}}}'))
    await house.advance(minutes=1)
    assert len(asked(house["Alex"])) == 1, "nothing that anybody reads has changed"
