"""`/case/<number>`: what staff did about the person or channel of that case, and why. Each look is recorded first."""

from functools import partial

from aiohttp import web

from bot.cases.service import Case, CasePage, CaseService
from bot.content import Content
from bot.errors import NotAllowedError, NotFoundError
from bot.members.service import Action
from bot.web.doorway import Doorway, Here, ShutError
from bot.web.names import Names


class CaseDoor:
    """The door of somebody's case history: for staff with a session and their second factor. Nothing is done on it."""

    def __init__(self, doorway: Doorway, content: Content, cases: CaseService, names: Names) -> None:
        self._doorway, self._content, self._cases, self._names = doorway, content, cases, names

    def routes(self) -> list[web.RouteDef]:
        """What this answers to."""
        return [web.get(r"/case/{id:\d{1,18}}", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        """The page. It is put on record first; where that cannot be, nothing is shown."""
        here = await self._doorway.staff(request, Action.SEE_CASES)
        try:
            found = await self._cases.looking.page(here.guild_id, int(request.match_info["id"]), here.user_id)
        except (NotFoundError, NotAllowedError):
            raise ShutError("not_there", 404, here.reader) from None
        return self._doorway.pages.html(here.reader, "case.html", values=await self._values(here, found))

    async def _values(self, here: Here, found: CasePage) -> dict[str, object]:
        staff = sorted({case.acted_by for case in found.cases if case.acted_by is not None})
        names = await self._names.of(here.guild_id, staff)
        say = partial(self._doorway.pages.say, here.reader)
        nobody = say("cases_nobody" if found.user_id is not None else "cases_no_group")
        return {
            "form_token": here.form_token,
            "title": say("cases_title" if found.user_id is not None else "cases_channel", name=found.name or nobody),
            "cases": [self._line(here, case, names) for case in reversed(found.cases)],
        }

    def _line(self, here: Here, case: Case, names: dict[int, str | None]) -> dict[str, object]:
        say = partial(self._doorway.pages.say, here.reader)
        word = partial(self._content.texts.say, here.reader.language)
        who = word("cases.by_danger" if case.user_id is not None else "cases.by_quiet_hours")
        if case.acted_by is not None:
            who = names.get(case.acted_by) or say("staff_somebody", digits=str(case.acted_by)[-4:])
        return {
            "number": case.id,
            "deed": word(f"cases.deed_{case.deed.value}"),
            "at": case.at,
            "who": who,
            "until": case.until,
            "seconds": case.seconds,
            "how": ", ".join(
                [
                    word(f"cases.state_{case.state.value}"),
                    *([word(f"cases.telling_{case.telling.value}")] if case.user_id is not None else []),
                    *([word("cases.for_others")] if case.for_others else []),
                ]
            ),
            "reason": case.reason,
            "words": case.words,
        }
