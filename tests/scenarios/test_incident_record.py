"""What is kept of an incident, and who may read it: the timeline on the private page, and the emergency log."""

from datetime import UTC, datetime

import pytest

from bot.errors import NotAllowedError
from bot.oncall.service import Disclosure, EventKind, ResolvedAs
from tests.harness.house import House
from tests.scenarios.test_incidents import DANGER, give_links, paged


async def test_resolve_by_command_with_emergency_services_asks_for_the_log(house: House) -> None:
    give_links(house)
    incident = await paged(house)
    rivera, oncall = house["Rivera"], house.app.rooms.oncall
    answer = await rivera.runs("incident resolve", in_="on-call", code=incident.code, outcome="emergency_called")
    assert "2.51" in answer.text
    assert "https://pages.example/l/1" in answer.text
    assert (await oncall.incident_page(incident.id, rivera.id)).needs_log
    said = Disclosure("Dr Example", "Riverside General", "Rivera", datetime(2026, 11, 23, 13, tzinfo=UTC), "overdose")
    await oncall.disclose(incident.id, rivera.id, said)
    page = await oncall.incident_page(incident.id, rivera.id)
    assert page.disclosures == (said,)
    assert not page.needs_log
    assert EventKind.DISCLOSED in [entry.kind for entry in page.entries]


async def test_the_outcomes_of_the_command_are_named_in_every_language(house: House) -> None:
    [sent] = [
        record.body
        for record in house.sandbox.requests
        if record.method == "PUT" and record.path.endswith("/commands") and isinstance(record.body, list)
    ]
    incident = next(command for command in sent if command["name"] == "incident")
    resolve = next(one for one in incident["options"] if one["name"] == "resolve")
    outcome = next(one for one in resolve["options"] if one["name"] == "outcome")
    assert [one["value"] for one in outcome["choices"]] == [one.value for one in ResolvedAs]
    called = {one["value"]: (one["name"], one["name_localizations"]) for one in outcome["choices"]}
    spanish = "Se llamó a emergencias"
    assert called["emergency_called"] == ("Emergency services called", {"es-ES": spanish, "es-419": spanish})
    assert all(set(theirs) == {"es-ES", "es-419"} for _, theirs in called.values())


async def test_the_page_has_the_words_the_reasons_and_every_attempt(house: House) -> None:
    incident = await paged(house)
    rivera, oncall = house["Rivera"], house.app.rooms.oncall
    await rivera.clicks("Acknowledge", in_="on-call")
    await oncall.note(incident.id, rivera.id, "Called them; they are with a friend.")
    page = await oncall.incident_page(incident.id, rivera.id)
    opened = next(entry for entry in page.entries if entry.kind is EventKind.OPENED)
    assert opened.words == DANGER
    assert opened.judged is not None
    start, end = opened.judged.spans[0]
    assert 0 <= start < end <= len(DANGER)
    roads = {(entry.road, entry.person) for entry in page.entries if entry.kind is EventKind.DELIVERED}
    assert roads == {("card", None), ("dm", rivera.id), ("answer", house["Alex"].id)}
    assert [entry.note for entry in page.entries if entry.kind is EventKind.NOTED] == [
        "Called them; they are with a friend."
    ]
    assert page.may_see_contact
    assert not (await oncall.incident_page(incident.id, house["Chen"].id)).may_see_contact


async def test_the_page_is_for_staff_only(house: House) -> None:
    incident = await paged(house)
    for name in ("Alex", "Bea", "Owner", "Stranger"):
        with pytest.raises(NotAllowedError):
            await house.app.rooms.oncall.incident_page(incident.id, house[name].id)


async def test_a_closed_dm_stands_in_the_timeline_once(house: House) -> None:
    house["Rivera"].closes_dms()
    incident = await paged(house)
    entries = await house.app.rooms.oncall.timeline(incident.id)
    lost = [entry for entry in entries if entry.kind is EventKind.NOT_DELIVERED]
    assert [(entry.road, entry.person, entry.outcome) for entry in lost] == [("dm", house["Rivera"].id, "dm_closed")]
