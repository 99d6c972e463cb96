"""`/ask`: a private thread with staff, what staff do with it, and what is kept of it."""

import asyncio
from datetime import timedelta

import pytest

from bot.access import records as access_records
from tests.harness.house import PROGRAMME, House
from tests.harness.person import labels_of
from tests.harness.tickets import DANGER, QUESTION, STAFF_ROOM, WELCOME, asks, card, cards, members_of, thread, threads


async def test_a_question_opens_a_private_thread_with_staff_and_a_card_without_its_words(house: House) -> None:
    await house.enrol("Alex", "Bea")
    said = await asks(house["Alex"])
    assert "988" in said
    opened = thread(house)
    hello = house["Alex"].texts(opened)[-1]
    assert QUESTION in hello
    assert opened.parent_id == house.channel(WELCOME).id
    assert members_of(opened) >= {house["Alex"].id, *(one.id for one in house.staff)}
    assert not threads(house["Bea"])
    assert "**Alex** in Morning" in card(house)
    assert f"<#{opened.id}>" in card(house)
    assert QUESTION not in "\n".join(house["Okafor"].texts(STAFF_ROOM))
    assert labels_of(cards(house)[-1]) == ["Show", "Take it", "Answer", "Ready answer", "Close"]


async def test_the_words_are_read_for_danger_first_and_do_not_stand_on_discord_again(house: House) -> None:
    await house.enrol("Alex")
    said = await asks(house["Alex"], DANGER)
    assert house["Rivera"].is_paged()
    assert said.index("988") < said.index("Thank you for asking")
    assert "kill" not in "\n".join(house["Alex"].texts(thread(house)))
    assert "open incident" in card(house)
    shown = await house["Rivera"].clicks("Show", in_=STAFF_ROOM)
    assert shown.is_private
    assert DANGER in shown.text


