"""`/mod filters`: what each group's filters do and who says so; and, with a filter or a host, changing it."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.cogs.mod_group import mod_group
from bot.content import Content
from bot.members.service import Action, MemberService
from bot.moderation.judgement import Deed, Filter
from bot.moderation.native import NativeState
from bot.moderation.service import GroupFilters, ModerationService
from bot.moderation.settings import REFUSED, deed_setting, host_setting
from bot.program.service import ProgrammeService
from bot.ui.moderation_words import timestamp
from bot.ui.safe import Reply

LONGEST = 2_000
"""Characters that Discord takes in one message."""
AS_FILE = "file"
"""The choice that gives the word back to the programme file."""


class ModFilters(commands.Cog):
    """Showing the settings, and changing one of them. Whatever was asked, the answer shows how the group stands now."""

    group = mod_group()

    def __init__(
        self,
        moderation: ModerationService,
        programmes: ProgrammeService,
        members: MemberService,
        content: Content,
        doors: Doors,
    ) -> None:
        self._moderation, self._programmes, self._members = moderation, programmes, members
        self._content, self._doors = content, doors

    @group.command(name="filters", description="See or change what is done about contact details, links and the like.")
    @app_commands.describe(
        group="Which group; without it every group is shown",
        filter="What is found",
        deed="What is done about it from now on",
        allow_links_to="Links to this host are fine from now on, such as aa.org",
        refuse_links_to="Links to this host are not fine any more",
    )
    @app_commands.choices(
        filter=[app_commands.Choice(name=each.value, value=each.value) for each in Filter],
        deed=[
            *(app_commands.Choice(name=each.value, value=each.value) for each in Deed),
            app_commands.Choice(name="as the programme file says", value=AS_FILE),
        ],
    )
    async def filters(
        self,
        interaction: discord.Interaction,
        group: str | None = None,
        filter: str | None = None,  # noqa: A002  # the option's name on Discord
        deed: str | None = None,
        allow_links_to: app_commands.Range[str, 1, 300] | None = None,
        refuse_links_to: app_commands.Range[str, 1, 300] | None = None,
    ) -> None:
        """Every group's filters with what each does; or one group's, after the change that was asked for."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        await self._members.allow(guild_id, reply.user_id, Action.SET_FILTERS)
        language = await self._moderation.language_of_staff(guild_id)
        group = group.strip() if group is not None else None
        hosts = [(host, is_allowed) for host, is_allowed in ((allow_links_to, True), (refuse_links_to, False)) if host]
        if (filter is None) is not (deed is None) or (group is None and (filter is not None or hosts)):
            await reply.say(self._say(language, "filters_what"))
            return
        changes, said = self._moderation.changes, ""
        for host, is_allowed in hosts:
            await changes.set_host(guild_id, group or "", host, reply.user_id, allowed=is_allowed)
        if filter is not None and deed is not None:
            wanted = None if deed == AS_FILE else Deed(deed)
            await changes.set_deed(guild_id, group or "", Filter(filter), wanted, reply.user_id)
        if filter is not None or hosts:
            said = self._say(language, "filters_changed")
        await self._show(reply, guild_id, language, group, said)

    @filters.autocomplete("group")
    async def groups(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        """The groups there are."""
        programme = await self._programmes.current(interaction.guild_id or 0)
        return [
            app_commands.Choice(name=group.name[:100], value=group.key)
            for group in (programme.groups if programme else ())
            if current.lower() in f"{group.key} {group.name}".lower()
        ][:25]

    async def _show(self, reply: Reply, guild_id: int, language: str, group: str | None, said: str) -> None:
        programme = await self._programmes.current(guild_id)
        every = await self._moderation.changes.of(guild_id, programme) if programme is not None else ()
        shown = [one for one in every if group in {None, one.group.key}]
        if not shown:
            await reply.say(self._say(language, "filters_no_group"))
            return
        for number, filters in enumerate(shown):
            text = self._settings(language, filters)
            await reply.say((f"{said}\n{text}" if said and not number else text)[:LONGEST])
        lines = [self._say(language, "filters_where")]
        state = self._moderation.native.states.get(guild_id, NativeState.OFF)
        if state is not NativeState.OFF:
            lines.append(self._say(language, f"native_{state.value}"))
        await reply.say("\n".join(lines))

    def _settings(self, language: str, filters: GroupFilters) -> str:
        settings = filters.settings
        lines = [f"**{discord.utils.escape_markdown(filters.group.name)}**"]
        for each in sorted(settings.deeds, key=lambda one: -settings.deed(one).rank):
            what = self._say(language, f"filter_{each.value}")
            done = self._say(language, f"deed_{settings.deed(each).value}")
            lines.append(f"- {what}: {done}{self._whose(language, filters, deed_setting(each))}")
        none = self._say(language, "filters_no_links")
        allowed = [f"`{host}`{self._whose(language, filters, host_setting(host))}" for host in settings.allow_links]
        lines.append(self._say(language, "filters_links", hosts=", ".join(allowed) or none))
        refused = [f"`{host}`{self._whose(language, filters, host_setting(host))}" for host in filters.refused()]
        if refused:
            lines.append(self._say(language, "filters_refused", hosts=", ".join(refused)))
        return "\n".join(lines)

    def _whose(self, language: str, filters: GroupFilters, setting: str) -> str:
        """Behind what staff set: who, when, and what the file says of it. Nothing behind what the file says."""
        change = filters.change(setting)
        if change is None:
            return ""
        if change.host is None:
            deed = filters.group.filter_settings.deed(Filter(setting))
            file = self._say(language, f"deed_{deed.value}")
        else:
            file = self._say(language, "filters_link_yes" if change.value == REFUSED else "filters_link_no")
        who = self._say(language, "filters_by", by=f"<@{change.by}>", when=timestamp(change.at), file=file)
        return f" ({who})"

    def _say(self, language: str, key: str, **values: str) -> str:
        return self._content.texts.say(language, f"moderation.{key}", **values)
