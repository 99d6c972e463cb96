"""What furnishes the rooms: every kind of delivery, every planner and every door, each list in one place.

``bot/app.py`` builds the services; here stands which renderers, planners and cogs work with them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from discord.ext import commands
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.service import AccessService
from bot.checkins.service import POST, CheckinPlanner, CheckinPosting, CheckinService, Placed
from bot.client import HandrailClient
from bot.cogs.checkin_desk import CheckinDesk
from bot.cogs.checkin_habits import CheckinHabits
from bot.cogs.checkins import Checkins
from bot.cogs.coping import Coping
from bot.cogs.crisis import Crisis
from bot.cogs.doors import Doors
from bot.cogs.incidents import Incidents
from bot.cogs.lexicon import Lexicon
from bot.cogs.members import Members
from bot.cogs.mod_filters import ModFilters
from bot.cogs.moderation import Moderation
from bot.cogs.privacy import Privacy
from bot.cogs.private import Private
from bot.cogs.reports import Reports
from bot.cogs.rota import Rota
from bot.cogs.sessions import Sessions
from bot.cogs.shares import Shares
from bot.cogs.tickets import Tickets
from bot.contact_cards.service import ContactCardService
from bot.content import Content
from bot.coping.service import CopingService, SkillPlanner
from bot.crisis.feedback import FeedbackService
from bot.crisis.lexicon_planner import ExpiryPlanner
from bot.crisis.lexicon_service import LexiconService
from bot.crisis.service import CrisisService
from bot.db import Database
from bot.delivery.heart import Due, Heart, Planner
from bot.delivery.service import Kind, Outbox
from bot.intake.service import Intake
from bot.members.service import MemberService
from bot.moderation.judgement import Deed
from bot.moderation.service import ModerationService, Seen
from bot.oncall.rota_planner import RotaPlanner
from bot.oncall.service import OnCallService
from bot.order import Order
from bot.outside import Outside
from bot.privacy.service import PrivacyService
from bot.program.service import ProgrammeService
from bot.sessions.service import SessionPlanner, SessionService
from bot.shares.service import ShareService
from bot.tickets.service import TicketService
from bot.timing import Clock
from bot.ui.checkin_rounds import CheckinClosing, CheckinNudge, CheckinRoll, StaffLineGone, StaffTask, StaffTaskDone
from bot.ui.checkins import CheckinCard, CheckinPost, CheckinStaffLine, CheckinThread, CheckinUnpost
from bot.ui.coping import SkillPost
from bot.ui.crisis import CrisisReply, CrisisThread, StrangerCard
from bot.ui.gate import Gate
from bot.ui.incident_lines import CardEdit, FollowUpCard, FollowUpDone, Handed, Line, UnreadCard
from bot.ui.lexicon import ProposalCard, ProposalCardEdit, TermEnding, Wordings
from bot.ui.members import GroupRole, Notice, NoticeThread, StaffLine, Told
from bot.ui.moderation import CardGone, FlagCard, HeldCard, HeldCardEdit, HeldCards, ModerationLine
from bot.ui.moderation_author import HeldPost, HeldTold, HeldToldThread, HeldUnpost
from bot.ui.moderation_hiding import HeldHide, Hiding
from bot.ui.moderation_reports import ReportCard, ReportCardEdit, ReportCards, ReportThread
from bot.ui.names import name_of
from bot.ui.native_rules import NativeLook
from bot.ui.on_call_role import RoleOnCall
from bot.ui.oncall import Cards, PageCard, PageDm
from bot.ui.places import Places
from bot.ui.presence import Presence
from bot.ui.program import Welcome
from bot.ui.rota import AbsenteeNotice, ChangeLine, GapNotice, HandOver, RotaWords
from bot.ui.safe import Presses
from bot.ui.sessions import SessionReminder, SessionStaffLine
from bot.ui.shares import SealCard, SealCardEdit, ShareCard, ShareCardEdit, ShareCards, ShareLine
from bot.ui.shares_author import ShareNews, SharePost, ShareUnpost, ShareWords
from bot.ui.tickets import (
    TicketCard,
    TicketCardEdit,
    TicketCardGone,
    TicketCards,
    TicketLine,
    TicketThread,
    TicketThreadGone,
    TicketWord,
)
from bot.ui.watch import WatchLine
from bot.web.application import PrivatePages
from bot.web.furnishing import private_pages
from bot.web.road_links import RoadLinks

LISTEN_EVERY = timedelta(minutes=1)  # where the port of the private pages was taken
SWEEP_EVERY = timedelta(hours=1)


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
    access: AccessService
    contact_cards: ContactCardService
    outside: Outside
    moderation: ModerationService
    tickets: TicketService
    shares: ShareService
    order: Order


def kinds_of(rooms: Rooms, client: HandrailClient, outbox: Outbox, content: Content) -> Iterator[Kind]:
    """Every kind of delivery."""
    programmes, members, oncall = rooms.programmes, rooms.members, rooms.oncall
    places = Places(client, programmes)
    _join_checkins(rooms)
    cards = Cards(oncall, members, programmes, content)
    wordings = Wordings(content)
    rota = RotaWords(oncall.rota, programmes, content)
    yield from (
        Notice(members, programmes, outbox, content, places),
        NoticeThread(members, outbox, content, places),
        GroupRole(members, outbox, places),
        Told(members, programmes, content),
        StaffLine(members, programmes, content, places),
        CrisisReply(rooms.crisis, outbox, content, places),
        CrisisThread(rooms.crisis, outbox, content, places),
        StrangerCard(content),
        PageCard(cards, places, outbox),
        PageDm(cards),
        WatchLine(programmes, content, places),
        CardEdit(cards, client),
        Line(cards, places),
        Handed(cards),
        UnreadCard(cards, oncall, places),
        FollowUpCard(cards, oncall, places),
        FollowUpDone(cards, client),
        HandOver(rota, places, outbox, oncall),
        GapNotice(rota, places, outbox),
        AbsenteeNotice(rota, places, outbox),
        ChangeLine(rota, places, outbox),
        RoleOnCall(oncall.role, places),
        ProposalCard(rooms.lexicon, wordings, programmes, places),
        ProposalCardEdit(rooms.lexicon, wordings, programmes, client),
        TermEnding(rooms.lexicon, wordings, programmes, places),
        CheckinCard(rooms.posting, content),
        CheckinThread(rooms.posting, content, places),
        CheckinPost(rooms.posting, content),
        CheckinStaffLine(rooms.posting, content),
        CheckinUnpost(rooms.posting, client),
        CheckinClosing(rooms.posting, content, client),
        CheckinRoll(rooms.posting, content),
        CheckinNudge(rooms.posting, content),
        StaffTask(rooms.posting, content, places),
        StaffTaskDone(rooms.posting, content, client),
        StaffLineGone(rooms.posting, content, client),
        SkillPost(rooms.coping, content),
        SessionReminder(rooms.sessions, outbox, content, places),
        SessionStaffLine(rooms.sessions, content),
        Welcome(programmes, content),
    )
    yield from rooms.outside.kinds(client, content)
    yield from _moderation_kinds(rooms, client, outbox, content, places)
    yield from _ticket_kinds(rooms, client, content, places)
    yield from _share_kinds(rooms, client, content)
    yield from rooms.order.kinds(client, outbox, content, places)


def _join_checkins(rooms: Rooms) -> None:
    """Let check-ins ask whoever moderates, and whoever knows of incidents."""

    async def held_for(guild_id: int, group_key: str, user_id: int, words: str) -> tuple[str, ...]:
        judgement = await rooms.moderation.judge_words(guild_id, group_key, user_id, words)
        return tuple(one.value for one in judgement.filters) if judgement.deed >= Deed.HOLD else ()

    async def placed(session: AsyncSession, what: Placed) -> None:
        seen = Seen(what.guild_id, what.user_id, what.group_key, what.channel_id, what.message_id or 0, what.words)
        kept_back = what.answer_id if what.message_id is None else 0
        await rooms.moderation.placed(session, seen, f"answer:{what.answer_id}:{what.revision}", answer=kept_back)

    async def author_of(session: AsyncSession, arguments: Mapping[str, str | int | None]) -> int | None:
        return await rooms.posting.author_of(session, int(arguments["answer"] or 0))

    rooms.checkins.held_for, rooms.posting.on_placed = held_for, placed
    rooms.moderation.reports.authors[POST] = author_of
    rooms.posting.nudges.is_in_care = rooms.oncall.is_followed


def _moderation_kinds(
    rooms: Rooms, client: HandrailClient, outbox: Outbox, content: Content, places: Places
) -> Iterator[Kind]:
    moderation, members, hiding = rooms.moderation, rooms.members, Hiding(client)
    moderation.held.hide, moderation.held.files.fetch = hiding.at_once, hiding.fetch
    moderation.places.own_addresses = (str(rooms.access.base_url),) if rooms.access.base_url is not None else ()
    held, reports = HeldCards(moderation, content), ReportCards(moderation, content)
    yield from (
        HeldHide(moderation, hiding),
        NativeLook(moderation, client, content, client.numbers),
        HeldCard(held),
        HeldCardEdit(held, client),
        CardGone(held, client),
        FlagCard(held),
        ModerationLine(held),
        HeldTold(held, members, outbox, content, places, client.numbers),
        HeldToldThread(held, members, outbox, content, places),
        HeldPost(held),
        HeldUnpost(hiding),
        ReportCard(reports),
        ReportCardEdit(reports, client),
        ReportThread(reports, places),
    )


def _ticket_kinds(rooms: Rooms, client: HandrailClient, content: Content, places: Places) -> Iterator[Kind]:
    rooms.intake.third = rooms.tickets.third
    cards = TicketCards(rooms.tickets, content)
    yield from (
        TicketCard(cards),
        TicketCardEdit(cards, client),
        TicketCardGone(cards, client),
        TicketLine(cards, client),
        TicketThread(cards, places),
        TicketThreadGone(client),
        TicketWord(cards, client),
    )


def _share_words(rooms: Rooms, content: Content) -> ShareWords:
    cards = ShareCards(rooms.shares, HeldCards(rooms.moderation, content), content)
    return ShareWords(cards, content)


def _share_kinds(rooms: Rooms, client: HandrailClient, content: Content) -> Iterator[Kind]:
    rooms.privacy.also(rooms.shares)
    words = _share_words(rooms, content)
    cards = words.cards
    yield from (
        ShareCard(cards),
        ShareCardEdit(cards, client),
        SealCard(cards),
        SealCardEdit(cards, client),
        ShareLine(cards),
        ShareNews(words, client, rooms.members.dms, client.numbers),
        SharePost(words),
        ShareUnpost(Hiding(client)),
    )


def dues_of(rooms: Rooms) -> list[Due]:
    """Whatever falls due by a row of its own, pages first."""
    return [rooms.oncall, rooms.feedback, rooms.moderation, rooms.tickets, rooms.shares]


def planners_of(rooms: Rooms, database: Database, clock: Clock, outbox: Outbox) -> list[Planner]:
    """Whoever writes the coming days' deliveries."""
    programmes = rooms.programmes
    return [
        CheckinPlanner(database, clock, outbox, programmes),
        SkillPlanner(database, clock, outbox, programmes),
        SessionPlanner(database, clock, outbox, programmes, rooms.members),
        ExpiryPlanner(database, clock, outbox, programmes),
        RotaPlanner(database, clock, outbox, programmes, rooms.oncall.rota),
        rooms.oncall.role,
        rooms.outside.reminder,
        rooms.moderation,
        rooms.tickets,
        rooms.shares,
        *rooms.order.planners,
    ]


