"""What people see of cases: the word to the person, why something is refused, the history."""

from datetime import timedelta
from typing import Final

import discord

from bot.cases.service import Case, CaseDeed, CaseService, ChannelHistory, History, Obstacle, Refused, Step
from bot.content import Content
from bot.house_rules.service import HouseRules
from bot.members.service import MemberService
from bot.oncall.service import OnCallService
from bot.program.service import ProgrammeService
from bot.ui.oncall import timestamp
from bot.ui.safe import Button, SafeView

SHIELDS: Final = frozenset({Obstacle.INCIDENT, Obstacle.SAY_HARM})
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

    async def told(self, case: Case, *, in_thread: bool = False) -> tuple[str, SafeView]:
        """The word to the person, in their language: what was done, what it does not touch, and a way to staff.

        ``in_thread`` is where their DMs are closed: a pause keeps them from writing there, too.
        """
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
        is_lifted = case.deed is CaseDeed.RELEASE and case.acted_by is None
        key = "told_lifted" if is_lifted else f"told_{case.deed.value}"
        parts = [self.say(language, key, **values)]
        if case.words:
            quoted = "\n".join(f"> {line}" for line in discord.utils.escape_markdown(case.words).splitlines())
            parts.append(f"{self.say(language, 'told_words')}\n{quoted}")
        numbers = {
            "emergency": self._content.emergency(country, language),
            "lifeline": self._content.lifeline(country, language),
        }
        is_mute_here = in_thread and case.deed is CaseDeed.TIMEOUT
        still_open = "told_still_open_in_thread" if is_mute_here else "told_still_open"
        parts.append(self.say(language, still_open, **numbers))
        label = self._content.texts.say(language, "buttons.ask_staff")
        button = Button(label, "support", "ask", case.guild_id, discord.ButtonStyle.primary)
        return "\n\n".join(parts), SafeView([button])

    # -- to staff ------------------------------------------------------------------------------------------------------

    async def refused(self, language: str, guild_id: int, user_id: int, refused: Refused) -> str:
        """Why it was not done; where an incident is in the way, with the way to the card."""
        name = await self.name(guild_id, user_id)
        first = refused.earlier
        values: dict[str, str | int] = {"name": name}
        if first is not None:
            values |= {"number": first.id, "who": f"<@{first.by}>", "until": timestamp(first.until, "f")}
        said = self.say(language, f"refused_{refused.why.value}", **values)
        if refused.incident_id is None or refused.why not in SHIELDS:
            return said
        return f"{said}\n{await self.card(language, guild_id, refused.incident_id)}"

    async def discharge_refused(self, guild_id: int, user_id: int, refused: Refused) -> str:
        """Why somebody's care does not end now, with the way to the card."""
        language, name = await self.language(guild_id), await self.name(guild_id, user_id)
        key = "refused_say_why" if refused.why is Obstacle.SAY_WHY else "discharge_incident"
        said = self.say(language, key, name=name)
        return f"{said}\n{await self.card(language, guild_id, refused.incident_id)}" if refused.incident_id else said

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
        """What was done, newest first. Why stands on the private page, and no reason comes here."""
        embed = discord.Embed(
            title=self.say(language, "history_title", name=await self.name(guild_id, user_id))[:256],
            description=self._listed(language, history.cases),
        )
        if history.cases and history.link is None:
            embed.set_footer(text=self.say(language, "history_no_page"))
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

    def channel_history(self, language: str, channel_id: int, history: ChannelHistory) -> discord.Embed:
        """The same about a channel."""
        listed = f"<#{channel_id}>\n{self._listed(language, history.cases)}"
        embed = discord.Embed(title=self.say(language, "history_channel"), description=listed)
        if history.cases and history.link is None:
            embed.set_footer(text=self.say(language, "history_no_page"))
        return embed

    def _listed(self, language: str, cases: tuple[Case, ...]) -> str:
        lines: list[str] = []
        for case in reversed(cases):
            line = self._line(language, case)
            if sum(map(len, lines)) + len(lines) + len(line) > LISTED_AT_MOST:
                lines.append("…")
                break
            lines.append(line)
        return "\n".join(lines) or self.say(language, "history_none")

    def _line(self, language: str, case: Case) -> str:
        nobody = "by_danger" if case.user_id is not None else "by_quiet_hours"
        who = f"<@{case.acted_by}>" if case.acted_by else self.say(language, nobody)
        parts = [
            f"`#{case.id}` {timestamp(case.at, 'd')}",
            self.say(language, f"deed_{case.deed.value}"),
            *([timestamp(case.until, "f")] if case.until else []),
            who,
            self.say(language, f"state_{case.state.value}"),
            *([self.say(language, f"telling_{case.telling.value}")] if case.user_id is not None else []),
            *([self.say(language, "for_others")] if case.for_others else []),
        ]
        return " · ".join(parts)


def _step(step: Step) -> str:
    return step.deed.value if step.deed is not None else "talk"


def _minutes(lasts: timedelta | None) -> int:
    return int(lasts.total_seconds() // 60) if lasts else 0
