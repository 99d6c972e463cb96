"""When reminders fall, when one is late, and who is told: the decisions, as tables."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sessions.rules import (
    Answer,
    OccurrenceState,
    is_late,
    is_superseded,
    is_told_to_staff,
    next_of,
    occurrence_at,
    reminded_between,
    said_time,
    shows_link,
    state_of,
    still_to_plan,
    wants_reminder,
)
from bot.timing import Series, to_instant

NEW_YORK = ZoneInfo("America/New_York")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
EVENING = datetime(2026, 10, 26, 18)  # noqa: DTZ001  # wall time: a Monday; the clock changes on 1 November
GROUP = Series(EVENING, NEW_YORK, "FREQ=WEEKLY;BYDAY=MO,WE")
START = to_instant(EVENING, NEW_YORK)


def at(hour: int, minute: int = 0, day: int = 26) -> datetime:
    """An instant in UTC by its wall time in New York, October 2026."""
    return datetime(2026, 10, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


class TestRemindedBetween:
    @pytest.mark.parametrize(
        ("start", "end", "leads"),
        [
            (at(17), at(17, 1), [HOUR]),
            (at(17, 0), at(17, 0), []),
            (at(16, 59), at(17), []),  # the end of a window is not in it
            (at(17, 50), at(18), [10 * MINUTE]),
            (at(17), at(18), [HOUR, 10 * MINUTE]),
            (at(18, day=25), at(18), [DAY, HOUR, 10 * MINUTE]),
        ],
    )
    def test_takes_the_reminders_in_the_window(self, start: datetime, end: datetime, leads: list[timedelta]) -> None:
        found = reminded_between(GROUP, [DAY, HOUR, 10 * MINUTE], start, end)
        assert [lead for one in found for lead in one.leads] == leads

    def test_knows_no_reminder_at_the_start_itself(self) -> None:
        assert reminded_between(GROUP, [timedelta(0)], at(17), at(19)) == []

    def test_puts_the_leads_of_one_occurrence_together_and_occurrences_in_order(self) -> None:
        found = reminded_between(GROUP, [10 * MINUTE, DAY, 10 * MINUTE], at(12, day=25), at(20, day=28))
        assert [(one.occurrence.local.day, one.leads) for one in found] == [
            (26, (DAY, 10 * MINUTE)),
            (28, (DAY, 10 * MINUTE)),
        ]

    def test_counts_a_lead_in_hours_that_pass_and_the_start_in_wall_time(self) -> None:
        monday = to_instant(datetime(2026, 11, 2, 18), NEW_YORK)  # noqa: DTZ001  # wall time, after the change
        assert monday - START == timedelta(days=7, hours=1)
        found = reminded_between(GROUP, [2 * DAY], monday - 2 * DAY, monday - 2 * DAY + MINUTE)
        assert [one.occurrence.instant for one in found] == [monday]

    @given(
        lead=st.timedeltas(min_value=MINUTE, max_value=7 * DAY),
        cut=st.timedeltas(min_value=timedelta(0), max_value=20 * DAY),
    )
    def test_windows_that_meet_miss_nothing_and_repeat_nothing(self, lead: timedelta, cut: timedelta) -> None:
        begin, end = START - 8 * DAY, START + 20 * DAY
        middle = min(begin + cut, end)
        parts = [*reminded_between(GROUP, [lead], begin, middle), *reminded_between(GROUP, [lead], middle, end)]
        assert parts == reminded_between(GROUP, [lead], begin, end)


class TestStillToPlan:
    LEADS = (DAY, HOUR, 10 * MINUTE)

    @pytest.mark.parametrize(
        ("planned_at", "now", "expected"),
        [
            (None, at(16), LEADS),  # never planned: what is overdue goes out, late
            (at(16), at(16, 5), (HOUR, 10 * MINUTE)),  # who joined since is told of what lies ahead
            (at(17), at(17, 5), (HOUR, 10 * MINUTE)),  # due exactly when it was last planned
            (at(17, 1), at(17, 5), (10 * MINUTE,)),
            (at(17, 55), at(17, 56), ()),
            (None, at(18), ()),  # it has begun
            (None, at(19), ()),
        ],
    )
    def test_spares_newcomers_what_was_due_before_they_came(
        self, planned_at: datetime | None, now: datetime, expected: tuple[timedelta, ...]
    ) -> None:
        assert tuple(still_to_plan(self.LEADS, START, planned_at, now)) == expected


class TestOccurrenceAt:
    def test_finds_one_that_the_series_still_has(self) -> None:
        found = occurrence_at(GROUP, EVENING, START)
        assert found is not None
        assert found.instant == START

    @pytest.mark.parametrize(
        "changed",
        [
            Series(EVENING, NEW_YORK, "FREQ=WEEKLY;BYDAY=TU"),
            Series(EVENING.replace(hour=19), NEW_YORK, "FREQ=WEEKLY;BYDAY=MO,WE"),
            Series(EVENING, ZoneInfo("America/Chicago"), "FREQ=WEEKLY;BYDAY=MO,WE"),
            Series(EVENING.replace(day=27), NEW_YORK, "FREQ=WEEKLY;BYDAY=MO,WE"),
        ],
        ids=["another day", "another hour", "another zone", "begins later"],
    )
    def test_finds_none_in_a_series_that_was_changed(self, changed: Series) -> None:
        assert occurrence_at(changed, EVENING, START) is None


class TestSaying:
    @pytest.mark.parametrize(("behind", "late"), [(0, False), (2, False), (3, True), (600, True)])
    def test_is_late_by_more_than_two_minutes(self, behind: int, late: bool) -> None:
        assert is_late(at(17), at(17) + behind * MINUTE) is late

    @pytest.mark.parametrize(
        ("lead", "now", "superseded"),
        [
            (DAY, at(16, 59), False),
            (DAY, at(17), True),
            (HOUR, at(17), False),
            (HOUR, at(17, 49), False),
            (HOUR, at(17, 50), True),
            (10 * MINUTE, at(17, 59), False),
        ],
    )
    def test_gives_way_to_a_nearer_reminder(self, lead: timedelta, now: datetime, superseded: bool) -> None:
        assert is_superseded(lead, [DAY, HOUR, 10 * MINUTE, timedelta(0)], START, now) is superseded

    @pytest.mark.parametrize(("now", "shown"), [(at(17), False), (at(17, 44), False), (at(17, 45), True)])
    def test_shows_the_link_close_to_the_start(self, now: datetime, shown: bool) -> None:
        assert shows_link(START, now) is shown

    @pytest.mark.parametrize(
        ("at_", "language", "said"),
        [
            (time(18), "en", "6 pm"),
            (time(18, 30), "en-US", "6:30 pm"),
            (time(0, 5), "en", "12:05 am"),
            (time(0), "en", "12 am"),
            (time(12), "en", "12 pm"),
            (time(9), "en", "9 am"),
            (time(18), "es", "18:00"),
            (time(9, 5), "es", "9:05"),
        ],
    )
    def test_says_a_wall_time_as_people_do(self, at_: time, language: str, said: str) -> None:
        assert said_time(at_, language) == said


class TestAnswers:
    @pytest.mark.parametrize(
        ("in_programme", "now", "state"),
        [
            (True, at(17), OccurrenceState.AHEAD),
            (True, at(20, 59), OccurrenceState.AHEAD),  # under way
            (True, at(21), OccurrenceState.OVER),
            (False, at(17), OccurrenceState.CALLED_OFF),
            (False, at(21), OccurrenceState.OVER),
        ],
    )
    def test_are_taken_until_the_end(self, in_programme: bool, now: datetime, state: OccurrenceState) -> None:
        assert state_of(in_programme=in_programme, ends_at=at(21), now=now) is state

    @pytest.mark.parametrize(
        ("before", "answer", "told"),
        [
            (None, Answer.ON_MY_WAY, False),
            (None, Answer.RUNNING_LATE, True),
            (None, Answer.CANT_MAKE_IT, True),
            (Answer.RUNNING_LATE, Answer.RUNNING_LATE, False),
            (Answer.RUNNING_LATE, Answer.ON_MY_WAY, False),
            (Answer.RUNNING_LATE, Answer.CANT_MAKE_IT, True),
            (Answer.CANT_MAKE_IT, Answer.CANT_MAKE_IT, False),
            (Answer.CANT_MAKE_IT, Answer.RUNNING_LATE, True),
            (Answer.CANT_MAKE_IT, Answer.ON_MY_WAY, True),  # staff have counted them out
        ],
    )
    def test_are_told_to_staff_where_they_need_to_know(self, before: Answer | None, answer: Answer, told: bool) -> None:
        assert is_told_to_staff(before, answer) is told

    def test_end_reminders_only_for_who_cannot_come(self) -> None:
        assert [wants_reminder(answer) for answer in (None, *Answer)] == [True, True, True, False]


class TestNext:
    def test_merges_series_and_stops_at_the_count(self) -> None:
        monthly = Series(datetime(2026, 10, 27, 9), NEW_YORK, "FREQ=MONTHLY;BYDAY=4TU")  # noqa: DTZ001  # wall time
        found = next_of([("evening", GROUP), ("monthly", monthly)], START, 4)
        assert [(name, one.local.month, one.local.day) for name, one in found] == [
            ("monthly", 10, 27),
            ("evening", 10, 28),
            ("evening", 11, 2),
            ("evening", 11, 4),
        ]

    def test_leaves_out_what_has_begun_and_what_has_ended(self) -> None:
        once = Series(EVENING, NEW_YORK)
        assert next_of([("once", once)], START, 5) == []
        assert [name for name, _ in next_of([("once", once)], START - MINUTE, 5)] == ["once"]
