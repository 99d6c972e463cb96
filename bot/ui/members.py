"""What people see of enrolment: the notice, the private thread in place of a closed DM, the role, staff's lines."""

from datetime import datetime

import discord

from bot.content import Content
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Draft, Outbox, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.members import drafts
from bot.members.service import Enrolment, MemberService, MembershipState
from bot.program import layout
from bot.program.service import ProgrammeService
from bot.ui.places import Places
from bot.ui.safe import Button, SafeView


class Notice(QuietKind):
    """The plain notice with `I agree` and `Not now`, by DM; into a private thread where DMs are closed."""

    name = "members.notice"

    def __init__(
        self, members: MemberService, programmes: ProgrammeService, outbox: Outbox, content: Content, places: Places
    ) -> None:
        self._members, self._programmes, self._outbox, self._content = members, programmes, outbox, content
        self._places = places

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The notice, where it is still unanswered."""
        del now
        enrolment = await self._members.enrolment(int(delivery.arguments["membership"]))
        programme = await self._programmes.current(delivery.guild_id)
        if enrolment is None or programme is None or enrolment.state is not MembershipState.INVITED:
            return Withdrawn()
        texts, language = self._content.texts, enrolment.language
        country = programme.program.country
        embed = discord.Embed(
            title=texts.say(language, "enrolment.notice_title"),
            description=texts.say(
                language,
                "enrolment.notice_body",
                program=programme.program.name,
                emergency=self._content.emergency(country, language),
                lifeline=self._content.lifeline(country, language),
            ),
        )
        embed.set_footer(
            text=texts.say(language, "enrolment.notice_footer", version=texts.say(language, "enrolment.notice_version"))
        )
        row = enrolment.membership_id
        view = SafeView(
            [
                Button(texts.say(language, "buttons.i_agree"), "member", "agree", row, discord.ButtonStyle.success),
                Button(texts.say(language, "buttons.not_now"), "member", "not-now", row),
            ]
        )
        line = ""
        mentions = discord.AllowedMentions.none()
        if delivery.channel_id is not None:
            user = discord.Object(enrolment.user_id)
            line = texts.say(language, "enrolment.thread_line", mention=f"<@{enrolment.user_id}>")
            mentions = discord.AllowedMentions(everyone=False, roles=False, users=[user])
        return Post(content=line, embed=embed, view=view, mentions=mentions)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """DM closed: open a private thread under #welcome."""
        if delivery.channel_id is not None or delivery.user_id is None or outcome is not Outcome.DM_CLOSED:
            return
        welcome = await self._places.channel(delivery.guild_id, layout.WELCOME)
        if welcome is not None:
            membership = int(delivery.arguments["membership"])
            thread = drafts.notice_thread(membership, delivery.guild_id, delivery.user_id, welcome, now)
            await self._outbox.put(session, [thread])


class NoticeThread(QuietKind):
    """Opens the private thread, brings the person in, and hands the notice on into it."""

    name = "members.notice-thread"

    def __init__(self, members: MemberService, outbox: Outbox, content: Content, places: Places) -> None:
        self._members, self._outbox, self._content, self._places = members, outbox, content, places

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The thread, where the notice is still unanswered."""
        del now
        enrolment = await self._members.enrolment(int(delivery.arguments["membership"]))
        if enrolment is None or enrolment.state is not MembershipState.INVITED or delivery.channel_id is None:
            return Withdrawn()
        parent = delivery.channel_id
        title = self._content.texts.say(enrolment.language, "enrolment.thread_name")

        async def open_it() -> Receipt:
            name = f"{title} {enrolment.membership_id}"
            return Receipt(await self._places.private_thread(delivery.guild_id, parent, name, [enrolment.user_id]))

        return Deed(open_it)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Post the notice into the thread."""
        if receipt.channel_id is None:
            return
        notice = drafts.notice_into(
            int(delivery.arguments["membership"]), delivery.guild_id, receipt.channel_id, delivery.id, now
        )
        lines = await self._for_staff(delivery, "enrolment.staff_invited_thread", now)
        await self._outbox.put(session, [notice, *lines])

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """The person cannot be brought in, for they are not in the server: staff have to know."""
        del outcome
        await self._outbox.put(session, await self._for_staff(delivery, "enrolment.staff_not_reached", now))

    async def _for_staff(self, delivery: Delivery, key: str, now: datetime) -> list[Draft]:
        room = await self._places.channel(delivery.guild_id, layout.STAFF_ROOM)
        if room is None or delivery.user_id is None:
            return []
        return [drafts.staff_line(delivery.guild_id, delivery.user_id, "", key, room, now)]


