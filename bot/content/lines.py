"""Helplines, by country: what a person in danger is shown.

A line nobody has ever checked (``last_verified: null``) is off unless asked for. The country's emergency number and
crisis line are marked ``always`` and shown whatever was asked.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from importlib.resources.abc import Traversable

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.content.document import Document
from bot.content.texts import primary
from bot.errors import ContentError

DEFAULT = "default"
"""The file for a country that has none of its own."""


class LineKind(StrEnum):
    """What a line is there for."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    OVERDOSE = "overdose"
    DOMESTIC_VIOLENCE = "domestic-violence"
    TREATMENT = "treatment"


class Contact(BaseModel):
    """How to reach a line: at least one way."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    call: str | None = None
    text: str | None = None
    url: str | None = None

    @model_validator(mode="after")
    def _some_way(self) -> "Contact":
        if not (self.call or self.text or self.url):
            raise ValueError("a line needs a number to call or text, or an address")
        return self


class LineWording(BaseModel):
    """A line in one language.

    ``short`` fits after "call" in English and after "llama al" in Spanish; ``how`` is a whole sentence; ``discreet``,
    where the name itself could put somebody at risk, is a name that says nothing to a person looking over a shoulder;
    ``in_language``, where the line answers in another language first, is how to be understood in this one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    short: str
    how: str
    discreet: str | None = None
    in_language: str | None = None


class Line(BaseModel):
    """One helpline. ``last_verified`` is the day somebody last held it against ``source``, or None if never."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    kinds: tuple[LineKind, ...] = Field(min_length=1)
    contact: Contact
    languages: tuple[str, ...] = Field(min_length=1)
    source: str
    last_verified: date | None
    always: bool = False
    en: LineWording
    es: LineWording

    def wording(self, language: str) -> LineWording:
        """Name and instructions in ``language``, in English where there is no such language."""
        return self.es if primary(language) == "es" else self.en


class _LineFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: tuple[Line, ...] = Field(min_length=1)


class Lines:
    """Every country's lines. Immutable once loaded."""

    def __init__(self, countries: Mapping[str, tuple[Line, ...]]) -> None:
        self._countries = countries

    @classmethod
    def load(cls, folder: Traversable) -> "Lines":
        """Read ``folder/<country>.yaml``. Raises ContentError; also where a country lacks its two ``always`` lines."""
        countries: dict[str, tuple[Line, ...]] = {}
        for file in sorted(folder.iterdir(), key=lambda item: item.name):
            if not file.name.endswith(".yaml"):
                continue
            document = Document.read(file, f"lines/{file.name}")
            lines = document.parse(_LineFile).lines
            for index, line in enumerate(lines):
                if line.key in {other.key for other in lines[:index]}:
                    document.fail(("lines", index, "key"), f'the line "{line.key}" is there already.')
            for kind in (LineKind.EMERGENCY, LineKind.CRISIS):
                if not any(line.always and kind in line.kinds for line in lines):
                    document.fail(("lines",), f"one line of kind {kind} must be marked always.")
            countries[file.name.removesuffix(".yaml").lower()] = lines
        if DEFAULT not in countries:
            raise ContentError(f"lines/{DEFAULT}.yaml: the file for all other countries is missing.")
        return cls(countries)

    def find(
        self, country: str, kinds: Sequence[LineKind | str], language: str, *, include_unverified: bool = False
    ) -> tuple[Line, ...]:
        """The lines to show, best first: in the order of ``kinds``, then the ``always`` lines of any other kind.

        Among equals, lines that speak ``language`` come first. ``country`` is a two-letter code in either case.
        """
        wanted = [LineKind(kind) for kind in kinds]
        spoken = primary(language)

        def rank(line: Line) -> tuple[int, bool]:
            first = min((wanted.index(kind) for kind in line.kinds if kind in wanted), default=len(wanted))
            return first, spoken not in line.languages

        shown = [
            line
            for line in self._of(country)
            if line.always or (set(line.kinds) & set(wanted) and (include_unverified or line.last_verified is not None))
        ]
        return tuple(sorted(shown, key=rank))

    def always(self, country: str, kind: LineKind) -> Line:
        """The country's own emergency number or crisis line."""
        return next(line for line in self._of(country) if line.always and kind in line.kinds)

    def every(self, country: str) -> tuple[Line, ...]:
        """All of a country's lines, checked or not: for the operator's list of what to verify."""
        return self._of(country)

    def all(self) -> tuple[Line, ...]:
        """The lines of every country, checked or not: what is nobody's own number."""
        return tuple(line for lines in self._countries.values() for line in lines)

    def _of(self, country: str) -> tuple[Line, ...]:
        return self._countries.get(country.lower()) or self._countries[DEFAULT]
