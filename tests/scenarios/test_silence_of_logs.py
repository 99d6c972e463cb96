"""A canary in every input, at the most talkative log level: none of it is in any log line."""

import io
import logging
from collections.abc import Iterator

import pytest

from bot.observe.logs import configure_logs
from tests.harness.house import House

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
