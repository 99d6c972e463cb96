"""Answers to interactions: the first one by callback, what follows by the interaction's own webhook."""

from sandbox import validate
from sandbox.errors import (
    ALREADY_ACKNOWLEDGED,
    UNKNOWN_CHANNEL,
    UNKNOWN_INTERACTION,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    ApiError,
    invalid_field,
)
from sandbox.jsontypes import Json
from sandbox.rest.call import Call
from sandbox.rest.drafts import draft_from
from sandbox.rest.messages import apply_edit
from sandbox.rest.routes import Reply, RouteTable
from sandbox.wire.messages import message_json
from sandbox.wire.users import user_json
from sandbox.world import posting
from sandbox.world.interactions import Interaction, metadata_json
from sandbox.world.kinds import InteractionType, MessageFlag, MessageType, ResponseType
from sandbox.world.messages import Draft, Message
from sandbox.world.modals import Modal

table = RouteTable(needs_token=False)

_WEBHOOK = "/webhooks/{application_id}/{interaction_token}"
_FITTING = {
    InteractionType.COMMAND: {ResponseType.MESSAGE, ResponseType.DEFERRED_MESSAGE, ResponseType.MODAL},
    InteractionType.COMPONENT: {
        ResponseType.MESSAGE,
        ResponseType.DEFERRED_MESSAGE,
        ResponseType.DEFERRED_UPDATE,
        ResponseType.UPDATE,
        ResponseType.MODAL,
    },
    InteractionType.MODAL_SUBMIT: {ResponseType.MESSAGE, ResponseType.DEFERRED_MESSAGE},
    InteractionType.AUTOCOMPLETE: {ResponseType.AUTOCOMPLETE},
}


@table.post("/interactions/{interaction_id}/{interaction_token}/callback")
def respond(call: Call) -> Reply:
    """The first answer. It must come in time, and once."""
    interaction = call.world.interactions.get(call.id("interaction_id"))
    if interaction is None or interaction.token != call.params["interaction_token"]:
        raise ApiError(UNKNOWN_INTERACTION)
    if interaction.failed is not None or (interaction.expired and not interaction.responded):
        raise ApiError(UNKNOWN_INTERACTION)
    validate.interaction_response(call.json, has_files=bool(call.uploads))
    if interaction.responded:
        raise ApiError(ALREADY_ACKNOWLEDGED)
    kind = ResponseType(call.json["type"])
    _require_fitting(interaction, kind)
    data: Json = call.json.get("data") or {}
    _apply(call, interaction, kind, data)
    interaction.settle(kind)
    if call.query.get("with_response") not in {"1", "true"}:
        return Reply(204)
    return Reply(200, _callback_json(interaction, kind))


@table.post(_WEBHOOK)
def follow_up(call: Call) -> Json:
    """A further answer; the first one after "thinking…" takes its place instead."""
    interaction = _interaction(call)
    validate.message_create(call.json, has_files=bool(call.uploads), in_interaction=True)
    draft = draft_from(call.world, call.json, call.uploads)
    original = interaction.original
    if original is not None and original.is_loading:
        posting.fill(original, draft)
        call.world.notify()
        return message_json(original)
    return message_json(_post(interaction, draft, call.json))


@table.get(_WEBHOOK + "/messages/{message_id}")
def read(call: Call) -> Json:
    """An answer given before; ``@original`` is the first."""
    return message_json(_answer(call))


@table.patch(_WEBHOOK + "/messages/{message_id}")
def update(call: Call) -> Json:
    """Edit an answer, or put one in the place of "thinking…"."""
    message = _answer(call)
    validate.message_edit(call.json, in_interaction=True)
    if message.is_loading:
        draft = draft_from(call.world, call.json, call.uploads)
        if validate.is_empty(call.json, has_files=bool(call.uploads)):
            raise validate.EmptyMessage
        posting.fill(message, draft)
    else:
        apply_edit(call, message)
    return message_json(message)


@table.delete(_WEBHOOK + "/messages/{message_id}")
def remove(call: Call) -> None:
    """Delete an answer, also an ephemeral one."""
    posting.delete([_answer(call)])


