"""Check-ins and whoever moderates: cards for what filters find, the record of who looked, what an erasure empties."""

import pytest

from bot.access import records
from sandbox.world.messages import Message
from tests.harness.checkins import check_in, gather
from tests.harness.house import PROGRAMME, House
from tests.harness.person import has_button, labels_of, text_of

FLAGGED = "look at https://example-offers.net before group"
NUMBER = "call me on 555-867-5309"
QUEUE, ROOM = "mod-queue", "staff-room"


def queue(house: House) -> list[Message]:
    """What all of staff read there; Okafor presses nothing, so none of it is hers alone."""
    return house["Okafor"].reads(QUEUE)


async def audited(house: House, action: str) -> list[tuple[int | None, int | None, str]]:
    """(who looked, at whom, at which row) of every look of this kind."""
    async with house.app.database.read() as session:
        rows = await records.audit_after(session, 0, 1000)
    return [(row.actor_id, row.person_id, row.object_id) for row in rows if row.action == action]


# -- what the filters find ---------------------------------------------------------------------------------------------


async def test_a_flagged_check_in_is_posted_and_staff_get_a_card_without_words(house: House) -> None:
    await gather(house, "Alex", "Bea")
    await check_in(house["Alex"], words=FLAGGED)
    [thread] = [place for place in house["Bea"].places() if place.name.startswith("Check-in")]
    posted = house["Bea"].reads(thread)[-1]
    [card] = queue(house)
    assert "Alex" in text_of(card)
    assert "a link" in text_of(card)
    assert f"/{posted.channel.id}/{posted.id}" in text_of(card)
    assert "example-offers" not in text_of(card)
    assert not labels_of(card)


async def test_a_check_in_in_which_nothing_is_found_gets_no_card(house: House) -> None:
    await gather(house, "Alex")
    await check_in(house["Alex"], words="slept badly, but I am here")
    assert not queue(house)


async def test_a_check_in_that_is_kept_back_gets_a_card_whose_show_is_for_one(house: House) -> None:
    await gather(house, "Alex", "Bea")
    await check_in(house["Alex"], words=NUMBER)
    [card] = queue(house)
    assert "was not posted" in text_of(card)
    assert "contact details" in text_of(card)
    assert "555" not in text_of(card)
    shown = await house["Rivera"].clicks("Show", on=card)
    assert shown.is_private
    assert "555-867-5309" in shown.text
    await check_in(house["Alex"], words=f"{NUMBER} or 555-111-2222")
    assert len(queue(house)) == 2, "another version is another card"
    await check_in(house["Alex"], words=f"{NUMBER} or 555-111-2222")
    assert len(queue(house)) == 2, "and the same form twice is not"


async def test_nothing_just_for_oneself_or_for_staff_is_put_before_moderators(house: House) -> None:
    await gather(house, "Alex", "Bea")
    await check_in(house["Alex"], words=NUMBER, share="self")
    await check_in(house["Bea"], words=NUMBER, share="staff")
    assert not queue(house)


