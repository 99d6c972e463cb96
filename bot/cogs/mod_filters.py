"""`/mod filters`: what each group's filters do, as the programme file says it."""

import discord
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.cogs.mod_group import mod_group
from bot.content import Content
from bot.members.service import Action, MemberService
from bot.moderation.service import ModerationService
from bot.program.schema import Group
from bot.program.service import ProgrammeService
from bot.ui.safe import Reply

LONGEST = 2_000
"""Characters that Discord takes in one message."""


class ModFilters(commands.Cog):
    """Showing the settings. They are changed in the programme file, so that one place says what holds."""

    group = mod_group()

    def __init__(
        self,
        moderation: ModerationService,
        programmes: ProgrammeService,
        members: MemberService,
        content: Content,
        doors: Doors,
    ) -> None:
        self._moderation, self._programmes, self._members = moderation, programmes, members
        self._content, self._doors = content, doors

    @group.command(name="filters", description="What is done about contact details, links and the like, by group.")
    async def filters(self, interaction: discord.Interaction) -> None:
        """Every group's filters with what each does, and the links that are allowed."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        await self._members.allow(guild_id, reply.user_id, Action.MODERATE)
        language = await self._moderation.language_of_staff(guild_id)
        programme = await self._programmes.current(guild_id)
        if programme is None or not programme.groups:
            await reply.say(self._say(language, "filters_no_group"))
            return
        for group in programme.groups:
            await reply.say(self._settings(language, group)[:LONGEST])
        await reply.say(self._say(language, "filters_where"))

    def _settings(self, language: str, group: Group) -> str:
        settings = group.filter_settings
        lines = [f"**{discord.utils.escape_markdown(group.name)}**"]
        for each in sorted(settings.deeds, key=lambda one: -settings.deed(one).rank):
            what = self._say(language, f"filter_{each.value}")
            lines.append(f"- {what}: {self._say(language, f'deed_{settings.deed(each).value}')}")
        hosts = ", ".join(f"`{host}`" for host in settings.allow_links)
        lines.append(self._say(language, "filters_links", hosts=hosts or self._say(language, "filters_no_links")))
        return "\n".join(lines)

    def _say(self, language: str, key: str, **values: str) -> str:
        return self._content.texts.say(language, f"moderation.{key}", **values)
