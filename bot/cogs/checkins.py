"""The doors of check-ins: the card's `Check in`, the form, `/checkin`, and staff's `Show`."""

from enum import StrEnum
from typing import TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.checkins.service import Answer, Audience, CheckinService, Feeling, ReachOut
from bot.cogs.doors import Doors
from bot.content import Content, Need
from bot.coping.service import CopingService
from bot.ui.checkin_rounds import skill_offer
from bot.ui.checkins import FEATURE, asked_today, confirmation, form, post_text, quoted
from bot.ui.coping import skill_buttons, skill_embed
from bot.ui.safe import Press, Presses, Reply

Choice = TypeVar("Choice", bound=StrEnum)


class Checkins(commands.Cog):
    """Checking in."""

    def __init__(
        self, checkins: CheckinService, coping: CopingService, content: Content, presses: Presses, doors: Doors
    ) -> None:
        self._checkins, self._coping, self._content, self._doors = checkins, coping, content, doors
        presses.on(FEATURE, "open", self._open, opens_form=True)
        presses.on(FEATURE, "form", self._card_form)
        presses.on(FEATURE, "form-any", self._any_form)
        presses.on(FEATURE, "show", self._show)

    @app_commands.command(name="checkin", description="Say how today is. You choose who sees it.")
    async def checkin(self, interaction: discord.Interaction) -> None:
        """A member checks in, at any hour."""
        reply = Reply(interaction)
        guild_id = await self._doors.guild(reply)
        opening = await self._checkins.may_open(guild_id, reply.user_id, None)
        await reply.open(form(self._content, opening, "form-any", f"{guild_id}.{opening.group_mark}"))

    async def _open(self, press: Press) -> None:
        guild_id = await self._doors.guild(press)
        opening = await self._checkins.may_open(guild_id, press.user_id, press.row_id)
        await press.open(form(self._content, opening, "form", press.row_id))

    async def _card_form(self, press: Press) -> None:
        await self._submit(press, await self._doors.guild(press), press.row_id)

    async def _any_form(self, press: Press) -> None:
        guild, _, mark = press.row.partition(".")
        await self._submit(press, int(guild) if guild.isdecimal() else await self._doors.guild(press), None, mark)

    async def _submit(self, press: Press, guild_id: int, day_id: int | None, mark: str = "") -> None:
        """What concerns somebody's safety is said as soon as it is known, before anything that may still fail."""
        answer = Answer(
            guild_id=guild_id,
            user_id=press.user_id,
            channel_id=press.channel_id,
            day_id=day_id,
            feeling=_chosen(press.value("feeling"), Feeling.NOT_SURE),
            words=press.value("words"),
            audience=_chosen(press.value("share"), Audience.SELF),
            reach_out=_chosen(press.value("contact"), ReachOut.NO),
            key=f"checkin:{press.interaction.id}",
            group_mark=mark,
        )
        heard = await self._checkins.hear(answer)
        if heard.reply is not None:
            await press.say(heard.reply)
        arranged = await self._checkins.reach(answer)
        if arranged is not None:
            await press.say(arranged)
        numbers = await self._doors.numbers(guild_id, str(press.interaction.locale))
        try:
            kept = await self._checkins.keep(answer, heard)
        except Exception:
            # It could not be taken; at least what they wrote is given back to them, and what was arranged stands.
            language = str(press.interaction.locale)
            if answer.words:
                words = quoted(answer.words)
                await press.say(self._content.texts.say(language, "checkins.your_words", words=words))
            if answer.reach_out is ReachOut.TODAY and arranged is None:
                await press.say(asked_today(self._content, language, numbers))
            raise
        numbers = await self._doors.numbers(guild_id, kept.language)
        await press.say(confirmation(self._content, kept, answer.reach_out, numbers))
        if kept.need is not None:
            await self._offer_skill(press, guild_id, kept.language, kept.need)

    async def _offer_skill(self, press: Press, guild_id: int, language: str, need: Need) -> None:
        one = await self._coping.one_now(guild_id, press.user_id, need)
        await press.say(
            skill_offer(self._content, language, press.interaction.id >> 22),
            embed=skill_embed(self._content, one.skill, language),
            view=skill_buttons(self._content, one.skill, language),
        )

    async def _show(self, press: Press) -> None:
        """Staff read what was sent to them; they alone, and only where they press for it."""
        guild_id = await self._doors.guild(press)
        shared = await self._checkins.read_for_staff(guild_id, press.user_id, press.row_id)
        await press.say(post_text(self._content, shared))


def _chosen(value: str, otherwise: Choice) -> Choice:
    """What was chosen in a form; never an error, for the words beside it have to be heard whatever else was sent."""
    kind = type(otherwise)
    return kind(value) if value in {each.value for each in kind} else otherwise
