"""What a drill looks like: the test itself, the card that fills as results come, the report, the weekly reminder."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

import discord

from bot.db import Session
from bot.delivery.service import Deed, Delivery, Errand, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.oncall.drill import (
    DRILL_CARD,
    DRILL_EDIT,
    DRILL_REMINDER,
    DRILL_REPORT,
    DRILL_ROAD,
    REPORTED_AFTER,
    Drills,
    code_of,
)
from bot.oncall.reach import DRILL_DM, Reach
from bot.roads.service import HANDED_OVER, Attempt, DrillReport
from bot.ui.roads import NO_ANSWER, RoadWords, link_or_none
from bot.ui.safe import Button, SafeView

LONGEST = 4_000  # characters; an embed's description holds 4,096


class DrillCards:
    """Draws a drill."""

    def __init__(self, drills: Drills, words: RoadWords) -> None:
        self.drills, self.words = drills, words

    async def embed(self, drill: DrillReport, *, title: str) -> discord.Embed:
        """Who, by which road, with what result. Kinds of road only: no number, no address."""
        language = await self.words.language(drill.guild_id)
        people = groupby(drill.attempts, key=lambda one: one.person)
        lines = (f"<@{person}>: {', '.join(self._said(language, attempts))}" for person, attempts in people)
        kept: list[str] = []
        for line in lines:
            if sum(map(len, kept)) + len(kept) + len(line) > LONGEST:
                kept.append("…")
                break
            kept.append(line)
        embed = discord.Embed(title=self.words.say(language, title), description="\n".join(kept))
        counts = {
            "all": len(drill.attempts),
            "confirmed": drill.confirmed,
            "handed_over": drill.count(outcome=HANDED_OVER),
            "waiting": drill.count(outcome=None),
        }
        counts["failed"] = counts["all"] - counts["handed_over"] - counts["waiting"]
        embed.set_footer(text=self.words.say(language, "drill_counts", code=code_of(drill.id), **counts))
        return embed

    def _said(self, language: str, attempts: Iterable[Attempt]) -> list[str]:
        return [f"{self.road(language, one)} {self.words.say(language, f'result_{_result(one)}')}" for one in attempts]

    def road(self, language: str, attempt: Attempt) -> str:
        """What a road is called."""
        return self.words.say(language, f"road_{attempt.type.replace('-', '_')}")

    async def view(self, drill: DrillReport) -> SafeView:
        """The card's button, which shows everybody the tests that went to them."""
        language = await self.words.language(drill.guild_id)
        return SafeView([Button(self.words.say(language, "arrived"), "drill", "mine", drill.id)])


def _result(attempt: Attempt) -> str:
    if attempt.confirmed_at is not None:
        return "confirmed"
    if attempt.outcome is None:
        return "waiting"
    known = {HANDED_OVER, NO_ANSWER, Outcome.LATE.value, Outcome.DM_CLOSED.value, Outcome.REFUSED.value}
    return attempt.outcome if attempt.outcome in known else "failed"


class _Tried(QuietKind):
    """What both forms of a test share: the drill hears of their end."""

    def __init__(self, drills: Drills) -> None:
        self._drills = drills

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """It was handed over. Whether it arrived, its person says."""
        del receipt
        await self._drills.ended(session, int(delivery.arguments["attempt"]), HANDED_OVER, now)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """It was refused, or its time was over."""
        await self._drills.ended(session, int(delivery.arguments["attempt"]), outcome.value, now)

    async def unanswered(self, session: Session, delivery: Delivery, now: datetime) -> None:
        """Nothing came back so far."""
        await self._drills.ended(session, int(delivery.arguments["attempt"]), NO_ANSWER, now)


class DrillDm(_Tried):
    """The test by DM."""

    name = DRILL_DM

    def __init__(self, drills: Drills, words: RoadWords) -> None:
        super().__init__(drills)
        self._words = words

    async def compose(self, delivery: Delivery, now: datetime) -> Post:
        """The test, with a button to say that it arrived."""
        del now
        language = await self._words.language(delivery.guild_id)
        attempt = int(delivery.arguments["attempt"])
        view = SafeView([Button(self._words.say(language, "arrived"), "drill", "arrived", attempt)])
        return Post(content=self._words.say(language, "drill_dm"), view=view)


