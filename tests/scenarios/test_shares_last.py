"""Anonymous shares over time: taken back, left behind, erased; two at once, crashes, and what Discord does not take."""

import asyncio
from datetime import timedelta

import pytest

from bot.shares.rules import ShareState
from tests.harness.house import House
from tests.harness.person import labels_of, text_of
from tests.scenarios.test_member_side import worries
from tests.scenarios.test_page_faults import OUTAGES, cards, is_recorded, sees
from tests.scenarios.test_reports import reports
from tests.scenarios.test_shares import CHANNEL, ON, QUEUE, WORDS, asks_for_the_seal, opened, rows, shares

# -- taking it back, leaving, being erased -----------------------------------------------------------------------------


async def test_its_author_takes_it_back_before_and_after_it_is_posted(empty_house: House) -> None:
    house = await opened(empty_house)
    alex, bea, rivera = house["Alex"], house["Bea"], house["Rivera"]
    await shares(alex)
    mine = await (await alex.runs("shares", in_=CHANNEL)).clicks("Read 1")
    await mine.clicks("Take it back")
    assert labels_of(rivera.reads(QUEUE)[0]) == ["Show"], "there is nothing left to decide"
    await shares(alex, "a second one, about mornings")
    await rivera.clicks("Approve", in_=QUEUE)
    assert [text for text in bea.texts(CHANNEL) if "about mornings" in text]
    mine = await alex.clicks("Read it")
    assert "Done" in (await mine.clicks("Take it back")).text
    assert not [text for text in bea.texts(CHANNEL) if "about mornings" in text]
    assert all("taken back" not in text.lower() for text in rivera.texts(QUEUE)), "who acts is nobody's to know"


async def test_whose_author_has_left_the_group_is_not_posted(empty_house: House) -> None:
    house = await opened(empty_house)
    await shares(house["Alex"])
    await house["Chen"].runs("member discharge", in_=QUEUE, user=house["Alex"].id)
    answer = await house["Rivera"].clicks("Approve", in_=QUEUE)
    assert "not to be posted any more" in answer.text
    assert not [text for text in house["Bea"].texts(CHANNEL) if "hardest" in text]


async def test_an_erasure_takes_it_down_and_empties_its_cards(empty_house: House) -> None:
    house = await opened(empty_house)
    alex, rivera = house["Alex"], house["Rivera"]
    await shares(alex)
    await rivera.clicks("Approve", in_=QUEUE)
    await asks_for_the_seal(rivera)
    report = await house.app.rooms.privacy.erase(alex.id, "1")
    await house.settles()
    assert ("shares", 1) in {(one.table, one.rows) for one in report.erased}
    assert await rows(house) == []
    assert not [text for text in house["Bea"].texts(CHANNEL) if "hardest" in text]
    cards = house["Okafor"].reads(QUEUE)
    assert [text_of(one).strip() for one in cards] == ["This is no longer there. There is nothing left to decide."] * 2
    assert not [one for one in cards if labels_of(one)]


async def test_a_full_copy_holds_ones_own_shares_and_nobody_elses(empty_house: House) -> None:
    house = await opened(empty_house)
    await shares(house["Alex"])
    mine = (await house.app.rooms.privacy.export(house["Alex"].id)).decode()
    others = (await house.app.rooms.privacy.export(house["Bea"].id)).decode()
    assert WORDS in mine
    assert WORDS not in others


# -- two at once, restarts, refusals -----------------------------------------------------------------------------------


async def test_two_moderators_in_the_same_second_one_wins_and_the_other_is_told(empty_house: House) -> None:
    house = await opened(empty_house)
    await shares(house["Alex"])
    yes, no = await asyncio.gather(
        house["Rivera"].clicks("Approve", in_=QUEUE), house["Okafor"].clicks("Decline", in_=QUEUE)
    )
    assert ("Somebody was quicker" in yes.text) != ("Somebody was quicker" in no.text)
    posted = [text for text in house["Bea"].texts(CHANNEL) if "hardest" in text]
    assert bool(posted) == ("Approved" in yes.text)
    assert len([text for text in house["Alex"].texts() if "something for you to read" in text]) == 1


async def test_a_double_click_sends_and_posts_once(empty_house: House) -> None:
    house = await opened(empty_house)
    typed = await house["Alex"].runs("share", in_=CHANNEL, text=WORDS)
    await asyncio.gather(typed.clicks("Send it"), typed.clicks("Send it"))
    assert len(house["Okafor"].reads(QUEUE)) == 1
    await asyncio.gather(house["Rivera"].clicks("Approve", in_=QUEUE), house["Rivera"].clicks("Approve", in_=QUEUE))
    assert len([text for text in house["Bea"].texts(CHANNEL) if "hardest" in text]) == 1


