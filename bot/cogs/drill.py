"""The doors of drills and of paging by hand: `/oncall drill`, `/oncall page`, and `It arrived`."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.cogs.oncall_group import oncall_group
from bot.intake.service import Intake, Origin
from bot.members.service import Action, MemberService
from bot.oncall.by_hand import ByHand
from bot.roads.service import DISCORD_DM
from bot.ui.drill import DrillCards
from bot.ui.safe import Button, Press, Presses, Reply, SafeView

BUTTONS_AT_MOST = 25  # Discord's: five rows of five


class Drill(commands.Cog):
    """Trying the roads before they are needed, and taking one by hand."""

    drill_group = oncall_group()

    def __init__(
        self, cards: DrillCards, by_hand: ByHand, members: MemberService, intake: Intake, presses: Presses, doors: Doors
    ) -> None:
        self._cards, self._by_hand, self._members = cards, by_hand, members
        self._intake, self._doors = intake, doors
        presses.on("drill", "mine", self._mine)
        presses.on("drill", "arrived", self._arrived)

    @drill_group.command(name="drill", description="Send a marked test down every road of everybody on call and staff.")
    async def drill(self, interaction: discord.Interaction) -> None:
        """Start a drill."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        drill = await self._cards.drills.start(guild_id, reply.user_id)
        language = await self._cards.words.language(guild_id)
        if drill is None:
            await reply.say(self._cards.words.say(language, "drill_already"))
            return
        await reply.say(self._cards.words.say(language, "drill_started", count=len(drill.attempts)))

    @drill_group.command(name="page", description="Page whoever is on call, now.")
    @app_commands.describe(text="What it is about. Only the private incident keeps these words.")
    async def page(self, interaction: discord.Interaction, text: app_commands.Range[str, 1, 1500]) -> None:
        """Page by hand. The words go through the intake as everybody's do, and page whatever it makes of them."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        await self._members.allow(guild_id, reply.user_id, Action.HANDLE_INCIDENT)
        key = f"interaction:{interaction.id}"
        language = await self._cards.words.language(guild_id)
        origin = Origin(guild_id, reply.user_id, None, "command:oncall-page", key=key, language=language)
        heard = await self._intake.handle(text, origin)
        incident = await self._by_hand.page(guild_id, reply.user_id, text, key)
        said = self._cards.words.say(language, "paged_by_hand", code=incident.code)
        await reply.say(f"{said}\n\n{heard.reply}" if heard.reply else said)

    async def _mine(self, press: Press) -> None:
        """The card's button: a button for each test that went to whoever pressed."""
        drill = await self._cards.drills.find(press.row_id)
        language = await self._cards.words.language(drill.guild_id)
        mine = [one for one in drill.attempts if one.person == press.user_id and one.confirmed_at is None]
        # The DM has a button of its own, by which it proves itself.
        waiting = [one for one in mine if one.road_key != DISCORD_DM][:BUTTONS_AT_MOST]
        if not waiting:
            await press.say(self._cards.words.say(language, "nothing_to_confirm"))
            return
        buttons = [
            Button(f"{self._cards.road(language, one)} ({number})"[:80], "drill", "arrived", one.id)
            for number, one in enumerate(waiting, start=1)
        ]
        await press.say(self._cards.words.say(language, "which_arrived"), view=SafeView(buttons))

    async def _arrived(self, press: Press) -> None:
        attempt = await self._cards.drills.confirm(press.row_id, press.user_id)
        language = await self._cards.words.language(attempt.guild_id)
        await press.say(self._cards.words.say(language, "confirmed", road=self._cards.road(language, attempt)))
