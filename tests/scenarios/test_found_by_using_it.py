"""What a reviewer found by using it; each would have hurt somebody."""

from itertools import pairwise

import pytest

from bot.privacy.service import PrivacyService
from bot.program.discord_guild import DiscordGuild
from bot.program.file import parse_programme
from bot.program.permissions import BOT_PERMISSIONS
from tests.harness.house import PROGRAMME, House
from tests.harness.leaving import leaves
from tests.harness.person import has_button, labels_of, text_of

DANGER = "I'm going to kill myself tonight"
SPANISH = PROGRAMME.replace("languages: [en, es]", "languages: [es, en]")


async def test_a_group_that_left_the_file_is_read_for_as_long_as_it_is_there(house: House) -> None:
    await house.enrol("Jo", group="evening")
    await house.restart(PROGRAMME.replace("  - {{key: evening, name: Evening, track: iop}}\n", ""))
    assert house["Jo"].sees("evening-check-in")
    await house["Jo"].says(DANGER, in_="evening-check-in")
    assert house["Rivera"].is_paged()


async def test_a_channel_made_beside_us_is_read_from_its_beginning(house: House) -> None:
    grown = PROGRAMME.replace("checkins:", "  - {{key: night, name: Night, track: iop}}\ncheckins:", 1)
    ids = {name: person.id for name, person in house.people.items()}
    programme = parse_programme(grown.format(guild=house.guild.id, **ids), "grown.yaml")
    await house.app.rooms.programmes.apply(programme, DiscordGuild(house.app.client, house.guild.id))
    await house.settles()
    await house["Owner"].says(DANGER, in_="night-check-in")
    assert not house["Rivera"].is_paged(), "it is not watched yet"
    await house.app._look_for_places()
    await house.settles()
    assert house["Rivera"].is_paged()


async def test_who_erases_themselves_while_a_page_is_open_is_no_stranger(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    await alex.says(DANGER, in_="morning-check-in")
    await leaves(house.app.database, house.clock, house.app.rooms.members, house.guild.id, alex.id)
    app = house.app
    await PrivacyService(app.database, app.clock, app.content, app.outbox).erase(alex.id, "test")
    await house.settles()
    await alex.says("I want to die")
    assert not any("nobody from staff reads" in text for text in alex.texts())
    assert labels_of(alex.reads()[-1]) == ["Ask staff to contact me", "I'm safe for now"]


async def test_support_answers_where_there_is_no_programme(empty_house: House) -> None:
    house = empty_house
    await house.start(None)
    answer = await house["Alex"].runs("support")
    assert "988" in answer.text
    assert "911" in answer.text


async def test_whatever_fails_the_numbers_are_there(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.enrol("Alex")

    async def fails(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(house.app.rooms.crisis, "say", fails)
    answer = await house["Alex"].runs("support")
    assert "988" in answer.text
    assert "secret" not in answer.text


async def test_on_call_deleted_is_made_again_and_nobody_waits_for_it(house: House) -> None:
    await house.enrol("Alex")
    for person in house.staff:
        person.closes_dms()
    house.channel("on-call").delete()
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(seconds=31)
    cards = [*house["Rivera"].reads("on-call"), *house["Rivera"].reads("staff-room")]
    assert any("Acknowledge" in labels_of(card) for card in cards)
    assert house["Rivera"].sees("on-call")


async def test_kicked_and_invited_again_it_reads_what_was_written_meanwhile(house: House) -> None:
    await house.enrol("Alex")
    roles = [role for role in house.guild.roles.values() if role.managed]
    house.guild.remove_member(house.sandbox.world.bot)
    await house.settles()
    await house["Alex"].says(DANGER, in_="morning-check-in")
    house.sandbox.world.add_bot_to_guild(house.guild, int(BOT_PERMISSIONS))
    bot_role = next(role for role in house.guild.roles.values() if role.managed and role not in roles)
    house.guild.move_roles({bot_role.id: max(role.position for role in house.guild.roles.values()) + 1})
    await house.settles()
    await house.advance(seconds=31)
    assert house["Rivera"].is_paged()


async def test_the_answer_is_in_the_language_of_the_words(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says("me quiero morir", in_="morning-check-in")
    assert "Llama" in house["Alex"].texts()[-1] or "llama" in house["Alex"].texts()[-1]


async def test_english_words_in_a_spanish_programme_and_the_other_way_round(empty_house: House) -> None:
    house = empty_house
    await house.start(SPANISH)
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert "call" in house["Alex"].texts()[-1]


async def test_a_chosen_language_stays_chosen(house: House) -> None:
    await house.enrol("Alex")
    form = await house["Alex"].runs("reminders", in_="morning-check-in")
    saved = await form.fills(language="es")
    assert "Guardado" in saved.text
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert "988" in house["Alex"].texts()[-1]
    assert "lama" in house["Alex"].texts()[-1]


async def test_a_stranger_reads_no_card_twice_in_a_row(house: House) -> None:
    sam = house["Sam"]
    for _ in range(4):
        await sam.says(DANGER)
    said = [text for text in sam.texts() if "988" in text]
    assert len(said) == 4
    assert all(one != other for one, other in pairwise(said))


async def test_stop_is_taken_back_by_asking_for_reminders(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    await alex.runs("stop", in_="morning-check-in")
    await (await alex.runs("reminders", in_="morning-check-in")).fills(reminders="yes")
    before = len(alex.reads())
    await house.advance(hours=3, minutes=55)
    assert len(alex.reads()) > before


async def test_words_of_danger_make_no_name(house: House) -> None:
    await house.enrol("Alex")
    await (await house["Alex"].runs("reminders", in_="morning-check-in")).fills(name="I want to kill myself")
    assert house["Rivera"].is_paged()
    assert not any("kill" in text for text in house["Rivera"].texts("on-call"))


async def test_who_is_not_in_the_server_is_said_not_to_be_reached(house: House) -> None:
    stranger = house["Stranger"]
    await house["Rivera"].runs("member enrol", in_="staff-room", user=stranger.id, group="morning")
    await house.advance(minutes=2)
    assert any("could not be reached" in text for text in house["Chen"].texts("staff-room"))


async def test_staff_are_not_enrolled(house: House) -> None:
    answer = await house["Rivera"].runs("member enrol", in_="staff-room", user=house["Chen"].id, group="morning")
    assert "staff" in answer.text
    assert house["Chen"].reads() == []


async def test_discharge_and_acknowledgement_are_told_to_the_person(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    await alex.says(DANGER, in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    assert "Somebody from staff has seen it" in alex.texts()[-1]
    await house["Rivera"].runs("member discharge", in_="staff-room", user=alex.id, reason="to a ward")
    assert "has ended" in alex.texts()[-1]


async def test_an_empty_rota_is_said_as_it_is(empty_house: House) -> None:
    house = empty_house
    await house.start(PROGRAMME.replace('people: ["{Rivera}"]', "people: []"))
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    [card] = [message for message in house["Chen"].reads("on-call") if has_button(message, "Acknowledge")]
    assert text_of(card).startswith("Nobody is on shift")
