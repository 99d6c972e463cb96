"""The roads to a person's pocket: when they open, what they carry, and that nothing keeps them from going."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from bot.app import App
from bot.db.models import load_models
from bot.errors import NotAllowedError, NotFoundError
from bot.roads.service import Bases
from tests.harness.house import AT_ONCE, PROGRAMME, House
from tests.harness.person import text_of
from tests.roads.loopback import Services, services, silent

DANGER = "I'm going to kill myself tonight"
SMS = "twilio://AC1:tok@+15550001111/+15550002222"
PAGERDUTY = "pagerduty://R0123456789abcdefghij@x"


@pytest.fixture
async def world() -> AsyncIterator[Services]:
    async with services() as made:
        yield made


def programme(**contacts: list[str]) -> str:
    """The house's programme with these contacts, by name."""
    listed = ", ".join(f'"{{{name}}}": {json.dumps(urls)}' for name, urls in contacts.items())
    return f"{PROGRAMME}  contacts: {{{{{listed}}}}}\n"


def all_roads(world: Services, name: str = "rivera") -> list[str]:
    return [
        SMS,
        SMS + "?voice=yes",
        PAGERDUTY,
        f"mailto://127.0.0.1:{world.mail_port}?to={name}@example.org&from=bot@example.org",
        f"ntfy://{world.host}/{name}",
        f"json://{world.host}/hook",
        f"xml://{world.host}/soap",
    ]


def point(app: App, world: Services, deadline: float = 5) -> None:
    """Have Twilio and PagerDuty be on loopback."""
    roads = app.rooms.outside.reach.roads
    roads.bases = Bases(twilio=world.base, pagerduty=world.base, ntfy=world.base)
    roads.deadline = deadline


async def begin(house: House, world: Services, **contacts: list[str]) -> None:
    point(await house.start(programme(**contacts)), world)
    await house.enrol("Alex")


async def test_they_open_a_minute_after_a_step_that_nobody_answered(empty_house: House, world: Services) -> None:
    house = empty_house
    await begin(house, world, Rivera=all_roads(world), Chen=[f"json://{world.host}/chen"])
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(seconds=59)
    assert world.got == []
    assert house["Rivera"].is_paged()
    await house.advance(seconds=1)
    assert len(world.got) == 6
    assert len(world.letters) == 1
    assert world.at("/chen") == [], "whom no step has paged yet is left in peace"
    await house.advance(minutes=3)
    assert len(world.at("/chen")) == 1, "a minute after Chen's own step"


async def test_what_they_say_names_nobody(empty_house: House, world: Services) -> None:
    house = empty_house
    await begin(house, world, Rivera=all_roads(world))
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=1)
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    carried = json.dumps([[one.path, one.query, one.body] for one in world.got])
    carried += "".join(f"{letter['Subject']} {letter.get_payload()}" for letter in world.letters)
    for secret in ("Alex", "Morning", "kill", "Riverside", str(house["Alex"].id)):
        assert secret not in carried
    [hook] = world.at("/hook")
    assert hook.body["message"] == f"Handrail: urgent, open the on-call channel ({incident.code})"
    assert carried.count(incident.code) >= 6


async def test_an_acknowledgement_before_the_minute_keeps_them_closed(empty_house: House, world: Services) -> None:
    house = empty_house
    await begin(house, world, Rivera=all_roads(world))
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(seconds=30)
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house.advance(minutes=15)
    assert world.got == []
    assert world.letters == []


async def test_a_closed_dm_opens_them_within_seconds(empty_house: House, world: Services) -> None:
    house = empty_house
    await begin(house, world, Rivera=[f"json://{world.host}/hook"])
    house["Rivera"].closes_dms()
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(seconds=5)
    assert len(world.at("/hook")) == 1


