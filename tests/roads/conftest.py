"""What the tests of roads may ask for."""

from collections.abc import AsyncIterator

import pytest

from bot.roads.service import Bases, Event, Message, RoadService
from tests.roads.loopback import Services, services


@pytest.fixture
async def world() -> AsyncIterator[Services]:
    """The services at the ends of the roads."""
    async with services() as made:
        yield made


@pytest.fixture
def roads(world: Services) -> RoadService:
    """The roads, which lead to those services."""
    return RoadService(Bases(twilio=world.base, pagerduty=world.base, ntfy=world.base), deadline=5)


@pytest.fixture
def message() -> Message:
    """A page."""
    return Message(
        title="Handrail: urgent",
        text="Handrail: urgent, open the on-call channel (ABC234)",
        spoken="Urgent. Code A, B, C <& 2>.",
        language="en",
        code="ABC234",
        link="https://pages.example.org/a/token",
        event=Event.TRIGGER,
    )