def pages_of(rooms: Rooms, client: HandrailClient, heart: Heart, clock: Clock, content: Content) -> PrivatePages:
    """The private pages with all their doors. Where they have an address, cards and roads get links to them."""
    access, outside = rooms.access, rooms.outside
    if access.is_offered:
        links = RoadLinks(access, rooms.oncall, rooms.members)
        rooms.oncall.links = access.link
        outside.reach.ack_links, outside.drills.links = links.acknowledge, links.arrived
    pages = private_pages(
        clock=clock,
        content=content,
        access=access,
        cards=rooms.contact_cards,
        oncall=rooms.oncall,
        members=rooms.members,
        programmes=rooms.programmes,
        tickets=rooms.tickets,
        intake=rooms.intake,
        cases=rooms.order.cases,
        shares=rooms.shares,
        ask_name=partial(name_of, client),
        arrived=outside.drills.confirm,
    )
    heart.also("private pages", pages.keep_listening, LISTEN_EVERY)
    heart.also("links", access.sweep, SWEEP_EVERY)
    return pages


def presence_of(rooms: Rooms, client: HandrailClient, clock: Clock, on_changed: Callable[[], None]) -> Presence:
    """Who is in which server, for the rota; ``on_changed`` is told whatever may open or close a gap in it."""
    presence = Presence(client.http, clock)
    presence.on_changed = on_changed
    rooms.oncall.rota.is_there, rooms.oncall.rota.on_changed = presence.is_there, on_changed
    return presence


