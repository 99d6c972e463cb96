"""The rota in the house: programmes with a rota to look at, and what staff read of it."""

from datetime import datetime, timedelta

from sandbox.world.messages import Message
from tests.harness.house import MONDAY, PROGRAMME, House
from tests.harness.person import text_of

PERSON_WHO_IS_NOT_THERE = 999_000_111_222_333_444
DANGER = "I'm going to kill myself tonight"
BARE = PROGRAMME[: PROGRAMME.index("checkins:")] + PROGRAMME[PROGRAMME.index("oncall:") :]
"""The programme without cards, posts and sessions: for tests in which weeks pass."""
TWO = BARE.replace('people: ["{Rivera}"]', 'people: ["{Rivera}", "{Okafor}"]')
EMPTY = BARE.replace('people: ["{Rivera}"]', "people: []")
DAILY = TWO.replace('"mon 09:00"', '"20:00"')
STRANGE = BARE.replace('people: ["{Rivera}"]', f'people: ["{PERSON_WHO_IS_NOT_THERE}", "{{Rivera}}"]').replace(
    'staff: ["{Rivera}"', f'staff: ["{PERSON_WHO_IS_NOT_THERE}", "{{Rivera}}"'
)
ROTATING_BACKUP = TWO.replace(
    'backup: ["{Chen}"]', 'backup: []\n  backup_rota: {{handoff: "09:00", people: ["{Rivera}", "{Chen}", "{Okafor}"]}}'
)
SPANISH = TWO.replace("languages: [en, es]", "languages: [es, en]")
HAND_OVER = MONDAY + timedelta(hours=1)


def posts(house: House, *parts: str) -> list[Message]:
    """What stands in #on-call and holds all of these words."""
    found = house["Rivera"].reads("on-call")
    return [message for message in found if all(part in text_of(message) for part in parts)]


def mention(house: House, name: str) -> str:
    """How Discord writes a mention of somebody."""
    return f"<@{house[name].id}>"


def stamp(instant: datetime, style: str = "f") -> str:
    """How Discord writes a moment (``instant`` is UTC)."""
    return f"<t:{int(instant.timestamp())}:{style}>"


async def on_call(house: House) -> int | None:
    """Who is on call now."""
    return (await house.app.rooms.oncall.shift(house.guild.id)).person
