"""One person, one filter, many messages: each is read and held, and staff's room stays one that can be read."""

from tests.harness.cases import sql
from tests.harness.house import PROGRAMME, House
from tests.harness.person import labels_of, text_of

CHANNEL, QUEUE = "morning-check-in", "mod-queue"
MORNING = "{{key: morning, name: Morning, track: iop}}"


def number(n: int) -> str:
    return f"number {n}: my number is 555-867-53{n:02d}"


async def cards(house: House) -> list[str]:
    return [text_of(card) for card in house["Okafor"].reads(QUEUE)]


async def test_many_held_are_one_card_with_a_count_and_come_up_one_after_another(house: House) -> None:
    await house.enrol("Alex", "Bea")
    for n in range(1, 6):
        await house["Alex"].says(number(n), in_=CHANNEL)
        await house.advance(seconds=15)
    assert not [text for text in house["Bea"].texts(CHANNEL) if "555" in text]
    assert len([text for text in house["Alex"].texts() if "not in trouble" in text]) == 5
    await house.advance(minutes=1)
    [card] = await cards(house)
    assert "held after it: 4" in card
    await house["Rivera"].clicks("Decline", in_=QUEUE)
    first, second = house["Okafor"].reads(QUEUE)
    assert labels_of(first) == ["Show"]
    assert "held after it" not in text_of(first)
    assert labels_of(second) == ["Show", "Approve", "Decline", "Ask to reword"]
    for _ in range(4):
        await house["Rivera"].clicks("Decline", on=house["Okafor"].reads(QUEUE)[-1])
    assert await sql(house, "SELECT lower(state), count(*) FROM held_messages GROUP BY state") == [("declined", 5)]
    assert len(await cards(house)) == 5


async def test_what_comes_after_a_decision_or_an_hour_later_has_its_own_card(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(number(1), in_=CHANNEL)
    await house["Rivera"].clicks("Decline", in_=QUEUE)
    await house["Alex"].says(number(2), in_=CHANNEL)
    assert len(await cards(house)) == 2
    await house.advance(minutes=61)
    await house["Alex"].says(number(3), in_=CHANNEL)
    assert len(await cards(house)) == 3


async def test_another_person_or_another_filter_has_its_own_card(empty_house: House) -> None:
    house = empty_house
    await house.start(PROGRAMME.replace(MORNING, MORNING.replace("iop}}", "iop, filters: {{links: hold}}}}")))
    await house.enrol("Alex", "Bea")
    await house["Alex"].says(number(1), in_=CHANNEL)
    await house["Bea"].says(number(2), in_=CHANNEL)
    await house["Alex"].says("https://example.org/somewhere", in_=CHANNEL)
    assert len(await cards(house)) == 3


async def test_the_reminders_of_many_are_one(house: House) -> None:
    await house.enrol("Alex")
    for n in range(1, 6):
        await house["Alex"].says(number(n), in_=CHANNEL)
    await house.advance(hours=4, minutes=2)
    assert len(await cards(house)) == 2


async def test_the_fourth_quiet_card_of_an_hour_says_that_it_is_the_last(house: House) -> None:
    await house.enrol("Alex")
    for n in range(6):
        await house["Alex"].says(f"look at https://example.org/{n}", in_=CHANNEL)
        await house.advance(seconds=40)
    assert len(await cards(house)) == 4
    assert [("look in the channel" in card) for card in await cards(house)] == [False, False, False, True]
    await house.advance(hours=1)
    await house["Alex"].says("look at https://example.org/late", in_=CHANNEL)
    assert len(await cards(house)) == 5


async def test_danger_in_the_fifth_of_a_crowd_pages_as_in_the_first(house: House) -> None:
    await house.enrol("Alex")
    for n in range(1, 5):
        await house["Alex"].says(number(n), in_=CHANNEL)
    await house["Alex"].says(f"{number(5)}, I am going to kill myself tonight", in_=CHANNEL)
    assert house["Rivera"].is_paged()
