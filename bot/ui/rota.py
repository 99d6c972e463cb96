"""What the rota says in #on-call: the hand-over, gaps, ids that nobody has, and what staff changed."""

from datetime import UTC, datetime, timedelta

import discord

from bot.content import Content
from bot.db import Session
from bot.delivery.service import Delivery, Draft, Outbox, Outcome, Post, QuietKind, Withdrawn
from bot.oncall import rota_drafts as drafts
from bot.oncall.rota_service import Change, Gap, Problem, RotaService, Shift
from bot.oncall.service import Incident, OnCallService
from bot.program.layout import ON_CALL, STAFF_ROOM, ObjectKey
from bot.program.service import ProgrammeService
from bot.ui.oncall import timestamp
from bot.ui.places import Places
from bot.ui.safe import Button, SafeView

FEATURE, TAKE, UNDO = "rota", "take", "undo"
OPEN_SHOWN = 10
LATE_AFTER = timedelta(minutes=1)
SOON = timedelta(hours=1)
"""A gap so near mentions whoever is on call before it and the backup: somebody has to do something now."""


class RotaWords:
    """The rota's texts, in a programme's first language."""

    def __init__(self, rota: RotaService, programmes: ProgrammeService, content: Content) -> None:
        self.rota, self._programmes, self._content = rota, programmes, content

    def say(self, language: str, key: str, **values: str | int) -> str:
        """A text of this feature."""
        return self._content.texts.say(language, f"rota.{key}", **values)

    async def language(self, guild_id: int) -> str:
        """The language in which a programme's staff are spoken to."""
        programme = await self._programmes.current(guild_id)
        return programme.program.languages[0].value if programme else "en"

    def change(self, language: str, change: Change, state: str) -> str:
        """What was changed, in one sentence."""
        by = change.cancelled_by if state == "cancelled" else change.set_by
        values = {"person": f"<@{change.person_id}>", "by": f"<@{by}>"}
        values |= {"from": timestamp(change.starts_at, "f"), "until": timestamp(change.ends_at, "f")}
        return self.say(language, f"change_{change.kind.value}_{state}", **values)

    def take_button(self, language: str, starts_at: datetime, ends_at: datetime) -> Button:
        """`Take this shift`, for the stretch that is meant: an old post never gives anybody another one."""
        row = f"{int(starts_at.timestamp())}-{int(ends_at.timestamp())}"
        return Button(self.say(language, "take"), FEATURE, TAKE, row, discord.ButtonStyle.primary)

    def undo_button(self, language: str, change_id: int) -> Button:
        """`Undo`, for one change."""
        return Button(self.say(language, "undo"), FEATURE, UNDO, change_id)


def stretch_of(row: str) -> tuple[datetime, datetime] | None:
    """The stretch that a press on `Take this shift` means (UTC), or none where the button is not one of ours."""
    start, _, end = row.partition("-")
    if not (start.isdecimal() and end.isdecimal()):
        return None
    return datetime.fromtimestamp(int(start), UTC), datetime.fromtimestamp(int(end), UTC)


class RotaPost(QuietKind):
    """A post of the rota. Where #on-call is gone or closed to us, it stands in #staff-room."""

    def __init__(self, words: RotaWords, places: Places, outbox: Outbox) -> None:
        self._words, self._rota, self._places, self._outbox = words, words.rota, places, outbox

    async def channel(self, delivery: Delivery) -> int | None:
        """Where it goes, looked up now: the channel may be a new one."""
        place = ObjectKey(str(delivery.arguments.get("place") or ON_CALL))
        return await self._places.channel(delivery.guild_id, place)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """Say it in #staff-room, once."""
        room = await self._places.channel(delivery.guild_id, STAFF_ROOM)
        if room is None or "place" in delivery.arguments or outcome not in {Outcome.TARGET_GONE, Outcome.NO_ACCESS}:
            return
        instead = Draft(
            kind=delivery.kind,
            lane=delivery.lane,
            dedupe_key=f"{delivery.dedupe_key}:staff-room",
            guild_id=delivery.guild_id,
            channel_id=room,
            due_at=now,
            expires_at=delivery.expires_at,
            subject=delivery.subject,
            arguments={**delivery.arguments, "place": STAFF_ROOM},
        )
        await self._outbox.put(session, [instead])


