"""The permission table, cell by cell, through both doors: Discord and the private pages.

The doors are found in the running app, not in a list: a command, a button or a page without an action fails here.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import discord
import pytest
from aiohttp import ClientSession
from discord import app_commands

from bot.app import App
from bot.members.doors import BUTTONS, COMMANDS, MENUS, NOBODYS_PAGES, PAGES
from bot.members.permission_page import page
from bot.members.rules import MAY, MEMBERS, STAFFS_OWN, Action, Role
from config.settings import WebSettings
from sandbox.people import People
from sandbox.permissions import Permission
from sandbox.world import posting
from sandbox.world.messages import Draft, Message
from tests.harness.house import PROGRAMME, House
from tests.harness.leaving import leaves
from tests.harness.person import Answer, Person
from tests.harness.tickets import DANGER, asks
from tests.web.stand import free_port
from tests.web.test_house import browser_of, link_in

DOCS = Path(__file__).parents[2] / "docs" / "permissions.md"
GROUPS = """  - {{key: morning, name: Morning, track: iop}}
  - {{key: after, name: After, track: aftercare}}
  - {{key: family, name: Family, track: family}}
"""
WHO = {
    Role.PARTICIPANT: "Alex",
    Role.ALUMNUS: "Bea",
    Role.FAMILY: "Jo",
    Role.FORMER: "Alex",
    Role.STRANGER: "Stranger",
    Role.STAFF: "Okafor",
    Role.ON_CALL: "Rivera",
    Role.OPERATOR: "Owner",
}
GROUP_OF = {Role.PARTICIPANT: "morning", Role.ALUMNUS: "after", Role.FAMILY: "family", Role.FORMER: "morning"}
NO_SUCH_ROW = 999_999
ABOUT_THE_SERVER = frozenset(
    {
        "support:ask",
        "member:settings",
        "member:settings-form",
        "checkin:habits",
        "checkin:habits-form",
        "checkin:form-any",
    }
)
STRING, INTEGER, BOOLEAN, USER = 3, 4, 5, 6
WRITTEN = {"group": "morning", "from": "2026-12-24", "to": "2026-12-25", "code": "ABCDEF"}
KEEPS_ITS_OWN_COUNSEL = frozenset({"unrecorded:ack"})
"""Who may is known from memory; the tests of pages from memory try it."""


def programme() -> str:
    before, rest = PROGRAMME.split("groups:\n")
    after = rest[rest.index("checkins:") :]
    return before + "groups:\n" + GROUPS + after


def commands_of(app: App) -> dict[str, Any]:
    found = app.client.tree.walk_commands()
    return {one.qualified_name: one for one in found if isinstance(one, app_commands.Command)}


def menus_of(app: App) -> dict[str, Any]:
    kinds = (discord.AppCommandType.message, discord.AppCommandType.user)
    return {one.name: one for kind in kinds for one in app.client.tree.get_commands(type=kind)}


def buttons_of(app: App) -> set[str]:
    return {":".join(door) for door in app.client._presses._handlers}


def pages_of(app: App) -> set[str]:
    routes = app.pages.application().router.routes()
    return {route.resource.canonical for route in routes if route.resource is not None}


async def test_every_door_of_the_running_app_has_an_action(house: House) -> None:
    assert set(commands_of(house.app)) == set(COMMANDS)
    assert set(menus_of(house.app)) == set(MENUS)
    assert buttons_of(house.app) == set(BUTTONS)
    assert pages_of(house.app) == set(PAGES) | NOBODYS_PAGES


async def test_discord_itself_shows_staff_commands_to_staff_alone(house: House) -> None:
    doors = [(one, COMMANDS[name]) for name, one in commands_of(house.app).items()]
    doors += [(one, MENUS[name]) for name, one in menus_of(house.app).items()]
    for door, action in doors:
        wanted = (getattr(door, "root_parent", None) or door).default_permissions
        if action in STAFFS_OWN:
            assert wanted == discord.Permissions(moderate_members=True), door.qualified_name
        else:
            assert wanted is None, f"{door.qualified_name}: a way to help must never be hidden"


def test_every_action_has_a_row_and_nothing_that_helps_is_kept_from_anybody() -> None:
    assert set(MAY) == set(Action)
    for action in (Action.REACH_STAFF, Action.ANSWER_OWN, Action.OWN_DATA, Action.STOP):
        assert MAY[action] == frozenset(Role)
    for action in STAFFS_OWN:
        assert not MAY[action] & {*MEMBERS, Role.FORMER, Role.STRANGER}


def test_the_page_is_what_the_table_says() -> None:
    assert DOCS.read_text() == page(), "run `python -m bot.members.permission_page > docs/permissions.md`"


# -- the cells ---------------------------------------------------------------------------------------------------------


async def open_up(house: House, role: Role) -> Person:
    """A house in which somebody has this one role, and Discord's own settings let everybody try everything."""
    house.web = WebSettings(port=0, base_url="http://127.0.0.1:8080")
    await house.start(programme())
    person = house[WHO[role]]
    if person.id not in house.guild.members:
        house.guild.add_member(person.id)
    anything = house.guild.add_role("Anything", int(Permission.MODERATE_MEMBERS))
    house.guild.members[person.id].add_role(anything)
    if (group := GROUP_OF.get(role)) is not None:
        rooms = house.app.rooms
        name = person.name
        enrolled = await rooms.members.enrol(house.guild.id, person.id, name, group, house["Chen"].id)
        await rooms.members.answer_notice(enrolled.membership_id, person.id, agreed=True)
        if role is Role.FORMER:
            await leaves(house.app.database, house.clock, rooms.members, house.guild.id, person.id)
    await house.settles()
    standing = await house.app.rooms.members.standing(house.guild.id, person.id)
    wanted = {Role.STAFF, role} if role is Role.ON_CALL else {role}
    assert set(standing.roles) == wanted
    return person


