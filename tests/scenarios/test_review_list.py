"""Where the detector was wrong: listed by staff, read by staff, and gone when it is closed, too old or erased."""

from datetime import timedelta

import pytest

from bot.crisis import records
from bot.oncall import records as incident_records
from bot.privacy.service import PrivacyService
from tests.harness.house import House
from tests.harness.person import labels_of, text_of
from tests.scenarios.test_lexicon import DANGER, LINE, says, sql, teach


async def test_a_false_alarm_goes_on_the_review_list_with_its_rules(house: House) -> None:
    await house.enrol("Alex")
    await teach(house, tier="page")
    message = await says(house, LINE)
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    form = await house["Rivera"].clicks("Resolve", in_="on-call")
    await form.fills(outcome="false_alarm")
    listed = await house["Chen"].runs("lexicon review", in_="staff-room")
    assert listed.is_private
    assert "Entry 1 · false alarm" in listed.text
    assert "`own/1`" in listed.text
    assert "golden" not in listed.text
    assert labels_of(listed.messages[-1]) == ["Show", "Close"]
    shown = await listed.clicks("Show")
    assert str(message.id) in shown.text, "the words stay where they are"
    assert house.app.rooms.crisis._detector.version in shown.text, "the version that judged"
    assert "golden" not in shown.text
    kept = await sql(house, "SELECT text FROM detector_reviews")
    assert kept == [(None,)]
    form = await listed.clicks("Close")
    assert "closed" in (await form.fills(done="nothing_to_do")).text
    assert "empty" in (await house["Chen"].runs("lexicon review", in_="staff-room")).text


async def test_another_outcome_is_no_false_alarm(house: House) -> None:
    await house.enrol("Alex")
    await says(house, DANGER)
    form = await house["Rivera"].clicks("Resolve", in_="on-call")
    await form.fills(outcome="safe_supported")
    assert "empty" in (await house["Chen"].runs("lexicon review", in_="staff-room")).text


async def test_the_reasons_of_an_incident_are_kept_with_its_words_and_encrypted(house: House) -> None:
    await house.enrol("Alex")
    await says(house, DANGER)
    async with house.app.database.read() as session:
        [kept] = await incident_records.verdicts(session, 1)
    assert isinstance(kept, dict)
    start, end = kept["spans"][0]
    assert "kill" in DANGER[start:end]
    assert kept["version"]
    [(raw,)] = await sql(house, "SELECT detail FROM incident_events WHERE kind = 'opened'")
    assert b"en/" not in raw


@pytest.mark.parametrize("words", ["quiet ```words``` *nobody* caught", "línea uno\nlínea dos ||x||"])
async def test_a_miss_goes_on_the_list_and_its_words_go_when_it_is_closed(house: House, words: str) -> None:
    tested = await house["Chen"].runs("lexicon test", in_="staff-room", text=words)
    await house.restart()
    missed = await tested.clicks("This was missed")
    assert missed.is_private
    assert "entry 1" in missed.text
    assert "already" in (await tested.clicks("This was missed")).text
    listed = await house["Okafor"].runs("lexicon review", in_="staff-room")
    assert "Entry 1 · missed" in listed.text
    assert words.split(maxsplit=1)[0] not in listed.text
    shown = await listed.clicks("Show")
    assert shown.is_private
    async with house.app.database.read() as session:
        [row] = await records.open_reviews(session, house.guild.id, 9)
    assert row.text == words
    assert row.reported_by == house["Chen"].id
    form = await shown.clicks("Close")
    assert "words are erased" in (await form.fills(done="told_developers")).text
    assert await sql(house, "SELECT text, done FROM detector_reviews") == [(None, "told_developers")]
    late = await shown.clicks("Close")
    assert "closed already" in (await late.fills(done="term_added")).text


async def test_a_members_message_is_reported_by_its_own_menu(house: House) -> None:
    await house.enrol("Alex", "Bea")
    message = await says(house, "heading up to the quiet place now")
    people = house.sandbox.people
    assert people.menus_for(house["Bea"].id, message) == ["Worried about them", "Report to staff"]
    interaction = people.message_menu(house["Chen"].id, "This was missed", message)
    await interaction.answered(40)
    await house.settles()
    assert "entry 1" in text_of(interaction.messages[-1])
    assert await sql(house, "SELECT user_id, kind FROM detector_reviews") == [(house["Alex"].id, "miss")]


async def test_words_that_nobody_looked_at_go_after_half_a_year(house: House) -> None:
    tested = await house["Chen"].runs("lexicon test", in_="staff-room", text="quiet words nobody caught")
    await tested.clicks("This was missed")
    kept = "SELECT text IS NOT NULL, done FROM detector_reviews"
    house._move(house.clock.now() + timedelta(days=179, hours=23))
    await house.settles()
    assert await sql(house, kept) == [(1, None)]
    house._move(house.clock.now() + timedelta(hours=2))
    await house.settles()
    assert await sql(house, kept) == [(0, "too_old")]


async def test_erasing_somebody_takes_their_words_off_the_list(house: House) -> None:
    await house.enrol("Alex")
    message = await says(house, "heading up to the quiet place now")
    interaction = house.sandbox.people.message_menu(house["Chen"].id, "This was missed", message)
    await interaction.answered(40)
    await house.settles()
    privacy: PrivacyService = house.app.rooms.privacy
    assert b"quiet place" in await privacy.export(house["Alex"].id)
    question = await house["Alex"].runs("privacy erase")
    await question.clicks("Yes, erase it")
    assert await sql(house, "SELECT text, verdict FROM detector_reviews") == [(None, None)]
    listed = await house["Chen"].runs("lexicon review", in_="staff-room")
    shown = await listed.clicks("Show")
    assert "no longer kept" in shown.text
