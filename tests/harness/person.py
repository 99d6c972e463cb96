"""A person in the house: what they say, press, fill in and see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.world.channels import Channel
from sandbox.world.interactions import Interaction
from sandbox.world.messages import Message

if TYPE_CHECKING:
    from tests.harness.house import House


@dataclass
class Answer:
    """What came back, privately, when somebody pressed, chose, sent or ran something."""

    person: "Person"
    interaction: Interaction

    @property
    def failed(self) -> str | None:
        """What Discord showed where nothing came in time."""
        return self.interaction.failed

    @property
    def text(self) -> str:
        """All words of the answer, cards included."""
        return "\n".join(text_of(message) for message in self.interaction.messages)

    @property
    def messages(self) -> list[Message]:
        """The messages of the answer."""
        return self.interaction.messages

    @property
    def is_private(self) -> bool:
        """Whether only this person sees it."""
        return bool(self.messages) and all(message.is_ephemeral for message in self.messages)

    @property
    def form(self) -> Any:
        """The form it opened, or none."""
        return self.interaction.modal

    async def fills(self, **values: str | Sequence[str]) -> "Answer":
        """Fill the form in, by the names of its fields, and send it."""
        return await self.person._did(
            lambda: self.person.house.sandbox.people.submit(self.person.id, self.interaction, values)
        )

    async def clicks(self, label: str) -> "Answer":
        """Press a button of this answer."""
        return await self.person.clicks(label, on=self.messages[-1])


@dataclass
class Person:
    """Somebody in the house."""

    house: "House"
    name: str
    id: int

    def __repr__(self) -> str:
        return self.name

    # -- doing ---------------------------------------------------------------------------------------------------------

    async def says(self, text: str, *, in_: str | Channel | None = None, **more: Any) -> Message:
        """Write in a channel (by name), a thread, or, without one, in the DM with the bot."""
        message = self.house.sandbox.people.say(self.id, self._place(in_), text, **more)
        await self.house.settles()
        return message

    async def edits(self, message: Message, text: str) -> Message:
        """Rewrite a message."""
        edited = self.house.sandbox.people.edit(self.id, message, text)
        await self.house.settles()
        return edited

    async def clicks(self, label: str, *, in_: str | Channel | None = None, on: Message | None = None) -> Answer:
        """Press a button: on a message, in a place, or the newest one of that label this person can see."""
        message = on or self._newest_with(label, in_)
        return await self._did(lambda: self.house.sandbox.people.click(self.id, message, label))

    async def runs(self, command: str, *, in_: str | Channel | None = None, **options: Any) -> Answer:
        """Run a slash command."""
        return await self._did(lambda: self.house.sandbox.people.command(self.id, self._place(in_), command, **options))

    async def _did(self, act: Any) -> Answer:
        interaction: Interaction = act()
        await interaction.answered(40)
        await self.house.settles()
        return Answer(self, interaction)

    # -- seeing --------------------------------------------------------------------------------------------------------

    def reads(self, in_: str | Channel | None = None) -> list[Message]:
        """What this person reads in a place, or, without one, in their DM with the bot; oldest first."""
        if in_ is None:
            return self.house.sandbox.people.dms(self.id)
        return self.house.sandbox.people.read(self.id, self._place(in_))

    def texts(self, in_: str | Channel | None = None) -> list[str]:
        """The words of what this person reads there."""
        return [text_of(message) for message in self.reads(in_)]

    def sees(self, name: str) -> bool:
        """Whether this person sees the channel of this name."""
        return any(channel.name == name for channel in self.house.sandbox.people.visible_channels(self.id))

    def pages(self) -> list[Message]:
        """The messages that page this person: a DM with `Acknowledge`, or a card in #on-call that mentions them."""
        cards = [message for message in self.reads("on-call") if self.id in message.mentions.user_ids]
        return [message for message in [*self.reads(), *cards] if has_button(message, "Acknowledge")]

    def is_paged(self) -> bool:
        """Whether this person is being paged and nobody has taken it yet."""
        return bool(self.pages())

    def roles(self) -> set[str]:
        """The names of this person's roles."""
        member = self.house.guild.members[self.id]
        return {self.house.guild.roles[role].name for role in member.role_ids}

    def closes_dms(self) -> None:
        """Refuse DMs of the bot."""
        self.house.sandbox.people.close_dms(self.id)

    def places(self) -> list[Channel]:
        """Every place this person sees."""
        return self.house.sandbox.people.visible_channels(self.id)

    def _newest_with(self, label: str, in_: str | Channel | None) -> Message:
        places = [self._place(in_)] if in_ is not None else self.places()
        found = [
            message
            for place in places
            for message in self.house.sandbox.people.read(self.id, place)
            if has_button(message, label)
        ]
        assert found, f"{self} sees no button {label!r}"
        return max(found, key=lambda message: message.id)

    def _place(self, in_: str | Channel | None) -> Channel:
        if in_ is None:
            return self.house.sandbox.people.dm_channel(self.id)
        return self.house.channel(in_) if isinstance(in_, str) else in_


def text_of(message: Message) -> str:
    """All words of a message, its cards included."""
    cards = [f"{embed.get('title', '')}\n{embed.get('description', '')}" for embed in message.embeds]
    return "\n".join(part for part in [message.content, *cards] if part)


def has_button(message: Message, label: str) -> bool:
    """Whether a message carries a button of this label."""
    return label in labels_of(message)


def labels_of(message: Message) -> list[str]:
    """The labels of a message's buttons."""
    return [item["label"] for row in message.components for item in row.get("components", []) if item.get("label")]
