"""Bodies that Discord refuses, with code and path, and bodies that it takes, kind by kind."""

from typing import Any

import pytest

from sandbox import validate
from tests.sandbox.bodies import (
    BUTTON,
    OPTION,
    SELECT,
    TEXT,
    Case,
    channel,
    embed,
    form,
    label,
    layout,
    member_edit,
    message,
    option,
    refusals,
    row,
    slash,
)

POLL = {"question": {"text": "Well?"}, "answers": [{"poll_media": {"text": "Yes"}}]}

REFUSED: list[tuple[Case, str, str]] = [
    (embed(fields=[{"name": "", "value": "b"}]), "embeds.0.fields.0.name", "BASE_TYPE_REQUIRED"),
    (embed(fields=[{"name": "a", "value": " "}]), "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
    (embed(fields=[{"name": "a"}]), "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
    (embed(url="not an address"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (embed(url="https://"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (embed(url="https:///path"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (embed(url="https://example.org:port/"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (embed(url="ftp://example.org/"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
    (embed(image={"url": "file://x/y.png"}), "embeds.0.image.url", "URL_TYPE_INVALID_SCHEME"),
    (embed(color=-1), "embeds.0.color", "NUMBER_TYPE_MIN"),
    (embed(timestamp="yesterday"), "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
    (message(embeds=["text"]), "embeds.0", "MODEL_TYPE_CONVERT"),
    (message(embeds="text"), "embeds", "LIST_TYPE_CONVERT"),
    (message(content=["a"]), "content", "STRING_TYPE_CONVERT"),
    (message(nonce=2**63), "nonce", "NUMBER_TYPE_MAX"),
    (message(nonce=[1]), "nonce", "NUMBER_TYPE_COERCE"),
    (message(enforce_nonce="yes"), "enforce_nonce", "BOOLEAN_TYPE_CONVERT"),
    (message(flags=1 << 6), "flags", "BASE_TYPE_CHOICES"),
    (message(flags=1 << 0), "flags", "BASE_TYPE_CHOICES"),
    (message(flags=1 << 15), "flags", "SANDBOX_UNSUPPORTED"),
    (message(allowed_mentions={"parse": ["staff"]}), "allowed_mentions.parse.0", "BASE_TYPE_CHOICES"),
    (message(allowed_mentions={"parse": ["users"], "users": ["1"]}), "allowed_mentions",
     "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"),
    (message(allowed_mentions={"users": ["Alex"]}), "allowed_mentions.users.0", "NUMBER_TYPE_COERCE"),
    (message(allowed_mentions={"roles": ["1", 1]}), "allowed_mentions.roles.1", "SET_TYPE_ALREADY_CONTAINS_VALUE"),
    (message(message_reference={}), "message_reference.message_id", "BASE_TYPE_REQUIRED"),
    (message(message_reference={"message_id": "1", "type": 1}), "message_reference.channel_id", "BASE_TYPE_REQUIRED"),
    (message(poll={"question": {"text": "Well?"}}), "poll.answers", "BASE_TYPE_REQUIRED"),
    (message(poll=POLL | {"answers": []}), "poll.answers", "BASE_TYPE_BAD_LENGTH"),
    (message(components=[BUTTON]), "components.0", "UNION_TYPE_CHOICES"),
    (message(components=[row()]), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    (layout(TEXT), "components.0.components.0", "UNION_TYPE_CHOICES"),
    (layout(BUTTON, BUTTON), "components.0.components.1.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"),
    (message(components=[row(BUTTON), row(BUTTON)]), "components.1.components.0.custom_id",
     "COMPONENT_CUSTOM_ID_DUPLICATED"),
    (layout(SELECT, BUTTON), "components.0.components.1", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
    (layout(BUTTON, SELECT), "components.0.components.1", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
    (layout({"type": 2, "style": 1, "label": "x"}), "components.0.components.0.custom_id",
     "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED"),
    (layout(BUTTON | {"custom_id": ""}), "components.0.components.0.custom_id", "BASE_TYPE_BAD_LENGTH"),
    (layout({"type": 2, "style": 1, "custom_id": "x"}), "components.0.components.0.label", "BASE_TYPE_REQUIRED"),
    (layout({"type": 2, "style": 5, "label": "x"}), "components.0.components.0.url", "BASE_TYPE_REQUIRED"),
    (layout(BUTTON | {"style": 5, "url": "https://example.org"}), "components.0.components.0.custom_id",
     "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"),
    (layout({"type": 2, "style": 5, "label": "x", "url": "mailto:a@example.org"}), "components.0.components.0.url",
     "URL_TYPE_INVALID_URL"),
    (layout(BUTTON | {"emoji": {"name": "smile"}}), "components.0.components.0.emoji.name",
     "BUTTON_COMPONENT_INVALID_EMOJI"),
    (layout(BUTTON | {"style": 0}), "components.0.components.0.style", "BASE_TYPE_CHOICES"),
    (layout(SELECT | {"options": []}), "components.0.components.0.options", "BASE_TYPE_BAD_LENGTH"),
    (layout(SELECT | {"options": [OPTION, OPTION]}), "components.0.components.0.options.1.value",
     "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"),
    (layout(SELECT | {"max_values": 2}), "components.0.components.0.max_values", "NUMBER_TYPE_MAX"),
    (layout(SELECT | {"min_values": 2}), "components.0.components.0.min_values", "NUMBER_TYPE_MAX"),
    (layout(SELECT | {"max_values": 0}), "components.0.components.0.max_values", "NUMBER_TYPE_MIN"),
    (layout({"type": 8, "custom_id": "where", "channel_types": [17]}), "components.0.components.0.channel_types.0",
     "BASE_TYPE_CHOICES"),
    (form(), "components", "BASE_TYPE_BAD_LENGTH"),
    (form({"type": 1, "components": []}), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    (form(label(TEXT), custom_id=None), "custom_id", "BASE_TYPE_REQUIRED"),
    (form(label(TEXT), title=""), "title", "BASE_TYPE_BAD_LENGTH"),
    (form(TEXT), "components.0", "UNION_TYPE_CHOICES"),
    (form(row(TEXT)), "components.0.components.0.label", "BASE_TYPE_REQUIRED"),
    (form(row(SELECT)), "components.0.components.0", "UNION_TYPE_CHOICES"),
    (form(label(TEXT | {"label": "again"})), "components.0.component.label", "BASE_TYPE_CHOICES"),
    (form(label(BUTTON)), "components.0.component", "UNION_TYPE_CHOICES"),
    (form(label(None)), "components.0.component", "BASE_TYPE_REQUIRED"),
    (form(label(SELECT | {"disabled": True})), "components.0.component.disabled", "BASE_TYPE_CHOICES"),
    (form(label(TEXT), label(TEXT)), "components.1.component.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"),
    (form(label(TEXT | {"min_length": 9, "max_length": 8})), "components.0.component.min_length", "NUMBER_TYPE_MAX"),
    (form(label(TEXT | {"max_length": 0})), "components.0.component.max_length", "NUMBER_TYPE_MIN"),
    (form(label({"type": 21, "custom_id": "r", "options": [OPTION]})), "components.0.component.options",
     "BASE_TYPE_BAD_LENGTH"),
    (slash(name="Skill"), "name", "APPLICATION_COMMAND_INVALID_NAME"),
    (slash(name="a skill"), "name", "APPLICATION_COMMAND_INVALID_NAME"),
    (slash(name=""), "name", "BASE_TYPE_BAD_LENGTH"),
    (slash(description=""), "description", "BASE_TYPE_BAD_LENGTH"),
    (slash(description=None), "description", "BASE_TYPE_REQUIRED"),
    (slash(type=3, name="Report", description="x"), "description",
     "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED"),
    (slash(type=2, name="Report", description="", options=[option(3)]), "options",
     "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_NOT_ALLOWED"),
    (slash(options=[option(3), option(3)]), "options.1.name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"),
    (slash(options=[option(3, "a"), option(3, "b", required=True)]), "options.1",
     "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"),
    (slash(options=[option(1, "a"), option(3, "b")]), "options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
    (slash(options=[option(1, options=[option(1)])]), "options.0.options.0.type", "BASE_TYPE_CHOICES"),
    (slash(options=[option(2, options=[option(2)])]), "options.0.options.0.type", "BASE_TYPE_CHOICES"),
    (slash(options=[option(2)]), "options.0.options", "BASE_TYPE_REQUIRED"),
    (slash(options=[option(12)]), "options.0.type", "BASE_TYPE_CHOICES"),
    (slash(options=[option(4, choices=[{"name": "a", "value": "b"}])]), "options.0.choices.0.value",
     "NUMBER_TYPE_COERCE"),
    (slash(options=[option(4, min_value=3, max_value=2)]), "options.0.max_value", "NUMBER_TYPE_MIN"),
    (slash(options=[option(10, min_value="low")]), "options.0.min_value", "NUMBER_TYPE_COERCE"),
    (slash(options=[option(10, min_value=2.5, max_value=2.25)]), "options.0.max_value", "NUMBER_TYPE_MIN"),
    (slash(options=[option(3, choices=[{"name": "a", "value": "b"}] * 2)]), "options.0.choices.1.name",
     "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS"),
    (slash(default_member_permissions="all"), "default_member_permissions", "NUMBER_TYPE_COERCE"),
    (slash(name_localizations={"tlh": "x"}), "name_localizations.tlh", "BASE_TYPE_CHOICES"),
    (slash(contexts=[]), "contexts", "BASE_TYPE_BAD_LENGTH"),
    (slash(integration_types=[]), "integration_types", "BASE_TYPE_BAD_LENGTH"),
    (slash(options=[option(3, autocomplete=True, choices=[{"name": "a", "value": "b"}])]), "options.0.choices",
     "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE_EXCLUSIVE"),
    (slash(contexts=[3]), "contexts.0", "BASE_TYPE_CHOICES"),
    (channel(name=""), "name", "BASE_TYPE_BAD_LENGTH"),
    (channel(type=1), "type", "BASE_TYPE_CHOICES"),
    (channel(parent_id="Staff"), "parent_id", "NUMBER_TYPE_COERCE"),
    (channel(permission_overwrites=[{"type": 0}]), "permission_overwrites.0.id", "BASE_TYPE_REQUIRED"),
    (channel(permission_overwrites=[{"id": "1", "type": 2}]), "permission_overwrites.0.type", "BASE_TYPE_CHOICES"),
    (channel(permission_overwrites=[{"id": "1"}, {"id": 1}]), "permission_overwrites.1.id",
     "SET_TYPE_ALREADY_CONTAINS_VALUE"),
    ((validate.channel_edit, {"name": ""}), "name", "BASE_TYPE_BAD_LENGTH"),
    ((validate.channel_edit, {"auto_archive_duration": 61}), "auto_archive_duration", "BASE_TYPE_CHOICES"),
    ((validate.overwrite, {"allow": "-1"}), "allow", "NUMBER_TYPE_COERCE"),
    ((validate.role, {"permissions": "all"}), "permissions", "NUMBER_TYPE_COERCE"),
    ((validate.role, {"permissions": True}), "permissions", "NUMBER_TYPE_COERCE"),
    ((validate.role, {"name": ""}), "name", "BASE_TYPE_BAD_LENGTH"),
    ((validate.role, {"hoist": 1}), "hoist", "BOOLEAN_TYPE_CONVERT"),
    ((validate.role, {"colors": {}}), "colors.primary_color", "BASE_TYPE_REQUIRED"),
    ((validate.thread_create, {}), "name", "BASE_TYPE_REQUIRED"),
    ((validate.thread_create, {"name": "Day", "auto_archive_duration": 30}), "auto_archive_duration",
     "BASE_TYPE_CHOICES"),
    ((validate.thread_create, {"name": "Day", "type": 0}), "type", "BASE_TYPE_CHOICES"),
    ((member_edit, {"roles": ["1", "1"]}), "roles.1", "SET_TYPE_ALREADY_CONTAINS_VALUE"),
    ((member_edit, {"communication_disabled_until": "soon"}), "communication_disabled_until", "DATE_TIME_TYPE_PARSE"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "path", "code"), REFUSED, ids=[f"{path}-{code}" for _, path, code in REFUSED])
def test_refused_with_code_and_path(case: Case, path: str, code: str) -> None:
    assert refusals(*case) == [(path, code)]


SUGGESTED: Case = validate.interaction_response, {"type": 8, "data": {"choices": [{"name": "a", "value": 1}]}}

# A body right as it stands, the way to a key in it, and whether an empty text there is refused as too short.
NEEDED: list[tuple[Case, str, bool]] = [
    (message(poll=POLL), "poll.question.text", True),
    (message(poll=POLL), "poll.question", False),
    (message(poll=POLL), "poll.answers.0.poll_media", False),
    (message(poll=POLL), "poll.answers.0.poll_media.text", True),
    (message(attachments=[{"id": "0"}]), "attachments.0.id", False),
    (layout(BUTTON), "components.0.components", False),
    (layout(BUTTON), "components.0.components.0.style", False),
    (layout(SELECT), "components.0.components.0.custom_id", True),
    (layout(SELECT), "components.0.components.0.options", False),
    (layout(SELECT), "components.0.components.0.options.0.label", True),
    (layout(SELECT), "components.0.components.0.options.0.value", True),
    (layout({"type": 5, "custom_id": "w", "default_values": [{"id": "1", "type": "user"}]}),
     "components.0.components.0.default_values.0.id", False),
    (form(label(TEXT)), "title", True),
    (form(label(TEXT)), "components", False),
    (form(label(TEXT)), "components.0.label", True),
    (form(label(TEXT)), "components.0.component.custom_id", True),
    (form(label(TEXT)), "components.0.component.style", False),
    (form(row(TEXT | {"label": "x"})), "components.0.components", False),
    (form({"type": 10, "content": "x"}), "components.0.content", True),
    (form(label({"type": 23, "custom_id": "ok"})), "components.0.component.custom_id", True),
    (slash(), "name", True),
    (slash(options=[option(3)]), "options.0.name", True),
    (slash(options=[option(3)]), "options.0.description", True),
    (slash(options=[option(3)]), "options.0.type", False),
    (slash(options=[option(3, choices=[{"name": "a", "value": "b"}])]), "options.0.choices.0.name", True),
    (slash(options=[option(3, choices=[{"name": "a", "value": "b"}])]), "options.0.choices.0.value", False),
    (slash(options=[option(10, choices=[{"name": "a", "value": 1.5}])]), "options.0.choices.0.value", False),
    ((validate.command, {"type": 2, "name": "Report"}), "name", True),
    (channel(), "name", True),
    ((validate.thread_create, {"name": "Day"}), "name", True),
    (SUGGESTED, "data.choices", False),
    (SUGGESTED, "data.choices.0.name", True),
]  # fmt: skip


@pytest.mark.parametrize(("case", "path", "has_length"), NEEDED, ids=[path for _, path, _ in NEEDED])
def test_what_is_needed_may_be_neither_left_out_nor_empty(case: Case, path: str, has_length: bool) -> None:
    check, body = case
    assert refusals(check, body) == []
    assert refusals(check, replaced(body, path.split("."), None)) == [(path, "BASE_TYPE_REQUIRED")]
    if has_length:
        assert refusals(check, replaced(body, path.split("."), "")) == [(path, "BASE_TYPE_BAD_LENGTH")]


def replaced(body: Any, way: list[str], value: object) -> Any:
    """The body with another value at the end of the way."""
    if not way:
        return value
    if isinstance(body, list):
        return [replaced(item, way[1:], value) if str(n) == way[0] else item for n, item in enumerate(body)]
    return body | {way[0]: replaced(body[way[0]], way[1:], value)}


ACCEPTED: list[Case] = [
    message(),
    message(embeds=None, components=None, nonce=None, allowed_mentions=None, unknown={"any": "thing"}),
    message(nonce=7, enforce_nonce=True, flags=(1 << 2) | (1 << 12), tts=False),
    message(allowed_mentions={"parse": ["roles", "everyone"], "users": ["1", 2], "replied_user": False}),
    message(message_reference={"message_id": 1, "fail_if_not_exists": False}),
    embed(url="https://example.org/a?b=c#d", image={"url": "attachment://chart.png"}, timestamp="2026-03-08T12:00:00Z"),
    layout({"type": 2, "style": 5, "label": "Map", "url": "https://example.org"}),
    layout(BUTTON | {"label": None, "emoji": {"name": "🌿"}}),
    layout(BUTTON | {"emoji": {"id": "5", "name": "leaf"}}),
    layout(SELECT | {"min_values": 0, "max_values": 1}),
    layout({"type": 8, "custom_id": "where", "channel_types": [0, 11], "min_values": 0, "max_values": 25}),
    (validate.message_edit, {"content": None, "embeds": [], "components": [], "attachments": [{"id": 1}]}),
    form({"type": 10, "content": "Whatever you write is read by staff."}, label(TEXT)),
    form(row(TEXT | {"label": "How is it?"})),
    form(label(SELECT), label({"type": 5, "custom_id": "who"}), label({"type": 23, "custom_id": "ok"})),
    form(label({"type": 22, "custom_id": "c", "options": [OPTION], "min_values": 0})),
    form(label(TEXT | {"min_length": 8, "max_length": 8})),
    slash(options=[option(3, autocomplete=True, choices=[]), option(4, "n", min_value=2, max_value=2)]),
    (validate.interaction_response, {"type": 1}),
    (validate.interaction_response, {"type": 12}),
    # The form's own id may be that of a field.
    form(label(TEXT), custom_id="note"),
    slash(name="fähigkeit", default_member_permissions="8", contexts=[0], integration_types=[0]),
    slash(name="कौशल"),
    slash(name="ทักษะ", name_localizations={"es-ES": "habilidad"}),
    slash(type=3, name="Report to staff", description=""),
    slash(options=[option(3, "a", required=True), option(4, "b", choices=[{"name": "1", "value": 1}])]),
    slash(options=[option(2, "group", options=[option(1, "sub", options=[option(6)])]), option(1, "alone")]),
    channel(name="Not Normal Yet", type=0, topic=None, permission_overwrites=[
        {"id": "1", "type": 0, "allow": "1024", "deny": 0}, {"id": 2, "type": 1, "allow": 1024, "deny": "2048"}
    ]),
    channel(type=15, topic="x" * 4096),
    channel(type=14),
    slash(options=[option(10, min_value=0.5, max_value=2)]),
    (validate.channel_edit, {"archived": True, "locked": True, "auto_archive_duration": 10080}),
    (validate.overwrite, {"type": 1, "allow": 1024, "deny": "0"}),
    (validate.role, {}),
    (validate.role, {"name": "Staff", "permissions": "1099511627776", "color": 0, "hoist": True}),
    (validate.thread_create, {"name": "8 March", "type": 12, "invitable": False, "auto_archive_duration": 1440}),
    (member_edit, {"nick": None, "roles": [1, "2"], "communication_disabled_until": None}),
    (validate.interaction_response, {"type": 6}),
    (validate.interaction_response, {"type": 5, "data": {"flags": 64}}),
    (validate.interaction_response, {"type": 4, "data": {"content": "Only you", "flags": 64}}),
    (validate.interaction_response, {"type": 7, "data": {"components": []}}),
    (validate.interaction_response, {"type": 9, "data": form(label(TEXT))[1]}),
    SUGGESTED,
]  # fmt: skip


@pytest.mark.parametrize("case", ACCEPTED)
def test_taken(case: Case) -> None:
    check, body = case
    check(body)
