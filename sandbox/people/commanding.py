"""Slash commands and the menus on messages, as the client offers and checks them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sandbox.errors import Refused
from sandbox.jsontypes import Json
from sandbox.people.places import channel_for, message_for
from sandbox.people.pressing import resolve, tell
from sandbox.permissions import Permission
from sandbox.snowflakes import Ref, id_of
from sandbox.wire.interactions import Resolved
from sandbox.world.access import permissions_in
from sandbox.world.channels import Channel
from sandbox.world.commands import Command
from sandbox.world.interactions import Interaction
from sandbox.world.kinds import CommandType, InteractionType, OptionType

if TYPE_CHECKING:
    from sandbox.world.state import World

_IN_GUILD, _IN_BOT_DM = 0, 1
_THINGS: Final = frozenset({OptionType.USER, OptionType.CHANNEL, OptionType.ROLE, OptionType.MENTIONABLE})
_LARGEST: Final = 2**53


@dataclass(frozen=True, slots=True)
class Offered:
    """One line of the slash menu. `path` is what one types after the slash; `options` are Discord's objects."""

    path: str
    description: str
    options: list[Json]
    command: Command


def commands_for(world: "World", user_id: int, channel: Ref) -> list[Offered]:
    """What a person finds in the slash menu of a channel.

    Raises:
        Refused: they do not see the channel.
    """
    place = channel_for(world, user_id, channel)
    return [
        Offered(path, holder.get("description") or "", list(holder.get("options") or ()), command)
        for command in _offered(place, user_id, CommandType.CHAT_INPUT)
        for path, holder in command.paths
    ]


def menus_for(world: "World", user_id: int, message: Ref) -> list[str]:
    """The names under "Apps" in a message's own menu.

    Raises:
        Refused: they do not see the message.
    """
    place = message_for(world, user_id, message).channel
    return [command.name for command in _offered(place, user_id, CommandType.MESSAGE)]


def command(world: "World", user_id: int, channel: Ref, name: str, options: Mapping[str, Any]) -> Interaction:
    """Run a slash command.

    Raises:
        Refused: the menu does not offer it, or an option is missing, unknown or of the wrong kind.
    """
    path = " ".join(name.removeprefix("/").split())
    chosen = next((each for each in commands_for(world, user_id, channel) if each.path == path), None)
    if chosen is None:
        raise Refused("no_command", f"This person is not offered /{path} here.")
    place = world.channel(channel)
    known = {each["name"]: each for each in chosen.options}
    for each in options:
        if each not in known:
            raise Refused("unknown_option", f"/{path} has no option {each!r}.")
    values: list[Json] = []
    ids: list[int] = []
    for option in chosen.options:
        given = options.get(option["name"])
        if given is None:
            if option.get("required"):
                raise Refused("required", f"/{path} needs {option['name']!r}.")
            continue
        value = _value(place, option, given)
        if option["type"] in _THINGS:
            ids.append(int(value))
        values.append({"name": option["name"], "type": option["type"], "value": value})
    data = _data(chosen.command, _nest(chosen, values))
    if ids:
        data["resolved"] = resolve(place, user_id, ids)
    interaction = world.interactions.open(InteractionType.COMMAND, user_id=user_id, channel=place, data=data)
    return tell(interaction)


def message_menu(world: "World", user_id: int, name: str, message: Ref) -> Interaction:
    """Choose an entry of a message's own menu.

    Raises:
        Refused: the menu does not offer it.
    """
    target = message_for(world, user_id, message)
    place = target.channel
    chosen = next((each for each in _offered(place, user_id, CommandType.MESSAGE) if each.name == name), None)
    if chosen is None:
        raise Refused("no_command", f"This person is not offered {name!r} here.")
    resolved = Resolved(world, None if place.is_dm else place.guild, user_id)
    resolved.add_message(target)
    data = _data(chosen, []) | {"target_id": str(target.id), "resolved": resolved.json}
    interaction = world.interactions.open(
        InteractionType.COMMAND,
        user_id=user_id,
        channel=place,
        data=data,
        metadata={"target_message_id": str(target.id)},
    )
    return tell(interaction)


