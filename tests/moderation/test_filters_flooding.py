"""Too much at once from one person: what counts, and what does not."""

from datetime import UTC, datetime, timedelta

from bot.moderation.filters import Filters
from bot.moderation.flooding import MANY, MANY_WITHIN, SAME, SAME_WITHIN, Recent, mark
from bot.moderation.judgement import Deed, Filter
from bot.moderation.settings import FilterSettings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def rules(texts: list[str], apart: timedelta) -> list[str | None]:
    """What each text is, sent one after another."""
    found: list[str | None] = []
    recent = Recent(NOON)
    for text in texts:
        found.append(recent.rule(text))
        recent = Recent(recent.now + apart, recent.after(text))
    return found


def test_the_same_text_again_and_again_is_a_flood() -> None:
    assert rules(["buy now", "BUY  now", "buy now"], timedelta(seconds=30)) == [None, None, "flooding/same"]


def test_the_same_text_now_and_then_is_not() -> None:
    assert rules(["good morning"] * 5, SAME_WITHIN / (SAME - 1)) == [None] * 5


def test_an_image_without_words_is_no_text() -> None:
    assert rules(["", "", "", ""], timedelta(seconds=20)) == [None] * 4


def test_many_texts_in_a_short_time_are_a_flood() -> None:
    texts = [f"line {number}" for number in range(MANY)]
    assert rules(texts, timedelta(seconds=1)) == [None] * (MANY - 1) + ["flooding/many"]


def test_talking_in_short_lines_is_not() -> None:
    texts = [f"line {number}" for number in range(40)]
    assert rules(texts, MANY_WITHIN / (MANY - 1)) == [None] * 40


def test_what_is_kept_is_bounded_and_holds_no_words() -> None:
    recent = Recent(NOON)
    for number in range(500):
        recent = Recent(recent.now, recent.after(f"secret {number}"))
    assert len(recent.sent) <= MANY * 4
    assert "secret" not in repr(recent)
    assert mark("Hello  there") == mark("hello there") != mark("hello, there")


def test_it_is_one_filter_among_the_others() -> None:
    recent = Recent(NOON)
    for _ in range(SAME - 1):
        recent = Recent(recent.now, recent.after("hello all"))
    judgement = Filters.load().judge("hello all", FilterSettings(), recent=recent)
    assert (judgement.deed, judgement.filters) == (Deed.FLAG, (Filter.FLOODING,))
    assert judgement.findings[0].span == (0, len("hello all"))
    quiet = FilterSettings.of({Filter.FLOODING: Deed.OFF})
    assert Filters.load().judge("hello all", quiet, recent=recent).deed is Deed.OFF
