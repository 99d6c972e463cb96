"""The doors of reports: the menu `Report to staff`, its form, and the buttons of staff's card."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.crisis import nothing_sealed
from bot.cogs.doors import Doors
from bot.content import Content
from bot.crisis.service import Worry
from bot.errors import DatabaseError
from bot.intake.service import Intake, Origin
from bot.members.service import MemberService
from bot.moderation.service import ModerationService, Report, ReportReason
from bot.observe.logs import get_logger
from bot.ui import moderation_reports as ui
from bot.ui.moderation_reports import ReportCards
from bot.ui.safe import Press, Presses, Reply
from bot.ui.words import words_of, words_on_card

log = get_logger(__name__)

MENU = "Report to staff"
REMEMBERED = 200
"""Messages whose words are remembered while their form is open."""


class Reports(commands.Cog):
    """Bringing a message before staff, and what staff do with it."""

    def __init__(
        self,
        moderation: ModerationService,
        intake: Intake,
        members: MemberService,
        client: discord.Client,
        content: Content,
        presses: Presses,
        doors: Doors,
    ) -> None:
        self._moderation, self._intake, self._members = moderation, intake, members
        self._client, self._doors, self._numbers = client, doors, presses.numbers
        self._cards = ReportCards(moderation, content)
        # A message may be taken away while its form is open; what it said then would be nowhere. A restart forgets
        # these, and the message is asked for at Discord.
        self._words: OrderedDict[int, str] = OrderedDict()
        self.worried_by_sealed: Callable[[int, int], Awaitable[bool]] = nothing_sealed
        """Called where a message of ours worries somebody: whether it is a share, whose author nobody may know."""
        presses.on(ui.FEATURE, ui.FORM, self._report)
        presses.on(ui.FEATURE, ui.SHOW, self._show)
        presses.on(ui.FEATURE, ui.WHO, self._who)
        presses.on(ui.FEATURE, ui.CLOSE, self._close)

    def menu(self) -> app_commands.ContextMenu:
        """The entry of a message's own menu; discord.py takes it from the command tree, not from a cog."""
        made = app_commands.ContextMenu(name=MENU, callback=self._ask)
        made.guild_only = True
        return made

    async def _ask(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """The form. Nothing is looked up before it: it has to be the first answer, within three seconds."""
        self._words[message.id] = words_of(message) or words_on_card(message)
        while len(self._words) > REMEMBERED:
            self._words.popitem(last=False)
        row = ui.pack(message.channel.id, message.id, message.author.id)
        await Reply(interaction).open(self._cards.form(str(interaction.locale), row))

    async def _report(self, press: Press) -> None:
        """Danger first, and nothing is looked up before it: what may carry a page does not wait for a database."""
        channel_id, message_id, author_id = ui.unpack(press.row)
        guild_id = await self._doors.guild(press)
        words, reason = press.value("words"), _reason(press.value("reason"))
        said: list[str] = []
        if words:  # what they write here may be about themselves
            origin = Origin(
                guild_id, press.user_id, press.channel_id, "form:report", key=f"interaction:{press.interaction.id}"
            )
            heard = await self._intake.handle(words, origin)
            said += [heard.reply] if heard.reply else []
        message_words = await self._words_of(channel_id, message_id)
        author_id = await self._behind(guild_id, message_id, author_id)
        if reason is ReportReason.WORRIED:
            said.append(await self._worry(press, guild_id, (channel_id, message_id, author_id, message_words or "")))
        report = Report(
            guild_id=guild_id,
            reporter_id=press.user_id,
            author_id=author_id,
            channel_id=channel_id,
            message_id=message_id,
            message_words=message_words,
            reason=reason,
            words=words,
        )
        try:
            thanked = await self._moderation.reports.report(report, self._me)
        except DatabaseError:
            if reason is not ReportReason.WORRIED:
                raise
            log.exception("report.worry_without_its_card", message=message_id)  # staff were paged, and that is said
        else:
            if reason is not ReportReason.WORRIED:
                language = await self._language(guild_id, press)
                key = "report_nobody_else" if thanked.reaches_nobody else "report_thanks"
                said.append(self._cards.say(language, key, **self._numbers.of(guild_id, language)))
            self._words.pop(message_id, None)
        await press.say("\n\n".join(said)[:2000])

    async def _worry(self, press: Press, guild_id: int, about: tuple[int, int, int, str]) -> str:
        """That is for whoever is on call, and at once."""
        channel_id, message_id, author_id, words = about
        is_ours = author_id == self._me
        if is_ours and not await self._may_be_sealed(guild_id, message_id):
            language = await self._language(guild_id, press)
            return self._cards.say(language, "report_worried_bot", **self._numbers.of(guild_id, language))
        worry = Worry(
            guild_id=guild_id,
            by=press.user_id,
            person=None if is_ours else author_id,
            channel_id=channel_id,
            message_id=message_id,
            key=f"worried:{message_id}:{press.user_id}",
            words=words,
        )
        told = await self._intake.worry(worry)
        language = str(press.interaction.locale)  # where it could not be written down, nor can anything be looked up
        return told or self._cards.say(language, "report_worried", **self._numbers.of(guild_id, language))

    async def _may_be_sealed(self, guild_id: int, message_id: int) -> bool:
        """Whether what we posted is somebody's whom nobody may know. Where nobody can look, it may be."""
        try:
            return await self.worried_by_sealed(guild_id, message_id)
        except DatabaseError:
            log.exception("report.author_not_found", message=message_id)
            return True

    @property
    def _me(self) -> int | None:
        return self._client.user.id if self._client.user is not None else None

    async def _behind(self, guild_id: int, message_id: int, author_id: int) -> int:
        """Who wrote it: of what we posted for somebody it is them; else, and where nobody can look, who posted it."""
        if author_id != self._me:
            return author_id
        try:
            return await self._moderation.reports.author_behind(guild_id, message_id) or author_id
        except DatabaseError:
            log.exception("report.author_not_found", message=message_id)
            return author_id

    async def _words_of(self, channel_id: int, message_id: int) -> str | None:
        if message_id in self._words:
            return self._words[message_id]
        try:
            message = await self._client.get_partial_messageable(channel_id).fetch_message(message_id)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as failure:
            log.warning("report.words_not_found", message=message_id, error=type(failure).__name__)
            return None
        return words_of(message) or words_on_card(message)

    async def _language(self, guild_id: int, press: Press) -> str:
        standing = await self._members.standing(guild_id, press.user_id)
        return standing.language if standing.is_known else str(press.interaction.locale)

    # -- staff ---------------------------------------------------------------------------------------------------------

    async def _show(self, press: Press) -> None:
        case, words, voices = await self._moderation.reports.show(press.row_id, press.user_id)
        embeds, view = self._cards.shown(case, words, voices)
        for number, embed in enumerate(embeds):
            await press.say(embed=embed, view=view if number == len(embeds) - 1 else None)

    async def _who(self, press: Press) -> None:
        people = await self._moderation.reports.who_reported(press.row_id, press.user_id)
        language = await self._moderation.language_of_staff(await self._doors.guild(press))
        who = " ".join(f"<@{person}>" for person in people)[:1500]
        key = "report_reporters" if people else "report_no_reporters"
        await press.say(self._cards.say(language, key, who=who))

    async def _close(self, press: Press) -> None:
        case, is_first = await self._moderation.reports.close(press.row_id, press.user_id)
        if is_first:
            await press.say(self._cards.say(case.language, "report_you_closed"))
            return
        when = discord.utils.format_dt(case.closed_at, "R") if case.closed_at is not None else ""
        await press.say(self._cards.say(case.language, "report_closed", by=f"<@{case.closed_by}>", when=when))


def _reason(value: str) -> ReportReason:
    """What was chosen; never an error, for the words beside it have to be heard whatever else was sent."""
    return ReportReason(value) if value in {each.value for each in ReportReason} else ReportReason.OTHER
