"""The door of `/private`: a member's one-time link to their own page. It works in a DM, too."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.access.service import AccessService
from bot.cogs.doors import Doors
from bot.content import Content
from bot.members.service import Action, MemberService
from bot.ui.safe import Reply

OWN_PAGE = "/me"


class Private(commands.Cog):
    """One's own private page."""

    def __init__(self, access: AccessService, members: MemberService, content: Content, doors: Doors) -> None:
        self._access, self._members, self._content, self._doors = access, members, content, doors

    @app_commands.command(name="private", description="A link to your own private page. It opens once.")
    async def private(self, interaction: discord.Interaction) -> None:
        """A member asks for their page; only they see the link."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        standing = await self._members.allow(guild_id, reply.user_id, Action.OWN_DATA)
        await reply.say(await self._answer(guild_id, reply.user_id, standing.language))

    async def _answer(self, guild_id: int, user_id: int, language: str) -> str:
        say = self._content.texts.say
        if not self._access.is_offered:
            return say(language, "web.private_not_offered")
        if await self._members.find(guild_id, user_id) is None:
            return say(language, "web.private_nothing")
        link = await self._access.link(guild_id, user_id, OWN_PAGE)
        return say(language, "web.private_link", link=link or "")
