"""Buttons, select menus and forms."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sandbox.errors import Refused
from sandbox.jsontypes import Json
from sandbox.people.places import message_for
from sandbox.snowflakes import Ref, id_of
from sandbox.wire.interactions import Resolved, interaction_json
from sandbox.wire.users import user_json
from sandbox.world.events import Event
from sandbox.world.interactions import Interaction, metadata_json
from sandbox.world.kinds import SELECTS, ComponentType, InteractionType
from sandbox.world.messages import Message
from sandbox.world.modals import chosen_ids

if TYPE_CHECKING:
    from sandbox.world.channels import Channel
    from sandbox.world.state import World

_LINK: Final = 5


def tell(interaction: Interaction) -> Interaction:
    """Send the bot the interaction."""
    event = Event("INTERACTION_CREATE", interaction_json(interaction), guild_id=interaction.guild_id)
    interaction.world.publish(event)
    return interaction


def click(world: "World", user_id: int, message: Ref, button: str) -> Interaction:
    """Press a button, named by its custom_id or its label.

    Raises:
        Refused: the person does not see the message, or it has no such button, or it is disabled or a link.
    """
    found = message_for(world, user_id, message)
    component = _find(found, button, frozenset({ComponentType.BUTTON}))
    if component.get("style") == _LINK:
        raise Refused("link", "That button opens a web page; no application hears of it.")
    if component.get("disabled"):
        raise Refused("disabled", "That button is disabled.")
    data = {"component_type": int(ComponentType.BUTTON), "custom_id": component["custom_id"], "id": component["id"]}
    return _use(found, user_id, data)


def select(world: "World", user_id: int, message: Ref, menu: str, values: Sequence[Ref]) -> Interaction:
    """Choose from a select menu, named by its custom_id or placeholder: values or labels of options, or ids.

    Raises:
        Refused: no such menu or option, or too few or too many of them.
    """
    found = message_for(world, user_id, message)
    component = _find(found, menu, SELECTS)
    if component.get("disabled"):
        raise Refused("disabled", "That menu is disabled.")
    low, high = component.get("min_values", 1), component.get("max_values", 1)
    if not low <= len(values) <= high:
        raise Refused("count", f"That menu takes {low} to {high} choices.")
    kind = ComponentType(component["type"])
    chosen = [_choice(component, each) for each in values]
    data: Json = {
        "component_type": int(kind),
        "custom_id": component["custom_id"],
        "id": component["id"],
        "values": chosen,
    }
    if kind is not ComponentType.STRING_SELECT:
        data["resolved"] = resolve(found.channel, user_id, [int(each) for each in chosen])
    return _use(found, user_id, data)


def submit(world: "World", user_id: int, interaction: Interaction | int, values: Mapping[str, Any]) -> Interaction:
    """Fill in and send the form that an interaction opened; values by custom_id or label.

    Raises:
        Refused: it opened none for this person, or the client would not send it like that.
    """
    opened = world.interactions.get(interaction) if isinstance(interaction, int) else interaction
    if opened is None or opened.modal is None or opened.user_id != user_id:
        raise Refused("no_form", "No form is open for this person.")
    components = opened.modal.fill(dict(values))
    data: Json = {"custom_id": opened.modal.custom_id, "components": components}
    ids = chosen_ids(components)
    if ids:
        data["resolved"] = resolve(opened.channel, user_id, ids)
    trigger = metadata_json(opened, user_json(world.users[user_id]))
    submitted = world.interactions.open(
        InteractionType.MODAL_SUBMIT,
        user_id=user_id,
        channel=opened.channel,
        data=data,
        message_id=opened.message_id,
        metadata={"triggering_interaction_metadata": trigger},
    )
    return tell(submitted)


def resolve(channel: "Channel", viewer_id: int, ids: Sequence[int]) -> Json:
    """The users, roles and channels behind ids.

    Raises:
        Refused: an id of nothing.
    """
    world = channel.world
    guild = None if channel.is_dm else channel.guild
    resolved = Resolved(world, guild, viewer_id)
    for each in ids:
        if each in world.users:
            resolved.add_users([each])
        elif guild is not None and each in guild.roles:
            resolved.add_role(each)
        elif each in world.channels:
            resolved.add_channel(each)
        else:
            raise Refused("unknown_id", f"{each} is no user, role or channel here.")
    return resolved.json


def _use(message: Message, user_id: int, data: Json) -> Interaction:
    interaction = message.world.interactions.open(
        InteractionType.COMPONENT,
        user_id=user_id,
        channel=message.channel,
        data=data,
        message_id=message.id,
        metadata={"interacted_message_id": str(message.id)},
    )
    return tell(interaction)


def _find(message: Message, name: str, kinds: frozenset[ComponentType]) -> Json:
    found = [each for each in message.each_component() if each.get("type") in kinds]
    tests: tuple[Callable[[Json], bool], ...] = (
        lambda each: each.get("custom_id") == name,
        lambda each: (each.get("label") or each.get("placeholder") or "") == name,
        lambda each: (each.get("label") or each.get("placeholder") or "").casefold() == name.casefold(),
    )
    for test in tests:
        for each in found:
            if test(each):
                return each
    raise Refused("no_component", f"The message has no {name!r}.")


def _choice(component: Json, value: Ref) -> str:
    if component["type"] != ComponentType.STRING_SELECT:
        return str(id_of(value))
    for option in component.get("options") or ():
        if value in {option["value"], option["label"]}:
            return str(option["value"])
    raise Refused("unknown_option", f"The menu has no option {value!r}.")
