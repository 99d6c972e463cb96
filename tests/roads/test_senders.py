"""Every sender against a real server on loopback, and what an answer means."""

import asyncio

import pytest

from bot.delivery.transport import RefusedForGoodError, TryLaterError, UnsureError
from bot.roads.addresses import Road, read
from bot.roads.message import Event, Message
from bot.roads.service import RoadService
from tests.roads.loopback import Services, silent

TWILIO = "twilio://AC1:tok@+15550001111/+15550002222"
PAGERDUTY = "pagerduty://R0123456789abcdefghij@x"


def road(contact: str) -> Road:
    [found] = read(contact)
    return found


async def test_an_sms(world: Services, roads: RoadService, message: Message) -> None:
    await roads.send(road(TWILIO), message)
    [got] = world.got
    assert got.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert got.headers["Authorization"] == "Basic QUMxOnRvaw=="
    assert got.body == {"To": "+15550002222", "From": "+15550001111", "Body": message.whole}
    assert message.link is not None
    assert message.link in got.body["Body"]


async def test_a_call_reads_it_out_twice_and_no_link(world: Services, roads: RoadService, message: Message) -> None:
    await roads.send(road(TWILIO + "?voice=yes"), message)
    [got] = world.got
    assert got.path == "/2010-04-01/Accounts/AC1/Calls.json"
    assert got.body["Twiml"].count("A, B, C &lt;&amp; 2&gt;.") == 2
    assert "token" not in got.body["Twiml"]


async def test_a_messaging_service_stands_in_its_own_field(
    world: Services, roads: RoadService, message: Message
) -> None:
    sender = "MG0123456789abcdef0123456789abcdef"
    await roads.send(road(f"twilio://AC1:tok@{sender}/+15550002222"), message)
    assert world.got[0].body["MessagingServiceSid"] == sender


@pytest.mark.parametrize("event", list(Event))
async def test_pagerduty_events_are_tied_by_the_code(
    world: Services, roads: RoadService, message: Message, event: Event
) -> None:
    said = Message(**{**message.__dict__, "event": event})
    await roads.send(road(PAGERDUTY), said)
    [got] = world.got
    assert got.path == "/v2/enqueue"
    assert got.body["event_action"] == event.value
    assert got.body["dedup_key"] == "ABC234"
    assert got.body["routing_key"] == "R0123456789abcdefghij"
    assert ("payload" in got.body) == (event is Event.TRIGGER)
    if event is Event.TRIGGER:
        assert got.body["payload"] == {"summary": message.text, "source": "Handrail", "severity": "critical"}


async def test_mail(world: Services, roads: RoadService, message: Message) -> None:
    contact = f"mailto://127.0.0.1:{world.mail_port}?to=rivera@example.org&from=bot@example.org"
    await roads.send(road(contact), message)
    [letter] = world.letters
    assert (letter["To"], letter["From"], letter["Subject"]) == ("rivera@example.org", "bot@example.org", message.text)
    assert "https://pages.example.org/a/token" in str(letter.get_payload())


async def test_ntfy(world: Services, roads: RoadService, message: Message) -> None:
    await roads.send(road(f"ntfy://u:p@{world.host}/rivera"), message)
    [got] = world.got
    assert got.body == {
        "topic": "rivera",
        "title": message.title,
        "message": message.text,
        "priority": 5,
        "click": message.link,
    }
    assert got.headers["Authorization"].startswith("Basic ")
    await roads.send(road("ntfy://rivera-at-ntfy-sh"), message)
    assert world.got[1].body["topic"] == "rivera-at-ntfy-sh"


async def test_a_webhook(world: Services, roads: RoadService, message: Message) -> None:
    await roads.send(road(f"json://{world.host}/hook?+X-Key=k&-a=b&:message=text&:type=&:room=7"), message)
    [got] = world.got
    assert got.headers["X-Key"] == "k"
    assert got.query == {"a": "b"}
    assert got.body == {
        "version": "1.0",
        "title": message.title,
        "text": message.whole,
        "code": "ABC234",
        "link": message.link,
        "room": "7",
    }


