"""Recurrence rules: the part of RFC 5545's RRULE that people's weeks are made of, read and checked.

Understood are FREQ=DAILY, WEEKLY, MONTHLY and YEARLY with INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYMONTHDAY,
BYYEARDAY, BYDAY, BYSETPOS, BYHOUR, BYMINUTE and BYSECOND, each where the RFC (section 3.3.10) allows it. Refused are:

- more than `MOST_TIMES_A_DAY` times a day: nobody is reminded so often, and hostile rules work that way;
- BYWEEKNO, which dateutil expands wrongly at the turn of some years (1 January 2022, of week 52, is given to 53);
- BYDAY that mixes numbered with plain weekdays, which dateutil takes for "both at once" and never finds;
- BYSETPOS by the day or the week, where naming the hours or the days says the same.

No refusal repeats what was written: it may be something that a person typed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache

from bot.errors import TimingError

LONGEST_RULE = 500
MOST_TIMES_A_DAY = 4
LARGEST_INTERVAL = 1000
LARGEST_COUNT = 10_000

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Lowest and highest absolute value; whether it may be counted from the end with a minus.
_LISTS: Mapping[str, tuple[int, int, bool]] = {
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYSETPOS": (1, 366, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 59, False),
}
_KEYS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_LISTS)

_INTEGER = re.compile(r"[+-]?[0-9]{1,4}", re.ASCII)
_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?", re.ASCII)


class Frequency(StrEnum):
    """How often the period comes round in which a rule chooses its days."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True)
class RuleDay:
    """A weekday in BYDAY: `weekday` 0 to 6 from Monday, `nth` of its month or year (from the end if negative)."""

    weekday: int
    nth: int | None = None


