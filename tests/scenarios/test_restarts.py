"""Nothing is lost and nothing is said twice: restarts, power cuts, lost connections, buttons of an earlier process."""

from tests.harness.house import PROGRAMME, House

DANGER = "I'm going to kill myself tonight"


async def test_a_second_start_makes_no_writing_request(house: House) -> None:
    mark = house.sandbox.requests.mark()
    await house.restart()
    assert [(each.method, each.route) for each in house.sandbox.requests.writes(mark)] == []


async def test_words_written_while_we_were_down_page_at_the_start(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await house.stop()
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house["Bea"].says(DANGER)
    await house.start()
    assert len(await house.app.rooms.oncall.unresolved(house.guild.id)) == 2
    assert house["Rivera"].is_paged()
    await house.restart()
    assert len(await house.app.rooms.oncall.unresolved(house.guild.id)) == 2
    assert len(house["Rivera"].reads("on-call")) == 2


async def test_words_in_a_thread_written_while_we_were_down(house: House) -> None:
    await house.enrol("Alex")
    people = house.sandbox.people
    thread = people.create_thread(house["Owner"].id, house.channel("morning-check-in"), "Today")
    await house.settles()
    await house.stop()
    await house["Alex"].says(DANGER, in_=thread)
    await house.start()
    assert house["Rivera"].is_paged()


async def test_a_power_cut_repeats_nothing_and_loses_nothing(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    answers = len(house["Alex"].reads())
    await house.crash()
    await house.start()
    await house.advance(minutes=1)
    assert len(house["Rivera"].reads("on-call")) == 1
    assert len(house["Alex"].reads()) == answers
    await house.advance(minutes=2)
    assert house["Chen"].is_paged(), "the ladder goes on where it was"


async def test_buttons_outlive_the_process(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house["Rivera"].runs("member enrol", in_="staff-room", user=house["Bea"].id, group="morning")
    await house.restart()
    answer = await house["Rivera"].clicks("Acknowledge", in_="on-call")
    assert "You have it" in answer.text
    await house["Bea"].clicks("I agree")
    assert house["Bea"].roles() == {"Morning"}


async def test_a_form_opened_before_a_restart_still_arrives(house: House) -> None:
    await house.enrol("Alex")
    form = await house["Alex"].runs("reminders", in_="morning-check-in")
    await house.restart()
    saved = await form.fills(name="Lex")
    assert "Lex" in saved.text


async def test_a_cut_gateway_replays_and_a_lost_session_is_caught_up(house: House) -> None:
    await house.enrol("Alex", "Bea")
    faults = house.sandbox.faults
    faults.refuse_connections(refuse=True)
    faults.cut()
    house.sandbox.people.say(house["Alex"].id, house.channel("morning-check-in"), DANGER)
    faults.refuse_connections(refuse=False)
    await house.sandbox.changed(house["Rivera"].is_paged, 15)
    await house.settles()
    faults.refuse_connections(refuse=True)
    faults.invalidate()
    house.sandbox.people.say(house["Bea"].id, house.channel("morning-check-in"), DANGER)
    faults.refuse_connections(refuse=False)
    await house.sandbox.changed(lambda: len(house["Rivera"].reads("on-call")) == 2, 15)
    await house.settles()
    assert len(await house.app.rooms.oncall.unresolved(house.guild.id)) == 2


async def test_a_programme_changed_between_starts_is_applied(house: House) -> None:
    await house.restart(PROGRAMME.replace("name: Evening", "name: Twilight"))
    assert house.role("Twilight")
