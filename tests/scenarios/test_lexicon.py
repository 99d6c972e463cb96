"""Staff teach the detector words of their own, two by two, and read where it was wrong."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import CursorResult, text

from bot.crisis import records
from sandbox.world.messages import Message
from tests.harness.house import House
from tests.harness.person import Answer, labels_of, text_of

DANGER = "I'm going to kill myself tonight"
TERM = "golden bridge"
LINE = "might walk over to the golden bridge later"


async def propose(house: House, words: str = TERM, **options: Any) -> Answer:
    """Rivera proposes a term."""
    return await house["Rivera"].runs("lexicon add", in_="staff-room", text=words, **options)


async def approve(house: House, who: str = "Chen") -> Answer:
    """Somebody presses `Show` on the newest card, and approves."""
    shown = await house[who].clicks("Show", in_="mod-queue")
    return await shown.clicks("Approve")


async def teach(house: House, words: str = TERM, **options: Any) -> None:
    """Rivera proposes, and Chen approves."""
    await propose(house, words, **options)
    answer = await approve(house)
    assert "counts from now on" in answer.text


async def says(house: House, words: str, who: str = "Alex", in_: str = "morning-check-in") -> Message:
    return await house[who].says(words, in_=in_)


async def unresolved(house: House) -> int:
    return len(await house.app.rooms.oncall.unresolved(house.guild.id))


def queue(house: House) -> list[str]:
    return house["Chen"].texts("mod-queue")


async def sql(house: House, statement: str) -> list[tuple[Any, ...]]:
    async with house.app.database.write() as session:
        found = await session.execute(text(statement))
        return [tuple(row) for row in found] if isinstance(found, CursorResult) and found.returns_rows else []


# -- two people --------------------------------------------------------------------------------------------------------


async def test_a_term_pages_once_a_second_person_has_approved_it(house: House) -> None:
    await house.enrol("Alex")
    proposed = await propose(house, tier="page")
    assert proposed.is_private
    assert "`golden bridge`" in proposed.text
    assert "0 of " in proposed.text
    await says(house, LINE)
    assert not house["Rivera"].is_paged()

    [card] = house["Chen"].reads("mod-queue")
    assert labels_of(card) == ["Show"]
    shown = await house["Chen"].clicks("Show", in_="mod-queue")
    assert shown.is_private
    assert "golden bridge" in shown.text
    assert f"<@{house['Rivera'].id}>" in shown.text
    assert labels_of(shown.messages[-1]) == ["Approve", "Decline"]
    assert "counts from now on" in (await shown.clicks("Approve")).text
    await says(house, LINE)
    assert house["Rivera"].is_paged()
    assert "988" in house["Alex"].texts()[-1]


async def test_the_words_are_in_no_channel(house: House) -> None:
    await house.enrol("Alex")
    await teach(house, tier="page")
    await says(house, LINE)
    await house["Rivera"].runs("lexicon remove", in_="staff-room", text=TERM)
    await approve(house, "Okafor")
    chen = house["Chen"]
    read = [one for place in ("mod-queue", "on-call", "staff-room", None) for one in chen.reads(place)]
    seen = [text_of(message) for message in read if not message.is_ephemeral]
    assert len(seen) > 3
    assert not [said for said in seen if "golden" in said]
    assert sum("Approved by" in said for said in seen) == 2, "and the cards say what became of them"
    assert not [one for one in chen.reads("mod-queue") if "Show" in labels_of(one)]


async def test_who_proposed_it_cannot_approve_it(house: House) -> None:
    proposed = await propose(house)
    assert labels_of(proposed.messages[-1]) == ["Withdraw"]
    shown = await house["Rivera"].clicks("Show", in_="mod-queue")
    assert labels_of(shown.messages[-1]) == ["Withdraw"]
    rooms, rivera = house.app.rooms, house["Rivera"]
    [waiting] = (await rooms.lexicon.listed(house.guild.id, rivera.id))[1]
    with pytest.raises(Exception, match="second person"):
        await rooms.lexicon.decide(waiting.id, rivera.id, approve=True)
    with pytest.raises(Exception, match="second person"):
        await rooms.lexicon.decide(waiting.id, rivera.id, approve=False)
    with pytest.raises(Exception, match="Somebody else"):
        await rooms.lexicon.withdraw(waiting.id, house["Chen"].id)
    assert (await rooms.lexicon.listed(house.guild.id, rivera.id))[0] == []


async def test_declined_and_withdrawn_proposals_change_nothing(house: House) -> None:
    await house.enrol("Alex")
    await propose(house, tier="page")
    shown = await house["Chen"].clicks("Show", in_="mod-queue")
    assert "Declined" in (await shown.clicks("Decline")).text
    second = await propose(house, tier="page")
    assert "Withdrawn" in (await second.clicks("Withdraw")).text
    await says(house, LINE)
    assert await unresolved(house) == 0
    assert sum("Declined by" in said or "Withdrawn by" in said for said in queue(house)) == 2
    late = await shown.clicks("Approve")
    assert "decided before: Declined" in late.text


async def test_of_two_who_approve_at_once_one_is_told_of_the_other(house: House) -> None:
    await propose(house)
    chens = await house["Chen"].clicks("Show", in_="mod-queue")
    okafors = await house["Okafor"].clicks("Show", in_="mod-queue")
    people = house.sandbox.people
    presses = [
        people.click(house["Chen"].id, chens.messages[-1], "Approve"),
        people.click(house["Okafor"].id, okafors.messages[-1], "Decline"),
    ]
    await asyncio.gather(*(press.answered(40) for press in presses))
    await house.settles()
    said = ["\n".join(map(text_of, press.messages)) for press in presses]
    assert sum("That was decided before" in one for one in said) == 1
    states = await sql(house, "SELECT state, decided_by FROM lexicon_proposals")
    first = house["Okafor"] if "That was decided before" in said[0] else house["Chen"]
    assert states == [("approved" if first is house["Chen"] else "declined", first.id)]


async def test_only_staff_may_and_staff_are_asked_anew(house: House) -> None:
    await house.enrol("Alex")
    await propose(house)
    shown = await house["Chen"].clicks("Show", in_="mod-queue")
    # Chen leaves the programme's staff while the buttons are still on their screen.
    programme = await house.app.rooms.programmes.current(house.guild.id)
    assert programme is not None
    oncall = programme.oncall.model_copy(update={"backup": ()})
    smaller = programme.model_copy(update={"staff": (house["Rivera"].id, house["Okafor"].id), "oncall": oncall})
    await house.app.rooms.programmes.adopt(smaller, house.guild.id)
    assert "staff only" in (await shown.clicks("Approve")).text
    owner = await house["Owner"].runs("lexicon list", in_="morning-check-in")
    assert "staff only" in owner.text, "an administrator of the server is not staff of the programme"
    assert await sql(house, "SELECT id FROM lexicon_terms") == []


async def test_a_term_is_removed_by_two_and_stays_until_then(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await teach(house, tier="page")
    missing = await house["Chen"].runs("lexicon remove", in_="staff-room", text="another bridge")
    assert "no such term" in missing.text
    removal = await house["Chen"].runs("lexicon remove", in_="staff-room", text="Golden  Bridge!".rstrip("!"))
    assert "stays in use" in removal.text
    again = await house["Chen"].runs("lexicon remove", in_="staff-room", text=TERM)
    assert "proposed already" in again.text
    await says(house, LINE)
    assert await unresolved(house) == 1
    assert "out of use" in (await approve(house, "Rivera")).text
    await says(house, LINE, "Bea")
    assert await unresolved(house) == 1


# -- time and place ----------------------------------------------------------------------------------------------------


async def test_a_term_ends_by_the_clock_and_staff_are_told_a_week_before(house: House) -> None:
    await house.enrol("Alex")
    await teach(house, tier="page", days=9)
    before = len(house["Chen"].texts("staff-room"))
    await house.advance(days=1, hours=23)
    assert len([said for said in house["Chen"].texts("staff-room") if "go out of use" in said]) == 0
    await house.advance(hours=2)
    told = [said for said in house["Chen"].texts("staff-room")[before:] if "go out of use" in said]
    assert len(told) == 1
    assert "golden" not in told[0]
    await house.advance(days=6, hours=22)
    await says(house, "the golden bridge again")
    assert await unresolved(house) == 1
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    form = await house["Rivera"].clicks("Resolve", in_="on-call")
    await form.fills(outcome="safe_supported")
    await house.advance(hours=2)
    await says(house, LINE)
    assert await unresolved(house) == 0
    assert len([said for said in house["Chen"].texts("staff-room") if "go out of use" in said]) == 1


async def test_renewing_takes_two_and_is_told_of_at_its_own_end(house: House) -> None:
    await teach(house, days=9)
    early = await propose(house, days=9)
    assert "in use already" in early.text
    await house.advance(days=3)
    await teach(house, days=30)
    assert await sql(house, "SELECT count(*) FROM lexicon_terms") == [(1,)], "the same term, extended"
    await house.advance(days=7)
    listed = await house["Chen"].runs("lexicon list", in_="staff-room")
    assert "`own/1` `golden bridge`" in listed.text
    assert len([said for said in house["Chen"].texts("staff-room") if "go out of use" in said]) == 1


async def test_a_restart_keeps_terms_proposals_and_buttons(house: House) -> None:
    await house.enrol("Alex")
    await teach(house, tier="page")
    await propose(house, "silver tower", tier="page")
    shown = await house["Chen"].clicks("Show", in_="mod-queue")
    await house.restart()
    await says(house, LINE)
    assert await unresolved(house) == 1
    assert "counts from now on" in (await shown.clicks("Approve")).text


async def test_another_programme_knows_nothing_of_it(house: House) -> None:
    await teach(house, tier="page")
    rooms = house.app.rooms
    mine = await rooms.lexicon.test(house.guild.id, house["Chen"].id, LINE)
    assert mine.verdict.rules == ("own/1",)
    programme = await rooms.programmes.current(house.guild.id)
    assert programme is not None
    await rooms.programmes.adopt(programme, house.guild.id + 1)
    theirs = await rooms.lexicon.test(house.guild.id + 1, house["Chen"].id, LINE)
    assert theirs.verdict.rules == ()


async def test_another_process_knows_of_a_change_within_a_minute(house: House) -> None:
    await house.enrol("Alex")
    await teach(house, tier="page")
    await house["Chen"].runs("lexicon test", in_="staff-room", text="what is in use has been read")
    # As another process would: the row changes, and nobody here is told.
    await sql(house, "UPDATE lexicon_terms SET removed_at = approved_at")
    await says(house, "golden bridge one")
    assert await unresolved(house) == 1
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    form = await house["Rivera"].clicks("Resolve", in_="on-call")
    await form.fills(outcome="other")
    await house.advance(seconds=61)
    await says(house, "golden bridge two")
    assert await unresolved(house) == 0


@pytest.mark.parametrize("broken", ["lexicon_terms", "detector_reviews"])
async def test_without_its_table_what_is_shipped_still_pages_and_is_resolved(house: House, broken: str) -> None:
    await house.enrol("Alex")
    await sql(house, f"ALTER TABLE {broken} RENAME TO lost")
    await says(house, DANGER)
    assert house["Rivera"].is_paged()
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    form = await house["Rivera"].clicks("Resolve", in_="on-call")
    assert "Resolved" in (await form.fills(outcome="false_alarm")).text
    assert await unresolved(house) == 0


async def test_terms_that_cannot_be_read_any_more_stay_in_use_as_they_were(house: House) -> None:
    await house.enrol("Alex")
    await teach(house, tier="page")
    await house["Chen"].runs("lexicon test", in_="staff-room", text="read them once")
    await sql(house, "ALTER TABLE lexicon_terms RENAME TO lost")
    await house.advance(minutes=2)
    await says(house, LINE)
    assert house["Rivera"].is_paged()


async def test_a_term_that_cannot_be_used_any_more_keeps_no_other_from_being_used(house: House) -> None:
    await house.enrol("Alex")
    await teach(house, "silver tower", tier="page")
    await teach(house, tier="page")
    async with house.app.database.write() as session:
        row = await records.locked_term(session, 1)
        assert row is not None
        row.text = "what another version took: *"
    await house.restart()
    await says(house, LINE)
    assert await unresolved(house) == 1


# -- refusing and trying -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("the", "very common words"),
        ("fog", "at least 4 letters"),
        ("... bridge", "Three dots"),
        ("bridge <@123456789012345678>", "mentions somebody"),
        ("kill myself", "pages for it already, by its rule `en/"),
        ("a b c d e f g h i", "9 words"),
        ("x" * 81, "81 characters"),
    ],
)
async def test_a_bad_term_is_refused_with_the_reason(house: House, words: str, said: str) -> None:
    answer = await propose(house, words)
    assert answer.is_private
    assert said in answer.text
    assert queue(house) == []
    assert await sql(house, "SELECT count(*) FROM lexicon_proposals") == [(0,)]


async def test_a_term_that_would_wake_staff_for_nothing_is_refused_with_the_figures(house: House) -> None:
    answer = await propose(house, "morning/phone/film/group/night")
    assert "too broad" in answer.text
    await teach(house)
    assert "proposed already" not in (await propose(house, "silver tower")).text
    assert "proposed already" in (await propose(house, "Silver   TOWER")).text


async def test_a_test_says_why_and_keeps_nothing(house: House) -> None:
    await teach(house, tier="page", category="overdose")
    tables = ("lexicon_terms", "lexicon_proposals", "detector_reviews", "incidents", "incident_events")
    counts = [await sql(house, f"SELECT count(*) FROM {table}") for table in tables]  # noqa: S608 # names of our own
    answer = await house["Chen"].runs("lexicon test", in_="staff-room", text=f"{LINE}, {DANGER}")
    assert answer.is_private
    for part in ("Tier: **page**", "overdose", "`own/1`", "en/", "As a term it would not be taken"):
        assert part in answer.text
    assert labels_of(answer.messages[-1]) == ["This was missed"]
    term = await house["Chen"].runs("lexicon test", in_="staff-room", text="silver tower")
    assert "Nothing was found" in term.text
    assert "As a term: It finds 0 of" in term.text
    assert counts == [await sql(house, f"SELECT count(*) FROM {table}") for table in tables]  # noqa: S608 # as above
    assert not house["Rivera"].is_paged()


async def test_erasing_who_proposed_a_term_keeps_it_in_use(house: House) -> None:
    await house.enrol("Alex")
    await teach(house, tier="page")
    await propose(house, "silver tower")
    await house.app.rooms.privacy.erase(house["Rivera"].id, "1")
    await says(house, LINE)
    assert await unresolved(house) == 1
    assert await sql(house, "SELECT text FROM lexicon_proposals WHERE text IS NOT NULL") == []
    shown = await house["Chen"].clicks("Show", in_="mod-queue")
    assert labels_of(shown.messages[-1]) == ["Decline"]
