"""The doors of staff's own words and of the review list: `/lexicon …`, their buttons, and a message's own menu."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.crisis.assessment import Category, Tier
from bot.crisis.feedback import FeedbackService, ReviewDone
from bot.crisis.lexicon_service import DEFAULT_DAYS, MOST_DAYS, Decision, LexiconService, ProposalState, Refusal
from bot.members.service import MemberService
from bot.ui import lexicon as ui
from bot.ui import review
from bot.ui.safe import Press, Presses, Reply
from bot.ui.words import words_of

STAFF_ONLY = discord.Permissions(moderate_members=True)
MENU = "This was missed"
TIERS = [app_commands.Choice(name=tier.value, value=tier.value) for tier in (Tier.NOTIFY, Tier.PAGE)]
CATEGORIES = [
    app_commands.Choice(name=category.value.replace("-", " "), value=category.value)
    for category in Category
    if category is not Category.PAST  # words of danger are about now
]


class Lexicon(commands.Cog):
    """Teaching the detector, by two; and reading where it was wrong. What staff type here is not read for danger."""

    group = app_commands.Group(
        name="lexicon",
        description="Words of staff's own for the detector.",
        guild_only=True,
        default_permissions=STAFF_ONLY,
    )

    def __init__(
        self,
        lexicon: LexiconService,
        feedback: FeedbackService,
        members: MemberService,
        wordings: ui.Wordings,
        presses: Presses,
        doors: Doors,
    ) -> None:
        self._lexicon, self._feedback, self._members = lexicon, feedback, members
        self._wordings, self._doors = wordings, doors
        presses.on(ui.FEATURE, ui.SHOW, self._show)
        presses.on(ui.FEATURE, ui.APPROVE, self._approve)
        presses.on(ui.FEATURE, ui.DECLINE, self._decline)
        presses.on(ui.FEATURE, ui.WITHDRAW, self._withdraw)
        presses.on(ui.FEATURE, ui.MISSED, self._missed)
        presses.on(review.FEATURE, review.SHOW, self._show_entry)
        presses.on(review.FEATURE, review.CLOSE, self._ask_done, opens_form=True)
        presses.on(review.FEATURE, review.CLOSED, self._close_entry)

    def menu(self) -> app_commands.ContextMenu:
        """The entry of a message's own menu; discord.py takes it from the command tree, not from a cog."""
        made = app_commands.ContextMenu(name=MENU, callback=self._menu)
        made.default_permissions, made.guild_only = STAFF_ONLY, True
        return made

    # -- staff's own words ---------------------------------------------------------------------------------------------

    @group.command(name="add", description="Propose words that mean danger here; a second staff member approves.")
    @app_commands.describe(
        text="A few words; ... between two words for up to three others, a/b for either word",
        tier="notify (a card) or page (somebody is paged at once)",
        category="What they are about: it decides how the person is answered",
        days=f"How long they are in use; {DEFAULT_DAYS} without this",
    )
    @app_commands.choices(tier=TIERS, category=CATEGORIES)
    async def add(
        self,
        interaction: discord.Interaction,
        text: str,
        tier: str = Tier.NOTIFY.value,
        category: str | None = None,
        days: app_commands.Range[int, 1, MOST_DAYS] = DEFAULT_DAYS,
    ) -> None:
        """Propose a term, or to keep one for longer."""
        reply = Reply(interaction)
        await reply.defer()
        about = Category(category) if category is not None else None
        guild_id = await self._doors.guild(reply)
        outcome = await self._lexicon.propose(guild_id, reply.user_id, text, Tier(tier), about, days)
        if isinstance(outcome, Refusal):
            await reply.say(self._wordings.refused("en", outcome))
            return
        said, view = self._wordings.proposed("en", outcome)
        await reply.say(said, view=view)

    @group.command(name="remove", description="Propose to take words out of use; a second staff member approves.")
    @app_commands.describe(text="The words, as /lexicon list shows them")
    async def remove(self, interaction: discord.Interaction, text: str) -> None:
        """Propose to take a term out of use."""
        reply = Reply(interaction)
        await reply.defer()
        outcome = await self._lexicon.propose_removal(await self._doors.guild(reply), reply.user_id, text)
        if outcome is None:
            await reply.say(self._wordings.say("en", "no_such_term"))
        elif isinstance(outcome, Refusal):
            await reply.say(self._wordings.refused("en", outcome))
        else:
            said, view = self._wordings.proposed("en", outcome)
            await reply.say(said, view=view)

    @group.command(name="list", description="The words in use here, and what waits for a second person.")
    async def list(self, interaction: discord.Interaction) -> None:
        """The terms in use, and the proposals."""
        reply = Reply(interaction)
        await reply.defer()
        in_use, waiting = await self._lexicon.listed(await self._doors.guild(reply), reply.user_id)
        pages, view = self._wordings.listed("en", in_use, waiting)
        for number, page in enumerate(pages):
            await reply.say(page, view=view if number == 0 else None)

    @group.command(name="test", description="What the detector says of a text, only for you. Nothing is kept.")
    @app_commands.describe(text="The text to try")
    async def test(self, interaction: discord.Interaction, text: app_commands.Range[str, 1, ui.TESTED_AT_MOST]) -> None:
        """What the detector says of a text, and how it would do as a term."""
        reply = Reply(interaction)
        await reply.defer()
        tested = await self._lexicon.test(await self._doors.guild(reply), reply.user_id, text)
        said, embed, view = self._wordings.tested("en", tested, text)
        await reply.say(said, embed=embed, view=view)

    async def _show(self, press: Press) -> None:
        proposal = await self._lexicon.show(press.row_id, press.user_id)
        said, view = self._wordings.shown("en", proposal, press.user_id)
        await press.say(said, view=view)

    async def _approve(self, press: Press) -> None:
        await self._say_decision(press, await self._lexicon.decide(press.row_id, press.user_id, approve=True))

    async def _decline(self, press: Press) -> None:
        await self._say_decision(press, await self._lexicon.decide(press.row_id, press.user_id, approve=False))

    async def _withdraw(self, press: Press) -> None:
        await self._say_decision(press, await self._lexicon.withdraw(press.row_id, press.user_id))

    async def _say_decision(self, press: Press, decision: Decision) -> None:
        proposal = decision.proposal
        if not decision.won:
            await press.say(self._wordings.decided_before("en", proposal))
            return
        ends_at = None
        if proposal.state is ProposalState.APPROVED and proposal.term_id is not None:
            ends_at = await self._lexicon.ends_at(proposal.term_id)
        await press.say(self._wordings.decided("en", proposal, ends_at))

    # -- what was missed -----------------------------------------------------------------------------------------------

    async def _missed(self, press: Press) -> None:
        """The text is read from the answer the button is under: that is the only place where it is."""
        message = press.interaction.message
        block = message.embeds[0].description if message is not None and message.embeds else None
        await self._report(press, ui.unfenced(block or ""), f"answer:{press.message_id}", None)

    async def _menu(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Staff point at a message that the detector should have found."""
        reply = Reply(interaction)
        await reply.defer()
        await self._report(reply, words_of(message), f"message:{message.id}", message.author.id)

    async def _report(self, reply: Reply, text: str, key: str, author_id: int | None) -> None:
        if not text.strip():
            await reply.say(self._wordings.say("en", "miss_no_words"))
            return
        guild_id = await self._doors.guild(reply)
        entry, is_new = await self._feedback.report_miss(guild_id, reply.user_id, text, key, author_id)
        await reply.say(self._wordings.say("en", "miss_listed" if is_new else "miss_listed_before", id=entry.id))

    # -- the review list -----------------------------------------------------------------------------------------------

    @group.command(name="review", description="Where the detector was wrong: what nobody has looked at yet.")
    async def review(self, interaction: discord.Interaction) -> None:
        """The open entries, the oldest first: one message each, for each has its own buttons."""
        reply = Reply(interaction)
        await reply.defer()
        entries, count = await self._feedback.listed(await self._doors.guild(reply), reply.user_id)
        if not entries:
            await reply.say(self._wordings.say("en", "review_empty"))
            return
        await reply.say(self._wordings.say("en", "review_intro", count=count))
        for entry in entries:
            said, view = review.line(self._wordings, "en", entry)
            await reply.say(said, view=view)

    async def _show_entry(self, press: Press) -> None:
        entry = await self._feedback.show(press.row_id, press.user_id)
        channel = entry.incident.channel_id if entry.incident is not None else None
        by_dm = channel is not None and await self._members.dms.is_dm(channel)
        said, embed, view = review.words(self._wordings, "en", entry, by_dm=by_dm)
        await press.say(said, embed=embed, view=view)

    async def _ask_done(self, press: Press) -> None:
        entry = await self._feedback.find(press.row_id, press.user_id)
        await press.open(review.close_form(self._wordings, "en", entry))

    async def _close_entry(self, press: Press) -> None:
        entry, is_first = await self._feedback.close(press.row_id, press.user_id, ReviewDone(press.value("done")))
        key = "review_closed" if is_first else "review_closed_already"
        await press.say(self._wordings.say("en", key, id=entry.id))
