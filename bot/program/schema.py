"""What a programme file says, typed and frozen.

Field names are the file's keys, in the file's order. Times and dates are naive: wall times of the programme's zone,
``Programme.zone``. Ids are Discord's, as whole numbers. A list that is empty in the file is an empty tuple here.

``file.parse_programme`` makes a ``Programme`` of a file; ``to_stored`` and ``from_stored`` carry one through the
database, in the file's own notation, so that one set of rules reads both.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    SerializationInfo,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)

from bot.moderation.judgement import Deed, Filter
from bot.moderation.settings import FilterSettings
from bot.program.notation import (
    Contact,
    Country,
    Duration,
    HandOver,
    Host,
    Key,
    Lead,
    LocalDate,
    LocalTime,
    Name,
    Rule,
    Snowflake,
    Text,
    WallTime,
    WebAddress,
    ZoneName,
    long_text,
    one_of,
    refused,
)
from bot.program.restraints import RestraintKind
from bot.timing import QuietHours, Series, Weekday, parse_week_time, to_instant, zone

_UTC: Final = ZoneInfo("UTC")

SECRETS: Final = "secrets"
"""The serialisation context under which contacts are written out; without it they are masked."""


class Track(StrEnum):
    """Whom a group is for."""

    IOP = "iop"
    AFTERCARE = "aftercare"
    FAMILY = "family"


class Language(StrEnum):
    """A language in which the programme speaks."""

    ENGLISH = "en"
    SPANISH = "es"


class MeetingKind(StrEnum):
    """The form in which a source of mutual-help meetings is published."""

    MEETING_GUIDE = "meeting-guide"
    BMLT = "bmlt"


class Notified(StrEnum):
    """Whom a rung of the ladder notifies."""

    ON_CALL = "on-call"
    BACKUP = "backup"
    EVERYONE = "everyone"
    """All staff."""


class Section(BaseModel):
    """One mapping of the file. A key with nothing behind it counts as absent; an unknown key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_absent(cls, said: Any) -> Any:  # noqa: ANN401 # whatever stands in the file
        if isinstance(said, dict):
            return {key: value for key, value in said.items() if value is not None or key not in cls.model_fields}
        return said


def _some_language(languages: tuple[Language, ...]) -> tuple[Language, ...]:
    return languages or (Language.ENGLISH,)


class ProgramFacts(Section):
    """Section ``program``: the programme's name, place and languages."""

    name: Name
    timezone: ZoneName
    country: Country
    """ISO 3166-1 alpha-2; decides which helplines are shown, so it has no default."""
    languages: Annotated[
        tuple[Annotated[Language, BeforeValidator(one_of(Language))], ...], AfterValidator(_some_language)
    ] = (Language.ENGLISH,)
    """At least one; an empty list means English."""
    minors: bool = Field(default=False, strict=True)


EVERY_LANGUAGE: Final = ""
"""Under this stand rules that are written in one language alone."""


def _rules(said: Any) -> Mapping[str, str]:  # noqa: ANN401  # whatever stands in the file
    """One text for everybody, or one for each of some languages."""
    if said is None:
        return {}
    if not isinstance(said, Mapping):
        return {EVERY_LANGUAGE: long_text(said)}
    if set(said) == {EVERY_LANGUAGE}:
        return {EVERY_LANGUAGE: long_text(said[EVERY_LANGUAGE])}  # as it is stored
    read = one_of(Language)
    texts = {read(language).value: long_text(text) for language, text in said.items()}
    return texts if len(texts) != 1 else {EVERY_LANGUAGE: next(iter(texts.values()))}


