"""`/ticket/<number>`: what was written in a ticket, staff's summary, and what staff do with it.

Each look is put on record first. An answer goes to the member by the same road as one from Discord.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aiohttp import web

from bot.errors import NotAllowedError, NotFoundError
from bot.intake.service import Intake, Origin
from bot.members.service import Action
from bot.tickets.service import Ended, Line, TicketService, Transcript
from bot.web.doorway import Doorway, Here, ShutError
from bot.web.names import Names

ANSWER_AT_MOST: Final = 1_500
SUMMARY_AT_MOST: Final = 2_000
ANSWERED: Final = {Ended.DONE: "ticket_sent", Ended.BEFORE: "already", Ended.CLOSED: "ticket_is_closed"}
CLOSED: Final = {Ended.DONE: "ticket_closed", Ended.BEFORE: "already", Ended.WRITTEN_SINCE: "ticket_written_since"}
SAID: Final = frozenset({"ticket_taken", "ticket_not_taken", "empty", *ANSWERED.values(), *CLOSED.values()})
"""What a page may be asked to say on top, after something was done; anything else in the address is let be."""


@dataclass(frozen=True)
class Done:
    """What came of a form: the text that says so, and what else is said once, above the page.

    ``reply`` is what the intake says to whoever wrote words of danger. ``answer`` and ``summary`` are given back where
    they went nowhere.
    """

    said: str
    reply: str | None = None
    answer: str = ""
    summary: str = ""

    @property
    def stands_in_the_address(self) -> bool:
        """Whether the address says it all, so that the page may be looked at again without doing it again."""
        return not (self.reply or self.answer or self.summary)


Act = Callable[[Here, int, Mapping[str, Any]], Awaitable[Done]]


class TicketDoor:
    """The door of a ticket's page: for staff with a session and their second factor."""

    def __init__(self, doorway: Doorway, tickets: TicketService, intake: Intake, names: Names) -> None:
        self._doorway, self._desk, self._intake, self._names = doorway, tickets.desk, intake, names

    def routes(self) -> list[web.RouteDef]:
        """What this answers to."""
        here = r"/ticket/{id:\d{1,18}}"
        acts: dict[str, Act] = {"take": self._take, "answer": self._answer, "close": self._close}
        return [
            web.get(here, self.show),
            *(web.post(f"{here}/{name}", partial(self._act, act)) for name, act in acts.items()),
        ]

    # -- looking -------------------------------------------------------------------------------------------------------

    async def show(self, request: web.Request) -> web.Response:
        """The page. It is put on record first; where that cannot be, nothing is shown."""
        here = await self._doorway.staff(request, Action.ANSWER_TICKET)
        said = request.query.get("said", "")
        return await self._page(here, _number(request), Done(said if said in SAID else ""))

    async def _page(self, here: Here, number: int, done: Done) -> web.Response:
        try:
            transcript = await self._desk.transcript(here.guild_id, number, here.user_id)
        except (NotFoundError, NotAllowedError):
            raise ShutError("not_there", 404, here.reader) from None
        values = await self._values(here, transcript)
        values["said"] = self._doorway.pages.say(here.reader, f"said_{done.said}") if done.said else None
        values |= {"reply": done.reply, "answer": done.answer, "ending": done.summary}
        return self._doorway.pages.html(here.reader, "ticket.html", values=values)

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

        def missing(line: Line) -> str:
            return say("ticket_forgotten" if line.is_forgotten else "ticket_file")

        return {
            "form_token": here.form_token,
            "once": secrets.token_hex(8),
            "path": f"/ticket/{ticket.id}",
            "number": ticket.id,
            "round": ticket.round,
            "is_open": ticket.is_open,
            "is_mine": ticket.assigned_to == here.user_id,
            "holder": ticket.assigned_to or 0,
            "incident": ticket.incident,
            "name": named(ticket.user_id),
            "group": ticket.group_name or say("no_group"),
            "state": say(f"ticket_state_{ticket.state.value}"),
            "assigned": named(ticket.assigned_to),
            "opened_at": ticket.opened_at,
            "closed_at": ticket.closed_at,
            "closed_by": named(ticket.closed_by),
            "summary": transcript.summary,
            "kept_days": transcript.kept_for.days,
            "lines": [
                (line.at, named(line.author_id), line.words, missing(line), line.deleted_at)
                for line in transcript.lines
            ],
        }

    # -- doing ---------------------------------------------------------------------------------------------------------

    async def _act(self, act: Act, request: web.Request) -> web.StreamResponse:
        """Do one thing, and show the page again with what came of it."""
        here, number = await self._doorway.staff(request, Action.ANSWER_TICKET), _number(request)
        try:
            ticket = await self._desk.may_answer(number, here.user_id)
        except (NotFoundError, NotAllowedError):
            raise ShutError("not_there", 404, here.reader) from None
        if ticket.guild_id != here.guild_id:
            raise ShutError("not_there", 404, here.reader)
        done = await act(here, number, await self._doorway.form(request, here))
        if done.stands_in_the_address:
            raise web.HTTPSeeOther(f"/ticket/{number}?said={done.said}")
        return await self._page(here, number, done)

    async def _take(self, here: Here, number: int, given: Mapping[str, Any]) -> Done:
        """Have it. The form says who had it when the page was drawn, so that nobody is passed over unseen."""
        taken = await self._desk.take(number, here.user_id, _digits(given, "holder") or None)
        return Done("ticket_taken" if taken.by == here.user_id else "ticket_not_taken")

    async def _answer(self, here: Here, number: int, given: Mapping[str, Any]) -> Done:
        """Answer the member. A form sent twice is said once: it carries what no other does."""
        words = _words(given)
        if not words:
            return Done("empty")
        if len(words) > ANSWER_AT_MOST:
            raise ShutError("too_big", 413, here.reader, words)
        key = f"page:{number}:{here.user_id}:{_once(given)}"
        reply = await self._read(here, words, key, "page:ticket-answer")
        ending = await self._desk.answer(number, here.user_id, words, key)
        went_nowhere = ending.ended is Ended.CLOSED
        return Done(ANSWERED[ending.ended], reply, answer=words if went_nowhere else "")

    async def _close(self, here: Here, number: int, given: Mapping[str, Any]) -> Done:
        """Close it with a summary, unless its member has written since the page was drawn."""
        summary = _words(given)
        if not summary:
            return Done("empty")
        if len(summary) > SUMMARY_AT_MOST:
            raise ShutError("too_big", 413, here.reader, summary)
        reply = await self._read(here, summary, f"page:{number}:{here.user_id}:{_once(given)}", "page:ticket-summary")
        ending = await self._desk.close(number, here.user_id, _digits(given, "round"), summary)
        went_nowhere = ending.ended is not Ended.DONE
        return Done(CLOSED[ending.ended], reply, summary=summary if went_nowhere else "")

    async def _read(self, here: Here, words: str, key: str, source: str) -> str | None:
        """Have the words read for danger, whoever writes them; what is to be said to them."""
        origin = Origin(here.guild_id, here.user_id, None, source, key=key, language=here.reader.language)
        return (await self._intake.handle(words, origin)).reply


def _number(request: web.Request) -> int:
    return int(request.match_info["id"])


def _words(given: Mapping[str, Any]) -> str:
    return str(given.get("text", "")).replace("\r\n", "\n").replace("\x00", "").strip()


def _digits(given: Mapping[str, Any], name: str) -> int:
    """A number that our own form carries; 0, which is none of ours, where it carries none."""
    written = str(given.get(name, ""))
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 20 else 0


def _once(given: Mapping[str, Any]) -> str:
    """What our own form carries to be told from any other; of at most 16 characters, whatever was sent."""
    return "".join(letter for letter in str(given.get("once", "")) if letter.isascii() and letter.isalnum())[:16]