async def test_a_card_that_does_not_go_out_opens_them_after_fifteen_seconds(
    empty_house: House, world: Services
) -> None:
    house = empty_house
    await begin(house, world, Rivera=[f"json://{world.host}/hook"])
    # As often as a page is tried in fifteen seconds, and no oftener than that Discord does not yet count as failing.
    channel = house.channel("on-call").id
    house.sandbox.faults.fail(f"POST /channels/{channel}/messages", 403, times=None, code=50013)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(seconds=14)
    assert world.got == []
    await house.advance(seconds=1)
    assert len(world.at("/hook")) == 1


async def test_one_that_hangs_delays_no_other_and_no_card(empty_house: House, world: Services) -> None:
    house = empty_house
    async with silent() as port:
        hanging = [
            f"json://127.0.0.1:{port}/hang",
            f"ntfy://127.0.0.1:{port}/hang",
            f"mailto://127.0.0.1:{port}?to=a@example.org&from=b@example.org",
        ]
        await house.start(programme(Rivera=[*hanging, *all_roads(world)]))
        point(house.app, world, deadline=0.2)
        await house.enrol("Alex")
        await house["Alex"].says(DANGER, in_="morning-check-in")
        await house.advance(minutes=1)
        assert len(world.got) == 6
        assert len(world.letters) == 1
        before = len(world.got)
        await house.advance(seconds=20)
        assert len(world.got) == before, "what was handed over is not sent again before the next step"
        [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
        entries = await house.app.rooms.oncall.timeline(incident.id)
        ends = sorted((one.kind.value, one.road, one.outcome) for one in entries if one.road and one.person)
        assert ends.count(("not_delivered", "webhook", "no_answer")) == 1, "noted once, though tried again and again"
        assert {road for kind, road, _ in ends if kind == "delivered"} >= {
            "dm",
            "sms",
            "voice",
            "pagerduty",
            "email",
            "ntfy",
            "webhook",
            "other",
        }
        await house["Rivera"].clicks("Acknowledge", in_="on-call")
        await house.advance(minutes=2)
        assert house.app.outbox.is_idle


async def test_a_refusal_is_recorded_and_the_next_step_tries_anew(empty_house: House, world: Services) -> None:
    house = empty_house
    await begin(house, world, Rivera=[SMS])
    world.status["/2010-04-01"] = 401
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=2)
    assert len(world.got) == 1
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    entries = await house.app.rooms.oncall.timeline(incident.id)
    assert [(one.kind.value, one.outcome) for one in entries if one.road == "sms"] == [("not_delivered", "refused")]
    world.status.clear()
    await house.advance(minutes=6)  # the step at seven minutes pages everybody
    assert len(world.got) == 2
    assert "delivered" in {one.kind.value for one in await house.app.rooms.oncall.timeline(incident.id)}


async def test_pagerduty_is_told_who_has_it_and_when_it_is_over(empty_house: House, world: Services) -> None:
    house = empty_house
    await begin(house, world, Rivera=[PAGERDUTY])
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=1)
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house.advance(seconds=1)
    form = await house["Rivera"].clicks("Resolve", in_="on-call")
    await form.fills(outcome="safe_supported")
    await house.advance(minutes=1)
    events = [(one.body["event_action"], one.body["dedup_key"]) for one in world.got]
    assert [event for event, _ in events] == ["trigger", "acknowledge", "resolve"]
    assert len({key for _, key in events}) == 1


async def test_a_link_is_made_for_each_person_and_its_failure_holds_nothing_up(
    empty_house: House, world: Services
) -> None:
    house = empty_house
    hooks = {"Rivera": [f"json://{world.host}/rivera"], "Chen": [f"json://{world.host}/chen"]}
    await begin(house, world, **hooks)

    async def links(incident: int, person: int) -> str | None:
        if person == house["Chen"].id:
            raise RuntimeError
        return f"https://pages.example.org/a/{incident}-{person}"

    house.app.rooms.outside.reach.ack_links = links
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=4)
    assert str(house["Rivera"].id) in world.at("/rivera")[0].body["link"]
    assert world.at("/chen")[0].body["link"] is None


