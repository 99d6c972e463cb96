"""What ``python -m bot doctor`` prints, and its exit code."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.doctor.examination import examine
from bot.doctor.findings import Finding, Level, counted
from bot.observe.logs import configure_logs
from bot.timing import SystemClock
from config.settings import LogFormat, load_settings

ENV_FILE = Path(".env")


async def doctor() -> int:
    """Look at everything, print what was found, and return 0, or 1 where something fails.

    Raises:
        SettingsError: the settings cannot be read, so that there is nothing to look at.
    """
    settings = load_settings(ENV_FILE)
    # What goes wrong here is said in the report; a log line beside it would say it twice.
    configure_logs(as_json=settings.log.format is LogFormat.JSON, level="CRITICAL")
    findings = await examine(settings, SystemClock(), os.environ, ENV_FILE)
    for line in lines(findings):
        print(line)  # noqa: T201 - this is the command's output
    return exit_code(findings)


def exit_code(findings: Sequence[Finding]) -> int:
    """1 where anything fails, else 0."""
    return 1 if any(finding.level is Level.FAIL for finding in findings) else 0


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """The report: a line a finding, its advice under it, and how many of each there are."""
    wide = max((len(finding.topic) for finding in findings), default=0)
    for finding in findings:
        yield f"{finding.level:<4}  {finding.topic:<{wide}}  {finding.sentence}"
        if finding.advice:
            yield f"{'':4}  {'':{wide}}    {finding.advice}"
    number = {level: sum(finding.level is level for finding in findings) for level in Level}
    yield ""
    yield (
        f"{number[Level.OK]} ok, {counted(number[Level.WARN], 'warning', 'warnings')}, "
        f"{counted(number[Level.FAIL], 'failure', 'failures')}."
    )
