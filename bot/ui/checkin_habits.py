"""What a member sees of their own choices about check-ins: the form, and what was saved."""

from bot.checkins.service import HabitForm, Rhythm
from bot.content import Content
from bot.ui.checkins import FEATURE, heading
from bot.ui.safe import Button, SafeModal, SafeView


def habits_button(content: Content, language: str, guild_id: int) -> SafeView:
    """The button that opens the form, under the answer to `/reminders`."""
    return SafeView([Button(content.texts.say(language, "checkins.habits_button"), FEATURE, "habits", guild_id)])


def habits_form(content: Content, guild_id: int, shown: HabitForm) -> SafeModal:
    """How often they are expected (in aftercare), whether they want a nudge, between which hours, and a pause."""
    say, language = content.texts.say, shown.language
    form = SafeModal(say(language, "checkins.habits_title"), FEATURE, "habits-form", guild_id)
    if shown.has_rhythm:
        form.choose(
            say(language, "checkins.label_rhythm"),
            "rhythm",
            {rhythm.value: say(language, f"checkins.rhythm_{rhythm.value}") for rhythm in Rhythm},
            default=(shown.habit.rhythm or Rhythm.TAPER).value,
        )
    form.choose(
        say(language, "checkins.label_nudge"),
        "nudge",
        {choice: say(language, f"checkins.nudge_{choice}") for choice in ("no", "yes")},
        default="yes" if shown.habit.nudge else "no",
    )
    form.ask(say(language, "checkins.label_hours"), "hours", default=str(shown.habit.hours), max_length=20)
    form.ask(
        say(language, "checkins.label_pause"),
        "pause",
        default=shown.paused_until.isoformat() if shown.paused_until is not None else None,
        placeholder=say(language, "checkins.pause_placeholder"),
        max_length=20,
    )
    return form


def habits_text(content: Content, shown: HabitForm) -> str:
    """What holds now."""
    say, language = content.texts.say, shown.language
    if shown.habit.nudge:
        said = [say(language, "checkins.habits_nudge_on", hours=str(shown.habit.hours))]
    else:
        said = [say(language, "checkins.habits_nudge_off")]
    if shown.paused_until is not None:
        said.append(heading(content, language, shown.paused_until, "checkins.habits_paused"))
    return "\n".join(said)
