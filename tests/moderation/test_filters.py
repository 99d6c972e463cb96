"""What the filters find on our own labelled lines, and what they must never find.

``cases.jsonl`` holds lines of our own writing: nobody ever sent them. Each figure has a floor: a change that finds
less, or holds what is harmless, is seen here and has to be meant.
"""

from collections.abc import Sequence

import pytest

from bot.bench.filters import PEOPLE, SETTINGS, Case, Share, cases, shares
from bot.content.catalogue import content_folder
from bot.content.lines import Lines
from bot.crisis.trial import benign_lines
from bot.moderation.filters import Filters
from bot.moderation.judgement import Deed, Filter, Judgement
from bot.moderation.settings import DEFAULT_DEEDS, FilterSettings

OF_WORDS = (Filter.CONTACT, Filter.SOURCING, Filter.METHOD, Filter.HARASSMENT, Filter.NAMES, Filter.LINKS)


@pytest.fixture(scope="module")
def filters() -> Filters:
    return Filters.load()


@pytest.fixture(scope="module")
def every() -> Sequence[Case]:
    return cases()


def judged(filters: Filters, text: str, settings: FilterSettings = SETTINGS) -> Judgement:
    return filters.judge(text, settings, people=PEOPLE)


def test_there_are_as_many_harmless_lines_as_others(every: Sequence[Case]) -> None:
    assert len(every) >= 420
    assert len({case.text for case in every}) == len(every)
    for filter_ in OF_WORDS:
        assert {"en", "es"} == {case.language for case in every if filter_ in case.filters}
        assert sum(filter_ in case.filters for case in every) >= 25
    assert sum(not case.filters for case in every) * 9 >= len(every) * 4


@pytest.mark.parametrize("filter_", OF_WORDS)
def test_it_finds_no_less_than_it_did_and_holds_no_more(
    filters: Filters, every: Sequence[Case], filter_: Filter
) -> None:
    share: Share = shares(filters, every)[filter_]
    # A name in a sentence of its own, or with a sign for a letter, is beyond the filter of names: three of 53 lines.
    assert share.recall >= (0.94 if filter_ is Filter.NAMES else 0.97)
    assert share.precision >= 0.98


def test_harmless_talk_passes(filters: Filters) -> None:
    """The 2,200 harmless lines that come with the crisis lexicon, which others wrote for another purpose."""
    found = [line for line in benign_lines() if judged(filters, line).deed is not Deed.OFF]
    assert found == []


def test_helplines_are_never_held(filters: Filters) -> None:
    every = Lines.load(content_folder().joinpath("lines")).all()
    assert every
    for line in every:
        for said in (line.contact.call, line.contact.text, line.contact.url, line.en.how, line.es.how):
            if said:
                for text in (said, f"call {said} now", f"llama al {said}", f"{said}. Please. I'm worried."):
                    assert judged(filters, text).deed is Deed.OFF, line.key


@pytest.mark.parametrize(
    "text",
    [
        "call 988 or 911",
        "+1 800 662 4357",
        "1.800.662.4357",
        "eight hundred, six six two, four three five seven",
        "https://www.988lifeline.org/chat/",
    ],
)
def test_nor_is_a_helpline_written_another_way(filters: Filters, text: str) -> None:
    assert judged(filters, text).deed is Deed.OFF


def test_a_number_beside_a_helplines_is_still_found(filters: Filters) -> None:
    found = judged(filters, "988 or me, 614 555 0142").findings
    assert [finding.rule for finding in found] == ["contact/phone"]


def test_skilled_is_not_killed(filters: Filters) -> None:
    for text in ("I am skilled", "so skilled at this", "skilled yourself up?", "unskilled work", "deskilled"):
        assert judged(filters, text).deed is Deed.OFF
    assert judged(filters, "go kill yourself").filters == (Filter.HARASSMENT,)


@pytest.mark.parametrize(
    "name", ["Scunthorpe", "Penistone", "Cockermouth", "Essex", "Dickinson", "Clitheroe", "Arsenal"]
)
def test_a_name_that_holds_a_rude_word_is_no_insult(filters: Filters, name: str) -> None:
    assert judged(filters, f"you're from {name}").deed is Deed.OFF
    assert judged(filters, name).deed is Deed.OFF


@pytest.mark.parametrize("mark", ["'", "’", "‘", "ʼ", "´", "＇", ""])
def test_an_apostrophe_of_any_shape_defeats_no_filter(filters: Filters, mark: str) -> None:
    assert judged(filters, f"you{mark}re such an idiot").filters == (Filter.HARASSMENT,)
    assert judged(filters, f"who{mark}s got the percs").filters == (Filter.SOURCING,)
    assert judged(filters, f"Bea{mark}s back in detox").filters == (Filter.NAMES,)


