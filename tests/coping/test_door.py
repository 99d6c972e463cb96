"""Coping skills on Discord: the post, the buttons, `/skill`, `/toolbox`."""

from bot.content import Content
from bot.ui.coping import NEED_WORDS
from tests.harness.house import House
from tests.harness.person import labels_of, text_of

CONTENT = Content.load()
BUTTONS = ["Helped", "Not for me", "Save"]


async def test_one_post_a_day_at_half_past_eight_and_never_twice(house: House) -> None:
    await house.enrol("Alex")
    await house.advance(minutes=29)
    assert house["Alex"].reads("morning-coping") == []
    await house.advance(minutes=1)
    (post,) = house["Alex"].reads("morning-coping")
    assert labels_of(post) == BUTTONS
    await house.restart()
    await house.advance(hours=1)
    assert house["Alex"].reads("morning-coping") == [post]
    await house.advance(hours=24)
    _, second = house["Alex"].reads("morning-coping")
    assert text_of(second) != text_of(post)


async def test_the_buttons_answer_privately_and_show_nothing_to_the_group(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await house.advance(minutes=30)
    (before,) = house["Bea"].texts("morning-coping")
    for label in BUTTONS:
        answer = await house["Alex"].clicks(label, in_="morning-coping")
        assert answer.failed is None
        assert answer.is_private
    assert house["Bea"].texts("morning-coping") == [before]
    assert labels_of(house["Bea"].reads("morning-coping")[0]) == BUTTONS
    box = await house["Alex"].runs("toolbox", in_="morning-coping")
    assert box.is_private
    title = before.splitlines()[0]
    assert title in box.text
    assert title not in (await house["Bea"].runs("toolbox", in_="morning-coping")).text


async def test_saving_twice_offers_to_take_it_out(house: House) -> None:
    await house.enrol("Alex")
    await house.advance(minutes=30)
    await house["Alex"].clicks("Save", in_="morning-coping")
    again = await house["Alex"].clicks("Save", in_="morning-coping")
    assert "already" in again.text
    removed = await again.clicks("Take it out")
    assert "out of your toolbox" in removed.text
    assert "Nothing in it yet" in (await house["Alex"].runs("toolbox", in_="morning-coping")).text


async def test_a_bare_skill_comes_at_once_for_anybody_also_in_a_dm(house: House) -> None:
    await house.enrol("Alex")
    titles = {skill.en.title for skill in CONTENT.skills}
    for person, place in ((house["Alex"], "morning-check-in"), (house["Alex"], None), (house["Sam"], None)):
        answer = await person.runs("skill", in_=place)
        assert answer.failed is None
        assert answer.is_private
        assert titles & set(answer.text.splitlines())
        assert labels_of(answer.messages[-1]) == BUTTONS
        assert (await answer.clicks("Helped")).failed is None


async def test_a_need_is_chosen_in_plain_words(house: House) -> None:
    await house.enrol("Alex")
    offered = house.sandbox.people.commands_for(house["Alex"].id, house.channel("morning-check-in"))
    assert "skill" in {command.path for command in offered}
    answer = await house["Alex"].runs("skill", in_="morning-check-in", need="sleep")
    wanted = {skill.en.title for skill in CONTENT.skills if skill.need.value == "sleep"}
    assert wanted & set(answer.text.splitlines())
    assert "Can't sleep" in NEED_WORDS.values()
