"""Reading a programme file: what is said of what is wrong."""

from pathlib import Path

import pytest

from bot.errors import ProgrammeFileError
from bot.program.file import LARGEST, load_programme
from tests.program.files import SMALLEST, TWO_GROUPS, WHOLE, refusal


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("staf: [1]", "line 9, staf: this key is not known; did you mean staff?"),
        ("zebra: 1", "line 9, zebra: this key is not known; known here: program, guild, staff, groups, checkins"),
        ("checkins: [{group: morning, tme: 09:00}]", "line 9, checkins.tme: this key is not known; did you mean time?"),
        ("checkins: [{group: morning, tme: 09:00}]", "line 9, checkins.time: this is missing; add it."),
        ("checkins: [{group: morning, time: }]", "line 9, checkins.time: this is missing; add it."),
        ("checkins: [{group: morning, time: 24:00}]", "line 9, checkins.time: a time is written as hours and minutes"),
        ("checkins: [{group: morning, time: 9}]", "line 9, checkins.time: a time is written as"),
        (
            "checkins: [{group: morning, time: 09:00, days: [tues]}]",
            "line 9, checkins.days: this word is not known; did",
        ),
        ("checkins: [{group: morning, time: 09:00, days: [mon, mon]}]", "line 9, checkins.days: this stands on line 9"),
        ("checkins: [{group: morning, time: 09:00, days: mon}]", "line 9, checkins.days: a list is expected here"),
        ("checkins: [{group: morning, time: 09:00, window: 0s}]", "line 9, checkins.window: this cannot be nothing"),
        ("checkins: [{group: morning, time: 09:00, window: 12}]", "line 9, checkins.window: a duration is written as"),
        (
            "checkins: [{group: mornin, time: 09:00}]",
            "line 9, checkins.group: no group has this key; did you mean morning?",
        ),
        (
            "prompts: [{group: zzz, time: 09:00}]",
            "line 9, prompts.group: no group has this key; known here: morning, fam",
        ),
        (
            "prompts:\n - {group: family, time: 09:00}\n - {group: family, time: 9:00}",
            "line 11, prompts.time: this group has one at this time on line 10 already",
        ),
        ("checkins: morning", "line 9, checkins: a list is expected here"),
        ("checkins: [morning]", "line 9, checkins: keys with values are expected here"),
        ("guild: Riverside", "line 9, guild: a Discord id is digits only"),
        ("guild: 0", "line 9, guild: a Discord id is digits only"),
        ("guild: 9223372036854775808", "line 9, guild: a Discord id is digits only"),
        ("guild: true", "line 9, guild: this is read as true or false; put it in quotes"),
        ("guild: [1]", "line 9, guild: one value is expected here"),
        ("staff: [1]", "line 9, staff: this key stands here twice; keep one."),
        (
            "meetings: [{key: a, kind: bmtl, fellowship: NA, source: x}]",
            "line 9, meetings.kind: this word is not known; did",
        ),
        ("meetings: [{key: a, kind: bmlt, fellowship: '', source: x}]", "line 9, meetings.fellowship: this is empty"),
        (
            "meetings:\n- {key: a, kind: bmlt, fellowship: NA, source: x}\n- {key: a}",
            "line 11, meetings.key: this stands on line 10 already",
        ),
    ],
)
def test_a_wrong_line_is_named_with_its_key(row: str, said: str) -> None:
    assert any(line.startswith(said) for line in refusal(TWO_GROUPS + row + "\n")), refusal(TWO_GROUPS + row + "\n")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "America/New_York",
            "America/New_Yrok",
            "line 1, program.timezone: this time zone is not known; the nearest is",
        ),
        ("America/New_York", "Mars/Olympus", "line 1, program.timezone: this time zone is not known"),
        ("country: US", "country: UK", "line 1, program.country: this is no country code; write the two letters"),
        (", country: US", "", "line 1, program.country: this is missing; add it."),
        ("[en, es]", "[en, fr]", "line 1, program.languages: this word is not known; known here: en, es."),
        ("[en, es]", "[en], minors: yes", "line 1, program.minors: write true or false, without quotes."),
        ("name: Riverside IOP", "name: [x]", "line 1, program.name: one value is expected here"),
        (
            "name: Riverside IOP",
            f"name: {'x' * 101}",
            "line 1, program.name: this has 101 characters; shorten it to 100.",
        ),
        ('"113"]\ngr', '"abc"]\ngr', "line 2, staff: a Discord id is digits only"),
        ('"113"]\ngr', '"<@113>"]\ngr', "line 2, staff: a Discord id is digits only"),
        ('"113"]\ngr', '"113", "111"]\ngr', "line 2, staff: this stands on line 2 already; keep one."),
        ("key: morning", "key: Morning", "line 4, groups.key: a key is made of small letters"),
        ("key: morning", "key: a--b", "line 4, groups.key: a key is made of small letters"),
        ("key: morning", "key: -a", "line 4, groups.key: a key is made of small letters"),
        ("key: morning", f"key: {'a' * 81}", "line 4, groups.key: this key has 81 characters"),
        ("key: morning", "key: family", "line 5, groups.key: this stands on line 4 already; choose another."),
        ("Family evening", "morning  IOP", "line 5, groups.name: this stands on line 4 already; choose another."),
        ("Family evening", "staff", "line 5, groups.name: this is the name of another role"),
        ("Family evening", "On Call", "line 5, groups.name: this is the name of another role"),
        (
            "track: iop",
            "track: iop, filters: {contct: hold}",
            "line 4, groups.filters.contct: this word is not known; did you mean contact?",
        ),
        (
            "track: iop",
            "track: iop, filters: {contact: holt}",
            "line 4, groups.filters.contact: this word is not known; did you mean hold?",
        ),
        (
            "track: iop",
            "track: iop, filters: {media: no}",
            "line 4, groups.filters.media: this word is not known; known",
        ),
        ("track: iop", "track: iop, filters: [contact]", "line 4, groups.filters: keys with values are expected here"),
        (
            "track: iop",
            "track: iop, filters: {links: flag, links: off}",
            "line 4, groups.filters.links: this key stands here twice; keep one.",
        ),
        ("track: iop", "track: iop, allow_links: aa.org", "line 4, groups.allow_links: a list is expected here"),
        ("track: iop", "track: iop, allow_links: [aa]", "line 4, groups.allow_links: the host of a link is expected"),
        (
            "track: iop",
            'track: iop, allow_links: ["https://aa.org/meetings"]',
            "line 4, groups.allow_links: the host of a link is expected here, such as aa.org, without a path.",
        ),
        ("track: iop", "track: outpatient", "line 4, groups.track: this word is not known; known here: iop, aftercare"),
        ("track: iop", "track: famly", "line 4, groups.track: this word is not known; did you mean family?"),
        ('people: ["111", "112"]', 'people: ["111", "119"]', "line 7, oncall.rota.people: only staff may be paged"),
        ('backup: ["113"]', 'backup: ["119"]', "line 8, oncall.backup: only staff may be paged"),
        (
            'backup: ["113"]',
            'backup_rota: {people: ["119"]}',
            "line 8, oncall.backup_rota.people: only staff may be paged",
        ),
        (
            'backup: ["113"]',
            'backup: ["113", "113"]',
            "line 8, oncall.backup: this stands on line 8 already; keep one.",
        ),
        ('backup: ["113"]', 'contacts: {"119": ["a://b"]}', "line 8, oncall.contacts: only staff may be paged"),
        ('backup: ["113"]', 'contacts: {"111": [nonsense]}', "line 8, oncall.contacts.111: a contact is an apprise"),
        ('backup: ["113"]', 'contacts: {"111": x}', "line 8, oncall.contacts.111: a list is expected here"),
        (
            'backup: ["113"]',
            'contacts: {"111": ["ntfy://fine", "twilio://hunter2:x@y"]}',
            "line 8, oncall.contacts: this twilio:// address has no usable sending number",
        ),
        ('backup: ["113"]', "contacts: {x: []}", "line 8, oncall.contacts.x: a Discord id is digits only"),
        ('backup: ["113"]', "repeat: 0s", "line 8, oncall.repeat: this cannot be nothing"),
        ('backup: ["113"]', "ladder: [{after: 3m, notify: on call}]", "line 8, oncall.ladder.notify: this word is not"),
        ('backup: ["113"]', "ladder: [{after: 3m, who: backup}]", "line 8, oncall.ladder.who: this key is not known"),
        (
            'rota: {people: ["111", "112"]}',
            "rota: {handof: x}",
            "line 7, oncall.rota.handof: this key is not known; did",
        ),
        ('rota: {people: ["111", "112"]}', "rota: {handoff: 9}", "line 7, oncall.rota.handoff: a time of the week is"),
    ],
)
def test_a_wrong_value_is_named_with_its_line_and_key(right: str, wrong: str, said: str) -> None:
    assert right in TWO_GROUPS
    lines = refusal(TWO_GROUPS.replace(right, wrong))
    assert any(line.startswith(said) for line in lines), lines


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=SECONDLY", "sessions.rrule: a recurrence rule repeats by the day at most"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "WEEKLY", "sessions.rrule: "),
        (
            "FREQ=WEEKLY;BYDAY=MO,WE,FR",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "sessions.rrule: by this rule the session",
        ),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=DAILY;UNTIL=20200101", "sessions.rrule: by this rule the session never"),
        ("2026-11-23T09:00", "2026-11-23T09:00-05:00", "sessions.starts: a date and time is written like"),
        ("2026-11-23T09:00", "2026-02-30T09:00", "sessions.starts: this date or time does not exist"),
        ("2026-11-23T09:00", "2026-11-23", "sessions.starts: a date and time is written like"),
        ("2026-11-23T09:00", "0026-11-23T09:00", "sessions.starts: write a year from 1970 to 2999."),
        ("duration: 3h", "duration: 180", "sessions.duration: a duration is written as"),
        ("https://meet", "ftp://meet", "sessions.link: a link is an address that begins with https://"),
        ("[24h, 10m]", "[10m, 10m]", "sessions.reminders: this stands on line"),
        (
            "group: morning, title",
            "group: evening, title",
            "sessions.group: no group has this key; known here: morning.",
        ),
        ("key: once", "key: morning-group", "sessions.key: this stands on line 16 already"),
    ],
)
def test_a_wrong_session_is_named(right: str, wrong: str, said: str) -> None:
    assert right in WHOLE
    lines = refusal(WHOLE.replace(right, wrong, 1))
    assert len(lines) == 1
    assert lines[0].partition(", ")[2].startswith(said), lines


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty; begin with config/program.example.yaml."),
        ("# only a comment\n", "the file is empty; begin with config/program.example.yaml."),
        ("---\n", "the file is empty; begin with config/program.example.yaml."),
        ("- program\n", "line 1: the file begins with keys such as `program:`, not with a list or a single value."),
        ("program\n", "line 1: the file begins with keys such as `program:`, not with a list or a single value."),
        ("program:\n\tname: x\n", "line 2: a tab is used to indent; use spaces."),
        ("program: {name: 'x}\n", "line 2: a quotation mark or bracket opened here is never closed."),
        ("program: a: b\n", "line 1: a colon stands where none can; put the value in quotes, or check how far the"),
        ("program: @x\n", "line 1: a value cannot begin with this character; put the value in quotes."),
        ("program: {\n", "line 2: this is not YAML"),
        ("a: &x [1]\nb: [*x, *x]\n", "line 1: anchors and aliases (& and *) are not read; write the value out."),
        ("a: !!python/object:os.system [x]\n", "line 1: tags (!) are not read; write the plain value."),
        ("a: 1\n---\nb: 1\n", "line 2: a second document begins here; keep one file to one programme."),
        ("? [a]\n: 1\n", "line 1: a key is one word; write it as `key: value`."),
        ("a: " + "[" * 100_000, "line 1: this is nested too deeply; close the brackets before it."),
        ("a: 1\nb: x\x07\n", "line 2: this line holds a control character; delete it."),
    ],
)
def test_what_is_no_programme_file_is_refused(text: str, said: str) -> None:
    lines = refusal(text)
    assert len(lines) == 1
    assert lines[0].startswith(said)


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        TWO_GROUPS.replace("country: US", "contry: US").replace("track: iop", "trak: iop") + "prompts: [{group: x}]\n"
    )
    assert refusal(text) == [
        "line 1, program.contry: this key is not known; did you mean country?",
        "line 1, program.country: this is missing; add it.",
        "line 4, groups.track: this is missing; add it.",
        "line 4, groups.trak: this key is not known; did you mean track?",
        "line 9, prompts.group: no group has this key; known here: morning, family.",
        "line 9, prompts.time: this is missing; add it.",
    ]


