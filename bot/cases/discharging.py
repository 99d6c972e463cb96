"""The planned end of somebody's care, and why it waits while they are in danger.

A discharge is no step of moderation: it needs no harm to others, and stands in no case history. But it takes somebody's
groups from them; so while they have an open incident only whoever is on call may discharge them, and says why. What
they say is a note of that incident, on its private page, and the incident goes on.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases.history import Refused
from bot.cases.rules import discharge_obstacle
from bot.content import Content
from bot.db import Database
from bot.errors import NotFoundError
from bot.members.service import Action, Enrolment, MemberService
from bot.observe.logs import get_logger
from bot.oncall.service import OnCallService
from bot.timing import Clock

log = get_logger(__name__)


class Discharging:
    """The use case."""

    def __init__(
        self, database: Database, clock: Clock, content: Content, members: MemberService, oncall: OnCallService
    ) -> None:
        self._database, self._clock, self._content = database, clock, content
        self._members, self._oncall = members, oncall

    async def discharge(
        self, guild_id: int, user_id: int, staff_id: int, reason: str = ""
    ) -> tuple[Enrolment, ...] | Refused:
        """End every open membership: the roles go, the person stays known, and their safety is still looked after.

        Raises:
            NotAllowedError: where ``staff_id`` may not.
            NotFoundError: where the person is in no group.
        """
        standing = await self._members.allow(guild_id, staff_id, Action.ENROL)
        shift, now = await self._oncall.shift(guild_id), self._clock.now()
        async with self._database.write() as session:
            await self._members.leaving.take_turn(session, guild_id, user_id)
            incident = await self._oncall.open_incident(session, guild_id, user_id)
            why_not = discharge_obstacle(staff_id, reason, has_incident=incident is not None, on_call=shift.person)
            if why_not is not None:
                log.info("cases.discharge_refused", why=why_not.value)
                return Refused(why_not, incident)
            ended = await self._members.leaving.end_all(session, guild_id, user_id, now)
            if not ended:
                raise NotFoundError(self._content.texts.say(standing.language, "errors.not_enrolled"))
            if incident is not None:
                await self._note(session, incident, staff_id, reason)
        return tuple([one for membership in ended if (one := await self._members.enrolment(membership)) is not None])

    async def _note(self, session: AsyncSession, incident_id: int, staff_id: int, reason: str) -> None:
        await self._oncall.note_in(session, incident_id, staff_id, reason)
