"""Programme files for the tests."""

import pytest

from bot.errors import ProgrammeFileError
from bot.program.file import parse_programme
from bot.program.schema import Programme

NAME = "riverside.yaml"

TWO_GROUPS = """\
program: {name: Riverside IOP, timezone: America/New_York, country: US, languages: [en, es]}
staff: ["111", "112", "113"]
groups:
  - {key: morning, name: Morning IOP, track: iop}
  - {key: family, name: Family evening, track: family}
oncall:
  rota: {people: ["111", "112"]}
  backup: ["113"]
"""

SMALLEST = "program: {name: Riverside IOP, timezone: America/New_York, country: US}\n"


WHOLE = """\
program:
  name: "  Riverside   IOP "
  timezone: America/New_York
  country: NO
  languages: [es]
  minors: true
guild: 123456789012345678
staff: ["111", 112, '113']
groups:
  - {key: morning, name: Morning IOP, track: iop}
checkins:
  - {group: morning, days: [mon, Fri], time: 9:00, window: 1h30m}
prompts:
  - {group: morning, time: 18:00}
sessions:
  - {key: morning-group, group: morning, title: Morning group, starts: 2026-11-23T09:00, duration: 3h,
     rrule: "FREQ=WEEKLY;BYDAY=MO,WE,FR", where: Room 2, link: https://meet.example.org/a?pwd=x, reminders: [24h, 10m]}
  - {key: once, group: morning, title: Open house, starts: 2026-12-01 18:30, duration: 1h}
meetings:
  - {key: na, kind: bmlt, fellowship: NA, source: meetings/na.json}
oncall:
  rota: {handoff: tue 17:30, people: ["111", "112", "111"]}
  backup: ["113"]
  ladder: [{after: 5m, notify: everyone}, {after: 0s, notify: on-call}]
  repeat: 2m
  contacts: {"111": ["mailto://user:hunter2@example.org"]}
"""


def programme(text: str = TWO_GROUPS) -> Programme:
    return parse_programme(text, NAME)


def refusal(text: str) -> list[str]:
    """What is said of a file, a line each, without the file's name."""
    with pytest.raises(ProgrammeFileError) as caught:
        parse_programme(text, NAME)
    lines = str(caught.value).split("\n")
    assert all(line.startswith(NAME) for line in lines)
    return [line.removeprefix(NAME).removeprefix(", ").removeprefix(": ") for line in lines]
