"""`/mod filters`: staff see what each group's filters do, and change it; nobody else does."""

import asyncio

import pytest

from config.settings import WebSettings
from sandbox.errors import Refused
from tests.harness.cases import mod, sql
from tests.harness.house import PROGRAMME, House

CHANNEL = "morning-check-in"
NUMBER = "my number is 555-867-5309"
MORNING = "{{key: morning, name: Morning, track: iop}}"
SAYS_REMOVE = PROGRAMME.replace(MORNING, "{{key: morning, name: Morning, track: iop, filters: {{contact: remove}}}}")
LINKS_HELD = "{{key: morning, name: Morning, track: iop, filters: {{links: hold}}}}"
ALLOWS = PROGRAMME.replace(MORNING, "{{key: morning, name: Morning, track: iop, allow_links: [tenor.com]}}")


def stands(house: House, text: str) -> bool:
    return any(text in said for said in house["Bea"].texts(CHANNEL))


async def audit(house: House) -> list[tuple[str, int]]:
    rows = await sql(house, "SELECT action, actor_id FROM audit WHERE action LIKE 'filter.%' ORDER BY id")
    return [(action, actor) for action, actor in rows]


async def test_staff_see_each_groups_settings(house: House) -> None:
    answer = await house["Rivera"].runs("mod filters", in_="mod-queue")
    assert answer.is_private
    assert "contact details: it waits for you" in answer.text
    assert "a link: it stays, and you get a card" in answer.text
    assert "Links allowed: none" in answer.text
    assert "set by" not in answer.text


async def test_a_participant_is_not_even_offered_it(house: House) -> None:
    await house.enrol("Alex")
    with pytest.raises(Refused, match="not offered"):
        await house["Alex"].runs("mod filters", in_=CHANNEL)


async def test_what_staff_set_holds_at_once_in_that_group_and_after_a_restart(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await house.enrol("Jo", group="evening")
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    assert not stands(house, NUMBER)
    answer = await mod(house, "Rivera", "filters", group="morning", filter="contact", deed="off")
    assert f"contact details: nothing is done (set by <@{house['Rivera'].id}>" in answer.text
    assert "in the file: it waits for you" in answer.text
    assert "Evening" not in answer.text
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    assert stands(house, NUMBER)
    await house["Jo"].says(NUMBER, in_="evening-check-in")
    assert not [text for text in house["Jo"].texts("evening-check-in") if "555" in text]
    await house.restart()
    await house["Alex"].says(f"{NUMBER} again", in_=CHANNEL)
    assert stands(house, "again")
    assert await audit(house) == [("filter.set", house["Rivera"].id)]


async def test_the_files_newer_word_ends_it_for_good(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await mod(house, "Rivera", "filters", group="morning", filter="contact", deed="off")
    await house.restart(SAYS_REMOVE)
    answer = await mod(house, "Chen", "filters", group="morning")
    assert "contact details: it is taken away" in answer.text
    assert "set by" not in answer.text
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    assert not stands(house, NUMBER)
    await house.restart(PROGRAMME)
    answer = await mod(house, "Chen", "filters", group="morning")
    assert "contact details: it waits for you" in answer.text, "an old change does not come back with an old file"


async def test_the_word_can_be_given_back_to_the_file(house: House) -> None:
    await mod(house, "Rivera", "filters", group="morning", filter="media", deed="remove")
    answer = await mod(house, "Chen", "filters", group="morning", filter="media", deed="file")
    assert "a picture or a file: it stays, and you get a card" in answer.text
    assert "set by" not in answer.text
    assert await audit(house) == [("filter.set", house["Rivera"].id), ("filter.given-back", house["Chen"].id)]


async def test_links_are_allowed_and_refused(empty_house: House) -> None:
    house = empty_house
    await house.start(ALLOWS.replace("allow_links", "filters: {{links: hold}}, allow_links"))
    await house.enrol("Alex", "Bea")
    await house["Alex"].says("see https://riverside.example.org/a", in_=CHANNEL)
    assert not stands(house, "example.org/a")
    answer = await mod(house, "Rivera", "filters", group="morning", allow_links_to="https://example.org/")
    assert f"`example.org` (set by <@{house['Rivera'].id}>" in answer.text
    await house["Alex"].says("see https://riverside.example.org/b", in_=CHANNEL)
    assert stands(house, "example.org/b")
    answer = await mod(house, "Rivera", "filters", group="morning", refuse_links_to="tenor.com")
    assert "Links in the file that you refused: `tenor.com`" in answer.text
    await house["Alex"].says("see https://tenor.com/c", in_=CHANNEL)
    assert not stands(house, "tenor.com/c")
    await mod(house, "Chen", "filters", group="morning", allow_links_to="tenor.com")
    await house["Alex"].says("see https://tenor.com/d", in_=CHANNEL)
    assert stands(house, "tenor.com/d")


async def test_two_at_once_leave_one_setting_and_both_are_on_record(house: House) -> None:
    await asyncio.gather(
        mod(house, "Rivera", "filters", group="morning", filter="media", deed="hold"),
        mod(house, "Chen", "filters", group="morning", filter="media", deed="remove"),
    )
    assert len(await sql(house, "SELECT id FROM filter_changes WHERE ended_at IS NULL")) == 1
    assert {actor for _, actor in await audit(house)} == {house["Rivera"].id, house["Chen"].id}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"filter": "media", "deed": "off"}, "choose the group"),
        ({"group": "morning", "filter": "media"}, "choose the group"),
        ({"group": "noon", "filter": "media", "deed": "off"}, "no such group"),
        ({"group": "morning", "allow_links_to": "not a host"}, "no host"),
    ],
)
async def test_what_does_not_fit_is_said_and_changes_nothing(house: House, options: dict[str, str], said: str) -> None:
    answer = await mod(house, "Rivera", "filters", **options)
    assert said in answer.text
    assert not await sql(house, "SELECT id FROM filter_changes")


async def test_what_the_programme_itself_publishes_is_nobodys_contact_detail(empty_house: House) -> None:
    house = empty_house
    house.web = WebSettings(port=0, base_url="https://pages.riverside.example")
    where = "where: Room 2 or call in on 614-555-0142"
    await house.start(PROGRAMME.replace("where: Room 2", where).replace(MORNING, LINKS_HELD))
    await house.enrol("Alex", "Bea")
    for said in ("you can call in on 614 555 0142", "mine is at https://pages.riverside.example/me"):
        await house["Alex"].says(said, in_=CHANNEL)
        assert stands(house, said)
    await house["Alex"].says("mine is 614 555 0143", in_=CHANNEL)
    assert not stands(house, "0143")
