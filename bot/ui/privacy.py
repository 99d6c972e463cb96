"""What people see of their own data: the summary, the file, the question before an erasure and what came of it."""

from collections.abc import Sequence
from io import BytesIO

import discord

from bot.content import Content
from bot.privacy.service import ErasureReport, Holding
from bot.ui.safe import Button, SafeView

FEATURE, YES, NO = "privacy", "erase", "keep"
FILE_NAME = "handrail-what-is-kept.json"


def summary(content: Content, language: str, holdings: Sequence[Holding]) -> str:
    """What is kept, by sort and number; of the record of safety no number, for this goes through Discord."""
    say = content.texts.say
    lines = [
        say(language, "privacy.show_line", what=holding.title, count=holding.rows)
        for holding in holdings
        if holding.is_counted
    ]
    if not lines:
        return say(language, "privacy.show_nothing_else")
    return "\n".join([say(language, "privacy.show_intro"), *lines, say(language, "privacy.show_safety")])


def notice(content: Content, language: str, *, program: str, emergency: str, lifeline: str) -> discord.Embed:
    """The notice as it was before joining, to be read again."""
    say = content.texts.say
    embed = discord.Embed(
        title=say(language, "enrolment.notice_title"),
        description=say(language, "enrolment.notice_body", program=program, emergency=emergency, lifeline=lifeline),
    )
    version = say(language, "enrolment.notice_version")
    embed.set_footer(text=say(language, "enrolment.notice_footer", version=version))
    return embed


def export_file(data: bytes) -> discord.File:
    """The JSON file, to be attached."""
    return discord.File(BytesIO(data), filename=FILE_NAME)


def erase_buttons(content: Content, language: str, user_id: int) -> SafeView:
    """The two answers to the question; a yes cannot be undone, so it looks like it."""
    say = content.texts.say
    return SafeView(
        [
            Button(say(language, "privacy.erase_yes"), FEATURE, YES, user_id, discord.ButtonStyle.danger),
            Button(say(language, "privacy.erase_no"), FEATURE, NO, user_id),
        ]
    )


def erased_text(content: Content, language: str, report: ErasureReport, *, emergency: str, lifeline: str) -> str:
    """That it is done, what stays, and why."""
    say = content.texts.say
    if report.found_nothing:
        return say(language, "privacy.show_nothing")
    # Several tables may stay on one ground; it is said once.
    grounds = dict.fromkeys(_ground(content, language, kept.table, kept.why) for kept in report.kept)
    stays = [*grounds, say(language, "privacy.kept_discord")]
    done = say(language, "privacy.erased", emergency=emergency, lifeline=lifeline)
    return "\n".join([done, "", say(language, "privacy.kept_intro"), *(f"- {ground}" for ground in stays)])


def _ground(content: Content, language: str, table: str, why: str) -> str:
    key = f"privacy.stays_{table}"
    return content.texts.say(language, key) if key in content.texts.keys else why
