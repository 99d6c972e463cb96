"""Writes ``docs/permissions.md`` from the permission table and the doors; a tool for developers.

::

    python -m bot.members.permission_page > docs/permissions.md
"""

from collections.abc import Iterator

from bot.members.doors import BUTTONS, COMMANDS, MENUS, PAGES
from bot.members.rules import MAY, RANK, Action, Role

TITLES = {
    Role.PARTICIPANT: "Participant",
    Role.ALUMNUS: "Alumnus",
    Role.FAMILY: "Family",
    Role.FORMER: "Former",
    Role.STRANGER: "Stranger",
    Role.STAFF: "Staff",
    Role.ON_CALL: "On call",
    Role.OPERATOR: "Operator",
}

HEAD = """# Who may do what

This page is written from `bot/members/rules.py` (who may do what) and `bot/members/doors.py` (what each door is for) by
`python -m bot.members.permission_page`; a test holds it to them. Every command, menu entry, button, form and private
page asks this table on the server each time, whatever Discord's own settings let somebody see.

- **Participant**, **alumnus** and **family** are members of a group of that track. **Former** members were invited
  once and are in no group now. A **stranger** is anybody else. Everybody can reach staff, and nobody's words go unread.
- **Staff** are listed under `staff` in the programme file; **on call** are those of them in its rota and backup.
- The **operator** owns the Discord server: set-up and the conduct of people, nothing clinical.
- One person may be several of these; what any of them may do, they may do.
- {order} Nobody acts on themselves, on their equals, or on somebody above them.
- Somebody with an open incident is neither timed out nor removed, but by whoever has the on-call shift, for harm to
  others, with a reason. Nothing automatic does either to anybody.
"""


def _table() -> Iterator[str]:
    yield f"| | {' | '.join(TITLES[role] for role in TITLES)} |"
    yield f"|---|{':-:|' * len(TITLES)}"
    for action in Action:
        cells = " | ".join("yes" if role in MAY[action] else "" for role in TITLES)
        yield f"| {action.value} | {cells} |"


def _doors() -> Iterator[str]:
    yield "| To | Commands | Menus | Buttons and forms | Pages |"
    yield "|---|---|---|---|---|"
    for action in Action:
        cells = (
            ", ".join(f"`/{name}`" for name, needed in COMMANDS.items() if needed is action),
            ", ".join(name for name, needed in MENUS.items() if needed is action),
            ", ".join(f"`{name}`" for name, needed in BUTTONS.items() if needed is action),
            ", ".join(f"`{path}`" for path, needed in PAGES.items() if needed is action),
        )
        yield f"| {action.value} | {' | '.join(cells)} |"


def page() -> str:
    """The whole page."""
    by_rank: dict[int, list[str]] = {}
    for role, title in TITLES.items():
        by_rank.setdefault(RANK.get(role, 0), []).append(title.lower())
    levels = [" and ".join(names) if place else "everybody else" for place, names in sorted(by_rank.items())]
    order = f"From below to above: {', then '.join(levels)}."
    parts = [HEAD.format(order=order), "## The table\n", *_table(), "\n## The doors\n", *_doors()]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201  # what a tool makes, it prints
