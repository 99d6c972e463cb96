"""What may be carried out of somebody who is being looked after, and when staff are reminded."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.moderation.held_rules import softened
from bot.moderation.judgement import Deed, Filter, Finding, Judgement
from bot.moderation.places import Lately, sent_at
from bot.timing import next_reminder

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FOUR = timedelta(hours=4)


def judged(filter_: Filter, deed: Deed) -> Judgement:
    return Judgement(deed, (Finding(filter_, f"{filter_.value}/any", (0, 1)),))


@pytest.mark.parametrize(
    ("filter_", "deed", "expected"),
    [
        (Filter.FLOODING, Deed.HOLD, Deed.FLAG),
        (Filter.MEDIA, Deed.REMOVE, Deed.FLAG),
        (Filter.LINKS, Deed.HOLD, Deed.FLAG),
        (Filter.HARASSMENT, Deed.REMOVE, Deed.FLAG),
        (Filter.METHOD, Deed.HOLD, Deed.HOLD),
        (Filter.METHOD, Deed.REMOVE, Deed.HOLD),
        (Filter.CONTACT, Deed.REMOVE, Deed.HOLD),
        (Filter.NAMES, Deed.FLAG, Deed.FLAG),
        (Filter.SOURCING, Deed.HOLD, Deed.HOLD),
    ],
)
def test_of_somebody_with_an_open_incident(filter_: Filter, deed: Deed, expected: Deed) -> None:
    judgement = judged(filter_, deed)
    assert softened(judgement, lambda _: deed, is_followed=True).deed is expected
    assert softened(judgement, lambda _: deed, is_followed=False) is judgement


def test_what_is_flagged_beside_does_not_lift_what_is_held() -> None:
    deeds = {Filter.FLOODING: Deed.REMOVE, Filter.NAMES: Deed.FLAG}
    found = (Finding(Filter.FLOODING, "flooding/many", (0, 1)), Finding(Filter.NAMES, "names/any", (0, 1)))
    assert softened(Judgement(Deed.REMOVE, found), deeds.__getitem__, is_followed=True).deed is Deed.FLAG


@pytest.mark.parametrize(
    ("late", "expected"),
    [(timedelta(0), FOUR), (timedelta(hours=1), FOUR), (timedelta(days=2), timedelta(days=2))],
    ids=["on time", "an hour late", "after two days down"],
)
def test_an_outage_ends_in_one_reminder_and_not_in_twelve(late: timedelta, expected: timedelta) -> None:
    following = next_reminder(NOON, NOON + late, FOUR)
    assert following == NOON + expected
    assert NOON + late <= following <= NOON + late + FOUR


def test_lately_counts_each_message_once_whenever_it_is_heard() -> None:
    lately = Lately()
    first = int((NOON - datetime(2015, 1, 1, tzinfo=UTC)).total_seconds() * 1000) << 22
    assert sent_at(first) == NOON
    for number in (2, 0, 1, 0):
        lately.note(7, 8, first + number, "hello")
    assert len(lately.before(7, 8, first + 3).sent) == 3
    assert len(lately.before(7, 8, first + 1).sent) == 1, "what came after it does not count"
    assert not lately.before(7, 9, first + 3).sent
