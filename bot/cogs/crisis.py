"""The doors of somebody in danger: `/support`, and the two buttons under every answer."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.content import Content
from bot.crisis.service import NO_GUILD, CrisisService
from bot.members.service import MemberService
from bot.oncall.service import EventKind, OnCallService
from bot.ui.safe import Button, Press, Presses, Reply, SafeView


class Crisis(commands.Cog):
    """Reaching a human, without anybody reading words."""

    def __init__(
        self,
        crisis: CrisisService,
        oncall: OnCallService,
        members: MemberService,
        content: Content,
        presses: Presses,
        doors: Doors,
    ) -> None:
        self._crisis, self._oncall, self._members = crisis, oncall, members
        self._content, self._doors = content, doors
        presses.on("crisis", "contact", self._contact)
        presses.on("crisis", "safe", self._safe)
        presses.on("support", "ask", self._ask)

    @app_commands.command(name="support", description="Helplines right now, and a way to reach staff.")
    async def support(self, interaction: discord.Interaction) -> None:
        """Helplines, and a button that pages the person on call."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild_or_none(reply)
        if guild_id is None:  # nobody's server: the helplines are for everybody all the same
            await reply.say(await self._crisis.say(NO_GUILD, str(interaction.locale), "crisis.stranger"))
            return
        standing = await self._members.standing(guild_id, reply.user_id)
        said = await self._crisis.say(guild_id, standing.language, "crisis.support")
        label = self._content.texts.say(standing.language, "buttons.ask_staff")
        button = Button(label, "support", "ask", guild_id, discord.ButtonStyle.primary)
        await reply.say(said, view=SafeView([button]))

    async def _ask(self, press: Press) -> None:
        key = f"interaction:{press.interaction.id}"
        await press.say(await self._crisis.ask_for_contact(press.row_id, press.user_id, key, "button"))

    async def _contact(self, press: Press) -> None:
        incident = await self._oncall.find(press.row_id)
        await self._members_own(press, EventKind.ASKED_CONTACT)
        await self._say(press, incident.guild_id, "crisis.staff_will_contact")

    async def _safe(self, press: Press) -> None:
        incident = await self._oncall.find(press.row_id)
        await self._members_own(press, EventKind.SAFE_FOR_NOW)
        await self._say(press, incident.guild_id, "crisis.safe_for_now")

    async def _members_own(self, press: Press, kind: EventKind) -> None:
        await self._oncall.member_says(press.row_id, press.user_id, kind, f"interaction:{press.interaction.id}")

    async def _say(self, press: Press, guild_id: int, key: str) -> None:
        standing = await self._members.standing(guild_id, press.user_id)
        await press.say(await self._crisis.say(guild_id, standing.language, key))
