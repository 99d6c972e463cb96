"""The doors of sessions: `/sessions`, and the three buttons of a reminder."""

from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.content import Content
from bot.members.service import MemberService
from bot.sessions.service import Answer, SessionService
from bot.ui.safe import Press, Presses, Reply
from bot.ui.sessions import FEATURE, VERBS, answered_text, upcoming_text


class Sessions(commands.Cog):
    """Being there."""

    def __init__(
        self, sessions: SessionService, members: MemberService, content: Content, presses: Presses, doors: Doors
    ) -> None:
        self._sessions, self._members, self._content, self._doors = sessions, members, content, doors
        for verb, answer in VERBS.items():
            presses.on(FEATURE, verb, partial(self._answer, answer))

    @app_commands.command(name="sessions", description="What is next for you.")
    async def sessions(self, interaction: discord.Interaction) -> None:
        """A member looks at what is next."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        standing = await self._members.standing(guild_id, reply.user_id)
        upcoming = await self._sessions.upcoming(guild_id, reply.user_id)
        await reply.say(upcoming_text(self._content, standing.language, upcoming))

    async def _answer(self, answer: Answer, press: Press) -> None:
        answered = await self._sessions.answer(press.row_id, press.user_id, answer)
        await press.say(answered_text(self._content, answered))
