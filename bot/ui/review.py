"""What staff see of the review list: its entries without words, and privately, where they press for it, the words."""

import discord

from bot.crisis.feedback import Entry, ReviewDone, ReviewState
from bot.ui.lexicon import MESSAGE_AT_MOST, Wordings, fenced
from bot.ui.oncall import timestamp
from bot.ui.safe import Button, SafeModal, SafeView

FEATURE = "review"
SHOW, CLOSE, CLOSED = "show", "close", "closed"
_SHOWN_AT_MOST = 4_000  # characters; an embed's description holds 4,096


def line(wordings: Wordings, language: str, entry: Entry) -> tuple[str, SafeView]:
    """One entry without its words, with `Show` and `Close`."""
    said = wordings.say(
        language,
        "review_line",
        id=entry.id,
        kind=wordings.named(language, "kind", entry.kind.value),
        when=timestamp(entry.reported_at, "R"),
        rules=_rules(wordings, language, entry),
    )
    buttons = [Button(wordings.say(language, "show"), FEATURE, SHOW, entry.id)]
    return said[:MESSAGE_AT_MOST], SafeView([*buttons, _close(wordings, language, entry)])


def words(
    wordings: Wordings, language: str, entry: Entry, *, by_dm: bool
) -> tuple[str, discord.Embed | None, SafeView]:
    """One entry with its words, or where they are."""
    said = wordings.say(
        language,
        "review_words",
        id=entry.id,
        kind=wordings.named(language, "kind", entry.kind.value),
        when=timestamp(entry.reported_at, "f"),
        version=", ".join(entry.versions) or "-",
        tier=wordings.named(language, "tier", entry.tier) if entry.tier else "-",
        rules=_rules(wordings, language, entry),
    )[:MESSAGE_AT_MOST]
    embed = None
    if entry.text is not None:
        embed = discord.Embed(description=fenced(entry.text[:_SHOWN_AT_MOST]))
    elif entry.incident is not None:
        where = entry.incident
        if by_dm or where.channel_id is None:
            said = f"{said}\n{wordings.say(language, 'review_incident_dm', code=where.code)}"
        else:
            parts = [str(one) for one in (where.guild_id, where.channel_id, where.message_id) if one is not None]
            link = f"https://discord.com/channels/{'/'.join(parts)}"
            said = f"{said}\n{wordings.say(language, 'review_incident', code=where.code, link=link)}"
    else:
        said = f"{said}\n{wordings.say(language, 'review_words_gone')}"
    buttons = [_close(wordings, language, entry)] if entry.state is ReviewState.OPEN else []
    return said, embed, SafeView(buttons)


def close_form(wordings: Wordings, language: str, entry: Entry) -> SafeModal:
    """The question what was done."""
    form = SafeModal(wordings.say(language, "review_close_title"), FEATURE, CLOSED, entry.id)
    by_people = [done for done in ReviewDone if done is not ReviewDone.TOO_OLD]
    options = {done.value: wordings.say(language, f"done_{done.value}") for done in by_people}
    form.choose(wordings.say(language, "review_close_done"), "done", options)
    return form


def _close(wordings: Wordings, language: str, entry: Entry) -> Button:
    return Button(wordings.say(language, "close"), FEATURE, CLOSE, entry.id)


def _rules(wordings: Wordings, language: str, entry: Entry) -> str:
    return ", ".join(f"`{rule}`" for rule in entry.rules) or wordings.say(language, "review_rules_none")
