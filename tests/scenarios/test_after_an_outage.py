"""Steps that fell due while nobody could hear them come as one, and what cannot arrive does not hammer at the door."""

from datetime import timedelta

from tests.harness.house import PROGRAMME, House
from tests.harness.person import has_button

DANGER = "I'm going to kill myself tonight"


async def test_a_night_down_with_an_open_page(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.crash()
    house._move(house.clock.now() + timedelta(hours=1))
    dms, cards = len(house["Rivera"].reads()), len(house["Rivera"].reads("on-call"))
    await house.start()
    await house.advance(seconds=1)
    dms, cards = len(house["Rivera"].reads()) - dms, len(house["Rivera"].reads("on-call")) - cards
    assert (dms, cards) <= (2, 2)
    assert cards <= 2


async def test_discord_down_with_an_open_page(house: House) -> None:
    await house.enrol("Alex")
    house.sandbox.faults.fail("POST /channels/*/messages", 503, times=None)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=9)
    house.sandbox.faults.clear()
    await house.advance(seconds=40)
    assert len(house["Rivera"].reads("on-call")) <= 2


async def test_channel_gone_rows_never_end(house: House) -> None:
    await house.enrol("Alex")
    house.sandbox.faults.fail(f"POST /channels/{house.channel('on-call').id}/messages", 403, times=None, code=50013)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=4)
    mark = house.sandbox.requests.mark()
    await house.advance(minutes=2)
    assert sum(1 for each in house.sandbox.requests.since(mark) if each.status == 403) <= 12


async def test_more_than_eighty_staff(empty_house: House) -> None:
    house = empty_house
    extra = [house.sandbox.world.add_user(f"s{number}", f"S{number}") for number in range(60)]
    for user in extra:
        house.guild.add_member(user)
    ids = ", ".join(f'"{user.id}"' for user in extra)
    await house.start(PROGRAMME.replace('"{Okafor}"]', '"{Okafor}", ' + ids + "]"))
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=4)
    before = len(house["Rivera"].reads("on-call"))
    await house.advance(minutes=7)
    assert len(house["Rivera"].reads("on-call")) > before, "the card of the step for everyone never shows"


async def test_page_dm_of_a_later_step_is_taken_for_the_earlier(house: House) -> None:
    """Chen is paged at 3 min (backup) and at 7 min (everyone); at 7 min his DM meets a 3-minute 503."""
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=6, seconds=50)
    chen = house["Chen"]
    assert len(chen.reads()) == 1
    house.sandbox.faults.fail(f"POST /channels/{chen._place(None).id}/messages", 503, times=None)
    await house.advance(minutes=3)
    house.sandbox.faults.clear()
    await house.advance(minutes=1)
    assert len(chen.reads()) == 2, "the second page was recorded as sent, and never was"


async def test_card_sent_then_crash_then_found_again(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says("good morning", in_="morning-check-in")
    house.sandbox.faults.drop_reply(f"POST /channels/{house.channel('on-call').id}/messages", times=1)
    # answer lost, and the bot dies before it can try again
    house.sandbox.faults.fail(f"POST /channels/{house.channel('on-call').id}/messages", 503, times=None)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert len(house["Rivera"].reads("on-call")) == 1
    await house.crash()
    house.sandbox.faults.clear()
    house._move(house.clock.now() + timedelta(minutes=12))
    await house.start()
    await house.advance(seconds=20)
    assert sum("Nobody has" not in text for text in house["Rivera"].texts("on-call")) == 1, "the same card twice"


def cards_of(house: House) -> int:
    """How many cards of the incident stand in #on-call."""
    return sum(has_button(message, "Acknowledge") for message in house["Rivera"].reads("on-call"))


async def test_nobody_who_can_be_reached_by_dm_climbs_the_ladder_once_and_then_in_its_own_time(house: House) -> None:
    await house.enrol("Alex")
    for person in house.staff:
        person.closes_dms()
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(seconds=1)
    assert all(person.is_paged() for person in house.staff), "the cards mention everybody at once"
    cards = cards_of(house)
    assert cards <= 3
    await house.advance(minutes=4)
    assert cards_of(house) <= cards + 1
