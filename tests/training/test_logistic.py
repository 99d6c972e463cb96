"""The trainer: it finds the optimum, and finds it again to the last bit."""

import random
from array import array
from math import isclose

import pytest

from training.logistic import Example, fit, odds

SIZE = 64


def made_up(count: int, seed: int) -> tuple[list[Example], list[bool]]:
    """Lines of ten n-grams; n-gram 3 speaks for, n-gram 7 against, the others for nothing."""
    chance = random.Random(seed)  # noqa: S311  # the same lines every time, nothing secret
    examples, wanted = [], []
    for _ in range(count):
        buckets = [chance.randrange(8, SIZE) for _ in range(9)]
        is_one = chance.random() < 0.4
        says = is_one if chance.random() < 0.9 else not is_one
        examples.append(Example(array("I", [*buckets, 3 if says else 7])))
        wanted.append(is_one)
    return examples, wanted


def test_it_learns_what_speaks_for_and_what_against() -> None:
    examples, wanted = made_up(400, 1)
    fitted = fit(examples, wanted, SIZE, cost=10.0, epochs=30, seed=1)
    assert fitted.weights[3] > 1 > -1 > fitted.weights[7]
    right = sum((fitted.score(one) > 0) is is_one for one, is_one in zip(examples, wanted, strict=True))
    assert right / len(examples) > 0.85


def test_it_is_the_same_to_the_last_bit() -> None:
    examples, wanted = made_up(200, 2)
    first, second = (fit(examples, wanted, SIZE, cost=10.0, epochs=8, seed=5) for _ in range(2))
    assert first.weights.tobytes() == second.weights.tobytes()
    assert first.bias == second.bias


def test_where_it_ends_every_weight_is_what_the_errors_ask_for() -> None:
    # At the optimum the weights are the sum over all lines of cost * error * line: the gradient is nought.
    examples, wanted = made_up(150, 3)
    cost = 2.0
    fitted = fit(examples, wanted, SIZE, cost=cost, epochs=400, seed=1)
    asked = [0.0] * SIZE
    bias = 0.0
    for one, is_one in zip(examples, wanted, strict=True):
        sign = 1.0 if is_one else -1.0
        error = cost * sign * odds(-sign * fitted.score(one))
        bias += error
        for bucket in one.buckets:
            asked[bucket] += error / one.norm
    assert isclose(fitted.bias, bias, abs_tol=1e-2)
    assert list(fitted.weights) == pytest.approx(asked, abs=1e-2)


def test_a_heavier_line_is_got_right_first() -> None:
    same = array("I", [3])
    light, heavy = Example(same, 1.0), Example(same, 9.0)
    towards_heavy = fit([light, heavy], [True, False], SIZE, cost=10.0, epochs=50, seed=1)
    assert towards_heavy.score(Example(same)) < 0
