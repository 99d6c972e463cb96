"""What staff see of their own words: the card without them, and privately the words, their trial and the buttons."""

from collections.abc import Sequence
from datetime import datetime

import discord

from bot.content import Content
from bot.crisis.lexicon_service import (
    InUse,
    LexiconService,
    Proposal,
    ProposalKind,
    ProposalState,
    Refusal,
    Tested,
    Trial,
)
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Post, QuietKind, Receipt, Withdrawn
from bot.program.layout import MOD_QUEUE, STAFF_ROOM
from bot.program.service import ProgrammeService
from bot.ui.oncall import timestamp
from bot.ui.places import Places
from bot.ui.safe import Button, SafeView

FEATURE = "lexicon"
SHOW, APPROVE, DECLINE, WITHDRAW, MISSED = "show", "approve", "decline", "withdraw", "missed"
MESSAGE_AT_MOST = 1_900  # characters; a message holds 2,000
TESTED_AT_MOST = 3_900  # characters of a text to be tested; an embed's description holds 4,096
LISTED_AT_MOST = 25  # buttons; a message holds no more
_FENCE, _BROKEN_FENCE = "```", "``\u02cb"  # as long, and it looks the same


def marked(text: str) -> str:
    """Staff's own words inside a sentence: plain words by now, for a term holds no sign but dots and slashes."""
    return f"`{text}`"


def fenced(text: str) -> str:
    """``text`` as it is, in a block where no Markdown counts."""
    return f"{_FENCE}\n{text.replace(_FENCE, _BROKEN_FENCE)}\n{_FENCE}"


def unfenced(block: str) -> str:
    """What ``fenced`` was given."""
    inside = block.strip().removeprefix(_FENCE).removesuffix(_FENCE)
    return inside.replace(_BROKEN_FENCE, _FENCE).strip("\n")


