"""The checker takes what Discord does and finds what Discord does not."""

import time
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox import validate
from sandbox.ratelimits import RateLimits
from tests.sandbox import examples
from tests.sandbox.openapi import DOCUMENT, UNDOCUMENTED, OpenApi, check
from tests.sandbox.test_validate_cases import ACCEPTED

pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="Discord's OpenAPI document is not beside this checkout")

MESSAGES = "/channels/30/messages"
CALLBACK = "/interactions/70/some-token/callback"
ORIGINAL = "/webhooks/2/some-token/messages/@original"
SAID = {"content": "Good morning", "nonce": "h1", "enforce_nonce": True, "tts": False}
SLASH = {"name": "skill", "description": "A coping skill", "type": 1}
MODAL = {
    "custom_id": "checkin",
    "title": "Check in",
    "components": [{"type": 18, "label": "How is it?", "component": {"type": 4, "custom_id": "n", "style": 2}}],
}


@pytest.fixture(scope="module")
def api() -> OpenApi:
    return OpenApi.load()


@dataclass(frozen=True)
class Recorded:
    """A record as the sandbox keeps it, with only what the checker reads."""

    method: str
    path: str
    body: Any
    status: int
    reply: Any


def found(api: OpenApi, *record: Any) -> list[tuple[str, str]]:
    return [(problem.part, problem.at) for problem in check(api, Recorded(*record))]


def without(reply: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in reply.items() if name != key}


