"""The watermark never passes a message that was not handled."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.intake.rules import Watermark


def open_mark(safe: int) -> Watermark:
    """One of which nothing is unread."""
    return Watermark(safe, unread=False)


def test_it_moves_to_the_last_message_in_one_piece() -> None:
    mark = open_mark(10)
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
    mark.caught_up(40, mark.epoch)
    assert mark.safe == 50


def test_a_resumed_session_leaves_it_where_it_was() -> None:
    mark = open_mark(10)
    mark.cut_off()
    mark.resumed()
    assert mark.safe == 10


def test_while_the_connection_is_down_it_stands() -> None:
    mark = open_mark(10)
    mark.cut_off()
    mark.begin(12)
    mark.done(12)
    assert mark.safe == 10, "11 may be among what is replayed"
    mark.resumed()
    assert mark.safe == 12


def test_a_resumed_session_does_not_end_what_catch_up_owes() -> None:
    mark = Watermark(10)
    mark.begin(20)
    mark.done(20)
    mark.cut_off()
    mark.resumed()
    assert mark.safe == 10


def test_a_reading_that_began_before_a_loss_does_not_count_after_it() -> None:
    mark = Watermark(100)
    epoch = mark.epoch
    mark.cut_off()
    mark.lost()
    mark.caught_up(110, epoch)
    mark.begin(130)
    mark.done(130)
    assert mark.safe == 100, "120 came between the two sessions"
    mark.caught_up(120, mark.epoch)
    assert mark.safe == 130


def test_catch_up_does_not_end_a_cut() -> None:
    mark = Watermark(100)
    mark.cut_off()
    mark.caught_up(110, mark.epoch)
    assert mark.safe == 100
    mark.resumed()
    assert mark.safe == 110


STEPS = st.lists(
    st.tuples(st.sampled_from(["begin", "done", "cut", "resumed", "lost", "caught up"]), st.integers(1, 40)),
    max_size=60,
)


@settings(derandomize=True, max_examples=300)
@given(STEPS)
def test_it_never_goes_back_and_never_passes_what_is_open(steps: list[tuple[str, int]]) -> None:
    mark, before, open_messages = open_mark(5), 5, set[int]()
    for step, message in steps:
        match step:
            case "begin" if message > mark.safe:
                mark.begin(message)
                open_messages.add(message)
            case "done" if message in open_messages:
                mark.done(message)
                open_messages.discard(message)
            case "cut":
                mark.cut_off()
            case "resumed":
                mark.resumed()
            case "lost":
                mark.lost()
            case "caught up":
                mark.caught_up(0, mark.epoch)
            case _:
                continue
        assert mark.safe >= before
        assert not any(message <= mark.safe for message in open_messages)
        before = mark.safe


class Channel:
    """A channel, a connection to it and a reader, in a world where every message has the next id."""

    def __init__(self) -> None:
        self.mark = Watermark(0)
        self.newest, self.handled = 0, set[int]()
        self.connected = False
        self.missed: list[int] = []
        self.reading: tuple[int, int] | None = None

    def said(self) -> None:
        self.newest += 1
        if self.connected:
            self._handle(self.newest)
        else:
            self.missed.append(self.newest)

    def cut(self) -> None:
        if self.connected:
            self.connected = False
            self.mark.cut_off()

    def resumed(self) -> None:
        if not self.connected and self.mark.cut:
            for message in self.missed:
                self._handle(message)
            self._connected()
            self.mark.resumed()

    def new_session(self) -> None:
        if not self.connected:
            self.mark.lost()
            self._connected()

    def reading_begins(self) -> None:
        self.reading = self.mark.epoch, self.newest

    def reading_ends(self) -> None:
        if self.reading is not None:
            epoch, newest = self.reading
            for message in range(self.mark.safe + 1, newest + 1):
                self._handle(message)
            self.mark.caught_up(newest, epoch)
            self.reading = None

    def _connected(self) -> None:
        self.connected = True
        self.missed.clear()

    def _handle(self, message: int) -> None:
        self.mark.begin(message)
        self.handled.add(message)
        self.mark.done(message)


@settings(derandomize=True, max_examples=500)
@given(
    st.lists(st.sampled_from(["said", "cut", "resumed", "new_session", "reading_begins", "reading_ends"]), max_size=60)
)
def test_whatever_becomes_of_the_connection_nothing_below_it_is_unheard(steps: list[str]) -> None:
    channel = Channel()
    for step in steps:
        getattr(channel, step)()
        assert set(range(1, channel.mark.safe + 1)) <= channel.handled
    channel.new_session()
    channel.reading_begins()
    channel.reading_ends()
    assert channel.mark.safe == channel.newest
