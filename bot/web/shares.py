"""`/seal/<number>`: who wrote a share whose seal was opened, for the two who opened it. Each look is put on record."""

from functools import partial

from aiohttp import web

from bot.errors import NotAllowedError, NotFoundError
from bot.members.service import Action
from bot.shares.service import ShareService, Unsealed
from bot.web.doorway import Doorway, Here, ShutError
from bot.web.names import Names


class SealDoor:
    """The door of an opened seal: for these two with a session and their second factor. Nothing is done on it."""

    def __init__(self, doorway: Doorway, shares: ShareService, names: Names) -> None:
        self._doorway, self._shares, self._names = doorway, shares, names

    def routes(self) -> list[web.RouteDef]:
        """What this answers to."""
        return [web.get(r"/seal/{id:\d{1,18}}", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        """The page. It is put on record first; to anybody but the two it is not there."""
        here = await self._doorway.staff(request, Action.UNSEAL)
        try:
            found = await self._shares.seals.look(int(request.match_info["id"]), here.user_id, here.guild_id)
        except (NotFoundError, NotAllowedError):
            found = None
        if found is None:
            raise ShutError("not_there", 404, here.reader)
        return self._doorway.pages.html(here.reader, "seal.html", values=await self._values(here, found))

    async def _values(self, here: Here, found: Unsealed) -> dict[str, object]:
        seal, say = found.seal, partial(self._doorway.pages.say, here.reader)
        staff = [one for one in (seal.asked_by, seal.decided_by) if one is not None]
        names = await self._names.of(here.guild_id, [*staff, found.author])

        def named(person: int | None) -> str:
            if person is None:
                return "–"
            return names.get(person) or say("staff_somebody", digits=str(person)[-4:])

        return {
            "form_token": here.form_token,
            "number": seal.share_id,
            "group": seal.group_name or say("no_group"),
            "name": found.name or "–",
            "on_discord": names.get(found.author) or "–",
            "person": str(found.author),
            "why": say(f"seal_{seal.reason.value}"),
            "reason": found.reason or "–",
            "words": found.words,
            "asked": named(seal.asked_by),
            "asked_at": seal.asked_at,
            "agreed": named(seal.decided_by),
            "agreed_at": seal.decided_at,
            "telling": say(f"seal_{seal.telling.value}") if seal.telling is not None else "–",
        }
