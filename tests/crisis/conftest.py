"""One lexicon for all tests of the detector: it is immutable, and reading it takes a moment."""

import pytest

from bot.crisis.detector import Detector
from bot.crisis.lexicon import Lexicon


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Detector.load().lexicon


@pytest.fixture(scope="session")
def detector() -> Detector:
    return Detector.load()


@pytest.fixture(scope="session")
def rules_alone(lexicon: Lexicon) -> Detector:
    return Detector(lexicon)
