"""Puts the tables of one run into the page that shows them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bot.bench.figures import Table

PAGE: Final = Path("docs/performance.md")
BEGIN: Final = "<!-- figures: written by `python -m bot bench --write` -->"
END: Final = "<!-- end of figures -->"


def write(page: Path, conditions: str, tables: Sequence[Table]) -> None:
    """Replace what stands between the two marks. Raises ValueError where a mark is missing: the page is left alone."""
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page} has lost the marks between which the figures stand")
    figures = "\n\n".join([f"Measured on {conditions}.", *(table.markdown() for table in tables)])
    page.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}", encoding="utf-8")