async def test_a_filter_that_breaks_after_the_post_asks_a_human(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await gather(house, "Alex")
    filters = house.app.rooms.moderation._filters
    judge, calls = filters.judge, []

    def breaks_later(*args: object, **kwargs: object) -> object:
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError
        return judge(*args, **kwargs)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(filters, "judge", breaks_later, raising=False)
    await check_in(house["Alex"], words="a plain day")
    [card] = queue(house)
    assert "could not read it" in text_of(card)


async def test_erasing_oneself_empties_the_quiet_cards_too(house: House) -> None:
    await gather(house, "Alex", "Bea")
    alex = house["Alex"]
    await check_in(alex, words=FLAGGED)
    await alex.says(FLAGGED, in_="morning-check-in")
    await check_in(house["Bea"], words=FLAGGED)
    assert len([card for card in queue(house) if "Alex" in text_of(card)]) == 2
    await (await alex.runs("privacy erase")).clicks("Yes, erase it")
    await house.advance(seconds=1)
    assert not [card for card in queue(house) if "Alex" in text_of(card)]
    assert len([card for card in queue(house) if "erased" in text_of(card)]) == 2
    assert len([card for card in queue(house) if "Bea" in text_of(card)]) == 1, "and nobody else's"


async def test_erasing_oneself_empties_the_line_about_a_message_that_could_not_be_told(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    alex.closes_dms()
    house.sandbox.faults.fail("POST /channels/{channel_id}/threads", 403, None, code=50013)
    await alex.says(NUMBER, in_="morning-check-in")
    assert any("could not be told" in text_of(line) for line in queue(house))
    await (await alex.runs("privacy erase", in_="morning-check-in")).clicks("Yes, erase it")
    await house.advance(seconds=1)
    assert not any("Alex" in text_of(line) for line in queue(house))


# -- who looked --------------------------------------------------------------------------------------------------------


async def test_reading_what_was_sent_to_staff_is_on_record(house: House) -> None:
    await gather(house, "Alex")
    await check_in(house["Alex"], words="for staff", share="staff")
    assert "for staff" in (await house["Rivera"].clicks("Show", in_=ROOM)).text
    [(actor, person, _)] = await audited(house, "check-in.viewed")
    assert (actor, person) == (house["Rivera"].id, house["Alex"].id)


async def test_seeing_who_has_not_been_heard_is_on_record_for_each_of_them(house: House) -> None:
    await gather(house, "Alex", "Bea", "Jo")
    await check_in(house["Alex"], share="self")
    await house.advance(hours=12)
    await house["Chen"].clicks("See who", in_=ROOM)
    looks = await audited(house, "unheard.viewed")
    assert {(actor, person) for actor, person, _ in looks} == {
        (house["Chen"].id, house["Bea"].id),
        (house["Chen"].id, house["Jo"].id),
    }


@pytest.mark.parametrize("label", ["Show", "See who"])
async def test_where_it_cannot_be_put_on_record_nothing_is_shown(
    house: House, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    await gather(house, "Alex", "Bea")
    await check_in(house["Alex"], words="for staff only, please", share="staff")
    await house.advance(hours=12)

    async def full(*_args: object, **_kwargs: object) -> None:
        raise OSError

    monkeypatch.setattr(house.app.rooms.posting.audit, "note", full)
    answer = await house["Rivera"].clicks(label, in_=ROOM)
    assert "for staff only" not in answer.text
    assert "Bea" not in answer.text
    assert "988" in answer.text


async def test_erasing_oneself_empties_the_lines_in_the_staff_room_too(house: House) -> None:
    await gather(house, "Alex", "Bea")
    alex = house["Alex"]
    await check_in(alex, words="one", share="staff", contact="today")
    await check_in(alex, words="two", share="staff")
    await check_in(house["Bea"], words="three", share="staff")
    about = [text for text in house["Okafor"].texts(ROOM) if "Alex" in text and "joined" not in text]
    assert len(about) == 3
    await (await alex.runs("privacy erase")).clicks("Yes, erase it")
    await house.advance(seconds=1)
    said = house["Okafor"].texts(ROOM)
    assert not [text for text in said if "Alex" in text and "joined" not in text]
    assert len([text for text in said if "erased" in text]) == 3
    assert len([text for text in said if "Bea" in text and "sent a check-in" in text]) == 1


async def test_a_check_in_of_somebody_who_erased_it_leaves_no_button_behind(house: House) -> None:
    await gather(house, "Alex")
    await check_in(house["Alex"], words=NUMBER)
    await (await house["Alex"].runs("privacy erase")).clicks("Yes, erase it")
    await house.advance(seconds=1)
    assert not [card for card in queue(house) if has_button(card, "Show")]


STRICT = PROGRAMME.replace("track: iop}}", "track: iop, filters: {{links: hold}}}}", 1)


async def test_each_group_has_its_own_filters(house: House) -> None:
    await house.restart(STRICT)
    await gather(house, "Alex")
    await check_in(house["Alex"], words=FLAGGED)
    assert "was not posted" in text_of(queue(house)[-1])
