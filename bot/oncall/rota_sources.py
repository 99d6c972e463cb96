"""From the programme's file and the stored rows to rotas that answer."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from bot.db import Database
from bot.oncall import rota_records as records
from bot.oncall.rota import Handoff, Layer, Override, Rota, TimeOff, Turns, anchor_for
from bot.oncall.rota_records import ChangeKind, RotaChangeRow, RotaLayerRow
from bot.program.schema import Programme
from bot.timing import Clock, format_time, parse_time, parse_week_time


@dataclass(frozen=True)
class Change:
    """An override or a time off, as others see it."""

    id: int
    guild_id: int
    kind: ChangeKind
    person_id: int
    starts_at: datetime
    ends_at: datetime
    set_by: int
    set_at: datetime
    cancelled_by: int | None
    cancelled_at: datetime | None


@dataclass(frozen=True)
class Outlook:
    """What the rota says of one server, from some moment on."""

    guild_id: int
    programme: Programme
    rotas: Mapping[Layer, Rota]
    changes: tuple[Change, ...]
    """Overrides and times off, cancelled ones too, in the order in which they were set."""

    def handovers(self, start: datetime, end: datetime) -> list[datetime]:
        """The hand-overs at ``start`` or later and before ``end`` (UTC), since the rota is as it is now."""
        turns = self.rotas[Layer.PRIMARY].turns
        return [at for at in turns.handovers(start, end) if at > turns.anchor] if turns.people else []


class Sources:
    """Reads rotas, and settles from when turns are counted where a list has changed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def outlook(self, guild_id: int, programme: Programme, since: datetime) -> Outlook:
        """Both layers, with what was changed of them from ``since`` (UTC) on."""
        now = self._clock.now()
        async with self._database.read() as session:
            kept = await records.layers(session, guild_id)
            changes = tuple(change_of(row) for row in await records.changes(session, guild_id, since))
        settled = {layer: anchored(layer, programme, kept.get(layer), now) for layer in Layer}
        if any(made is not None for _, made in settled.values()):
            settled = await self._settle(guild_id, programme, now)
        in_force = [change for change in changes if change.cancelled_at is None]
        known = {*programme.staff, *people_paged(programme)}
        rotas = {layer: rota_of(layer, turns, in_force, known) for layer, (turns, _) in settled.items()}
        return Outlook(guild_id, programme, rotas, changes)

    async def _settle(
        self, guild_id: int, programme: Programme, now: datetime
    ) -> dict[Layer, tuple[Turns, RotaLayerRow | None]]:
        """Write it, unless another process was first: then it counts as that one wrote it."""
        settled: dict[Layer, tuple[Turns, RotaLayerRow | None]] = {}
        async with self._database.write() as session:
            for layer in Layer:
                settled[layer] = anchored(layer, programme, await records.layer(session, guild_id, layer), now)
                if (made := settled[layer][1]) is not None:
                    made.guild_id = guild_id
                    await session.merge(made)
        return settled


def rota_of(layer: Layer, turns: Turns, changes: Iterable[Change], known: Collection[int]) -> Rota:
    """A layer with what staff changed of it. Overrides are the primary's; a time off counts for both.

    An override for somebody whom the programme no longer names (``known``) has lapsed: the rota covers instead.
    """
    overrides, times_off = [], []
    for row in changes:
        if row.kind is ChangeKind.TIME_OFF:
            times_off.append(TimeOff(row.person_id, row.starts_at, row.ends_at))
        elif layer is Layer.PRIMARY and row.person_id in known:
            overrides.append(Override(row.id, row.person_id, row.starts_at, row.ends_at))
    return Rota(turns, tuple(overrides), tuple(times_off))


def anchored(
    layer: Layer, programme: Programme, kept: RotaLayerRow | None, now: datetime
) -> tuple[Turns, RotaLayerRow | None]:
    """How a layer's turns are counted, and the row to be kept where that is new.

    Whoever has the turn under way keeps it when the list or the hand-over changes, if still on the list; a list that is
    seen for the first time begins with its first. ``now`` is UTC.
    """
    said = programme.oncall.rota if layer is Layer.PRIMARY else programme.oncall.backup_rota
    people, handoff = tuple(said.people), written(said.handoff)
    if kept is not None and tuple(kept.people) == people and kept.handoff == handoff:
        return Turns(people, said.handoff, programme.zone, kept.anchor), None
    if kept is None:
        anchor = now
    else:
        earlier = Turns(tuple(kept.people), _read(kept.handoff) or said.handoff, programme.zone, kept.anchor)
        holder = earlier.person(earlier.number(now))
        anchor = anchor_for(Turns(people, said.handoff, programme.zone, now), holder, now)
    made = RotaLayerRow(layer=layer, people=list(people), handoff=handoff, anchor=anchor)
    if kept is not None:
        made.id = kept.id
    return Turns(people, said.handoff, programme.zone, anchor), made


def written(handoff: Handoff) -> str:
    """A hand-over as the programme file writes it."""
    return format_time(handoff) if isinstance(handoff, time) else str(handoff)


def _read(text: str | None) -> Handoff | None:
    if text is None:
        return None
    return parse_week_time(text) if " " in text else parse_time(text)


def people_paged(programme: Programme) -> tuple[int, ...]:
    """Everybody on a rota or the backup list, each once."""
    oncall = programme.oncall
    return tuple(dict.fromkeys((*oncall.rota.people, *oncall.backup_rota.people, *oncall.backup)))


def change_of(row: RotaChangeRow) -> Change:
    """A row as others see it."""
    return Change(**{name: getattr(row, name) for name in Change.__dataclass_fields__})
