"""Ways to reach somebody outside the group, told by their shape. Pure.

Names on platforms that have to be announced ("my snap is …") are rules over words: config/content/moderation.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.moderation.judgement import Filter, Finding
from bot.moderation.links import Link, is_allowed
from bot.moderation.phones import phones
from bot.moderation.plain import Plain
from bot.moderation.published import NOTHING_PUBLISHED, Published
from bot.moderation.streets import streets

__all__ = ["Known", "contacts"]

_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._%+-")
_DOMAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")
_HANDLE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._")
_LONGEST = 64
_AT = frozenset(("at", "arroba"))
_DOTS = frozenset(("dot", "punto", "point", "period"))
_ENDINGS = frozenset(("com", "org", "net", "edu", "gov", "me", "es", "mx", "co", "us", "io", "uk", "ca", "info"))
_TAG_FIGURES = 4


@dataclass(frozen=True)
class Known:
    """What is nobody's own: helplines' numbers, figures only and without a leading 1, and their hosts."""

    numbers: frozenset[str]
    hosts: frozenset[str]

    def and_also(self, published: Published) -> "Known":
        """With what a programme publishes."""
        if published is NOTHING_PUBLISHED:
            return self
        return Known(self.numbers | published.numbers, self.hosts | published.hosts)


def contacts(
    plain: Plain, found: Collection[Link], known: Known, hosts: Collection[str], names: Collection[str]
) -> Iterator[Finding]:
    """Every contact detail; ``found`` are the text's links, ``hosts`` those it may link to."""
    every = [*hosts, *known.hosts]
    for start, end in phones(plain, known.numbers):
        yield _finding("phone", plain, start, end)
    for start, end in streets(plain):
        yield _finding("street", plain, start, end)
    for link in found:
        if link.leads_to(plain.words.invites):
            yield _finding("invite", plain, link.start, link.end)
        elif link.is_profile(plain.words) and not is_allowed(link, every):
            yield _finding("profile", plain, link.start, link.end)
    yield from _spelt_mail(plain)
    if "@" in plain.text:
        yield from _at_signs(plain, found, every, names)
    if "#" in plain.text:
        yield from _tags(plain)


def _finding(name: str, plain: Plain, start: int, end: int) -> Finding:
    return Finding(Filter.CONTACT, f"contact/{name}", plain.span(start, end))


def _at_signs(
    plain: Plain, found: Collection[Link], hosts: Collection[str], names: Collection[str]
) -> Iterator[Finding]:
    text = plain.text
    inside = sorted((link.start, link.end) for link in found)
    at = text.find("@")
    while at >= 0:
        while inside and inside[0][1] <= at:
            inside.pop(0)
        if inside and inside[0][0] < at:  # part of a link's address
            at = text.find("@", at + 1)
            continue
        before, after = at - (text[at - 1 : at] == " "), at + 1 + (text[at + 1 : at + 2] == " ")
        start, end = before, after
        while start > 0 and before - start < _LONGEST and text[start - 1] in _LOCAL:
            start -= 1
        while end < len(text) and end - after < _LONGEST and text[end] in _DOMAIN:
            end += 1
        domain = text[after:end].rstrip(".-")
        if start < before and _is_mail(domain, plain, is_spaced=after - before > 1):
            if not is_allowed(Link(domain, "", start, end), hosts):
                yield _finding("email", plain, start, after + len(domain))
        elif after == at + 1 and text[at - 1 : at] not in _LOCAL:
            yield from _handle(plain, at, names)
        at = text.find("@", at + 1)


def _is_mail(domain: str, plain: Plain, *, is_spaced: bool) -> bool:
    """Whether what stands after @ is where mail goes; with spaces round it (``meet @ noon``) a well-known one."""
    labels = domain.split(".")
    if labels[0] in plain.words.mail_hosts:
        return True
    return not is_spaced and len(labels) > 1 and labels[-1].isalpha() and len(labels[-1]) > 1


def _handle(plain: Plain, at: int, names: Collection[str]) -> Iterator[Finding]:
    text = plain.text
    end = at + 1
    while end < len(text) and end - at <= _LONGEST and text[end] in _HANDLE:
        end += 1
    name = text[at + 1 : end].rstrip("._")
    if len(name) >= 3 and not name[0].isdigit() and name not in plain.words.no_handle and name not in names:
        yield _finding("handle", plain, at, at + 1 + len(name))


def _tags(plain: Plain) -> Iterator[Finding]:
    """Discord's names of old: ``alex#1234``."""
    for index in range(1, len(plain.pieces)):
        word, figures = plain.pieces[index - 1], plain.pieces[index]
        if (
            figures.word.isdigit()
            and len(figures.word) == _TAG_FIGURES
            and plain.between(index) == "#"
            and word.word not in plain.words.no_tag
        ):
            yield _finding("tag", plain, word.start, figures.end)


def _spelt_mail(plain: Plain) -> Iterator[Finding]:
    """``alex at gmail dot com``, ``alex (at) gmail.com``, ``alex arroba gmail``."""
    pieces = plain.pieces
    for index in range(1, len(pieces) - 1):
        if pieces[index].word not in _AT:
            continue
        host = pieces[index + 1].word
        spoken = index + 3 < len(pieces) and pieces[index + 2].word in _DOTS and pieces[index + 3].word in _ENDINGS
        dotted = (
            index + 2 < len(pieces) and plain.between(index + 2).strip() == "." and pieces[index + 2].word in _ENDINGS
        )
        bracketed = plain.between(index).strip() in {"(", "[", "{"} and host in plain.words.mail_hosts
        if (
            spoken
            or (dotted and (host in plain.words.mail_hosts or bracketed))
            or bracketed
            or (pieces[index].word == "arroba" and host in plain.words.mail_hosts)
        ):
            last = index + 3 if spoken else index + 2 if dotted else index + 1
            yield _finding("email", plain, pieces[index - 1].start, pieces[last].end)