async def test_every_button_outlives_a_crash(empty_house: House) -> None:
    house = await opened(empty_house)
    typed = await house["Alex"].runs("share", in_=CHANNEL, text=WORDS)
    await house.crash()
    await house.start(ON)
    await typed.clicks("Send it")
    await house.crash()
    await house.start(ON)
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    await house.crash()
    await house.start(ON)
    assert len([text for text in house["Bea"].texts(CHANNEL) if "hardest" in text]) == 1
    assert WORDS in (await house["Alex"].clicks("Read it")).text


@pytest.mark.parametrize(("status", "code"), [(403, 50001), (404, 10003)], ids=["not allowed", "channel gone"])
async def test_what_discord_does_not_take_is_told_to_staff_and_posted_nowhere_else(
    empty_house: House, status: int, code: int
) -> None:
    house = await opened(empty_house)
    await shares(house["Alex"])
    house.sandbox.faults.fail("POST /channels/{channel_id}/messages", status, 1, code=code)
    house.sandbox.faults.fail("GET /channels/{channel_id}", 404, 1, code=10003)
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    await house.advance(minutes=5)
    assert [text for text in house["Okafor"].texts(QUEUE) if "Share 1 was approved, and could not be posted" in text]
    assert not [text for text in house["Bea"].texts(CHANNEL) if "hardest" in text]


async def test_taken_back_while_it_is_on_its_way_it_goes_again(empty_house: House) -> None:
    house = await opened(empty_house)
    alex = house["Alex"]
    await shares(alex)
    mine = await (await alex.runs("shares", in_=CHANNEL)).clicks("Read 1")
    house.sandbox.faults.fail("POST /channels/{channel_id}/messages", 500, 1)
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    await mine.clicks("Take it back")
    await house.advance(minutes=10)
    assert not [text for text in house["Bea"].texts(CHANNEL) if "hardest" in text]
    assert "not to be posted any more" in text_of(house["Okafor"].reads(QUEUE)[0])


async def test_drafts_are_forgotten_after_an_hour_and_ended_words_after_a_month(empty_house: House) -> None:
    house = await opened(empty_house)
    alex, service = house["Alex"], house.app.rooms.shares
    await alex.runs("share", in_=CHANNEL, text="never sent")
    await shares(alex, "declined")
    await house["Rivera"].clicks("Decline", in_=QUEUE)
    await shares(alex, "posted")
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    for later, left in ((timedelta(minutes=59), 3), (timedelta(minutes=2), 2), (timedelta(days=31), 1)):
        house.clock.set(house.clock.now() + later)
        await service.plan(house.clock.now(), house.clock.now())
        assert len(await rows(house)) == left
    [posted] = await rows(house)
    assert (posted.words, posted.state) == (None, ShareState.APPROVED)
    await house.app.rooms.privacy.erase(alex.id, "1")
    await house.settles()
    assert not [text for text in house["Bea"].texts(CHANNEL) if "posted" in text], "it is still theirs to take down"


# -- somebody worries about whoever wrote one --------------------------------------------------------------------------


async def test_a_report_out_of_worry_pages_about_whoever_worries(empty_house: House) -> None:
    house = await opened(empty_house)
    await shares(house["Alex"])
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    posted = house["Bea"].reads(CHANNEL)[-1]
    answer = await reports(house["Bea"], posted, reason="worried")
    assert "988" in answer.text
    assert house["Rivera"].is_paged()
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.user_id == house["Bea"].id
    assert f"/{posted.id}" in text_of(cards(house)[0]), "it leads to the share"
    page = await house.app.rooms.oncall.incident_page(incident.id, house["Rivera"].id)
    assert [entry.categories for entry in page.entries if entry.categories] == [("third-person",)]


@pytest.mark.parametrize("outage", OUTAGES)
async def test_where_nobody_can_look_a_worry_pages_from_memory(empty_house: House, outage: str) -> None:
    house = await opened(empty_house)
    await shares(house["Alex"])
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    posted = house["Bea"].reads(CHANNEL)[-1]
    house.app.database.patience = 0.05
    async with OUTAGES[outage](house):
        house.sandbox.people.message_menu(house["Bea"].id, "Worried about them", posted)
        await sees(house, house["Rivera"].is_paged)
        assert str(house["Alex"].id) not in text_of(cards(house)[0])
    await is_recorded(house)
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.user_id == house["Bea"].id
    await worries(house["Bea"], posted)
    assert len(await house.app.rooms.oncall.unresolved(house.guild.id)) == 1
