"""The content that comes with Handrail, loaded once: it is immutable."""

import pytest

from bot.content import Content


@pytest.fixture(scope="session")
def content() -> Content:
    return Content.load()
