"""What the outbox carries for cases: the time-out itself, the word to the person, the line to staff."""

from datetime import datetime

import discord

from bot.cases import deliveries
from bot.cases.service import CaseDeed, CaseService
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Outbox, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.ui.cases import CaseWords
from bot.ui.places import AUDIT_REASON, Places
from bot.ui.private_word import PrivateWord


class CaseTimeout(QuietKind):
    """A time-out, or its end, by Discord's own: the person goes on reading, and the bot goes on hearing them by DM."""

    name = deliveries.TIMEOUT

    def __init__(self, cases: CaseService, client: discord.Client) -> None:
        self._cases, self._client = cases, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The time-out, where it may still be; else staff are told that it was not done."""
        del now
        number = int(delivery.arguments["case"])
        case = await self._cases.find(number)
        if case is None or case.user_id is None:
            return Withdrawn()
        person = case.user_id
        if not await self._cases.may_go_on(case):
            await self._cases.call_off(number, perhaps_done=delivery.attempts > 1)
            return Withdrawn()
        until = case.until.isoformat() if case.deed is CaseDeed.TIMEOUT and case.until is not None else None

        async def carry_out() -> Receipt:
            await self._client.http.edit_member(
                case.guild_id, person, communication_disabled_until=until, reason=AUDIT_REASON
            )
            return Receipt()

        return Deed(carry_out)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """It is done: now the person is told."""
        del receipt
        await self._cases.carried_out(session, int(delivery.arguments["case"]), now)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """It is not done: staff are told, and nobody else."""
        del outcome
        await self._cases.not_carried_out(session, int(delivery.arguments["case"]), now)


class CaseTold(PrivateWord):
    """The word to the person, by DM; in a private thread where DMs are closed."""

    name = deliveries.TOLD
    thread = deliveries.TOLD_THREAD

    def __init__(self, words: CaseWords, outbox: Outbox, places: Places) -> None:
        super().__init__(outbox, places)
        self._words = words

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The word, drawn from the case."""
        del now
        case = await self._words.cases.find(int(delivery.arguments["case"]))
        if case is None:
            return Withdrawn()
        said, view = await self._words.told(case, in_thread=delivery.channel_id is not None)
        return self.posted(delivery, said, view)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """They have been told."""
        del receipt, now
        await self._words.cases.told(session, int(delivery.arguments["case"]))

    async def nobody_reached(self, session: Session, delivery: Delivery, now: datetime) -> None:
        """What was done stays done; staff know that the person does not know."""
        await self._words.cases.not_told(session, int(delivery.arguments["case"]), now)


class CaseLine(QuietKind):
    """A line to staff about how a case went: never a reason, never a word."""

    name = deliveries.STAFF_LINE

    def __init__(self, words: CaseWords) -> None:
        self._words = words

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line."""
        del now
        case = await self._words.cases.find(int(delivery.arguments["case"]))
        if case is None or case.user_id is None:
            return Withdrawn()
        language = await self._words.language(case.guild_id)
        name = await self._words.name(case.guild_id, case.user_id)
        deed = self._words.say(language, f"deed_{case.deed.value}")
        key = f"line_{delivery.arguments['key']}"
        return Post(content=self._words.say(language, key, name=name, deed=deed, number=case.id))
