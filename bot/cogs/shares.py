"""The doors of anonymous shares: `/share` and `/shares` for members; the card's buttons and `/mod shares` for staff."""

from collections.abc import Awaitable, Callable, Mapping

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.cogs.mod_group import mod_group
from bot.crisis.assessment import Tier
from bot.errors import NotFoundError
from bot.intake.service import Heard, Intake, Origin
from bot.members.service import MemberService
from bot.shares.service import (
    WORDS_AT_MOST,
    WORDS_KEPT,
    Agreeing,
    Decided,
    Own,
    Refusal,
    SealReason,
    Sent,
    ShareState,
    Telling,
)
from bot.ui import shares as ui
from bot.ui import shares_author as author
from bot.ui.moderation_words import inside
from bot.ui.safe import Press, Presses, Reply
from bot.ui.shares_author import ShareWords, mark_of

Link = Callable[[int, int, str], Awaitable[str | None]]
"""Makes a one-time link for (server, person, path), or none where there are no private pages."""

SAID = {
    Decided.BEFORE: "decided_before",
    Decided.GONE: "decided_gone",
    Decided.OFF: "decided_off",
    Decided.NOT_YOU: "not_you",
}


class Shares(commands.Cog):
    """Parsing, one call, and the answer; whatever somebody wrote passes the intake before anything else."""

    group = mod_group()

    def __init__(
        self,
        words: ShareWords,
        intake: Intake,
        members: MemberService,
        presses: Presses,
        doors: Doors,
        link: Link,
    ) -> None:
        self._words, self._cards, self._shares = words, words.cards, words.cards.shares
        self._intake, self._members, self._doors, self._link = intake, members, doors, link
        presses.on(ui.FEATURE, author.FORM, self._form)
        presses.on(ui.FEATURE, author.SEND, self._send)
        presses.on(ui.FEATURE, author.LEAVE, self._leave)
        presses.on(ui.FEATURE, author.MINE, self._mine)
        presses.on(ui.FEATURE, author.BACK, self._back)
        presses.on(ui.FEATURE, ui.SHOW, self._show)
        presses.on(ui.FEATURE, ui.APPROVE, self._approve)
        presses.on(ui.FEATURE, ui.DECLINE, self._decline)
        presses.on(ui.FEATURE, ui.REWORD, self._reword)
        presses.on(ui.FEATURE, ui.UNSEAL, self._unseal, opens_form=True)
        presses.on(ui.FEATURE, ui.UNSEAL_FORM, self._unseal_asked)
        presses.on(ui.FEATURE, ui.REASON, self._reason)
        presses.on(ui.FEATURE, ui.AGREE, self._agree, opens_form=True)
        presses.on(ui.FEATURE, ui.AGREE_FORM, self._agreed)
        presses.on(ui.FEATURE, ui.REFUSE, self._refuse)
        presses.on(ui.FEATURE, ui.LOOK, self._look)

    # -- the author ----------------------------------------------------------------------------------------------------

    @app_commands.command(name="share", description="Share something with your group without your name.")
    @app_commands.describe(
        text="Staff look first, without your name. Words of danger reach whoever is on call with it."
    )
    async def share(
        self, interaction: discord.Interaction, text: app_commands.Range[str, 1, WORDS_AT_MOST] | None = None
    ) -> None:
        """With words: they are read for danger, and shown with the notice. Without: the form, which has it too."""
        reply = Reply(interaction)
        if text is None:
            await self._open_form(reply)
            return
        await reply.defer()
        guild_id, sent = await self._taken(reply, text, "command:share")
        language = await self._language(guild_id, reply)
        if sent.refused is not None or sent.state is not ShareState.DRAFT:
            await self._say_sent(reply, guild_id, language, sent)
            return
        groups = await self._shares.groups_of(guild_id, reply.user_id)
        member = await self._members.find(guild_id, reply.user_id)
        name = member.chosen_name if member is not None else ""
        said, embed, view = self._words.preview(language, sent.number, text, groups, name)
        await reply.say(said, embed=embed, view=view)

    async def _open_form(self, reply: Reply) -> None:
        guild_id = await self._doors.guild(reply)
        groups = await self._shares.groups_of(guild_id, reply.user_id)
        language = await self._language(guild_id, reply)
        if not groups:
            await self._say_sent(reply, guild_id, language, Sent(refused=Refusal.OFF))
            return
        await reply.open(self._words.form(language, guild_id, groups))

    async def _form(self, press: Press) -> None:
        words, mark = press.value("words"), press.value("group")
        guild_id, sent = await self._taken(press, words, "form:share")
        if sent.state is ShareState.DRAFT:  # the notice stood above the field
            groups = await self._shares.groups_of(guild_id, press.user_id)
            group_key = _meant(groups, mark)
            sent = await self._shares.send(sent.number, press.user_id, group_key)
        await self._say_sent(press, guild_id, await self._language(guild_id, press), sent)

    async def _taken(self, reply: Reply, words: str, source: str) -> tuple[int, Sent]:
        """Words, read for danger, whoever wrote them and whatever becomes of them; then kept as a draft."""
        guild_id = await self._doors.guild_or_none(reply)
        heard = await self._heard(reply, guild_id, words, source)
        if heard.reply:
            await reply.say(heard.reply)
        if guild_id is None:
            guild_id = await self._doors.guild(reply)  # there is none, and that is said
        return guild_id, await self._shares.draft(guild_id, reply.user_id, words, heard.tier)

    async def _heard(self, reply: Reply, guild_id: int | None, words: str, source: str) -> Heard:
        if not words:
            return Heard(Tier.NONE)
        language, key = str(reply.interaction.locale), f"interaction:{reply.interaction.id}"
        origin = Origin(guild_id, reply.user_id, reply.channel_id, source, key=key, language=language)
        return await self._intake.handle(words, origin)

    async def _send(self, press: Press) -> None:
        number, mark = _row(press)
        own = await self._own(press, number)
        groups = await self._shares.groups_of(own.guild_id, press.user_id)
        sent = await self._shares.send(number, press.user_id, _meant(groups, mark))
        if sent.state is ShareState.WAITING and own.state not in {ShareState.DRAFT, ShareState.ASIDE}:
            await press.say(self._words.say(own.language, "sent_before"))
            return
        if own.state is ShareState.ASIDE and sent.state is ShareState.ASIDE:
            await press.say(self._words.say(own.language, "not_yet"))
            return
        await self._say_sent(press, own.guild_id, own.language, sent)

    async def _say_sent(self, reply: Reply, guild_id: int, language: str, sent: Sent) -> None:
        if sent.refused is not None:
            key = "off" if sent.refused is Refusal.MINORS else sent.refused.value
        else:
            key = {ShareState.WAITING: "sent", ShareState.ASIDE: "set_aside"}.get(
                sent.state or ShareState.DRAFT, "sent_before"
            )
        numbers = await self._doors.numbers(guild_id, language)
        await reply.say(self._words.say(language, key, **numbers, days=WORDS_KEPT.days))

    async def _leave(self, press: Press) -> None:
        own = await self._own(press, press.row_id)
        if own.state is ShareState.DRAFT:
            await self._shares.take_it_back(own.id, press.user_id)
        await press.say(self._words.say(own.language, "left_it" if own.state is ShareState.DRAFT else "sent_before"))

    @app_commands.command(name="shares", description="What you shared without your name. Only you see it.")
    async def shares(self, interaction: discord.Interaction) -> None:
        """Everything of one's own, with a button for each; the road for whoever gets no direct messages."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        owns = await self._shares.all_own(guild_id, reply.user_id)
        said, view = self._words.listed(await self._language(guild_id, reply), owns)
        await reply.say(said, view=view)

    async def _mine(self, press: Press) -> None:
        own = await self._own(press, press.row_id)
        groups: Mapping[str, str] = {}
        if own.state is ShareState.ASIDE:
            groups = await self._shares.groups_of(own.guild_id, press.user_id)
        said, embed, view = self._words.own(own, groups)
        await press.say(said, embed=embed, view=view)

    async def _back(self, press: Press) -> None:
        own = await self._own(press, press.row_id)
        state = await self._shares.take_it_back(press.row_id, press.user_id)
        key = "you_took_back" if state is ShareState.WITHDRAWN else "nothing_to_take_back"
        await press.say(self._words.say(own.language, key))

    async def _own(self, press: Press, number: int) -> Own:
        try:
            return await self._shares.own(number, press.user_id)
        except NotFoundError:
            raise NotFoundError(self._words.say(str(press.interaction.locale), "gone")) from None

    async def _language(self, guild_id: int, reply: Reply) -> str:
        return (await self._members.standing(guild_id, reply.user_id)).language

    # -- staff: deciding -----------------------------------------------------------------------------------------------

    @group.command(name="shares", description="Turn shares without a name on or off for a group.")
    @app_commands.describe(group="The group's key", state="On or off")
    @app_commands.choices(
        state=[app_commands.Choice(name="on", value="on"), app_commands.Choice(name="off", value="off")]
    )
    async def switch(self, interaction: discord.Interaction, group: str, state: str) -> None:
        """What staff say here goes before the programme file."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        refused = await self._shares.switch(guild_id, group, reply.user_id, is_on=state == "on")
        key = f"switched_{state}" if refused is None else "switched_minors"
        language = await self._shares.deciding.language(guild_id)
        await reply.say(self._cards.say(language, key, group=discord.utils.escape_markdown(group)))

    async def _show(self, press: Press) -> None:
        share, words = await self._shares.deciding.show(press.row_id, press.user_id)
        said, embed, view = self._cards.shown(share, words)
        await press.say(said, embed=embed, view=view)

    async def _approve(self, press: Press) -> None:
        await self._decide(press, ShareState.APPROVED)

    async def _decline(self, press: Press) -> None:
        await self._decide(press, ShareState.DECLINED)

    async def _reword(self, press: Press) -> None:
        await self._decide(press, ShareState.REWORD)

    async def _decide(self, press: Press, state: ShareState) -> None:
        share, decided = await self._shares.deciding.decide(press.row_id, press.user_id, state)
        said = self._cards.say(share.language, SAID.get(decided, f"you_{state.value}"))
        if decided is Decided.BEFORE:
            said = f"{said} {self._cards.state(share)}"
        await press.say(said)

    # -- staff: the seal -----------------------------------------------------------------------------------------------

    async def _unseal(self, press: Press) -> None:
        language = await self._shares.seals.may_ask(press.row_id, press.user_id)
        await press.open(self._cards.ask_form(language, press.row_id))

    async def _unseal_asked(self, press: Press) -> None:
        words = press.value("words")
        heard = await self._heard(press, await self._doors.guild_or_none(press), words, "form:seal")
        if heard.reply:
            await press.say(heard.reply)
        asked = await self._shares.seals.ask(press.row_id, press.user_id, SealReason(press.value("why")), words)
        await press.say(self._cards.say(asked.seal.language, "seal_asked" if asked.is_new else "seal_open"))

    async def _reason(self, press: Press) -> None:
        seal, words = await self._shares.seals.reason(press.row_id, press.user_id)
        text = inside(words)[0] if words else self._cards.say(seal.language, "no_words")
        await press.say(self._cards.say(seal.language, "seal_reason"), embed=discord.Embed(description=text))

    async def _agree(self, press: Press) -> None:
        seal, may = await self._shares.seals.may_answer(press.row_id, press.user_id)
        if may is Agreeing.DONE:
            await press.open(self._cards.agree_form(seal))
        else:
            await press.say(self._cards.say(seal.language, _answered(may, "seal_you_agreed")))

    async def _agreed(self, press: Press) -> None:
        telling = Telling(press.value("telling") or Telling.TELL)
        seal, outcome = await self._shares.seals.agree(press.row_id, press.user_id, telling)
        view = self._cards.seal_buttons(seal) if outcome is Agreeing.DONE else None
        await press.say(self._cards.say(seal.language, _answered(outcome, "seal_you_agreed")), view=view)

    async def _refuse(self, press: Press) -> None:
        seal, outcome = await self._shares.seals.refuse(press.row_id, press.user_id)
        await press.say(self._cards.say(seal.language, _answered(outcome, "seal_you_refused")))

    async def _look(self, press: Press) -> None:
        """On a private page where there is one; else to their eyes alone, here."""
        seal, _ = await self._shares.seals.may_answer(press.row_id, press.user_id)
        if not await self._shares.seals.may_look(press.row_id, press.user_id):
            await press.say(self._cards.say(seal.language, "seal_only_two"))
            return
        link = await self._link(seal.guild_id, press.user_id, f"/seal/{seal.id}")
        if link is not None:
            await press.say(self._cards.say(seal.language, "seal_who_link", link=link))
            return
        found = await self._shares.seals.look(press.row_id, press.user_id)
        if found is None:
            raise NotFoundError("That is no longer there.")
        name = discord.utils.escape_markdown(found.name) or "–"
        await press.say(self._cards.say(seal.language, "seal_who", name=name, person=found.author))


def _answered(outcome: Agreeing, done: str) -> str:
    return {Agreeing.DONE: done, Agreeing.BEFORE: "seal_answered_before", Agreeing.NOT_YOU: "seal_not_you"}[outcome]


def _meant(groups: Mapping[str, str], mark: str) -> str:
    """The group that a button or a field names; the only one there is needs no naming."""
    keys = list(groups)
    return next((key for key in keys if mark_of(key) == mark), keys[0] if len(keys) == 1 else "")


def _row(press: Press) -> tuple[int, str]:
    """The share and the group that a button carries."""
    number, _, mark = press.row.partition(".")
    return int(number) if number.isdecimal() else 0, mark