def _offered(place: Channel, user_id: int, kind: CommandType) -> list[Command]:
    world = place.world
    if place.is_dm:
        return [each for each in world.commands.of(None) if each.type is kind and _IN_BOT_DM in each.contexts]
    held = permissions_in(place, user_id)
    if world.bot.id not in place.guild.members or not held & Permission.USE_APPLICATION_COMMANDS:
        return []
    return [
        each
        for each in world.commands.available_in(place.guild_id)
        if each.type is kind and (each.guild_id is not None or _IN_GUILD in each.contexts) and _may_run(each, held)
    ]


def _may_run(command: Command, held: int) -> bool:
    """Without a default everybody may; with one, who has all of it; with an empty one, administrators."""
    needed = command.default_permissions
    if needed is None or held & Permission.ADMINISTRATOR:
        return True
    return bool(needed) and held & needed == needed


def _data(command: Command, options: list[Json]) -> Json:
    data: Json = {"id": str(command.id), "name": command.name, "type": int(command.type)}
    if options:
        data["options"] = options
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
    return data


def _nest(chosen: Offered, values: list[Json]) -> list[Json]:
    """Put the values under their subcommand, and that under its group."""
    parts = chosen.path.split()[1:]
    if not parts:
        return values
    found = [{"name": parts[-1], "type": int(OptionType.SUB_COMMAND), "options": values}]
    if len(parts) == 2:
        found = [{"name": parts[0], "type": int(OptionType.SUB_COMMAND_GROUP), "options": found}]
    return found


def _value(place: Channel, option: Json, given: Any) -> Any:  # noqa: ANN401 - as the option's own type is
    kind = OptionType(option["type"])
    if option.get("choices"):
        return _choice(option, given)
    if kind is OptionType.STRING:
        return _text(option, given)
    if kind is OptionType.BOOLEAN:
        if not isinstance(given, bool):
            raise Refused("type", f"{option['name']} is true or false.")
        return given
    if kind in {OptionType.INTEGER, OptionType.NUMBER}:
        return _number(option, given, whole=kind is OptionType.INTEGER)
    if kind in _THINGS:
        return str(_thing(place, option, kind, given))
    raise Refused("type", f"{option['name']} takes a file, which cannot be given here.")


def _choice(option: Json, given: Any) -> Any:  # noqa: ANN401 - text or number, as the choices are
    for each in option["choices"]:
        if given in (each["value"], each["name"]):
            return each["value"]
    raise Refused("choice", f"{option['name']} offers other choices.")


def _text(option: Json, given: Any) -> str:  # noqa: ANN401 - whatever was given for it
    text = str(given)
    low, high = option.get("min_length") or 0, option.get("max_length") or 6000
    if not low <= len(text) <= high:
        raise Refused("length", f"{option['name']} takes {low} to {high} characters.")
    return text


def _number(option: Json, given: Any, *, whole: bool) -> float:  # noqa: ANN401 - whatever was given for it
    if isinstance(given, bool) or not isinstance(given, int if whole else int | float):
        raise Refused("type", f"{option['name']} takes a {'whole ' if whole else ''}number.")
    low, high = option.get("min_value", -_LARGEST), option.get("max_value", _LARGEST)
    if not low <= given <= high:
        raise Refused("range", f"{option['name']} takes {low} to {high}.")
    number: float = given
    return number


def _thing(place: Channel, option: Json, kind: OptionType, given: Any) -> int:  # noqa: ANN401 - an id, or what has it
    try:
        found = id_of(given)
    except (ValueError, AttributeError, TypeError):
        raise Refused("type", f"{option['name']} takes a {kind.name.lower()}.") from None
    world = place.world
    roles = {} if place.is_dm else place.guild.roles
    known = {
        OptionType.USER: found in world.users,
        OptionType.ROLE: found in roles,
        OptionType.CHANNEL: found in world.channels and world.channels[found].guild_id == place.guild_id,
        OptionType.MENTIONABLE: found in world.users or found in roles,
    }[kind]
    if not known:
        raise Refused("unknown_id", f"{option['name']}: there is no such {kind.name.lower()} here.")
    wanted = option.get("channel_types")
    if kind is OptionType.CHANNEL and wanted and world.channels[found].type not in wanted:
        raise Refused("type", f"{option['name']} takes another kind of channel.")
    return found