RIGHT: list[tuple[Any, ...]] = [
    ("POST", MESSAGES, SAID, 200, examples.MESSAGE),
    ("POST", MESSAGES, SAID | {"message_reference": {"message_id": 1}, "flags": 4}, 200, examples.MESSAGE),
    ("GET", MESSAGES, None, 200, [examples.MESSAGE] * 2),
    ("GET", f"{MESSAGES}?limit=50&after=1", None, 200, []),
    ("PATCH", f"{MESSAGES}/900", {"content": None, "components": []}, 200, examples.MESSAGE),
    ("DELETE", f"{MESSAGES}/900", None, 204, None),
    ("PUT", f"{MESSAGES}/900/reactions/%F0%9F%8C%BF/@me", None, 204, None),
    ("POST", "/channels/30/typing", None, 204, None),
    ("GET", "/guilds/1", None, 200, examples.GUILD),
    ("POST", "/guilds/1/roles", {"name": "Staff", "permissions": "1099511627776"}, 200, examples.ROLE),
    ("POST", "/guilds/1/roles", {"name": "Staff", "permissions": 1099511627776}, 200, examples.ROLE),
    ("POST", "/guilds/1/channels", {"name": "morning-check-in", "type": 0, "parent_id": 31,
     "permission_overwrites": [{"id": 1, "type": 0, "allow": "0", "deny": "1024"}]}, 201, examples.CHANNEL),
    ("PATCH", "/channels/30", {"topic": "Every morning"}, 200, examples.CHANNEL),
    ("PATCH", "/channels/40", {"archived": True}, 200, examples.THREAD),
    ("PUT", "/channels/30/permissions/11", {"type": 1, "allow": "1024", "deny": 0}, 204, None),
    ("POST", "/channels/30/threads", {"name": "8 March", "type": 12, "invitable": False}, 201, examples.THREAD),
    ("POST", f"{MESSAGES}/900/threads", {"name": "8 March"}, 201, examples.THREAD | {"type": 11}),
    ("PUT", "/channels/40/thread-members/11", None, 204, None),
    ("GET", "/guilds/1/members/11", None, 200, examples.MEMBER),
    ("GET", "/guilds/1/members", None, 200, [examples.MEMBER]),
    ("PATCH", "/guilds/1/members/11", {"nick": "Alex", "roles": ["20", 21]}, 200, examples.MEMBER),
    ("PUT", "/guilds/1/members/11/roles/20", None, 204, None),
    ("POST", "/users/@me/channels", {"recipient_id": 11}, 200, examples.DM),
    ("GET", "/gateway/bot", None, 200, examples.GATEWAY),
    ("PUT", "/applications/2/commands", [SLASH], 200, [examples.COMMAND]),
    ("PUT", "/applications/2/commands", [SLASH | {"default_member_permissions": "8", "contexts": None}], 200, []),
    ("POST", CALLBACK, {"type": 4, "data": {"content": "Only you", "flags": 64}}, 204, None),
    ("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}, 204, None),
    ("POST", CALLBACK, {"type": 6}, 204, None),
    ("POST", CALLBACK, {"type": 9, "data": MODAL}, 204, None),
    ("POST", CALLBACK, {"type": 6}, 200, {"interaction": {"id": "70", "type": 3}}),
    ("POST", "/webhooks/2/some-token", {"content": "More", "flags": 64}, 200, examples.MESSAGE | {"webhook_id": "2"}),
    ("PATCH", ORIGINAL, {"content": "Edited"}, 200, examples.MESSAGE),
    ("DELETE", ORIGINAL, None, 204, None),
    ("GET", "/guilds/1", None, 404, {"code": 10004, "message": "Unknown Guild"}),
    ("POST", MESSAGES, SAID, 403, {"code": 50013, "message": "Missing Permissions"}),
]  # fmt: skip

WRONG: list[tuple[tuple[Any, ...], str, str]] = [
    # A request that was let through although the document forbids it.
    (("POST", MESSAGES, {"content": ["a"]}, 200, examples.MESSAGE), "request", "/content"),
    (("POST", MESSAGES, {"content": "x" * 4001}, 200, examples.MESSAGE), "request", "/content"),
    (("POST", MESSAGES, SAID | {"nonce": "x" * 26}, 200, examples.MESSAGE), "request", "/nonce"),
    (("POST", MESSAGES, {"embeds": [{"title": "x" * 257}]}, 200, examples.MESSAGE), "request", "/embeds/0/title"),
    (("POST", MESSAGES, {"components": [{"type": 1, "components": [{"type": 2, "style": 9}]}]}, 200, examples.MESSAGE),
     "request", "/components/0/components/0/style"),
    (("POST", MESSAGES, SAID | {"sticker_ids": ["one"]}, 200, examples.MESSAGE), "request", "/sticker_ids/0"),
    (("POST", MESSAGES, None, 200, examples.MESSAGE), "request", ""),
    (("POST", MESSAGES, {"content": 5}, 0, None), "request", "/content"),
    (("POST", MESSAGES, {"content": 5}, 500, None), "request", "/content"),
    (("POST", "/guilds/1/roles", {"permissions": "all"}, 200, examples.ROLE), "request", "/permissions"),
    (("POST", "/guilds/1/roles", {"color": 0x1000000}, 200, examples.ROLE), "request", "/color"),
    (("POST", "/guilds/1/channels", {"type": 0}, 201, examples.CHANNEL), "request", ""),
    (("POST", "/channels/30/threads", {"name": "x" * 101, "type": 12}, 201, examples.THREAD), "request", "/name"),
    (("PUT", "/applications/2/commands", [SLASH, SLASH | {"name": "x" * 33}], 200, []), "request", "/1/name"),
    (("PUT", "/applications/2/commands", [SLASH | {"options": [{"type": 3, "name": "a"}]}], 200, []), "request",
     "/0/options/0"),
    (("POST", CALLBACK, {"type": 9, "data": MODAL | {"title": "x" * 46}}, 204, None), "request", "/data/title"),
    (("POST", CALLBACK, {"type": 3}, 204, None), "request", ""),
    # A reply that Discord would not give.
    (("POST", MESSAGES, SAID, 200, without(examples.MESSAGE, "author")), "reply", ""),
    (("POST", MESSAGES, SAID, 200, examples.MESSAGE | {"content": None}), "reply", "/content"),
    (("POST", MESSAGES, SAID, 200, examples.MESSAGE | {"timestamp": "just now"}), "reply", "/timestamp"),
    (("POST", MESSAGES, SAID, 200, examples.MESSAGE | {"timestamp": "2026-03-08T12:00:00"}), "reply", "/timestamp"),
    (("POST", MESSAGES, SAID, 200, examples.MESSAGE | {"id": 900}), "reply", "/id"),
    (("POST", MESSAGES, SAID, 200, examples.MESSAGE | {"type": 999}), "reply", "/type"),
    (("POST", MESSAGES, SAID, 200, examples.MESSAGE | {"components": [{"type": 1, "components": []}]}), "reply",
     "/components/0"),
    (("GET", MESSAGES, None, 200, [examples.MESSAGE, without(examples.MESSAGE, "pinned")]), "reply", "/1"),
    (("GET", "/guilds/1", None, 200, without(examples.GUILD, "incidents_data")), "reply", ""),
    (("POST", "/guilds/1/roles", {}, 200, examples.ROLE | {"permissions": 8}), "reply", "/permissions"),
    (("POST", "/guilds/1/channels", {"name": "a"}, 201, examples.CHANNEL | {"position": "0"}), "reply", "/position"),
    (("PATCH", "/channels/40", {}, 200, without(examples.THREAD, "thread_metadata")), "reply", ""),
    (("GET", "/guilds/1/members/11", None, 200, without(examples.MEMBER, "joined_at")), "reply", ""),
    (("PUT", "/applications/2/commands", [], 200, [without(examples.COMMAND, "version")]), "reply", "/0"),
    (("PUT", "/guilds/1/members/11/roles/20", None, 204, {}), "reply", ""),
    (("POST", "/guilds/1/channels", {"name": "a"}, 200, examples.CHANNEL), "reply", ""),
    (("POST", MESSAGES, SAID, 403, {"message": "Missing Permissions"}), "reply", ""),
    (("POST", MESSAGES, SAID, 429, {"message": "You are being rate limited."}), "reply", ""),
    # A route that Discord has not.
    (("GET", "/guilds/1/sessions", None, 200, []), "route", ""),
    (("POST", "/guilds/1", {}, 200, {}), "route", ""),
    (("GET", "/guilds/riverside", None, 200, examples.GUILD), "route", ""),
]  # fmt: skip


@pytest.mark.parametrize("record", RIGHT, ids=[f"{record[0]} {record[1]} {record[3]}" for record in RIGHT])
def test_what_discord_does_is_taken(api: OpenApi, record: tuple[Any, ...]) -> None:
    assert [str(problem) for problem in check(api, Recorded(*record))] == []


@pytest.mark.parametrize(("record", "part", "at"), WRONG, ids=[f"{r[0]} {r[1]} {part} {at}" for r, part, at in WRONG])
def test_what_discord_does_not_is_found(api: OpenApi, record: tuple[Any, ...], part: str, at: str) -> None:
    problems = set(found(api, *record))
    assert problems
    assert problems == {(part, at)}


def test_several_problems_are_all_told(api: OpenApi) -> None:
    broken = without(examples.MESSAGE, "author") | {"tts": "no"}
    assert set(found(api, "POST", MESSAGES, {"content": 5, "tts": 1}, 200, broken)) == {
        ("request", "/content"),
        ("request", "/tts"),
        ("reply", ""),
        ("reply", "/tts"),
    }


def test_a_problem_says_where_and_what(api: OpenApi) -> None:
    (problem,) = api.check("POST", MESSAGES, {"content": "x" * 4001}, 0, None)
    assert str(problem).startswith("POST /channels/30/messages: request /content: 'xxx")
    assert len(str(problem)) < 400, "a long value is cut short"


def test_a_refused_request_is_not_held_against_the_document_but_the_refusal_is(api: OpenApi) -> None:
    body = {
        "content": "x" * 4001,
        "embeds": [{"title": "x" * 257, "fields": [{"name": "", "value": "b"}]}],
        "components": [{"type": 1, "components": [{"type": 2}] * 6}],
    }
    with pytest.raises(validate.Invalid) as caught:
        validate.message_create(body)
    assert found(api, "POST", MESSAGES, body, 400, caught.value.body) == []
    assert found(api, "POST", MESSAGES, body, 400, {"errors": {}}) != []


def test_the_sandboxs_other_refusals_have_discords_form(api: OpenApi) -> None:
    limits = RateLimits(lambda: 0.0)
    for _ in range(5):
        limits.check("POST", "/channels/{channel_id}/messages", {"channel_id": "30"})
    refused = limits.check("POST", "/channels/{channel_id}/messages", {"channel_id": "30"})
    assert not refused.allowed
    assert found(api, "POST", MESSAGES, SAID, 429, refused.body) == []
    assert found(api, "POST", MESSAGES, {}, 400, validate.EmptyMessage().body) == []


@pytest.mark.parametrize("status", [0, 500, 502, 503])
def test_no_reply_and_an_outage_are_not_held_against_anything(api: OpenApi, status: int) -> None:
    assert found(api, "POST", MESSAGES, SAID, status, "upstream error") == []


def test_routes_the_document_lacks_are_let_through_by_name(api: OpenApi) -> None:
    for method, template in UNDOCUMENTED:
        path = template.replace("{application_id}", "2")
        assert found(api, method, path, None, 200, {"any": "thing"}) == []
        assert found(api, "DELETE", path, None, 204, None) == [("route", "")]


ROUTES = {
    validate.message_create: ("POST", MESSAGES),
    validate.message_edit: ("PATCH", f"{MESSAGES}/900"),
    validate.interaction_response: ("POST", CALLBACK),
    validate.command: ("POST", "/applications/2/commands"),
    validate.channel_create: ("POST", "/guilds/1/channels"),
    validate.channel_edit: ("PATCH", "/channels/30"),
    validate.overwrite: ("PUT", "/channels/30/permissions/11"),
    validate.role: ("POST", "/guilds/1/roles"),
    validate.thread_create: ("POST", "/channels/30/threads"),
}
BY_DOCUMENT = [(*ROUTES[each], body) for each, body in ACCEPTED if each in ROUTES]


@pytest.mark.parametrize(("method", "path", "body"), BY_DOCUMENT)
def test_what_the_sandbox_takes_the_document_takes(api: OpenApi, method: str, path: str, body: dict[str, Any]) -> None:
    assert [str(problem) for problem in api.check(method, path, body, 0, None)] == []


def test_a_whole_runs_record_is_checked_in_seconds(api: OpenApi) -> None:
    started = time.process_time()
    for n in range(500):
        assert found(api, "POST", MESSAGES, SAID | {"content": str(n)}, 200, examples.MESSAGE) == []
    assert time.process_time() - started < 2.0, "a run of the suite records ten times as many"
