"""Helplines that nobody has held against their source lately. Only a warning: it hides none of them."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from bot.content import Content, Line
from bot.content.catalogue import content_folder
from bot.content.lines import DEFAULT
from bot.doctor.findings import Finding, Findings, counted, ok, warn

TOPIC = "helplines"
STALE_AFTER = timedelta(days=120)


def helpline_findings(countries: Collection[str], today: date) -> Findings:
    """The lines of each country (two letters) that are due to be verified on ``today``.

    Raises ContentError where the content cannot be used.
    """
    content = Content.load()
    findings: list[Finding] = []
    for country in sorted({country.lower() for country in countries}) or [DEFAULT]:
        lines = content.every_line(country)
        file = country
        if country != DEFAULT and lines == content.every_line(DEFAULT):
            file = DEFAULT
            findings.append(
                warn(
                    TOPIC,
                    f"{country.upper()} has no helplines of its own, so people there are shown the general ones.",
                    f"Write {country}.yaml in the folder lines of the content; us.yaml shows the form.",
                )
            )
        findings += due(lines, today, str(content_folder().joinpath("lines", f"{file}.yaml")))
    return findings or [ok(TOPIC, "Every helpline was verified in the last 120 days.")]


def due(lines: Sequence[Line], today: date, file: str) -> Findings:
    """What is to be verified among ``lines``, which are written in ``file``."""
    never = [line.key for line in lines if line.last_verified is None]
    stale = [line.key for line in lines if line.last_verified is not None and today - line.last_verified > STALE_AFTER]
    advice = f"Hold each against its source, and write the day into last_verified in {file}."
    findings: list[Finding] = []
    for keys, state in ((never, "never verified"), (stale, "last verified more than 120 days ago")):
        if keys:
            sentence = f"{counted(len(keys), 'helpline was', 'helplines were')} {state}: {', '.join(keys)}."
            findings.append(warn(TOPIC, sentence, advice))
    return findings
