"""`/ticket/<number>`: what was written in a ticket, and staff's summary. Each look is put on record first."""

from functools import partial

from aiohttp import web

from bot.content import Content
from bot.errors import NotAllowedError, NotFoundError
from bot.members.service import Action
from bot.tickets.service import TicketService, Transcript
from bot.web.doorway import Doorway, Here, ShutError
from bot.web.names import Names


class TicketDoor:
    """The door of a ticket's page: for staff with a session and their second factor. Nothing is done on it."""

    def __init__(self, doorway: Doorway, content: Content, tickets: TicketService, names: Names) -> None:
        self._doorway, self._content, self._tickets, self._names = doorway, content, tickets, names

    def routes(self) -> list[web.RouteDef]:
        """What this answers to."""
        return [web.get(r"/ticket/{id:\d{1,18}}", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        """The page. It is put on record first; where that cannot be, nothing is shown."""
        here = await self._doorway.staff(request, Action.ANSWER_TICKET)
        try:
            transcript = await self._tickets.desk.transcript(here.guild_id, int(request.match_info["id"]), here.user_id)
        except (NotFoundError, NotAllowedError):
            raise ShutError("not_there", 404, here.reader) from None
        return self._doorway.pages.html(here.reader, "ticket.html", values=await self._values(here, transcript))

    async def _values(self, here: Here, transcript: Transcript) -> dict[str, object]:
        ticket, say = transcript.ticket, partial(self._doorway.pages.say, here.reader)
        staff = {line.author_id for line in transcript.lines if not line.is_members}
        known = {one for one in (ticket.assigned_to, ticket.closed_by) if one is not None}
        names = await self._names.of(here.guild_id, sorted(staff | known))

        def named(person: int | None) -> str:
            if person is None:
                return "–"
            if person == ticket.user_id:
                return ticket.name or say("ticket_member")
            return names.get(person) or say("staff_somebody", digits=str(person)[-4:])

        return {
            "form_token": here.form_token,
            "number": ticket.id,
            "name": named(ticket.user_id),
            "group": ticket.group_name or say("no_group"),
            "state": say(f"ticket_state_{ticket.state.value}"),
            "assigned": named(ticket.assigned_to),
            "opened_at": ticket.opened_at,
            "closed_at": ticket.closed_at,
            "closed_by": named(ticket.closed_by),
            "summary": transcript.summary,
            "lines": [(line.at, named(line.author_id), line.is_members, line.words) for line in transcript.lines],
        }
