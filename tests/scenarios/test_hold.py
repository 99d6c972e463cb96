"""A held message: out of sight at once, its author told why, kindly; staff decide, and nothing of it is ever lost."""

import asyncio

import pytest

from bot.moderation.service import HeldState
from tests.harness.house import PROGRAMME, House
from tests.harness.person import has_button, labels_of, text_of

NUMBER = "if anybody needs a lift, my number is 555-867-5309"
CHANNEL = "morning-check-in"
QUEUE = "mod-queue"


def deletions(house: House) -> list[str]:
    return [one.path for one in house.sandbox.requests if one.method == "DELETE" and "/messages/" in one.path]


async def test_it_leaves_the_channel_and_its_author_has_the_words_and_the_reason(house: House) -> None:
    await house.enrol("Alex", "Bea")
    alex, bea = house["Alex"], house["Bea"]
    await alex.says(NUMBER, in_=CHANNEL)
    assert not [text for text in bea.texts(CHANNEL) if "555" in text]
    told = alex.texts()[-1]
    assert "not in trouble" in told
    assert "contact details" in told
    assert NUMBER in told
    [card] = house["Okafor"].reads(QUEUE)
    assert labels_of(card) == ["Show", "Approve", "Decline", "Ask to reword"]
    assert "Alex" in text_of(card)
    assert "Morning" in text_of(card)
    assert "contact details" in text_of(card)
    assert "555" not in text_of(card)
    assert not card.mentions.user_ids


async def test_show_is_for_one_and_approve_posts_it_under_the_chosen_name(house: House) -> None:
    await house.enrol("Alex", "Bea")
    alex, bea, rivera = house["Alex"], house["Bea"], house["Rivera"]
    settings = await alex.runs("reminders", in_=CHANNEL)
    await settings.fills(name="Lex *from* Dune St", zone="")
    await alex.says(f"{NUMBER} @everyone <@{bea.id}>", in_=CHANNEL)
    shown = await rivera.clicks("Show", in_=QUEUE)
    assert shown.is_private
    assert "555-867-5309" in shown.text
    await shown.clicks("Approve")
    posted = bea.reads(CHANNEL)[-1]
    [embed] = posted.embeds
    assert embed["author"]["name"] == "Lex *from* Dune St"
    assert "555-867-5309" in embed["description"]
    assert "after staff had a look" in embed["footer"]["text"]
    assert not posted.mentions.user_ids
    assert not posted.mentions.everyone
    [card] = house["Okafor"].reads(QUEUE)
    assert f"Approved by <@{rivera.id}>" in text_of(card)
    assert labels_of(card) == ["Show"]
    assert f"/{posted.channel.id}/{posted.id}" in alex.texts()[-1], "its author is told where"


@pytest.mark.parametrize(
    ("label", "said"), [("Decline", "will not be shown"), ("Ask to reword", "put it another way")], ids=str
)
async def test_a_no_is_told_kindly_with_the_words(house: House, label: str, said: str) -> None:
    await house.enrol("Alex", "Bea")
    alex, rivera = house["Alex"], house["Rivera"]
    await alex.says(NUMBER, in_=CHANNEL)
    await rivera.clicks(label, in_=QUEUE)
    assert said in alex.texts()[-1]
    assert NUMBER in alex.texts()[-1]
    assert not [text for text in house["Bea"].texts(CHANNEL) if "555" in text]
    assert labels_of(house["Okafor"].reads(QUEUE)[-1]) == ["Show"]


async def test_closed_dms_abort_nothing_and_lead_into_the_private_thread(house: House) -> None:
    """Elsewhere a moderation action was aborted because a DM failed."""
    await house.enrol("Alex", "Bea")
    alex = house["Alex"]
    alex.closes_dms()
    await alex.says(NUMBER, in_=CHANNEL)
    assert not [text for text in house["Bea"].texts(CHANNEL) if "555" in text]
    assert has_button(house["Okafor"].reads(QUEUE)[-1], "Approve")
    [thread] = [place for place in alex.places() if place.name.startswith("A note for you")]
    assert any(NUMBER in text for text in alex.texts(thread))
    assert thread.id not in {place.id for place in house["Bea"].places()}


