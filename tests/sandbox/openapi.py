"""Holds requests and replies of the sandbox against Discord's published OpenAPI document.

The document describes REST v10: bodies, replies, limits. It is read leniently, in the ways that `LENIENCIES` names and
in no other. Load it once and keep it: every schema is compiled at its first use.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from jsonschema.protocols import Validator

DOCUMENT: Final = Path(__file__).parents[3] / "shared" / "data" / "discord" / "openapi.json"
"""Where the document lies beside the repository; tests that need it are skipped where it is absent."""

LENIENCIES: Final[Mapping[str, str]] = {
    "ids in requests": "Discord takes a snowflake as a number or as a string of digits; it answers with strings.",
    "permissions in requests": "So it does with sets of permissions, which the document calls integers.",
    "unions": "Where exactly one of several schemas should fit, one or more may: some of the document's overlap.",
    "formats": "Of the formats only date-time is checked: the others either say no more than type and range, or, as "
    "for uri, less than what the sandbox itself checks.",
    "refused requests": "The body of a request answered with 400 was rightly refused, and is held against nothing.",
    "outages": "The document describes no 5xx; a test that asks for one gets what it asked for.",
    "no reply": "Status 0 is a reply that never reached the client, as when a test cuts the connection.",
    "codes in a refusal's tree": "The document takes them for numbers; Discord's reference and its replies have words, "
    "such as BASE_TYPE_REQUIRED.",
    "code of a 429": "The document requires it; Discord's reference calls it optional, and most replies have none.",
}
"""Each way in which more is let through than the document says, and why."""

UNDOCUMENTED: Final[Mapping[tuple[str, str], str]] = {
    ("GET", "/applications/{application_id}/skus"): "in Discord's reference, under SKU; the document lacks it",
}
"""Routes that Discord has and the document does not describe: nothing is said about their bodies."""

_PERMISSION_KEYS: Final = frozenset({"allow", "deny", "permissions", "default_member_permissions"})
_METHODS: Final = frozenset({"get", "put", "post", "patch", "delete"})
_DIGITS: Final = {"type": ["string", "integer", "null"], "pattern": "^(0|[1-9][0-9]*)$", "minimum": 0}
_INNER_ERRORS: Final = {
    "type": "object",
    "properties": {
        "_errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                "required": ["code", "message"],
            },
        }
    },
    "required": ["_errors"],
    "additionalProperties": False,
}
_SHOWN: Final = 300

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which a request or its reply departs from the document. `at` is a JSON pointer into the body."""

    method: str
    path: str
    part: str
    at: str
    message: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.part} {self.at or '/'}: {self.message}"