async def test_no_address_stands_in_any_row_or_log(
    empty_house: House, world: Services, capfd: pytest.CaptureFixture[str]
) -> None:
    house = empty_house
    await begin(house, world, Rivera=[SMS, f"json://user:hunter2@{world.host}/hook"])
    await house["Alex"].says(DANGER, in_="morning-check-in")
    world.status["/hook"] = 500
    await house.advance(minutes=2)
    async with house.app.database.read() as session:
        for table in load_models().sorted_tables:
            if table.name == "programmes":
                continue
            for row in (await session.execute(table.select())).all():
                assert "hunter2" not in str(row)
                assert "+1555" not in str(row)
    said = capfd.readouterr()
    assert "hunter2" not in said.out + said.err
    assert "+1555" not in said.out + said.err


async def test_with_discord_away_at_the_start_roads_still_go(empty_house: House, world: Services) -> None:
    house = empty_house
    await begin(house, world, Rivera=[f"json://{world.host}/hook"], Chen=[f"json://{world.host}/chen"])
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.crash()
    settings = house.settings(programme(Rivera=[f"json://{world.host}/hook"], Chen=[f"json://{world.host}/chen"]))
    house.sandbox.faults.fail("* *", 502, times=None)
    app = await App.build(settings, house.clock, AT_ONCE)
    starting = asyncio.create_task(app.start(ticking=False))
    try:
        house.clock.advance(seconds=10)
        async with asyncio.timeout(20):
            while not world.at("/hook"):
                app.heart.wake()
                await asyncio.sleep(0.02)
        assert not starting.done()
        house.clock.advance(minutes=3)
        async with asyncio.timeout(20):
            while not world.at("/chen"):
                app.heart.wake()
                await asyncio.sleep(0.02)
        assert not starting.done(), "the ladder climbs, and there is still no login"
    finally:
        house.sandbox.faults.clear()
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await app.close()


async def test_a_login_that_failed_is_tried_again_and_what_waited_goes_out(empty_house: House, world: Services) -> None:
    house = empty_house
    await begin(house, world, Rivera=[f"json://{world.host}/hook"])
    await house.stop()
    fault = house.sandbox.faults.fail("GET /users/@me", 503, times=2)
    await house.start(programme(Rivera=[f"json://{world.host}/hook"]))
    assert fault.hits == 2
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert house["Rivera"].is_paged()


async def test_a_drill_reports_what_arrived(empty_house: House, world: Services) -> None:
    house = empty_house
    await begin(house, world, Rivera=[SMS, PAGERDUTY], Chen=[f"json://{world.host}/chen"], Okafor=[SMS + "?voice=yes"])
    world.status["/2010-04-01/Accounts/AC1/Calls"] = 400
    house["Okafor"].closes_dms()
    rivera, chen = house["Rivera"], house["Chen"]
    answer = await rivera.runs("oncall drill", in_="on-call")
    assert "7 tests" in answer.text
    assert all("drill" in str(one.body).lower() for one in world.got)
    await rivera.clicks("It arrived", on=rivera.reads()[-1])
    await house.advance(seconds=4)
    [card] = [text_of(one) for one in rivera.reads("on-call") if "Drill: this is" in text_of(one)]
    assert "Direct message ✅ arrived, SMS ☑️ handed over, PagerDuty ☑️ handed over" in card
    assert "Direct message ❌ closed, Call ❌ refused" in card
    mine = await chen.clicks("It arrived", in_="on-call")
    assert mine.is_private
    assert "verified" in (await mine.clicks("Webhook (1)")).text
    await house.advance(minutes=2)
    [report] = [one for one in rivera.reads("on-call") if "Drill report" in text_of(one)]
    assert rivera.id in report.mentions.user_ids
    assert "Webhook ✅ arrived" in text_of(report)
    assert [one.body["event_action"] for one in world.at("/v2")] == ["trigger", "resolve"]
    reach = house.app.rooms.outside.reach
    assert await reach.reaches(house.guild.id, chen.id)
    assert not await reach.reaches(house.guild.id, house["Okafor"].id), "no DM, and a call that was refused"


