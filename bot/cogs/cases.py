"""The doors of cases: `/mod warn|timeout|remove|case|lock|unlock|slow`."""

from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.cases.service import Case, CaseDeed, Obstacle, Refused, Wanted
from bot.cogs.doors import Doors
from bot.cogs.mod_group import mod_group
from bot.errors import NotFoundError
from bot.intake.service import Intake, Origin
from bot.members.service import Action, MemberService
from bot.program.service import SLOWEST, ProgrammeService
from bot.ui.cases import CaseWords
from bot.ui.safe import Reply

Reason = app_commands.Range[str, 1, 1000]
LONGEST_MINUTES = 28 * 24 * 60


class Cases(commands.Cog):
    """What staff do by hand for the safety of a group."""

    mod_group = mod_group()

    def __init__(
        self, words: CaseWords, members: MemberService, programmes: ProgrammeService, intake: Intake, doors: Doors
    ) -> None:
        self._words, self._members, self._programmes = words, members, programmes
        self._intake, self._doors = intake, doors
        self._cases = words.cases

    # -- people --------------------------------------------------------------------------------------------------------

    @mod_group.command(name="warn", description="Say a private word to somebody, and put it on record.")
    @app_commands.describe(
        user="To whom", reason="Why. It stays with staff", tell="In your own words, to them: what to do differently"
    )
    async def warn(
        self,
        interaction: discord.Interaction,
        user: discord.User,
        reason: Reason,
        tell: app_commands.Range[str, 0, 1000] = "",
    ) -> None:
        """A word to somebody."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        await self._act(reply, user, Wanted(guild_id, user.id, reply.user_id, CaseDeed.WARN, reason, tell))

    @mod_group.command(name="timeout", description="Let somebody pause for some minutes; 0 ends a pause early.")
    @app_commands.describe(
        user="Who",
        minutes="For how long; 0 ends it now",
        reason="Why. It stays with staff",
        tell="In your own words, to them",
        for_harm_to_others="I am on call, and this is for harm to others: it holds whatever happens",
    )
    async def timeout(
        self,
        interaction: discord.Interaction,
        user: discord.User,
        minutes: app_commands.Range[int, 0, LONGEST_MINUTES],
        reason: Reason,
        tell: app_commands.Range[str, 0, 1000] = "",
        for_harm_to_others: bool = False,
    ) -> None:
        """A pause for somebody, or its end."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        deed = CaseDeed.TIMEOUT if minutes else CaseDeed.RELEASE
        lasts = timedelta(minutes=minutes) if minutes else None
        wanted = Wanted(
            guild_id, user.id, reply.user_id, deed, reason, tell, lasts=lasts, for_others=for_harm_to_others
        )
        await self._act(reply, user, wanted)

    @mod_group.command(name="remove", description="End somebody's place in one group.")
    @app_commands.describe(
        user="Who",
        group="Out of which group",
        reason="Why. It stays with staff",
        tell="In your own words, to them",
        for_harm_to_others="They have an open incident, I am on call, and this is for harm to others",
    )
    async def remove(
        self,
        interaction: discord.Interaction,
        user: discord.User,
        group: str,
        reason: Reason,
        tell: app_commands.Range[str, 0, 1000] = "",
        for_harm_to_others: bool = False,
    ) -> None:
        """The end of a place in a group. The person stays known, and is looked after as before."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        wanted = Wanted(
            guild_id,
            user.id,
            reply.user_id,
            CaseDeed.REMOVE,
            reason,
            tell,
            group_key=group.strip(),
            for_others=for_harm_to_others,
        )
        await self._act(reply, user, wanted)

    @remove.autocomplete("group")
    async def groups(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        """The groups there are."""
        programme = await self._programmes.current(interaction.guild_id or 0)
        return [
            app_commands.Choice(name=group.name[:100], value=group.key)
            for group in (programme.groups if programme else ())
            if current.lower() in f"{group.key} {group.name}".lower()
        ][:25]

    @mod_group.command(name="case", description="What was done about somebody, or a channel, and what could be next.")
    @app_commands.describe(user="About whom", channel="Or about which channel of a group")
    async def case(
        self,
        interaction: discord.Interaction,
        user: discord.User | None = None,
        channel: discord.TextChannel | None = None,
    ) -> None:
        """The history of somebody, or of a channel, for staff alone."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        language, looking = await self._words.language(guild_id), self._cases.looking
        if user is not None:
            history = await looking.history(guild_id, user.id, reply.user_id)
            link, embed = history.link, await self._words.history(language, guild_id, user.id, history)
        elif channel is not None:
            done = await looking.of_channel(guild_id, channel.id, reply.user_id)
            link, embed = done.link, self._words.channel_history(language, channel.id, done)
        else:
            await reply.say(self._words.say(language, "history_of_whom"))
            return
        await reply.say(self._words.say(language, "history_link", link=link) if link else "", embed=embed)

    # -- channels ------------------------------------------------------------------------------------------------------

    @mod_group.command(name="lock", description="Nobody but staff writes in a group's channel until it is unlocked.")
    @app_commands.describe(reason="Why. It stays with staff", channel="Which one; else this one")
    async def lock(
        self, interaction: discord.Interaction, reason: Reason, channel: discord.TextChannel | None = None
    ) -> None:
        """A lock on a channel."""
        reply, guild_id, place, heard = await self._place(interaction, channel, reason)
        changed = await self._cases.channels.lock(guild_id, place, reply.user_id, reason)
        await self._done(reply, guild_id, "answer_lock" if changed else "answer_lock_already", place, heard)

    @mod_group.command(name="unlock", description="Give everybody in a locked channel back what they had.")
    @app_commands.describe(reason="Why. It stays with staff", channel="Which one; else this one")
    async def unlock(
        self, interaction: discord.Interaction, reason: Reason, channel: discord.TextChannel | None = None
    ) -> None:
        """The end of a lock."""
        reply, guild_id, place, heard = await self._place(interaction, channel, reason)
        changed = await self._cases.channels.unlock(guild_id, place, reply.user_id, reason)
        await self._done(reply, guild_id, "answer_unlock" if changed else "answer_unlock_already", place, heard)

    @mod_group.command(name="slow", description="Let everybody write once in so many seconds; 0 ends it.")
    @app_commands.describe(
        seconds="Between two messages of one person; 0 ends it",
        reason="Why. It stays with staff",
        channel="Which one; else this one",
    )
    async def slow(
        self,
        interaction: discord.Interaction,
        seconds: app_commands.Range[int, 0, SLOWEST],
        reason: Reason,
        channel: discord.TextChannel | None = None,
    ) -> None:
        """A slower pace for a channel."""
        reply, guild_id, place, heard = await self._place(interaction, channel, reason)
        changed = await self._cases.channels.slow(guild_id, place, reply.user_id, reason, seconds)
        set_to = "answer_slow" if seconds else "answer_slow_end"
        await self._done(reply, guild_id, set_to if changed else "answer_slow_already", place, heard)

    # -- what they share -----------------------------------------------------------------------------------------------

    async def _act(self, reply: Reply, user: discord.User, wanted: Wanted) -> None:
        language = await self._words.language(wanted.guild_id)
        heard = await self._heard(reply, wanted.guild_id, f"{wanted.reason}\n{wanted.words}".strip())
        outcome = Refused(Obstacle.NOBODY) if user.bot else await self._cases.act(wanted)
        if isinstance(outcome, Refused):
            said = await self._words.refused(language, wanted.guild_id, wanted.user_id, outcome)
        else:
            said = await self._answer(language, outcome)
        await reply.say("\n\n".join(part for part in (said, heard) if part))

    async def _answer(self, language: str, case: Case) -> str:
        person = case.user_id or 0
        name = await self._words.name(case.guild_id, person)
        said = self._words.say(language, f"done_{case.deed.value}", name=name, number=case.id)
        outlook = await self._cases.looking.outlook(case.guild_id, person)
        return f"{said}\n{await self._words.next_step(language, case.guild_id, outlook)}"

    async def _place(
        self, interaction: discord.Interaction, channel: discord.TextChannel | None, reason: str
    ) -> tuple[Reply, int, int, str | None]:
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        heard = await self._heard(reply, guild_id, reason)
        here = interaction.channel
        around = here.parent_id if isinstance(here, discord.Thread) else reply.channel_id
        place = channel.id if channel is not None else around
        if place is None:
            language = (await self._members.allow(guild_id, reply.user_id, Action.CLOSE_CHANNEL)).language
            raise NotFoundError(self._words.say(language, "not_a_groups_channel"))
        return reply, guild_id, place, heard

    async def _done(self, reply: Reply, guild_id: int, key: str, place: int, heard: str | None) -> None:
        said = self._words.say(await self._words.language(guild_id), key, channel=f"<#{place}>")
        await reply.say("\n\n".join(part for part in (said, heard) if part))

    async def _heard(self, reply: Reply, guild_id: int, text: str) -> str | None:
        """Staff's own words are read for danger first, whatever becomes of the deed."""
        origin = Origin(guild_id, reply.user_id, None, "command:mod", key=f"interaction:{reply.interaction.id}")
        return (await self._intake.handle(text, origin)).reply
