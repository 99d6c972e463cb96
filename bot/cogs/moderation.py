"""The doors of what is held: the cards' buttons, `/mod queue`, and the author's `Take it back`."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.content import Content
from bot.members.service import Action, MemberService
from bot.moderation.service import Held, HeldState, ModerationService, Outcome
from bot.ui import moderation as ui
from bot.ui.moderation import HeldCards
from bot.ui.moderation_words import named, place, timestamp
from bot.ui.safe import Button, Press, Presses, Reply, SafeView

STAFF_ONLY = discord.Permissions(moderate_members=True)
LISTED_AT_MOST = 10
SHOWN_AT_MOST = 5

Waiting = tuple[datetime, str, tuple[int, str, str]]
"""A line of the queue: since when (UTC), its words, and (id, feature, row) of its button `Show`."""


async def nothing_else(_guild_id: int) -> list[Waiting]:
    """Nothing else waits."""
    return []


class Moderation(commands.Cog):
    """Looking at what is held, and deciding; the first decision counts, and the second is told whose it was."""

    group = app_commands.Group(
        name="mod",
        description="What is held and reported, and what staff do about it.",
        guild_only=True,
        default_permissions=STAFF_ONLY,
    )

    def __init__(
        self,
        moderation: ModerationService,
        members: MemberService,
        content: Content,
        presses: Presses,
        doors: Doors,
    ) -> None:
        self._moderation, self._members, self._doors = moderation, members, doors
        self._cards = HeldCards(moderation, content)
        self.also_waiting: Callable[[int], Awaitable[list[Waiting]]] = nothing_else
        """What else waits for staff, set by whoever furnishes: shares without a name."""
        presses.on(ui.FEATURE, ui.SHOW, self._show)
        presses.on(ui.FEATURE, ui.APPROVE, self._approve)
        presses.on(ui.FEATURE, ui.DECLINE, self._decline)
        presses.on(ui.FEATURE, ui.REWORD, self._reword)
        presses.on(ui.FEATURE, ui.WITHDRAW, self._withdraw)

    # -- the queue -----------------------------------------------------------------------------------------------------

    @group.command(name="queue", description="What is held or reported and waits for staff.")
    async def queue(self, interaction: discord.Interaction) -> None:
        """Everything that waits, the oldest first, with a button for each of the first few."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        await self._members.allow(guild_id, reply.user_id, Action.MODERATE)
        language = await self._moderation.language_of_staff(guild_id)
        held = await self._moderation.deciding.waiting(guild_id)
        reports = await self._moderation.reports.waiting(guild_id, reply.user_id)
        lines = [(one.held_at, self._held_line(one), (one.id, ui.FEATURE, f"{one.id}.{one.revision}")) for one in held]
        for case in reports:
            name, link = named(case.name, case.about_id or 0), place(guild_id, case.channel_id, case.message_id)
            when = timestamp(case.opened_at)
            line = self._cards.say(language, "queue_report", name=name, link=link, when=when, count=case.count)
            lines.append((case.opened_at, line, (case.id, "report", str(case.id))))
        lines += await self.also_waiting(guild_id)
        lines.sort(key=lambda line: line[0])
        said = [f"{number}. {line}" for number, (_, line, _) in enumerate(lines[:LISTED_AT_MOST], start=1)]
        if not said:
            await reply.say(self._cards.say(language, "queue_empty"))
            return
        if len(lines) > LISTED_AT_MOST:
            said.append(self._cards.say(language, "queue_more", count=len(lines) - LISTED_AT_MOST))
        show = self._cards.say(language, "show")
        buttons = [
            Button(f"{show} {number}", feature, ui.SHOW, row)
            for number, (_, _, (_, feature, row)) in enumerate(lines[:SHOWN_AT_MOST], start=1)
        ]
        await reply.say("\n".join(said)[:2000], view=SafeView(buttons))

    def _held_line(self, held: Held) -> str:
        values = {"name": named(held.name, held.user_id), "group": discord.utils.escape_markdown(held.group_name)}
        return self._cards.say(held.language, "queue_held", **values, when=timestamp(held.held_at))

    # -- the buttons ---------------------------------------------------------------------------------------------------

    async def _show(self, press: Press) -> None:
        kept = await self._moderation.deciding.show(_row(press)[0], press.user_id)
        held = kept.held
        embeds, view = self._cards.shown(kept)
        lines = [self._cards.say(held.language, "card_why", reasons=self._cards.reasons(held.language, held.found))]
        if held.incident is not None:
            lines.append(self._cards.say(held.language, "card_incident", code=held.incident))
        if held.state is not HeldState.HELD:
            lines.append(self._cards.state(held))
        for number, embed in enumerate(embeds):
            is_last = number == len(embeds) - 1
            await press.say("\n".join(lines) if number == 0 else "", embed=embed, view=view if is_last else None)

    async def _approve(self, press: Press) -> None:
        await self._decide(press, HeldState.APPROVED)

    async def _decline(self, press: Press) -> None:
        await self._decide(press, HeldState.DECLINED)

    async def _reword(self, press: Press) -> None:
        await self._decide(press, HeldState.REWORD)

    async def _decide(self, press: Press, state: HeldState) -> None:
        held_id, revision = _row(press)
        held, outcome = await self._moderation.deciding.decide(held_id, revision, press.user_id, state)
        match outcome:
            case Outcome.DONE:
                said = self._cards.say(held.language, f"you_{state.value}")
            case Outcome.BEFORE:
                said = f"{self._cards.say(held.language, 'decided_before')} {self._cards.state(held)}"
            case Outcome.CHANGED:
                said = self._cards.say(held.language, "changed_since")
            case Outcome.LEFT:
                said = self._cards.say(held.language, "left_since")
        if outcome is Outcome.DONE and held.incident is not None:
            said = f"{said}\n{self._cards.say(held.language, 'flag_incident', code=held.incident)}"
        await press.say(said)

    async def _withdraw(self, press: Press) -> None:
        state = await self._moderation.held.withdraw(press.row_id, press.user_id)
        language = await self._language(press)
        key = "you_withdrew" if state is HeldState.WITHDRAWN else "nothing_to_withdraw"
        await press.say(self._cards.say(language, key))

    async def _language(self, press: Press) -> str:
        guild_id = await self._doors.guild(press)
        return (await self._members.standing(guild_id, press.user_id)).language

    # -- what happens in the channels ----------------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Somebody took a message away that we could not: it is out of sight, and waits no more."""
        await self._moderation.held.deleted(payload.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Several at once."""
        for message_id in payload.message_ids:
            await self._moderation.held.deleted(message_id)


def _row(press: Press) -> tuple[int, int]:
    """The row and the version that a button carries."""
    held_id, _, revision = press.row.partition(".")
    return int(held_id), int(revision or 0)
