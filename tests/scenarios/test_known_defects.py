"""Defects that other bots of this kind are known for: each by its name, over every feature that could have it."""

import asyncio
from collections.abc import Sequence

import pytest

from sandbox.world.messages import Message
from tests.harness.cases import cases, is_paused, mod, sql
from tests.harness.checkins import STEADY, check_in, gather, lines
from tests.harness.house import PROGRAMME, House
from tests.harness.person import Answer, Person, has_button, labels_of, text_of
from tests.harness.tickets import DANGER, QUESTION, STAFF_ROOM, asks, card, cards, thread

CHANNEL, QUEUE, ON_CALL = "morning-check-in", "mod-queue", "on-call"
NUMBER = "if anybody needs a lift, my number is 555-867-5309"
UNKIND = "nobody here wants to hear your stories again"
WHY = "went on about prices after two reminders"
MORNING = "{{key: morning, name: Morning, track: iop}}"
STRICT = PROGRAMME.replace(
    MORNING,
    "{{key: morning, name: Morning, track: iop, filters: {{contact: remove, sourcing: remove, method: remove, "
    "harassment: remove, names: remove, links: remove, flooding: remove, media: remove}}}}",
)
"""The harshest file that can be written."""


def queue(house: House) -> list[Message]:
    """The cards of moderation. Okafor presses nothing, so none of it is hers alone."""
    return [message for message in house["Okafor"].reads(QUEUE) if has_button(message, "Show")]


def stands(house: House, words: str) -> list[Message]:
    """The messages of the group's channel that say so, as another member reads them."""
    return [message for message in house["Bea"].reads(CHANNEL) if words in text_of(message)]


async def report(person: Person, message: Message, words: str = "") -> Answer:
    interaction = person.house.sandbox.people.message_menu(person.id, "Report to staff", message)
    await interaction.answered(40)
    await person.house.settles()
    return await Answer(person, interaction).fills(reason="unkind", words=words)


async def incidents(house: House) -> Sequence[object]:
    return await house.app.rooms.oncall.unresolved(house.guild.id)


def of_two(both: Sequence[Answer], lost_says: str) -> Answer:
    """Who won: exactly one is told that somebody was faster, and who."""
    first, second = both
    won, lost = (first, second) if lost_says in second.text else (second, first)
    assert lost_says in lost.text, (first.text, second.text)
    assert lost_says not in won.text, (first.text, second.text)
    assert f"<@{won.person.id}>" in lost.text or won.person.name in lost.text, lost.text
    return won


# -- a moderation action aborted because a DM failed -------------------------------------------------------------------


def unreachable(house: House) -> None:
    """Neither a direct message nor a thread reaches Alex."""
    house["Alex"].closes_dms()
    house.sandbox.faults.fail("POST /channels/{channel_id}/threads", 403, None, code=50013)


async def test_no_moderation_action_is_aborted_because_a_dm_failed(house: House) -> None:
    await house.enrol("Alex", "Bea")
    unreachable(house)
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    assert not stands(house, "555"), "what is held is held"
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    assert stands(house, "555"), "what is approved is posted"
    await mod(house, "Rivera", "warn", user=house["Alex"].id, reason=WHY)
    await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=10, reason=WHY)
    assert is_paused(house, "Alex")
    await mod(house, "Rivera", "remove", user=house["Alex"].id, group="morning", reason=WHY)
    assert "Morning" not in house["Alex"].roles()
    await house.advance(minutes=1)
    assert await cases(house) == [(deed, "done", "not_reached") for deed in ("warn", "timeout", "remove")]
    assert any("no message reaches them" in text for text in house["Chen"].texts(STAFF_ROOM)), "and staff know"


async def test_no_ticket_is_stuck_because_a_dm_failed(house: House) -> None:
    await house.enrol("Alex")
    unreachable(house)
    await asks(house["Alex"])
    form = await house["Rivera"].clicks("Answer", in_=STAFF_ROOM)
    assert "Sent" in (await form.fills(words="From the first of the month")).text
    assert "Answered" in card(house)
    assert "is closed" in (await house["Rivera"].clicks("Close", on=cards(house)[-1])).text
    assert any("could not be reached" in text for text in house["Okafor"].texts(STAFF_ROOM))


