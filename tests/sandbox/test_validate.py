"""How the checks of bodies answer, and that they take what discord.py sends."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import discord
import pytest
from discord import app_commands
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import validate
from sandbox.validate import EmptyMessage, Invalid
from tests.sandbox.bodies import (
    BUTTON,
    NOW,
    SLASH,
    TEXT,
    embed,
    form,
    label,
    member_edit,
    message,
    option,
    refusals,
    row,
)


def test_everything_wrong_comes_in_one_answer() -> None:
    body = {
        "content": "x" * 2001,
        "embeds": [{"title": "x" * 257, "fields": [{"name": "a"}]}],
        "nonce": "n" * 26,
        "components": [row(BUTTON | {"custom_id": "x" * 101})],
    }
    with pytest.raises(Invalid) as caught:
        validate.message_create(body)
    assert caught.value.body == {
        "code": 50035,
        "message": "Invalid Form Body",
        "errors": {
            "content": wrong("BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length."),
            "embeds": {
                "0": {
                    "title": wrong("BASE_TYPE_MAX_LENGTH", "Must be 256 or fewer in length."),
                    "fields": {"0": {"value": wrong("BASE_TYPE_REQUIRED", "This field is required")}},
                }
            },
            "nonce": wrong("BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length."),
            "components": {
                "0": {
                    "components": {
                        "0": {"custom_id": wrong("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")}
                    }
                }
            },
        },
    }


def wrong(code: str, text: str) -> dict[str, Any]:
    return {"_errors": [{"code": code, "message": text}]}


@pytest.mark.parametrize(
    ("body", "path", "said"),
    [
        ({"color": -1}, "color", "int value should be greater than or equal to 0."),
        ({"color": 0x1000000}, "color", "int value should be less than or equal to 16777215."),
        ({"color": "teal"}, "color", 'Value "teal" is not int.'),
        ({"hoist": "yes"}, "hoist", "Must be either true or false."),
        ({"name": "x" * 101}, "name", "Must be between 1 and 100 in length."),
    ],
)
def test_the_wording_is_discords(body: dict[str, Any], path: str, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        validate.role(body)
    assert caught.value.body["errors"][path]["_errors"][0]["message"] == said


def test_a_value_is_complained_of_as_a_whole_or_in_its_parts() -> None:
    too_many_and_blank = embed(fields=[{"name": "", "value": ""}] * 26)
    assert refusals(*too_many_and_blank) == [("embeds.0.fields", "BASE_TYPE_MAX_LENGTH")]
    too_long_and_too_large = message(embeds=[{"description": "x" * 4097}, {"description": "x" * 4000}])
    assert refusals(*too_long_and_too_large) == [("embeds.0.description", "BASE_TYPE_MAX_LENGTH")]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": ""},
        {"content": "  \n"},
        {"content": None, "embeds": []},
        {"embeds": [{}]},
        {"embeds": [{"color": 5}]},
        {"components": []},
        {"message_reference": {"message_id": "1"}},
    ],
)
def test_a_message_of_which_nothing_would_show(body: dict[str, Any]) -> None:
    with pytest.raises(EmptyMessage) as caught:
        validate.message_create(body)
    assert caught.value.body == {"message": "Cannot send an empty message", "code": 50006}
    assert validate.is_empty(body)
    validate.message_create(body, has_files=True)


@pytest.mark.parametrize(
    "body",
    [
        {"embeds": [{"title": "x"}]},
        {"sticker_ids": ["1"]},
        {"components": [row(BUTTON)]},
        {"poll": {"question": {"text": "Well?"}, "answers": [{"poll_media": {"text": "Yes"}}]}},
        {"message_reference": {"message_id": "1", "channel_id": "2", "type": 1}},
    ],
)
def test_a_message_may_show_something_other_than_text(body: dict[str, Any]) -> None:
    validate.message_create(body)
    assert not validate.is_empty(body)


def test_only_an_answer_to_an_interaction_may_be_ephemeral() -> None:
    ephemeral = {"content": "Only you", "flags": 64}
    assert refusals(validate.message_create, ephemeral) == [("flags", "BASE_TYPE_CHOICES")]
    validate.message_create(ephemeral, in_interaction=True)


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({}, "type", "BASE_TYPE_REQUIRED"),
        ({"type": 3}, "type", "BASE_TYPE_CHOICES"),
        ({"type": 4}, "data", "BASE_TYPE_REQUIRED"),
        ({"type": 9}, "data", "BASE_TYPE_REQUIRED"),
        ({"type": 4, "data": {"content": "x" * 2001}}, "data.content", "BASE_TYPE_MAX_LENGTH"),
        ({"type": 5, "data": {"flags": 4}}, "data.flags", "BASE_TYPE_CHOICES"),
        ({"type": 7, "data": {"content": "x" * 2001}}, "data.content", "BASE_TYPE_MAX_LENGTH"),
        ({"type": 8, "data": {"choices": [{"name": "a"}]}}, "data.choices.0.value", "BASE_TYPE_REQUIRED"),
        ({"type": 9, "data": form(label(TEXT), title="x" * 46)[1]}, "data.title", "BASE_TYPE_BAD_LENGTH"),
    ],
)
def test_an_interactions_answer_is_refused_under_data(body: dict[str, Any], path: str, code: str) -> None:
    assert refusals(validate.interaction_response, body) == [(path, code)]


def test_an_interactions_answer_may_not_be_empty() -> None:
    with pytest.raises(EmptyMessage):
        validate.interaction_response({"type": 4, "data": {"flags": 64}})
    validate.interaction_response({"type": 4, "data": {"flags": 64}}, has_files=True)


def test_a_command_may_not_grow_past_eight_thousand_characters() -> None:
    def of_size(size: int) -> dict[str, Any]:
        choices = [{"name": f"{n:0100}", "value": "v" * 100} for n in range(25)]
        first = option(3, "a", description="d" * (size - 7906), choices=choices)
        second = option(3, "b", description="d", choices=choices[:14])
        return {"name": "big", "description": "d" * 100, "options": [first, second]}

    validate.command(of_size(8000))
    assert refusals(validate.command, of_size(8001)) == [("", "APPLICATION_COMMAND_TOO_LARGE")]


def test_bulk_commands_are_refused_by_their_position() -> None:
    validate.commands_bulk([SLASH, SLASH | {"type": 3}, SLASH | {"name": "help"}][:1])
    assert refusals(validate.commands_bulk, [SLASH, {"name": "help"}]) == [("1.description", "BASE_TYPE_REQUIRED")]
    assert refusals(validate.commands_bulk, [SLASH, SLASH]) == [("1.name", "APPLICATION_COMMANDS_DUPLICATE_NAME")]
    assert refusals(validate.commands_bulk, [SLASH, None]) == [("1", "BASE_TYPE_REQUIRED")]
    assert refusals(validate.commands_bulk, SLASH) == [("", "LIST_TYPE_CONVERT")]


def test_a_menu_may_have_the_name_of_a_slash_command() -> None:
    validate.commands_bulk([SLASH, {"name": "skill", "type": 2}, {"name": "skill", "type": 3}])


@pytest.mark.parametrize(("kind", "most"), [(1, 100), (2, 15), (3, 15)])
def test_there_may_be_so_many_commands_of_a_kind(kind: int, most: int) -> None:
    described = {"description": "x"} if kind == 1 else {}
    bodies = [{"name": f"c{n}", "type": kind, **described} for n in range(most + 1)]
    validate.commands_bulk(bodies[:-1])
    with pytest.raises(Invalid) as caught:
        validate.commands_bulk(bodies)
    assert caught.value.body["code"] == 30032


@pytest.mark.parametrize(
    ("ahead", "taken"),
    [(timedelta(days=28), True), (timedelta(days=28, seconds=1), False), (timedelta(hours=-1), True)],
)
def test_a_timeout_ends_within_28_days(ahead: timedelta, taken: bool) -> None:
    body = {"communication_disabled_until": (NOW + ahead).isoformat()}
    expected = [("communication_disabled_until", "INVALID_COMMUNICATION_DISABLED_TIMESTAMP")]
    assert refusals(member_edit, body) == ([] if taken else expected)


@pytest.mark.parametrize("check", [validate.message_create, validate.role, validate.command, validate.modal])
@pytest.mark.parametrize("body", [None, [], "text", 5])
def test_a_body_must_be_an_object(check: Callable[..., None], body: object) -> None:
    assert ("", "MODEL_TYPE_CONVERT") in refusals(check, body)


KEYS = [
    "content", "embeds", "fields", "name", "value", "components", "component", "type", "style", "custom_id", "options",
    "choices", "label", "data", "title", "nonce", "allowed_mentions", "parse", "users", "flags", "poll", "answers",
    "question", "text", "message_reference", "id", "permission_overwrites", "allow", "roles", "permissions", "emoji",
    "communication_disabled_until", "description", "name_localizations", "url", "min_values", "max_values",
    "sticker_ids",
]  # fmt: skip
leaves = st.none() | st.booleans() | st.integers(-3, 30) | st.floats(allow_nan=False) | st.text(max_size=5)
any_json = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)


@settings(deadline=None, derandomize=True)
@given(any_json)
def test_no_body_whatever_breaks_the_checks(body: object) -> None:
    checks: list[Callable[..., None]] = [
        validate.message_create, validate.message_edit, validate.interaction_response, validate.modal, validate.command,
        validate.commands_bulk, validate.channel_create, validate.channel_edit, validate.role, validate.thread_create,
        validate.overwrite, member_edit,
    ]  # fmt: skip
    for check in checks:
        refusals(check, body)


def test_what_discord_py_sends_for_views_is_taken() -> None:
    class Card(discord.ui.View):
        @discord.ui.button(label="Check in", custom_id="checkin:open:1", style=discord.ButtonStyle.primary)
        async def check_in(self, interaction: discord.Interaction, button: discord.ui.Button[Any]) -> None: ...

        @discord.ui.select(custom_id="need", options=[discord.SelectOption(label="Calm", emoji="🌿")], placeholder="?")
        async def need(self, interaction: discord.Interaction, select: discord.ui.Select[Any]) -> None: ...

        @discord.ui.select(cls=discord.ui.UserSelect, custom_id="who", max_values=25)
        async def who(self, interaction: discord.Interaction, select: discord.ui.UserSelect[Any]) -> None: ...

    card = Card(timeout=None)
    card.add_item(discord.ui.Button(label="Map", url="https://example.org/map"))
    embeds = [discord.Embed(title="Today", colour=discord.Colour.teal(), timestamp=NOW).add_field(name="a", value="b")]
    with discord.http.handle_message_parameters(
        "Good morning", embeds=embeds, view=card, nonce="h1", allowed_mentions=discord.AllowedMentions.none()
    ) as sent:
        validate.message_create(sent.payload)


def test_what_discord_py_sends_for_modals_is_taken() -> None:
    class CheckIn(discord.ui.Modal, title="Check in"):
        intro = discord.ui.TextDisplay[Any]("Read by staff.")
        note = discord.ui.Label[Any](
            text="How is it?", description="In your words", component=discord.ui.TextInput(max_length=1000)
        )
        need = discord.ui.Label[Any](
            text="What would help?",
            component=discord.ui.Select(
                options=[discord.SelectOption(label="Calm"), discord.SelectOption(label="Company")]
            ),
        )
        old: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Anything else", required=False)
        share = discord.ui.Label[Any](
            text="With whom?",
            component=discord.ui.RadioGroup(
                options=[discord.RadioGroupOption(label="Group"), discord.RadioGroupOption(label="Staff")]
            ),
        )

    validate.modal(CheckIn().to_dict())


def test_what_discord_py_sends_for_commands_is_taken() -> None:
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    group = app_commands.Group(name="oncall", description="On call", default_permissions=discord.Permissions(8))

    @group.command(name="page", description="Page")
    async def page(interaction: discord.Interaction, text: app_commands.Range[str, 1, 500], hours: int = 3) -> None: ...

    @app_commands.command(name="skill", description="A coping skill")
    @app_commands.choices(need=[app_commands.Choice(name="Calm", value="calm")])
    async def skill(interaction: discord.Interaction, need: str | None = None) -> None: ...

    @app_commands.context_menu(name="Report to staff")
    async def report(interaction: discord.Interaction, message: discord.Message) -> None: ...

    tree.add_command(group)
    tree.add_command(skill)
    tree.add_command(report)
    commands = [command.to_dict(tree) for command in tree.get_commands(type=None)]
    assert len(commands) == 3
    validate.commands_bulk(commands)
