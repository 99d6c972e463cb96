"""The decisions of access, row by row."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access.rules import (
    GENESIS,
    LinkState,
    Recorded,
    candidate_steps,
    digits_of,
    is_alive,
    is_local_path,
    is_token,
    row_hash,
    state_of,
    step_of,
    wait_after,
)
from bot.web.marking import pieces

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("used", "after", "state"),
    [
        (False, 0, LinkState.GOOD),
        (False, 9.99, LinkState.GOOD),
        (False, 10, LinkState.EXPIRED),
        (True, 1, LinkState.USED),
        (True, 20, LinkState.USED),
    ],
)
def test_how_a_link_stands(used: bool, after: float, state: LinkState) -> None:
    used_at = NOON if used else None
    assert state_of(used_at, NOON + minutes(10), NOON + minutes(after)) is state


@pytest.mark.parametrize(
    ("began", "seen", "alive"),
    [(0, 0, True), (29.99, 29.99, True), (30, 30, False), (479.9, 0, True), (480, 0, False), (60, 29, True)],
)
def test_how_long_a_session_lasts(began: float, seen: float, alive: bool) -> None:
    assert is_alive(NOON - minutes(began), NOON - minutes(seen), NOON) is alive


@pytest.mark.parametrize(
    ("wrong", "wait"), [(0, 0), (4, 0), (5, 5), (6, 10), (7, 20), (8, 40), (9, 60), (50, 60), (10_000, 60)]
)
def test_how_long_guessing_waits(wrong: int, wait: int) -> None:
    assert wait_after(wrong) == minutes(wait)


@pytest.mark.parametrize(
    ("last_used", "taken"),
    [(None, (0, -1, 1)), (-2, (0, -1, 1)), (-1, (0, 1)), (0, (1,)), (1, ())],
)
def test_which_codes_are_taken(last_used: int | None, taken: tuple[int, ...]) -> None:
    here = step_of(NOON)
    steps = candidate_steps(NOON, None if last_used is None else here + last_used)
    assert tuple(step - here for step in steps) == taken


@pytest.mark.parametrize(
    ("written", "digits"), [("123 456", "123456"), (" 123-456\n", "123456"), ("", ""), ("1" * 50, "1" * 12)]
)
def test_codes_as_people_type_them(written: str, digits: str) -> None:
    assert digits_of(written) == digits


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/me", True),
        ("/incident/12", True),
        ("/second-factor", True),
        ("/", True),
        ("", False),
        ("me", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/me/", False),
        ("/me?next=/x", False),
        ("/../x", False),
        ("/me\n", False),
        ("/" + "a" * 200, False),
    ],
)
def test_our_own_pages(path: str, ours: bool) -> None:
    assert is_local_path(path) is ours


@given(st.text(max_size=60))
def test_hardly_anything_is_a_token(text: str) -> None:
    assert is_token(text) == (len(text) == 43 and all(one.isascii() and (one.isalnum() or one in "-_") for one in text))


def test_a_row_s_hash_covers_every_field_and_the_former_hash() -> None:
    row = Recorded(1, NOON, "incident.viewed", "incident", "7", 8001, 9001, 700)
    changed = [
        Recorded(2, NOON, "incident.viewed", "incident", "7", 8001, 9001, 700),
        Recorded(1, NOON + timedelta(microseconds=1), "incident.viewed", "incident", "7", 8001, 9001, 700),
        Recorded(1, NOON, "contact-card.viewed", "incident", "7", 8001, 9001, 700),
        Recorded(1, NOON, "incident.viewed", "inciden", "t7", 8001, 9001, 700),
        Recorded(1, NOON, "incident.viewed", "incident", "7", 8002, 9001, 700),
        Recorded(1, NOON, "incident.viewed", "incident", "7", 8001, None, 700),
        Recorded(1, NOON, "incident.viewed", "incident", "7", 8001, 9001, None),
    ]
    hashes = {row_hash(GENESIS, one) for one in (row, *changed)} | {row_hash("1" * 64, row)}
    assert len(hashes) == len(changed) + 2


@pytest.mark.parametrize(
    ("spans", "marked"),
    [
        ([], []),
        ([(0, 3)], ["abc"]),
        ([(2, 5), (0, 3)], ["abcde"]),
        ([(0, 8), (2, 4)], ["abcdefgh"]),
        ([(0, 2), (2, 4)], ["abcd"]),
        ([(0, 2), (3, 4)], ["ab", "d"]),
        ([(6, 99)], ["gh"]),
        ([(-5, 2)], ["ab"]),
        ([(4, 4), (5, 3), (20, 30)], []),
    ],
)
def test_marks(spans: list[tuple[int, int]], marked: list[str]) -> None:
    assert [piece.text for piece in pieces("abcdefgh", spans) if piece.is_marked] == marked


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(-5, 45), st.integers(-5, 45)), max_size=8))
def test_marking_loses_no_letter_and_marks_what_it_was_told(text: str, spans: list[tuple[int, int]]) -> None:
    cut = pieces(text, spans)
    assert "".join(piece.text for piece in cut) == text
    at = 0
    for piece in cut:
        for place in range(at, at + len(piece.text)):
            assert piece.is_marked == any(start <= place < end for start, end in spans)
        at += len(piece.text)
    assert all(first.is_marked != second.is_marked for first, second in pairwise(cut))