async def test_no_page_is_aborted_because_a_dm_failed(house: House) -> None:
    await house.enrol("Alex")
    unreachable(house)
    house["Rivera"].closes_dms()
    await house["Alex"].says(DANGER, in_=CHANNEL)
    assert house["Rivera"].is_paged(), "in #on-call"


# -- a report's erasure that leaves older tickets ----------------------------------------------------------------------


async def test_an_erasure_leaves_no_older_ticket_report_or_held_message(house: House) -> None:
    await house.enrol("Alex", "Bea")
    alex, bea = house["Alex"], house["Bea"]
    for question in ("the oldest question", "the second question", "the newest question"):
        await asks(alex, question)
        if question != "the newest question":
            await house["Rivera"].clicks("Close", on=cards(house)[-1])
    for words in ("the oldest report", "the newest report"):
        await report(alex, await bea.says(f"{UNKIND} {words}", in_=CHANNEL), words)
        await house["Rivera"].clicks("Looked to", in_=QUEUE)
        await alex.says(f"{NUMBER} {words}", in_=CHANNEL)
        await house["Rivera"].clicks("Decline", on=queue(house)[-1])
    await report(bea, await alex.says(UNKIND, in_=CHANNEL), "about Alex")
    copy = (await house.app.rooms.privacy.export(alex.id)).decode()
    for words in ("the oldest question", "the newest question", "the oldest report", "the newest report"):
        assert words in copy
    await house.app.rooms.privacy.erase(alex.id, "test")
    await house.settles()
    left = (await house.app.rooms.privacy.export(alex.id)).decode()
    assert "oldest" not in left
    assert "newest" not in left
    for table, column in (
        ("tickets", "user_id"),
        ("ticket_messages", "user_id"),
        ("held_messages", "user_id"),
        ("reports", "about_id"),
        ("report_voices", "reporter_id"),
    ):
        assert await sql(house, f"SELECT {column} FROM {table} WHERE {column} = {alex.id}") == [], table  # noqa: S608  # names of ours and a number
    assert await sql(house, f"SELECT 1 FROM reports WHERE about_id = {bea.id}"), "what is about others is theirs"  # noqa: S608  # a number


# -- a filter that auto-bans for distress ------------------------------------------------------------------------------


DISTRESS = (
    "I can't do this anymore",
    "I relapsed last night and I hate myself",
    "I want to hurt myself",
    DANGER,
    "everything is shit and I fucking hate all of this",
    "I took too many pills, I don't know how many",
)


@pytest.mark.parametrize("by", ["message", "check-in", "ask"])
async def test_no_filter_bans_silences_or_removes_anybody_for_distress(empty_house: House, by: str) -> None:
    house = empty_house
    await house.start(STRICT)
    await gather(house, "Alex", "Bea")
    alex, before = house["Alex"], house["Alex"].roles()
    for words in DISTRESS:
        if by == "message":
            for _ in range(3):  # and saying it again is no flood
                await alex.says(words, in_=CHANNEL)
        elif by == "check-in":
            await check_in(alex, words=words, feeling="struggling")
        else:
            await alex.runs("ask", in_=CHANNEL, text=words)
    await house.advance(minutes=30)
    assert house["Rivera"].is_paged()
    assert alex.id in house.guild.members
    assert not is_paused(house, "Alex")
    assert alex.roles() == before
    assert not await cases(house)
    harsh = [
        one.path
        for one in house.sandbox.requests
        if f"/bans/{alex.id}" in one.path
        or (one.method in {"PATCH", "DELETE"} and one.path.endswith(f"/members/{alex.id}"))
        or (one.method == "DELETE" and f"/members/{alex.id}/roles/" in one.path)
    ]
    assert harsh == []
    if by == "message":
        for words in (DISTRESS[0], DISTRESS[1], DANGER):
            assert stands(house, words), "words of distress are nobody's to hide"


# -- "skilled" matching "killed" ---------------------------------------------------------------------------------------


