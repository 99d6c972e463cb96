"""What the programme itself tells its people, and every helpline, is nobody's contact detail."""

import pytest

from bot.content.catalogue import content_folder
from bot.content.lines import Lines
from bot.moderation.filters import Filters
from bot.moderation.judgement import Deed, Filter
from bot.moderation.publishing import published_by
from bot.moderation.settings import FilterSettings
from bot.program.file import parse_programme
from tests.program.files import TWO_GROUPS

RULED = TWO_GROUPS.replace(
    "track: iop}", 'track: iop, rules: "The clinic is at 614-555-0177. No links to casino.example.com please."}'
)

SESSIONS = """
sessions:
  - {key: one, group: morning, title: Morning group, starts: 2026-11-23T09:00, duration: 3h,
     where: "412 Birch Street, or call in on 614-555-0142; front@riverside.example", link: "https://meet.riverside.example/room/7"}
  - {key: two, group: morning, title: Open hour, starts: 2026-11-24T09:00, duration: 1h, link: "https://discord.gg/riverside"}
meetings:
  - {key: aa, kind: meeting-guide, fellowship: AA, source: "https://meetings.example.net/feed.json"}
"""
CONTACTS = '  contacts: {"111": ["twilio://AC0:secret@16145550100/16145550199"]}\n'
FILTERS = Filters.load()
PROGRAMME = parse_programme(RULED + CONTACTS + SESSIONS, "file")
SETTINGS = FilterSettings(published=published_by(PROGRAMME, FILTERS.shapes, ["https://pages.riverside.example:8443"]))


def rules(text: str) -> tuple[str, ...]:
    return FILTERS.judge(text, SETTINGS).rules


@pytest.mark.parametrize(
    "text",
    [
        "you can call in on (614) 555 0142 if the bus is late",
        "call in: 1.614.555.0142",
        "it is at 412 Birch St, I will be there",
        "mail front@riverside.example if you cannot come",
        "the room is https://meet.riverside.example/room/7",
        "we meet on https://discord.gg/riverside",
        "the list is at meetings.example.net",
        "the clinic is at 614 555 0177",
        "my private page is https://pages.riverside.example:8443/me",
    ],
)
def test_what_the_programme_publishes_stays(text: str) -> None:
    assert FILTERS.judge(text, SETTINGS).deed is Deed.OFF, rules(text)
    assert FILTERS.judge(text, FilterSettings()).deed is not Deed.OFF, "without the programme it would be found"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("call me on 614-555-0143", "contact/phone"),
        ("call me on 614-555-0199", "contact/phone"),
        ("I live at 414 Birch Street", "contact/street"),
        ("mail alex@gmail.example", "contact/email"),
        ("come to https://discord.gg/somewhere", "contact/invite"),
        ("see https://riverside.example.com", "links/host"),
        ("see casino.example.com", "links/host"),
    ],
)
def test_what_is_only_like_it_is_found(text: str, rule: str) -> None:
    assert rule in rules(text)


def test_no_helplines_number_or_page_is_found() -> None:
    for line in Lines.load(content_folder(None).joinpath("lines")).all():
        contact = line.contact
        for said in (contact.call, contact.text, contact.url):
            if said:
                judged = FILTERS.judge(f"this helped me: {said}", FilterSettings())
                found = [one for one in judged.findings if one.filter in {Filter.CONTACT, Filter.LINKS}]
                assert not found, (said, found)
