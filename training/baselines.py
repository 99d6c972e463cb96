"""What others do, for comparison: a list of phrases, and Discord's AutoMod with wildcards. Both written by us."""

import re
from collections.abc import Iterable
from typing import Final

from bot.crisis.assessment import Tier

PHRASES: Final = (
    *("kill myself", "killing myself", "suicide", "suicidal", "want to die", "wanna die", "end my life", "end it all"),
    *("kms", "better off dead", "self harm", "cut myself", "cutting myself", "hurt myself", "hang myself", "overdose"),
    *("no reason to live", "don't want to live", "want to be dead", "take my own life"),
)
"""Twenty that a first attempt holds; found anywhere in the text."""

KEYWORDS: Final = (
    *("*suicid*", "*kill myself*", "*killing myself*", "kms", "*unalive*", "*want to die*", "*wanna die*"),
    *("*wish i was dead*", "*wish i were dead*", "*want to be dead*", "*end my life*", "*ending my life*"),
    *("*end it all*", "*take my life*", "*take my own life*", "*better off dead*", "*better off without me*"),
    *("*don't want to live*", "*dont want to live*", "*no reason to live*", "*not want to be here*", "*self harm*"),
    *("*self-harm*", "*selfharm*", "*cut myself*", "*cutting myself*", "*hurt myself*", "*hang myself*"),
    *("*hanging myself*", "*shoot myself*", "*slit my*", "*overdos*", "*od'd*", "*goodbye forever*"),
    *("*my last message*", "*can't go on*", "*cant go on*", "*suicide note*", "*jump off*", "*kill me*"),
    *("*quiero morir*", "*matarme*", "*quitarme la vida*", "*no quiero vivir*", "*suicidarme*"),
)
"""Forty-five, as AutoMod takes them: whole words, ``*`` for any letters before or after, capitals alike."""


def phrases(text: str) -> Tier:
    """Page where one of the phrases stands in the text."""
    said = text.lower()
    return Tier.PAGE if any(phrase in said for phrase in PHRASES) else Tier.NONE


def _automod(keywords: Iterable[str]) -> re.Pattern[str]:
    parts = []
    for keyword in keywords:
        before = "" if keyword.startswith("*") else r"\b"
        after = "" if keyword.endswith("*") else r"\b"
        parts.append(f"{before}{re.escape(keyword.strip('*'))}{after}")
    return re.compile("|".join(parts), re.IGNORECASE)


_KEYWORD = _automod(KEYWORDS)


def automod(text: str) -> Tier:
    """Page where AutoMod would find one of the keywords."""
    return Tier.PAGE if _KEYWORD.search(text) else Tier.NONE