class DrillRoad(_Tried):
    """The test down an outside road."""

    name = DRILL_ROAD

    def __init__(self, drills: Drills, reach: Reach, words: RoadWords) -> None:
        super().__init__(drills)
        self._reach, self._words = reach, words

    async def compose(self, delivery: Delivery, now: datetime) -> Errand | Withdrawn:
        """The test, with a link to say that it arrived where there are private pages."""
        del now
        person = delivery.user_id or 0
        road = await self._reach.find(delivery.guild_id, person, str(delivery.arguments["road"]))
        if road is None:
            return Withdrawn()
        link = await link_or_none(self._drills.links, int(delivery.arguments["attempt"]), person)
        code = code_of(int(delivery.arguments["drill"]))
        message = await self._words.message(delivery.guild_id, code, link=link, is_drill=True)

        async def run() -> Receipt:
            await self._reach.send(road, message)
            return Receipt()

        return Errand(run)


class DrillCard(QuietKind):
    """The card in #on-call."""

    name = DRILL_CARD

    def __init__(self, cards: DrillCards) -> None:
        self._cards = cards

    async def compose(self, delivery: Delivery, now: datetime) -> Post:
        """The card as the drill stands now."""
        del now
        drill = await self._cards.drills.find(int(delivery.arguments["drill"]))
        embed = await self._cards.embed(drill, title="drill_under_way")
        return Post(embed=embed, view=await self._cards.view(drill))

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """What came in while the card was on its way, it says soon."""
        del receipt
        await self._cards.drills.edit_card(session, int(delivery.arguments["drill"]), delivery.guild_id, now)


class DrillEdit(QuietKind):
    """Has the card say how the drill stands."""

    name = DRILL_EDIT

    def __init__(self, cards: DrillCards, client: discord.Client) -> None:
        self._cards, self._client = cards, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit; none where the card is not there yet, for then it says so itself."""
        drill = await self._cards.drills.find(int(delivery.arguments["drill"]))
        card = await self._cards.drills.card_of(drill.id)
        if card is None:
            return Withdrawn()
        is_over = now - drill.started_at >= REPORTED_AFTER
        embed = await self._cards.embed(drill, title="drill_over" if is_over else "drill_under_way")
        view = await self._cards.view(drill)

        async def edit() -> Receipt:
            message = self._client.get_partial_messageable(card[0]).get_partial_message(card[1])
            try:
                await message.edit(embed=embed, view=view)
            except discord.NotFound:
                return Receipt()  # somebody deleted the card
            return Receipt()

        return Deed(edit)


class DrillReported(QuietKind):
    """The report, two minutes later: a message of its own, for an edit tells nobody."""

    name = DRILL_REPORT

    def __init__(self, cards: DrillCards) -> None:
        self._cards = cards

    async def compose(self, delivery: Delivery, now: datetime) -> Post:
        """The report, which mentions whoever asked for the drill."""
        del now
        drill = await self._cards.drills.find(int(delivery.arguments["drill"]))
        asked = discord.Object(drill.started_by)
        mentions = discord.AllowedMentions(everyone=False, roles=False, users=[asked])
        embed = await self._cards.embed(drill, title="drill_report")
        return Post(content=f"<@{drill.started_by}>", embed=embed, mentions=mentions)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """The card says that it is over, too."""
        del receipt
        await self._cards.drills.edit_card(session, int(delivery.arguments["drill"]), delivery.guild_id, now)


class DrillReminderLine(QuietKind):
    """The weekly reminder."""

    name = DRILL_REMINDER

    def __init__(self, words: RoadWords) -> None:
        self._words = words

    async def compose(self, delivery: Delivery, now: datetime) -> Post:
        """One line, which mentions nobody."""
        del now
        return Post(content=self._words.say(await self._words.language(delivery.guild_id), "drill_reminder"))
