"""What hangs on a held message goes back to its author; what it answered is still what it answers; and odd places."""

import pytest

from bot.intake.service import Hung
from bot.moderation import files
from sandbox.world.messages import Message
from tests.harness.checkins import gather
from tests.harness.house import PROGRAMME, House
from tests.harness.person import Person, labels_of, text_of

NUMBER = "if anybody needs a lift, my number is 555-867-5309"
CHANNEL, QUEUE = "morning-check-in", "mod-queue"
MEDIA = PROGRAMME.replace("track: iop}}", "track: iop, filters: {{media: hold}}}}", 1)
PICTURE = ("a dog.png", b"\x89PNG a dog, as it was")


def given_back(person: Person) -> list[tuple[str, bytes | None]]:
    """The files in this person's DM, with their bytes."""
    store = person.house.sandbox.world.attachments
    return [(one.filename, store.get(one.id)) for message in person.reads() for one in message.attachments]


def queue(house: House) -> list[Message]:
    return house["Okafor"].reads(QUEUE)


async def test_its_author_has_the_files_back_and_nobody_else_has_them(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await house["Alex"].says(NUMBER, in_=CHANNEL, attachments=[PICTURE, ("note.ogg", b"voice")])
    assert [content for _, content in given_back(house["Alex"])] == [PICTURE[1], b"voice"]
    assert any("This is what hung on your message" in text for text in house["Alex"].texts())
    assert "could not be kept" not in "".join(house["Alex"].texts())
    for person in (house["Bea"], *house.staff):
        assert not [one for place in person.places() for one in person.reads(place) if one.attachments]
    assert not house.app.rooms.moderation.held.files._kept, "given back, they are here no more"


async def test_a_picture_alone_can_be_declined_and_there_is_nothing_to_approve(empty_house: House) -> None:
    house = empty_house
    await house.start(MEDIA)
    await house.enrol("Alex", "Bea")
    await house["Alex"].says("", in_=CHANNEL, attachments=[PICTURE])
    assert given_back(house["Alex"])[0][1] == PICTURE[1]
    [card] = queue(house)
    assert labels_of(card) == ["Show", "Decline", "Ask to reword"]
    shown = await house["Rivera"].clicks("Show", on=card)
    assert "only files" in shown.text
    await shown.clicks("Decline")
    assert "will not be shown" in house["Alex"].texts()[-1]


async def test_files_that_are_too_large_are_not_fetched_and_their_author_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "AT_MOST", 10)
    await house.enrol("Alex")
    await house["Alex"].says(NUMBER, in_=CHANNEL, attachments=[PICTURE])
    assert not given_back(house["Alex"])
    assert any("could not be kept: 1" in text for text in house["Alex"].texts())


async def test_files_that_cannot_be_had_hold_nothing_up(house: House) -> None:
    await house.enrol("Alex", "Bea")
    house.sandbox.world.attachments._contents.clear()

    async def gone(_url: str) -> bytes | None:
        return None

    house.app.rooms.moderation.held.files.fetch = gone
    await house["Alex"].says(NUMBER, in_=CHANNEL, attachments=[PICTURE])
    assert not [text for text in house["Bea"].texts(CHANNEL) if "555" in text]
    assert any("could not be kept: 1" in text for text in house["Alex"].texts())
    assert any(NUMBER in text for text in house["Alex"].texts())


async def test_of_several_files_those_that_could_be_had_are_given_back(house: House) -> None:
    await house.enrol("Alex")
    fetch = house.app.rooms.moderation.held.files.fetch

    async def one_is_gone(url: str) -> bytes | None:
        return None if "note" in url else await fetch(url)

    house.app.rooms.moderation.held.files.fetch = one_is_gone
    await house["Alex"].says(NUMBER, in_=CHANNEL, attachments=[PICTURE, ("note.ogg", b"voice")])
    assert [content for _, content in given_back(house["Alex"])] == [PICTURE[1]]
    assert any("could not be kept: 1" in text for text in house["Alex"].texts())


async def test_a_crash_before_they_are_given_back_is_told_honestly(house: House) -> None:
    await house.enrol("Alex")
    house.sandbox.faults.fail("DELETE /channels/{channel_id}/messages/{message_id}", 500, None)
    await house["Alex"].says(NUMBER, in_=CHANNEL, attachments=[PICTURE])
    await house.crash()
    house.sandbox.faults.clear()
    await house.start()
    await house.advance(minutes=1)
    assert not given_back(house["Alex"])
    assert any("could not be kept: 1" in text for text in house["Alex"].texts())
    assert any(NUMBER in text for text in house["Alex"].texts())


