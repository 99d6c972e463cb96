"""Judges a text by a group's filters. Pure: the same text, settings and neighbours give the same judgement, always.

The words were read for danger before they come here. Nothing a filter finds is a reason not to page.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path

from bot.content.catalogue import content_folder
from bot.content.lines import Lines
from bot.moderation.contact import Known, contacts
from bot.moderation.flooding import Recent
from bot.moderation.judgement import Deed, Filter, Finding, Judgement
from bot.moderation.links import Link, is_allowed, links
from bot.moderation.marks import name_words
from bot.moderation.plain import Plain
from bot.moderation.published import as_published
from bot.moderation.settings import FilterSettings
from bot.moderation.shape_words import ShapeWords
from bot.moderation.wording import Wording

__all__ = ["Filters"]

_NOTHING = Judgement(Deed.OFF)
_KINDS = frozenset(("image", "video", "audio"))


class Filters:
    """All filters together. Safe to share between tasks and threads: it keeps nothing of what it reads."""

    def __init__(self, wording: Wording, shapes: ShapeWords, known: Known) -> None:
        """``known`` are the helplines: neither their numbers nor links to them are ever found."""
        self.wording, self._shapes, self._known = wording, shapes, known

    @staticmethod
    def load(folder: Path | None = None) -> "Filters":
        """The filters of ``folder`` (the content folder), or as they are shipped, one a process.

        Raises ContentError where their files cannot be used.
        """
        return _shipped() if folder is None else _read(folder)

    def judge(
        self,
        text: str,
        settings: FilterSettings,
        *,
        people: Collection[str] = (),
        recent: Recent | None = None,
        attachments: Sequence[str] = (),
    ) -> Judgement:
        """What to do with ``text``, and why. Takes time linear in its length; accepts any text, and raises for none.

        ``people`` are names that other people of the programme go by (not the author's); ``recent`` is what the author
        wrote lately; ``attachments`` are the media types of what hangs on the message (``image/png``), "" if unknown.
        """
        kept = [
            finding
            for finding in self._findings(text, settings, people, recent, attachments)
            if settings.deed(finding.filter) is not Deed.OFF
        ]
        if not kept:
            return _NOTHING
        kept.sort(key=lambda one: (-settings.deed(one.filter).rank, one.span, one.rule))
        return Judgement(settings.deed(kept[0].filter), tuple(kept))

    @property
    def shapes(self) -> ShapeWords:
        """The words that what is found by its shape needs beside it."""
        return self._shapes

    def about(self, rule: str) -> str | None:
        """What a rule over words is for, in a sentence of its language; None for one that needs no words."""
        return next((one.about for one in self.wording.rules if one.key == rule), None)

    def _findings(
        self,
        text: str,
        settings: FilterSettings,
        people: Collection[str],
        recent: Recent | None,
        attachments: Sequence[str],
    ) -> Iterator[Finding]:
        yield from _media(attachments)
        if recent is not None and (rule := recent.rule(text)) is not None:
            yield Finding(Filter.FLOODING, rule, (0, len(text)))
        if not text or text.isspace():
            return
        plain = Plain.of(text, self._shapes)
        names = name_words(people, self._shapes)
        found = links(plain)
        known = self._known.and_also(settings.published)
        told = [
            finding
            for finding in contacts(plain, found, known, settings.allow_links, names)
            if as_published(text[slice(*finding.span)]) not in settings.published.details
        ]
        yield from told
        mails = sorted(finding.span for finding in told if finding.rule == "contact/email")
        yield from self._links(plain, found, (*settings.allow_links, *known.hosts), mails)
        yield from self.wording.find(text, names)

    def _links(
        self, plain: Plain, found: Sequence[Link], hosts: Collection[str], mails: Sequence[tuple[int, int]]
    ) -> Iterator[Finding]:
        """Links that may not be there; what is part of an e-mail address, or an invite, is told as that."""
        for link in found:
            if not is_allowed(link, hosts) and not link.leads_to(self._shapes.own_links | self._shapes.invites):
                start, end = plain.span(link.start, link.end)
                at = bisect_right(mails, (start, end)) - 1
                if at < 0 or mails[at][1] < end:
                    yield Finding(Filter.LINKS, "links/host", (start, end))


def _media(attachments: Sequence[str]) -> Iterator[Finding]:
    for kind in dict.fromkeys(one.partition("/")[0] for one in attachments):
        yield Finding(Filter.MEDIA, f"media/{kind if kind in _KINDS else 'file'}", (0, 0))


def _read(folder: Path | None) -> Filters:
    shapes = ShapeWords.load(folder)
    lines = Lines.load(content_folder(folder).joinpath("lines"))
    return Filters(Wording.load(shapes, folder), shapes, _known(lines))


def _known(lines: Lines) -> Known:
    every = [line.contact for line in lines.all()]
    numbers = {
        "".join(figure for figure in number if figure.isdigit()).removeprefix("1")
        for contact in every
        for number in (contact.call, contact.text)
        if number
    }
    hosts = {url.partition("://")[2].partition("/")[0].removeprefix("www.") for one in every if (url := one.url)}
    return Known(frozenset(numbers), frozenset(hosts))


@cache
def _shipped() -> Filters:
    return _read(None)