async def test_whoever_can_be_told_by_no_road_is_named_to_staff(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    alex.closes_dms()
    house.sandbox.faults.fail("POST /channels/{channel_id}/threads", 403, None, code=50013)
    await alex.says(NUMBER, in_=CHANNEL)
    assert any("could not be told" in text and "Alex" in text for text in house["Okafor"].texts(QUEUE))
    await house["Rivera"].clicks("Decline", in_=QUEUE)
    assert not await house.app.rooms.moderation.deciding.waiting(house.guild.id)


async def test_danger_in_a_held_message_has_paged_and_its_card_says_so(house: House) -> None:
    await house.enrol("Alex")
    alex, rivera = house["Alex"], house["Rivera"]
    danger = f"I'm going to kill myself tonight. {NUMBER}"
    await alex.says(danger, in_=CHANNEL)
    assert rivera.is_paged()
    assert any("988" in text for text in alex.texts())
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    [card] = house["Okafor"].reads(QUEUE)
    assert incident.code in text_of(card)
    assert "decide warmly" in text_of(card)
    page = await house.app.rooms.oncall.incident_page(incident.id, rivera.id)
    assert any(entry.words == danger for entry in page.entries)
    told = next(text for text in alex.texts() if "not in trouble" in text)
    assert "988" in told
    await rivera.clicks("Decline", in_=QUEUE)
    assert rivera.is_paged(), "deciding about words ends no page"


async def test_somebody_with_an_open_incident_is_never_silenced(empty_house: House) -> None:
    """What is about how they write is only shown to staff; what endangers may be hidden, and they are told kindly."""
    house = empty_house
    strict = "track: iop, filters: {{media: remove, flooding: remove, contact: remove}}}}"
    await house.start(PROGRAMME.replace("track: iop}}", strict))
    await house.enrol("Alex")
    alex = house["Alex"]
    await alex.says("I'm going to kill myself tonight", in_=CHANNEL)
    for number in range(12):
        await alex.says(f"please {number}", in_=CHANNEL)
    await alex.says("", in_=CHANNEL, attachments=[("a.png", b"0")])
    assert not deletions(house)
    await alex.says(NUMBER, in_=CHANNEL)
    assert len(deletions(house)) == 1
    [held] = await house.app.rooms.moderation.deciding.waiting(house.guild.id)
    assert held.state is HeldState.HELD, "and not removed: a human looks at it"


async def test_removed_without_a_decision_is_told_as_kindly(empty_house: House) -> None:
    house = empty_house
    await house.start(PROGRAMME.replace("track: iop}}", "track: iop, filters: {{contact: remove}}}}"))
    await house.enrol("Alex")
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    assert NUMBER in house["Alex"].texts()[-1]
    assert "not in trouble" in house["Alex"].texts()[-1]
    [card] = house["Okafor"].reads(QUEUE)
    assert labels_of(card) == ["Show"]
    await house.advance(hours=9)
    assert len(house["Okafor"].reads(QUEUE)) == 1, "nothing waits"


async def test_flagged_stays_and_staff_see_a_quiet_card(empty_house: House) -> None:
    house = empty_house
    await house.start(PROGRAMME.replace("track: iop}}", "track: iop, filters: {{contact: flag}}}}"))
    await house.enrol("Alex", "Bea")
    message = await house["Alex"].says(NUMBER, in_=CHANNEL)
    assert NUMBER in house["Bea"].texts(CHANNEL)
    [card] = house["Okafor"].reads(QUEUE)
    assert f"/{message.channel.id}/{message.id}" in text_of(card)
    assert "contact details" in text_of(card)
    assert "555" not in text_of(card)
    assert not labels_of(card)
    told = len(house["Alex"].reads())
    await house["Alex"].edits(message, NUMBER + "!")
    assert len(house["Okafor"].reads(QUEUE)) == 1, "the same thing in the same message is no news"
    assert len(house["Alex"].reads()) == told


async def test_staffs_own_words_are_not_judged(house: House) -> None:
    await house["Chen"].says(NUMBER, in_=CHANNEL)
    assert NUMBER in house["Rivera"].texts(CHANNEL)
    assert not house["Okafor"].reads(QUEUE)


async def test_a_filter_that_breaks_holds_nothing_and_asks_a_human(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.enrol("Alex")

    def breaks(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(house.app.rooms.moderation._filters, "judge", breaks, raising=False)
    await house["Alex"].says("good morning", in_=CHANNEL)
    assert not deletions(house)
    assert any("could not read it" in text for text in house["Okafor"].texts(QUEUE))


# -- two at once -------------------------------------------------------------------------------------------------------


async def test_of_two_who_decide_at_the_same_second_one_wins_and_the_other_is_told(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    rivera, chen = house["Rivera"], house["Chen"]
    first, second = await asyncio.gather(
        rivera.clicks("Approve", on=house["Okafor"].reads(QUEUE)[-1]),
        chen.clicks("Decline", on=house["Okafor"].reads(QUEUE)[-1]),
    )
    won, lost = (first, second) if "Somebody was quicker" in second.text else (second, first)
    assert "Somebody was quicker" not in won.text
    assert "Somebody was quicker" in lost.text
    assert f"<@{won.person.id}>" in lost.text
    told = [text for text in house["Alex"].texts() if "not in trouble" not in text and "Staff looked" in text]
    assert len(told) == 1, "its author hears of one decision"


async def test_a_double_click_acts_once(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    rivera = house["Rivera"]
    card = house["Okafor"].reads(QUEUE)[-1]
    await asyncio.gather(rivera.clicks("Approve", on=card), rivera.clicks("Approve", on=card))
    assert len([one for one in house["Bea"].reads(CHANNEL) if one.embeds and "555" in text_of(one)]) == 1


async def test_only_staff_decide(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    for label in ("Show", "Approve"):
        answer = await house["Owner"].clicks(label, in_=QUEUE)
        assert answer.text == "That is for staff only."
    assert await house.app.rooms.moderation.deciding.waiting(house.guild.id)


# -- while it is held --------------------------------------------------------------------------------------------------


async def test_an_edit_into_something_to_be_held_is_held(house: House) -> None:
    await house.enrol("Alex", "Bea")
    message = await house["Alex"].says("good morning all", in_=CHANNEL)
    await house["Alex"].edits(message, NUMBER)
    assert NUMBER not in house["Bea"].texts(CHANNEL)
    assert NUMBER in house["Alex"].texts()[-1]


async def test_discord_refuses_so_staff_are_told_and_an_edit_into_the_clear_ends_it(house: House) -> None:
    await house.enrol("Alex", "Bea")
    alex = house["Alex"]
    house.sandbox.faults.fail("DELETE /channels/{channel_id}/messages/{message_id}", 403, None, code=50013)
    message = await alex.says(NUMBER, in_=CHANNEL)
    assert any("should be set aside" in text and str(message.id) in text for text in house["Okafor"].texts(QUEUE))
    assert any("It still shows" in text for text in house["Okafor"].texts(QUEUE))
    assert "You can change or delete it yourself" in alex.texts()[-1]
    house.sandbox.faults.clear()
    await house.advance(hours=1)
    assert NUMBER in house["Bea"].texts(CHANNEL)
    await alex.edits(message, "if anybody needs a lift, ask me on Monday")
    assert any("There is nothing to decide" in text for text in house["Okafor"].texts(QUEUE))
    assert not await house.app.rooms.moderation.deciding.waiting(house.guild.id)


async def test_who_deletes_what_could_not_be_hidden_has_taken_it_back(house: House) -> None:
    await house.enrol("Alex")
    house.sandbox.faults.fail("DELETE /channels/{channel_id}/messages/{message_id}", 403, None, code=50013)
    message = await house["Alex"].says(NUMBER, in_=CHANNEL)
    house.sandbox.people.delete(house["Alex"].id, message)
    await house.settles()
    assert any("Taken back" in text for text in house["Okafor"].texts(QUEUE))
    assert not await house.app.rooms.moderation.deciding.waiting(house.guild.id)


async def test_a_message_that_was_gone_before_is_not_for_staff_to_post(house: House) -> None:
    await house.enrol("Alex")
    house.sandbox.faults.fail("DELETE /channels/{channel_id}/messages/{message_id}", 404, 1, code=10008)
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    assert "was gone before" in house["Okafor"].texts(QUEUE)[-1]
    assert labels_of(house["Okafor"].reads(QUEUE)[-1]) == ["Show"]
    assert "deleted before staff could look" in house["Alex"].texts()[-1]


async def test_words_changed_since_are_not_approved_unseen(house: House) -> None:
    await house.enrol("Alex", "Bea")
    alex, rivera = house["Alex"], house["Rivera"]
    house.sandbox.faults.fail("DELETE /channels/{channel_id}/messages/{message_id}", 403, None, code=50013)
    message = await alex.says(NUMBER, in_=CHANNEL)
    shown = await rivera.clicks("Show", in_=QUEUE)
    await alex.edits(message, "no, my number is 555-111-2222")
    assert "changed it since" in (await shown.clicks("Approve")).text
    again = await rivera.clicks("Show", in_=QUEUE)
    assert "555-111-2222" in again.text
    assert "Approved" in (await again.clicks("Approve")).text


async def test_its_author_may_take_it_back_before_and_after(house: House) -> None:
    await house.enrol("Alex", "Bea")
    alex, rivera = house["Alex"], house["Rivera"]
    await alex.says(NUMBER, in_=CHANNEL)
    assert "will not be shown" in (await alex.clicks("Take it back")).text
    assert "Taken back" in house["Okafor"].texts(QUEUE)[-1]
    await alex.says(f"{NUMBER}, really", in_=CHANNEL)
    await rivera.clicks("Approve", on=house["Okafor"].reads(QUEUE)[-1])
    assert any("555" in text for text in house["Bea"].texts(CHANNEL))
    await alex.clicks("Take it back", on=alex.reads()[-1])
    assert not any("555" in text for text in house["Bea"].texts(CHANNEL))


async def test_nobody_who_left_the_group_is_posted_there(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    await house["Rivera"].runs("member discharge", in_="staff-room", user=house["Alex"].id)
    answer = await house["Rivera"].clicks("Approve", in_=QUEUE)
    assert "left the group" in answer.text
    assert not any(message.embeds and "555" in text_of(message) for message in house["Rivera"].reads(CHANNEL))
    assert not await house.app.rooms.moderation.deciding.waiting(house.guild.id)


async def test_erasing_oneself_takes_held_words_along_older_ones_too(house: House) -> None:
    await house.enrol("Alex", "Bea")
    alex, rivera = house["Alex"], house["Rivera"]
    await alex.says("older: call 555-222-3333", in_=CHANNEL)
    await rivera.clicks("Approve", in_=QUEUE)
    await house.advance(days=3)
    await alex.says(NUMBER, in_=CHANNEL)
    card = house["Okafor"].reads(QUEUE)[-1]
    assert has_button(card, "Show")
    await (await alex.runs("privacy erase")).clicks("Yes, erase it")
    await house.advance(seconds=1)
    assert not any("555" in text for text in house["Bea"].texts(CHANNEL)), "what was posted in their name, too"
    assert all("erased" in text for text in house["Okafor"].texts(QUEUE))
    assert not labels_of(card)
    copy = (await house.app.rooms.privacy.export(alex.id)).decode()
    assert "555" not in copy
    assert "held_messages" not in copy