def cogs_of(
    rooms: Rooms, client: HandrailClient, content: Content, presses: Presses, clock: Clock
) -> list[commands.Cog]:
    """Every door but the one that listens. What no cog can hold, an entry of a message's own menu, joins the tree."""
    programmes, members, oncall = rooms.programmes, rooms.members, rooms.oncall
    doors, gate = Doors(members, programmes, content), Gate(members, programmes)
    presses.gate, client.gate = gate.press, gate.command
    cards = Cards(oncall, members, programmes, content)
    lexicon = Lexicon(rooms.lexicon, rooms.feedback, members, Wordings(content), presses, doors)
    client.tree.add_command(lexicon.menu())
    crisis = Crisis(rooms.crisis, rooms.intake, oncall, members, content, presses, doors)
    crisis.author_behind = rooms.moderation.reports.author_behind
    crisis.worried_by_sealed = rooms.shares.worried
    client.tree.add_command(crisis.menu())
    reports = Reports(rooms.moderation, rooms.intake, members, client, content, presses, doors)
    reports.worried_by_sealed = rooms.shares.worried
    client.tree.add_command(reports.menu())
    moderation, shares = Moderation(rooms.moderation, members, content, presses, doors), _share_words(rooms, content)
    moderation.also_waiting = shares.cards.waiting
    return [
        Members(members, programmes, rooms.intake, content, presses, doors, rooms.order.words(content)),
        crisis,
        Rota(oncall.rota, members, programmes, RotaWords(oncall.rota, programmes, content), clock, presses, doors),
        Incidents(oncall, members, cards, presses, doors),
        rooms.outside.door(content, members, rooms.intake, presses, doors),
        lexicon,
        Checkins(rooms.checkins, rooms.coping, content, presses, doors),
        CheckinDesk(rooms.posting, content, presses, doors),
        CheckinHabits(rooms.checkins.habits, rooms.intake, content, presses),
        Coping(rooms.coping, members, content, presses),
        Sessions(rooms.sessions, members, content, presses, doors),
        Privacy(rooms.privacy, members, programmes, content, presses, doors),
        Private(rooms.access, members, content, doors),
        moderation,
        ModFilters(rooms.moderation, programmes, members, content, doors),
        reports,
        Tickets(TicketCards(rooms.tickets, content), rooms.intake, members, presses, doors),
        Shares(shares, rooms.intake, members, presses, doors, rooms.access.link),
        *rooms.order.doors(content, rooms.intake, presses, doors),
    ]