async def test_with_closed_dms_they_come_into_the_private_thread(house: House) -> None:
    await house.enrol("Alex", "Bea")
    house["Alex"].closes_dms()
    await house["Alex"].says(NUMBER, in_=CHANNEL, attachments=[PICTURE])
    [thread] = [place for place in house["Alex"].places() if place.name.startswith("A note for you")]
    assert [one for message in house["Alex"].reads(thread) for one in message.attachments]
    assert thread.id not in {place.id for place in house["Bea"].places()}


async def test_what_still_stands_keeps_its_files_there(house: House) -> None:
    await house.enrol("Alex")
    house.sandbox.faults.fail("DELETE /channels/{channel_id}/messages/{message_id}", 403, None, code=50013)
    await house["Alex"].says(NUMBER, in_=CHANNEL, attachments=[PICTURE])
    assert not given_back(house["Alex"])
    assert not [text for text in house["Alex"].texts() if "could not be kept" in text]


async def test_nothing_of_a_file_is_written_to_the_disk(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(NUMBER, in_=CHANNEL, attachments=[PICTURE])
    stored = b"".join(file.read_bytes() for file in house.folder.glob("handrail.db*"))
    assert PICTURE[1] not in stored
    assert PICTURE[0].encode() not in stored


async def test_more_than_fits_in_memory_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ALL_AT_MOST", 10)
    kept = files.HungFiles()

    async def fetch(url: str) -> bytes:
        return url.encode()

    kept.fetch = fetch
    for held in (1, 2, 3):
        await kept.save(held, [Hung(f"file{held}", "a", 5)])
    assert await kept.of(1) == ()
    assert [one.content for one in await kept.of(3)] == [b"file3"]
    kept.forget(3)
    assert await kept.of(3) == ()


# -- what it answered, and where it stood ------------------------------------------------------------------------------


async def test_an_approved_answer_still_answers_what_it_answered(house: House) -> None:
    await house.enrol("Alex", "Bea")
    question = await house["Bea"].says("who could give me a lift tomorrow?", in_=CHANNEL)
    await house["Alex"].says(NUMBER, in_=CHANNEL, reply_to=question)
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    posted = house["Bea"].reads(CHANNEL)[-1]
    assert posted.reference is not None
    assert posted.reference.message_id == question.id
    assert not posted.mentions.user_ids, "and pings nobody"


async def test_an_approved_answer_to_a_message_that_is_gone_stands_alone(house: House) -> None:
    await house.enrol("Alex", "Bea")
    question = await house["Bea"].says("who could give me a lift tomorrow?", in_=CHANNEL)
    await house["Alex"].says(NUMBER, in_=CHANNEL, reply_to=question)
    house.sandbox.people.delete(house["Bea"].id, question)
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    posted = house["Bea"].reads(CHANNEL)[-1]
    assert "555-867-5309" in text_of(posted)
    assert posted.reference is None


async def test_what_is_held_in_the_days_thread_goes_back_there(house: House) -> None:
    await gather(house, "Alex", "Bea")
    [thread] = [place for place in house["Bea"].places() if place.name.startswith("Check-in")]
    await house["Alex"].says(NUMBER, in_=thread)
    assert not [text for text in house["Bea"].texts(thread) if "555" in text]
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    assert "555" in house["Bea"].texts(thread)[-1]


async def test_approved_after_the_thread_is_gone_it_stands_in_the_groups_channel(house: House) -> None:
    await gather(house, "Alex", "Bea")
    [thread] = [place for place in house["Bea"].places() if place.name.startswith("Check-in")]
    await house["Alex"].says(NUMBER, in_=thread)
    thread.delete()
    await house.settles()
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    posted = house["Bea"].reads(CHANNEL)[-1]
    assert "555" in text_of(posted)
    assert f"/{posted.channel.id}/{posted.id}" in house["Alex"].texts()[-1], "its author is told where"


async def test_a_name_with_markdown_and_mentions_is_harmless_on_every_card(house: House) -> None:
    await house.enrol("Alex", "Bea")
    form = await house["Alex"].runs("reminders", in_=CHANNEL)
    await form.fills(name="**Ä** <@123456789012345678> @everyone ñ`", zone="")
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    [card] = queue(house)
    listed = await house["Rivera"].runs("mod queue", in_=QUEUE)
    for said in (text_of(card), listed.text):
        assert "<@123456789012345678>" not in said
        assert "@everyone" not in said
        assert "\\*\\*Ä" in said
