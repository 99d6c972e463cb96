"""The doors of on call: the card's buttons, `/oncall who`, `/incident list` and `/incident ack`."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.content import Content
from bot.errors import NotFoundError
from bot.members.service import Action, MemberService
from bot.oncall.service import OnCallService, ResolvedAs
from bot.ui.oncall import Cards, timestamp
from bot.ui.safe import Press, Presses, Reply, SafeModal

LISTED_AT_MOST = 1_900  # characters; a message holds 2,000
STAFF_ONLY = discord.Permissions(moderate_members=True)


class OnCall(commands.Cog):
    """Taking an incident, and knowing who is on call."""

    oncall_group = app_commands.Group(
        name="oncall", description="Who is on call.", guild_only=True, default_permissions=STAFF_ONLY
    )
    incident_group = app_commands.Group(
        name="incident", description="Incidents that are not resolved.", guild_only=True, default_permissions=STAFF_ONLY
    )

    def __init__(
        self,
        oncall: OnCallService,
        members: MemberService,
        cards: Cards,
        content: Content,
        presses: Presses,
        doors: Doors,
    ) -> None:
        self._oncall, self._members, self._cards = oncall, members, cards
        self._content, self._doors = content, doors
        presses.on("incident", "ack", self._acknowledge)
        presses.on("incident", "resolve", self._ask_outcome, opens_form=True)
        presses.on("incident", "resolved", self._resolve)

    async def _acknowledge(self, press: Press) -> None:
        await press.say(await self._take(press.row_id, press.user_id))

    async def _take(self, incident_id: int, staff_id: int) -> str:
        incident, taken = await self._oncall.acknowledge(incident_id, staff_id)
        facts = await self._cards.facts(incident)
        if taken:
            name = f"{facts.name} (<@{incident.user_id}>)"  # seen by this person alone, and pings nobody
            return self._cards.say(facts.language, "you_acknowledged", name=name, link=facts.link)
        by = incident.acknowledged_by or incident.resolved_by
        at = timestamp(incident.acknowledged_at or incident.resolved_at)
        return self._cards.say(facts.language, "already_acknowledged", staff=f"<@{by}>", at=at)

    async def _ask_outcome(self, press: Press) -> None:
        incident = await self._oncall.find(press.row_id)
        await self._members.allow(incident.guild_id, press.user_id, Action.HANDLE_INCIDENT)
        form = SafeModal(self._cards.say("en", "resolve_title"), "incident", "resolved", incident.id)
        options = {one.value: self._cards.say("en", f"outcome_{one.value}") for one in ResolvedAs}
        form.choose(self._cards.say("en", "resolve_outcome"), "outcome", options)
        await press.open(form)

    async def _resolve(self, press: Press) -> None:
        incident = await self._oncall.resolve(press.row_id, press.user_id, ResolvedAs(press.value("outcome")))
        await press.say(self._cards.say("en", "you_resolved", code=incident.code))

    @oncall_group.command(name="who", description="Who is on call now, and until when.")
    async def who(self, interaction: discord.Interaction) -> None:
        """Who is on call."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        await self._members.allow(guild_id, reply.user_id, Action.SEE_ON_CALL)
        shift = await self._oncall.shift(guild_id)
        if shift.person is None:
            await reply.say(self._cards.say("en", "who_no_rota"))
            return
        until = timestamp(shift.ends_at, "f")
        await reply.say(self._cards.say("en", "who_on_call", until=until, who=f"<@{shift.person}>"))

    @incident_group.command(name="list", description="Every incident that is not resolved.")
    async def list(self, interaction: discord.Interaction) -> None:
        """The incidents that are not resolved, by code."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        await self._members.allow(guild_id, reply.user_id, Action.HANDLE_INCIDENT)
        lines: list[str] = []
        for incident in reversed(await self._oncall.unresolved(guild_id)):  # the newest first: it is the one under way
            facts = await self._cards.facts(incident)
            since = timestamp(incident.opened_at, "R")
            line = f"`{incident.code}` {facts.name} · {incident.tier.value} · {incident.state.value} · {since}"
            if sum(map(len, lines)) + len(lines) + len(line) > LISTED_AT_MOST:
                break
            lines.append(line)
        await reply.say("\n".join(lines) or self._cards.say("en", "none_open"))

    @incident_group.command(name="ack", description="Take an incident by its code.")
    @app_commands.describe(code="The six letters on the card")
    async def ack(self, interaction: discord.Interaction, code: str) -> None:
        """Take an incident without its card."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        await self._members.allow(guild_id, reply.user_id, Action.HANDLE_INCIDENT)
        for incident in await self._oncall.unresolved(guild_id):
            if incident.code == code.strip().upper():
                await reply.say(await self._take(incident.id, reply.user_id))
                return
        raise NotFoundError(self._content.texts.say("en", "errors.not_found"))