async def test_whatever_else_apprise_knows(world: Services, roads: RoadService, message: Message) -> None:
    await roads.send(road(f"xml://{world.host}/soap"), message)
    [got] = world.at("/soap")
    assert message.text in got.body
    world.status["/soap"] = 500
    with pytest.raises(UnsureError):
        await roads.send(road(f"xml://{world.host}/soap"), message)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, RefusedForGoodError),
        (401, RefusedForGoodError),
        (302, RefusedForGoodError),
        (408, UnsureError),
        (429, TryLaterError),
        (500, UnsureError),
        (503, UnsureError),
    ],
)
async def test_what_a_status_means(
    world: Services, roads: RoadService, message: Message, status: int, error: type[Exception]
) -> None:
    world.status["/"] = status
    with pytest.raises(error):
        await roads.send(road(TWILIO), message)
    assert len(world.got) == 1, "no redirect is followed, nothing is tried again here"


@pytest.mark.parametrize(("said", "wait"), [("7", 7.0), ("86400", 60.0), ("Wed, 21 Oct 2026", None)])
async def test_too_many_requests_says_when(
    world: Services, roads: RoadService, message: Message, said: str, wait: float | None
) -> None:
    world.status["/"], world.retry_after = 429, said
    with pytest.raises(TryLaterError) as later:
        await roads.send(road(TWILIO), message)
    assert later.value.seconds == wait


@pytest.mark.parametrize(
    ("reply", "error"), [("451 later", TryLaterError), ("554 no", RefusedForGoodError), ("250 OK", None)]
)
async def test_what_a_mail_server_says(
    world: Services, roads: RoadService, message: Message, reply: str, error: type[Exception] | None
) -> None:
    world.reply = reply
    contact = road(f"mailto://127.0.0.1:{world.mail_port}?to=rivera@example.org&from=bot@example.org")
    if error is None:
        await roads.send(contact, message)
        return
    with pytest.raises(error):
        await roads.send(contact, message)
    assert world.letters == []


async def test_nobody_there_is_tried_later(roads: RoadService, message: Message) -> None:
    async with silent() as port:
        pass  # the port is free again: nobody listens
    for contact in (
        f"json://127.0.0.1:{port}/",
        f"ntfy://127.0.0.1:{port}/topic",
        f"mailto://127.0.0.1:{port}?to=rivera@example.org&from=bot@example.org",
    ):
        with pytest.raises(TryLaterError):
            await roads.send(road(contact), message)


async def test_one_that_hangs_for_ever_delays_none_of_the_others(
    world: Services, roads: RoadService, message: Message
) -> None:
    async with silent() as port:
        roads.bases = type(roads.bases)(twilio=world.base, pagerduty=world.base, ntfy=world.base)
        roads.deadline = 30
        hanging = [
            f"json://127.0.0.1:{port}/hang",
            f"ntfy://127.0.0.1:{port}/hang",
            f"mailto://127.0.0.1:{port}?to=a@example.org&from=b@example.org",
            *(f"xml://127.0.0.1:{port}/hang-{number}" for number in range(8)),
        ]
        hung = [asyncio.create_task(roads.send(road(contact), message)) for contact in hanging]
        await asyncio.sleep(0)
        arriving = [
            TWILIO,
            TWILIO + "?voice=yes",
            PAGERDUTY,
            f"mailto://127.0.0.1:{world.mail_port}?to=rivera@example.org&from=bot@example.org",
            f"ntfy://{world.host}/rivera",
            f"json://{world.host}/hook",
            f"xml://{world.host}/soap",
        ]
        async with asyncio.timeout(10):
            await asyncio.gather(*(roads.send(road(contact), message) for contact in arriving))
        assert len(world.got) == 6
        assert len(world.letters) == 1
        assert not any(task.done() for task in hung), "they hang, while all others have arrived"
        for task in hung:
            task.cancel()
        await asyncio.gather(*hung, return_exceptions=True)


@pytest.mark.parametrize("form", ["json://127.0.0.1:{}/", "mailto://127.0.0.1:{}?to=a@example.org&from=b@example.org"])
async def test_each_attempt_ends_at_its_deadline(roads: RoadService, message: Message, form: str) -> None:
    roads.deadline = 0.05
    async with silent() as port:
        with pytest.raises((TimeoutError, UnsureError)):
            await roads.send(road(form.format(port)), message)
