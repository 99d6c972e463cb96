"""Which programmes there are to look at: that of the settings' file, and those that servers run already."""

from dataclasses import dataclass
from pathlib import Path

from bot.doctor.findings import Finding, Findings, fail, look, ok, warn
from bot.errors import ProgrammeFileError
from bot.program.file import digest_of, load_programme
from bot.program.schema import Programme
from bot.program.service import ProgrammeService, Running

TOPIC = "programme"


@dataclass(frozen=True, slots=True)
class Subject:
    """A programme to look at: that of the file which the settings name, or one that a server runs."""

    programme: Programme
    guild_id: int | None
    """Its server; None where only Discord can say which one that is."""
    is_applied: bool
    """Whether its server runs it, or an earlier state of it, already."""
    repair: str
    """What to do where the server is not as it says."""

    @property
    def people(self) -> frozenset[int]:
        """Everybody whom it names, by Discord id."""
        oncall = self.programme.oncall
        return frozenset((*self.programme.staff, *oncall.rota.people, *oncall.backup_rota.people, *oncall.backup))


async def find_programmes(file: Path | None, programmes: ProgrammeService | None) -> tuple[Findings, list[Subject]]:
    """The programme of ``file``, and those that are running, but for the one that the file takes the place of.

    ``programmes`` is None where the database cannot be asked.
    """
    running: list[Running] = []

    async def ask() -> Findings:
        if programmes is not None:
            running.extend(await programmes.all())
        return []

    findings = await look(TOPIC, ask())
    subjects: list[Subject] = []
    if file is not None:
        try:
            programme = load_programme(file)
        except ProgrammeFileError as error:
            findings += [fail(TOPIC, sentence) for sentence in str(error).splitlines()]
        else:
            subject = _of_file(programme, file, running)
            findings.append(_state(subject, file, running))
            subjects.append(subject)
    for each in running:
        if all(each.guild_id != subject.guild_id for subject in subjects):
            findings.append(ok(TOPIC, f"{each.programme.program.name} runs, as it was applied last."))
            repair = "Run `python -m bot apply FILE` with its file; with --dry-run that only says what it would do."
            subjects.append(Subject(each.programme, each.guild_id, is_applied=True, repair=repair))
    if not subjects and not findings:
        advice = "Copy config/program.example.yaml, change what is yours, and run `python -m bot apply FILE`."
        findings.append(warn(TOPIC, "No programme was applied yet.", advice))
    return findings, subjects


def _of_file(programme: Programme, file: Path, running: list[Running]) -> Subject:
    """Where the file names no server, the bot is in one only, so that what runs there is what it takes the place of."""
    guild_id = programme.guild
    if guild_id is None and len(running) == 1:
        guild_id = running[0].guild_id
    is_applied = any(each.guild_id == guild_id for each in running)
    repair = f"Run `python -m bot apply {file}`, or start the bot again: it applies this file at each start."
    return Subject(programme, guild_id, is_applied, repair)


def _state(subject: Subject, file: Path, running: list[Running]) -> Finding:
    name = subject.programme.program.name
    if not subject.is_applied:
        return ok(TOPIC, f"{name} can be read from {file}.")
    digest = digest_of(subject.programme)
    if any(digest_of(each.programme) == digest for each in running if each.guild_id == subject.guild_id):
        return ok(TOPIC, f"{name} runs, as {file} says.")
    return warn(TOPIC, f"{file} was changed since it was applied last.", subject.repair)
