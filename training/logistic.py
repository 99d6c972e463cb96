"""Logistic regression over sparse counts, by coordinate descent in the dual. Plain Python, the same to the last bit
wherever it runs: no library, no threads, a seed for the order.

The method is that of Yu, Huang and Lin, "Dual coordinate descent methods for logistic regression and maximum entropy
models" (Machine Learning, 2011): one multiplier a line, each in turn moved to where its one-dimensional problem has its
minimum, by Newton steps.
"""

import random
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

_NEWTON_STEPS: Final = 30
_CLOSE: Final = 1e-6
_LEAST_PART: Final = 1e-12
"""A multiplier stays this part of the largest one away from both its ends."""
_LITTLE: Final = 1e-4
"""Of the largest multiplier: a move that is called small."""
_REST: Final = 4
"""Rounds that a line which hardly moved is left alone."""
_STEEP: Final = 700.0
"""Beyond it the exponential overflows."""


@dataclass(frozen=True)
class Example:
    """One line: its n-grams' numbers, and how much it counts."""

    buckets: "array[int]"
    weight: float = 1.0

    @property
    def norm(self) -> float:
        """What the sum over its n-grams is divided by: the root of their count, so that length says little."""
        return sqrt(len(self.buckets)) or 1.0


@dataclass(frozen=True)
class Fitted:
    """``weights[bucket]`` for each n-gram, and what is added to every text."""

    weights: "array[float]"
    bias: float

    def score(self, example: Example) -> float:
        """The logarithm of the odds."""
        weights = self.weights
        return self.bias + sum([weights[bucket] for bucket in example.buckets]) / example.norm


def fit(
    examples: Sequence[Example], wanted: Sequence[bool], size: int, *, cost: float, epochs: int, seed: int
) -> Fitted:
    """Weights that tell the ``wanted`` examples from the others. ``cost`` says how much an error counts against large
    weights; ``epochs`` how often all examples are gone through.
    """
    chance = random.Random(seed)  # noqa: S311  # the same order every time, nothing secret
    weights = array("d", bytes(8 * size))
    bias = 0.0
    signs = [1.0 if one else -1.0 for one in wanted]
    limits = [cost * example.weight for example in examples]
    duals = [_LEAST_PART * limit for limit in limits]
    # An n-gram may stand in a line twice: a line's length is the sum of its counts' squares, and one for the bias.
    squares = []
    for example, sign, dual in zip(examples, signs, duals, strict=True):
        counts: dict[int, int] = {}
        for bucket in example.buckets:
            counts[bucket] = counts.get(bucket, 0) + 1
        squares.append(sum(count * count for count in counts.values()) / example.norm**2 + 1.0)
        step = dual * sign / example.norm
        for bucket in example.buckets:
            weights[bucket] += step
        bias += dual * sign
    order = list(range(len(examples)))
    rests = [0] * len(examples)
    for epoch in range(epochs):
        chance.shuffle(order)
        for number in order:
            if rests[number] > epoch:
                continue
            example, sign = examples[number], signs[number]
            buckets, norm = example.buckets, example.norm
            margin = sign * (bias + sum([weights[bucket] for bucket in buckets]) / norm)
            old = duals[number]
            new = _least(old, margin, squares[number], limits[number])
            if abs(new - old) <= _LITTLE * limits[number]:
                # What hardly moves is looked at again later: most lines are soon learnt.
                rests[number] = epoch + _REST
                if abs(new - old) <= _CLOSE * limits[number]:
                    continue
            duals[number] = new
            step = (new - old) * sign / norm
            for bucket in buckets:
                weights[bucket] += step
            bias += (new - old) * sign
    return Fitted(weights, bias)


def _least(old: float, margin: float, square: float, limit: float) -> float:
    """Where ``square/2 (z-old)² + margin (z-old) + z log z + (limit-z) log(limit-z)`` is least, for 0 < z < limit.

    Solved for t with z = limit / (1 + exp(-t)), where the slope rises by at least one for every one of t.
    """
    low, high = -margin - square * (limit - old), -margin + square * old
    t = min(max(log(old / (limit - old)), low), high)
    for _ in range(_NEWTON_STEPS):
        part = _logistic(t)
        slope = square * (limit * part - old) + margin + t
        if slope > 0:
            high = t
        else:
            low = t
        moved = t - slope / (square * limit * part * (1 - part) + 1)
        if not low <= moved <= high:
            moved = (low + high) / 2
        if abs(moved - t) <= _CLOSE:
            t = moved
            break
        t = moved
    return limit * min(max(_logistic(t), _LEAST_PART), 1 - _LEAST_PART)


def _logistic(t: float) -> float:
    return 1 / (1 + exp(-t)) if t > -_STEEP else 0.0


def odds(score: float) -> float:
    """The probability that a score stands for."""
    return _logistic(score)
