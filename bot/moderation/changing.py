"""Staff change what a group's filters do: kept, recorded with who, and in force at once.

The programme file is applied again at each start, and says what it always said; so a change outlasts a start. It ends
where the file's own word about the same setting becomes another: whoever wrote that wrote it later.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from bot.access.audit import Audit
from bot.access.rules import AuditAction
from bot.db import Database
from bot.errors import NotFoundError
from bot.moderation import setting_records as records
from bot.moderation.judgement import Deed, Filter
from bot.moderation.setting_records import FilterChangeRow
from bot.moderation.settings import (
    ALLOWED,
    REFUSED,
    FilterChange,
    FilterSettings,
    deed_setting,
    host_setting,
    said_by_file,
)
from bot.observe.logs import get_logger
from bot.program.notation import host
from bot.program.schema import Group, Programme
from bot.program.service import ProgrammeService
from bot.timing import Clock

__all__ = ["FilterChanges", "GroupFilters"]

log = get_logger(__name__)

TRIES = 2
"""Two of staff setting one thing at the same second: whoever comes second finds the first one's row, and ends it."""


@dataclass(frozen=True)
class GroupFilters:
    """A group's settings as they hold, and where each comes from: ``changes`` by setting; the rest is the file's."""

    group: Group
    settings: FilterSettings
    changes: tuple[FilterChange, ...]

    def change(self, setting: str) -> FilterChange | None:
        """What staff set of it, or None where the file (or, without a word there, the default) counts."""
        return next((one for one in self.changes if one.setting == setting), None)

    def refused(self) -> tuple[str, ...]:
        """Hosts of the file to which staff allow no links."""
        return tuple(one.host for one in self.changes if one.host is not None and one.value == REFUSED)


async def _nobody_asks() -> None:
    """Nobody keeps the settings in memory."""


class FilterChanges:
    """The use cases. ``on_changed`` is awaited after every change, so that it is in force when the answer comes."""

    def __init__(self, database: Database, clock: Clock, programmes: ProgrammeService, audit: Audit) -> None:
        self._database, self._clock, self._programmes, self._audit = database, clock, programmes, audit
        self.on_changed: Callable[[], Awaitable[None]] = _nobody_asks

    async def of(self, guild_id: int, programme: Programme) -> tuple[GroupFilters, ...]:
        """Every group's settings. Changes about which the file says something new end here, for good."""
        async with self._database.read() as session:
            every = [_change(row) for row in await records.holding(session, guild_id)]
        groups = {group.key: group for group in programme.groups}
        over = [one.id for one in every if one.group_key in groups and not _holds(one, groups[one.group_key])]
        if over:
            async with self._database.write() as session:
                await records.end(session, over, self._clock.now())
            log.info("filters.file_has_spoken", guild=guild_id, changes=over)
        kept = [one for one in every if one.id not in over]
        return tuple(
            GroupFilters(group, group.filter_settings.changed_by(mine), mine)
            for group in programme.groups
            for mine in [tuple(one for one in kept if one.group_key == group.key)]
        )

    async def set_deed(self, guild_id: int, group_key: str, filter_: Filter, deed: Deed | None, by: int) -> None:
        """Say what a filter does in a group; None gives the word back to the file.

        Raises:
            NotFoundError: where there is no such group.
        """
        await self._set(guild_id, group_key, deed_setting(filter_), deed.value if deed is not None else None, by)

    async def set_host(self, guild_id: int, group_key: str, written: str, by: int, *, allowed: bool) -> str:
        """Allow or refuse links to a host, however it is written; the host as it is kept.

        Raises:
            NotFoundError: where there is no such group, or where it is no host.
        """
        try:
            name = host(written)
        except ValueError:
            raise NotFoundError(f'"{written[:80]}" is no host; write one such as aa.org, without a path.') from None
        group = await self._group(guild_id, group_key)
        is_said = (said_by_file(host_setting(name), group.filters, group.allow_links) == ALLOWED) is allowed
        value = None if is_said else ALLOWED if allowed else REFUSED
        await self._set(guild_id, group_key, host_setting(name), value, by)
        return name

    async def _group(self, guild_id: int, group_key: str) -> Group:
        programme = await self._programmes.current(guild_id)
        group = programme.group(group_key) if programme is not None else None
        if group is None:
            raise NotFoundError("There is no such group; choose one from the list.")
        return group

    async def _set(self, guild_id: int, group_key: str, setting: str, value: str | None, by: int) -> None:
        group = await self._group(guild_id, group_key)
        for attempt in range(TRIES):
            try:
                await self._write(guild_id, group, setting, value, by)
                break
            except IntegrityError:
                if attempt + 1 == TRIES:
                    raise
        await self.on_changed()

    async def _write(self, guild_id: int, group: Group, setting: str, value: str | None, by: int) -> None:
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.locked(session, guild_id, group.key, setting)
            said = said_by_file(setting, group.filters, group.allow_links)
            if (row.value if row is not None and row.file_said == said else None) == value:
                return
            if row is not None:
                row.ended_at = now
                await session.flush()
            if value is not None:
                row = FilterChangeRow(guild_id=guild_id, group_key=group.key, setting=setting, value=value)
                row.file_said, row.changed_by, row.changed_at = said, by, now
                session.add(row)
                await session.flush()
            if row is not None:
                action = AuditAction.FILTER_SET if value is not None else AuditAction.FILTER_GIVEN_BACK
                await self._audit.note(session, action, "filter-change", row.id, actor=by, guild_id=guild_id)
        log.info("filters.changed", guild=guild_id, group=group.key, setting=setting, value=value or "the file's")


def _holds(change: FilterChange, group: Group) -> bool:
    return change.holds(group.filters, group.allow_links)


def _change(row: FilterChangeRow) -> FilterChange:
    return FilterChange(row.id, row.group_key, row.setting, row.value, row.file_said, row.changed_by, row.changed_at)
