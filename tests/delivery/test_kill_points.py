"""A real process, killed at each point between claim, send and record; then another one carries on."""

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.rules import Lane, State
from tests.delivery.bench_house import Workshop
from tests.delivery.conftest import TOKEN, Street
from tests.delivery.killed_process import KILLED


async def run(folder: Path, street: Street, point: str, minutes: int) -> int:
    """Run the delivering process; it ends by itself or by its death."""
    command = [
        sys.executable,
        "-m",
        "tests.delivery.killed_process",
        str(folder),
        street.sandbox.api_base,
        TOKEN,
        point,
    ]
    process = await asyncio.create_subprocess_exec(*command, str(minutes), stderr=subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode in {0, KILLED}, said.decode()
    return process.returncode


@pytest.mark.parametrize("lane", [Lane.CRISIS, Lane.BULK])
@pytest.mark.parametrize("minutes_later", [0, 30])
@pytest.mark.parametrize("point", ["after-claim", "before-send", "after-send"])
async def test_killed_there_it_is_shown_once_in_the_end(
    workshop: Workshop, street: Street, tmp_path: Path, point: str, minutes_later: int, lane: Lane
) -> None:
    await workshop.put(workshop.draft(lane=lane, channel_id=street.channel.id))
    assert await run(tmp_path, street, point, 0) == KILLED
    assert (await workshop.row()).state == State.CLAIMED
    assert street.texts() == (["hello one"] if point == "after-send" else [])

    street.sandbox.clock.move(timedelta(minutes=minutes_later))
    assert await run(tmp_path, street, "nowhere", minutes_later) == 0
    assert street.texts() == ["hello one"]
    assert (await workshop.row()).state == State.SENT
