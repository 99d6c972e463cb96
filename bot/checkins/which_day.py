"""Which group an answer is for, and which of its days."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.checkins import records
from bot.checkins.rules import Day, day_for, group_for, is_still_planned, mark_of
from bot.content import Content
from bot.errors import NotAllowedError, NotFoundError
from bot.members.service import Action, Role, Standing
from bot.program.schema import Programme
from bot.timing import Clock, local_date

_LOOK_BACK = timedelta(hours=36)
"""How long ago a day may have closed and still be today's, whatever the zone and its clock changes."""


class WhichDay:
    """Finds it; whoever may not check in there is told so kindly."""

    def __init__(self, clock: Clock, content: Content) -> None:
        self._clock, self._content = clock, content

    async def find(
        self, session: AsyncSession, day_id: int | None, mark: str, standing: Standing, programme: Programme
    ) -> tuple[str, Day | None]:
        """The group an answer given now is for, and its day, or none where nothing was asked or answered today.

        ``mark`` is that of the group for which a form was opened without a card.

        Raises:
            NotAllowedError: where this person is in no group, or it is not theirs.
            NotFoundError: where the card is not known any more.
        """
        now, pressed = self._clock.now(), None
        if day_id is not None:
            pressed = self._of_guild(await records.day(session, day_id), standing)
        found = await records.days_since(session, standing.guild_id, now - _LOOK_BACK)
        # A card that the programme has dropped meanwhile counts only where it was posted.
        days = [day for day in found if day.message_id is not None or is_still_planned(programme, day)]
        group = self._check(standing, pressed.group_key if pressed is not None else None, mark)
        if group is None:
            several = [day for day in days if day.group_key in standing.groups] if len(standing.groups) > 1 else []
            answered = {day.id for day in several if await records.answer_of(session, day.id, standing.user_id)}
            group = group_for(standing.groups, days, now, answered) or standing.groups[0]
        asked = day_for(pressed, [day for day in days if day.group_key == group], now, programme.zone)
        if asked is not None:
            return group, asked
        today = local_date(now, programme.zone)
        free = (day for day in found if not day.asked and (day.group_key, day.local_date) == (group, today))
        return group, next(free, None)

    def _check(self, standing: Standing, group: str | None, mark: str) -> str | None:
        """The group that was pressed, or for which a form was opened; none where neither says which."""
        if not standing.may(Action.CHECK_IN) or not standing.groups:
            key = "checkins.in_no_group" if Role.FORMER in standing.roles else "errors.not_a_member"
            raise NotAllowedError(self._content.texts.say(standing.language, key))
        theirs = {mark_of(key): key for key in standing.groups}
        if (group is not None and group not in standing.groups) or (mark and mark not in theirs):
            raise NotAllowedError(self._content.texts.say(standing.language, "checkins.not_in_group"))
        return group or theirs.get(mark)

    def _of_guild(self, day: Day | None, standing: Standing) -> Day:
        if day is None or day.guild_id != standing.guild_id:
            raise NotFoundError(self._content.texts.say(standing.language, "errors.expired"))
        return day