SKILLED = (
    "I'm skilled at this now",
    "I nearly skilled myself last night",
    "go skill yourself up",
    "we skilled ourselves up in group",
    "she is so skilled, and I am an unskilled cook",
    "my counsellor got upskilled",
)


async def test_skilled_is_not_killed_wherever_it_is_written(empty_house: House) -> None:
    house = empty_house
    await house.start(STRICT)
    await gather(house, "Alex", "Bea")
    alex = house["Alex"]
    for words in SKILLED:
        await alex.says(words, in_=CHANNEL)
        assert stands(house, words)
        await alex.says(words)
        await check_in(alex, words=words)
        await asks(alex, words)
        await alex.says(words, in_=thread(house))
    assert not await incidents(house)
    assert not queue(house)
    await alex.says("I nearly killed myself last night", in_=CHANNEL)
    assert house["Rivera"].is_paged(), "and killed is"


# -- a curly apostrophe defeating a filter -----------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["'", "’", "‘", "ʼ", "＇"], ids=["straight", "right", "left", "letter", "wide"])
@pytest.mark.parametrize("by", ["message", "edit", "direct message", "check-in", "ask", "ticket"])
async def test_no_apostrophe_defeats_the_crisis_path(house: House, mark: str, by: str) -> None:
    await gather(house, "Alex")
    alex, words = house["Alex"], f"I don{mark}t want to live anymore, I{mark}m going to end it tonight"
    match by:
        case "message":
            await alex.says(words, in_=CHANNEL)
        case "edit":
            await alex.edits(await alex.says("good morning", in_=CHANNEL), words)
        case "direct message":
            await alex.says(words)
        case "check-in":
            await check_in(alex, words=words)
        case "ask":
            await alex.runs("ask", in_=CHANNEL, text=words)
        case _:
            await asks(alex)
            await alex.says(words, in_=thread(house))
    assert house["Rivera"].is_paged()


@pytest.mark.parametrize("mark", ["'", "’", "ʼ", "＇"], ids=["straight", "right", "letter", "wide"])
async def test_no_apostrophe_defeats_a_filter(empty_house: House, mark: str) -> None:
    house = empty_house
    await house.start(STRICT)
    await gather(house, "Alex", "Bea")
    for words in (f"you{mark}re such an idiot", f"who{mark}s got the percs", f"here{mark}s my number: 555-867-5309"):
        await house["Alex"].says(words, in_=CHANNEL)
        assert not stands(house, words), words
    await check_in(house["Alex"], words=f"you{mark}re such an idiot, Bea")
    texts = [text for place in house["Bea"].places() for text in house["Bea"].texts(place)]
    assert not [text for text in texts if "such an idiot" in text]


# -- a button dead after restart ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["restart", "power cut"])
async def test_no_button_is_dead_after_a_restart(house: House, how: str) -> None:
    await gather(house, "Alex", "Bea")
    alex, bea, rivera = house["Alex"], house["Bea"], house["Rivera"]
    await alex.says(NUMBER, in_=CHANNEL)
    await report(bea, await alex.says(UNKIND, in_=CHANNEL))
    await asks(alex)
    await check_in(alex, words="hello", share="self", contact="today")
    await bea.says(DANGER, in_=CHANNEL)
    held, reported = queue(house)
    if how == "restart":
        await house.restart()
    else:
        await house.crash()
        await house.start()
    assert "Acknowledge" in labels_of(rivera.pages()[-1])
    assert "You have it" in (await rivera.clicks("Acknowledge", in_=ON_CALL)).text
    assert "Approved" in (await rivera.clicks("Approve", on=held)).text
    assert stands(house, "555")
    assert "off the list" in (await rivera.clicks("Looked to", on=reported)).text
    assert "is yours" in (await rivera.clicks("Take it", on=cards(house)[-1])).text
    assert not (await house["Chen"].clicks("Done", in_=STAFF_ROOM)).failed
    assert lines(house, "done by")
    opened = await bea.clicks("Check in", in_=CHANNEL)
    assert opened.form is not None
    assert "Ask staff to contact me" in [label for message in bea.reads() for label in labels_of(message)]
    safe = await bea.clicks("I'm safe for now")
    assert "988" in safe.text
    assert "went wrong" not in safe.text