class Wordings:
    """Everything the feature says, in words."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def say(self, language: str, key: str, **values: str | int) -> str:
        """A text of this feature."""
        return self._content.texts.say(language, f"lexicon.{key}", **values)

    def named(self, language: str, sort: str, value: str) -> str:
        """A tier, a category or a state in words."""
        return self.say(language, f"{sort}_{value.replace('-', '_')}")

    def refused(self, language: str, refusal: Refusal) -> str:
        """Why a term is not taken, in one sentence."""
        values = dict(refusal.values)
        if "until" in values:
            values["until"] = f"<t:{values['until']}:D>"
        if "signs" in values:
            values["signs"] = discord.utils.escape_mentions(discord.utils.escape_markdown(str(values["signs"])))
        return self.say(language, f"refused_{refusal.reason.value}", **values)

    def trial(self, language: str, trial: Trial | None) -> str:
        """How a term does on our own harmless lines, with a few of those it finds."""
        if trial is None:
            return ""
        said = self.say(language, "trial", flagged=trial.flagged, total=trial.total)
        shown = [self.say(language, "trial_example", line=line) for line in trial.examples]
        return "\n".join([said, *shown])

    def _facts(self, language: str, proposal: Proposal) -> dict[str, str | int]:
        return {
            "term": marked(proposal.text) if proposal.text is not None else self.say(language, "erased"),
            "tier": self.named(language, "tier", proposal.tier.value),
            "category": self.named(language, "category", proposal.category.value),
            "id": proposal.id,
            "days": proposal.days,
            "who": f"<@{proposal.proposed_by}>",
            "when": timestamp(proposal.proposed_at, "R"),
            "trial": self.trial(language, proposal.trial),
        }

    def proposed(self, language: str, proposal: Proposal) -> tuple[str, SafeView]:
        """What whoever proposed it reads, with the button to take it back."""
        said = self.say(language, f"proposed_{proposal.kind.value}", **self._facts(language, proposal))
        return said + self._replaced(language, proposal), self._buttons(language, proposal, (WITHDRAW,))

    def shown(self, language: str, proposal: Proposal, reader: int) -> tuple[str, SafeView]:
        """A proposal with its words, for one staff member, with the buttons that are theirs to press."""
        said = self.say(language, f"show_{proposal.kind.value}", **self._facts(language, proposal))
        if proposal.state is not ProposalState.PENDING:
            return f"{said}\n{self.decided_before(language, proposal)}", SafeView([])
        said += self._replaced(language, proposal)
        if proposal.proposed_by == reader:
            return said, self._buttons(language, proposal, (WITHDRAW,))
        if proposal.text is None:
            return f"{said}\n{self.say(language, 'show_erased')}", self._buttons(language, proposal, (DECLINE,))
        return said, self._buttons(language, proposal, (APPROVE, DECLINE))

    def _replaced(self, language: str, proposal: Proposal) -> str:
        """What is in use now and would be no more; whoever approves may be turning a page into a card."""
        if (term := proposal.replaces) is None:
            return ""
        tier = self.named(language, "tier", term.tier.value)
        category = self.named(language, "category", term.category.value)
        said = self.say(language, "replaces", tier=tier, category=category, ends=timestamp(term.expires_at, "D"))
        return f"\n{said}"

    def _buttons(self, language: str, proposal: Proposal, verbs: Sequence[str]) -> SafeView:
        labels = {
            APPROVE: self._content.texts.say(language, "buttons.approve"),
            DECLINE: self._content.texts.say(language, "buttons.decline"),
            WITHDRAW: self.say(language, "withdraw"),
        }
        styles = {APPROVE: discord.ButtonStyle.success}
        return SafeView(
            [
                Button(labels[verb], FEATURE, verb, proposal.id, styles.get(verb, discord.ButtonStyle.secondary))
                for verb in verbs
            ]
        )

    def decided(self, language: str, proposal: Proposal, ends_at: datetime | None) -> str:
        """What whoever decided reads. ``ends_at`` (UTC) is when the term ends."""
        if proposal.state is not ProposalState.APPROVED:
            return self.say(language, proposal.state.value)
        key = "approved" if proposal.kind is ProposalKind.ADD else "approved_remove"
        return self.say(language, key, **self._facts(language, proposal), ends=timestamp(ends_at, "D"))

    def decided_before(self, language: str, proposal: Proposal) -> str:
        """Who was first, and what they decided."""
        state = self.named(language, "state", proposal.state.value)
        when = timestamp(proposal.decided_at, "R")
        return self.say(language, "decided_before", state=state, who=f"<@{proposal.decided_by}>", when=when)

    def card(self, language: str, proposal: Proposal) -> tuple[discord.Embed, SafeView]:
        """The card: who proposes what sort of thing, and how it stands. None of the words."""
        said = self.say(language, f"card_{proposal.kind.value}", **self._facts(language, proposal))
        buttons = []
        if proposal.state is ProposalState.PENDING:
            buttons.append(Button(self.say(language, "show"), FEATURE, SHOW, proposal.id, discord.ButtonStyle.primary))
        else:
            state = self.named(language, "state", proposal.state.value)
            when = timestamp(proposal.decided_at, "f")
            said = self.say(language, "card_state", card=said, state=state, who=f"<@{proposal.decided_by}>", when=when)
        embed = discord.Embed(title=self.say(language, f"card_{proposal.kind.value}_title"), description=said)
        embed.set_footer(text=f"#{proposal.id}")
        return embed, SafeView(buttons)

    def listed(
        self, language: str, in_use: Sequence[InUse], waiting: Sequence[Proposal]
    ) -> tuple[Sequence[str], SafeView]:
        """The terms in use and what waits, in as many messages as it takes; a button shows each that waits."""
        lines = [
            self.say(
                language,
                "list_term",
                id=term.id,
                term=marked(term.text),
                tier=self.named(language, "tier", term.tier.value),
                category=self.named(language, "category", term.category.value),
                ends=timestamp(term.expires_at, "D"),
            )
            for term in in_use
        ]
        # What waits comes first: it is what the reader can do something about.
        said = [self.say(language, "list_waiting", **self._facts(language, one)) for one in waiting]
        label = self.say(language, "show")
        # Where several wait, a button says which of them it shows, by the number its line and its card have.
        labels = [f"{label} #{one.id}" if len(waiting) > 1 else label for one in waiting]
        shown = zip(labels[:LISTED_AT_MOST], waiting, strict=False)
        view = SafeView([Button(name, FEATURE, SHOW, one.id) for name, one in shown])
        return _in_messages([*said, *lines]) or [self.say(language, "list_empty")], view

    def tested(self, language: str, tested: Tested, text: str) -> tuple[str, discord.Embed, SafeView]:
        """What the detector says of a text. The text is in the answer itself: it is kept nowhere else."""
        verdict = tested.verdict
        if verdict.rules:
            said = self.say(
                language,
                "test_verdict",
                tier=self.named(language, "tier", verdict.tier.value),
                categories=", ".join(self.named(language, "category", one.value) for one in verdict.categories),
                rules=", ".join(f"`{rule}`" for rule in verdict.rules),
            )
        else:
            said = self.say(language, "test_nothing")
        if isinstance(tested.as_term, Refusal):
            as_term = self.say(language, "test_no_term", reason=self.refused(language, tested.as_term))
        else:
            as_term = self.say(language, "test_as_term", trial=self.trial(language, tested.as_term))
        not_kept = self.say(language, "test_not_kept")
        view = SafeView([Button(self.say(language, "missed"), FEATURE, MISSED, "tested")])
        parts = [said[: MESSAGE_AT_MOST - len(as_term) - len(not_kept)], as_term, not_kept]
        return "\n".join(parts), discord.Embed(description=fenced(text)), view


def _in_messages(lines: Sequence[str]) -> list[str]:
    """Lines, none longer than a message, in as few messages as hold them."""
    pages: list[str] = []
    for line in lines:
        if pages and len(pages[-1]) + 1 + len(line) <= MESSAGE_AT_MOST:
            pages[-1] = f"{pages[-1]}\n{line}"
        else:
            pages.append(line)
    return pages


class ProposalCard(QuietKind):
    """The card in #mod-queue that asks for a second person."""

    name = "lexicon.card"

    def __init__(
        self, lexicon: LexiconService, wordings: Wordings, programmes: ProgrammeService, places: Places
    ) -> None:
        self._lexicon, self._wordings, self._programmes, self._places = lexicon, wordings, programmes, places

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The card, where nobody has decided yet."""
        del now
        proposal = await self._lexicon.facts(int(delivery.arguments["proposal"]))
        if proposal is None or proposal.state is not ProposalState.PENDING:
            return Withdrawn()
        embed, view = self._wordings.card(await _language(self._programmes, delivery.guild_id), proposal)
        return Post(embed=embed, view=view, channel_id=await self._places.channel(delivery.guild_id, MOD_QUEUE))

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Where it was decided while the card was on its way, have the card say so."""
        del now
        if receipt.channel_id is not None and receipt.message_id is not None:
            proposal = int(delivery.arguments["proposal"])
            await self._lexicon.catch_up_card(session, proposal, (receipt.channel_id, receipt.message_id))


