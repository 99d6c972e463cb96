"""A member's doors to how they are asked: the form behind `/reminders`, and `No more nudges`."""

from discord.ext import commands

from bot.checkins.service import Habits, Rhythm
from bot.content import Content
from bot.intake.service import Intake, Origin
from bot.ui.checkin_habits import habits_form, habits_text
from bot.ui.checkins import FEATURE
from bot.ui.safe import Press, Presses


class CheckinHabits(commands.Cog):
    """Choosing rhythm, nudge, hours and pauses."""

    def __init__(self, habits: Habits, intake: Intake, content: Content, presses: Presses) -> None:
        self._habits, self._intake, self._content = habits, intake, content
        presses.on(FEATURE, "habits", self._open, opens_form=True)
        presses.on(FEATURE, "habits-form", self._choose)
        presses.on(FEATURE, "no-nudge", self._no_nudge)

    async def _open(self, press: Press) -> None:
        await press.open(habits_form(self._content, press.row_id, await self._habits.form(press.row_id, press.user_id)))

    async def _choose(self, press: Press) -> None:
        """What was typed is read for danger first, for people write where they happen to be."""
        hours, pause = press.value("hours"), press.value("pause")
        guild_id, rhythm = press.row_id, press.value("rhythm")
        if hours or pause:
            origin = Origin(
                guild_id, press.user_id, press.channel_id, "form:habits", key=f"form:{press.interaction.id}"
            )
            heard = await self._intake.handle(f"{hours}\n{pause}".strip(), origin)
            if heard.reply is not None:
                await press.say(heard.reply)
                return
        chosen = await self._habits.choose(
            guild_id,
            press.user_id,
            rhythm=Rhythm(rhythm) if rhythm in {each.value for each in Rhythm} else None,
            nudge=press.value("nudge") == "yes",
            hours=hours,
            pause=pause,
        )
        await press.say(habits_text(self._content, chosen))

    async def _no_nudge(self, press: Press) -> None:
        language = await self._habits.no_nudge(press.row_id, press.user_id)
        await press.say(self._content.texts.say(language, "checkins.nudges_off"))