class Record(Protocol):
    """What is needed of one recorded request; `path` is like ``/channels/123/messages``, without the version."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def path(self) -> str:
        """The path, without ``/api/v10``."""

    @property
    def body(self) -> object:
        """The JSON body, parsed; None where there was none."""

    @property
    def status(self) -> int:
        """The status of the reply; 0 where none arrived."""

    @property
    def reply(self) -> object:
        """The JSON reply, parsed; None where it was empty."""


@dataclass(frozen=True, slots=True)
class _Route:
    """A path of the document, cut into its segments; a parameter is None, or False where it must be an id."""

    template: str
    segments: tuple[str | bool | None, ...]
    operations: Mapping[str, Any]

    def fits(self, segments: list[str]) -> bool:
        return all(
            own == given if isinstance(own, str) else own is None or given.isdigit()
            for own, given in zip(self.segments, segments, strict=True)
        )


class OpenApi:
    """The document, ready to be held against."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._routes: dict[int, list[_Route]] = {}
        for template, item in document["paths"].items():
            route = _Route(template, _segments(template, item), {m: item[m] for m in item if m in _METHODS})
            self._routes.setdefault(len(route.segments), []).append(route)
        for routes in self._routes.values():
            # Where two fit, the one that says more of the path by name is meant: /users/@me is nobody's id.
            routes.sort(key=lambda route: sum(not isinstance(segment, str) for segment in route.segments))
        components = document["components"]["schemas"]
        self._for_requests = _validator({name: _relaxed(schema) for name, schema in components.items()})
        self._for_replies = _validator({**components, "InnerErrors": _INNER_ERRORS})
        self._compiled: dict[tuple[str, str, str], Validator | None] = {}

    @classmethod
    def load(cls, path: Path = DOCUMENT) -> "OpenApi":
        """Read the document.

        Raises:
            OSError: it is not there.
        """
        return cls(json.loads(path.read_bytes()))

    def check(self, method: str, path: str, body: object, status: int, reply: object) -> list[Problem]:
        """Everything in which one request and its reply depart from the document."""
        path = path.partition("?")[0]
        route = self._find(path)
        operation = route.operations.get(method.lower()) if route else None
        if route is None or operation is None:
            if route is None and self._undocumented(method, path):
                return []
            return [Problem(method, path, "route", "", "Discord's document has no such route")]
        found: list[tuple[str, str, str]] = []
        if status != 400:
            found += [("request", *each) for each in self._request(route, method, operation, body)]
        if 0 < status < 500:
            found += [("reply", *each) for each in self._reply(route, method, operation, status, reply)]
        return [Problem(method, path, part, at, message) for part, at, message in found]

    def _find(self, path: str) -> _Route | None:
        segments = path.strip("/").split("/")
        return next((route for route in self._routes.get(len(segments), []) if route.fits(segments)), None)

    def _undocumented(self, method: str, path: str) -> bool:
        segments = path.strip("/").split("/")
        for known, template in UNDOCUMENTED:
            route = _Route(template, _segments(template, {}), {})
            if known == method and len(route.segments) == len(segments) and route.fits(segments):
                return True
        return False

    def _request(
        self, route: _Route, method: str, operation: Mapping[str, Any], body: object
    ) -> Iterator[tuple[str, str]]:
        described = operation.get("requestBody")
        if described is None:
            return
        if body is None:
            if described.get("required"):
                yield "", "a body is required"
            return
        schema = described["content"].get("application/json", {}).get("schema")
        yield from self._hold((route.template, method, "request"), schema, body)

    def _reply(
        self, route: _Route, method: str, operation: Mapping[str, Any], status: int, reply: object
    ) -> Iterator[tuple[str, str]]:
        responses = operation["responses"]
        key = next((key for key in (str(status), f"{status // 100}XX", "default") if key in responses), None)
        if key is None:
            yield "", f"status {status} is not among {', '.join(responses)}"
            return
        described = self._resolved(responses[key])
        schema = described.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            if reply is not None and reply != "":
                yield "", f"status {status} comes without a body"
            return
        if status == 429 and isinstance(reply, Mapping):
            reply = {"code": 0, **reply}
        yield from self._hold((route.template, method, key), schema, reply)

    def _hold(self, key: tuple[str, str, str], schema: Schema | None, value: Any) -> Iterator[tuple[str, str]]:
        if key not in self._compiled:
            compiled = None
            if schema is not None:
                for_request = key[2] == "request"
                base, own = (self._for_requests, _relaxed(schema)) if for_request else (self._for_replies, schema)
                compiled = base(own, format_checker=_FORMATS)
            self._compiled[key] = compiled
        validator = self._compiled[key]
        if validator is None:
            return
        for error in validator.iter_errors(value):
            at = "".join(f"/{part}" for part in error.absolute_path)
            yield at, error.message if len(error.message) <= _SHOWN else f"{error.message[:_SHOWN]}…"

    def _resolved(self, described: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = described.get("$ref")
        if reference is None:
            return described
        resolved: Mapping[str, Any] = self._document["components"]["responses"][_name(reference)]
        return resolved


def check(api: OpenApi, record: Record) -> list[Problem]:
    """Everything in which one recorded request and its reply depart from the document."""
    return api.check(record.method, record.path, record.body, record.status, record.reply)


def _segments(template: str, item: Mapping[str, Any]) -> tuple[str | bool | None, ...]:
    ids = {
        parameter["name"]
        for parameter in item.get("parameters", [])
        if parameter.get("schema", {}).get("$ref", "").endswith("/SnowflakeType")
    }
    return tuple(
        segment if not segment.startswith("{") else False if segment.strip("{}") in ids else None
        for segment in template.strip("/").split("/")
    )


def _relaxed(schema: Any) -> Any:
    """A schema as Discord reads requests: ids and sets of permissions as numbers or strings of digits."""
    if isinstance(schema, list):
        return [_relaxed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "snowflake":
        return {**_DIGITS, "type": ["string", "integer"]}
    relaxed = {key: _relaxed(value) for key, value in schema.items()}
    properties = relaxed.get("properties", {})
    for key in _PERMISSION_KEYS & properties.keys():
        if "integer" in properties[key].get("type", ()):
            properties[key] = _DIGITS
    return relaxed


def _validator(components: Mapping[str, Any]) -> type[Validator]:
    """A class of validators that know these components.

    References are looked up here, and unions narrowed by what tells their members apart, before anything is compared
    in full: that saves most of the time, and lets an error name what is wrong in the one member that was meant.
    """
    tells: dict[int, tuple[frozenset[str], dict[str, frozenset[Any]]]] = {}

    def resolved(schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = components[_name(schema["$ref"])]
        return schema

    def could_be(schema: Schema, instance: object) -> bool:
        schema = resolved(schema)
        if "const" in schema:
            return bool(schema["const"] == instance)
        if id(schema) not in tells:
            tells[id(schema)] = _types(schema), _constants(schema)
        types, constants = tells[id(schema)]
        if not isinstance(instance, Mapping):
            return "object" not in types or len(types) > 1
        return (not types or "object" in types) and all(
            key not in instance or isinstance(instance[key], list | dict) or instance[key] in allowed
            for key, allowed in constants.items()
        )

    def reference(validator: Validator, reference: str, instance: object, schema: Schema) -> Iterator[ValidationError]:
        del schema
        yield from _descend(validator, instance, components[_name(reference)])

    def union(
        validator: Validator, members: Iterable[Schema], instance: object, schema: Schema
    ) -> Iterator[ValidationError]:
        del schema
        members = list(members)
        best: list[ValidationError] | None = None
        for member in members:
            if not could_be(member, instance):
                continue
            errors = list(_descend(validator, instance, member))
            if not errors:
                return
            if best is None or len(errors) < len(best):
                best = errors
        yield from best if best is not None else [ValidationError(f"fits none of {len(members)} alternatives")]

    keywords = {"$ref": reference, "oneOf": union, "anyOf": union}
    extended: type[Validator] = validators.extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]  # jsonschema's is untyped
    return extended


def _descend(validator: Validator, instance: object, schema: Schema) -> Iterator[ValidationError]:
    errors: Iterator[ValidationError] = validator.descend(instance, schema)  # type: ignore[attr-defined]  # jsonschema's protocol leaves it out
    return errors


def _types(schema: Schema) -> frozenset[str]:
    types = schema.get("type", ())
    return frozenset([types] if isinstance(types, str) else types)


def _constants(schema: Schema) -> dict[str, frozenset[Any]]:
    """The properties of an object that may only have certain values, as the type of a component does."""
    properties = schema.get("properties", {})
    return {key: frozenset(each["enum"]) for key, each in properties.items() if "enum" in each}


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


_FORMATS: Final = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None