def _require_fitting(interaction: Interaction, kind: ResponseType) -> None:
    fitting = _FITTING[interaction.type]
    if interaction.type is InteractionType.MODAL_SUBMIT and interaction.message_id is not None:
        # A form that a component opened may still change the message that the component is on.
        fitting = fitting | {ResponseType.DEFERRED_UPDATE, ResponseType.UPDATE}
    if kind not in fitting:
        raise invalid_field("type", "INTERACTION_RESPONSE_TYPE_INVALID", "This response does not fit the interaction.")


def _apply(call: Call, interaction: Interaction, kind: ResponseType, data: Json) -> None:
    interaction.response_ephemeral = bool(int(data.get("flags") or 0) & MessageFlag.EPHEMERAL)
    match kind:
        case ResponseType.MESSAGE:
            message = _post(interaction, draft_from(call.world, data, call.uploads), data)
            interaction.original_id = message.id
        case ResponseType.DEFERRED_MESSAGE:
            message = _post(interaction, Draft(flags=int(MessageFlag.LOADING)), data)
            interaction.original_id = message.id
        case ResponseType.DEFERRED_UPDATE:
            interaction.original_id = interaction.message_id
        case ResponseType.UPDATE:
            message = _message_of(interaction)
            inner = Call(call.sandbox, call.params, call.query, data, call.uploads, call.reason)
            apply_edit(inner, message)
            interaction.original_id = message.id
            interaction.updated = message
        case ResponseType.MODAL:
            components = posting.settle_components(data["components"])
            interaction.modal = Modal(data["custom_id"], data["title"], components)
        case ResponseType.AUTOCOMPLETE:
            interaction.choices = list(data.get("choices") or ())


def _post(interaction: Interaction, draft: Draft, body: Json) -> Message:
    world = interaction.world
    channel = world.channels.get(interaction.channel_id)
    if channel is None:
        raise ApiError(UNKNOWN_CHANNEL)
    ephemeral = bool(int(body.get("flags") or 0) & MessageFlag.EPHEMERAL)
    if ephemeral:
        draft.flags |= MessageFlag.EPHEMERAL
        draft.ephemeral_to = interaction.user_id
    if interaction.type is InteractionType.COMMAND:
        is_menu = interaction.data.get("type") != 1
        draft.type = MessageType.CONTEXT_MENU_COMMAND if is_menu else MessageType.CHAT_INPUT_COMMAND
    draft.through_webhook = True
    draft.interaction = metadata_json(interaction, user_json(world.users[interaction.user_id]))
    message = posting.post(channel, world.bot.id, draft)
    interaction.messages.append(message)
    world.notify()
    return message


def _interaction(call: Call) -> Interaction:
    """The interaction whose token is in the path, answered and not expired."""
    interaction = call.world.interactions.with_token(call.params["interaction_token"])
    if call.id("application_id") != call.world.application.id or interaction is None or interaction.expired:
        raise ApiError(UNKNOWN_WEBHOOK)
    if not interaction.responded:
        raise ApiError(UNKNOWN_WEBHOOK)
    return interaction


def _answer(call: Call) -> Message:
    interaction = _interaction(call)
    if call.params["message_id"] == "@original":
        message = interaction.original
    else:
        message = call.world.history.find(call.id("message_id"))
        allowed = {each.id for each in interaction.messages} | {interaction.message_id}
        if message is not None and message.id not in allowed:
            message = None
    if message is None:
        raise ApiError(UNKNOWN_MESSAGE)
    return message


def _message_of(interaction: Interaction) -> Message:
    message = interaction.message
    if message is None:
        raise ApiError(UNKNOWN_MESSAGE)
    return message


def _callback_json(interaction: Interaction, kind: ResponseType) -> Json:
    about: Json = {"id": str(interaction.id), "type": int(interaction.type)}
    original = interaction.original
    if original is None or kind is ResponseType.DEFERRED_UPDATE:
        return {"interaction": about}
    about |= {
        "response_message_id": str(original.id),
        "response_message_loading": original.is_loading,
        "response_message_ephemeral": original.is_ephemeral,
    }
    if kind is ResponseType.DEFERRED_MESSAGE:
        return {"interaction": about}
    return {"interaction": about, "resource": {"type": int(kind), "message": message_json(original)}}
