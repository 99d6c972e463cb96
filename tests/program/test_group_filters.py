"""What a programme file says of a group's filters."""

from bot.moderation.judgement import Deed, Filter
from bot.moderation.settings import DEFAULT_DEEDS
from bot.program.file import parse_programme
from bot.program.schema import Group, Programme
from tests.program.files import TWO_GROUPS


def morning(said: str) -> Group:
    group = parse_programme(TWO_GROUPS.replace("track: iop", f"track: iop, {said}"), "file").group("morning")
    assert group is not None
    return group


def test_what_is_not_said_stays_as_it_is_without_any_setting() -> None:
    settings = morning("filters: {sourcing: remove, contact: flag}").filter_settings
    assert settings.deed(Filter.SOURCING) is Deed.REMOVE
    assert settings.deed(Filter.CONTACT) is Deed.FLAG
    others = [filter_ for filter_ in Filter if filter_ not in {Filter.SOURCING, Filter.CONTACT}]
    assert [settings.deed(filter_) for filter_ in others] == [DEFAULT_DEEDS[filter_] for filter_ in others]
    assert morning("filters: {}").filter_settings.deed(Filter.CONTACT) is Deed.HOLD


def test_off_is_a_word_and_no_truth_value() -> None:
    assert morning("filters: {media: off, links: OFF}").filters == {Filter.MEDIA: Deed.OFF, Filter.LINKS: Deed.OFF}


def test_hosts_are_read_however_they_are_written() -> None:
    said = 'allow_links: [aa.org, "https://www.NA.org/", "*.smartrecovery.org", "http://example.co.uk"]'
    hosts = ("aa.org", "na.org", "smartrecovery.org", "example.co.uk")
    assert morning(said).allow_links == morning(said).filter_settings.allow_links == hosts


def test_they_come_back_from_the_database_as_they_were() -> None:
    text = TWO_GROUPS.replace("track: iop", "track: iop, filters: {links: hold, media: off}, allow_links: [aa.org]")
    programme = parse_programme(text, "file")
    assert Programme.from_stored(programme.to_stored()) == programme


def test_a_programme_stored_before_there_were_filters_is_read() -> None:
    stored = parse_programme(TWO_GROUPS, "file").to_stored()
    for group in stored["groups"]:
        group.pop("filters", None)
        group.pop("allow_links", None)
    assert Programme.from_stored(stored) == parse_programme(TWO_GROUPS, "file")
