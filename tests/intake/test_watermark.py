"""The watermark never passes a message that was not handled."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.intake.rules import Watermark


def test_it_moves_to_the_last_message_in_one_piece() -> None:
    mark = Watermark(10, gap=False)
    for message in (11, 12, 13):
        mark.begin(message)
    mark.done(11)
    mark.done(13)
    assert mark.safe == 11, "12 is still being handled"
    mark.done(12)
    assert mark.safe == 13


def test_live_messages_do_not_move_it_over_a_gap() -> None:
    mark = Watermark(10)
    mark.begin(50)
    mark.done(50)
    assert mark.safe == 10, "what came between 10 and 50 was not read yet"
    mark.close_gap(40)
    assert mark.safe == 50


def test_a_resumed_session_leaves_it_where_it_was() -> None:
    mark = Watermark(10, gap=False)
    mark.open_gap()
    mark.close_gap(0)
    assert mark.safe == 10


STEPS = st.lists(st.tuples(st.sampled_from(["begin", "done", "gap", "caught up"]), st.integers(1, 40)), max_size=60)


@settings(derandomize=True, max_examples=300)
@given(STEPS)
def test_it_never_goes_back_and_never_passes_what_is_open(steps: list[tuple[str, int]]) -> None:
    mark, before, open_messages = Watermark(5, gap=False), 5, set[int]()
    for step, message in steps:
        match step:
            case "begin" if message > mark.safe:
                mark.begin(message)
                open_messages.add(message)
            case "done" if message in open_messages:
                mark.done(message)
                open_messages.discard(message)
            case "gap":
                mark.open_gap()
            case "caught up":
                mark.close_gap(0)
            case _:
                continue
        assert mark.safe >= before
        assert not any(message <= mark.safe for message in open_messages)
        before = mark.safe