class Group(Section):
    """One group. ``key`` begins its channels' names; ``name`` is its role's and its category's."""

    key: Key
    name: Name
    track: Annotated[Track, BeforeValidator(one_of(Track))]
    filters: Mapping[
        Annotated[Filter, BeforeValidator(one_of(Filter))], Annotated[Deed, BeforeValidator(one_of(Deed))]
    ] = Field(default_factory=dict)
    """What becomes of a post in which a filter finds something, where that differs from the default."""
    allow_links: tuple[Host, ...] = ()
    """Hosts that the group may link to, with all below them."""
    rules: Annotated[Mapping[str, str], BeforeValidator(_rules)] = Field(default_factory=dict)
    """The group's rules, in the programme's own words: by language, or one text for all under ``EVERY_LANGUAGE``.

    Without them nobody is asked to accept anything.
    """
    shares: bool = Field(default=False, strict=True)
    """Whether members may share anonymously, until staff say otherwise by `/mod shares`; never with ``minors``."""

    @property
    def filter_settings(self) -> FilterSettings:
        """The filters as the file has them, the defaults filled in."""
        return FilterSettings.of(self.filters, self.allow_links)


class Checkin(Section):
    """A check-in card on ``days`` at ``time``, open for ``window`` from then on. One a group and time."""

    group: Key
    days: tuple[Annotated[Weekday, BeforeValidator(one_of(Weekday))], ...] = tuple(Weekday)
    time: WallTime
    window: Duration = timedelta(hours=12)


class Prompt(Section):
    """The group's coping skill of the day, every day at ``time``. One a group and time."""

    group: Key
    time: WallTime


def _never(starts: datetime, rule: str) -> bool:
    beginning = to_instant(starts, _UTC)
    return Series(starts, _UTC, rule).next_after(beginning, inclusive=True) is None


class Session(Section):
    """A session, once at ``starts`` or, with ``rrule``, in a series that begins there."""

    key: Key
    group: Key
    title: Name
    starts: LocalTime
    duration: Duration
    rrule: Rule | None = None
    where: Text | None = None
    link: WebAddress | None = None
    reminders: tuple[Lead, ...] = ()
    """How long before the start each reminder goes out."""

    @field_validator("rrule")
    @classmethod
    def _happens(cls, rule: str | None, info: ValidationInfo) -> str | None:
        starts = info.data.get("starts")  # absent where it was refused itself
        if rule is None or starts is None:
            return rule
        if _never(starts, rule):
            raise refused("by this rule the session never takes place; check UNTIL, BYDAY and BYMONTHDAY")
        return rule

    def series(self, zone: ZoneInfo) -> Series:
        """When the session takes place, in the programme's zone."""
        return Series(self.starts, zone, self.rrule)


class MeetingSource(Section):
    """Where a fellowship's meetings are read from: an address, or a file's path."""

    key: Key
    kind: Annotated[MeetingKind, BeforeValidator(one_of(MeetingKind))]
    fellowship: Name
    source: Text


class Rota(Section):
    """Who is on call, in turn, handed over at ``handoff``: a week each, or a day each where it is a time alone."""

    handoff: HandOver = parse_week_time("mon 09:00")
    people: tuple[Snowflake, ...] = ()


class Rung(Section):
    """One step of the ladder: ``after`` so long without an acknowledgement, ``notify`` these."""

    after: Lead
    notify: Annotated[Notified, BeforeValidator(one_of(Notified))]


DEFAULT_LADDER: Final = tuple(
    Rung.model_validate({"after": after, "notify": notified.value})
    for after, notified in (("0s", Notified.ON_CALL), ("3m", Notified.BACKUP), ("7m", Notified.EVERYONE))
)
"""The ladder of a file that names none. An empty one means this, too: a ladder that reaches nobody is no wish."""


