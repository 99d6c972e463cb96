"""The doors of incidents: the buttons of their cards, and `/incident …`. Notes and words stand on a private page."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.errors import NotFoundError
from bot.members.service import Action, MemberService
from bot.oncall.service import Incident, IncidentState, OnCallService, ResolvedAs
from bot.ui.incident_shown import Shown
from bot.ui.oncall import Cards, timestamp
from bot.ui.safe import Press, Presses, Reply, SafeModal

LISTED_AT_MOST = 1_900  # characters; a message holds 2,000
STAFF_ONLY = discord.Permissions(moderate_members=True)
FEATURE = "incident"


class Incidents(commands.Cog):
    """Taking an incident, and everything that follows until it is resolved and looked in on."""

    group = app_commands.Group(
        name="incident", description="Incidents that are not resolved.", guild_only=True, default_permissions=STAFF_ONLY
    )

    def __init__(
        self, oncall: OnCallService, members: MemberService, cards: Cards, presses: Presses, doors: Doors
    ) -> None:
        self._oncall, self._members, self._cards, self._doors = oncall, members, cards, doors
        self._shown = Shown(cards)
        app_commands.choices(outcome=cards.outcomes())(self.resolve)
        presses.on(FEATURE, "ack", self._acknowledge)
        presses.on(FEATURE, "still", self._still)
        presses.on(FEATURE, "escalate", self._escalate)
        presses.on(FEATURE, "hand", self._ask_whom, opens_form=True)
        presses.on(FEATURE, "handed", self._hand_over)
        presses.on(FEATURE, "resolve", self._ask_outcome, opens_form=True)
        presses.on(FEATURE, "resolved", self._resolve)
        presses.on(FEATURE, "reopen", self._reopen)
        presses.on(FEATURE, "open", self._open)
        presses.on(FEATURE, "read", self._read)
        presses.on(FEATURE, "followed", self._followed_up)

    # -- the buttons ---------------------------------------------------------------------------------------------------

    async def _acknowledge(self, press: Press) -> None:
        await press.say(await self._take(press.row_id, press.user_id))

    async def _take(self, incident_id: int, staff_id: int) -> str:
        incident, taken = await self._oncall.acknowledge(incident_id, staff_id)
        facts = await self._cards.facts(incident)
        has_it = incident.state is IncidentState.ACKNOWLEDGED and incident.acknowledged_by == staff_id
        if taken or has_it:
            name = f"{facts.name} (<@{incident.user_id}>)"  # seen by this person alone, and pings nobody
            said = self._cards.say(facts.language, "you_acknowledged", name=name, link=facts.link)
            if incident.next_escalation_at is None:
                return said
            by = timestamp(incident.next_escalation_at)
            return f"{said}\n{self._cards.say(facts.language, 'sign_wanted', by=by)}"
        if incident.state is IncidentState.RESOLVED:
            values = {"staff": f"<@{incident.resolved_by}>", "at": timestamp(incident.resolved_at, "f")}
            return self._cards.say(facts.language, "already_resolved", **values)
        values = {"staff": f"<@{incident.acknowledged_by}>", "at": timestamp(incident.acknowledged_at)}
        return self._cards.say(facts.language, "already_acknowledged", **values)

    async def _still(self, press: Press) -> None:
        incident = await self._oncall.press(press.row_id, press.user_id)
        if incident.acknowledged_by == press.user_id:
            await press.say(await self._said(incident, "still_noted", code=incident.code))
        else:
            await press.say(await self._shown.line(incident))

    async def _escalate(self, press: Press) -> None:
        incident, done = await self._oncall.escalate(press.row_id, press.user_id)
        said = await self._said(incident, "you_escalated", code=incident.code)
        await press.say(said if done else await self._shown.line(incident))

    async def _ask_whom(self, press: Press) -> None:
        incident = await self._may(press)
        form = SafeModal(await self._said(incident, "hand_over_title"), FEATURE, "handed", incident.id)
        form.choose_person(await self._said(incident, "hand_over_to"), "to")
        await press.open(form)
        await self._oncall.press(incident.id, press.user_id)

    async def _hand_over(self, press: Press) -> None:
        to = int(press.value("to") or 0)
        incident, done = await self._oncall.hand_over(press.row_id, press.user_id, to)
        has_it = incident.state is IncidentState.ACKNOWLEDGED
        key = "you_handed_over" if done else "they_have_it" if has_it else "nobody_has_it"
        await press.say(await self._said(incident, key, to=f"<@{to}>", code=incident.code))

    async def _ask_outcome(self, press: Press) -> None:
        incident = await self._may(press)
        # It says what had been heard when it was opened: what comes while it is open is closed by nobody unseen.
        row = f"{incident.id}.{await self._oncall.told_up_to(incident.id)}"
        form = SafeModal(await self._said(incident, "resolve_title"), FEATURE, "resolved", row)
        options = {one.value: await self._said(incident, f"outcome_{one.value}") for one in ResolvedAs}
        form.choose(await self._said(incident, "resolve_outcome"), "outcome", options)
        await press.open(form)
        await self._oncall.press(incident.id, press.user_id)

    async def _resolve(self, press: Press) -> None:
        incident_id, _, told_up_to = press.row.partition(".")
        outcome = ResolvedAs(press.value("outcome"))
        await self._end(press, int(incident_id), outcome, int(told_up_to) if told_up_to else None)

    async def _end(self, reply: Reply, incident_id: int, outcome: ResolvedAs, told_up_to: int | None = None) -> None:
        incident = await self._oncall.resolve(incident_id, reply.user_id, outcome, told_up_to)
        said = await self._said(incident, "you_resolved", code=incident.code)
        if (await self._oncall.incident_page(incident.id, reply.user_id)).needs_log:
            url = await self._oncall.link(incident.id, reply.user_id)
            how = await self._said(incident, "log_by_link" if url else "log_without_pages", url=url or "")
            said = f"{said}\n{await self._said(incident, 'log_wanted')} {how}"
        await reply.say(said)

    async def _reopen(self, press: Press) -> None:
        await self._open_again(press, press.row_id)

    async def _open_again(self, reply: Reply, incident_id: int) -> None:
        incident, done = await self._oncall.reopen(incident_id, reply.user_id)
        await reply.say(await self._said(incident, "you_reopened" if done else "reopen_under_way", code=incident.code))

    async def _open(self, press: Press) -> None:
        await self._say_link(press, await self._oncall.find(press.row_id))

    async def _say_link(self, reply: Reply, incident: Incident) -> None:
        url = await self._oncall.link(incident.id, reply.user_id)
        if url is None:
            await reply.say(await self._said(incident, "no_pages"))
        else:
            await reply.say(await self._said(incident, "link_to_page", code=incident.code, url=url))

    async def _read(self, press: Press) -> None:
        alarm, last, up_to = (int(part) for part in press.row.split("."))
        count = await self._oncall.read_unread(alarm, press.user_id, last, up_to)
        await press.say(await self._said(await self._oncall.find(alarm), "you_read", count=count))

    async def _followed_up(self, press: Press) -> None:
        message = (press.channel_id or 0, press.message_id or 0)
        incident, is_first = await self._oncall.followed_up(press.row_id, press.user_id, message)
        key = "you_followed_up" if is_first else "followed_up_before"
        await press.say(await self._said(incident, key, code=incident.code))

    async def _said(self, incident: Incident, key: str, **values: str | int) -> str:
        """A sentence in the language in which this programme's staff are spoken to."""
        return self._cards.say(await self._cards.language(incident.guild_id), key, **values)

    async def _may(self, press: Press) -> Incident:
        incident = await self._oncall.find(press.row_id)
        await self._members.allow(incident.guild_id, press.user_id, Action.HANDLE_INCIDENT)
        return incident

    # -- the commands --------------------------------------------------------------------------------------------------

    @group.command(name="list", description="Every incident that is not resolved.")
    async def list(self, interaction: discord.Interaction) -> None:
        """The incidents that are not resolved, by code."""
        reply, guild_id = await self._staff(interaction)
        lines: list[str] = []
        for incident in reversed(await self._oncall.unresolved(guild_id)):  # the newest first: it is the one under way
            line = await self._shown.line(incident)
            if sum(map(len, lines)) + len(lines) + len(line) > LISTED_AT_MOST:
                break
            lines.append(line)
        await reply.say("\n".join(lines) or self._cards.say(await self._cards.language(guild_id), "none_open"))

    @group.command(name="show", description="How an incident stands, and what happened, without any words.")
    @app_commands.describe(code="The six letters on the card")
    async def show(self, interaction: discord.Interaction, code: str) -> None:
        """State, tier, since when, who has it, the reasons' names, and the timeline without words."""
        reply, guild_id = await self._staff(interaction)
        incident = await self._named(guild_id, code)
        await self._oncall.press(incident.id, reply.user_id)
        entries = await self._oncall.timeline(incident.id, reply.user_id)
        joined_to = await self._oncall.find(incident.joined_to) if incident.joined_to is not None else None
        await reply.say(await self._shown.whole(incident, entries, joined_to.code if joined_to else ""))

    @group.command(name="ack", description="Take an incident by its code.")
    @app_commands.describe(code="The six letters on the card")
    async def ack(self, interaction: discord.Interaction, code: str) -> None:
        """Take an incident without its card."""
        reply, guild_id = await self._staff(interaction)
        await reply.say(await self._take((await self._named(guild_id, code)).id, reply.user_id))

    @group.command(name="note", description="A one-time link to the private page, where notes are written.")
    @app_commands.describe(code="The six letters on the card")
    async def note(self, interaction: discord.Interaction, code: str) -> None:
        """Where to write a note. Notes are clinical, and never typed into Discord."""
        reply, guild_id = await self._staff(interaction)
        await self._say_link(reply, await self._named(guild_id, code))

    @group.command(name="resolve", description="Close an incident with its outcome.")
    @app_commands.describe(code="The six letters on the card", outcome="How it ended")
    async def resolve(self, interaction: discord.Interaction, code: str, outcome: str) -> None:
        """Close an incident without its card."""
        reply, guild_id = await self._staff(interaction)
        await self._end(reply, (await self._named(guild_id, code)).id, ResolvedAs(outcome))

    @group.command(name="reopen", description="Open a resolved incident again, and page for it anew.")
    @app_commands.describe(code="The six letters on the card")
    async def reopen(self, interaction: discord.Interaction, code: str) -> None:
        """There is more to it: page again."""
        reply, guild_id = await self._staff(interaction)
        await self._open_again(reply, (await self._named(guild_id, code)).id)

    async def _staff(self, interaction: discord.Interaction) -> tuple[Reply, int]:
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        await self._members.allow(guild_id, reply.user_id, Action.HANDLE_INCIDENT)
        return reply, guild_id

    async def _named(self, guild_id: int, code: str) -> Incident:
        incident = await self._oncall.by_code(guild_id, code)
        if incident is None:
            plain = "".join(one for one in code if one.isalnum())[:8]
            raise NotFoundError(self._cards.say(await self._cards.language(guild_id), "no_such_code", code=plain))
        return incident