def value_for(option: dict[str, Any], target: int) -> Any:
    if option.get("choices"):
        return option["choices"][0]["value"]
    match option["type"]:
        case kind if kind == STRING:
            return WRITTEN.get(option["name"], "some words of no weight")
        case kind if kind == INTEGER:
            return max(1, option.get("min_value", 1))
        case kind if kind == BOOLEAN:
            return False
        case kind if kind == USER:
            return target
    raise AssertionError(f"no value for an option of type {option['type']}")


def is_refusal(house: House, said: str) -> bool:
    texts = house.app.content.texts
    refusals = ("errors.not_allowed", "errors.not_a_member", "checkins.in_no_group")
    return any(texts.say("en", key) in said for key in refusals)


async def tries(house: House, door: str, action: Action, role: Role, answer: Answer) -> str | None:
    """What is wrong with this cell, or nothing."""
    said = answer.text
    if answer.failed:
        return f"{door}: no answer"
    if answer.messages and not answer.is_private:
        return f"{door}: answered in public"
    is_refused = is_refusal(house, said)
    if role in MAY[action] and is_refused:
        return f"{door}: {role.value} may, and was refused"
    # A member's button whose row is gone says that: their words are read, and their row is looked for, first.
    has_to_refuse = action in STAFFS_OWN or door.startswith("/")
    if role not in MAY[action] and has_to_refuse and not is_refused:
        return f"{door}: {role.value} may not, and was told {said[:80]!r}"
    return None


def custom_id(house: House, name: str) -> str:
    """The custom id of a button: about no row that is there; where it is about a server, about this one."""
    return f"{name}:{house.guild.id if name in ABOUT_THE_SERVER else NO_SUCH_ROW}"


def with_buttons(house: House, names: list[str]) -> Message:
    rows = [
        {
            "type": 1,
            "components": [
                {"type": 2, "style": 2, "label": name[-20:], "custom_id": custom_id(house, name)}
                for name in names[place : place + 5]
            ],
        }
        for place in range(0, len(names), 5)
    ]
    return posting.post(house.channel("welcome"), house.sandbox.world.bot.id, Draft(content="doors", components=rows))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", Role)
