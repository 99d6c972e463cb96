"""What furnishes the rooms: every kind of delivery, every planner and every door, each list in one place.

``bot/app.py`` builds the services; here stands which renderers, planners and cogs work with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from discord.ext import commands

from bot.checkins.service import CheckinPlanner, CheckinPosting, CheckinService
from bot.client import HandrailClient
from bot.cogs.checkins import Checkins
from bot.cogs.coping import Coping
from bot.cogs.crisis import Crisis
from bot.cogs.doors import Doors
from bot.cogs.lexicon import Lexicon
from bot.cogs.members import Members
from bot.cogs.oncall import OnCall
from bot.cogs.privacy import Privacy
from bot.cogs.sessions import Sessions
from bot.content import Content
from bot.coping.service import CopingService, SkillPlanner
from bot.crisis.feedback import FeedbackService
from bot.crisis.lexicon_planner import ExpiryPlanner
from bot.crisis.lexicon_service import LexiconService
from bot.crisis.service import CrisisService
from bot.db import Database
from bot.delivery.heart import Planner
from bot.delivery.service import Kind, Outbox
from bot.intake.service import Intake
from bot.members.service import MemberService
from bot.oncall.service import OnCallService
from bot.privacy.service import PrivacyService
from bot.program.service import ProgrammeService
from bot.sessions.service import SessionPlanner, SessionService
from bot.timing import Clock
from bot.ui.checkins import CheckinCard, CheckinPost, CheckinStaffLine, CheckinThread, CheckinUnpost
from bot.ui.coping import SkillPost
from bot.ui.crisis import CrisisReply, CrisisThread, StrangerCard
from bot.ui.lexicon import ProposalCard, ProposalCardEdit, TermEnding, Wordings
from bot.ui.members import GroupRole, Notice, NoticeThread, StaffLine, Told
from bot.ui.oncall import CardEdit, Cards, Line, PageCard, PageDm
from bot.ui.places import Places
from bot.ui.program import Welcome
from bot.ui.safe import Presses
from bot.ui.sessions import SessionReminder, SessionStaffLine


@dataclass(frozen=True)
class Rooms:
    """The services: for the doors, and for whoever drives the app from outside (the demo, the tests)."""

    programmes: ProgrammeService
    members: MemberService
    oncall: OnCallService
    crisis: CrisisService
    intake: Intake
    lexicon: LexiconService
    feedback: FeedbackService
    checkins: CheckinService
    posting: CheckinPosting
    coping: CopingService
    sessions: SessionService
    privacy: PrivacyService


def kinds_of(rooms: Rooms, client: HandrailClient, outbox: Outbox, content: Content) -> Iterator[Kind]:
    """Every kind of delivery."""
    programmes, members, oncall = rooms.programmes, rooms.members, rooms.oncall
    places = Places(client, programmes)
    cards = Cards(oncall, members, programmes, content)
    wordings = Wordings(content)
    yield from (
        Notice(members, programmes, outbox, content, places),
        NoticeThread(members, outbox, content, places),
        GroupRole(members, places),
        Told(members, programmes, content),
        StaffLine(members, programmes, content, places),
        CrisisReply(rooms.crisis, outbox, content, places),
        CrisisThread(rooms.crisis, outbox, content, places),
        StrangerCard(content),
        PageCard(cards, places, outbox),
        PageDm(cards),
        CardEdit(cards, client),
        Line(cards, places),
        ProposalCard(rooms.lexicon, wordings, programmes, places),
        ProposalCardEdit(rooms.lexicon, wordings, programmes, client),
        TermEnding(rooms.lexicon, wordings, programmes, places),
        CheckinCard(rooms.posting, content),
        CheckinThread(rooms.posting, content, places),
        CheckinPost(rooms.posting, content),
        CheckinStaffLine(rooms.posting, content),
        CheckinUnpost(rooms.posting, client),
        SkillPost(rooms.coping, content),
        SessionReminder(rooms.sessions, outbox, content, places),
        SessionStaffLine(rooms.sessions, content),
        Welcome(programmes, content),
    )


def planners_of(rooms: Rooms, database: Database, clock: Clock, outbox: Outbox) -> list[Planner]:
    """Whoever writes the coming days' deliveries."""
    programmes = rooms.programmes
    return [
        CheckinPlanner(database, clock, outbox, programmes),
        SkillPlanner(database, clock, outbox, programmes),
        SessionPlanner(database, clock, outbox, programmes, rooms.members),
        ExpiryPlanner(database, clock, outbox, programmes),
    ]


def cogs_of(rooms: Rooms, client: HandrailClient, content: Content, presses: Presses) -> list[commands.Cog]:
    """Every door but the one that listens. What no cog can hold, an entry of a message's own menu, joins the tree."""
    programmes, members, oncall = rooms.programmes, rooms.members, rooms.oncall
    doors = Doors(members, programmes, content)
    cards = Cards(oncall, members, programmes, content)
    lexicon = Lexicon(rooms.lexicon, rooms.feedback, members, Wordings(content), presses, doors)
    client.tree.add_command(lexicon.menu())
    return [
        Members(members, programmes, rooms.intake, content, presses, doors),
        Crisis(rooms.crisis, oncall, members, content, presses, doors),
        OnCall(oncall, members, cards, content, presses, doors),
        lexicon,
        Checkins(rooms.checkins, content, presses, doors),
        Coping(rooms.coping, members, content, presses),
        Sessions(rooms.sessions, members, content, presses, doors),
        Privacy(rooms.privacy, members, programmes, content, presses, doors),
    ]
