"""Reading a programme file: what is understood."""

from datetime import datetime, time, timedelta
from importlib import resources
from pathlib import Path

import pytest

from bot.errors import ProgrammeFileError
from bot.program.file import digest_of, load_programme, parse_programme
from bot.program.schema import DEFAULT_LADDER, Language, MeetingKind, Notified, Programme, Track
from bot.timing import Weekday, parse_week_time
from tests.program.files import SMALLEST, TWO_GROUPS, WHOLE, programme, refusal

EXAMPLE = Path(str(resources.files("config") / "program.example.yaml"))


def test_the_example_is_a_programme() -> None:
    example = load_programme(EXAMPLE)
    assert example.program.name == "Riverside"
    assert [group.key for group in example.groups] == ["morning"]
    assert example.oncall.rota.people == (111, 112)


def test_everything_a_file_can_say_is_read() -> None:
    whole = programme(WHOLE)
    assert whole.program.name == "Riverside IOP"
    assert (whole.program.country, whole.program.languages, whole.program.minors) == ("NO", (Language.SPANISH,), True)
    assert whole.zone.key == "America/New_York"
    assert whole.guild == 123456789012345678
    assert whole.staff == (111, 112, 113)
    assert whole.groups[0].track is Track.IOP
    checkin = whole.checkins[0]
    assert (checkin.days, checkin.time) == ((Weekday.MON, Weekday.FRI), time(9))
    assert checkin.window == timedelta(minutes=90)
    assert whole.prompts[0].time == time(18)
    series, once = whole.sessions
    assert series.starts == datetime(2026, 11, 23, 9)  # noqa: DTZ001 - wall time
    assert series.reminders == (timedelta(days=1), timedelta(minutes=10))
    assert (series.duration, series.where, series.link) == (
        timedelta(hours=3),
        "Room 2",
        "https://meet.example.org/a?pwd=x",
    )
    assert series.series(whole.zone).rule == "FREQ=WEEKLY;BYDAY=MO,WE,FR"
    assert (once.rrule, once.reminders, once.link) == (None, (), None)
    assert (whole.meetings[0].kind, whole.meetings[0].source) == (MeetingKind.BMLT, "meetings/na.json")
    assert whole.oncall.rota.handoff == parse_week_time("tue 17:30")
    assert whole.oncall.rota.people == (111, 112, 111)
    assert [(rung.after, rung.notify) for rung in whole.oncall.ladder] == [
        (timedelta(0), Notified.ON_CALL),
        (timedelta(minutes=5), Notified.EVERYONE),
    ]
    assert whole.oncall.repeat == timedelta(minutes=2)
    assert whole.oncall.contacts_of(111) == ("mailto://user:hunter2@example.org",)
    assert whole.oncall.contacts_of(112) == ()


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "guild:\nstaff:\ngroups:\ncheckins:\nprompts:\nsessions:\nmeetings:\noncall:\n",
        "staff: []\ngroups: []\ncheckins: []\nprompts: []\nsessions: []\nmeetings: []\noncall: {}\n",
        "oncall: {rota: {people: []}, backup: [], ladder: [], contacts: {}}\n",
        "oncall:\n  rota:\n    people:\n  backup:\n  ladder:\n  repeat:\n  contacts:\n",
        "\n# nothing more\n",
    ],
)
def test_whatever_is_absent_or_empty_has_its_default(rest: str) -> None:
    small = programme(SMALLEST + rest)
    assert small == programme(SMALLEST)
    assert small.program.languages == (Language.ENGLISH,)
    assert not small.program.minors
    assert (small.guild, small.staff, small.groups) == (None, (), ())
    assert small.oncall.ladder == DEFAULT_LADDER
    assert [(rung.after, rung.notify) for rung in DEFAULT_LADDER] == [
        (timedelta(0), Notified.ON_CALL),
        (timedelta(minutes=3), Notified.BACKUP),
        (timedelta(minutes=7), Notified.EVERYONE),
    ]
    assert small.oncall.repeat == timedelta(minutes=5)
    assert small.oncall.rota.handoff == parse_week_time("mon 09:00")


def test_a_programme_comes_back_from_storage_as_it_went() -> None:
    for text in (WHOLE, TWO_GROUPS, SMALLEST):
        stored = programme(text)
        assert Programme.from_stored(stored.to_stored()) == stored


def test_the_digest_tells_two_contents_apart_and_one_content_not() -> None:
    assert digest_of(programme(WHOLE)) == digest_of(programme(WHOLE + "# a comment\n"))
    assert digest_of(programme(WHOLE)) != digest_of(programme(WHOLE.replace("hunter2", "hunter3")))


def test_contacts_are_shown_nowhere() -> None:
    whole = programme(WHOLE)
    shown = [repr(whole), str(whole), repr(whole.oncall), repr(whole.oncall.contacts), whole.model_dump_json()]
    assert all("hunter2" not in text for text in shown)
    broken = WHOLE.replace("mailto://user:hunter2@example.org", "hunter2 is my password")
    assert all("hunter2" not in line for line in refusal(broken))


def test_a_programme_cannot_be_altered() -> None:
    with pytest.raises(ValueError, match="frozen"):
        programme().program.name = "Another"  # type: ignore[misc] # that is the point


def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "riverside.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALLEST.encode())
    assert load_programme(path) == programme(SMALLEST)
    path.write_bytes(SMALLEST.replace("\n", "\r\n").encode())
    assert load_programme(path) == programme(SMALLEST)


def test_a_programme_for_minors_has_no_family_groups() -> None:
    text = (
        "program: {name: R, timezone: America/New_York, country: US, minors: true}\n"
        "groups:\n  - {key: a, name: A, track: iop}\n  - {key: f, name: F, track: family}\n"
    )
    with pytest.raises(ProgrammeFileError, match=r"line 4, groups\.track: a programme for minors has no family groups"):
        parse_programme(text, "riverside.yaml")
    assert len(parse_programme(text.replace("minors: true", "minors: false"), "riverside.yaml").groups) == 2


def test_a_programme_for_minors_has_no_anonymous_shares() -> None:
    text = (
        "program: {name: R, timezone: America/New_York, country: US, minors: true}\n"
        "groups:\n"
        "  - {key: morning, name: Morning, track: iop}\n"
        "  - {key: evening, name: Evening, track: iop, shares: true}\n"
    )
    with pytest.raises(ProgrammeFileError, match=r"line 4, groups\.shares: .* no anonymous shares"):
        parse_programme(text, "riverside.yaml")
    adults = parse_programme(text.replace("minors: true", "minors: false"), "riverside.yaml")
    assert [group.shares for group in adults.groups] == [False, True]
