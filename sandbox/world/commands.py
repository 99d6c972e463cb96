"""The application commands that the bot registered."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.jsontypes import Json
from sandbox.world.events import Event
from sandbox.world.kinds import CommandType, OptionType

if TYPE_CHECKING:
    from sandbox.world.state import World

_ANYWHERE: Final = (0, 1, 2)


@dataclass(slots=True, eq=False, kw_only=True)
class Command:
    """One command. `guild_id` is none for a global one; `default_permissions` a bit set, none for everybody.

    `contexts` says where it may be used: 0 in guilds, 1 in the DM with the bot, 2 in other DMs.
    """

    id: int
    application_id: int
    version: int
    type: CommandType
    name: str
    description: str
    guild_id: int | None = None
    options: list[Json]
    default_permissions: int | None = None
    contexts: tuple[int, ...] = _ANYWHERE
    nsfw: bool = False
    name_localizations: dict[str, str] | None = None
    description_localizations: dict[str, str] | None = None

    @property
    def json(self) -> Json:
        """Discord's command object."""
        found: Json = {
            "id": str(self.id),
            "application_id": str(self.application_id),
            "version": str(self.version),
            "type": int(self.type),
            "name": self.name,
            "name_localizations": self.name_localizations,
            "description": self.description,
            "description_localizations": self.description_localizations,
            "default_member_permissions": (None if self.default_permissions is None else str(self.default_permissions)),
            "nsfw": self.nsfw,
        }
        if self.options:
            found["options"] = self.options
        if self.guild_id is not None:
            return found | {"guild_id": str(self.guild_id)}
        return found | {
            "contexts": list(self.contexts),
            "integration_types": [0],
            "dm_permission": 1 in self.contexts,
        }

    @property
    def paths(self) -> list[tuple[str, Json]]:
        """Everything that can be run under it: ``("session create", its options' holder)``."""
        found: list[tuple[str, Json]] = []
        for option in self.options:
            if option["type"] == OptionType.SUB_COMMAND:
                found.append((f"{self.name} {option['name']}", option))
            elif option["type"] == OptionType.SUB_COMMAND_GROUP:
                found += [(f"{self.name} {option['name']} {each['name']}", each) for each in option.get("options", [])]
        return found or [(self.name, {"options": self.options, "description": self.description})]


class Commands:
    """The registry: global commands and those of each guild."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._commands: dict[int, Command] = {}

    def of(self, guild_id: int | None) -> list[Command]:
        """The global ones, or those of one guild, in the order they were registered."""
        return [each for each in self._commands.values() if each.guild_id == guild_id]

    def available_in(self, guild_id: int | None) -> list[Command]:
        """What a channel of this guild offers, global ones and its own; in a DM the global ones."""
        if guild_id is None:
            return self.of(None)
        return [*self.of(None), *self.of(guild_id)]

    def get(self, command_id: int, guild_id: int | None) -> Command | None:
        """The command of this id, in its own scope."""
        command = self._commands.get(command_id)
        return command if command is not None and command.guild_id == guild_id else None

    def replace(self, guild_id: int | None, bodies: list[Json]) -> list[Command]:
        """Register exactly these; one that keeps its name and type keeps its id."""
        kept = {(each.type, each.name): each for each in self.of(guild_id)}
        for each in kept.values():
            del self._commands[each.id]
        return [self._register(body, guild_id, kept) for body in bodies]

    def put(self, guild_id: int | None, body: Json) -> tuple[Command, bool]:
        """Register one in the place of its namesake; the second value says whether it is new."""
        kept = {(each.type, each.name): each for each in self.of(guild_id)}
        is_new = (CommandType(body.get("type") or 1), body["name"]) not in kept
        return self._register(body, guild_id, kept), is_new

    def edit(self, command: Command, body: Json) -> Command:
        """Change the given fields of one, which keeps its id."""
        whole = command.json | body
        edited = self._made(command.id, whole, command.guild_id)
        self._commands[command.id] = edited
        self._tell()
        return edited

    def remove(self, command: Command) -> None:
        """Take one away."""
        del self._commands[command.id]
        self._tell()

    def _register(self, body: Json, guild_id: int | None, kept: dict[tuple[CommandType, str], Command]) -> Command:
        namesake = kept.get((CommandType(body.get("type") or 1), body["name"]))
        command = self._made(namesake.id if namesake else self._world.snowflakes.next(), body, guild_id)
        if namesake is not None and namesake.json | {"version": ""} == command.json | {"version": ""}:
            command.version = namesake.version
        self._commands[command.id] = command
        self._tell()
        return command

    def _made(self, command_id: int, body: Json, guild_id: int | None) -> Command:
        permissions = body.get("default_member_permissions")
        contexts = body.get("contexts")
        if contexts is None:
            contexts = _ANYWHERE if body.get("dm_permission") is not False else (0,)
        return Command(
            id=command_id,
            application_id=self._world.bot.id,
            version=self._world.snowflakes.next(),
            type=CommandType(body.get("type") or 1),
            name=body["name"],
            description=body.get("description") or "",
            guild_id=guild_id,
            options=body.get("options") or [],
            default_permissions=None if permissions is None else int(permissions),
            contexts=tuple(contexts),
            nsfw=bool(body.get("nsfw")),
            name_localizations=body.get("name_localizations"),
            description_localizations=body.get("description_localizations"),
        )

    def _tell(self) -> None:
        self._world.publish(Event("COMMANDS_CHANGED", {}, hidden=True))