class ProposalCardEdit(QuietKind):
    """Has a card say what was decided, and by whom."""

    name = "lexicon.card-edit"

    def __init__(
        self, lexicon: LexiconService, wordings: Wordings, programmes: ProgrammeService, client: discord.Client
    ) -> None:
        self._lexicon, self._wordings, self._programmes, self._client = lexicon, wordings, programmes, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit, by what the proposal says now."""
        del now
        channel_id, message_id = delivery.channel_id, int(delivery.arguments["message"])
        proposal = await self._lexicon.facts(int(delivery.arguments["proposal"]))
        if proposal is None or channel_id is None:
            return Withdrawn()
        embed, view = self._wordings.card(await _language(self._programmes, delivery.guild_id), proposal)

        async def edit() -> Receipt:
            message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
            try:
                await message.edit(embed=embed, view=view)
            except discord.NotFound:
                return Receipt()  # somebody deleted the card: nothing left to say on it
            return Receipt()

        return Deed(edit)


class TermEnding(QuietKind):
    """The line in #staff-room a week before a term ends."""

    name = "lexicon.line"

    def __init__(
        self, lexicon: LexiconService, wordings: Wordings, programmes: ProgrammeService, places: Places
    ) -> None:
        self._lexicon, self._wordings, self._programmes, self._places = lexicon, wordings, programmes, places

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line, where the term is in use and still ends then."""
        del now
        term_id, ends = int(delivery.arguments["term"]), int(delivery.arguments["ends"])
        ends_at = await self._lexicon.ends_at(term_id)
        if ends_at is None or int(ends_at.timestamp()) != ends:
            return Withdrawn()
        language = await _language(self._programmes, delivery.guild_id)
        said = self._wordings.say(language, "ending", id=term_id, ends=timestamp(ends_at, "R"))
        return Post(content=said, channel_id=await self._places.channel(delivery.guild_id, STAFF_ROOM))


async def _language(programmes: ProgrammeService, guild_id: int) -> str:
    programme = await programmes.current(guild_id)
    return programme.program.languages[0].value if programme else "en"
