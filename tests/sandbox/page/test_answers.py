"""Buttons, menus, forms and commands through the page, with the real client answering."""

from typing import Any

import pytest

from tests.sandbox.page.conftest import Asker
from tests.sandbox.page.stage import Stage, post_card


@pytest.fixture
async def card(played: Stage) -> str:
    return str((await post_card(played, "morning-check-in")).id)


async def whispers(asker: Asker, who: str, place: Any) -> list[str]:
    found = (await asker.get("messages", who, place=place))[1]["messages"]
    return [each["content"] for each in found if each["ephemeral"]]


def check_in(stage: Stage) -> str:
    return str(stage.channels["morning-check-in"].id)


async def test_a_button_and_what_only_one_sees(asker: Asker, played: Stage, card: str) -> None:
    status, found = await asker.act("Alex", "click", message=card, button="card:hello")
    assert (status, found["failed"], found["form"]) == (200, None, None)
    assert await whispers(asker, "Alex", check_in(played)) == ["Hello, only you."]
    assert await whispers(asker, "Rivera", check_in(played)) == []


async def test_a_form(asker: Asker, played: Stage, card: str) -> None:
    _, opened = await asker.act("Alex", "click", message=card, button="card:form")
    form = opened["form"]
    assert form["title"] == "How is it today?"
    words, evening = (part["field"] for part in form["parts"])
    assert (words["kind"], words["required"], words["max_length"], words["multiline"]) == ("text_input", True, 60, True)
    assert words["description"] == "Only staff read this."
    assert [each["value"] for each in evening["options"]] == ["home", "meeting"]
    number = opened["id"]
    status, refusal = await asker.act("Alex", "submit", interaction=number, values={"words": "", "evening": "home"})
    assert (status, refusal["code"]) == (409, "required")
    status, refusal = await asker.act("Rivera", "submit", interaction=number, values={"words": "x", "evening": "home"})
    assert (status, refusal["code"]) == (409, "no_form")
    values = {"words": "All right", "evening": "meeting"}
    status, sent = await asker.act("Alex", "submit", interaction=number, values=values)
    assert (status, sent["failed"]) == (200, None)
    assert await whispers(asker, "Alex", check_in(played)) == ["Thank you: All right (meeting)"]


async def test_no_answer_is_said(asker: Asker, played: Stage, card: str) -> None:
    _, found = await asker.act("Alex", "click", message=card, button="card:silence")
    assert found["failed"] == "This application did not respond"


async def test_a_menu_on_a_message(asker: Asker, played: Stage, card: str) -> None:
    status, _ = await asker.act("Alex", "select", message=card, menu="card:helped", values=["A walk"])
    assert status == 200
    assert await whispers(asker, "Alex", check_in(played)) == ["Noted: A walk"]
    assert (await asker.act("Alex", "select", message=card, menu="card:helped", values=["A nap"]))[0] == 409


async def test_commands_are_those_one_may_run(asker: Asker, played: Stage) -> None:
    async def offered(who: str, channel: str) -> list[str]:
        found = (await asker.get("commands", who, place=played.channels[channel].id))[1]["commands"]
        return sorted(each["path"] for each in found)

    assert await offered("Alex", "morning-check-in") == ["skill"]
    assert await offered("Rivera", "staff-room") == ["member enrol", "skill"]
    assert (await asker.get("commands", "Stranger", place="dm"))[1]["commands"] == []
    assert (await asker.get("commands", "Alex", place="dm"))[0] == 200


async def test_a_command_with_options(asker: Asker, played: Stage) -> None:
    place = str(played.channels["staff-room"].id)
    alex = str(played.people["Alex"].id)
    options = {"user": alex, "group": "morning", "weeks": 6}
    status, found = await asker.act("Rivera", "command", place=place, name="member enrol", options=options)
    assert (status, found["failed"]) == (200, None)
    assert await whispers(asker, "Rivera", place) == [f"<@{alex}> is invited to Morning for 6 weeks."]
    shown = (await asker.get("messages", "Rivera", place=place))[1]["messages"][-1]
    assert shown["used"] == {"by": "Rivera", "command": "/member enrol"}
    status, _ = await asker.act("Rivera", "command", place=place, name="member enrol", options={"user": alex})
    assert status == 409
    status, _ = await asker.act("Alex", "command", place=check_in(played), name="member enrol", options=options)
    assert status == 409


async def test_an_entry_of_a_messages_menu(asker: Asker, played: Stage) -> None:
    place = check_in(played)
    _, said = await asker.act("Alex", "say", place=place, content="Hello")
    assert (await asker.get("menu", "Rivera", message=said["id"]))[1]["names"] == ["Report to staff"]
    status, _ = await asker.act("Rivera", "menu", message=said["id"], name="Report to staff")
    assert status == 200
    assert await whispers(asker, "Rivera", place) == ["Staff will look at it: 5 letters."]
    assert (await asker.get("menu", "Bea", message=said["id"]))[0] == 409


async def test_dismissing(asker: Asker, played: Stage, card: str) -> None:
    await asker.act("Alex", "click", message=card, button="card:hello")
    place = check_in(played)
    whisper = (await asker.get("messages", "Alex", place=place))[1]["messages"][-1]
    assert whisper["deletable"]
    assert (await asker.act("Rivera", "delete", message=whisper["id"]))[0] == 409
    assert (await asker.act("Alex", "delete", message=whisper["id"]))[0] == 200
    assert await whispers(asker, "Alex", place) == []
