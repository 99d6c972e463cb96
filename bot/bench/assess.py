"""How fast the detector reads: it is called for every message, and nothing is answered before it has."""

import json
import random
from collections.abc import Callable
from functools import partial
from itertools import cycle, islice
from time import perf_counter
from typing import Final

from bot.bench.figures import Figure, Table, Unit
from bot.bench.scale import Scale
from bot.crisis.detector import Detector
from bot.crisis.lexicon import Lexicon
from bot.crisis.lines import assess_lines
from bot.crisis.second_stage import SecondStage
from bot.crisis.trial import benign_lines

_SEED: Final = 20_260_105
_LINE_BYTES: Final = 64
_EVERYDAY_LEAST: Final = 45
"""Bytes: without the shortest the everyday lines are about as long as messages are."""
_LONG_CHARACTERS: Final = 2_000
"""What a message takes on Discord."""

_HOSTILE_CHARACTERS: Final = 4_000
_PIECES: Final = (
    "a",
    "i ",
    "i want ",
    "kill myself ",
    "*a",
    "i.",
    "d1e ",
    "k!l!l ",
    "k* ",
    "💀🔪",
    "a💀",
    "want💀",
    "when im gone ",
    "||",
)

_BEGINNINGS: Final = (
    "good morning everyone",
    "long day at work again",
    "I keep thinking about last week",
    "I can't do this any more",
    "group was good today",
    "does anybody know when",
    "I want to use so badly",
    "my sister called and",
    "no puedo dormir",
    "I'm not going to hurt myself",
)
_ENDINGS: Final = (
    "and then the bus was late",
    "the room is the same as on Monday",
    "see you all at six tonight",
    "it got better after the walk",
    "I don't want to be here",
    "thanks for asking, it helped",
    "todo va a salir bien",
    "I am going to kill myself tonight",
    "this homework is killing me",
    "what was the number of room two",
)


def measure(scale: Scale) -> Table:
    """The detector on made-up lines of 64 bytes, on long messages, and through JSON Lines."""
    began = perf_counter()
    detector = Detector(Lexicon.load(), SecondStage.load())
    loaded = perf_counter() - began
    rules = Detector(detector.lexicon)
    texts, everyday = made_up_lines(scale.lines), everyday_lines(scale.lines)
    long = [" ".join(texts[at : at + 40])[:_LONG_CHARACTERS] for at in range(0, max(len(texts) - 40, 1), 40)]
    lines = [json.dumps({"id": number, "text": text}) for number, text in enumerate(texts)]
    rules_rate, short_rate, long_rate, lines_rate, worst = [], [], [], [], []
    everyday_rules, everyday_both = [], []
    for _ in range(scale.runs):
        everyday_rules.append(len(everyday) / _seconds(lambda: [rules.assess(text) for text in everyday]))
        everyday_both.append(len(everyday) / _seconds(lambda: [detector.assess(text) for text in everyday]))
        rules_rate.append(len(texts) / _seconds(lambda: [rules.assess(text) for text in texts]))
        worst.append(max(_seconds(partial(detector.assess, text)) for text in hostile()))
        short_rate.append(len(texts) / _seconds(lambda: [detector.assess(text) for text in texts]))
        long_rate.append(len(long) / _seconds(lambda: [detector.assess(text) for text in long]))
        lines_rate.append(len(lines) / _seconds(lambda: list(assess_lines(lines, detector))))
    # How much longer a character of a long message takes: about one, where the time is linear in the length.
    characters = sum(map(len, texts)) / len(texts), sum(map(len, long)) / len(long)
    linear = [(characters[0] * one) / (characters[1] * other) for one, other in zip(short_rate, long_rate, strict=True)]
    beside = [one / other for one, other in zip(short_rate, lines_rate, strict=True)]
    mean = sum(len(text.encode()) for text in everyday) / len(everyday)
    return Table(
        "Detector",
        (
            Figure("Load the lexicon", (loaded,), Unit.SECONDS),
            Figure(f"Everyday messages of {mean:.0f} bytes, rules alone", tuple(everyday_rules), Unit.A_SECOND),
            Figure(f"Everyday messages of {mean:.0f} bytes, both stages", tuple(everyday_both), Unit.A_SECOND),
            Figure(f"A third urgent, {_LINE_BYTES} bytes, rules alone", tuple(rules_rate), Unit.A_SECOND),
            Figure(f"A third urgent, {_LINE_BYTES} bytes, both stages", tuple(short_rate), Unit.A_SECOND),
            Figure(f"The worst of {_HOSTILE_CHARACTERS:,} characters made to be hard", tuple(worst), Unit.SECONDS),
            Figure(f"Messages of {_LONG_CHARACTERS:,} characters", tuple(long_rate), Unit.A_SECOND),
            Figure("… a character of these against one of those", tuple(linear), Unit.TIMES),
            Figure("`assess`, lines of JSON", tuple(lines_rate), Unit.A_SECOND),
            Figure("… a line against a message", tuple(beside), Unit.TIMES),
        ),
    )


def hostile() -> list[str]:
    """The longest messages Discord takes from anybody, made of what costs most: rules' words, signs, emoji."""
    return [(piece * _HOSTILE_CHARACTERS)[:_HOSTILE_CHARACTERS] for piece in _PIECES]


def everyday_lines(count: int) -> list[str]:
    """What a group says on most days: the harmless lines that come with the lexicon, two languages, over and over."""
    lines = cycle(line for line in benign_lines() if len(line.encode()) >= _EVERYDAY_LEAST)
    return list(islice(lines, count))


def made_up_lines(count: int) -> list[str]:
    """Lines of exactly 64 bytes, the same at every run: everyday talk, some of it urgent, in two languages."""
    chance = random.Random(_SEED)  # noqa: S311  # the same lines every time, nothing secret
    lines = []
    for _ in range(count):
        line = f"{chance.choice(_BEGINNINGS)}, {chance.choice(_ENDINGS)}"
        while len(line) < _LINE_BYTES:
            line += f" {chance.choice(_BEGINNINGS)}"
        lines.append(line[:_LINE_BYTES])
    return lines


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began
