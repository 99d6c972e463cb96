"""The doors of somebody in danger: `/support`, the menu `Worried about them`, the two buttons under an answer."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.content import Content
from bot.crisis.service import NO_GUILD, CrisisService, Worry
from bot.errors import DatabaseError
from bot.intake.service import Intake
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.oncall.service import EventKind, OnCallService
from bot.ui.crisis import reply_buttons
from bot.ui.safe import Button, Press, Presses, Reply, SafeView
from bot.ui.words import words_of, words_on_card

log = get_logger(__name__)

MENU = "Worried about them"


async def nobody_behind(_guild_id: int, _message_id: int) -> int | None:
    """Until whoever posts for people is asked."""
    return None


async def nothing_sealed(_guild_id: int, _message_id: int) -> bool:
    """Until whoever posts without a name is asked."""
    return False


class Crisis(commands.Cog):
    """Reaching a human, without anybody reading words."""

    def __init__(
        self,
        crisis: CrisisService,
        intake: Intake,
        oncall: OnCallService,
        members: MemberService,
        content: Content,
        presses: Presses,
        doors: Doors,
    ) -> None:
        self._crisis, self._intake, self._oncall, self._members = crisis, intake, oncall, members
        self._numbers = presses.numbers
        self._content, self._doors = content, doors
        self.author_behind: Callable[[int, int], Awaitable[int | None]] = nobody_behind
        """Whose words a message of a bot (server id, message id) is, where we posted it for somebody; else none."""
        self.worried_by_sealed: Callable[[int, int], Awaitable[bool]] = nothing_sealed
        """Called where a message of a bot worries somebody: whether it is a share, whose author nobody may know."""
        presses.on("crisis", "contact", self._contact)
        presses.on("crisis", "safe", self._safe)
        presses.on("support", "ask", self._ask)
        presses.after = self._give_what_is_owed

    @app_commands.command(name="support", description="Helplines right now, and a way to reach staff.")
    async def support(self, interaction: discord.Interaction) -> None:
        """Helplines, and a button that pages the person on call."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild_or_none(reply)
        if guild_id is None:  # nobody's server: the helplines are for everybody all the same
            await reply.say(await self._crisis.say(NO_GUILD, str(interaction.locale), "crisis.stranger"))
            return
        await self._offer(reply, guild_id, "crisis.support")

    async def _offer(self, reply: Reply, guild_id: int, key: str) -> None:
        language = await self._crisis.language(guild_id, reply.user_id)
        count = self._crisis.answers.next_count(reply.user_id, key)
        said = await self._crisis.answers.variant(guild_id, language, key, count, person=reply.user_id)
        label = self._content.texts.say(language, "buttons.ask_staff")
        button = Button(label, "support", "ask", guild_id, discord.ButtonStyle.primary)
        await reply.say(said, view=SafeView([button]))

    # -- worried about somebody ----------------------------------------------------------------------------------------

    def menu(self) -> app_commands.ContextMenu:
        """The entry of a message's own menu; discord.py takes it from the command tree, not from a cog."""
        made = app_commands.ContextMenu(name=MENU, callback=self._worried)
        made.guild_only = True
        return made

    async def _worried(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Somebody points at a message whose author they worry about: staff are paged at once."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        person: int | None = message.author.id
        if message.author.bot:  # what we posted for somebody is about them
            person, is_somebodys = await self._behind(guild_id, message.id)
            if not is_somebodys:
                await self._offer(reply, guild_id, "crisis.worried_bot")
                return
        worry = Worry(
            guild_id=guild_id,
            by=reply.user_id,
            person=person,
            channel_id=message.channel.id,
            message_id=message.id,
            key=f"worried:{message.id}:{reply.user_id}",
            words=words_of(message) or words_on_card(message),
        )
        said = await self._intake.worry(worry)
        if said is None:
            language = str(interaction.locale)
            said = self._content.texts.say(language, "watch.worry_told", **self._numbers.of(guild_id, language))
        await reply.say(said)

    async def _behind(self, guild_id: int, message_id: int) -> tuple[int | None, bool]:
        """Whose words a bot posted, none where nobody may know; and whether they are somebody's at all.

        Where nobody can look, they may be: then a human hears of it, and asks.
        """
        try:
            person = await self.author_behind(guild_id, message_id)
            return person, person is not None or await self.worried_by_sealed(guild_id, message_id)
        except DatabaseError:
            log.exception("crisis.author_not_found", message=message_id)
            return None, True

    # -- the buttons ---------------------------------------------------------------------------------------------------

    async def _ask(self, press: Press) -> None:
        key = f"interaction:{press.interaction.id}"
        await press.say(await self._crisis.ask_for_contact(press.row_id, press.user_id, key, "button"))

    async def _contact(self, press: Press) -> None:
        await self._members_own(press, EventKind.ASKED_CONTACT, "crisis.staff_will_contact")

    async def _safe(self, press: Press) -> None:
        await self._members_own(press, EventKind.SAFE_FOR_NOW, "crisis.safe_for_now")

    async def _members_own(self, press: Press, kind: EventKind, key: str) -> None:
        incident = await self._oncall.find(press.row_id)
        occasion = f"interaction:{press.interaction.id}"
        count = await self._oncall.member_says(incident.id, press.user_id, kind, occasion)
        language = await self._crisis.language(incident.guild_id, press.user_id)
        said = await self._crisis.answers.variant(
            incident.guild_id, language, key, count, person=press.user_id, incident_id=incident.id
        )
        await press.say(said)

    # -- what no other road reached them with --------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_app_command_completion(self, interaction: discord.Interaction[Any], command: object) -> None:
        """A command was answered: so may be what is owed to this person."""
        del command
        await self._give_what_is_owed(Reply(interaction, said_before=True))

    async def _give_what_is_owed(self, reply: Reply) -> None:
        """Neither a DM nor a thread reached them: here they are, and nobody else sees this. It is theirs until told."""
        try:
            for owed in await self._crisis.owed.to(reply.user_id):
                said = await self._crisis.answers.variant(
                    owed.guild_id,
                    owed.language,
                    owed.key,
                    owed.count,
                    person=owed.user_id,
                    incident_id=owed.incident_id,
                )
                said = f"{self._content.texts.say(owed.language, 'crisis.owed')}\n\n{said}"
                buttons = reply_buttons(self._content, owed.language, owed.incident_id) if owed.incident_id else None
                if await reply.say(said, view=buttons):
                    await self._crisis.owed.given(owed)
        except Exception:
            # What they pressed is done and answered; this stays owed, and comes with the next.
            log.exception("crisis.owed_not_given")
