"""What a person does through the page happens, and what they may not is said in a sentence."""

import base64
import json

import pytest

from tests.sandbox.page.conftest import Asker
from tests.sandbox.page.stage import Stage


def check_in(stage: Stage) -> str:
    return str(stage.channels["morning-check-in"].id)


async def test_say_edit_delete(asker: Asker, stage: Stage) -> None:
    place = check_in(stage)
    status, said = await asker.act("Alex", "say", place=place, content="Helo")
    assert status == 200
    await asker.act("Alex", "edit", message=said["id"], content="Hello")
    assert await asker.texts("Rivera", place) == ["Hello"]
    (shown,) = (await asker.get("messages", "Rivera", place=place))[1]["messages"]
    assert shown["edited"]
    assert not shown["mine"]
    assert shown["author"]["name"] == "Alex"
    await asker.act("Alex", "delete", message=said["id"])
    assert await asker.texts("Rivera", place) == []


async def test_an_answer_and_a_file(asker: Asker, stage: Stage) -> None:
    place = check_in(stage)
    _, first = await asker.act("Alex", "say", place=place, content="First")
    encoded = base64.b64encode(b"walk").decode()
    file = {"name": "a walk.txt", "base64": encoded}
    status, _ = await asker.act("Rivera", "say", place=place, content="", reply_to=first["id"], files=[file])
    assert status == 200
    shown = (await asker.get("messages", "Alex", place=place))[1]["messages"][-1]
    assert shown["reply"]["id"] == first["id"]
    (attachment,) = shown["attachments"]
    assert (attachment["name"], attachment["size"]) == ("a walk.txt", 4)
    async with asker.session.get(stage.sandbox.page_url + attachment["url"].lstrip("/")) as reply:
        assert await reply.read() == b"walk"


async def test_a_dm_is_opened_by_the_first_word(asker: Asker, stage: Stage) -> None:
    assert await asker.texts("Alex", "dm") == []
    assert (await asker.act("Alex", "say", place="dm", content="Hello"))[0] == 200
    assert await asker.texts("Alex", "dm") == ["Hello"]
    assert await asker.texts("Rivera", "dm") == []
    status, refusal = await asker.act("Stranger", "say", place="dm", content="Hello")
    assert (status, refusal["code"]) == (409, "no_mutual_guild")


async def test_what_one_may_not_is_said(asker: Asker, stage: Stage) -> None:
    welcome = str(stage.channels["welcome"].id)
    status, refusal = await asker.act("Alex", "say", place=welcome, content="Hello")
    assert (status, refusal["message"]) == (409, "This person may not write here.")
    _, said = await asker.act("Alex", "say", place=check_in(stage), content="Mine")
    assert (await asker.act("Rivera", "edit", message=said["id"], content="Yours"))[0] == 409
    assert (await asker.act("Chen", "delete", message=said["id"]))[0] == 409
    assert (await asker.act("Bea", "delete", message=said["id"]))[0] == 409
    assert (await asker.act("Alex", "say", place=check_in(stage), content="x" * 2001))[0] == 409
    assert await asker.texts("Alex", check_in(stage)) == ["Mine"]


@pytest.mark.parametrize(
    "body",
    [[], {}, {"as": 7}, {"as": "x"}, {"as": None, "content": "x"}, {"place": "dm", "content": "x"}],
)
async def test_wrong_arguments_are_the_askers_mistake(asker: Asker, body: object) -> None:
    assert (await asker.post("act/say", body))[0] in {400, 404}


async def test_wrong_kinds_of_arguments(asker: Asker, stage: Stage) -> None:
    place = check_in(stage)
    assert (await asker.act("Alex", "say", place=place, content=7))[0] == 400
    assert (await asker.act("Alex", "say", place=place, content="x", files=[{"name": "a", "base64": "%"}]))[0] == 400
    assert (await asker.act("Alex", "dms", open="no"))[0] == 400
    assert (await asker.act("Alex", "become_owner"))[0] == 404
    assert (await asker.post("clock", {"seconds": "many"}))[0] == 400
    assert (await asker.post("fault", {"fault": "fire"}))[0] == 400
    async with asker.session.post(asker.url("clock"), data="{", headers={"Content-Type": "application/json"}) as reply:
        assert reply.status == 400
        assert json.loads(await reply.text())["code"] == "wrong"


async def test_reactions_threads_and_membership(asker: Asker, stage: Stage) -> None:
    place = check_in(stage)
    _, said = await asker.act("Alex", "say", place=place, content="Hello")
    await asker.act("Rivera", "react", message=said["id"], emoji="👍", on=True)
    (shown,) = (await asker.get("messages", "Rivera", place=place))[1]["messages"]
    assert shown["reactions"] == [{"emoji": "👍", "count": 1, "mine": True}]
    status, thread = await asker.act("Alex", "thread", place=place, message=said["id"], name=" Today ")
    assert status == 200
    (shown,) = (await asker.get("messages", "Rivera", place=place))[1]["messages"]
    assert shown["thread"] == {"id": thread["id"], "name": "Today", "count": 0, "archived": False}
    (starter,) = (await asker.get("messages", "Rivera", place=thread["id"]))[1]["messages"]
    assert starter["starter"]["content"] == "Hello"
    assert (await asker.act("Stranger", "join", guild=str(stage.guild.id)))[0] == 200
    assert (await asker.house("Stranger"))["guilds"][0]["name"] == "Riverside"
    assert (await asker.act("Stranger", "leave", guild=str(stage.guild.id)))[0] == 200
    assert (await asker.house("Stranger"))["guilds"] == []


async def test_settings_of_a_person(asker: Asker, stage: Stage) -> None:
    alex = stage.people["Alex"]
    await asker.act("Alex", "dms", open=False)
    assert not alex.dms_open
    (shown,) = (each for each in (await asker.house("Bea"))["people"] if each["name"] == "Alex")
    assert not shown["dms"]
    await asker.act("Alex", "dms", open=True)
    await asker.act("Alex", "locale", locale="es-ES")
    assert (alex.dms_open, alex.locale) == (True, "es-ES")


async def test_faults(asker: Asker, stage: Stage) -> None:
    faults = stage.sandbox.faults
    assert (await asker.post("fault", {"fault": "fail", "times": 2}))[0] == 200
    assert [faults.take("GET", "/users/@me", "/users/@me") is not None for _ in range(3)] == [True, True, False]
    assert (await asker.post("fault", {"fault": "fail", "times": 0}))[0] == 409
    for fault in ("cut", "invalidate", "clear"):
        assert (await asker.post("fault", {"fault": fault}))[0] == 200
    await asker.post("fault", {"fault": "close_dms", "user": str(stage.people["Bea"].id)})
    assert not stage.people["Bea"].dms_open
