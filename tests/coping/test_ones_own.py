"""A skill of one's own, what people say about skills, and the toolbox."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.content import Need
from bot.coping.records import SkillMarkRow, SkillShownRow
from bot.coping.rules import SHOWN_KEPT
from bot.coping.service import Verdict
from bot.errors import NotFoundError
from bot.ui.coping import (
    NEED_WORDS,
    before_skill,
    mark_answer,
    remove_button,
    skill_buttons,
    skill_embed,
    toolbox_embed,
)
from tests.checkins.world import ALEX, BEA, CONTENT, GUILD, SAM, World, as_stored

LANGUAGES = CONTENT.texts.languages


async def test_nobody_gets_one_of_their_last_ten(world: World) -> None:
    seen = [await world.coping.one_now(GUILD, ALEX, None) for _ in range(3 * SHOWN_KEPT)]
    assert not any(one.again for one in seen)
    keys = [one.skill.key for one in seen]
    assert all(len(set(keys[at : at + SHOWN_KEPT])) == SHOWN_KEPT for at in range(len(keys) - SHOWN_KEPT))
    assert "round again" in before_skill(CONTENT, replace(seen[0], again=True), "en")


async def test_only_the_last_ten_are_kept_and_of_each_person_their_own(world: World) -> None:
    for _ in range(14):
        await world.coping.one_now(GUILD, ALEX, None)
    await world.coping.one_now(GUILD, BEA, None)
    async with world.database.read() as session:
        query = select(SkillShownRow.user_id, func.count()).group_by(SkillShownRow.user_id)
        counts = {(user, number) for user, number in await session.execute(query)}
    assert counts == {(ALEX, SHOWN_KEPT), (BEA, 1)}


async def test_a_need_is_met(world: World) -> None:
    one = await world.coping.one_now(GUILD, ALEX, Need.SLEEP)
    assert one.skill.need is Need.SLEEP
    assert before_skill(CONTENT, one, "en") == ""


async def test_a_stranger_in_a_dm_gets_one_too(world: World) -> None:
    one = await world.coping.one_now(None, SAM, Need.CRAVING)
    assert one.skill.need is Need.CRAVING
    assert await world.coping.language(None, SAM, "es-419") == "es-419"
    assert await world.coping.language(GUILD, ALEX, "es-419") == "en"


async def test_what_is_not_for_somebody_stays_away_from_them_alone(world: World) -> None:
    for skill in CONTENT.skills[1:]:
        await world.coping.mark(ALEX, skill.key, Verdict.NOT_FOR_ME, "en")
    assert (await world.coping.one_now(GUILD, ALEX, None)).skill == CONTENT.skills[0]
    await world.coping.mark(ALEX, CONTENT.skills[1].key, Verdict.HELPED, "en")
    assert (await world.coping.one_now(GUILD, ALEX, None)).skill == CONTENT.skills[1]
    others = {(await world.coping.one_now(GUILD, BEA, None)).skill.key for _ in range(10)}
    assert len(others) == 10


async def test_the_toolbox_keeps_what_was_saved_newest_first(world: World) -> None:
    first, second = CONTENT.skills[0].key, CONTENT.skills[1].key
    assert await world.coping.toolbox(ALEX) == ()
    for key in (first, second):
        assert (await world.coping.mark(ALEX, key, Verdict.SAVED, "en")).changed
        world.clock.advance(minutes=1)
    assert not (await world.coping.mark(ALEX, first, Verdict.SAVED, "en")).changed
    await world.coping.mark(ALEX, first, Verdict.NOT_FOR_ME, "en")
    assert [skill.key for skill in await world.coping.toolbox(ALEX)] == [second, first]
    assert await world.coping.toolbox(BEA) == ()
    assert await world.coping.unsave(ALEX, second)
    assert not await world.coping.unsave(ALEX, second)
    assert [skill.key for skill in await world.coping.toolbox(ALEX)] == [first]


async def test_pressing_twice_leaves_one_mark(world: World) -> None:
    key = CONTENT.skills[0].key
    for verdict in (Verdict.HELPED, Verdict.HELPED, Verdict.NOT_FOR_ME, Verdict.SAVED, Verdict.SAVED):
        await world.coping.mark(ALEX, key, verdict, "en")
    async with world.database.read() as session:
        rows = list(await session.scalars(select(SkillMarkRow)))
    assert sorted(row.verdict for row in rows) == ["not-for-me", "saved"]


async def test_a_button_of_a_skill_that_is_gone_says_so_in_their_language(world: World) -> None:
    with pytest.raises(NotFoundError, match=CONTENT.texts.say("es", "errors.not_found")):
        await world.coping.mark(ALEX, "gone-since", Verdict.SAVED, "es")


async def test_what_somebody_said_or_saw_is_not_readable_in_the_file(world: World, tmp_path: Path) -> None:
    key = CONTENT.skills[0].key
    await world.coping.mark(ALEX, key, Verdict.NOT_FOR_ME, "en")
    await world.coping.one_now(GUILD, ALEX, CONTENT.skills[0].need)
    written = as_stored(tmp_path)
    assert b"skill_marks" in written
    assert key.encode() not in written
    assert b"not-for-me" not in written


def test_every_need_has_plain_words_that_fit_a_choice() -> None:
    assert set(NEED_WORDS) == set(Need)
    assert len(NEED_WORDS) <= 25
    assert len(set(NEED_WORDS.values())) == len(NEED_WORDS)
    assert all(1 <= len(words) <= 100 for words in NEED_WORDS.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("skill", CONTENT.skills, ids=lambda skill: skill.key)
async def test_every_skill_can_be_drawn_in_every_language(skill: object, language: str) -> None:
    found = next(each for each in CONTENT.skills if each is skill)
    embed = skill_embed(CONTENT, found, language)
    assert embed.title == found.wording(language).title
    assert len(embed) < 6000
    assert len(skill_buttons(CONTENT, found, language).children) == 3
    assert len(remove_button(CONTENT, found.key, language).children) == 1
    assert found.wording(language).title in (toolbox_embed(CONTENT, [found], language).description or "")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_empty_toolbox_says_how_to_fill_it(language: str) -> None:
    assert "Save" in (toolbox_embed(CONTENT, [], language).description or "")


async def test_a_second_save_says_it_is_there_already(world: World) -> None:
    key = CONTENT.skills[0].key
    first = await world.coping.mark(ALEX, key, Verdict.SAVED, "en")
    second = await world.coping.mark(ALEX, key, Verdict.SAVED, "en")
    assert mark_answer(CONTENT, second, "en", 1) == CONTENT.texts.say("en", "coping.already_saved")
    assert len({mark_answer(CONTENT, first, "en", seed) for seed in range(4)}) == 2
