"""The programme service on a real database, with a server in memory."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.db import Database
from bot.errors import DiscordSetupError
from bot.program.layout import ON_CALL, WELCOME, ObjectKind, Topics, check_in_key, group_key
from bot.program.records import ProgrammeRow, ServerObjectRow, StaffGrantRow, staff_grants
from bot.program.service import ProgrammeService, Running
from bot.timing import ManualClock
from tests.program.files import TWO_GROUPS, WHOLE, programme
from tests.program.house import CHEN, GUILD, LAYOUT, RIVERA
from tests.program.memory_guild import CutShortError, MemoryGuild


async def rows(database: Database) -> list[int]:
    async with database.read() as session:
        tables = (ProgrammeRow, ServerObjectRow, StaffGrantRow)
        return [await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@pytest.fixture
def guild() -> MemoryGuild:
    return MemoryGuild([RIVERA, CHEN])


async def test_applying_sets_up_and_is_remembered(service: ProgrammeService, guild: MemoryGuild) -> None:
    report = await service.apply(programme(), guild)
    assert report.done
    assert len(report.changes) == len(report.lines()) == guild.writes == 17
    assert await service.current(GUILD) == programme()
    assert await service.object_id(GUILD, ObjectKind.CHANNEL, WELCOME) == guild.channel_named("welcome").id
    assert await service.object_id(GUILD, ObjectKind.CHANNEL, check_in_key("morning")) == (
        guild.channel_named("morning-check-in").id
    )
    assert await service.object_id(GUILD, ObjectKind.ROLE, ON_CALL) == guild.role_named("On call").id
    assert await service.object_id(GUILD, ObjectKind.CATEGORY, group_key("family")) == (
        guild.channel_named("Family evening").id
    )
    assert await service.object_id(GUILD, ObjectKind.ROLE, group_key("evening")) is None
    assert await service.object_id(GUILD + 1, ObjectKind.CHANNEL, WELCOME) is None


async def test_applying_again_changes_nothing(service: ProgrammeService, guild: MemoryGuild) -> None:
    await service.apply(programme(), guild)
    guild.writes = 0
    again = await service.apply(programme(), guild)
    assert (again.actions, again.done, guild.writes) == ((), True, 0)


async def test_a_dry_run_tells_and_does_nothing(
    service: ProgrammeService, guild: MemoryGuild, database: Database
) -> None:
    report = await service.apply(programme(), guild, dry_run=True)
    assert not report.done
    assert report.lines()[0] == "Create the role Staff, with Timeout Members."
    assert guild.writes == 0
    assert await rows(database) == [0, 0, 0]


@pytest.mark.parametrize("after_the_deed", [False, True])
@pytest.mark.parametrize("patience", range(0, 17, 2))
async def test_a_run_that_is_cut_short_goes_on_where_it_stopped(
    service: ProgrammeService, guild: MemoryGuild, patience: int, after_the_deed: bool
) -> None:
    guild.patience, guild.dies_after_the_deed = patience, after_the_deed
    with pytest.raises(CutShortError):
        await service.apply(programme(), guild)
    assert await service.current(GUILD) is None, "a programme runs once its rooms are there"
    guild.patience = None
    await service.apply(programme(), guild)
    assert len(guild.channels) == len(LAYOUT.places)
    assert len(guild.roles) == len(LAYOUT.roles) + 2
    assert (await service.apply(programme(), guild)).actions == ()
    assert await service.current(GUILD) == programme()


async def test_former_staff_lose_the_role_and_are_forgotten(
    service: ProgrammeService, guild: MemoryGuild, database: Database
) -> None:
    await service.apply(programme(), guild)
    only_rivera = TWO_GROUPS.replace('["111", "112", "113"]', '["111"]').replace('["111", "112"]', '["111"]')
    await service.apply(programme(only_rivera.replace('["113"]', "[]")), guild)
    staff = guild.role_named("Staff").id
    assert [person for person, roles in guild.members.items() if staff in roles] == [RIVERA]
    async with database.read() as session:
        assert await staff_grants(session, GUILD) == {RIVERA}


async def test_a_file_for_another_server_is_refused(service: ProgrammeService, guild: MemoryGuild) -> None:
    with pytest.raises(DiscordSetupError, match="is for server 5, not for 1000; correct `guild`"):
        await service.apply(programme(TWO_GROUPS + "guild: 5\n"), guild)
    assert guild.writes == 0


async def test_nothing_is_changed_while_a_permission_is_missing(
    service: ProgrammeService, guild: MemoryGuild, database: Database
) -> None:
    guild.members[1001].discard(1002)
    with pytest.raises(DiscordSetupError, match=r"lacks these permissions in the server: .*Manage Channels"):
        await service.apply(programme(), guild)
    report = await service.apply(programme(), guild, dry_run=True)
    assert len(report.obstacles) == 1
    assert guild.writes == 0
    assert await rows(database) == [0, 0, 0]


async def test_topics_reach_the_channels(database: Database, clock: ManualClock, guild: MemoryGuild) -> None:
    service = ProgrammeService(database, clock, Topics(on_call="Pages arrive here."))
    await service.apply(programme(), guild)
    assert guild.channel_named("on-call").topic == "Pages arrive here."


async def test_adopting_the_same_again_writes_nothing(
    service: ProgrammeService, database: Database, clock: ManualClock
) -> None:
    async def applied_at() -> object:
        async with database.read() as session:
            return await session.scalar(select(ProgrammeRow.applied_at))

    await service.adopt(programme(), GUILD)
    first = await applied_at()
    clock.advance(timedelta(hours=1))
    await service.adopt(programme(), GUILD)
    assert await applied_at() == first == clock.now() - timedelta(hours=1)
    await service.adopt(programme(WHOLE), GUILD)
    assert await applied_at() == clock.now()
    assert await service.current(GUILD) == programme(WHOLE)


async def test_each_server_has_its_programme(service: ProgrammeService) -> None:
    await service.adopt(programme(), 1)
    await service.adopt(programme(WHOLE), 2)
    assert await service.all() == (Running(1, programme()), Running(2, programme(WHOLE)))
    assert await service.current(3) is None


async def test_another_process_s_programme_is_seen(
    service: ProgrammeService, database: Database, clock: ManualClock
) -> None:
    await service.adopt(programme(), GUILD)
    assert await service.current(GUILD) == programme()
    await ProgrammeService(database, clock).adopt(programme(WHOLE), GUILD)
    assert await service.current(GUILD) == programme(WHOLE)


async def test_contacts_lie_encrypted_in_the_file(tmp_path: Path, service: ProgrammeService) -> None:
    await service.adopt(programme(WHOLE), GUILD)
    stored = b"".join((tmp_path / name).read_bytes() for name in ("handrail.db", "handrail.db-wal"))
    assert b"Riverside IOP" in stored, "the name is no secret, and shows that the row is there"
    assert b"hunter2" not in stored