@pytest.mark.parametrize(
    "text",
    [
        "p e r c s for sale",
        "who’s selling p3rcs",
        "ѕelling реrсs",
        "sel\u200bling percs",
        "**selling** ||percs||",
        "ＳＥＬＬＩＮＧ percs",
    ],
)
def test_nor_does_evasive_spelling(filters: Filters, text: str) -> None:
    assert Filter.SOURCING in judged(filters, text).filters


def test_every_finding_names_its_rule_and_place(filters: Filters) -> None:
    text = "ok 👍🏽 so… my number is 614 555 0142, and you’re such an idiot"
    found = {finding.rule: text[slice(*finding.span)] for finding in judged(filters, text).findings}
    assert found == {"contact/phone": "614 555 0142", "en/insult": "you’re such an idiot"}
    assert filters.about("en/insult")
    assert filters.about("contact/phone") is None


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_rule_is_explained_and_found_by_some_line(filters: Filters, every: Sequence[Case], language: str) -> None:
    fired = {rule for case in every for rule in judged(filters, case.text).rules}
    mine = [rule for rule in filters.wording.rules if rule.key.startswith(f"{language}/")]
    assert mine
    for rule in mine:
        assert rule.about.endswith(".")
        assert rule.key in fired, rule.key


def test_what_happens_is_what_the_gravest_filter_says(filters: Filters) -> None:
    text = "my number is 614 555 0142, who’s got the percs"
    assert judged(filters, text, FilterSettings()).deed is Deed.HOLD
    gone = FilterSettings.of({Filter.SOURCING: Deed.REMOVE})
    assert judged(filters, text, gone).deed is Deed.REMOVE
    assert judged(filters, text, gone).filters == (Filter.SOURCING, Filter.CONTACT)
    quiet = FilterSettings.of({Filter.SOURCING: Deed.OFF, Filter.CONTACT: Deed.FLAG})
    assert judged(filters, text, quiet).deed is Deed.FLAG
    assert judged(filters, text, quiet).filters == (Filter.CONTACT,)
    off = FilterSettings.of(dict.fromkeys(Filter, Deed.OFF))
    assert judged(filters, text, off) == Judgement(Deed.OFF)


def test_without_any_setting_contact_details_are_held_and_the_rest_is_flagged() -> None:
    assert DEFAULT_DEEDS[Filter.CONTACT] is Deed.HOLD
    assert {deed for filter_, deed in DEFAULT_DEEDS.items() if filter_ is not Filter.CONTACT} == {Deed.FLAG}
    assert set(DEFAULT_DEEDS) == set(Filter)
    assert Deed.OFF < Deed.FLAG < Deed.HOLD < Deed.REMOVE


def test_a_name_counts_only_where_somebody_goes_by_it(filters: Filters) -> None:
    settings = FilterSettings()
    text = "Okafor is in rehab"
    assert filters.judge(text, settings).deed is Deed.OFF
    assert filters.judge(text, settings, people=["Okafor"]).filters == (Filter.NAMES,)
    assert filters.judge("hope is in rehab of all places", settings, people=["Hope"]).deed is Deed.OFF
    assert filters.judge("so Hope is in rehab", settings, people=["Hope"]).filters == (Filter.NAMES,)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("https://aa.org", True),
        ("https://www.aa.org/find-aa?x=1#y", True),
        ("https://meetings.aa.org", True),
        ("<https://aa.org/x>", True),
        ("https://AA.org/", True),
        ("https://aa.org:443/x", True),
        ("https://aa.org.example.com", False),
        ("https://notaa.org", False),
        ("https://aa.org@example.com/", False),
        ("https://example.com/aa.org", False),
        ("https://аа.org", False),
        ("[aa.org](https://example.com)", False),
        ("aa dot org", True),
        ("example dot com", False),
    ],
)
def test_a_link_is_allowed_by_its_host_alone(filters: Filters, text: str, *, allowed: bool) -> None:
    assert (Filter.LINKS not in judged(filters, text).filters) is allowed


def test_media_is_told_by_its_kind_and_needs_no_words(filters: Filters) -> None:
    found = filters.judge("", FilterSettings(), attachments=["image/png", "image/gif", "audio/ogg", "", "text/plain"])
    assert found.deed is Deed.FLAG
    assert found.rules == ("media/audio", "media/file", "media/image")
    off = FilterSettings.of({Filter.MEDIA: Deed.OFF})
    assert filters.judge("", off, attachments=["image/png"]).deed is Deed.OFF


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\x00", "𝓱𝓲", "\ud800", "@", "#", "<@", "://", "a@", "+"])
def test_nothing_it_is_given_breaks_it(filters: Filters, text: str) -> None:
    assert judged(filters, text).deed is Deed.OFF
