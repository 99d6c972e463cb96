"""A server on loopback for each test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.stand import Stand, open_stand


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with open_stand(tmp_path) as opened:
        yield opened