async def test_a_test_can_only_be_confirmed_by_its_own_person(empty_house: House, world: Services) -> None:
    house = empty_house
    await begin(house, world, Chen=[f"json://{world.host}/chen"])
    await house["Rivera"].runs("oncall drill", in_="on-call")
    drill = await house.app.rooms.outside.drills.find(1)
    chens = next(one for one in drill.attempts if one.type == "webhook")
    with pytest.raises(NotFoundError, match="somebody else"):
        await house.app.rooms.outside.drills.confirm(chens.id, house["Rivera"].id)
    again = await house["Okafor"].runs("oncall drill", in_="on-call")
    assert "already" in again.text
    with pytest.raises(NotAllowedError):
        await house.app.rooms.outside.drills.start(house.guild.id, house["Alex"].id)


async def test_a_road_reaches_from_its_confirmation_until_it_fails(empty_house: House, world: Services) -> None:
    house = empty_house
    await begin(house, world, Okafor=[f"json://{world.host}/okafor"])
    reach, okafor = house.app.rooms.outside.reach, house["Okafor"]
    assert await reach.reaches(house.guild.id, okafor.id), "in the server, and no DM was ever refused"
    okafor.closes_dms()
    await house["Rivera"].runs("oncall drill", in_="on-call")
    assert not await reach.reaches(house.guild.id, okafor.id)
    await (await okafor.clicks("It arrived", in_="on-call")).clicks("Webhook (1)")
    assert await reach.reaches(house.guild.id, okafor.id)
    await house.advance(minutes=3)
    world.status["/okafor"] = 410
    await house["Rivera"].runs("oncall drill", in_="on-call")
    assert not await reach.reaches(house.guild.id, okafor.id)


async def test_the_weekly_reminder_comes_on_monday_at_ten(empty_house: House) -> None:
    house = empty_house
    await house.start()
    lines = [text for text in house["Rivera"].texts("on-call") if "/oncall drill" in text]
    assert lines == []
    await house.advance(hours=1, minutes=59)
    assert not [text for text in house["Rivera"].texts("on-call") if "/oncall drill" in text]
    await house.advance(minutes=1)
    assert len([text for text in house["Rivera"].texts("on-call") if "/oncall drill" in text]) == 1
    await house.restart()
    assert len([text for text in house["Rivera"].texts("on-call") if "/oncall drill" in text]) == 1


async def test_staff_page_by_hand_and_the_words_stay_private(empty_house: House, world: Services) -> None:
    house = empty_house
    await begin(house, world, Rivera=[f"json://{world.host}/hook"])
    words = "Please look in on room two, the door is locked."
    answer = await house["Okafor"].runs("oncall page", in_="staff-room", text=words)
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert answer.is_private
    assert incident.code in answer.text
    assert house["Rivera"].is_paged()
    seen = [*house["Rivera"].texts("on-call"), *house["Rivera"].texts(), *house["Rivera"].texts("staff-room")]
    assert not any("room two" in text for text in seen)
    assert words in {one.words for one in await house.app.rooms.oncall.timeline(incident.id)}
    await house.advance(minutes=1)
    assert len(world.at("/hook")) == 1
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house["Okafor"].runs("oncall page", in_="staff-room", text="And now the back door, too.")
    assert house["Chen"].is_paged(), "one that is taken does not swallow the next"
    with pytest.raises(NotAllowedError):
        await house.app.rooms.outside.by_hand.page(house.guild.id, house["Alex"].id, "hello", "interaction:1")
    assert len(await house.app.rooms.oncall.unresolved(house.guild.id)) == 1


async def test_words_that_page_by_themselves_page_once(empty_house: House, world: Services) -> None:
    house = empty_house
    await begin(house, world)
    await house["Okafor"].runs("oncall page", in_="staff-room", text=DANGER)
    assert len(await house.app.rooms.oncall.unresolved(house.guild.id)) == 1
    assert len(house["Rivera"].reads("on-call")) == 1
