"""Who is at a page, whether they may be there, and whether a form is theirs: every page asks here, each time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.access.service import AccessService, Visit
from bot.members.service import Action, MemberService, Standing
from bot.program.service import ProgrammeService
from bot.web.pages import Pages, Reader
from bot.web.security import TOKEN_FIELD, Guard, form_token

SECOND_FACTOR = "/second-factor"
KEPT_FIELDS = ("text", "nature")
"""The fields of forms in which people write at length: given back where a form comes too late."""


class ShutError(Exception):
    """A page that is not opened. ``key`` names the text; the reader is told that, and nothing else."""

    def __init__(self, key: str, status: int, reader: Reader, kept: str | None = None) -> None:
        super().__init__(key)
        self.key, self.status, self.reader, self.kept = key, status, reader, kept


@dataclass(frozen=True)
class Here:
    """Somebody with a session: who they are in the house now, and the token of their forms."""

    visit: Visit
    standing: Standing
    reader: Reader
    form_token: str

    @property
    def guild_id(self) -> int:
        """The server the session belongs to."""
        return self.visit.guild_id

    @property
    def user_id(self) -> int:
        """Who it is."""
        return self.visit.user_id


class Doorway:
    """Shared by all pages; holds no state of its own."""

    def __init__(
        self,
        access: AccessService,
        members: MemberService,
        programmes: ProgrammeService,
        pages: Pages,
        guard: Guard,
    ) -> None:
        self.access, self.pages, self.guard = access, pages, guard
        self._members, self._programmes = members, programmes

    # -- who it is -----------------------------------------------------------------------------------------------------

    async def stranger(self, request: web.Request) -> Reader:
        """Somebody we do not know: their browser's language, and the numbers of the first programme's country."""
        running = await self._programmes.all()
        country = running[0].programme.program.country if running else "US"
        return Reader(self.pages.language_of(request), country)

    def anybody(self, request: web.Request) -> Reader:
        """The same without a look into the database, for when it is away."""
        return Reader(self.pages.language_of(request))

    async def reader(self, guild_id: int, user_id: int) -> Reader:
        """Somebody we know: their own language, their programme's country and zone."""
        standing = await self._members.standing(guild_id, user_id)
        return await self._reader(standing)

    async def _reader(self, standing: Standing) -> Reader:
        programme = await self._programmes.current(standing.guild_id)
        if programme is None:
            return Reader(standing.language)
        return Reader(standing.language, programme.program.country, programme.zone)

    async def visitor(self, request: web.Request) -> Here:
        """Whoever has a session.

        Raises:
            ShutError: where there is none, or it is over; words of a form are given back.
        """
        cookie = self.guard.session_of(request)
        visit = await self.access.visit(cookie)
        if visit is None or cookie is None:
            reader = await self.stranger(request)
            raise ShutError("session_over", 401, reader, await self._written(request))
        standing = await self._members.standing(visit.guild_id, visit.user_id)
        return Here(visit, standing, await self._reader(standing), form_token(cookie))

    async def staff(self, request: web.Request, action: Action) -> Here:
        """Staff with a session and a second factor, who may do ``action``.

        Raises:
            ShutError: where there is no session, or this is not theirs to do: said as if there were no such page.
            web.HTTPSeeOther: to the second factor, where it was not given yet.
        """
        here = await self.visitor(request)
        if not here.standing.may(action):
            raise ShutError("not_there", 404, here.reader)
        if not here.visit.has_factor:
            raise web.HTTPSeeOther(SECOND_FACTOR)
        return here

    # -- forms ---------------------------------------------------------------------------------------------------------

    async def form(self, request: web.Request, here: Here) -> Mapping[str, Any]:
        """What was sent, where one of our own pages of this session sent it.

        Raises:
            ShutError: where it was not.
        """
        given = await self.own_form(request, here.reader)
        if not self.guard.is_form_of(self.guard.session_of(request), given.get(TOKEN_FIELD)):
            raise ShutError("form_refused", 403, here.reader, _long_words(given))
        return given

    async def own_form(self, request: web.Request, reader: Reader) -> Mapping[str, Any]:
        """What was sent, where it comes from this origin; its token is the caller's to check.

        Raises:
            ShutError: where it comes from elsewhere.
        """
        if not self.guard.is_from_here(request):
            raise ShutError("form_refused", 403, reader)
        if request.content_type != "application/x-www-form-urlencoded":
            raise ShutError("form_refused", 415, reader)
        return await request.post()

    async def _written(self, request: web.Request) -> str | None:
        """The words of a form that came after its session's end, where it is one of our own."""
        if request.method != "POST" or not self.guard.is_from_here(request):
            return None
        if request.content_type != "application/x-www-form-urlencoded":
            return None
        return _long_words(await request.post())


def _long_words(given: Mapping[str, Any]) -> str | None:
    return "\n\n".join(str(given[name]) for name in KEPT_FIELDS if given.get(name)) or None
