"""A server in memory, and the programme's memory of it."""

import asyncio
from dataclasses import dataclass, field

from bot.program.actions import Action, ObjectRef
from bot.program.layout import Layout, Topics, desired_layout
from bot.program.permissions import NOTHING, Permission
from bot.program.rules import Known, Plan, plan
from bot.program.server import Overwrite, TargetKind
from bot.program.work import Work
from tests.program.files import programme
from tests.program.memory_guild import GUILD, MemoryGuild

P = Permission
RIVERA, CHEN, OKAFOR, STRANGER = 111, 112, 113, 900
LAYOUT = desired_layout(programme(), Topics(welcome="Start here."))

__all__ = ["CHEN", "GUILD", "LAYOUT", "OKAFOR", "RIVERA", "STRANGER", "House", "Notebook", "P"]


@dataclass
class Notebook:
    """A memory in memory."""

    ids: dict[ObjectRef, int] = field(default_factory=dict)
    granted: set[int] = field(default_factory=set)

    async def remember_object(self, ref: ObjectRef, discord_id: int) -> None:
        self.ids[ref] = discord_id

    async def remember_grant(self, person: int) -> None:
        self.granted.add(person)

    async def restrained(self, channel_id: int, wanted: tuple[Overwrite, ...]) -> tuple[Overwrite, ...]:
        del channel_id  # none is locked here
        return wanted


@dataclass
class House:
    """A server with the programme's memory of it."""

    guild: MemoryGuild = field(default_factory=lambda: MemoryGuild([RIVERA, CHEN, STRANGER]))
    memory: Notebook = field(default_factory=Notebook)

    def plan(self, layout: Layout = LAYOUT) -> Plan:
        known = Known(dict(self.memory.ids), frozenset(self.memory.granted))
        return plan(layout, self.guild.seen(layout.staff | known.granted), known)

    def apply(self, layout: Layout = LAYOUT) -> tuple[Action, ...]:
        planned = self.plan(layout)
        seen = self.guild.seen(layout.staff)
        asyncio.run(Work(self.guild, seen, planned, self.memory).carry_out())
        return planned.actions

    def overwrites(self, name: str) -> dict[int, Overwrite]:
        return {each.target: each for each in self.guild.channel_named(name).overwrites}

    def allow(self, name: str, target: int, allow: P, deny: P = NOTHING, *, member: bool = False) -> None:
        kind = TargetKind.MEMBER if member else TargetKind.ROLE
        others = [each for each in self.guild.channel_named(name).overwrites if each.target != target]
        channel = self.guild.channel_named(name).id
        self.guild.set_overwrites(channel, [*others, Overwrite(kind, target, allow, deny)])
