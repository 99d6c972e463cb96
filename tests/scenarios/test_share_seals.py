"""Opening the seal of an anonymous share: two of staff and a reason, all of it on record, and its author is told."""

import asyncio

from tests.harness.house import House
from tests.harness.person import has_button, labels_of, text_of
from tests.scenarios.test_shares import CHANNEL, QUEUE, asks_for_the_seal, audit, opened, seen_by_staff, shares


async def test_two_of_staff_open_the_seal_and_only_these_two_see_who_wrote_it(empty_house: House) -> None:
    house = await opened(empty_house)
    alex, rivera, chen, okafor = house["Alex"], house["Rivera"], house["Chen"], house["Okafor"]
    await shares(alex)
    asked = await asks_for_the_seal(rivera)
    assert "A second one of staff has to agree" in asked.text
    again = await asks_for_the_seal(okafor)
    assert "asked for already" in again.text
    alone = await rivera.clicks("Agree", in_=QUEUE)
    assert "Somebody else of staff" in alone.text
    assert "names a person" in (await chen.clicks("Read the reason", in_=QUEUE)).text
    form = await chen.clicks("Agree", in_=QUEUE)
    await form.fills(telling="tell")
    for one in (rivera, chen):
        looked = await one.clicks("Show who wrote it", in_=QUEUE)
        assert looked.is_private
        assert f"<@{alex.id}>" in looked.text
    assert "Only the two" in (await okafor.clicks("Show who wrote it", in_=QUEUE)).text
    assert str(alex.id) not in seen_by_staff(house)
    assert [one for one in await audit(house) if one[0].startswith("seal")] == [
        ("seal.asked", rivera.id),
        ("seal.opened", chen.id),
        ("seal.viewed", rivera.id),
        ("seal.viewed", chen.id),
    ]
    read = await alex.clicks("Read it")
    assert "opened the seal" in read.text
    assert "hurt another person" in read.text
    assert "names a person" not in read.text, "not staff's words"
    await house.advance(days=7, minutes=1)
    assert "Only the two" in (await rivera.clicks("Show who wrote it", in_=QUEUE)).text


async def test_where_telling_would_endanger_somebody_the_author_is_not_told(empty_house: House) -> None:
    house = await opened(empty_house)
    alex = house["Alex"]
    await shares(alex)
    await asks_for_the_seal(house["Rivera"], "care")
    before = len(alex.reads())
    await (await house["Chen"].clicks("Agree", in_=QUEUE)).fills(telling="keep")
    assert len(alex.reads()) == before
    mine = await (await alex.runs("shares", in_=CHANNEL)).clicks("Read 1")
    assert "seal" not in mine.text
    assert ("seal.opened-quietly", house["Chen"].id) in await audit(house)
    assert "seal" not in (await house.app.rooms.privacy.export(alex.id)).decode().lower()


async def test_a_refused_seal_stays_closed_and_that_is_on_record(empty_house: House) -> None:
    house = await opened(empty_house)
    await shares(house["Alex"])
    await asks_for_the_seal(house["Rivera"])
    await house["Chen"].clicks("Refuse", in_=QUEUE)
    assert ("seal.refused", house["Chen"].id) in await audit(house)
    card = house["Okafor"].reads(QUEUE)[-1]
    assert f"<@{house['Chen'].id}> refused" in text_of(card)
    assert labels_of(card) == ["Read the reason"]


async def test_a_request_that_nobody_answers_ends_after_a_day(empty_house: House) -> None:
    house = await opened(empty_house)
    await shares(house["Alex"])
    await asks_for_the_seal(house["Rivera"])
    card = next(one for one in house["Chen"].reads(QUEUE) if has_button(one, "Agree"))
    form = await house["Chen"].clicks("Agree", on=card)
    await house.advance(hours=24, minutes=1)
    late = await form.fills(telling="tell")
    assert "its time is over" in late.text
    assert [text for text in house["Okafor"].texts(QUEUE) if "Nobody agreed in time" in text]
    assert "A second one" in (await asks_for_the_seal(house["Rivera"])).text, "it may be asked for anew"


async def test_two_who_agree_at_once_are_one_and_a_refusal_beside_it_is_told(empty_house: House) -> None:
    house = await opened(empty_house)
    await shares(house["Alex"])
    await asks_for_the_seal(house["Rivera"])
    form = await house["Chen"].clicks("Agree", in_=QUEUE)
    yes, no = await asyncio.gather(form.fills(telling="tell"), house["Okafor"].clicks("Refuse", in_=QUEUE))
    assert ("answered already" in yes.text) != ("answered already" in no.text)
