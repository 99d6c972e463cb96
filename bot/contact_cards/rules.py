"""What a contact card may hold."""

from typing import Final

LONGEST: Final = {"phone": 60, "place": 400, "whom": 400}
"""Characters a field may have: enough for two numbers, an address with a door code, two people with their numbers."""


def tidy(name: str, written: str) -> str | None:
    """A field as it is kept: without space around it, of bearable length; None where nothing is left."""
    lines = [line.strip() for line in written.replace("\r\n", "\n").replace("\x00", "").split("\n")]
    return "\n".join(lines).strip()[: LONGEST[name]].strip() or None