# -- a double-click acting twice ---------------------------------------------------------------------------------------


async def twice(person: Person, label: str, on: Message) -> tuple[Answer, Answer]:
    first, second = await asyncio.gather(person.clicks(label, on=on), person.clicks(label, on=on))
    assert not first.failed
    assert not second.failed
    return first, second


async def test_a_double_click_acts_once_whatever_it_is_on(house: House) -> None:
    await gather(house, "Alex", "Bea")
    alex, bea, rivera = house["Alex"], house["Bea"], house["Rivera"]
    await alex.says(NUMBER, in_=CHANNEL)
    both = await twice(rivera, "Approve", queue(house)[-1])
    assert sum("Approved." in one.text for one in both) == 1
    assert len(stands(house, "555")) == 1
    await report(bea, await alex.says(UNKIND, in_=CHANNEL))
    both = await twice(rivera, "Looked to", queue(house)[-1])
    assert sum("off the list" in one.text for one in both) == 1
    await asks(alex)
    both = await twice(rivera, "Close", cards(house)[-1])
    assert sum("is closed." in one.text for one in both) == 1
    assert sum("closed this for now" in text for text in alex.texts(thread(house))) == 1
    opened = await bea.clicks("Check in", in_=CHANNEL)
    sent = [house.sandbox.people.submit(bea.id, opened.interaction, {**STEADY, "words": "here"}) for _ in range(2)]
    await asyncio.gather(*(one.answered(40) for one in sent))
    await house.settles()
    posts = [text for place in bea.places() for text in bea.texts(place) if "Bea checked in" in text]
    assert len(posts) == 1


async def test_a_double_click_in_need_pages_once(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].runs("support")
    await twice(house["Alex"], "Ask staff to contact me", house["Alex"].reads()[-1])
    assert len(await incidents(house)) == 1
    assert len(house["Rivera"].pages()) == 2, "one card and one direct message"
    await twice(house["Rivera"], "Acknowledge", house["Rivera"].reads(ON_CALL)[-1])
    noted = await sql(house, "SELECT count(*) FROM incident_events WHERE kind = 'acknowledged'")
    assert noted == [(1,)]


# -- two moderators deciding one card at the same second ---------------------------------------------------------------


@pytest.mark.parametrize("other", ["Approve", "Decline", "Ask to reword"])
async def test_of_two_who_decide_a_held_card_one_wins_and_the_other_is_told(house: House, other: str) -> None:
    await house.enrol("Alex", "Bea")
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    [held] = queue(house)
    both = await asyncio.gather(house["Rivera"].clicks("Approve", on=held), house["Chen"].clicks(other, on=held))
    won = of_two(both, "Somebody was quicker")
    is_posted = won.person is house["Rivera"] or other == "Approve"
    assert len(stands(house, "555")) == int(is_posted), "what is told is what was done"
    decided = [text for text in house["Alex"].texts() if "Staff looked" in text or "put it another way" in text]
    assert len(decided) <= 1


async def test_of_two_who_decide_a_report_a_ticket_or_a_page_one_wins_and_the_other_is_told(house: House) -> None:
    await house.enrol("Alex", "Bea")
    rivera, chen = house["Rivera"], house["Chen"]
    await report(house["Bea"], await house["Alex"].says(UNKIND, in_=CHANNEL))
    [reported] = queue(house)
    both = await asyncio.gather(*(one.clicks("Looked to", on=reported) for one in (rivera, chen)))
    of_two(both, "looked to it")
    await asks(house["Alex"], QUESTION)
    both = await asyncio.gather(*(one.clicks("Take it", on=cards(house)[-1]) for one in (rivera, chen)))
    of_two(both, "has it already")
    both = await asyncio.gather(*(one.clicks("Close", on=cards(house)[-1]) for one in (rivera, chen)))
    of_two(both, "has closed it already")
    await house["Alex"].says(DANGER, in_=CHANNEL)
    page = house["Rivera"].reads(ON_CALL)[-1]
    both = await asyncio.gather(*(one.clicks("Acknowledge", on=page) for one in (rivera, chen)))
    of_two(both, "Nothing for you to do")
