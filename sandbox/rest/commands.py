"""Application commands, global and of one guild."""

from sandbox import validate
from sandbox.errors import UNKNOWN_APPLICATION, UNKNOWN_COMMAND, ApiError
from sandbox.jsontypes import Json
from sandbox.rest.call import Call
from sandbox.rest.routes import Reply, RouteTable
from sandbox.world.commands import Command

table = RouteTable()

_GLOBAL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


@table.get(_GLOBAL)
@table.get(_GUILD)
def read_all(call: Call) -> list[Json]:
    """Every command of the scope."""
    return [_json(call, command) for command in call.world.commands.of(_scope(call))]


@table.put(_GLOBAL)
@table.put(_GUILD)
def replace_all(call: Call) -> list[Json]:
    """Register exactly these."""
    scope = _scope(call)
    validate.commands_bulk(call.body)
    return [command.json for command in call.world.commands.replace(scope, call.body)]


@table.post(_GLOBAL)
@table.post(_GUILD)
def create(call: Call) -> Reply:
    """Register one, in the place of its namesake if there is one."""
    scope = _scope(call)
    validate.command(call.json)
    command, is_new = call.world.commands.put(scope, call.json)
    return Reply(201 if is_new else 200, command.json)


@table.get(_GLOBAL + "/{command_id}")
@table.get(_GUILD + "/{command_id}")
def read(call: Call) -> Json:
    """One command."""
    return _command(call).json


@table.patch(_GLOBAL + "/{command_id}")
@table.patch(_GUILD + "/{command_id}")
def update(call: Call) -> Json:
    """Change one command."""
    command = _command(call)
    validate.command(command.json | call.json)
    return call.world.commands.edit(command, call.json).json


@table.delete(_GLOBAL + "/{command_id}")
@table.delete(_GUILD + "/{command_id}")
def remove(call: Call) -> None:
    """Take one command away."""
    call.world.commands.remove(_command(call))


@table.get(_GUILD + "/permissions")
def read_permissions(call: Call) -> list[Json]:
    """No guild has set permissions of its own for a command."""
    _scope(call)
    return []


def _scope(call: Call) -> int | None:
    if call.id("application_id") != call.world.application.id:
        raise ApiError(UNKNOWN_APPLICATION)
    return call.guild().id if "guild_id" in call.params else None


def _command(call: Call) -> Command:
    command = call.world.commands.get(call.id("command_id"), _scope(call))
    if command is None:
        raise ApiError(UNKNOWN_COMMAND)
    return command


def _json(call: Call, command: Command) -> Json:
    found = command.json
    if call.query.get("with_localizations") in {"1", "true"}:
        return found
    return {key: value for key, value in found.items() if not key.endswith("_localizations")}
