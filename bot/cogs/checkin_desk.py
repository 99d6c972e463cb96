"""Staff's doors to check-ins: `Done` under a task, and the button that shows who has not been heard."""

from discord.ext import commands

from bot.checkins.service import CheckinPosting
from bot.cogs.doors import Doors
from bot.content import Content
from bot.errors import NotFoundError
from bot.ui.checkin_rounds import ticked_text, unheard_text
from bot.ui.checkins import FEATURE
from bot.ui.safe import Press, Presses


class CheckinDesk(commands.Cog):
    """What staff do about check-ins. Each answer is seen by whoever pressed, alone."""

    def __init__(self, posting: CheckinPosting, content: Content, presses: Presses, doors: Doors) -> None:
        self._posting, self._content, self._doors = posting, content, doors
        presses.on(FEATURE, "done", self._done)
        presses.on(FEATURE, "who", self._who)

    async def _done(self, press: Press) -> None:
        ticked = await self._posting.tasks.done(await self._doors.guild(press), press.user_id, press.row_id)
        if ticked is None:
            raise self._gone(press)
        await press.say(ticked_text(self._content, ticked, press.user_id))

    async def _who(self, press: Press) -> None:
        unheard = await self._posting.closing.unheard(await self._doors.guild(press), press.user_id, press.row_id)
        if unheard is None:
            raise self._gone(press)
        await press.say(unheard_text(self._content, unheard))

    def _gone(self, press: Press) -> NotFoundError:
        return NotFoundError(self._content.texts.say(str(press.interaction.locale), "errors.not_found"))