async def test_everything_written_in_the_thread_is_read_for_danger(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    await house["Alex"].says(DANGER, in_=thread(house))
    assert house["Rivera"].is_paged()
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.user_id == house["Alex"].id


async def test_a_telephone_number_for_staff_is_held_by_no_filter(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    message = await house["Alex"].says("call me on 212 555 0147 please", in_=thread(house))
    assert message.id in {one.id for one in house["Alex"].reads(thread(house))}
    assert not house["Okafor"].reads("mod-queue")


async def test_asked_twice_at_one_moment_is_one_ticket_and_one_thread(house: House) -> None:
    await house.enrol("Alex")
    first, second = await asyncio.gather(
        house["Alex"].runs("ask", in_="morning-check-in", text="the first thing"),
        house["Alex"].runs("ask", in_="morning-check-in", text="the second thing"),
    )
    assert sorted("already have a question" in one.text for one in (first, second)) == [False, True]
    seen = "\n".join(house["Alex"].texts(thread(house)))
    assert "the first thing" in seen
    assert "the second thing" in seen
    assert len(cards(house)) == 1
    shown = await house["Rivera"].clicks("Show", in_=STAFF_ROOM)
    assert "the first thing" in shown.text
    assert "the second thing" in shown.text


async def test_whoever_is_discharged_keeps_the_thread_and_may_ask(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    await house["Rivera"].runs("member discharge", in_=STAFF_ROOM, user=house["Alex"].id)
    assert "Morning" not in house["Alex"].roles()
    await house["Chen"].says("here is what we think", in_=thread(house))
    assert "Answered" in card(house)
    await house["Alex"].says("and one thing more", in_=thread(house))
    assert "written again" in card(house)
    answer = await house["Alex"].runs("ask", text="are you still there")
    assert "already have a question" in answer.text


async def test_of_two_who_take_it_at_one_second_one_has_it_and_the_other_is_told(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    rivera, chen, [one] = house["Rivera"], house["Chen"], cards(house)
    first, second = await asyncio.gather(rivera.clicks("Take it", on=one), chen.clicks("Take it", on=one))
    won, lost = (first, second) if "is yours" in first.text else (second, first)
    assert "is yours" in won.text
    assert f"<@{won.person.id}> has it already" in lost.text
    assert f"<@{won.person.id}> has it" in card(house)
    over = await lost.clicks("Take it over")
    assert "is yours" in over.text
    assert f"<@{lost.person.id}> has it" in card(house)
    late = await house["Rivera"].runs("ticket take", in_=STAFF_ROOM, number=1)
    assert "is yours" in late.text if lost.person is rivera else "has it already" in late.text


async def test_a_double_click_takes_once(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    [one] = cards(house)
    both = await asyncio.gather(*(house["Rivera"].clicks("Take it", on=one) for _ in range(2)))
    assert all("is yours" in each.text for each in both)


async def test_the_buttons_live_through_a_restart(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    await house.restart()
    assert QUESTION in (await house["Rivera"].clicks("Show", in_=STAFF_ROOM)).text
    assert "is yours" in (await house["Rivera"].clicks("Take it", on=cards(house)[-1])).text


async def test_a_ready_answer_is_shown_before_it_is_sent_and_sent_once(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    form = await house["Rivera"].clicks("Ready answer", in_=STAFF_ROOM)
    preview = await form.fills(snippet="call")
    assert "not sent yet" in preview.text
    assert "Would a phone call help?" in preview.text
    assert not any("phone call" in text for text in house["Alex"].texts(thread(house)))
    both = await asyncio.gather(preview.clicks("Send it"), preview.clicks("Send it"))
    assert sorted(each.text for each in both) == ["Sent.", "That was sent already."]
    assert sum("phone call" in text for text in house["Alex"].texts(thread(house))) == 1


async def test_staffs_own_words_are_read_for_danger_and_the_answer_goes_all_the_same(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    form = await house["Rivera"].clicks("Answer", in_=STAFF_ROOM)
    await form.fills(words="Monday works, see you then")
    assert "Monday works" in house["Alex"].texts(thread(house))[-1]
    assert "Answered" in card(house)
    assert f"<@{house['Rivera'].id}> has it" in card(house), "whoever answers what nobody had, has it"


async def test_closing_tells_the_member_and_writing_again_opens_it(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    closed = await house["Rivera"].clicks("Close", in_=STAFF_ROOM)
    assert "is closed" in closed.text, "without a private page to read it on, no summary is asked for"
    assert "write here and it opens again" in house["Alex"].texts(thread(house))[-1]
    assert labels_of(cards(house)[0]) == ["Show"]
    await house["Alex"].says("thank you, and one thing more", in_=thread(house))
    assert "written again" in card(house)
    assert "Take it" in labels_of(cards(house)[-1])


async def test_nobody_closes_what_they_have_not_seen_and_of_two_one_closes(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    [stale] = cards(house)
    row = next(item["custom_id"] for item in stale.components[0]["components"] if item["label"] == "Close")
    assert row == "ticket:close:1.1"
    await house["Rivera"].says("which days?", in_=thread(house))
    desk = house.app.rooms.tickets.desk
    await house["Alex"].says("mondays", in_=thread(house))
    assert (await desk.close(1, house["Chen"].id, 1, "")).ended.value == "written_since"
    newest = cards(house)[-1]
    one, two = await asyncio.gather(
        house["Rivera"].clicks("Close", on=newest), house["Chen"].clicks("Close", on=newest)
    )
    won, lost = (one, two) if "is closed." in one.text else (two, one)
    assert "is closed." in won.text
    assert f"<@{won.person.id}> has closed it already" in lost.text
    assert sum("closed this for now" in text for text in house["Alex"].texts(thread(house))) == 1


async def test_asking_after_the_end_is_a_new_ticket_in_the_same_thread(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    place = thread(house)
    await house["Rivera"].clicks("Close", in_=STAFF_ROOM)
    await asks(house["Alex"], "something else entirely")
    assert thread(house) is place
    assert "something else entirely" in house["Alex"].texts(place)[-1]
    assert "Ticket 2" in card(house)
    await house["Alex"].says("about that", in_=place)
    listed = await house["Rivera"].runs("ticket list", in_=STAFF_ROOM)
    assert "**2**" in listed.text
    assert "**1**" not in listed.text


async def test_staff_are_reminded_again_and_again_until_it_is_answered_and_never_with_a_word(
    empty_house: House,
) -> None:
    house = empty_house
    await house.start(PROGRAMME + "moderation: {{answer_within: 1h}}\n")
    await house.enrol("Alex")
    await asks(house["Alex"])

    def reminders() -> list[str]:
        return [text for text in house["Okafor"].texts(STAFF_ROOM) if "has been waiting for an answer" in text]

    await house.advance(minutes=59)
    assert not reminders()
    await house.advance(minutes=2)
    [one] = reminders()
    assert "ticket 1" in one
    assert f"<@{house['Rivera'].id}>" in one, "who is on call"
    assert QUESTION not in one
    await house["Chen"].clicks("Take it", on=cards(house)[-1])
    await house.advance(hours=1)
    assert f"<@{house['Chen'].id}>" in reminders()[-1], "whoever has it"
    assert len(reminders()) == 1, "taking it took the first call away"
    await house["Chen"].says("here is your answer", in_=thread(house))
    await house.advance(hours=9)
    assert not reminders()
    await house.stop()
    await house.start(PROGRAMME + "moderation: {{answer_within: 1h}}\n")
    await house["Alex"].says("one thing more", in_=thread(house))
    await house.stop()
    house._move(house.clock.now() + timedelta(hours=7))
    await house.start(PROGRAMME + "moderation: {{answer_within: 1h}}\n")
    await house.advance(minutes=1)
    assert len(reminders()) == 1, "one after an outage, and not one an hour"


async def test_members_have_none_of_staffs_doors_and_nobody_acts_on_their_own(house: House) -> None:
    await house.enrol("Alex")
    answer = await house["Chen"].runs("ask", in_=STAFF_ROOM, text="could somebody look at my own leave")
    assert answer.is_private
    refused = await house["Chen"].clicks("Show", on=cards(house)[-1])
    assert "your own" in refused.text
    assert "leave" in (await house["Rivera"].clicks("Show", on=cards(house)[-1])).text
    desk = house.app.rooms.tickets.desk
    from bot.errors import NotAllowedError  # noqa: PLC0415  # only this tries what no button offers

    for act in (desk.show(1, house["Alex"].id), desk.take(1, house["Alex"].id), desk.close(1, house["Alex"].id, 1, "")):
        with pytest.raises(NotAllowedError):
            await act


async def test_erasure_takes_every_ticket_along_the_closed_ones_too_with_cards_and_thread(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await asks(house["Alex"])
    await house["Rivera"].clicks("Close", in_=STAFF_ROOM)
    await asks(house["Alex"], "something else entirely")
    await asks(house["Bea"], "a question of Bea's")
    copy = (await house.app.rooms.privacy.export(house["Alex"].id)).decode()
    assert QUESTION in copy
    assert "something else entirely" in copy
    assert "a question of Bea's" not in copy
    await house.app.rooms.privacy.erase(house["Alex"].id, "test")
    await house.settles()
    assert not threads(house["Alex"])
    assert len(threads(house["Bea"])) == 1
    room = "\n".join(house["Okafor"].texts(STAFF_ROOM))
    assert room.count("erased at the member's wish") == 2
    assert "Ticket 3" in room
    assert QUESTION not in (await house.app.rooms.privacy.export(house["Alex"].id)).decode()
    await house.advance(hours=9)
    assert "ticket 2 has been waiting" not in "\n".join(house["Okafor"].texts(STAFF_ROOM))


async def test_every_look_is_on_record(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    await house["Rivera"].clicks("Show", in_=STAFF_ROOM)
    async with house.app.database.read() as session:
        rows = [(row.action, row.actor_id) for row in await access_records.audit_after(session, 0, 1000)]
    assert ("ticket.viewed", house["Rivera"].id) in rows
