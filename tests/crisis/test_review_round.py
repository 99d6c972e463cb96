"""What a reviewer found by using the detector, staff's own words and the review list."""

import re
from dataclasses import replace
from typing import Any

import pytest

from bot.crisis import lexicon_rules, lexicon_service, records
from bot.crisis.detector import Detector
from bot.crisis.folding import fold
from tests.harness.house import House
from tests.harness.person import Answer, labels_of
from tests.scenarios.test_lexicon import LINE, TERM, propose, says, sql, teach, unresolved


def found(detector: Detector, text: str) -> set[str]:
    """What fired in ``text``, cut out of it by the spans."""
    assessed = detector.assess(text)
    assert assessed.tier == "page"
    return {text[start:end] for start, end in assessed.spans}


# -- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "danger",
    [
        "I want to d\x00ie",
        "I wa\x08nt to die\x7f",
        "\x9dI want to d\x9die",
        "I want\u3164to\u3164die",
        "I want to d\u115fi\u1160e",
        "I want\uffa0to die",
        "I want to\x85die",
    ],
)
def test_characters_that_show_nothing_hide_nothing(detector: Detector, danger: str) -> None:
    text = f"😀 e\u0301 {danger}"
    assert danger.strip("\x7f\x9d") in found(detector, text)


def test_what_shows_nothing_is_left_out_with_the_way_back() -> None:
    folded = fold("a\x00b\x1fc\td")
    assert folded.text == "ab\x1fc\td"
    assert folded.span(1, 2) == (2, 3)
    assert fold("Plain\ttext\n").places is None


@pytest.mark.parametrize("danger", ["I ωαηт тσ ∂ιє", "Я want to die. I want to kiℓℓ mуѕєℓƒ", "I want to dιє"])
def test_letters_of_other_scripts_that_look_alike(detector: Detector, danger: str) -> None:
    assert detector.assess(danger).tier == "page"


@pytest.mark.parametrize(
    ("danger", "part"),
    [
        ("I want to d|e", "I want to d|e"),
        ("gonna k|ll myself", "k|ll myself"),
        ("I want to ||die||", "I want to ||die"),
    ],
)
def test_an_upright_stroke_is_a_letter_and_two_are_a_spoiler(detector: Detector, danger: str, part: str) -> None:
    assert part in found(detector, danger)


# -- staff's own words -------------------------------------------------------------------------------------------------


async def test_who_approves_is_told_what_the_term_is_now(house: House) -> None:
    """A page must not become a card, nor an end come sooner, without the second person reading so."""
    await teach(house, tier="page", category="overdose", days=300)
    proposed = await propose(house, tier="notify", days=9)
    shown = await house["Chen"].clicks("Show", in_="mod-queue")
    for answer in (proposed, shown):
        assert "in use now: page, overdose, until <t:" in answer.text
    await shown.clicks("Approve")
    fresh = await propose(house, "silver tower")
    assert "in use now" not in fresh.text


async def test_a_term_of_words_that_are_common_by_now_can_be_removed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await teach(house, tier="page")
    examiner = house.app.rooms.lexicon._examiner
    common = {*examiner.known.common, *TERM.split()}
    monkeypatch.setattr(examiner, "known", replace(examiner.known, common=common))
    removal = await house["Rivera"].runs("lexicon remove", in_="staff-room", text=TERM)
    assert "stays in use" in removal.text


async def test_what_waits_counts_towards_the_most_terms(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon_service, "MOST_TERMS", 2)
    await teach(house)
    await propose(house, "silver tower")
    assert "there are 2 terms already" in (await propose(house, "copper gate")).text
    assert "Proposed" in (await propose(house, TERM, tier="page")).text, "one that is in use takes no room"
    assert lexicon_rules.MOST_TERMS == 200


async def test_each_of_several_that_wait_has_a_button_of_its_own_name(house: House) -> None:
    await propose(house, "silver tower")
    await propose(house, "copper gate")
    listed = await house["Chen"].runs("lexicon list", in_="staff-room")
    assert labels_of(listed.messages[0]) == ["Show #1", "Show #2"]
    assert re.search(r"#2 .*`copper gate`", listed.text)
    shown = await house["Chen"].clicks("Show #2", on=listed.messages[0])
    assert "copper gate" in shown.text


async def test_every_term_in_use_is_listed_however_many(house: House) -> None:
    terms = [f"golden bridge number {number} {'long' * 12}" for number in range(40)]
    await teach(house)
    async with house.app.database.write() as session:
        one = await records.locked_term(session, 1)
        assert one is not None
        kept = {column.key: getattr(one, column.key) for column in records.TermRow.__table__.columns}
        session.add_all(records.TermRow(**{**kept, "id": None, "text": text}) for text in terms)
    await propose(house, "silver tower")
    listed = await house["Chen"].runs("lexicon list", in_="staff-room")
    assert listed.is_private
    assert len(listed.messages) > 1
    assert all(f"`{term}`" in listed.text for term in terms)
    assert labels_of(listed.messages[0]) == ["Show"]


async def test_terms_stay_in_use_where_a_change_cannot_be_read(house: House) -> None:
    """Approving another term asks for them to be read anew; while that fails, those there were still page."""
    await house.enrol("Alex")
    await teach(house, tier="page")
    await house["Chen"].runs("lexicon test", in_="staff-room", text="read them once")
    await teach(house, "silver tower")
    await sql(house, "ALTER TABLE lexicon_terms RENAME TO lost")
    await says(house, LINE)
    assert await unresolved(house) == 1


# -- the review list ---------------------------------------------------------------------------------------------------


async def resolve(house: House, outcome: str) -> Answer:
    form = await house["Rivera"].clicks("Resolve", in_="on-call")
    return await form.fills(outcome=outcome)


async def test_an_incident_that_is_a_false_alarm_twice_is_looked_at_twice(house: House) -> None:
    await house.enrol("Alex")
    await teach(house, tier="page")
    await says(house, LINE)
    await resolve(house, "false_alarm")
    listed = await house["Chen"].runs("lexicon review", in_="staff-room")
    form = await listed.clicks("Close")
    await form.fills(done="nothing_to_do")
    oncall = house.app.rooms.oncall
    await oncall.reopen(1, house["Rivera"].id)
    await house.settles()
    await resolve(house, "false_alarm")
    assert "Entry 2 · false alarm" in (await house["Chen"].runs("lexicon review", in_="staff-room")).text
    found = await sql(house, "SELECT state, done FROM detector_reviews ORDER BY id")
    assert found == [("closed", "nothing_to_do"), ("open", None)]


async def test_of_two_who_report_one_message_at_once_the_second_is_told_of_the_entry(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL neither sees what the other has not committed yet."""
    feedback = house.app.rooms.feedback
    first, is_new = await feedback.report_miss(house.guild.id, house["Chen"].id, "quiet words", "message:5")
    assert is_new
    looks, review_of = 0, records.review_of

    async def not_there_yet(*given: Any) -> records.ReviewRow | None:
        nonlocal looks
        looks += 1
        return None if looks == 1 else await review_of(*given)

    monkeypatch.setattr(records, "review_of", not_there_yet)
    second, is_new = await feedback.report_miss(house.guild.id, house["Okafor"].id, "quiet words", "message:5")
    assert (second.id, is_new) == (first.id, False)
