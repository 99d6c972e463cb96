"""`/mod filters`: staff see what each group's filters do; nobody else does."""

import pytest

from sandbox.errors import Refused
from tests.harness.house import House


async def test_staff_see_each_groups_settings(house: House) -> None:
    answer = await house["Rivera"].runs("mod filters", in_="mod-queue")
    assert answer.is_private
    assert "contact details: it waits for you" in answer.text
    assert "a link: it stays, and you get a card" in answer.text
    assert "Links allowed: none" in answer.text


async def test_a_participant_is_not_even_offered_it(house: House) -> None:
    await house.enrol("Alex")
    with pytest.raises(Refused, match="not offered"):
        await house["Alex"].runs("mod filters", in_="morning-check-in")
