"""What changed reaches the page that shows it, in bounded memory, and nobody else's page."""

from typing import Any

import aiohttp

from sandbox.page.live import TOUCHED, Watcher
from sandbox.page.unread import ReadMarks
from sandbox.world import posting
from sandbox.world.kinds import MessageFlag
from sandbox.world.messages import Draft
from tests.sandbox.page.conftest import Asker
from tests.sandbox.page.stage import Stage

WAIT = 5.0


async def watch(asker: Asker, who: str, place: Any) -> aiohttp.ClientWebSocketResponse:
    """A page's connection, after its first news."""
    socket = await asker.session.ws_connect(asker.url("live"))
    await socket.send_json({"do": "watch", "as": str(asker.stage.people[who].id), "place": str(place)})
    await socket.receive_json(timeout=WAIT)
    return socket


def person(news: Any, name: str) -> Any:
    (found,) = (each for each in news["house"]["people"] if each["name"] == name)
    return found


def bot_says(stage: Stage, channel: str, text: str, **more: Any) -> Any:
    return posting.post(stage.channels[channel], stage.sandbox.world.bot.id, Draft(content=text, **more))


async def test_words_arrive_and_go(asker: Asker, stage: Stage) -> None:
    place = stage.channels["morning-check-in"]
    socket = await watch(asker, "Alex", place.id)
    said = stage.sandbox.people.say(stage.people["Rivera"], place, "Good morning")
    news = await socket.receive_json(timeout=WAIT)
    assert [each["content"] for each in news["messages"]] == ["Good morning"]
    stage.sandbox.people.delete(stage.people["Rivera"], said)
    news = await socket.receive_json(timeout=WAIT)
    assert (news["messages"], news["gone"]) == ([], [str(said.id)])
    await socket.close()


async def test_a_whisper_reaches_one_page_only(asker: Asker, stage: Stage) -> None:
    place = stage.channels["welcome"]
    alex, bea = await watch(asker, "Alex", place.id), await watch(asker, "Bea", place.id)
    bot_says(stage, "welcome", "psst", flags=int(MessageFlag.EPHEMERAL), ephemeral_to=stage.people["Alex"].id)
    bot_says(stage, "welcome", "hello all")
    heard = (await alex.receive_json(timeout=WAIT))["messages"]
    assert [each["content"] for each in heard] == ["psst", "hello all"]
    news = await bea.receive_json(timeout=WAIT)
    assert [each["content"] for each in news["messages"]] == ["hello all"]
    assert "psst" not in str(news)
    await alex.close()
    await bea.close()


async def test_a_place_that_was_lost_tells_nothing_more(asker: Asker, stage: Stage) -> None:
    place = stage.channels["morning-check-in"]
    socket = await watch(asker, "Alex", place.id)
    stage.guild.member(stage.people["Alex"]).set_roles([])
    bot_says(stage, "morning-check-in", "for the group")
    news = await socket.receive_json(timeout=WAIT)
    assert news["messages"] == []
    assert "for the group" not in str(news)
    assert "morning-check-in" not in str(news)
    await socket.close()


async def test_one_notices_that_somebody_is_paged(asker: Asker, stage: Stage) -> None:
    await asker.house("Alex")
    socket = await watch(asker, "Alex", stage.channels["welcome"].id)
    dm = stage.sandbox.people.dm_channel(stage.people["Rivera"])
    page = posting.post(dm, stage.sandbox.world.bot.id, Draft(content="You are being paged."))
    news = await socket.receive_json(timeout=WAIT)
    while not person(news, "Rivera")["rings"]:
        news = await socket.receive_json(timeout=WAIT)
    assert (person(news, "Rivera")["new"], person(news, "Rivera")["rings"]) == (1, 1)
    assert person(news, "Chen")["new"] == 0
    assert "You are being paged." not in str(news)
    rivera = await watch(asker, "Rivera", "dm")
    await rivera.send_json({"do": "read", "place": "dm", "message": str(page.id)})
    news = await rivera.receive_json(timeout=WAIT)
    assert person(news, "Rivera")["rings"] == 0
    await socket.close()
    await rivera.close()


