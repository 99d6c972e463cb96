"""What the scenarios of tickets ask of a house: a question, the thread it opens, and staff's cards."""

from sandbox.world.channels import Channel
from sandbox.world.messages import Message
from tests.harness.house import House
from tests.harness.person import Person, has_button, text_of

STAFF_ROOM, WELCOME = "staff-room", "welcome"
QUESTION = "could I switch to the evening group next month"
DANGER = "I'm going to kill myself tonight"


async def asks(person: Person, text: str = QUESTION) -> str:
    answer = await person.runs("ask", in_="morning-check-in", text=text)
    assert not answer.failed, answer.failed
    assert answer.is_private
    return answer.text


def threads(person: Person) -> list[Channel]:
    return [place for place in person.places() if place.name.startswith("Between you and staff")]


def thread(house: House) -> Channel:
    [found] = threads(house["Alex"])
    return found


def thread_of_staff(house: House) -> Channel:
    [found] = threads(house["Okafor"])
    return found


def members_of(place: Channel) -> set[int]:
    found = place.as_thread
    assert found is not None
    return set(found.joined)


def cards(house: House) -> list[Message]:
    """The tickets' cards in #staff-room, the oldest first. Okafor presses nothing, so none of it is hers alone."""
    return [one for one in house["Okafor"].reads(STAFF_ROOM) if has_button(one, "Show")]


def card(house: House) -> str:
    return text_of(cards(house)[-1])


def refuse_threads(house: House) -> None:
    house.sandbox.faults.fail("POST /channels/{channel_id}/threads", 403, None, code=50013)
