"""What the scenarios of moderation ask of a house: a command of `/mod`, its cases, and what it did at Discord."""

from typing import Any

from sqlalchemy import CursorResult, text

from sandbox.errors import Refused
from tests.harness.house import House
from tests.harness.person import Answer


async def mod(house: House, who: str, verb: str, *, in_: str = "staff-room", **options: Any) -> Answer:
    answer = await house[who].runs(f"mod {verb}", in_=in_, **options)
    assert not answer.failed, answer.failed
    assert answer.is_private
    return answer


async def sql(house: House, statement: str) -> list[tuple[Any, ...]]:
    async with house.app.database.write() as session:
        found = await session.execute(text(statement))
        return [tuple(row) for row in found] if isinstance(found, CursorResult) and found.returns_rows else []


async def cases(house: House) -> list[tuple[Any, ...]]:
    return await sql(house, "SELECT deed, state, telling FROM cases ORDER BY id")


def is_paused(house: House, name: str) -> bool:
    return house.guild.members[house[name].id].is_timed_out


def may_write(house: House, name: str, channel: str = "morning-check-in") -> bool:
    try:
        house.sandbox.people.say(house[name].id, house.channel(channel), "hello")
    except Refused:
        return False
    return True
