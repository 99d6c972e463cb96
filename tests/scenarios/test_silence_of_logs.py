"""A canary in every input, at the most talkative log level: none of it is in any log line."""

import io
import logging
from collections.abc import Iterator

import pytest

from bot.observe.logs import configure_logs
from sandbox.world.messages import Message
from tests.harness.checkins import check_in, gather
from tests.harness.house import PROGRAMME, House
from tests.harness.person import Answer, Person

CANARY = "zanzibarquokka"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger says, and the loggers put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs(as_json=True, level="DEBUG", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_no_word_and_no_name_is_logged(empty_house: House, log: io.StringIO) -> None:
    house = empty_house
    for name in ("Alex", "Bea"):
        house.sandbox.world.set_user(house[name].id, global_name=f"{name} {CANARY}")
    await house.start()
    await house.enrol("Alex", "Bea")
    alex, bea, rivera = house["Alex"], house["Bea"], house["Rivera"]

    form = await alex.runs("reminders", in_="morning-check-in")
    await form.fills(name=f"Lex {CANARY}", zone=f"America/{CANARY}")
    await form.person.runs("reminders", in_="morning-check-in")
    message = await alex.says(f"good morning {CANARY}", in_="morning-check-in")
    await alex.edits(message, f"{CANARY} I want to die tonight")
    await bea.says(f"I'm going to kill myself tonight {CANARY}")
    house.sandbox.people.create_thread(house["Owner"].id, house.channel("morning-check-in"), f"{CANARY} kill myself")
    await house.settles()
    await house.advance(hours=1)
    form = await alex.clicks("Check in", in_="morning-check-in")
    filled = {field.custom_id: CANARY for field in form.form.fields if not field.options}
    chosen = {field.custom_id: field.options[0][1] for field in form.form.fields if field.options}
    await form.fills(**filled, **chosen)
    await rivera.runs("member enrol", in_="staff-room", user=house["Jo"].id, group=CANARY)
    await rivera.runs("incident ack", in_="on-call", code=CANARY[:6])
    await rivera.runs("lexicon add", in_="staff-room", text=f"{CANARY} bridge", tier="page")
    await (await house["Chen"].clicks("Show", in_="mod-queue")).clicks("Approve")
    await rivera.runs("lexicon remove", in_="staff-room", text=CANARY)
    await (await rivera.runs("lexicon test", in_="staff-room", text=f"{CANARY} bridge")).clicks("This was missed")
    listed = await rivera.runs("lexicon review", in_="staff-room")
    await (await (await listed.clicks("Show")).clicks("Close")).fills(done="nothing_to_do")
    await alex.says(f"the {CANARY} bridge", in_="morning-check-in")
    house.sandbox.faults.fail("POST /channels/*/messages", 400, times=3, code=50035)
    await bea.says(f"I want to die {CANARY}")
    await house.advance(minutes=10)

    said = log.getvalue()
    assert "crisis.incident" in said, "the log was listened to"
    assert CANARY not in said.lower()
    assert house.sandbox.token not in said


async def test_a_fault_is_told_without_what_it_says(
    house: House, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.enrol("Alex")

    def breaks(text: str) -> None:
        raise KeyError(text)

    monkeypatch.setattr(house.app.rooms.crisis._detector, "assess", breaks)
    await house["Alex"].says(CANARY, in_="morning-check-in")
    assert house["Rivera"].is_paged()
    assert "KeyError" in log.getvalue()
    assert CANARY not in log.getvalue()


# -- moderation and check-ins ------------------------------------------------------------------------------------------

STRICT = PROGRAMME.replace("track: iop}}", "track: iop, filters: {{media: hold}}}}", 1)


async def menu(person: Person, name: str, message: Message) -> Answer:
    interaction = person.house.sandbox.people.message_menu(person.id, name, message)
    await interaction.answered(40)
    await person.house.settles()
    return Answer(person, interaction)


async def moderate(house: House) -> None:
    """Everything that moderation and check-ins are told and asked, with the canary in it."""
    alex, bea, rivera, chen = house["Alex"], house["Bea"], house["Rivera"], house["Chen"]
    number = f"{CANARY}: call 555-867-5309"
    for label in ("Approve", "Decline", "Ask to reword"):
        await alex.says(f"{number}, {label}", in_="morning-check-in")
        await (await rivera.clicks("Show", in_="mod-queue")).clicks(label)
        await chen.clicks("Show", in_="mod-queue")
    await alex.says("", in_="morning-check-in", attachments=[(f"{CANARY}.png", b"0")])
    await rivera.runs("mod queue", in_="mod-queue")
    plain = await alex.says(f"see https://{CANARY}.example.net", in_="morning-check-in")
    await (await menu(bea, "Report to staff", plain)).fills(reason="unkind", words=f"{CANARY} again")
    staffs = await chen.says(f"{CANARY} indeed", in_="morning-check-in")
    await (await menu(bea, "Report to staff", staffs)).fills(reason="worried", words=f"{CANARY} too")
    await (await rivera.clicks("Show", in_="mod-queue")).clicks("Who reported?")
    for share in ("group", "staff", "self"):
        await check_in(alex, words=f"{CANARY} {share}", share=share, contact="today")
    await check_in(bea, words=number)
    await rivera.clicks("Show", in_="staff-room")
    await house.advance(hours=13)
    await rivera.clicks("See who", in_="staff-room")


async def test_nothing_that_moderation_is_told_is_logged_or_stands_where_all_of_staff_read(
    empty_house: House, log: io.StringIO
) -> None:
    house = empty_house
    await house.start(STRICT)
    await gather(house, "Alex", "Bea", "Jo")
    await moderate(house)
    said = log.getvalue()
    assert "moderation.held" in said, "the log was listened to"
    assert "moderation.reported" in said
    assert "checkin.unheard_shown" in said
    assert CANARY not in said.lower()
    for room in ("mod-queue", "staff-room", "on-call"):  # Okafor presses nothing: this is what everybody there reads
        assert CANARY not in "\n".join(house["Okafor"].texts(room)).lower()


async def test_what_moderation_breaks_on_is_in_no_log_and_in_nobodys_answer(
    house: House, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gather(house, "Alex", "Bea")

    def breaks(*args: object, **kwargs: object) -> None:
        raise KeyError(*args, *kwargs.values())

    async def fails(*args: object, **kwargs: object) -> None:
        breaks(*args, **kwargs)

    monkeypatch.setattr(house.app.rooms.moderation._filters, "judge", breaks, raising=False)
    monkeypatch.setattr(house.app.rooms.moderation.reports, "report", fails)
    monkeypatch.setattr(house.app.rooms.checkins, "keep", fails)
    message = await house["Alex"].says(f"{CANARY} 555-867-5309", in_="morning-check-in")
    answer = await (await menu(house["Bea"], "Report to staff", message)).fills(reason="unkind", words=CANARY)
    assert "988" in answer.text
    assert CANARY not in answer.text
    kept = await check_in(house["Alex"], words=CANARY)
    assert "988" in kept.text
    assert kept.text.count(CANARY) == 1, "given back to whoever wrote it, and nothing beside"
    said = log.getvalue()
    assert said.count("KeyError") >= 3
    assert CANARY not in said.lower()
