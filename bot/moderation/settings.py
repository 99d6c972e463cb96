"""What a group's filters do: a deed for each filter, and the hosts it may link to. Pure.

They come from the programme file: ``groups: - {key: morning, …, filters: {links: hold}, allow_links: [aa.org]}``; and
from staff, who change one of them at a time by `/mod filters`. What staff say holds until the file says something else
of the same thing than it did then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from bot.moderation.judgement import Deed, Filter
from bot.moderation.published import NOTHING_PUBLISHED, Published

__all__ = ["DEFAULT_DEEDS", "FilterChange", "FilterSettings", "deed_setting", "host_setting", "said_by_file"]

DEFAULT_DEEDS: Mapping[Filter, Deed] = MappingProxyType(
    {each: Deed.HOLD if each is Filter.CONTACT else Deed.FLAG for each in Filter}
)
"""Without any setting contact details are held, as a number that was seen cannot be taken back; the rest is flagged."""

ALLOWED, REFUSED, UNSAID = "allowed", "refused", ""
_HOST = "host:"


@dataclass(frozen=True)
class FilterSettings:
    """One group's settings. ``allow_links`` are hosts: ``aa.org`` allows ``www.aa.org`` too.

    ``published`` is what the programme itself tells its people, and is nobody's contact detail.
    """

    deeds: Mapping[Filter, Deed] = field(default_factory=lambda: DEFAULT_DEEDS)
    allow_links: tuple[str, ...] = ()
    published: Published = NOTHING_PUBLISHED

    @classmethod
    def of(cls, filters: Mapping[Filter, Deed], allow_links: Iterable[str] = ()) -> "FilterSettings":
        """The defaults, but for what ``filters`` says."""
        return cls(MappingProxyType({**DEFAULT_DEEDS, **filters}), tuple(allow_links))

    def deed(self, filter_: Filter) -> Deed:
        """What is done about what this filter finds."""
        return self.deeds.get(filter_, DEFAULT_DEEDS[filter_])

    def changed_by(self, changes: Iterable["FilterChange"]) -> "FilterSettings":
        """These settings with what staff changed of them; only changes that hold are to be given."""
        deeds, hosts = dict(self.deeds), list(self.allow_links)
        for change in changes:
            if (host := change.host) is None:
                deeds[Filter(change.setting)] = Deed(change.value)
            elif change.value == ALLOWED and host not in hosts:
                hosts.append(host)
            elif change.value == REFUSED and host in hosts:
                hosts.remove(host)
        return replace(self, deeds=MappingProxyType(deeds), allow_links=tuple(hosts))


@dataclass(frozen=True, slots=True)
class FilterChange:
    """What somebody on staff set. ``setting`` is a filter's name or ``host_setting``; ``at`` is UTC.

    ``value`` is a deed, or "allowed" or "refused" for a host. ``file_said`` is what the file said of it then.
    """

    id: int
    group_key: str
    setting: str
    value: str
    file_said: str
    by: int
    at: datetime

    @property
    def host(self) -> str | None:
        """The host it is about; None where it is about a filter."""
        return self.setting.removeprefix(_HOST) if self.setting.startswith(_HOST) else None

    def holds(self, filters: Mapping[Filter, Deed], allow_links: Iterable[str]) -> bool:
        """Whether the file still says of it what it said then: its own newer word wins."""
        return said_by_file(self.setting, filters, allow_links) == self.file_said


def deed_setting(filter_: Filter) -> str:
    """The name of the setting that says what a filter does."""
    return filter_.value


def host_setting(host: str) -> str:
    """The name of the setting that says whether a host may be linked to."""
    return f"{_HOST}{host}"


def said_by_file(setting: str, filters: Mapping[Filter, Deed], allow_links: Iterable[str]) -> str:
    """What the programme file says of a setting: a deed, "allowed", or "" where it says nothing."""
    if setting.startswith(_HOST):
        return ALLOWED if setting.removeprefix(_HOST) in allow_links else UNSAID
    said = filters.get(Filter(setting))
    return said.value if said is not None else UNSAID
