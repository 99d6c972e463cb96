import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.checkins.world import World, a_world, furnish_in


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a furnished house."""
    folder = tmp_path_factory.mktemp("furnished")
    asyncio.run(furnish_in(folder))
    return folder


@pytest.fixture
async def world(furnished: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(furnished, tmp_path) as made:
        yield made
