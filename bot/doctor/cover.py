"""Whether a page would reach somebody."""

from collections.abc import Collection, Iterable

from bot.doctor.findings import Finding, Findings, counted, fail, ok, warn
from bot.program.schema import Programme
from bot.roads.service import AddressError, read

TOPIC = "on-call cover"

_EDIT = "Put people under `{key}` in the programme file, and apply it."


def cover_findings(programme: Programme, members: Collection[int] | None) -> Findings:
    """Gaps between a programme's people and its pages.

    ``members``: those of its people who are in its server; None where that could not be looked at.
    """
    rota = programme.oncall.rota.people
    backup = tuple(dict.fromkeys((*programme.oncall.backup_rota.people, *programme.oncall.backup)))
    findings = list(_lists(programme))
    if members is None:
        findings.append(warn(TOPIC, "Whether the programme's people are in its server could not be looked at."))
    else:
        paged = dict.fromkeys((*rota, *backup))
        findings += _outside(paged, members)
        others = [person for person in programme.staff if person not in paged and person not in members]
        if others:
            findings.append(
                warn(
                    TOPIC,
                    f"{counted(len(others), 'person', 'people')} listed under staff not in the server: {_ids(others)}.",
                    "Let them join; the role Staff comes to them when the programme file is applied again.",
                )
            )
    if findings:
        return findings
    on_rota = counted(len(set(rota)), "person", "people")
    return [ok(TOPIC, f"{on_rota} on the rota, {len(backup)} as backup, all of them in the server.")]


def _lists(programme: Programme) -> Iterable[Finding]:
    if not programme.staff:
        yield fail(TOPIC, "Nobody is listed as staff: a page reaches no one at all.", _EDIT.format(key="staff"))
        return
    if not programme.oncall.rota.people:
        yield fail(
            TOPIC,
            "The rota is empty: nobody is on call, and members are told so.",
            _EDIT.format(key="oncall.rota.people"),
        )
    if not (programme.oncall.backup or programme.oncall.backup_rota.people):
        yield warn(
            TOPIC,
            "Nobody is backup: a page that is not acknowledged waits until all staff are called.",
            _EDIT.format(key="oncall.backup"),
        )
    yield from _contacts(programme)


def _contacts(programme: Programme) -> Iterable[Finding]:
    """Contacts that lead nowhere: a programme that was applied by an earlier version may hold them."""
    for person in programme.oncall.contacts:
        for contact in programme.oncall.contacts_of(person):
            try:
                read(contact)
            except AddressError as error:
                yield fail(
                    TOPIC, f"A contact of {person} cannot be used: {error}.", "Correct it under `oncall.contacts`."
                )


def _outside(people: Iterable[int], members: Collection[int]) -> Iterable[Finding]:
    for person in people:
        if person not in members:
            yield fail(
                TOPIC,
                f"{person} is to be paged, and is not in the server: no page reaches them by Discord.",
                "Let them join the server, or take them off the rota and the backup list.",
            )


def _ids(people: Iterable[int]) -> str:
    return ", ".join(str(person) for person in people)
