"""The way into the REST API: authorisation, rate limits, faults, bodies, the record, and errors in Discord's shape."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from sandbox import validate
from sandbox.errors import EMPTY_MESSAGE, INVALID_JSON, NOT_FOUND, UNAUTHORIZED, ApiError
from sandbox.rest.call import Call, Upload
from sandbox.rest.routes import Reply, Route

if TYPE_CHECKING:
    from sandbox.faults import Fault
    from sandbox.server import Sandbox

PREFIX: Final = "/api/v10"

_FILE: Final = re.compile(r"files\[(\d+)\]")
_RECORDED_HEADERS: Final = ("Content-Type", "User-Agent", "X-Audit-Log-Reason")
_VIA: Final = {"Via": "1.1 sandbox"}

_Body = tuple[Any, list[Upload]]


def add_routes(app: web.Application, sandbox: "Sandbox", routes: list[Route]) -> None:
    """Serve these routes, and answer anything else under the prefix as Discord answers the unknown."""
    for route in routes:
        app.router.add_route(route.method, PREFIX + route.template, _entry(sandbox, route))
    unknown = Route("*", "(unknown)", _unknown, needs_token=False)
    app.router.add_route("*", PREFIX + "/{tail:.*}", _entry(sandbox, unknown))


def _unknown(_call: Call) -> Reply:
    raise ApiError(NOT_FOUND)


def _entry(sandbox: "Sandbox", route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def enter(request: web.Request) -> web.StreamResponse:
        sandbox.in_flight += 1
        try:
            return await _Visit(sandbox, route, request).serve()
        finally:
            sandbox.in_flight -= 1
            sandbox.changes.notify()

    return enter


class _Visit:
    """One request on its way through."""

    def __init__(self, sandbox: "Sandbox", route: Route, request: web.Request) -> None:
        self._sandbox = sandbox
        self._route = route
        self._request = request
        self._path = request.path.removeprefix(PREFIX)
        self._body: Any = None

    async def serve(self) -> web.StreamResponse:
        fault = self._sandbox.faults.take(self._request.method, self._route.template, self._path)
        headers = dict(_VIA)
        try:
            # Before anything is decided, so that the record has the body of a refused request, too.
            self._body, uploads = await self._read()
        except ApiError as error:
            reply = _error(error)
        else:
            if fault is not None and fault.status is not None:
                reply = self._failing(fault, headers)
            else:
                reply = await self._answer(fault, headers, uploads)
        if fault is not None and fault.drops_reply:
            self._record(0, reply.body)
            return self._cut()
        self._sandbox.rate_limits.note_status(reply.status)
        self._record(reply.status, reply.body)
        if reply.body is None:
            return web.Response(status=reply.status, headers=headers)
        # discord.py parses a reply only where the type is exactly this, without a charset.
        headers["Content-Type"] = "application/json"
        body = json.dumps(reply.body, separators=(",", ":"), ensure_ascii=False).encode()
        return web.Response(status=reply.status, body=body, headers=headers)

    async def _answer(self, fault: "Fault | None", headers: dict[str, str], uploads: list[Upload]) -> Reply:
        if self._route.needs_token and not self._is_authorised():
            return _error(ApiError(UNAUTHORIZED))
        decision = self._sandbox.rate_limits.check(self._request.method, self._route.template, self._request.match_info)
        headers.update(decision.headers)
        if not decision.allowed:
            return Reply(429, decision.body)
        if fault is not None:
            await self._wait(fault)
        try:
            return self._handle(uploads)
        except ApiError as error:
            return _error(error)

    def _handle(self, uploads: list[Upload]) -> Reply:
        request = self._request
        reason = request.headers.get("X-Audit-Log-Reason")
        call = Call(
            self._sandbox,
            request.match_info,
            request.query,
            self._body,
            uploads,
            None if reason is None else unquote(reason),
        )
        try:
            found = self._route.handler(call)
        except validate.Invalid as invalid:
            return Reply(400, invalid.body)
        except validate.EmptyMessage:
            return _error(ApiError(EMPTY_MESSAGE))
        if isinstance(found, Reply):
            return found
        return Reply(204) if found is None else Reply(200, found)

    def _is_authorised(self) -> bool:
        return self._request.headers.get("Authorization") == f"Bot {self._sandbox.world.application.token}"

    async def _read(self) -> _Body:
        if not self._request.body_exists:
            return None, []
        if self._request.content_type == "multipart/form-data":
            return await self._read_multipart()
        text = await self._request.text()
        return (_parse(text) if text else None), []

    async def _read_multipart(self) -> _Body:
        body: Any = None
        uploads: list[Upload] = []
        async for part in await self._request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            if part.name == "payload_json":
                body = _parse(await part.text())
            elif (found := _FILE.fullmatch(part.name or "")) is not None:
                content = bytes(await part.read(decode=True))
                kind = part.headers.get("Content-Type")
                uploads.append(Upload(int(found[1]), part.filename or "file", kind, content))
        return body, uploads

    async def _wait(self, fault: "Fault") -> None:
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
        if fault.hangs:
            await fault.released.wait()

    def _failing(self, fault: "Fault", headers: dict[str, str]) -> Reply:
        status = fault.status or 500
        if status == 429:
            wait = fault.retry_after or 1.0
            headers |= {"Retry-After": str(int(wait) + 1), "X-RateLimit-Scope": "user"}
            message = fault.message or "You are being rate limited."
            found: dict[str, Any] = {"message": message, "retry_after": wait, "global": False}
            return Reply(status, found if fault.code is None else found | {"code": fault.code})
        return Reply(status, {"message": fault.message or f"{status}: made to fail", "code": fault.code or 0})

    def _cut(self) -> web.StreamResponse:
        if self._request.transport is not None:
            self._request.transport.abort()
        return web.Response(status=500)

    def _record(self, status: int, reply: object) -> None:
        request = self._request
        self._sandbox.requests.add(
            method=request.method,
            path=self._path,
            route=self._route.template,
            query=dict(request.query),
            body=self._body,
            status=status,
            reply=reply,
            at=self._sandbox.clock.now(),
            headers={name: request.headers[name] for name in _RECORDED_HEADERS if name in request.headers},
        )


def _parse(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except ValueError:
        raise ApiError(INVALID_JSON) from None


def _error(error: ApiError) -> Reply:
    return Reply(error.problem.status, error.body)
