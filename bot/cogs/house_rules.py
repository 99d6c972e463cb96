"""The doors of the groups' rules: `/rules`, and the button that accepts them."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.house_rules.service import HouseRules
from bot.members.service import MemberService
from bot.ui.house_rules import ACCEPT, FEATURE, RulesWords
from bot.ui.safe import Press, Presses, Reply


class HouseRulesDoor(commands.Cog):
    """Reading and accepting the rules."""

    def __init__(
        self, rules: HouseRules, members: MemberService, words: RulesWords, presses: Presses, doors: Doors
    ) -> None:
        self._rules, self._members, self._words, self._doors = rules, members, words, doors
        presses.on(FEATURE, ACCEPT, self._accept)

    @app_commands.command(name="rules", description="The rules of your group.")
    async def rules(self, interaction: discord.Interaction) -> None:
        """A member reads the rules of their groups."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        found = await self._rules.of_person(guild_id, reply.user_id)
        language = (await self._members.standing(guild_id, reply.user_id)).language
        if not found:
            await reply.say(self._words.say(language, "none"))
        for one in found:
            await reply.say(embed=self._words.card(language, one), view=self._words.view(language, one))

    async def _accept(self, press: Press) -> None:
        outcome = await self._rules.accept(press.row_id, press.user_id)
        rules = outcome.rules
        language = (await self._members.standing(rules.guild_id, press.user_id)).language
        if outcome.is_outdated:
            said = self._words.say(language, "outdated")
            await press.say(said, embed=self._words.card(language, rules), view=self._words.view(language, rules))
            return
        key = "accepted" if outcome.now else "accepted_before"
        await press.say(self._words.say(language, key, group=rules.group_name))