async def test_every_command_and_menu_asks_the_table(empty_house: House, role: Role) -> None:
    house = empty_house
    person = await open_up(house, role)
    people: People = house.sandbox.people
    wrong: list[str | None] = []
    offered = {one.path: one.options for one in people.commands_for(person.id, house.channel("welcome"))}
    assert set(offered) == set(COMMANDS)
    for name, action in COMMANDS.items():
        options = {one["name"]: value_for(one, house["Sam"].id) for one in offered[name] if one.get("required")}
        answer = await person.runs(name, in_="welcome", **options)
        wrong.append(await tries(house, f"/{name}", action, role, answer))
    message = posting.post(house.channel("welcome"), house["Sam"].id, Draft(content="good morning"))
    for name, action in MENUS.items():
        interaction = people.message_menu(person.id, name, message)
        await interaction.answered(40)
        await house.settles()
        wrong.append(await tries(house, name, action, role, Answer(person, interaction)))
    assert not [one for one in wrong if one], "\n".join(filter(None, wrong))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", Role)
async def test_every_button_asks_the_table(empty_house: House, role: Role) -> None:
    house = empty_house
    person = await open_up(house, role)
    wrong: list[str | None] = []
    names = [name for name in BUTTONS if name not in KEEPS_ITS_OWN_COUNSEL]
    for place in range(0, len(names), 25):
        message = with_buttons(house, names[place : place + 25])
        for name in names[place : place + 25]:
            interaction = house.sandbox.people.click(person.id, message, custom_id(house, name))
            await interaction.answered(40)
            await house.settles()
            wrong.append(await tries(house, name, BUTTONS[name], role, Answer(person, interaction)))
    assert not [one for one in wrong if one], "\n".join(filter(None, wrong))


@pytest.mark.parametrize("role", Role)
async def test_every_private_page_asks_the_table(empty_house: House, role: Role) -> None:
    house = empty_house
    person = await open_up(house, role)
    access, port = house.app.rooms.access, house.app.pages.port
    link = await access.link(house.guild.id, person.id, "/me")
    assert link is not None
    entered = await access.enter(link.rpartition("/")[2])
    wrong: list[str] = []
    async with ClientSession(cookies={"handrail": entered.token or ""}) as browser:
        routes = {
            (route.method, route.resource.canonical)
            for route in house.app.pages.application().router.routes()
            if route.resource is not None
        }
        for method, path in sorted(routes):
            # A link carries its own right, and leaving needs none; whoever has no session is told so elsewhere.
            if path in NOBODYS_PAGES or "{token}" in path or path == "/leave" or method == "HEAD":
                continue
            ask: Callable[..., Any] = browser.get if method == "GET" else browser.post
            response = await ask(f"http://127.0.0.1:{port}{path.replace('{id}', '1')}", allow_redirects=False)
            action = PAGES[path]
            is_there = response.status != 404
            if is_there != (role in MAY[action]):
                wrong.append(f"{method} {path}: {role.value} got {response.status}")
    assert wrong == []


async def test_behind_the_second_factor_every_form_asks_the_table_and_for_our_own_token(empty_house: House) -> None:
    """Staff come as far as their factor in the test above; here they pass it, and a member with one gets no further."""
    house = empty_house
    port = free_port()
    house.web = WebSettings(host="127.0.0.1", port=port, base_url=f"http://127.0.0.1:{port}")
    await house.start()
    await house.enrol("Alex", "Bea")
    await asks(house["Bea"])
    await house["Bea"].says(DANGER, in_="morning-check-in")
    access, wrong = house.app.rooms.access, []
    for name, opens_at in (("Okafor", "/ticket/1"), ("Alex", "/me"), ("Owner", "/me")):
        browser = browser_of(house)
        await browser.enters(link_in(str(await access.link(house.guild.id, house[name].id, opens_at))))
        if name == "Okafor":
            await browser.gives_code(house[name].id)
            assert browser.page.status == 200
        for path in sorted(PAGES):
            if not path.startswith(("/ticket/", "/incident/")):
                continue
            has_a_form = path.count("/") > 2
            here = path.replace("{id}", "1")
            page = await (browser.sends(here, {}, token="0" * 64) if has_a_form else browser.goes(here))
            wanted = 404 if name != "Okafor" else 403 if has_a_form else 200
            if page.status != wanted:
                wrong.append(f"{here}: {name} got {page.status}, not {wanted}")
    assert wrong == []