def test_a_file_with_very_many_problems_shows_the_first() -> None:
    lines = refusal(SMALLEST + "".join(f"x{n}: 1\n" for n in range(60)))
    assert len(lines) == 41
    assert lines[-1] == "and 20 more; correct these first."


def test_a_megabyte_of_mistakes_is_answered() -> None:
    """Looking for the nearest key to each of fifty thousand would take hours."""
    groups = "".join(f"- {{key: g{n}}}\n" for n in range(6_000))
    prompts = "".join(f"- {{group: h{n}}}\n" for n in range(6_000))
    assert len(refusal(SMALLEST + "groups:\n" + groups + "prompts:\n" + prompts)) == 41


def test_more_groups_than_a_server_holds_are_refused() -> None:
    groups = "".join(f" - {{key: g{n}, name: Group {n}, track: iop}}\n" for n in range(151))
    assert refusal(SMALLEST + "groups:\n" + groups) == [
        "line 153, groups: a server has room for 150 groups; leave some out."
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SMALLEST.encode("utf-16"), "riverside.yaml, line 1: this is not UTF-8; save the file as UTF-8 text."),
        (b"a: 1\nb: \xff\n", "riverside.yaml, line 2: this is not UTF-8; save the file as UTF-8 text."),
        (b"#" * (LARGEST + 1), "riverside.yaml: the file is larger than 1 MB; this is no programme file."),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "riverside.yaml"
    path.write_bytes(content)
    with pytest.raises(ProgrammeFileError) as caught:
        load_programme(path)
    assert str(caught.value) == said


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeFileError, match="there is no such file; check the path"):
        load_programme(tmp_path / "nowhere.yaml")
    with pytest.raises(ProgrammeFileError, match="this is a directory"):
        load_programme(tmp_path)
