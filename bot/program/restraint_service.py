"""Locks and slow modes of channels: which hold, and what the channels were before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.program import restraint_records as records
from bot.program.actions import ObjectRef
from bot.program.layout import ON_CALL, STAFF, ObjectKind
from bot.program.restraint_records import RestraintRow
from bot.program.restraints import RestraintCause, RestraintKind, Who, from_json, locked, to_json, unlocked
from bot.program.server import Overwrite, ServerSnapshot, TargetKind


@dataclass(frozen=True, slots=True)
class Restraint:
    """A lock or a slow mode. ``overwrites`` and ``pace`` (seconds) are what the channel was before, once that is noted.

    ``set_at`` is UTC; ``holds`` until it is lifted.
    """

    id: int
    guild_id: int
    channel_id: int
    kind: RestraintKind
    cause: RestraintCause
    seconds: int
    set_at: datetime
    holds: bool
    is_restored: bool
    overwrites: tuple[Overwrite, ...] | None
    pace: int | None


class Restraints:
    """Which channels are restrained. It changes rows only; ``bot/ui/restraints.py`` carries them out on Discord."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hold(
        self,
        session: AsyncSession,
        guild_id: int,
        channel_id: int,
        kind: RestraintKind,
        cause: RestraintCause,
        now: datetime,
        *,
        seconds: int = 0,
        occasion: str | None = None,
    ) -> tuple[Restraint, bool]:
        """Restrain a channel from ``now`` (UTC) on; False with it where it was so already.

        What quiet hours began and staff take over lasts until staff lift it.
        """
        row = await records.holding(session, channel_id, kind)
        if row is not None:
            if cause is not RestraintCause.STAFF:
                return _restraint(row), False
            changed = row.cause is not cause or row.seconds != (seconds or None)
            row.cause, row.seconds = cause, seconds or None
            return _restraint(row), changed
        row = RestraintRow(
            guild_id=guild_id,
            channel_id=channel_id,
            kind=kind,
            cause=cause,
            seconds=seconds or None,
            occasion=occasion,
            set_at=now,
        )
        for earlier in await records.unfinished(session, guild_id):
            if earlier.channel_id == channel_id and earlier.kind is kind:
                # Lifted and not given back yet: what is to be given back one day is what was there before that.
                row.before = row.before if earlier.before is None else earlier.before
                earlier.restored_at = now
        session.add(row)
        await session.flush()
        return _restraint(row), True

    async def lift(
        self,
        session: AsyncSession,
        channel_id: int,
        kind: RestraintKind,
        now: datetime,
        *,
        only: RestraintCause | None = None,
    ) -> Restraint | None:
        """Lift what holds a channel, or, with ``only``, where that is its cause; None where nothing does."""
        row = await records.holding(session, channel_id, kind)
        if row is None or (only is not None and row.cause is not only):
            return None
        row.lifted_at = now
        return _restraint(row)

    async def find(self, restraint_id: int) -> Restraint | None:
        """One restraint, as it stands."""
        async with self._database.read() as session:
            row = await records.find(session, restraint_id)
            return _restraint(row) if row is not None else None

    async def unfinished(self, guild_id: int) -> list[Restraint]:
        """Those that hold, and those that are lifted and not given back yet."""
        async with self._database.read() as session:
            return [_restraint(row) for row in await records.unfinished(session, guild_id)]

    async def of_quiet_hours(self, session: AsyncSession, guild_id: int) -> list[Restraint]:
        """What quiet hours hold at present."""
        return [_restraint(row) for row in await records.of_quiet_hours(session, guild_id)]

    async def had(self, session: AsyncSession, occasion: str) -> bool:
        """Whether this occasion has had its restraint, lifted since or not."""
        return await records.of_occasion(session, occasion) is not None

    async def note_before(self, restraint_id: int, overwrites: Sequence[Overwrite], pace: int) -> Restraint | None:
        """Note what the channel was, once: before it is touched, so that a process that dies in between loses nothing.

        None where there is nothing to note it of any more.
        """
        async with self._database.write() as session:
            row = await records.locked_row(session, restraint_id)
            if row is None:
                return None
            if row.before is None:
                row.before = to_json(overwrites) if row.kind is RestraintKind.LOCK else pace
            return _restraint(row)

    async def set_anew(
        self, guild_id: int, channel_id: int, wanted: tuple[Overwrite, ...], spared: Collection[Who]
    ) -> tuple[Overwrite, ...]:
        """What ``wanted`` comes to while the channel is locked, and what it is given back to when it no longer is.

        The new wish is noted before the channel is touched: a process that dies in between gives back that.
        """
        async with self._database.write() as session:
            lock = await records.lock_of(session, channel_id)
            if lock is None or lock.before is None:
                return wanted  # open; or locked a moment ago, and not touched yet
            lock.before = to_json(wanted)
            return locked(wanted, guild_id, spared)

    async def note_restored(self, restraint_id: int, now: datetime) -> None:
        """The channel is as it was before (or is gone)."""
        async with self._database.write() as session:
            row = await records.locked_row(session, restraint_id)
            if row is not None and row.lifted_at is not None:
                row.restored_at = row.restored_at or now

    async def note_gone(self, session: AsyncSession, restraint_id: int, now: datetime) -> None:
        """The channel was deleted: nothing of it is held or given back any more."""
        row = await records.locked_row(session, restraint_id)
        if row is not None:
            row.lifted_at, row.restored_at = row.lifted_at or now, row.restored_at or now

    async def as_without(self, actual: ServerSnapshot) -> ServerSnapshot:
        """The server as it would be if no channel of it were locked."""
        async with self._database.read() as session:
            rows = await records.unfinished(session, actual.guild_id)
        before = {
            row.channel_id: from_json(row.before) for row in rows if row.kind is RestraintKind.LOCK and row.before
        }
        if not before:
            return actual
        channels = tuple(
            replace(one, overwrites=unlocked(one.overwrites, before[one.id])) if one.id in before else one
            for one in actual.channels
        )
        return replace(actual, channels=channels)


def spared_of(ids: Mapping[ObjectRef, int], bot_id: int | None) -> set[Who]:
    """Who goes on speaking in a locked channel: staff, who is on call, and the bot, whose answers must come.

    ``ids`` are the Discord ids of the programme's objects.
    """
    roles = [ids.get(ObjectRef(ObjectKind.ROLE, key)) for key in (STAFF, ON_CALL)]
    spared = {(TargetKind.ROLE, role) for role in roles if role is not None}
    return spared | ({(TargetKind.MEMBER, bot_id)} if bot_id is not None else set())


def _restraint(row: RestraintRow) -> Restraint:
    is_lock = row.kind is RestraintKind.LOCK
    return Restraint(
        id=row.id,
        guild_id=row.guild_id,
        channel_id=row.channel_id,
        kind=row.kind,
        cause=row.cause,
        seconds=row.seconds or 0,
        set_at=row.set_at,
        holds=row.lifted_at is None,
        is_restored=row.restored_at is not None,
        overwrites=from_json(row.before) if is_lock and row.before is not None else None,
        pace=int(row.before) if not is_lock and row.before is not None else None,
    )
