"""The programme that benchmarks run: one group, with everything the example file has."""

from pathlib import Path

from bot.bench.processes import Place

GROUP_CHANNEL = "morning-check-in"

_PROGRAMME = """\
program: {{name: Riverside, timezone: America/New_York, country: US, languages: [en, es]}}
guild: "{guild}"
staff: ["{Rivera}", "{Chen}", "{Okafor}"]
groups:
  - {{key: morning, name: Morning group, track: iop}}
checkins:
  - {{group: morning, days: [mon, tue, wed, thu, fri], time: "09:00", window: 12h}}
prompts:
  - {{group: morning, time: "08:30"}}
sessions:
  - {{key: morning-group, group: morning, title: Morning group, starts: 2026-01-05T09:00, duration: 3h,
     rrule: "FREQ=WEEKLY;BYDAY=MO,WE,FR", where: Room 2, reminders: [24h, 1h, 10m]}}
oncall:
  rota: {{handoff: "mon 09:00", people: ["{Rivera}"]}}
  backup: ["{Chen}"]
"""


def write_programme(folder: Path, place: Place) -> Path:
    """The programme's file, for the people of ``place``."""
    file = folder / "programme.yaml"
    file.write_text(_PROGRAMME.format(guild=place.guild_id, **place.people), encoding="utf-8")
    return file
