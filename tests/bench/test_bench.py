"""Each benchmark runs, and what it says was measured. How fast anything is, is for ``make bench`` to say."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest

from bot.bench import BENCHMARKS, bench
from bot.bench.figures import Figure, Table, Unit
from bot.bench.report import BEGIN, END, write
from bot.bench.rows import fill, migrated
from bot.bench.scale import TINY
from bot.db.keys import new_key, parse_keys
from bot.delivery import records
from bot.delivery.rules import Lane

IN_SECONDS = {Unit.SECONDS: 1.0, Unit.MILLISECONDS: 0.001}


@pytest.mark.parametrize("name", BENCHMARKS)
def test_it_runs_and_measures(name: str) -> None:
    began = perf_counter()
    table = BENCHMARKS[name](TINY)
    took = perf_counter() - began
    if name == "page":
        assert {len(figure.samples) for figure in table.figures} == {TINY.messages}
        assert len(set(table.figures[-1].samples)) == TINY.messages, "no two answers take the same microseconds"
    assert table.figures
    for figure in table.figures:
        if "longer" in figure.what or "more" in figure.what:
            continue  # a difference of two starts has either sign
        assert all(sample > 0 for sample in figure.samples), figure.what
        if figure.unit in IN_SECONDS:
            assert sum(figure.samples) * IN_SECONDS[figure.unit] < took, f"{figure.what} takes longer than all of it"
        if figure.unit is Unit.MEGABYTES:
            assert all(20 < sample < 2_000 for sample in figure.samples), figure.what


async def test_a_full_outbox_holds_what_it_says(tmp_path: Path) -> None:
    path, keys = tmp_path / "full.db", parse_keys(new_key())
    await fill(path, keys, 300)
    with closing(sqlite3.connect(path)) as connection:
        [found] = connection.execute("SELECT count(*), count(DISTINCT nonce), min(state), max(state) FROM deliveries")
    assert found == (300, 300, "pending", "pending")
    now = datetime.now(UTC)
    async with migrated(path, keys) as database:
        async with database.read() as session:
            nearest = await records.nearest(session)
        async with database.write() as session:
            assert await records.claim(session, Lane.BULK, 10, now) == []
            claimed = await records.claim(session, Lane.BULK, 1_000, now + timedelta(days=61))
    assert nearest is not None
    assert nearest > now + timedelta(hours=23)
    assert len(claimed) == 300
    assert {delivery.arguments["lead"] for delivery in claimed} == {"10m"}


@pytest.mark.parametrize(
    ("percentile", "value"), [(50, 50.5), (95, 95.0), (99, 99.0), (100, 100.0)], ids=["median", "p95", "p99", "most"]
)
def test_percentiles(percentile: int, value: float) -> None:
    samples = tuple(float(number) for number in range(100, 0, -1))
    assert Figure("a hundred", samples, Unit.SECONDS, percentile).value == value


def test_a_promise_is_kept_below_it_only() -> None:
    assert not Figure("start", (2.0, 2.9, 9.0), Unit.SECONDS, below=3).falls_short
    assert Figure("start", (2.0, 3.0, 3.0), Unit.SECONDS, below=3).falls_short
    assert not Figure("start", (9.0,), Unit.SECONDS, design=3).falls_short


def test_nothing_measured_is_no_figure() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        Figure("start", (), Unit.SECONDS)


def test_only_the_figures_are_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Before\n\n{BEGIN}\n\nold\n\n{END}\n\nAfter.\n")
    table = Table("Start", (Figure("First start", (1.5, 2.5), Unit.SECONDS, below=3),))
    for _ in range(2):
        write(page, "one core", [table])
    text = page.read_text()
    assert text.startswith(f"# Before\n\n{BEGIN}\n\nMeasured on one core.")
    assert text.endswith(f"{END}\n\nAfter.\n")
    assert "old" not in text
    assert text.count("| First start | 2.00 s | 1.50 to 2.50, 2 times | below 3.00 s: kept |") == 1


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("# Nothing to fill in\n")
    with pytest.raises(ValueError, match="marks"):
        write(page, "one core", [])
    assert page.read_text() == "# Nothing to fill in\n"


def test_what_cannot_be_run_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench(["series", "speed"]) == 2
    assert "no benchmark speed" in capsys.readouterr().err
    assert bench(["series"], into=tmp_path / "performance.md") == 2
    assert bench([], into=tmp_path / "performance.md") == 2
    assert bench(["series"], scale=TINY) == 0
    assert "weekly series" in capsys.readouterr().out
