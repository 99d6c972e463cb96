"""Anonymous shares: read for danger first, looked at by staff, posted without a name, and nobody sees whose it is."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from bot.shares.records import ShareRow
from bot.shares.rules import ShareState
from sandbox.world import posting
from sandbox.world.messages import Draft
from tests.harness.house import PROGRAMME, House
from tests.harness.person import Answer, Person, has_button, labels_of, text_of

WORDS = "the evenings are the hardest part and i never say it out loud"
GRAVE = "I am going to kill myself tonight"
CHANNEL, QUEUE = "morning-check-in", "mod-queue"
ON = PROGRAMME.replace(
    "key: morning, name: Morning, track: iop", "key: morning, name: Morning, track: iop, shares: true"
)


async def opened(house: House, *names: str) -> House:
    await house.start(ON)
    await house.enrol(*(names or ("Alex", "Bea")))
    return house


async def shares(person: Person, words: str = WORDS) -> Answer:
    form = await person.runs("share", in_=CHANNEL)
    return await form.fills(words=words)


async def rows(house: House) -> list[ShareRow]:
    async with house.app.database.read() as session:
        return list(await session.scalars(select(ShareRow).order_by(ShareRow.id)))


def seen_by_staff(house: House) -> str:
    """Everything that staff see of shares, buttons included."""
    messages = house["Okafor"].reads(QUEUE)
    return "\n".join([text_of(one) for one in messages] + [json.dumps(one.components) for one in messages])


async def asks_for_the_seal(person: Person, why: str = "threat") -> Answer:
    card = next(one for one in person.reads(QUEUE) if has_button(one, "Show"))
    shown = await person.clicks("Show", on=card)
    form = await shown.clicks("Open the seal")
    return await form.fills(why=why, words="it names a person and a place")


async def audit(house: House) -> list[tuple[str, int]]:
    async with house.app.database.read() as session:
        query = "SELECT action, actor_id FROM audit WHERE object_kind = 'share' ORDER BY id"
        return [tuple(row) for row in (await (await session.connection()).exec_driver_sql(query)).all()]


# -- where it is on ----------------------------------------------------------------------------------------------------


async def test_it_is_off_until_staff_turn_it_on_and_what_else_there_is_is_said(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    said = await alex.runs("share", in_=CHANNEL)
    assert "/ask" in said.text
    assert "/support" in said.text
    assert said.form is None
    answer = await house["Okafor"].runs("mod shares", in_=QUEUE, group="morning", state="on")
    assert "can share without their name now" in answer.text
    assert (await alex.runs("share", in_=CHANNEL)).form is not None
    await house.restart()
    assert (await alex.runs("share", in_=CHANNEL)).form is not None, "staff's word outlasts a restart, and the file"
    await house["Okafor"].runs("mod shares", in_=QUEUE, group="morning", state="off")
    assert (await alex.runs("share", in_=CHANNEL)).form is None


async def test_it_stays_off_among_minors(empty_house: House) -> None:
    house = empty_house
    await house.start(PROGRAMME.replace("country: US", "country: US, minors: true"))
    await house.enrol("Alex")
    answer = await house["Okafor"].runs("mod shares", in_=QUEUE, group="morning", state="on")
    assert "minors" in answer.text
    assert (await house["Alex"].runs("share", in_=CHANNEL)).form is None


# -- from the words to the group ---------------------------------------------------------------------------------------


async def test_the_notice_is_read_before_anything_is_sent(empty_house: House) -> None:
    house = await opened(empty_house)
    alex = house["Alex"]
    form = await alex.runs("share", in_=CHANNEL)
    notice = house.app.content.texts.say("en", "shares.notice")
    assert notice in [part.get("content") for part in form.form.components]
    typed = await alex.runs("share", in_=CHANNEL, text=WORDS)
    assert notice in typed.text
    assert typed.is_private
    assert not house["Okafor"].reads(QUEUE), "nothing is sent before they say so"
    assert labels_of(typed.messages[-1]) == ["Send it", "Leave it"]
    await typed.clicks("Send it")
    assert len(house["Okafor"].reads(QUEUE)) == 1


async def test_what_is_left_is_forgotten(empty_house: House) -> None:
    house = await opened(empty_house)
    typed = await house["Alex"].runs("share", in_=CHANNEL, text=WORDS)
    await typed.clicks("Leave it")
    assert await rows(house) == []
    again = await typed.clicks("Send it")
    assert "no longer there" in again.text


async def test_what_was_sent_is_not_left_by_a_late_click(empty_house: House) -> None:
    house = await opened(empty_house)
    typed = await house["Alex"].runs("share", in_=CHANNEL, text=WORDS)
    await typed.clicks(
        "Send it",
    )
    message = typed.messages[0]
    late = await house["Alex"].clicks("Leave it", on=message)
    assert "with staff already" in late.text
    assert (await rows(house))[0].state is ShareState.WAITING


async def test_ones_own_name_among_the_words_is_pointed_out(empty_house: House) -> None:
    house = await opened(empty_house)
    typed = await house["Alex"].runs("share", in_=CHANNEL, text="alex here, it is a hard week")
    assert "Your name here, Alex, is in it" in typed.text


async def test_approved_it_stands_in_the_group_without_a_name(empty_house: House) -> None:
    house = await opened(empty_house)
    alex, bea, rivera = house["Alex"], house["Bea"], house["Rivera"]
    answer = await shares(alex, f"{WORDS} @everyone <@{bea.id}>")
    assert answer.is_private
    assert "Staff look at it now" in answer.text
    [card] = house["Okafor"].reads(QUEUE)
    assert labels_of(card) == ["Show", "Approve", "Decline", "Ask to reword"]
    assert "hardest" not in text_of(card)
    shown = await rivera.clicks("Show", in_=QUEUE)
    assert shown.is_private
    assert WORDS in shown.text
    assert "Open the seal" in labels_of(shown.messages[-1])
    await shown.clicks("Approve")
    posted = bea.reads(CHANNEL)[-1]
    [embed] = posted.embeds
    assert WORDS in embed["description"]
    assert embed["author"]["name"] == "Somebody in the group"
    assert "without a name" in embed["footer"]["text"]
    assert not posted.mentions.user_ids
    assert not posted.mentions.everyone
    assert f"Approved by <@{rivera.id}>" in text_of(house["Okafor"].reads(QUEUE)[0])
    news = alex.reads()[-1]
    assert text_of(news) == "There is something for you to read. It can wait until you are by yourself."
    read = await alex.clicks("Read it")
    assert WORDS in read.text
    assert f"/{posted.channel.id}/{posted.id}" in read.text


@pytest.mark.parametrize(("label", "said"), [("Decline", "not to show"), ("Ask to reword", "in other words")], ids=str)
async def test_a_no_is_told_privately_with_the_words_and_a_locked_screen_shows_nothing(
    empty_house: House, label: str, said: str
) -> None:
    house = await opened(empty_house)
    alex = house["Alex"]
    await shares(alex)
    await house["Rivera"].clicks(label, in_=QUEUE)
    assert "hardest" not in text_of(alex.reads()[-1])
    assert "group" not in text_of(alex.reads()[-1])
    read = await alex.clicks("Read it")
    assert said in read.text
    assert WORDS in read.text
    assert not [text for text in house["Bea"].texts(CHANNEL) if "hardest" in text]


async def test_the_card_names_the_rules_that_the_filters_found(empty_house: House) -> None:
    house = await opened(empty_house)
    await shares(house["Alex"], "if anybody needs a lift, my number is 555-867-5309")
    [card] = house["Okafor"].reads(QUEUE)
    assert "contact details" in text_of(card)
    assert "555" not in text_of(card)


async def test_what_waits_is_brought_up_again_and_stands_in_the_queue(empty_house: House) -> None:
    house = await opened(empty_house)
    await shares(house["Alex"])
    await house.advance(hours=4, minutes=1)
    reminder = house["Rivera"].reads(QUEUE)[-1]
    assert "has been waiting" in text_of(reminder)
    assert house["Rivera"].id in reminder.mentions.user_ids
    queue = await house["Okafor"].runs("mod queue", in_=QUEUE)
    assert "A share without a name for Morning" in queue.text
    assert WORDS in (await queue.clicks("Show 1")).text


# -- nobody learns whose it is -----------------------------------------------------------------------------------------


async def test_neither_staff_nor_the_file_nor_the_log_learn_who_wrote_it(
    empty_house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house = await opened(empty_house)
    alex = house["Alex"]
    capsys.readouterr()
    await shares(alex)
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    await (await house["Rivera"].clicks("Show", in_=QUEUE)).clicks("Open the seal")
    await house["Okafor"].runs("mod queue", in_=QUEUE)
    await house["Chen"].runs("mod case", in_=QUEUE, user=alex.id)
    logged = capsys.readouterr()
    for seen in (seen_by_staff(house), "\n".join(house["Bea"].texts(CHANNEL)), logged.out, logged.err):
        assert str(alex.id) not in seen
        assert "Alex" not in seen
    assert "hardest" not in logged.out + logged.err
    async with house.app.database.read() as session:
        connection = await session.connection()

        async def rows_of(query: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in (await connection.exec_driver_sql(query)).all()]

        for query in ("SELECT * FROM shares", "SELECT * FROM share_seals"):
            for row in await rows_of(query):
                assert alex.id not in row
                assert not [value for value in row if isinstance(value, str) and str(alex.id) in value]
        sent = await rows_of(
            "SELECT user_id, dedupe_key, subject, message_channel_id FROM deliveries WHERE kind LIKE 'shares.%'"
        )
        audited = await rows_of("SELECT person_id FROM audit WHERE object_kind = 'share'")
        books = await rows_of("SELECT user_id, channel_id FROM dm_channels")
    [dm] = [channel for person, channel in books if person == alex.id]
    assert len(sent) > 3
    assert {row[0] for row in sent} == {None}
    assert not [row for row in sent if str(alex.id) in f"{row[1]}{row[2]}"]
    assert dm not in {row[3] for row in sent}
    assert {row[0] for row in audited} == {None}


async def test_closed_dms_open_no_thread_that_staff_could_see(empty_house: House) -> None:
    house = await opened(empty_house)
    alex, rivera = house["Alex"], house["Rivera"]
    alex.closes_dms()
    before = {place.id for place in rivera.places()}
    await shares(alex)
    await rivera.clicks("Decline", in_=QUEUE)
    await house.advance(minutes=10)
    assert {place.id for place in rivera.places()} == before
    assert not [text for text in rivera.texts(QUEUE) if "could not be told" in text]
    listed = await alex.runs("shares", in_=CHANNEL)
    assert listed.is_private
    assert WORDS in (await listed.clicks("Read 1")).text


async def test_somebody_elses_share_is_not_there_for_anybody(empty_house: House) -> None:
    house = await opened(empty_house)
    await shares(house["Alex"])
    ids = [f"share:{verb}:1" for verb in ("mine", "back", "leave", "send")]
    forged = [{"type": 2, "style": 2, "label": one, "custom_id": one} for one in ids]
    message = posting.post(
        house.channel(CHANNEL), house.sandbox.world.bot.id, Draft(components=[{"type": 1, "components": forged}])
    )
    for label in ids:
        answer = await house["Bea"].clicks(label, on=message)
        assert "no longer there" in answer.text
        assert "hardest" not in answer.text
    assert (await rows(house))[0].state is ShareState.WAITING


async def test_nobody_of_staff_decides_about_their_own(empty_house: House) -> None:
    house = await opened(empty_house, "Alex", "Sam")
    await shares(house["Sam"])
    promoted = ON.replace('"{Okafor}"]', '"{Okafor}", "{Sam}"]')
    await house.restart(promoted)
    answer = await house["Sam"].clicks("Approve", in_=QUEUE)
    assert "Somebody else of staff" in answer.text
    assert (await rows(house))[0].state is ShareState.WAITING


# -- danger first ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_form", [True, False])
async def test_danger_pages_with_its_author_at_once_and_the_share_is_set_aside(
    empty_house: House, *, by_form: bool
) -> None:
    house = await opened(empty_house)
    alex, rivera = house["Alex"], house["Rivera"]
    answer = await shares(alex, GRAVE) if by_form else await alex.runs("share", in_=CHANNEL, text=GRAVE)
    assert rivera.is_paged()
    assert "Alex" in text_of(rivera.pages()[0])
    assert "988" in answer.text
    assert "Nothing is lost" in answer.text
    assert not rivera.reads(QUEUE), "a card at this moment would say whose it is"
    listed = await alex.runs("shares", in_=CHANNEL)
    kept = await listed.clicks("Read 1")
    assert GRAVE in kept.text
    assert "Not yet" in (await kept.clicks("Send it")).text, "somebody is there for them first"
    assert not rivera.reads(QUEUE)


async def test_what_was_set_aside_is_its_authors_to_send_once_it_is_looked_after(empty_house: House) -> None:
    house = await opened(empty_house)
    alex, rivera = house["Alex"], house["Rivera"]
    await shares(alex, GRAVE)
    await rivera.clicks("Acknowledge", in_="on-call")
    resolving = await rivera.clicks("Resolve", in_="on-call")
    await resolving.fills(outcome="safe_supported")
    kept = await (await alex.runs("shares", in_=CHANNEL)).clicks("Read 1")
    sent = await kept.clicks("Send it")
    assert "Staff look at it now" in sent.text
    assert has_button(rivera.reads(QUEUE)[-1], "Approve")


async def test_words_are_read_for_danger_also_where_shares_are_off_and_past_the_limit(empty_house: House) -> None:
    house = empty_house
    await house.start()
    await house.enrol("Alex")
    answer = await house["Alex"].runs("share", in_=CHANNEL, text=GRAVE)
    assert house["Rivera"].is_paged()
    assert "988" in answer.text
    assert "/ask" in answer.text
    stranger = await house["Sam"].runs("share", in_="welcome", text=GRAVE)
    assert "988" in stranger.messages[0].content, "and what is refused comes after it, not in its place"
    assert "members of a group" in stranger.messages[-1].content


async def test_the_limit_refuses_a_third_that_waits_and_still_hears_danger(empty_house: House) -> None:
    house = await opened(empty_house)
    alex = house["Alex"]
    await shares(alex, "one")
    await shares(alex, "two")
    third = await shares(alex, "three")
    assert "Two of yours are still with staff" in third.text
    assert len(house["Okafor"].reads(QUEUE)) == 2
    await shares(alex, GRAVE)
    assert house["Rivera"].is_paged()


async def test_whoever_worries_about_its_author_reaches_them_and_on_call_and_opens_no_seal(empty_house: House) -> None:
    house = await opened(empty_house)
    alex, bea, rivera = house["Alex"], house["Bea"], house["Rivera"]
    await shares(alex)
    await rivera.clicks("Approve", in_=QUEUE)
    posted = bea.reads(CHANNEL)[-1]
    for _ in range(2):
        interaction = house.sandbox.people.message_menu(bea.id, "Worried about them", posted)
        await interaction.answered(40)
        await house.settles()
    told = [text for text in alex.texts() if "Somebody hopes that you are all right" in text]
    assert len(told) == 1
    assert "988" in told[0]
    [line] = [one for one in rivera.reads(QUEUE) if "somebody worries about whoever wrote share 1" in text_of(one)]
    assert rivera.id in line.mentions.user_ids
    assert str(alex.id) not in seen_by_staff(house)
    assert rivera.is_paged(), "somebody may be in danger: that goes the road of every worry"
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.user_id == bea.id, "the page is about whoever worries, and its author stays sealed"
    page = await house.app.rooms.oncall.incident_page(incident.id, rivera.id)
    assert not any(entry.words for entry in page.entries)
    await house.advance(minutes=3)
    assert house["Chen"].is_paged(), "and by the ladder"
