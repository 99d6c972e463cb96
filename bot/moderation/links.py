"""Links in a text, and whether a group may link there. Pure.

``example.org`` counts without ``https://``, also as ``example dot org``; a host in letters that only look like those of
an allowed one is not that one.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.moderation.plain import Plain
from bot.moderation.shape_words import ShapeWords

__all__ = ["Link", "is_allowed", "links"]

_SCHEME = re.compile(r"\b(?:https?|hxxps?|ftp)(?:://|:\\\\)", re.ASCII)
_AUTHORITY = re.compile(r"[^\s/?#<>()\[\]\"'|\\]{1,300}")
_BARE = re.compile(r"(?<![\w@.\-/])(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,12}(?![\w@-])", re.ASCII)
_PATH = re.compile(r"[/?#][^\s<>()\[\]\"|]{0,300}")
_DOTS = frozenset(("dot", "punto"))
_SPACED_INVITE = re.compile(r"discord\s{0,3}(?:\.|\(\.\)|\[\.\]|,)\s{0,3}gg\b\s{0,3}/?")


@dataclass(frozen=True, slots=True)
class Link:
    """A link: its host and path in small letters, and its place in the plain text.

    ``is_plain`` is False where the host was written in letters that only look like these.
    """

    host: str
    path: str
    start: int
    end: int
    is_plain: bool = True

    def leads_to(self, places: Collection[str]) -> bool:
        """Whether it goes to one of ``places``: hosts, some with the beginning of a path."""
        for place in places:
            host, slash, path = place.partition("/")
            if _is_below(self.host, host) and (not slash or f"{self.path}/".startswith(f"/{path}/")):
                return True
        return False

    def is_profile(self, words: ShapeWords) -> bool:
        """Whether it leads to somebody's page."""
        first = self.path.lstrip("/").partition("/")[0].partition("?")[0]
        return bool(first) and first not in words.no_profile and self.leads_to(words.profiles)


def links(plain: Plain) -> list[Link]:
    """Every link, in the order of the text."""
    found = [*_with_scheme(plain)]
    taken = [(link.start, link.end) for link in found]
    text = plain.text
    if "." in text:
        covered = 0
        for place in _BARE.finditer(text):
            start, end = place.span()
            while covered < len(taken) and taken[covered][1] <= start:
                covered += 1
            if covered < len(taken) and taken[covered][0] <= start:
                continue
            path = _path(text, end)
            host = place.group()
            is_sure = host.rpartition(".")[2] in plain.words.host_endings or host.startswith("www.")
            if is_sure or len(path) > 1:
                found.append(_link(plain, place.group(), path, start, end + len(path)))
    found += _spoken(plain)
    found.sort(key=lambda link: link.start)
    starts = [link.start for link in found]
    for place in _SPACED_INVITE.finditer(text):
        at = bisect_right(starts, place.start()) - 1
        if at < 0 or found[at].end <= place.start():
            found.append(Link("discord.gg", "", *place.span()))
    return sorted(found, key=lambda link: link.start)


def is_allowed(link: Link, hosts: Collection[str]) -> bool:
    """Whether the host is one of ``hosts`` or below one."""
    return link.is_plain and any(_is_below(link.host, host) for host in hosts)


def _is_below(host: str, other: str) -> bool:
    return host == other or host.endswith(f".{other}")


def _with_scheme(plain: Plain) -> Iterator[Link]:
    text = plain.text
    if "://" not in text and ":\\\\" not in text:
        return
    for scheme in _SCHEME.finditer(text):
        authority = _AUTHORITY.match(text, scheme.end())
        if authority is None:
            continue
        host = authority.group().rpartition("@")[2].partition(":")[0].rstrip(".,;!*_")
        path = _path(text, authority.end())
        if host:
            yield _link(plain, host, path, scheme.start(), authority.end() + len(path))


def _spoken(plain: Plain) -> Iterator[Link]:
    pieces = plain.pieces
    for index in range(1, len(pieces) - 1):
        if pieces[index].word in _DOTS and pieces[index + 1].word in plain.words.spoken_endings:
            before = pieces[index - 1]
            host = f"{before.word}.{pieces[index + 1].word}"
            if plain.words_before(index - 1, 1) not in {("at",), ("arroba",)}:
                yield Link(host, "", before.start, pieces[index + 1].end)


def _link(plain: Plain, host: str, path: str, start: int, end: int) -> Link:
    first, last = plain.span(start, end)
    name = host.removeprefix("www.")
    return Link(name, path, start, end, is_plain=host in plain.written[first:last].lower())


def _path(text: str, at: int) -> str:
    path = _PATH.match(text, at)
    return path.group().rstrip(".,;:!?*_'") if path is not None else ""
