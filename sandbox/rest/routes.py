"""Routes and what handles them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from sandbox.rest.call import Call

Handler: TypeAlias = "Callable[[Call], Any]"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with a status of its own; `body` None sends none."""

    status: int
    body: Any = None


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `needs_token` is false for what an interaction's own token authorises."""

    method: str
    template: str
    handler: Handler
    needs_token: bool


class RouteTable:
    """The routes of one resource, gathered by decorators.

    A handler is plain: it returns what to send as JSON (200), None (204), or a `Reply`, and raises `ApiError`.
    """

    def __init__(self, *, needs_token: bool = True) -> None:
        self._needs_token = needs_token
        self.routes: list[Route] = []

    def get(self, template: str) -> Callable[[Handler], Handler]:
        """Handle GET."""
        return self._on("GET", template)

    def post(self, template: str) -> Callable[[Handler], Handler]:
        """Handle POST."""
        return self._on("POST", template)

    def put(self, template: str) -> Callable[[Handler], Handler]:
        """Handle PUT."""
        return self._on("PUT", template)

    def patch(self, template: str) -> Callable[[Handler], Handler]:
        """Handle PATCH."""
        return self._on("PATCH", template)

    def delete(self, template: str) -> Callable[[Handler], Handler]:
        """Handle DELETE."""
        return self._on("DELETE", template)

    def _on(self, method: str, template: str) -> Callable[[Handler], Handler]:
        def remember(handler: Handler) -> Handler:
            self.routes.append(Route(method, template, handler, self._needs_token))
            return handler

        return remember
