"""What a person started with a command, a button, a select or a form, and what came of it."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sandbox.jsontypes import Json
from sandbox.snowflakes import moment_of
from sandbox.world.kinds import InteractionType, ResponseType
from sandbox.world.modals import Modal

if TYPE_CHECKING:
    from sandbox.world.channels import Channel
    from sandbox.world.messages import Message
    from sandbox.world.state import World

TOKEN_LIFE: Final = timedelta(minutes=15)
"""How long an interaction's token may be used, by the sandbox's clock."""

DID_NOT_RESPOND: Final = "This application did not respond"
"""What the person reads where the first answer came too late, or never."""

KEPT: Final = 5_000
"""Interactions remembered; older ones are forgotten."""


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Interaction:
    """One interaction and its answers.

    `message_id` is the message whose component was used, also behind a form that one opened. `messages` are what was
    answered, the original first; `updated` is the component's message where that was changed instead. `modal` is the
    form it opened. `failed` is the sentence the person reads where nothing came in time.
    """

    world: "World"
    id: int
    token: str
    type: InteractionType
    user_id: int
    channel_id: int
    guild_id: int | None
    data: Json
    locale: str
    message_id: int | None = None
    metadata: Json = field(default_factory=dict)
    response: ResponseType | None = None
    response_ephemeral: bool = False
    original_id: int | None = None
    messages: list["Message"] = field(default_factory=list)
    updated: "Message | None" = None
    modal: Modal | None = None
    choices: list[Json] = field(default_factory=list)
    failed: str | None = None
    timer: asyncio.TimerHandle | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def channel(self) -> "Channel":
        """Where it was started."""
        return self.world.channels[self.channel_id]

    @property
    def message(self) -> "Message | None":
        """The message whose component was used, while it is there."""
        return None if self.message_id is None else self.world.history.find(self.message_id)

    @property
    def responded(self) -> bool:
        """Whether the first answer came, be it only "thinking…"."""
        return self.response is not None

    @property
    def deferred(self) -> bool:
        """Whether the first answer was a deferral."""
        return self.response in {ResponseType.DEFERRED_MESSAGE, ResponseType.DEFERRED_UPDATE}

    @property
    def original(self) -> "Message | None":
        """The message that ``@original`` means now."""
        return None if self.original_id is None else self.world.history.find(self.original_id)

    @property
    def ephemeral(self) -> list["Message"]:
        """Those of the answers that only this person sees."""
        return [message for message in self.messages if message.is_ephemeral]

    @property
    def complete(self) -> bool:
        """Whether the person sees an answer, or that none came: not an unanswered spinner, nor "thinking…"."""
        if self.failed is not None:
            return True
        original = self.original
        return self.responded and not (original is not None and original.is_loading)

    @property
    def expired(self) -> bool:
        """Whether the token's time is over."""
        return self.world.clock.now() - moment_of(self.id) > TOKEN_LIFE

    async def answered(self, timeout: float | None = 5.0) -> "Interaction":
        """Wait for the first answer, or the failure; `timeout` in seconds of real time.

        Raises:
            TimeoutError: neither came.
        """
        async with asyncio.timeout(timeout):
            await self.done.wait()
        return self

    def settle(self, response: ResponseType) -> None:
        """Note the first answer."""
        self.response = response
        self.stop_timer()
        self.done.set()

    def fail(self) -> None:
        """Note that nobody answered in time."""
        self.timer = None
        if not self.responded:
            self.failed = DID_NOT_RESPOND
            self.done.set()
            self.world.notify()

    def stop_timer(self) -> None:
        """Stop waiting for the first answer."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Interactions:
    """Every recent interaction, by id and by token. `deadline` is in seconds of real time: Discord's is 3."""

    def __init__(self, world: "World", deadline: float) -> None:
        self._world = world
        self._by_id: OrderedDict[int, Interaction] = OrderedDict()
        self._by_token: dict[str, Interaction] = {}
        self.deadline = deadline

    def open(
        self,
        type: InteractionType,  # noqa: A002 - Discord's own name for it
        *,
        user_id: int,
        channel: "Channel",
        data: Json,
        message_id: int | None = None,
        metadata: Json | None = None,
    ) -> Interaction:
        """Start one, and begin to count the seconds. The caller tells the application of it."""
        interaction = Interaction(
            world=self._world,
            id=self._world.snowflakes.next(),
            token=secrets.token_urlsafe(48),
            type=type,
            user_id=user_id,
            channel_id=channel.id,
            guild_id=channel.guild_id,
            data=data,
            locale=self._world.users[user_id].locale,
            message_id=message_id,
            metadata=metadata or {},
        )
        self._by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        while len(self._by_id) > KEPT:
            _, old = self._by_id.popitem(last=False)
            del self._by_token[old.token]
            old.stop_timer()
        interaction.timer = asyncio.get_running_loop().call_later(self.deadline, interaction.fail)
        return interaction

    def get(self, interaction_id: int) -> Interaction | None:
        """The interaction of this id."""
        return self._by_id.get(interaction_id)

    def with_token(self, token: str) -> Interaction | None:
        """The interaction that this token belongs to."""
        return self._by_token.get(token)

    def each(self, wanted: Callable[[Interaction], bool] = lambda _each: True) -> list[Interaction]:
        """Those that are `wanted`, oldest first."""
        return [each for each in self._by_id.values() if wanted(each)]

    def close(self) -> None:
        """Stop every timer."""
        for interaction in self._by_id.values():
            interaction.stop_timer()


def metadata_json(interaction: Interaction, user: Json) -> dict[str, Any]:
    """What a message says of the interaction it answers: Discord's ``interaction_metadata``."""
    owner = str(interaction.guild_id) if interaction.guild_id is not None else "0"
    return {
        "id": str(interaction.id),
        "type": int(interaction.type),
        "user": user,
        "authorizing_integration_owners": {"0": owner},
        **interaction.metadata,
    }