async def test_a_role_rings_and_other_words_do_not(asker: Asker, stage: Stage) -> None:
    await asker.house("Alex")
    role = stage.guild.role_named("On call")
    bot_says(stage, "on-call", f"{role.mention} please")
    bot_says(stage, "on-call", "never mind")
    house = {"house": await asker.house("Alex")}
    assert (person(house, "Rivera")["new"], person(house, "Rivera")["rings"]) == (2, 1)
    assert (person(house, "Chen")["new"], person(house, "Chen")["rings"]) == (2, 0)
    assert person(house, "Alex")["new"] == 0


async def test_ones_own_words_are_not_new(asker: Asker, stage: Stage) -> None:
    await asker.house("Alex")
    stage.sandbox.people.say(stage.people["Alex"], stage.channels["morning-check-in"], "Hello")
    house = {"house": await asker.house("Alex")}
    assert person(house, "Alex")["new"] == 0
    assert person(house, "Rivera")["new"] == 1


async def test_what_was_said_before_the_page_was_opened_is_old(asker: Asker, stage: Stage) -> None:
    bot_says(stage, "welcome", "long ago")
    await asker.post("clock", {"seconds": 60})
    house = {"house": await asker.house("Alex")}
    assert person(house, "Alex")["new"] == 0
    bot_says(stage, "welcome", "just now")
    house = {"house": await asker.house("Alex")}
    assert person(house, "Alex")["new"] == 1


async def test_the_clock_and_the_bot_are_told(asker: Asker, played: Stage) -> None:
    socket = await watch(asker, "Alex", "dm")
    before = (await asker.house("Alex"))["clock"]["now"]
    await asker.post("clock", {"seconds": 3600})
    news = await socket.receive_json(timeout=WAIT)
    assert news["house"]["clock"]["now"] > before
    assert news["house"]["bot"]["online"]
    await played.bot.close()
    while news["house"]["bot"]["online"]:
        news = await socket.receive_json(timeout=WAIT)
    await socket.close()


async def test_a_slow_page_grows_no_memory(stage: Stage) -> None:
    watcher = Watcher(stage.sandbox, ReadMarks(stage.sandbox.world))
    watcher.watch(stage.people["Alex"].id, str(stage.channels["welcome"].id))
    stop = stage.sandbox.subscribe(watcher.hear)
    for number in range(TOUCHED * 3):
        bot_says(stage, "welcome", str(number))
        assert watcher.waiting <= TOUCHED
    stop()
    news = watcher.take()
    assert news["stale"]
    assert len(news["messages"]) <= TOUCHED
    assert "stale" not in watcher.take()


async def test_nonsense_ends_the_connection(asker: Asker, stage: Stage) -> None:
    for text in ("[]", "{", '{"do": "watch", "as": "7", "place": "dm"}', '{"do": "read"}'):
        socket = await asker.session.ws_connect(asker.url("live"))
        await socket.send_str(text)
        assert (await socket.receive(timeout=WAIT)).type is aiohttp.WSMsgType.CLOSE
        await socket.close()


async def test_a_card_counts_what_is_said_in_its_thread(asker: Asker, stage: Stage) -> None:
    place, alex = stage.channels["morning-check-in"], stage.people["Alex"]
    said = stage.sandbox.people.say(alex, place, "Hello")
    thread = stage.sandbox.people.create_thread(alex, place, "Today", from_message=said)
    socket = await watch(asker, "Alex", place.id)
    stage.sandbox.people.say(alex, thread, "In here")
    (news,) = (await socket.receive_json(timeout=WAIT))["messages"]
    assert (news["id"], news["thread"]["count"]) == (str(said.id), 1)
    await socket.close()


async def test_a_server_that_stops_says_so(asker: Asker, stage: Stage) -> None:
    socket = await watch(asker, "Alex", "dm")
    await stage.sandbox.stop()
    closing = await socket.receive(timeout=WAIT)
    assert (closing.type, closing.data) == (aiohttp.WSMsgType.CLOSE, aiohttp.WSCloseCode.GOING_AWAY)
