"""Order in the groups, joined together: cases, locked channels, quiet hours and the groups' rules.

``bot/app.py`` builds one; ``bot/furnishing.py`` asks it for its kinds of delivery, its planners and its doors.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import discord
from discord.ext import commands

from bot.access.service import AccessService
from bot.cases.quiet_hours import QuietHoursPlanner
from bot.cases.service import CaseService
from bot.cogs.cases import Cases
from bot.cogs.doors import Doors
from bot.cogs.house_rules import HouseRulesDoor
from bot.content import Content
from bot.db import Database
from bot.delivery.heart import Planner
from bot.delivery.service import Kind, Outbox
from bot.house_rules.service import HouseRules
from bot.intake.service import Intake
from bot.members.service import MemberService
from bot.oncall.service import OnCallService
from bot.program.service import ProgrammeService
from bot.timing import Clock
from bot.ui.cases import CaseWords
from bot.ui.cases_carried_out import CaseLine, CaseTimeout, CaseTold
from bot.ui.house_rules import RulesAsk, RulesWords
from bot.ui.places import Places
from bot.ui.private_word import WordThread
from bot.ui.restraints import ChannelLine, ChannelRestraint, QuietTurn
from bot.ui.safe import Presses


@dataclass(frozen=True)
class Order:
    """The services that keep order."""

    cases: CaseService
    rules: HouseRules
    quiet: QuietHoursPlanner
    members: MemberService
    programmes: ProgrammeService
    oncall: OnCallService
    clock: Clock

    @classmethod
    def build(
        cls,
        database: Database,
        clock: Clock,
        content: Content,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
        oncall: OnCallService,
        access: AccessService,
    ) -> "Order":
        """Build them."""
        cases = CaseService(database, clock, content, outbox, programmes, members, oncall, access)
        return cls(
            cases=cases,
            rules=HouseRules(database, clock, content, outbox, programmes, members),
            quiet=QuietHoursPlanner(database, clock, outbox, programmes, members, oncall, cases.channels),
            members=members,
            programmes=programmes,
            oncall=oncall,
            clock=clock,
        )

    @property
    def planners(self) -> tuple[Planner, ...]:
        """Whoever writes the coming days' deliveries."""
        return self.cases.lifting, self.rules, self.quiet

    def kinds(self, client: discord.Client, outbox: Outbox, content: Content, places: Places) -> Iterator[Kind]:
        """Every kind of delivery. From here on it is known, too, who owns a server."""

        def owner(guild_id: int) -> int | None:
            guild = client.get_guild(guild_id)
            return guild.owner_id if guild is not None else None

        self.members.operator_of = owner
        words, channels = self.words(content), self.cases.channels
        told = CaseTold(words, outbox, places)
        ask = RulesAsk(self.rules, self.members, outbox, places, RulesWords(content))
        yield from (
            CaseTimeout(self.cases, client),
            told,
            WordThread(told, self.members, outbox, content, places),
            CaseLine(words),
            ask,
            WordThread(ask, self.members, outbox, content, places),
            ChannelRestraint(client, places, channels, outbox, self.clock),
            ChannelLine(channels, self.programmes, content),
            QuietTurn(self.quiet),
        )

    def doors(self, content: Content, intake: Intake, presses: Presses, doors: Doors) -> list[commands.Cog]:
        """The commands and buttons."""
        return [
            Cases(self.words(content), self.members, self.programmes, intake, doors),
            HouseRulesDoor(self.rules, self.members, RulesWords(content), presses, doors),
        ]

    def words(self, content: Content) -> CaseWords:
        """The words of cases; a discharge that has to wait is told in them, too."""
        return CaseWords(self.cases, self.rules, self.members, self.programmes, self.oncall, content)
