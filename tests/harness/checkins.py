"""What the scenarios of check-ins ask of a house: a day that has begun, an answer, and what people see of it."""

from sandbox.world.messages import Message
from tests.harness.house import House
from tests.harness.person import Answer, Person, labels_of, text_of

STEADY = {"feeling": "steady", "words": "", "share": "group", "contact": "no"}
CARD_TITLE = "How is everybody?"


async def gather(house: House, *names: str) -> None:
    """Enrol these people and let Monday's card come."""
    await house.enrol(*names)
    await house.advance(hours=1)


async def check_in(person: Person, **values: str) -> Answer:
    opened = await person.runs("checkin")
    assert opened.form is not None, opened.text
    return await opened.fills(**{**STEADY, **values})


def cards(person: Person) -> list[Message]:
    return [message for message in person.reads("morning-check-in") if CARD_TITLE in text_of(message)]


def lines(house: House, part: str) -> list[str]:
    return [text for text in house["Chen"].texts("staff-room") if part in text]


async def choose(person: Person, **values: str) -> Answer:
    """Choose how to be asked, by `/reminders` and the button under its answer."""
    settings = await person.runs("reminders", in_="morning-check-in")
    saved = await settings.fills(name=person.name, reminders="yes")
    opened = await saved.clicks("Check-ins and pauses")
    assert opened.form is not None, opened.text
    return await opened.fills(**{"nudge": "no", "hours": "09:00-21:00", "pause": "", **values})


def nudges(person: Person) -> list[Message]:
    return [message for message in person.reads() if "No more nudges" in labels_of(message)]
