"""How a programme file writes its values: one reader for each kind of value.

A reader takes what stands in the file (text, as it was typed) or what ``Programme.to_stored`` wrote, and returns the
value or raises ``refused(sentence)``: a sentence without a full stop that says what is wrong and what to do. What
might be a secret (an address, a telephone number) is never repeated in it.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Annotated, Any, Final, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, PlainSerializer, SecretStr
from pydantic_core import PydanticCustomError

from bot.errors import TimingError
from bot.timing import Series, WeekTime, format_duration, format_time, parse_duration, parse_time, parse_week_time, zone

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)

REFUSED: Final = "programme"
"""The pydantic error type of a sentence that is already written for the person."""

LONGEST_KEY: Final = 80
LONGEST_NAME: Final = 100
LONGEST_TEXT: Final = 1000
LONGEST_CARD: Final = 3_500
LONGEST_HOST: Final = 253
"""Characters of a host's name (RFC 1035, section 2.3.4)."""
LARGEST_SNOWFLAKE: Final = 2**63 - 1

_KEY: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9]{1,19}", re.ASCII)
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.ASCII)
_LOCAL: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ]+(\d{1,2}):(\d{2})(:00)?", re.ASCII)
_ANY_START: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - wall time; a rule is right or wrong whatever it starts from
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*)://\S+", re.ASCII | re.IGNORECASE)


def refused(sentence: str) -> PydanticCustomError:
    """The error for a value that cannot be used; ``sentence`` is shown as it is."""
    # The sentence goes in as an argument: a brace in it must not be read as a placeholder.
    return PydanticCustomError(REFUSED, "{sentence}", {"sentence": sentence})


def nearest(word: str, known: tuple[str, ...]) -> str:
    """The end of a sentence that helps: the nearest of ``known``, or all of them where none is near."""
    near = get_close_matches(word.lower()[:100], known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    return f"known here: {', '.join(known)}" if known else "none is defined"


def text_of(said: Any) -> str:  # noqa: ANN401 # whatever stands in the file
    """The text of a scalar; refuses lists, mappings, true and false."""
    if isinstance(said, str):
        return said
    if isinstance(said, bool):
        raise refused("this is read as true or false; put it in quotes")
    raise refused("one value is expected here, not a list or a mapping")


def timed(parse: Callable[[str], T]) -> Callable[[Any], T]:
    """A reader made of one of timing's parsers, which refuse with a sentence of their own."""

    def read(said: Any) -> T:  # noqa: ANN401
        try:
            return parse(text_of(said).strip())
        except TimingError as error:
            sentence = str(error).rstrip(".")
            raise refused(sentence[:1].lower() + sentence[1:]) from None

    return read


def name(said: Any) -> str:  # noqa: ANN401
    """A name that Discord can carry: one line, 1 to 100 characters, spaces put right."""
    text = " ".join(text_of(said).split())
    if not text:
        raise refused("this is empty; write a name")
    if len(text) > LONGEST_NAME:
        raise refused(f"this has {len(text)} characters; shorten it to {LONGEST_NAME}")
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in text):
        raise refused("this holds an invisible character; type it anew")
    return text


def free_text(said: Any) -> str:  # noqa: ANN401
    """A text of up to 1,000 characters."""
    text = text_of(said).strip()
    if not text:
        raise refused("this is empty; write something, or leave the key out")
    if len(text) > LONGEST_TEXT:
        raise refused(f"this has {len(text)} characters; shorten it to {LONGEST_TEXT}")
    return text


def long_text(said: Any) -> str:  # noqa: ANN401
    """A text of several paragraphs, as long as one card of Discord can show beside its title."""
    text = text_of(said).strip()
    if not text:
        raise refused("this is empty; write something, or leave the key out")
    if len(text) > LONGEST_CARD:
        raise refused(f"this has {len(text)} characters; shorten it to {LONGEST_CARD}")
    return text


def key(said: Any) -> str:  # noqa: ANN401
    """A key that can begin a Discord channel's name: small letters, digits, single hyphens; 1 to 80 characters."""
    text = text_of(said)
    if len(text) > LONGEST_KEY:
        raise refused(f"this key has {len(text)} characters; shorten it to {LONGEST_KEY}")
    if not _KEY.fullmatch(text):
        raise refused("a key is made of small letters a-z, digits and single hyphens between them, such as morning-iop")
    return text


def snowflake(said: Any) -> int:  # noqa: ANN401
    """A Discord id: digits, quoted or not."""
    text = str(said) if isinstance(said, int) and not isinstance(said, bool) else text_of(said).strip()
    if not _DIGITS.fullmatch(text) or not 0 < int(text) <= LARGEST_SNOWFLAKE:
        raise refused(
            'a Discord id is digits only, such as "112233445566778899"; '
            "switch on Developer Mode in Discord, right-click and choose Copy ID"
        )
    return int(text)


