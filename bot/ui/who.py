"""`/oncall who`: who is on call now, who is next, and whom each step of the ladder would reach."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.oncall.rota_service import RotaService, Shift, Stretch
from bot.oncall.rules import Policy, people_of
from bot.timing import format_duration
from bot.ui.oncall import timestamp
from bot.ui.rota import RotaWords

LOOKED_AHEAD: Final = timedelta(days=28)
"""How far ahead whoever is next is looked for."""
NAMED_AT_MOST: Final = 12
"""People a step names; a message holds 2,000 characters."""

LEVELS: Final = {"on-call": "level_on_call", "backup": "level_backup", "everyone": "level_everyone"}


async def who_text(
    words: RotaWords, language: str, guild_id: int, staff: Sequence[int], policy: Policy, now: datetime
) -> str:
    """The answer to `/oncall who`. ``now`` is UTC; ``staff`` are whom the step ``everyone`` reaches."""
    rota = words.rota
    shift = await rota.shift(guild_id, now)
    schedule = await rota.schedule(guild_id, now, now + LOOKED_AHEAD)
    lines = [_now(words, language, shift, schedule), *_next(words, language, schedule)]
    lines.append(words.say(language, "who_ladder"))
    for step in policy.steps:
        people = people_of(step.notify, shift.person, shift.backup, staff)
        named = [await _named(words, language, rota, guild_id, one) for one in people[:NAMED_AT_MOST]]
        if len(people) > NAMED_AT_MOST:
            named.append(words.say(language, "who_more", count=len(people) - NAMED_AT_MOST))
        after = words.say(language, "who_after", duration=format_duration(step.after)) if step.after else None
        lines.append(
            words.say(
                language,
                "who_step",
                after=after or words.say(language, "who_at_once"),
                level=words.say(language, LEVELS[step.notify]),
                people=", ".join(named) or words.say(language, "who_step_empty"),
            )
        )
    lines.append(words.say(language, "who_repeat", every=format_duration(policy.repeat)))
    return "\n".join(lines)


async def _named(words: RotaWords, language: str, rota: RotaService, guild_id: int, person: int) -> str:
    mention = f"<@{person}>"
    if await rota.is_reached(guild_id, person):
        return mention
    return words.say(language, "who_unreached", person=mention)


def _now(words: RotaWords, language: str, shift: Shift, schedule: Sequence[Stretch]) -> str:
    until = timestamp(shift.ends_at, "f")
    if shift.person is None:
        return words.say(language, "who_no_rota" if shift.ends_at is None else "who_nobody", until=until)
    why = schedule[0].why.value if schedule else "turn"
    key = {"override": "who_now_override", "stands_in": "who_now_stands_in"}.get(why, "who_now")
    absent = f"<@{schedule[0].instead_of}>" if schedule else ""
    return words.say(language, key, who=f"<@{shift.person}>", until=until, absent=absent)


def _next(words: RotaWords, language: str, schedule: Sequence[Stretch]) -> list[str]:
    """Whoever comes after whoever is on call now, in the time that is looked at; nobody, where that does not change."""
    following = next((one for one in schedule[1:] if one.person != schedule[0].person), None)
    if following is None:
        return []
    starts = timestamp(following.starts_at, "f")
    if following.person is None:
        return [words.say(language, "who_next_nobody", **{"from": starts})]
    return [words.say(language, "who_next", who=f"<@{following.person}>", **{"from": starts})]