def _climbing(rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
    """The rungs in the order in which they are climbed."""
    return tuple(sorted(rungs or DEFAULT_LADDER, key=lambda rung: rung.after))


class OnCall(Section):
    """Who is paged, in which order, how often, and by which other roads."""

    rota: Rota = Rota()
    backup_rota: Rota = Rota()
    """A rota of its own for the backup: whose turn it is comes before the list, and is never who is on call."""
    backup: tuple[Snowflake, ...] = ()
    ladder: Annotated[tuple[Rung, ...], AfterValidator(_climbing)] = DEFAULT_LADDER
    repeat: Duration = timedelta(minutes=5)
    """How long after the last rung the page is repeated, and again, until somebody acknowledges."""
    notify_within: Duration = timedelta(hours=4)
    """How long a quiet card may wait for somebody to take it; then it is a page."""
    contacts: Mapping[Snowflake, tuple[Contact, ...]] = Field(default_factory=dict, repr=False)
    """Apprise addresses by person. They hold account secrets and telephone numbers: never log them."""

    @field_serializer("contacts")
    def _contacts_stay_masked(
        self, contacts: Mapping[int, tuple[SecretStr, ...]], info: SerializationInfo
    ) -> dict[str, list[str]]:
        revealed = bool(info.context and info.context.get(SECRETS))
        return {
            str(person): [url.get_secret_value() if revealed else str(url) for url in urls]
            for person, urls in contacts.items()
        }

    def contacts_of(self, person: int) -> tuple[str, ...]:
        """The apprise addresses of one person, in the clear; empty where the file names none."""
        return tuple(url.get_secret_value() for url in self.contacts.get(person, ()))


def _two_or_none(times: tuple[time, ...]) -> tuple[time, ...]:
    if len(times) not in {0, 2} or len(set(times)) != len(times):
        raise refused("quiet hours have a beginning and an end, such as [23:00, 07:00]")
    return times


def _for_days(kept: timedelta) -> timedelta:
    # A direct message opens a ticket again for two weeks after its end; staff have to see then what it was about.
    if kept < timedelta(days=15):
        raise refused("the words of tickets are kept for 15d at least, since a ticket may open again for two weeks")
    return kept


class Moderation(Section):
    """What keeps the groups safe to speak in, for the whole programme; each group's filters stand with the group."""

    held_within: Duration = timedelta(hours=4)
    """How long what is held or reported may wait before staff are reminded, and again, until they decide."""
    answer_within: Duration = timedelta(hours=4)
    """How long a member's ticket may wait for an answer before staff are reminded, and again, until it has one."""
    tickets_kept: Annotated[Duration, AfterValidator(_for_days)] = timedelta(days=90)
    """How long after its end the words of a ticket are kept; then they are forgotten, staff's summary with them."""
    native: bool = Field(default=False, strict=True)
    """Whether Discord's own AutoMod stops slurs and invites in groups whose filter for them is ``remove``."""
    quiet: Annotated[tuple[WallTime, ...], AfterValidator(_two_or_none)] = ()
    """Beginning and end of the quiet hours of the groups' channels, every night; empty for none."""
    quiet_by: Annotated[RestraintKind, BeforeValidator(one_of(RestraintKind))] = RestraintKind.SLOW
    """What quiet hours do to a channel: ``slow`` or ``lock``."""

    @property
    def quiet_hours(self) -> QuietHours | None:
        """The quiet hours, or none."""
        return QuietHours(*self.quiet) if len(self.quiet) == 2 else None


class Programme(Section):
    """A whole programme file."""

    program: ProgramFacts
    guild: Snowflake | None = None
    """The Discord server; None where the bot is in one only."""
    staff: tuple[Snowflake, ...] = ()
    groups: tuple[Group, ...] = ()
    checkins: tuple[Checkin, ...] = ()
    holidays: tuple[LocalDate, ...] = ()
    """Dates on which no check-in card comes. `/checkin` works all the same, and nobody counts as not heard."""
    prompts: tuple[Prompt, ...] = ()
    sessions: tuple[Session, ...] = ()
    meetings: tuple[MeetingSource, ...] = ()
    oncall: OnCall = OnCall()
    moderation: Moderation = Moderation()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which every wall time of the file is meant."""
        return zone(self.program.timezone)

    def group(self, key: str) -> Group | None:
        """The group of this key."""
        return next((group for group in self.groups if group.key == key), None)

    def to_stored(self) -> dict[str, Any]:
        """Everything, contacts in the clear, as JSON can hold it: for an encrypted column and nothing else."""
        return self.model_dump(mode="json", context={SECRETS: True}, exclude_none=True)

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> "Programme":
        """The programme that ``to_stored`` wrote."""
        return cls.model_validate(dict(stored))
