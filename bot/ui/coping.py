"""What people see of coping skills: the group's post, a card of one's own, the answers to its buttons, the toolbox."""

from collections.abc import Sequence
from datetime import date, datetime

import discord

from bot.content import Content, Need, Skill, pick_variant
from bot.coping.service import POST, CopingService, Marked, OneSkill, Verdict
from bot.db import Session
from bot.delivery.service import Delivery, Post, QuietKind, Receipt, Withdrawn
from bot.ui.safe import Button, SafeView

FEATURE = "skill"
UNSAVE = "unsave"

# Discord keeps the words of a command's choices from the moment the command is registered, in one language.
NEED_WORDS: dict[Need, str] = {
    Need.CRAVING: "A craving",
    Need.ANXIETY: "Anxious or on edge",
    Need.ANGER: "Angry",
    Need.SADNESS: "Sad or low",
    Need.LONELINESS: "Lonely",
    Need.SLEEP: "Can't sleep",
    Need.SHAME: "Ashamed of something",
    Need.HIGH_RISK_SITUATION: "A risky place or person ahead",
    Need.BOUNDARIES: "Hard to say no",
    Need.GRATITUDE: "Something good to notice",
    Need.MOVEMENT: "Need to move",
    Need.MINDFULNESS: "Head is too busy",
    Need.VALUES: "What matters to me",
    Need.RELAPSE_PREVENTION: "Staying on track",
}

_LABELS = {
    Verdict.HELPED: "buttons.helped",
    Verdict.NOT_FOR_ME: "buttons.not_for_me",
    Verdict.SAVED: "buttons.save",
}
VERBS = {"helped": Verdict.HELPED, "not-for-me": Verdict.NOT_FOR_ME, "save": Verdict.SAVED}
"""The verbs of the buttons: ``skill:helped:<skill>`` and so on."""

_ANSWERS = {Verdict.HELPED: "coping.helped", Verdict.NOT_FOR_ME: "coping.not_for_me", Verdict.SAVED: "coping.saved"}
TOOLBOX_SHOWN = 25


class SkillPost(QuietKind):
    """The skill of the day in the group's coping channel."""

    name = POST

    def __init__(self, coping: CopingService, content: Content) -> None:
        self._coping, self._content = coping, content

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The post, where the programme still wants one at this moment; a late one says so."""
        group, day = str(delivery.arguments["group"]), date.fromisoformat(str(delivery.arguments["date"]))
        daily = await self._coping.daily(delivery.guild_id, group, day, delivery.due_at, now)
        if daily is None:
            return Withdrawn()
        say = self._content.texts.say
        embed = skill_embed(self._content, daily.skill, daily.language)
        embed.set_author(name=say(daily.language, "coping.card_heading"))
        embed.set_footer(text=say(daily.language, "coping.card_footer", minutes=daily.skill.minutes))
        late = say(daily.language, "coping.late_card") if daily.is_late else ""
        return Post(content=late, embed=embed, view=skill_buttons(self._content, daily.skill, daily.language))

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Remember where it stands."""
        del now
        if receipt.channel_id is not None and receipt.message_id is not None:
            await self._coping.posted(
                session,
                delivery.guild_id,
                str(delivery.arguments["group"]),
                delivery.due_at,
                channel_id=receipt.channel_id,
                message_id=receipt.message_id,
            )


def skill_embed(content: Content, skill: Skill, language: str) -> discord.Embed:
    """A skill as it is read: title, text, its steps where it has some, how long it takes."""
    wording = skill.wording(language)
    title = content.texts.say(language, "coping.skill_heading", title=wording.title)
    steps = [f"{number}. {step}" for number, step in enumerate(wording.steps, start=1)]
    description = "\n".join([wording.text, "", *steps]) if steps else wording.text
    return discord.Embed(title=title, description=description).set_footer(text=minutes(content, skill, language))


def minutes(content: Content, skill: Skill, language: str) -> str:
    """How long a skill takes, in words."""
    key = "coping.minutes_one" if skill.minutes == 1 else "coping.minutes"
    return content.texts.say(language, key, minutes=skill.minutes)


def skill_buttons(content: Content, skill: Skill, language: str) -> SafeView:
    """`Helped`, `Not for me`, `Save`. They name the skill, so they work for as long as it is in the library."""
    return SafeView(
        [
            Button(content.texts.say(language, _LABELS[verdict]), FEATURE, verb, skill.key)
            for verb, verdict in VERBS.items()
        ]
    )


def before_skill(content: Content, one: OneSkill, language: str) -> str:
    """What to say before a skill that is not quite what was asked for."""
    notes = []
    if one.other_need:
        notes.append(content.texts.say(language, "coping.none_for_need"))
    if one.again:
        notes.append(content.texts.say(language, "coping.none_left"))
    return "\n".join(notes)


def mark_answer(content: Content, marked: Marked, language: str, seed: int) -> str:
    """The private answer to a press; ``seed`` varies it."""
    if marked.verdict is Verdict.SAVED and not marked.changed:
        return content.texts.say(language, "coping.already_saved")
    key = _ANSWERS[marked.verdict]
    return content.texts.variant(language, key, pick_variant(content.texts.variants(language, key), None, seed))


def remove_button(content: Content, skill_key: str, language: str) -> SafeView:
    """Under the answer to a second `Save`: take it out again."""
    return SafeView([Button(content.texts.say(language, "coping.remove_button"), FEATURE, UNSAVE, skill_key)])


def toolbox_embed(content: Content, skills: Sequence[Skill], language: str) -> discord.Embed:
    """The saved skills, newest first, as a list."""
    say = content.texts.say
    lines = [
        say(language, "coping.toolbox_line", title=skill.wording(language).title, minutes=skill.minutes)
        for skill in skills[:TOOLBOX_SHOWN]
    ]
    description = "\n".join(lines) or say(language, "coping.toolbox_empty")
    return discord.Embed(title=say(language, "coping.toolbox_heading"), description=description)