class HandOver(RotaPost):
    """Who goes off call, who comes, and what is open."""

    name = drafts.HAND_OVER

    def __init__(self, words: RotaWords, places: Places, outbox: Outbox, oncall: OnCallService) -> None:
        super().__init__(words, places, outbox)
        self._oncall = oncall

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The post, where this moment still is a hand-over."""
        guild_id, at = delivery.guild_id, delivery.due_at
        if not await self._rota.handovers(guild_id, at, at + timedelta(seconds=1)):
            return Withdrawn()
        language = await self._words.language(guild_id)
        before = await self._rota.shift(guild_id, at - timedelta(seconds=1))
        shift = await self._rota.shift(guild_id, at)
        lines = [self._who(language, before, shift), self._open(language, await self._oncall.unresolved(guild_id))]
        if now - at > LATE_AFTER:
            lines.append(self._words.say(language, "late", due=timestamp(at, "f")))
        buttons = [self._words.take_button(language, at, shift.ends_at)] if shift.ends_at is not None else []
        return Post(
            content="\n".join(lines),
            view=SafeView(buttons),
            mentions=mentioning(shift.person),
            channel_id=await self.channel(delivery),
        )

    def _who(self, language: str, before: Shift, shift: Shift) -> str:
        leaving, coming = f"<@{before.person}>", f"<@{shift.person}>"
        until = timestamp(shift.ends_at, "f")
        if shift.person is None:
            key = "hand_over_nobody" if before.person is not None else "hand_over_nobody_still"
        elif before.person is None:
            key = "hand_over_first"
        else:
            key = "hand_over_same" if before.person == shift.person else "hand_over"
        return self._words.say(language, key, leaving=leaving, coming=coming, until=until)

    def _open(self, language: str, incidents: list[Incident]) -> str:
        if not incidents:
            return self._words.say(language, "open_none")
        told = [
            self._words.say(language, "open_taken", code=one.code, who=f"<@{one.acknowledged_by}>")
            if one.acknowledged_by is not None
            else self._words.say(language, "open_waiting", code=one.code)
            for one in incidents[:OPEN_SHOWN]
        ]
        if len(incidents) > OPEN_SHOWN:
            told.append(self._words.say(language, "open_more", count=len(incidents) - OPEN_SHOWN))
        return self._words.say(language, "open", codes=", ".join(told))


class GapNotice(RotaPost):
    """That nobody would answer a page, ahead of it."""

    name = drafts.GAP

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The notice, where the gap is still there: somebody may have taken the shift since."""
        gap = await self._still_there(delivery, now)
        if gap is None:
            return Withdrawn()
        language = await self._words.language(delivery.guild_id)
        ends_within_sight = not delivery.arguments["open_ended"]
        until = timestamp(gap.ends_at, "f") if ends_within_sight else self._words.say(language, "until_further")
        key = f"gap_{gap.problem.value}" + ("_now" if gap.starts_at <= now else "")
        values = {"from": timestamp(gap.starts_at, "f"), "when": timestamp(gap.starts_at, "R"), "until": until}
        said = self._words.say(language, key, person=f"<@{gap.person}>", **values)
        schedule = await self._rota.schedule(delivery.guild_id, max(gap.starts_at, now), gap.ends_at)
        asked: tuple[int, ...] = ()
        if gap.starts_at <= now + SOON:
            shift = await self._rota.shift(delivery.guild_id, now)
            asked = tuple(one for one in (shift.person, *shift.backup) if one is not None and one != gap.person)
        who = " ".join(f"<@{person}>" for person in asked)
        return Post(
            content=f"{who}\n{said}\n{self._words.say(language, 'gap_mend')}".strip(),
            view=SafeView([self._words.take_button(language, schedule[0].starts_at, schedule[0].ends_at)]),
            mentions=mentioning(*asked),
            channel_id=await self.channel(delivery),
        )

    async def _still_there(self, delivery: Delivery, now: datetime) -> Gap | None:
        starts = max(datetime.fromtimestamp(int(delivery.arguments["starts"]), UTC), now)
        found = await self._rota.gaps(delivery.guild_id, starts, _end_of(delivery))
        problem, person = Problem(delivery.arguments["problem"]), delivery.arguments["person"]
        return next((gap for gap in found if (gap.problem, gap.person) == (problem, person)), None)


def _end_of(delivery: Delivery) -> datetime:
    return datetime.fromtimestamp(int(delivery.arguments["ends"]), UTC)


class AbsenteeNotice(RotaPost):
    """That somebody who is to be paged is not in the server, or not on staff any more."""

    name = drafts.ABSENTEE

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The notice, where it is still so."""
        del now
        person, problem = int(delivery.arguments["person"]), Problem(delivery.arguments["problem"])
        if (await self._rota.absentees(delivery.guild_id)).get(person) is not problem:
            return Withdrawn()
        language = await self._words.language(delivery.guild_id)
        said = self._words.say(language, f"absentee_{problem.value}", id=person, person=f"<@{person}>")
        return Post(content=said, channel_id=await self.channel(delivery))


class ChangeLine(RotaPost):
    """What somebody changed of the rota, so that whoever it concerns sees it."""

    name = drafts.CHANGE

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line, with `Undo` for as long as it makes sense."""
        change = await self._rota.change(int(delivery.arguments["change"]))
        state = str(delivery.arguments["state"])
        language = await self._words.language(delivery.guild_id)
        undo = state == "set" and change.cancelled_at is None and change.ends_at > now
        return Post(
            content=self._words.change(language, change, state),
            view=SafeView([self._words.undo_button(language, change.id)]) if undo else None,
            mentions=mentioning(change.person_id),
            channel_id=await self.channel(delivery),
        )


def mentioning(*people: int | None) -> discord.AllowedMentions:
    """Mentions of these people, and of nobody else."""
    wanted = [discord.Object(person) for person in people if person is not None]
    return discord.AllowedMentions(everyone=False, roles=False, users=wanted)
