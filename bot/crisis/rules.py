"""The decisions of crisis response: whose words page, which answer fits, where it goes."""

from collections.abc import Sequence
from enum import StrEnum

from bot.crisis.assessment import Category, Tier

COULD_NOT_ASSESS = "could-not-assess"
"""The category of words that the detector broke on. They page."""

ASKED_CONTACT = "asked-contact"
"""The reason of an incident that its person asked for, without any words."""
WORRIED = "worried"
"""The reason of an incident that somebody else asked for."""


class Told(StrEnum):
    """What is true of staff at the moment somebody is answered; each is a sentence of ``crisis.yaml``."""

    ON_SHIFT = "shift_on"
    NOBODY_ON_SHIFT = "shift_off"
    TAKEN = "shift_taken"
    LISTED = "shift_listed"


_REPLY_BY_CATEGORY: tuple[tuple[str, str], ...] = (
    # In this order: what saves a life within minutes is said before what saves one tonight.
    (Category.OVERDOSE, "reply_overdose"),
    (Category.WITHDRAWAL_DANGER, "reply_withdrawal"),
    (Category.HARM_FROM_OTHERS, "reply_violence"),
    (Category.SUICIDAL_INTENT, "reply_suicide"),
    (Category.IMPLICIT_INTENT, "reply_suicide"),
    (Category.SELF_HARM, "reply_suicide"),
    (Category.HARM_TO_OTHERS, "reply_harm_to_others"),
    (Category.THIRD_PERSON, "reply_third_person"),
    (Category.LAPSE, "reply_lapse"),
)
_NOTIFY_BY_CATEGORY: tuple[tuple[str, str], ...] = (
    (Category.LAPSE, "notify_lapse"),
    (Category.CRAVING, "notify_craving"),
    (Category.THIRD_PERSON, "notify_third_person"),
    (Category.HOPELESSNESS, "notify_hopelessness"),
)


def reply_key(tier: Tier, categories: Sequence[str]) -> str:
    """The text that answers these words, by what saves first; a key of ``texts/<language>/crisis.yaml``."""
    if COULD_NOT_ASSESS in categories:
        return "crisis.could_not_assess"
    table, otherwise = (
        (_REPLY_BY_CATEGORY, "reply_general") if tier is Tier.PAGE else (_NOTIFY_BY_CATEGORY, "notify_general")
    )
    return "crisis." + next((key for category, key in table if category in categories), otherwise)


def language_of(rules: Sequence[str], known: Sequence[str]) -> str | None:
    """The language that the words were understood in (rules are named ``es/…``), where it is one of ``known``."""
    spoken = (rule.split("/", 1)[0] for rule in rules)
    return next((language for language in spoken if language in known), None)


def told_how(
    *, on_shift: int | None, person: int | None = None, is_taken: bool = False, is_listed: bool = False
) -> Told:
    """What to say of staff: whether somebody has it already, is told with others, is being paged, or is not there.

    Whoever is on call and in danger themselves has nobody on shift for them.
    """
    if is_taken:
        return Told.TAKEN
    if is_listed:
        return Told.LISTED
    return Told.ON_SHIFT if on_shift not in {None, person} else Told.NOBODY_ON_SHIFT


def is_discreet(key: str) -> bool:
    """Whether the person may not be alone at their screen: no name of a helpline that gives them away."""
    return key == "crisis.reply_violence"


def pages(*, tier: Tier, is_known: bool, in_watched_place: bool) -> bool:
    """Whether an incident is opened: for anybody who is or was a member, and for whoever writes where members write."""
    return tier >= Tier.NOTIFY and (is_known or in_watched_place)
