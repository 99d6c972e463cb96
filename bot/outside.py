"""The outside roads, joined together: their services, what goes down them, their door. ``bot/app.py`` builds one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import discord

from bot.cogs.doors import Doors
from bot.cogs.drill import Drill
from bot.content import Content
from bot.db import Database
from bot.delivery.service import Kind, Outbox
from bot.intake.service import Intake
from bot.members.service import MemberService
from bot.oncall.by_hand import ByHand
from bot.oncall.drill import DrillReminder, Drills
from bot.oncall.reach import Reach
from bot.oncall.service import OnCallService
from bot.program.service import ProgrammeService
from bot.roads.service import RoadBook, RoadService
from bot.timing import Clock
from bot.ui.drill import DrillCard, DrillCards, DrillDm, DrillEdit, DrillReminderLine, DrillReported, DrillRoad
from bot.ui.roads import OutsideRoad, RoadUpdate, RoadWords
from bot.ui.safe import Presses


@dataclass(frozen=True)
class Outside:
    """Every road that does not lead over Discord, the drills that try them, and paging by hand."""

    reach: Reach
    drills: Drills
    by_hand: ByHand
    reminder: DrillReminder
    oncall: OnCallService
    programmes: ProgrammeService

    @classmethod
    def build(
        cls,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
        oncall: OnCallService,
    ) -> "Outside":
        """Build them, and have pages go by them; the rota asks them whom it reaches."""
        reach = Reach(database, outbox, programmes, RoadService(), RoadBook(database))
        reach.is_there = lambda guild_id, person: oncall.rota.is_there(guild_id, person)  # noqa: PLW0108  # set later
        oncall.rota.reaches = reach.reaches
        oncall.open_outside(reach)
        return cls(
            reach=reach,
            drills=Drills(database, clock, outbox, programmes, members, reach),
            by_hand=ByHand(database, members, oncall),
            reminder=DrillReminder(database, clock, outbox, programmes),
            oncall=oncall,
            programmes=programmes,
        )

    def watch(self, discord_is_failing: Callable[[], bool]) -> None:
        """Ask ``discord_is_failing`` whether to wait for Discord."""
        self.reach.discord_is_failing = discord_is_failing

    def kinds(self, client: discord.Client, content: Content) -> Iterator[Kind]:
        """Every kind of delivery."""
        words = RoadWords(self.programmes, content)
        cards = DrillCards(self.drills, words)
        yield from (
            OutsideRoad(self.oncall, self.reach, words),
            RoadUpdate(self.oncall, self.reach, words),
            DrillDm(self.drills, words),
            DrillRoad(self.drills, self.reach, words),
            DrillCard(cards),
            DrillEdit(cards, client),
            DrillReported(cards),
            DrillReminderLine(words),
        )

    def door(self, content: Content, members: MemberService, intake: Intake, presses: Presses, doors: Doors) -> Drill:
        """The commands and buttons."""
        cards = DrillCards(self.drills, RoadWords(self.programmes, content))
        return Drill(cards, self.by_hand, members, intake, presses, doors)
