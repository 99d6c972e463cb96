"""What furnishes the private pages: every door, in one place."""

from bot.access.service import AccessService
from bot.cases.service import CaseService
from bot.contact_cards.service import ContactCardService
from bot.content import Content
from bot.errors import NotFoundError
from bot.intake.service import Intake
from bot.members.service import MemberService
from bot.oncall.service import OnCallService
from bot.program.service import ProgrammeService
from bot.shares.service import ShareService
from bot.tickets.service import TicketService
from bot.timing import Clock
from bot.web.acknowledge import Acknowledge, Arrived
from bot.web.application import Door, PrivatePages
from bot.web.cases import CaseDoor
from bot.web.doorway import Doorway
from bot.web.health import HealthPage
from bot.web.incident import IncidentDoor
from bot.web.links import Links
from bot.web.member import OwnPage
from bot.web.names import Ask, Names
from bot.web.pages import Pages
from bot.web.second_factor import SecondFactorPage
from bot.web.security import Guard
from bot.web.shares import SealDoor
from bot.web.tickets import TicketDoor


async def no_drills(_attempt_id: int, _person: int) -> None:
    """Where nobody keeps drills, no link of one is good."""
    raise NotFoundError("There are no drills.")


def private_pages(
    *,
    clock: Clock,
    content: Content,
    access: AccessService,
    cards: ContactCardService,
    oncall: OnCallService,
    members: MemberService,
    programmes: ProgrammeService,
    ask_name: Ask,
    arrived: Arrived = no_drills,
    tickets: TicketService | None = None,
    intake: Intake | None = None,
    cases: CaseService | None = None,
    shares: ShareService | None = None,
) -> PrivatePages:
    """The application with all its doors.

    ``arrived`` is told when a drill's link was pressed; ``ask_name`` asks Discord for the name of somebody on staff.
    Its ``health.look`` is to be set to what says how the bot is.
    """
    guard, pages = Guard(access.base_url), Pages(content)
    doorway = Doorway(access, members, programmes, pages, guard)
    names = Names(ask_name, clock)
    more: list[Door] = [TicketDoor(doorway, tickets, intake, names)] if tickets and intake else []
    more += [SealDoor(doorway, shares, names)] if shares is not None else []
    more += [CaseDoor(doorway, content, cases, names)] if cases is not None else []
    return PrivatePages(
        doorway,
        guard,
        pages,
        HealthPage(),
        [
            Links(doorway),
            SecondFactorPage(doorway),
            Acknowledge(doorway, oncall, arrived),
            OwnPage(doorway, cards, members),
            IncidentDoor(doorway, clock, content, oncall, members, programmes, cards, names),
            *more,
        ],
    )
