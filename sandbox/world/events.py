"""What the world tells: one event for each thing that happened, in Discord's gateway format."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sandbox.jsontypes import Json

if TYPE_CHECKING:
    from sandbox.world.channels import Channel


@dataclass(frozen=True, slots=True)
class Event:
    """A gateway dispatch: `name` is Discord's, `data` its payload.

    `guild_id` routes it to a shard, none to shard 0. `channel` is where it happened: the bot must be able to see it.
    `author_id` is the author of the message in `data`, if it is one. `about` is the user it is about, where Discord
    tells the bot of itself whatever its intents. `ephemeral` messages travel as DMs do. `hidden` events are for the
    sandbox's own subscribers; Discord sends none such.
    """

    name: str
    data: Json
    guild_id: int | None = None
    channel: "Channel | None" = None
    author_id: int | None = None
    about: int | None = None
    ephemeral: bool = False
    hidden: bool = False


Publish: TypeAlias = Callable[[Event], None]
