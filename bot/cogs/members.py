"""The doors of membership: `/member enrol`, `/member discharge`, the notice's buttons, `/reminders`, `/stop`."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.cases.service import Refused
from bot.cogs.doors import Doors
from bot.content import Content
from bot.intake.service import Intake, Origin
from bot.members.service import Action, MemberService, MembershipState
from bot.program.service import ProgrammeService
from bot.ui.cases import CaseWords
from bot.ui.checkin_habits import habits_button
from bot.ui.members import after_agreeing, settings_choices
from bot.ui.safe import Press, Presses, Reply, SafeModal


class Members(commands.Cog):
    """Joining and leaving."""

    member = app_commands.Group(
        name="member",
        description="Enrol and discharge members.",
        guild_only=True,
        default_permissions=discord.Permissions(moderate_members=True),
    )

    def __init__(
        self,
        members: MemberService,
        programmes: ProgrammeService,
        intake: Intake,
        content: Content,
        presses: Presses,
        doors: Doors,
        cases: CaseWords,
    ) -> None:
        self._members, self._programmes, self._intake = members, programmes, intake
        self._content, self._doors, self._cases = content, doors, cases
        presses.on("member", "agree", self._agree)
        presses.on("member", "not-now", self._not_now)
        presses.on("member", "settings", self._open_settings, opens_form=True)
        presses.on("member", "settings-form", self._settings)

    @member.command(name="enrol", description="Invite somebody into a group; they get the notice and decide.")
    @app_commands.describe(user="Whom", group="The group's key, as in the programme file")
    async def enrol(self, interaction: discord.Interaction, user: discord.User, group: str) -> None:
        """Staff invite somebody into a group."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        if user.bot:
            await reply.say(self._content.texts.say("en", "errors.not_a_person"))
            return
        enrolment = await self._members.enrol(guild_id, user.id, user.display_name, group.strip(), interaction.user.id)
        key = "enrolment.staff_invited" if enrolment.changed else "enrolment.staff_already_enrolled"
        name = discord.utils.escape_markdown(enrolment.chosen_name)
        await reply.say(self._content.texts.say("en", key, name=name, group=enrolment.group_name))

    @enrol.autocomplete("group")
    async def groups(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        """The groups there are."""
        programme = await self._programmes.current(interaction.guild_id or 0)
        groups = programme.groups if programme else ()
        return [
            app_commands.Choice(name=group.name[:100], value=group.key)
            for group in groups
            if current.lower() in f"{group.key} {group.name}".lower()
        ][:25]

    @member.command(name="discharge", description="End somebody's place in the programme.")
    @app_commands.describe(
        user="Whom", reason="Only where they have an open incident and you are on call: why now. A note of the incident"
    )
    async def discharge(
        self, interaction: discord.Interaction, user: discord.User, reason: app_commands.Range[str, 0, 1000] = ""
    ) -> None:
        """Staff end somebody's membership; the person stays known to the safety paths."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        heard = await self._heard(reply, guild_id, reason)
        ended = await self._cases.cases.discharging.discharge(guild_id, user.id, reply.user_id, reason)
        if isinstance(ended, Refused):
            said = await self._cases.discharge_refused(guild_id, user.id, ended)
        else:
            said = "\n".join(
                self._content.texts.say(
                    "en",
                    "enrolment.staff_discharged",
                    name=discord.utils.escape_markdown(one.chosen_name),
                    group=one.group_name,
                )
                for one in ended
            )
        await reply.say("\n\n".join(part for part in (said, heard) if part))

    async def _heard(self, reply: Reply, guild_id: int, text: str) -> str | None:
        """Staff's own words are read for danger, too."""
        if not text.strip():
            return None
        origin = Origin(guild_id, reply.user_id, None, "command:member", key=f"interaction:{reply.interaction.id}")
        return (await self._intake.handle(text, origin)).reply

    async def _agree(self, press: Press) -> None:
        enrolment = await self._members.answer_notice(
            press.row_id, press.user_id, agreed=True, locale=str(press.interaction.locale)
        )
        if not enrolment.changed:
            key = "already_enrolled" if enrolment.state is MembershipState.ACTIVE else "already_answered"
            await press.say(self._content.texts.say(enrolment.language, f"enrolment.{key}"))
            return
        said = self._content.texts.say(
            enrolment.language, "enrolment.agreed", name=discord.utils.escape_markdown(enrolment.chosen_name)
        )
        await press.say(said, view=after_agreeing(self._content, enrolment))

    async def _not_now(self, press: Press) -> None:
        enrolment = await self._members.answer_notice(press.row_id, press.user_id, agreed=False)
        if not enrolment.changed and enrolment.state is not MembershipState.DECLINED:
            await press.say(self._content.texts.say(enrolment.language, "enrolment.already_answered"))
            return
        numbers = await self._doors.numbers(enrolment.guild_id, enrolment.language)
        await press.say(self._content.texts.say(enrolment.language, "enrolment.not_now", **numbers))

    @app_commands.command(
        name="reminders", description="Your name here, your time zone, and whether you want reminders."
    )
    @app_commands.describe(pause_until="A date such as 2026-12-24, or a number of days; 0 ends a pause")
    async def reminders(self, interaction: discord.Interaction, pause_until: str | None = None) -> None:
        """A member changes their own settings, or takes a pause from reminders and nudges."""
        reply = Reply(interaction)
        if pause_until is not None:
            await reply.defer()
            await self._pause(reply, await self._doors.guild(reply), pause_until)
            return
        await self._settings_form(reply, await self._doors.guild(reply))

    async def _pause(self, reply: Reply, guild_id: int, until: str) -> None:
        key = f"command:{reply.interaction.id}"
        heard = await self._intake.handle(
            until, Origin(guild_id, reply.user_id, reply.channel_id, "command:reminders", key=key)
        )
        if heard.reply is not None:
            await reply.say(heard.reply)
            return
        member = await self._members.pause(guild_id, reply.user_id, until)
        if member.paused_until is None:
            await reply.say(self._content.texts.say(member.language, "enrolment.pause_ended"))
            return
        ends = discord.utils.format_dt(member.paused_until, "D")
        await reply.say(self._content.texts.say(member.language, "enrolment.paused", until=ends))

    async def _open_settings(self, press: Press) -> None:
        await self._settings_form(press, press.row_id)

    async def _settings_form(self, reply: Reply, guild_id: int) -> None:
        member = await self._members.find(guild_id, reply.user_id)
        if member is None:
            await reply.say(self._content.texts.say("en", "errors.not_a_member"))
            return
        language, say = member.language, self._content.texts.say
        form = SafeModal(say(language, "enrolment.settings_title"), "member", "settings-form", guild_id)
        form.ask(
            say(language, "enrolment.settings_name"), "name", default=member.chosen_name, required=True, max_length=80
        )
        form.ask(
            say(language, "enrolment.settings_zone"),
            "zone",
            default=member.timezone,
            placeholder="America/New_York",
            max_length=64,
        )
        spoken = await self._languages(guild_id)
        if len(spoken) > 1:
            names = {each: say(each, "enrolment.language_name") for each in spoken}
            form.choose(say(language, "enrolment.settings_language"), "language", names, default=language)
        form.choose(
            say(language, "enrolment.settings_reminders"),
            "reminders",
            settings_choices(self._content, language),
            default="yes" if member.reminders else "no",
        )
        await reply.open(form)

    async def _languages(self, guild_id: int) -> list[str]:
        programme = await self._programmes.current(guild_id)
        return [language.value for language in programme.program.languages] if programme else []

    async def _settings(self, press: Press) -> None:
        before = await self._members.find(press.row_id, press.user_id)
        name = press.value("name")
        origin = Origin(
            press.row_id, press.user_id, press.channel_id, "form:settings", key=f"form:{press.interaction.id}"
        )
        heard = await self._intake.handle(name, origin)
        if heard.reply is not None:
            await press.say(heard.reply)
            name = before.chosen_name if before else ""  # words like these do not belong on a card that staff see
        member = await self._members.update(
            press.row_id,
            press.user_id,
            name=name,
            language=press.value("language"),
            timezone=press.value("zone"),
            reminders=press.value("reminders") != "no",
        )
        shown = discord.utils.escape_markdown(member.chosen_name)
        said = self._content.texts.say(member.language, "enrolment.settings_saved", name=shown)
        await press.say(said, view=habits_button(self._content, member.language, press.row_id))

    @app_commands.command(
        name="stop", description="Stop every reminder and card. Messages about your safety still come."
    )
    async def stop(self, interaction: discord.Interaction) -> None:
        """A member stops everything but safety."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        standing = await self._members.allow(guild_id, reply.user_id, Action.STOP)
        changed = await self._members.stop(guild_id, reply.user_id)
        key = "enrolment.stopped" if changed else "enrolment.already_stopped"
        await reply.say(self._content.texts.say(standing.language, key))
