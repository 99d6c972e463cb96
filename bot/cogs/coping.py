"""The doors of coping skills: `/skill`, `/toolbox`, and the three buttons under every skill."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.content import Content, Need
from bot.coping.service import CopingService, Verdict
from bot.members.service import MemberService
from bot.ui.coping import (
    FEATURE,
    NEED_WORDS,
    UNSAVE,
    VERBS,
    before_skill,
    mark_answer,
    remove_button,
    skill_buttons,
    skill_embed,
    toolbox_embed,
)
from bot.ui.safe import Handler, Press, Presses, Reply


class Coping(commands.Cog):
    """Coping skills: for anybody, at any hour, in a DM too. Every answer is seen by its person alone."""

    def __init__(self, coping: CopingService, members: MemberService, content: Content, presses: Presses) -> None:
        self._coping, self._members, self._content = coping, members, content
        for verb, verdict in VERBS.items():
            presses.on(FEATURE, verb, self._marking(verdict))
        presses.on(FEATURE, UNSAVE, self._unsave)

    @app_commands.command(name="skill", description="Something that may help right now. Only you see it.")
    @app_commands.describe(need="What it should help with; leave it out for any")
    @app_commands.choices(
        need=[app_commands.Choice(name=words, value=need.value) for need, words in NEED_WORDS.items()]
    )
    async def skill(self, interaction: discord.Interaction, need: str | None = None) -> None:
        """One skill, at once."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id, language = await self._place(reply)
        one = await self._coping.one_now(guild_id, reply.user_id, Need(need) if need else None)
        await reply.say(
            before_skill(self._content, one, language),
            embed=skill_embed(self._content, one.skill, language),
            view=skill_buttons(self._content, one.skill, language),
        )

    @app_commands.command(name="toolbox", description="The skills you saved. Only you see them.")
    async def toolbox(self, interaction: discord.Interaction) -> None:
        """What this person saved."""
        reply = Reply(interaction)
        await reply.defer()
        _, language = await self._place(reply)
        saved = await self._coping.toolbox(reply.user_id)
        await reply.say(embed=toolbox_embed(self._content, saved, language))

    def _marking(self, verdict: Verdict) -> Handler:
        async def mark(press: Press) -> None:
            _, language = await self._place(press)
            marked = await self._coping.mark(press.user_id, press.row, verdict, language)
            said = mark_answer(self._content, marked, language, press.interaction.id >> 22)
            if verdict is Verdict.SAVED and not marked.changed:
                await press.say(said, view=remove_button(self._content, press.row, language))
            else:
                await press.say(said)

        return mark

    async def _unsave(self, press: Press) -> None:
        _, language = await self._place(press)
        removed = await self._coping.unsave(press.user_id, press.row)
        key = "coping.removed" if removed else "coping.not_in_toolbox"
        await press.say(self._content.texts.say(language, key))

    async def _place(self, reply: Reply) -> tuple[int | None, str]:
        """The server this is about, none for a stranger's DM, and the language to answer in."""
        guild_id = reply.guild_id or await self._members.guild_of(reply.user_id)
        return guild_id, await self._coping.language(guild_id, reply.user_id, str(reply.interaction.locale))
