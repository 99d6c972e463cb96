"""What people see of cases: the time-out itself, the word to the person, the line to staff, the history."""

from datetime import datetime, timedelta

import discord

from bot.cases import deliveries
from bot.cases.service import Case, CaseDeed, CaseService, History, Obstacle, Refused, Step
from bot.content import Content
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Outbox, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.house_rules.service import HouseRules
from bot.members.service import MemberService
from bot.oncall.service import OnCallService
from bot.program.service import ProgrammeService
from bot.ui.oncall import timestamp
from bot.ui.places import AUDIT_REASON, Places
from bot.ui.private_word import PrivateWord
from bot.ui.safe import Button, SafeView

LISTED_AT_MOST = 3_500  # characters of a history; an embed's description holds 4,096


class CaseWords:
    """The words of cases."""

    def __init__(
        self,
        cases: CaseService,
        rules: HouseRules,
        members: MemberService,
        programmes: ProgrammeService,
        oncall: OnCallService,
        content: Content,
    ) -> None:
        self.cases, self._rules, self._members, self._programmes = cases, rules, members, programmes
        self._oncall, self._content = oncall, content

    def say(self, language: str, key: str, **values: str | int) -> str:
        """A text of this feature."""
        return self._content.texts.say(language, f"cases.{key}", **values)

    async def language(self, guild_id: int) -> str:
        """The language in which a programme's staff are spoken to."""
        programme = await self._programmes.current(guild_id)
        return programme.program.languages[0].value if programme else "en"

    async def name(self, guild_id: int, user_id: int) -> str:
        """The chosen name of a member, for staff; of anybody else a mention, which pings nobody."""
        member = await self._members.find(guild_id, user_id)
        return discord.utils.escape_markdown(member.chosen_name) if member else f"<@{user_id}>"

    # -- to the person -------------------------------------------------------------------------------------------------

    async def told(self, case: Case) -> tuple[str, SafeView]:
        """The word to the person, in their language: what was done, what it does not touch, and a way to staff."""
        person = case.user_id or 0
        language = (await self._members.standing(case.guild_id, person)).language
        programme = await self._programmes.current(case.guild_id)
        country = programme.program.country if programme else "US"
        group = programme.group(case.group_key) if programme and case.group_key else None
        values = {
            "until": timestamp(case.until, "f"),
            "in": timestamp(case.until, "R"),
            "group": group.name if group else (case.group_key or ""),
        }
        parts = [self.say(language, f"told_{case.deed.value}", **values)]
        if case.words:
            quoted = "\n".join(f"> {line}" for line in discord.utils.escape_markdown(case.words).splitlines())
            parts.append(f"{self.say(language, 'told_words')}\n{quoted}")
        numbers = {
            "emergency": self._content.emergency(country, language),
            "lifeline": self._content.lifeline(country, language),
        }
        parts.append(self.say(language, "told_still_open", **numbers))
        label = self._content.texts.say(language, "buttons.ask_staff")
        button = Button(label, "support", "ask", case.guild_id, discord.ButtonStyle.primary)
        return "\n\n".join(parts), SafeView([button])

    # -- to staff ------------------------------------------------------------------------------------------------------

    async def refused(self, language: str, guild_id: int, user_id: int, refused: Refused) -> str:
        """Why it was not done; where an incident is in the way, with the way to the card."""
        name = await self.name(guild_id, user_id)
        said = self.say(language, f"refused_{refused.why.value}", name=name)
        if refused.incident_id is None or refused.why not in {Obstacle.INCIDENT, Obstacle.SAY_HARM}:
            return said
        return f"{said}\n{await self.card(language, guild_id, refused.incident_id)}"

    async def card(self, language: str, guild_id: int, incident_id: int) -> str:
        """Where an incident's card is."""
        incident = await self._oncall.find(incident_id)
        place = await self._oncall.card_of(incident_id)
        if place is None:
            return self.say(language, "card_by_code", code=incident.code)
        link = f"https://discord.com/channels/{guild_id}/{place[0]}/{place[1]}"
        return self.say(language, "card_there", code=incident.code, link=link)

    async def next_step(self, language: str, guild_id: int, history: History) -> str:
        """Which step would be fitting: a suggestion, and said as one."""
        if history.incident_id is not None:
            card = await self.card(language, guild_id, history.incident_id)
            return f"{self.say(language, 'next_incident')}\n{card}"
        return self.say(language, f"next_{_step(history.step)}", minutes=_minutes(history.step.lasts))

    async def history(self, language: str, guild_id: int, user_id: int, history: History) -> discord.Embed:
        """The whole history, newest first, with reasons: for staff alone."""
        lines: list[str] = []
        for case in reversed(history.cases):
            line = self._line(language, case)
            if sum(map(len, lines)) + len(lines) + len(line) > LISTED_AT_MOST:
                lines.append("…")
                break
            lines.append(line)
        title = self.say(language, "history_title", name=await self.name(guild_id, user_id))
        embed = discord.Embed(title=title[:256], description="\n".join(lines) or self.say(language, "history_none"))
        embed.add_field(
            name=self.say(language, "history_next"), value=await self.next_step(language, guild_id, history)
        )
        accepted = await self._rules.standing_of(guild_id, user_id)
        if accepted:
            said = [
                self.say(
                    language,
                    "rules_accepted" if one.accepted_at else "rules_open",
                    group=one.group_name,
                    version=one.version,
                    at=timestamp(one.accepted_at, "d"),
                )
                for one in accepted
            ]
            embed.add_field(name=self.say(language, "history_rules"), value="\n".join(said)[:1024], inline=False)
        return embed

    def _line(self, language: str, case: Case) -> str:
        who = f"<@{case.acted_by}>" if case.acted_by else "-"
        parts = [
            f"`#{case.id}` {timestamp(case.at, 'd')}",
            self.say(language, f"deed_{case.deed.value}"),
            *([timestamp(case.until, "f")] if case.until else []),
            who,
            self.say(language, f"state_{case.state.value}"),
            self.say(language, f"telling_{case.telling.value}"),
            *([self.say(language, "for_others")] if case.for_others else []),
        ]
        reason = discord.utils.escape_markdown(" ".join(case.reason.split()))
        return f"{' · '.join(parts)}\n> {reason}" if reason else " · ".join(parts)


def _step(step: Step) -> str:
    return step.deed.value if step.deed is not None else "talk"


def _minutes(lasts: timedelta | None) -> int:
    return int(lasts.total_seconds() // 60) if lasts else 0


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
            await self._cases.call_off(number)
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
        said, view = await self._words.told(case)
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
