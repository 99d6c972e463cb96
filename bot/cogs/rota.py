"""The doors of the rota: `/oncall who|override|timeoff|calendar`, and the buttons `Take this shift` and `Undo`."""

import io
from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.cogs.oncall_group import oncall_group
from bot.members.service import Action, MemberService
from bot.oncall.calendar import AHEAD, calendar_of
from bot.oncall.incident import policy_of
from bot.oncall.rota_service import Change, Layer, Refusal, RotaService
from bot.oncall.spoken import moment_of
from bot.program.service import ProgrammeService
from bot.timing import Clock, zone
from bot.ui.rota import FEATURE, TAKE, UNDO, RotaWords, stretch_of
from bot.ui.safe import Press, Presses, Reply, SafeView
from bot.ui.who import who_text

LONGEST_OVERRIDE = 24 * 31


class Rota(commands.Cog):
    """Who is on call, and changing it."""

    oncall_group = oncall_group()

    def __init__(
        self,
        rota: RotaService,
        members: MemberService,
        programmes: ProgrammeService,
        words: RotaWords,
        clock: Clock,
        presses: Presses,
        doors: Doors,
    ) -> None:
        self._rota, self._members, self._programmes = rota, members, programmes
        self._words, self._clock, self._doors = words, clock, doors
        presses.on(FEATURE, TAKE, self._take)
        presses.on(FEATURE, UNDO, self._undo)

    @oncall_group.command(name="who", description="Who is on call now, who is next, and the ladder of a page.")
    async def who(self, interaction: discord.Interaction) -> None:
        """Who is on call, and whom each step of the ladder reaches."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id, language = await self._whose(reply, Action.SEE_ON_CALL)
        programme = await self._programmes.current(guild_id)
        if programme is None:
            await reply.say(self._words.say(language, "who_no_programme"))
            return
        policy = policy_of(programme)
        await reply.say(await who_text(self._words, language, guild_id, programme.staff, policy, self._clock.now()))

    @oncall_group.command(name="override", description="Put somebody on call from now on, for some hours.")
    @app_commands.describe(user="Who is on call", hours="For so many hours")
    async def override(
        self,
        interaction: discord.Interaction,
        user: discord.User,
        hours: app_commands.Range[int, 1, LONGEST_OVERRIDE],
    ) -> None:
        """Staff put somebody on call out of turn."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id, language = await self._whose(reply, Action.CHANGE_ROTA)
        await self._say(reply, language, await self._rota.override(guild_id, reply.user_id, user.id, hours))

    @oncall_group.command(name="timeoff", description="Somebody takes no turn for a while; the next in turn stands in.")
    @app_commands.describe(
        user="Who is away",
        from_="First day, as 2026-12-24, or a day and a time, as 2026-12-24 18:00",
        to="Last day, all of it; or a day and a time",
    )
    @app_commands.rename(from_="from")
    async def timeoff(self, interaction: discord.Interaction, user: discord.User, from_: str, to: str) -> None:
        """Staff note when somebody is away."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id, language = await self._whose(reply, Action.CHANGE_ROTA)
        programme = await self._programmes.current(guild_id)
        where = programme.zone if programme is not None else zone("UTC")
        start, end = moment_of(from_, where, ends=False), moment_of(to, where, ends=True)
        await self._say(reply, language, await self._rota.time_off(guild_id, reply.user_id, user.id, start, end))

    @oncall_group.command(name="calendar", description="Your shifts of the next 90 days, as a file for your calendar.")
    async def calendar(self, interaction: discord.Interaction) -> None:
        """Somebody takes their own shifts along."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id, language = await self._whose(reply, Action.SEE_ON_CALL)
        now = self._clock.now()
        turns = await self._rota.turns_of(guild_id, reply.user_id, now + AHEAD)
        if not turns:
            await reply.say(self._words.say(language, "calendar_empty", days=AHEAD // timedelta(days=1)))
            return
        titles = {
            Layer.PRIMARY: self._words.say(language, "calendar_on_call"),
            Layer.BACKUP: self._words.say(language, "calendar_backup"),
        }
        made = calendar_of(guild_id, reply.user_id, turns, titles.__getitem__, now)
        said = self._words.say(language, "calendar", days=AHEAD // timedelta(days=1))
        await reply.say(said, file=discord.File(io.BytesIO(made), "on-call.ics"))

    async def _take(self, press: Press) -> None:
        stretch = stretch_of(press.row)
        guild_id, language = await self._whose(press, Action.CHANGE_ROTA)
        await self._say(press, language, await self._rota.take(guild_id, press.user_id, *(stretch or (None, None))))

    async def _undo(self, press: Press) -> None:
        change, is_first = await self._rota.cancel(press.row_id, press.user_id)
        language = await self._words.language(change.guild_id)
        said = self._words.change(language, change, "cancelled") if is_first else None
        await press.say(said or self._words.say(language, "cancelled_before"))

    async def _whose(self, reply: Reply, action: Action) -> tuple[int, str]:
        guild_id = await self._doors.guild(reply)
        return guild_id, (await self._members.allow(guild_id, reply.user_id, action)).language

    async def _say(self, reply: Reply, language: str, outcome: Change | Refusal) -> None:
        if isinstance(outcome, Refusal):
            await reply.say(self._words.say(language, f"refused_{outcome.value}"))
            return
        view = SafeView([self._words.undo_button(language, outcome.id)])
        await reply.say(self._words.change(language, outcome, "set"), view=view)