@dataclass(frozen=True)
class Recurrence:
    """A rule that was read and checked. An empty tuple means that the rule does not say.

    `until` is the last moment at which an occurrence may be: naive where it was written in wall time, UTC where it
    was written with Z. A plain date stands for the end of that day. `week_start` counts 0 to 6 from Monday.
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    week_start: int = 0
    days: tuple[RuleDay, ...] = ()
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self._refuse_what_the_frequency_has_no_use_for()
        if self.count is not None and self.until is not None:
            raise TimingError("A recurrence rule has COUNT or UNTIL, not both.")
        if len(self.hours or (0,)) * len(self.minutes or (0,)) * len(self.seconds or (0,)) > MOST_TIMES_A_DAY:
            raise TimingError(f"A recurrence rule may name at most {MOST_TIMES_A_DAY} times a day.")

    def _refuse_what_the_frequency_has_no_use_for(self) -> None:
        by_month_or_year = self.frequency in {Frequency.MONTHLY, Frequency.YEARLY}
        if self.year_days and self.frequency is not Frequency.YEARLY:
            raise TimingError("BYYEARDAY belongs with FREQ=YEARLY.")
        if self.month_days and self.frequency is Frequency.WEEKLY:
            raise TimingError("BYMONTHDAY does not go with FREQ=WEEKLY; use FREQ=DAILY or FREQ=MONTHLY.")
        if self.positions and not by_month_or_year:
            raise TimingError("BYSETPOS belongs with FREQ=MONTHLY or FREQ=YEARLY; name the days or hours instead.")
        if self.positions and not (self.days or self.month_days or self.year_days or self.months or self.hours):
            raise TimingError("BYSETPOS chooses among what another part, such as BYDAY, names; add that part.")
        numbers = [day.nth for day in self.days if day.nth is not None]
        if numbers and not by_month_or_year:
            raise TimingError("Numbered weekdays in BYDAY belong with FREQ=MONTHLY or FREQ=YEARLY.")
        if numbers and len(numbers) < len(self.days):
            raise TimingError("BYDAY has numbered weekdays or plain ones, not both.")
        in_a_month = self.frequency is Frequency.MONTHLY or bool(self.months)
        if any(abs(number) > (5 if in_a_month else 53) for number in numbers):
            raise TimingError("A numbered weekday in BYDAY is at most the 5th of a month or the 53rd of a year.")


@lru_cache(maxsize=2048)
def parse_rule(rule: str) -> Recurrence:
    """Read the body of an RRULE, such as `FREQ=WEEKLY;BYDAY=MO,WE,FR`, in capital or small letters.

    Raises TimingError, with one sentence, for whatever is not understood or not allowed (see this module).
    """
    parts = _parts(rule)
    frequency = _frequency(parts)
    numbers = {key: _numbers(key, parts[key]) for key in _LISTS if key in parts}
    return Recurrence(
        frequency=frequency,
        interval=_whole("INTERVAL", parts.get("INTERVAL", "1"), LARGEST_INTERVAL),
        count=_whole("COUNT", parts["COUNT"], LARGEST_COUNT) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        week_start=_week_start(parts.get("WKST", "MO")),
        days=_days(parts["BYDAY"]) if "BYDAY" in parts else (),
        months=numbers.get("BYMONTH", ()),
        month_days=numbers.get("BYMONTHDAY", ()),
        year_days=numbers.get("BYYEARDAY", ()),
        positions=numbers.get("BYSETPOS", ()),
        hours=numbers.get("BYHOUR", ()),
        minutes=numbers.get("BYMINUTE", ()),
        seconds=numbers.get("BYSECOND", ()),
    )


def _parts(rule: str) -> dict[str, str]:
    if len(rule) > LONGEST_RULE:
        raise TimingError(f"A recurrence rule has at most {LONGEST_RULE} characters.")
    parts: dict[str, str] = {}
    # Characters outside ASCII are left as they are: some would turn into ASCII letters when capitalised.
    for part in (rule.upper() if rule.isascii() else rule).removeprefix("RRULE:").split(";"):
        key, equals, value = part.partition("=")
        if not equals or not value:
            raise TimingError('A recurrence rule is written in parts like "FREQ=WEEKLY;BYDAY=MO,WE".')
        if key == "BYWEEKNO":
            raise TimingError("BYWEEKNO is not supported; name months or weekdays with BYMONTH and BYDAY.")
        if key not in _KEYS:
            near = get_close_matches(key[:32], _KEYS, n=1)
            hint = f"the nearest known one is {near[0]}" if near else f"known are {', '.join(_KEYS)}"
            raise TimingError(f"A part of this recurrence rule is not known; {hint}.")
        if key in parts:
            raise TimingError(f"{key} stands twice in this recurrence rule.")
        parts[key] = value
    return parts


def _frequency(parts: Mapping[str, str]) -> Frequency:
    written = parts.get("FREQ")
    if written is None:
        raise TimingError("A recurrence rule needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.")
    if written in {"SECONDLY", "MINUTELY", "HOURLY"}:
        raise TimingError("A recurrence rule repeats by the day at most often; use FREQ=DAILY.")
    try:
        return Frequency(written)
    except ValueError:
        raise TimingError("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY.") from None


def _whole(key: str, written: str, largest: int) -> int:
    if not (written.isascii() and written.isdigit() and 1 <= int(written) <= largest):
        raise TimingError(f"{key} is a whole number from 1 to {largest}.")
    return int(written)


def _numbers(key: str, written: str) -> tuple[int, ...]:
    lowest, highest, signed = _LISTS[key]
    found: set[int] = set()
    for item in written.split(","):
        number = int(item) if _INTEGER.fullmatch(item) else None
        if number is None or not lowest <= (abs(number) if signed else number) <= highest:
            sign = ", or the same with a minus to count from the end" if signed else ""
            raise TimingError(f"{key} lists whole numbers from {lowest} to {highest}{sign}.")
        found.add(number)
    return tuple(sorted(found))


def _days(written: str) -> tuple[RuleDay, ...]:
    found: dict[RuleDay, None] = {}
    for item in written.split(","):
        match = _DAY.fullmatch(item)
        nth = int(match[1]) if match and match[1] else None
        if match is None or nth == 0:
            raise TimingError(
                "BYDAY lists MO, TU, WE, TH, FR, SA, SU, by month or year also numbered like 1MO or -1FR."
            )
        found[RuleDay(_WEEKDAYS.index(match[2]), nth)] = None
    return tuple(found)


def _week_start(written: str) -> int:
    if written not in _WEEKDAYS:
        raise TimingError("WKST is one of MO, TU, WE, TH, FR, SA, SU.")
    return _WEEKDAYS.index(written)


def _until(written: str) -> datetime:
    match = _UNTIL.fullmatch(written)
    try:
        if match and match[2]:
            moment = datetime.strptime(match[1] + match[2], "%Y%m%d%H%M%S")  # noqa: DTZ007 - wall time, unless Z follows
            return moment.replace(tzinfo=UTC) if match[3] else moment
        if match:
            return datetime.combine(datetime.strptime(match[1], "%Y%m%d"), time.max)  # noqa: DTZ007 - wall time
    except ValueError:
        pass  # a date or time that no calendar has; answered below like every other misspelling
    raise TimingError("UNTIL is written as 20261231, 20261231T180000 or 20261231T230000Z.")
