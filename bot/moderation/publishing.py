"""Reads a programme for what it tells its people, so that the filters leave it. Pure.

A session's place and link, its title, where meetings come from, the private pages' own address; of the groups' rules
their numbers and addresses, but no hosts. What staff can be reached by on call is in the same file, and is no part of
it.
"""

from collections.abc import Iterable, Iterator

from bot.moderation.contact import Known, contacts
from bot.moderation.links import links
from bot.moderation.plain import Plain
from bot.moderation.published import Published, as_published
from bot.moderation.shape_words import ShapeWords
from bot.program.schema import Programme

__all__ = ["published_by"]

_NOBODYS = Known(frozenset(), frozenset())


def published_by(programme: Programme, shapes: ShapeWords, addresses: Iterable[str] = ()) -> Published:
    """What ``programme`` publishes; ``addresses`` are further web addresses of its own."""
    numbers, hosts, details = set[str](), set[str](), set[str]()
    rules = [text for group in programme.groups for text in group.rules.values()]
    for text in (*_texts(programme), *addresses, *rules):
        plain = Plain.of(text, shapes)
        found = links(plain)
        for finding in contacts(plain, found, _NOBODYS, (), ()):
            start, end = finding.span
            if finding.rule == "contact/phone":
                numbers.add("".join(one for one in text[start:end] if one.isdigit()).removeprefix("1"))
            else:
                details.add(as_published(text[start:end]))
        if text in rules:
            continue  # rules also name what is not wanted; a host that is wanted stands in `allow_links`
        hosts |= {link.host for link in found if not link.leads_to(shapes.invites | shapes.profiles)}
    return Published(frozenset(numbers), frozenset(hosts), frozenset(details))


def _texts(programme: Programme) -> Iterator[str]:
    for session in programme.sessions:
        yield from (text for text in (session.title, session.where, session.link) if text)
    yield from (meeting.source for meeting in programme.meetings if "://" in meeting.source)