def local_date(said: Any) -> date:  # noqa: ANN401
    """A date of the programme's own calendar."""
    try:
        return datetime.strptime(text_of(said).strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        raise refused("a date is written like 2026-12-25") from None


def local_time(said: Any) -> datetime:  # noqa: ANN401
    """A date and time on the programme's own clock, naive, to the minute."""
    written = _LOCAL.fullmatch(text_of(said).strip())
    if written is None:
        raise refused(
            "a date and time is written like 2026-11-23T09:00, on the programme's own clock, without an offset"
        )
    try:
        return Series(datetime.fromisoformat(f"{written[1]}T{int(written[2]):02}:{written[3]}"), ZoneInfo("UTC")).starts
    except TimingError:
        raise refused("write a year from 1970 to 2999") from None
    except ValueError:
        raise refused("this date or time does not exist; check day, month, hour and minute") from None


def positive_duration(said: Any) -> timedelta:  # noqa: ANN401
    """A duration of at least a second."""
    duration = timed(parse_duration)(said)
    if not duration:
        raise refused("this cannot be nothing; write a duration such as 10m or 12h")
    return duration


def hand_over(said: Any) -> WeekTime | time:  # noqa: ANN401
    """When a rota changes hands: at a time of the week (`mon 09:00`) or, by the time alone (`09:00`), every day."""
    if isinstance(said, WeekTime | time):
        return said
    text = text_of(said).strip()
    if ":" in text and " " not in text:
        return timed(parse_time)(text)
    try:
        return timed(parse_week_time)(text)
    except PydanticCustomError as error:
        raise refused(f"{error}; for a hand-over every day write the time alone, such as 09:00") from None


def _written_hand_over(at: WeekTime | time) -> str:
    return format_time(at) if isinstance(at, time) else str(at)


def rule(said: Any) -> str:  # noqa: ANN401
    """A recurrence rule as `bot.timing` understands it."""
    return timed(_checked_rule)(said)


def _checked_rule(text: str) -> str:
    Series(_ANY_START, ZoneInfo("UTC"), text)
    return text


def web_address(said: Any) -> str:  # noqa: ANN401
    """An http or https address. It may hold a meeting's pass code, so no sentence repeats it."""
    text = free_text(said)
    scheme = _SCHEME.fullmatch(text)
    if scheme is None or scheme[1].lower() not in {"http", "https"}:
        raise refused("a link is an address that begins with https:// and has no spaces")
    return text


def is_address(text: str) -> bool:
    """Whether a text looks like an address: a scheme, ``://``, something without spaces behind it."""
    return _SCHEME.fullmatch(text) is not None


def contact(said: Any) -> SecretStr:  # noqa: ANN401
    """An apprise address, kept out of every repr."""
    if isinstance(said, SecretStr):
        return said
    text = text_of(said).strip()
    if not _SCHEME.fullmatch(text):
        raise refused("a contact is an apprise address without spaces, such as mailto:// or twilio:// and what follows")
    return SecretStr(text)


@cache
def countries() -> tuple[str, ...]:
    """The country codes of ISO 3166-1 alpha-2, from the table that the time zone database brings along."""
    table = resources.files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    return tuple(line.split("\t")[0] for line in table.splitlines() if line and not line.startswith("#"))


def country(said: Any) -> str:  # noqa: ANN401
    """A country's code, capital letters."""
    code = text_of(said).strip().upper()
    if code not in countries():
        raise refused("this is no country code; write the two letters of ISO 3166, such as US, CA, GB or MX")
    return code


def host(said: Any) -> str:  # noqa: ANN401
    """The host of links that are allowed, such as aa.org; https:// and a path are left out, small letters."""
    text = text_of(said).strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/.")
    text = text.removeprefix("*.").removeprefix("www.")
    if len(text) > LONGEST_HOST or not _HOST.fullmatch(text):
        raise refused("the host of a link is expected here, such as aa.org, without a path")
    return text


def one_of(choices: type[Choice]) -> Callable[[Any], Choice]:
    """A reader for a word out of a few."""

    def read(said: Any) -> Choice:  # noqa: ANN401
        word = text_of(said).strip().lower()
        known = tuple(choice.value for choice in choices)
        if word not in known:
            raise refused(f"this word is not known; {nearest(word, known)}")
        return choices(word)

    return read


Name: TypeAlias = Annotated[str, BeforeValidator(name)]
Text: TypeAlias = Annotated[str, BeforeValidator(free_text)]
Key: TypeAlias = Annotated[str, BeforeValidator(key)]
Snowflake: TypeAlias = Annotated[int, BeforeValidator(snowflake)]
Country: TypeAlias = Annotated[str, BeforeValidator(country)]
ZoneName: TypeAlias = Annotated[str, BeforeValidator(timed(lambda text: zone(text).key))]
WallTime: TypeAlias = Annotated[time, BeforeValidator(timed(parse_time)), PlainSerializer(format_time)]
Host: TypeAlias = Annotated[str, BeforeValidator(host)]
HandOver: TypeAlias = Annotated[WeekTime | time, BeforeValidator(hand_over), PlainSerializer(_written_hand_over)]
LocalDate: TypeAlias = Annotated[date, BeforeValidator(local_date)]
LocalTime: TypeAlias = Annotated[datetime, BeforeValidator(local_time)]
Duration: TypeAlias = Annotated[timedelta, BeforeValidator(positive_duration), PlainSerializer(format_duration)]
Lead: TypeAlias = Annotated[timedelta, BeforeValidator(timed(parse_duration)), PlainSerializer(format_duration)]
"""A duration that may be nothing: 0s is at once."""
Rule: TypeAlias = Annotated[str, BeforeValidator(rule)]
WebAddress: TypeAlias = Annotated[str, BeforeValidator(web_address)]
Contact: TypeAlias = Annotated[SecretStr, BeforeValidator(contact)]
