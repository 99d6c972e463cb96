"""What a group's filters do: a deed for each filter, and the hosts it may link to. Pure.

They come from the programme file: ``groups: - {key: morning, …, filters: {links: hold}, allow_links: [aa.org]}``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.moderation.judgement import Deed, Filter

__all__ = ["DEFAULT_DEEDS", "FilterSettings"]

DEFAULT_DEEDS: Mapping[Filter, Deed] = MappingProxyType(
    {each: Deed.HOLD if each is Filter.CONTACT else Deed.FLAG for each in Filter}
)
"""Without any setting contact details are held, as a number that was seen cannot be taken back; the rest is flagged."""


@dataclass(frozen=True)
class FilterSettings:
    """One group's settings. ``allow_links`` are hosts: ``aa.org`` allows ``www.aa.org`` too."""

    deeds: Mapping[Filter, Deed] = field(default_factory=lambda: DEFAULT_DEEDS)
    allow_links: tuple[str, ...] = ()

    @classmethod
    def of(cls, filters: Mapping[Filter, Deed], allow_links: Iterable[str] = ()) -> "FilterSettings":
        """The defaults, but for what ``filters`` says."""
        return cls(MappingProxyType({**DEFAULT_DEEDS, **filters}), tuple(allow_links))

    def deed(self, filter_: Filter) -> Deed:
        """What is done about what this filter finds."""
        return self.deeds.get(filter_, DEFAULT_DEEDS[filter_])
