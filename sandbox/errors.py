"""What can go wrong, in Discord's own numbers.

`ApiError` is an error reply of the REST API; `Refused` is what a person's own Discord client would not let them do.
The codes are those of Discord's documentation, "Opcodes and Status Codes", under "JSON".
"""

from dataclasses import dataclass
from typing import Final

from sandbox.jsontypes import Json


@dataclass(frozen=True, slots=True)
class Problem:
    """One documented error: HTTP status, Discord's code and its sentence."""

    status: int
    code: int
    message: str


class ApiError(Exception):
    """A request that Discord answers with an error. `errors` is the nested part of a 50035."""

    def __init__(self, problem: Problem, errors: Json | None = None) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.message}")
        self.problem = problem
        self.errors = errors

    @property
    def body(self) -> Json:
        """The reply's body, in Discord's shape."""
        body: Json = {"message": self.problem.message, "code": self.problem.code}
        if self.errors is not None:
            body["errors"] = self.errors
        return body


class Refused(Exception):  # noqa: N818 - reads as what the client does
    """Discord's own client would not let the person do this. `code` is a short slug, `message` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


UNAUTHORIZED: Final = Problem(401, 0, "401: Unauthorized")
NOT_FOUND: Final = Problem(404, 0, "404: Not Found")
METHOD_NOT_ALLOWED: Final = Problem(405, 0, "405: Method Not Allowed")

UNKNOWN_APPLICATION: Final = Problem(404, 10002, "Unknown Application")
UNKNOWN_CHANNEL: Final = Problem(404, 10003, "Unknown Channel")
UNKNOWN_GUILD: Final = Problem(404, 10004, "Unknown Guild")
UNKNOWN_INVITE: Final = Problem(404, 10006, "Unknown Invite")
UNKNOWN_MEMBER: Final = Problem(404, 10007, "Unknown Member")
UNKNOWN_MESSAGE: Final = Problem(404, 10008, "Unknown Message")
UNKNOWN_OVERWRITE: Final = Problem(404, 10009, "Unknown Overwrite")
UNKNOWN_ROLE: Final = Problem(404, 10011, "Unknown Role")
UNKNOWN_USER: Final = Problem(404, 10013, "Unknown User")
UNKNOWN_WEBHOOK: Final = Problem(404, 10015, "Unknown Webhook")
UNKNOWN_BAN: Final = Problem(404, 10026, "Unknown Ban")
UNKNOWN_INTERACTION: Final = Problem(404, 10062, "Unknown interaction")
UNKNOWN_COMMAND: Final = Problem(404, 10063, "Unknown application command")
TOO_MANY_PINS: Final = Problem(400, 30003, "Maximum number of pins reached (250)")
TOO_MANY_ROLES: Final = Problem(400, 30005, "Maximum number of guild roles reached (250)")
TOO_MANY_CHANNELS: Final = Problem(400, 30013, "Maximum number of guild channels reached (500)")
ALREADY_ACKNOWLEDGED: Final = Problem(400, 40060, "Interaction has already been acknowledged.")
MISSING_ACCESS: Final = Problem(403, 50001, "Missing Access")
NOT_ON_A_DM: Final = Problem(403, 50003, "Cannot execute action on a DM channel")
NOT_YOUR_MESSAGE: Final = Problem(403, 50005, "Cannot edit a message authored by another user")
EMPTY_MESSAGE: Final = Problem(400, 50006, "Cannot send an empty message")
CANNOT_SEND_TO_USER: Final = Problem(403, 50007, "Cannot send messages to this user")
NOT_IN_THIS_CHANNEL: Final = Problem(400, 50008, "Cannot send messages in a non-text channel")
MISSING_PERMISSIONS: Final = Problem(403, 50013, "Missing Permissions")
BULK_DELETE_COUNT: Final = Problem(
    400, 50016, "Provided too few or too many messages to delete. Must provide at least 2 and at most 100 messages."
)
SYSTEM_MESSAGE: Final = Problem(403, 50021, "Cannot execute action on a system message")
INVALID_ROLE: Final = Problem(400, 50028, "Invalid role")
CANNOT_DM_THIS_USER: Final = Problem(400, 50033, "Invalid Recipient(s)")
BULK_DELETE_AGE: Final = Problem(
    400, 50034, "A message provided was too old to bulk delete, or the channel is not a text channel"
)
INVALID_FORM: Final = Problem(400, 50035, "Invalid Form Body")
THREAD_ARCHIVED: Final = Problem(400, 50083, "Thread is archived")
INVALID_JSON: Final = Problem(400, 50109, "The request body contains invalid JSON.")
NO_MUTUAL_GUILDS: Final = Problem(403, 50278, "Cannot send messages to this user due to having no mutual guilds")
THREAD_EXISTS: Final = Problem(400, 160004, "A thread has already been created for this message")
THREAD_LOCKED: Final = Problem(400, 160005, "Thread is locked")


def invalid_field(path: str, code: str, message: str) -> ApiError:
    """A 50035 about one field; `path` has dots between its parts, as in ``options.0.name``."""
    nested: Json = {"_errors": [{"code": code, "message": message}]}
    for part in reversed(path.split(".")):
        nested = {part: nested}
    return ApiError(INVALID_FORM, nested)
