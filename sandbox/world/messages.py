"""One message, with what it carries."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.jsontypes import Json
from sandbox.snowflakes import moment_of
from sandbox.world.kinds import SELECTS, ComponentType, MessageFlag, MessageType
from sandbox.world.mentions import AllowedMentions, Mentions, pinged

if TYPE_CHECKING:
    from sandbox.world.channels import Channel
    from sandbox.world.state import World
    from sandbox.world.users import User


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file on a message. Its bytes are kept by the world's attachment store, for a while."""

    id: int
    filename: str
    size: int
    content_type: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """What a message points to: the one it answers (`type` 0), or the one it forwards (1)."""

    channel_id: int
    message_id: int | None = None
    guild_id: int | None = None
    type: int = 0


@dataclass(frozen=True, slots=True)
class Button:
    """A button as a person sees it. A link has a `url` and no `custom_id`."""

    label: str
    custom_id: str | None
    style: int
    disabled: bool
    url: str | None


@dataclass(slots=True, kw_only=True)
class Draft:
    """What somebody posts, before it is a message. `interaction` is Discord's ``interaction_metadata``."""

    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    tts: bool = False
    flags: int = 0
    type: MessageType = MessageType.DEFAULT
    allowed_mentions: AllowedMentions = field(default_factory=AllowedMentions)
    reference: Reference | None = None
    snapshots: list[Json] = field(default_factory=list)
    poll: Json | None = None
    nonce: str | int | None = None
    ephemeral_to: int | None = None
    interaction: Json | None = None
    through_webhook: bool = False
    mention_ids: tuple[int, ...] = ()
    """Users that a system message is about; added to those the text mentions."""


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Message:
    """A message. `ephemeral_to` is the only person who sees it, where it is ephemeral.

    `reactions` maps each emoji to the users who gave it. `thread_id` is set once a thread was started from it.
    """

    world: "World"
    id: int
    channel_id: int
    guild_id: int | None
    author_id: int
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    tts: bool = False
    flags: int = 0
    type: MessageType = MessageType.DEFAULT
    mentions: Mentions = field(default_factory=Mentions)
    reference: Reference | None = None
    snapshots: list[Json] = field(default_factory=list)
    poll: Json | None = None
    nonce: str | int | None = None
    ephemeral_to: int | None = None
    interaction: Json | None = None
    through_webhook: bool = False
    edited_at: datetime | None = None
    pinned_at: datetime | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict)
    thread_id: int | None = None
    deleted: bool = False

    @property
    def created_at(self) -> datetime:
        """When it was posted, in UTC."""
        return moment_of(self.id)

    @property
    def author(self) -> "User":
        """Who wrote it."""
        return self.world.users[self.author_id]

    @property
    def channel(self) -> "Channel":
        """Where it is.

        Raises:
            KeyError: the channel is gone.
        """
        return self.world.channels[self.channel_id]

    @property
    def is_ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.ephemeral_to is not None

    @property
    def is_loading(self) -> bool:
        """Whether it still says "thinking…"."""
        return bool(self.flags & MessageFlag.LOADING)

    @property
    def pings(self) -> frozenset[int]:
        """The ids of those it rings for; nobody, where notifications are suppressed."""
        if self.flags & MessageFlag.SUPPRESS_NOTIFICATIONS or self.is_ephemeral:
            return frozenset()
        return pinged(self.channel, self.mentions) - {self.author_id}

    @property
    def text(self) -> str:
        """All its words, in reading order: the content, the embeds, the texts among its components."""
        parts = [self.content, *(word for embed in self.embeds for word in _words_of_embed(embed))]
        parts += [each["content"] for each in self.each_component() if each.get("type") == ComponentType.TEXT_DISPLAY]
        return "\n".join(part for part in parts if part)

    @property
    def buttons(self) -> list[Button]:
        """Its buttons, in order."""
        return [
            Button(
                label=each.get("label") or (each.get("emoji") or {}).get("name") or "",
                custom_id=each.get("custom_id"),
                style=each.get("style", 1),
                disabled=bool(each.get("disabled")),
                url=each.get("url"),
            )
            for each in self.each_component()
            if each.get("type") == ComponentType.BUTTON
        ]

    @property
    def selects(self) -> list[Json]:
        """Its select menus, as Discord's objects."""
        return [each for each in self.each_component() if each.get("type") in SELECTS]

    def each_component(self) -> Iterator[Json]:
        """Every component, however deep, in reading order."""
        return walk(self.components)


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component among these, and inside them, in reading order."""
    for component in components:
        yield component
        inner: list[Any] = list(component.get("components") or ())
        inner += [component[key] for key in ("component", "accessory") if component.get(key)]
        yield from walk(inner)


def _words_of_embed(embed: Json) -> Iterator[str]:
    yield (embed.get("author") or {}).get("name") or ""
    yield embed.get("title") or ""
    yield embed.get("description") or ""
    for each in embed.get("fields") or ():
        yield each.get("name") or ""
        yield each.get("value") or ""
    yield (embed.get("footer") or {}).get("text") or ""