class Told(QuietKind):
    """One line to a person about their membership, by DM."""

    name = drafts.TOLD

    def __init__(self, members: MemberService, programmes: ProgrammeService, content: Content) -> None:
        self._members, self._programmes, self._content = members, programmes, content

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line."""
        del now
        if delivery.user_id is None:
            return Withdrawn()
        standing = await self._members.standing(delivery.guild_id, delivery.user_id)
        programme = await self._programmes.current(delivery.guild_id)
        country = programme.program.country if programme else "US"
        numbers = {
            "emergency": self._content.emergency(country, standing.language),
            "lifeline": self._content.lifeline(country, standing.language),
        }
        return Post(content=self._content.texts.say(standing.language, str(delivery.arguments["key"]), **numbers))


class GroupRole(QuietKind):
    """Gives or takes the group's role, as the membership says at that moment."""

    name = "members.role"

    def __init__(self, members: MemberService, outbox: Outbox, places: Places) -> None:
        self._members, self._outbox, self._places = members, outbox, places

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The role, by what the membership says now: an older row never undoes a newer answer."""
        del now
        enrolment = await self._members.enrolment(int(delivery.arguments["membership"]))
        group = str(delivery.arguments["group"])
        user_id = delivery.user_id
        if user_id is None:
            return Withdrawn()
        wanted = enrolment is not None and enrolment.state is MembershipState.ACTIVE

        async def change() -> Receipt:
            await self._places.set_role(delivery.guild_id, user_id, layout.group_key(group), wanted=wanted)
            return Receipt()

        return Deed(change)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """Discord does not let us: staff have to know that the group is not open, or not shut, to this person."""
        room = await self._places.channel(delivery.guild_id, layout.STAFF_ROOM)
        if room is None or delivery.user_id is None or outcome is Outcome.TARGET_GONE:
            return
        group = str(delivery.arguments["group"])
        line = drafts.staff_line(delivery.guild_id, delivery.user_id, group, "enrolment.staff_role_refused", room, now)
        await self._outbox.put(session, [line])


class StaffLine(QuietKind):
    """One neutral line in #staff-room about somebody's membership."""

    name = "staff.line"

    def __init__(self, members: MemberService, programmes: ProgrammeService, content: Content, places: Places) -> None:
        self._members, self._programmes, self._content, self._places = members, programmes, content, places

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Post | Withdrawn:
        """The line, posted by its own deed: its channel is looked up only now."""
        del now
        programme = await self._programmes.current(delivery.guild_id)
        user_id = int(delivery.arguments["user"])
        member = await self._members.find(delivery.guild_id, user_id)
        if programme is None or member is None:
            return Withdrawn()
        group = programme.group(str(delivery.arguments.get("group") or ""))
        language = programme.program.languages[0].value
        return Post(
            content=self._content.texts.say(
                language,
                str(delivery.arguments["key"]),
                name=discord.utils.escape_markdown(member.chosen_name),
                group=group.name if group else "",
                channel="#welcome",
            )
        )


def settings_choices(content: Content, language: str) -> dict[str, str]:
    """Whether session reminders are wanted, for the settings form."""
    return {
        "yes": content.texts.say(language, "enrolment.reminders_yes"),
        "no": content.texts.say(language, "enrolment.reminders_no"),
    }


def after_agreeing(content: Content, enrolment: Enrolment) -> SafeView:
    """The one button under the welcome: name, zone and reminders."""
    label = content.texts.say(enrolment.language, "enrolment.settings_button")
    return SafeView([Button(label, "member", "settings", enrolment.guild_id)])
