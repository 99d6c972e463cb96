"""The grammar of custom ids: ``feature:verb:row``. The state is in the database, so a button outlives its process."""

import re
from dataclasses import dataclass

_GRAMMAR = re.compile(r"([a-z][a-z-]{0,29}):([a-z][a-z-]{0,29}):([A-Za-z0-9._-]{1,38})\Z")


@dataclass(frozen=True)
class CustomId:
    """What a button, a select or a form is for, and the row it acts on."""

    feature: str
    verb: str
    row: str

    @classmethod
    def parse(cls, text: str) -> "CustomId | None":
        """Read a custom id, or none where it is not one of ours."""
        found = _GRAMMAR.match(text)
        return cls(*found.groups()) if found else None

    def __str__(self) -> str:
        return f"{self.feature}:{self.verb}:{self.row}"


def custom_id(feature: str, verb: str, row: int | str) -> str:
    """Write a custom id.

    Raises:
        ValueError: where a part does not fit the grammar, so that no button is ever made that nothing can answer.
    """
    text = f"{feature}:{verb}:{row}"
    if CustomId.parse(text) is None:
        raise ValueError("a custom id is feature:verb:row in plain letters")
    return text
