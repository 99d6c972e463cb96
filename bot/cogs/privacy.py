"""The doors of one's own data: `/privacy show`, `/privacy export`, `/privacy erase`. They work in a DM, too."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.content import Content
from bot.errors import DatabaseError
from bot.members.service import Action, MemberService
from bot.observe.logs import get_logger
from bot.privacy.service import PrivacyService
from bot.program.service import ProgrammeService
from bot.ui.privacy import FEATURE, NO, YES, erase_buttons, erased_text, export_file, notice, summary
from bot.ui.safe import Press, Presses, Reply

log = get_logger(__name__)


class Privacy(commands.Cog):
    """Seeing, taking along and erasing what is kept about oneself, and about nobody else."""

    privacy = app_commands.Group(name="privacy", description="What is kept about you: see it, take it along, erase it.")

    def __init__(  # what it works with, handed over once by the composition root
        self,
        privacy: PrivacyService,
        members: MemberService,
        programmes: ProgrammeService,
        content: Content,
        presses: Presses,
        doors: Doors,
    ) -> None:
        self._privacy, self._members, self._programmes = privacy, members, programmes
        self._content, self._doors = content, doors
        presses.on(FEATURE, YES, self._erase)
        presses.on(FEATURE, NO, self._keep)

    @privacy.command(name="show", description="What is kept about you, and the notice again.")
    async def show(self, interaction: discord.Interaction) -> None:
        """A plain summary, and the notice to be read again."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id, language = await self._whose(reply)
        programme = await self._programmes.current(guild_id)
        numbers = await self._doors.numbers(guild_id, language)
        name = programme.program.name if programme else ""
        again = notice(self._content, language, program=name, **numbers) if programme else None
        holdings = await self._privacy.holdings(reply.user_id, language)
        await reply.say(summary(self._content, language, holdings), embed=again)

    @privacy.command(
        name="export", description="A file of your settings, groups and consents, and how much else there is."
    )
    async def export(self, interaction: discord.Interaction) -> None:
        """What may go through Discord, as a file."""
        reply = Reply(interaction)
        await reply.defer()
        _, language = await self._whose(reply)
        try:
            data = await self._privacy.export_for_discord(reply.user_id, language)
        except DatabaseError as error:
            log.exception("privacy.export_failed", error=type(error).__name__)
            await reply.say(self._content.texts.say(language, "privacy.export_failed"))
            return
        await reply.say(self._content.texts.say(language, "privacy.export_partial"), file=export_file(data))

    @privacy.command(name="erase", description="Erase what is kept about you, and leave your groups.")
    async def erase(self, interaction: discord.Interaction) -> None:
        """The question, before anything is done."""
        reply = Reply(interaction)
        await reply.defer()
        _, language = await self._whose(reply)
        question = self._content.texts.say(language, "privacy.erase_question")
        await reply.say(question, view=erase_buttons(self._content, language, reply.user_id))

    async def _erase(self, press: Press) -> None:
        guild_id, language = await self._whose(press)
        if press.row_id != press.user_id:
            await press.say(self._content.texts.say(language, "errors.not_yours"))
            return
        # Asked for before: afterwards nobody knows which server and language were this person's.
        numbers = await self._doors.numbers(guild_id, language)
        report = await self._privacy.erase(press.user_id, str(press.interaction.id))
        await press.say(erased_text(self._content, language, report, **numbers))

    async def _keep(self, press: Press) -> None:
        _, language = await self._whose(press)
        await press.say(self._content.texts.say(language, "privacy.erase_kept"))

    async def _whose(self, reply: Reply) -> tuple[int, str]:
        """The server this is about, and this person's language there."""
        guild_id = await self._doors.guild(reply)
        standing = await self._members.allow(guild_id, reply.user_id, Action.OWN_DATA)
        return guild_id, standing.language
