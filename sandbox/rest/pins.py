"""Pinned messages and reactions."""

from typing import Final

from sandbox.errors import TOO_MANY_PINS, ApiError
from sandbox.jsontypes import Json
from sandbox.permissions import Permission
from sandbox.rest.call import Call, snowflake
from sandbox.rest.messages import shown
from sandbox.rest.routes import RouteTable
from sandbox.wire import iso
from sandbox.wire.users import user_json
from sandbox.world import posting
from sandbox.world.messages import Message

table = RouteTable()

MOST_PINS: Final = 250


def _pinned(call: Call) -> list[Message]:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    found = [each for each in call.world.history.each(channel.id) if each.pinned_at is not None]
    return sorted(found, key=lambda each: (each.pinned_at, each.id), reverse=True)


@table.get("/channels/{channel_id}/messages/pins")
def read(call: Call) -> Json:
    """The pinned messages, latest pin first."""
    limit = call.number("limit", 50, 1, 50)
    found = [each for each in _pinned(call) if "before" not in call.query or _when(each) < call.query["before"]]
    items = [{"pinned_at": _when(each), "message": shown(call, each)} for each in found[:limit]]
    return {"items": items, "has_more": len(found) > limit}


@table.get("/channels/{channel_id}/pins")
def read_old(call: Call) -> list[Json]:
    """The same in the shape that Discord has deprecated."""
    return [shown(call, each) for each in _pinned(call)[:50]]


@table.put("/channels/{channel_id}/messages/pins/{message_id}")
@table.put("/channels/{channel_id}/pins/{message_id}")
def pin(call: Call) -> None:
    """Pin a message."""
    message = _pinnable(call)
    if message.pinned_at is None:
        if len(_pinned(call)) >= MOST_PINS:
            raise ApiError(TOO_MANY_PINS)
        posting.pin(message, call.bot.id, on=True)


@table.delete("/channels/{channel_id}/messages/pins/{message_id}")
@table.delete("/channels/{channel_id}/pins/{message_id}")
def unpin(call: Call) -> None:
    """Take a pin away."""
    message = _pinnable(call)
    if message.pinned_at is not None:
        posting.pin(message, call.bot.id, on=False)


@table.put("/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me")
def react(call: Call) -> None:
    """Give a reaction."""
    message = call.message(Permission.READ_MESSAGE_HISTORY)
    emoji = call.params["emoji"]
    if emoji not in message.reactions:
        call.require_in(message.channel, Permission.ADD_REACTIONS)
    posting.react(message, call.bot.id, emoji, add=True)


@table.delete("/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me")
def unreact(call: Call) -> None:
    """Take the bot's reaction back."""
    posting.react(call.message(Permission.READ_MESSAGE_HISTORY), call.bot.id, call.params["emoji"], add=False)


@table.delete("/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/{user_id}")
def remove_reaction(call: Call) -> None:
    """Take somebody's reaction away."""
    posting.react(call.message(Permission.MANAGE_MESSAGES), call.id("user_id"), call.params["emoji"], add=False)


@table.get("/channels/{channel_id}/messages/{message_id}/reactions/{emoji}")
def reactors(call: Call) -> list[Json]:
    """Who gave a reaction, by id."""
    message = call.message(Permission.READ_MESSAGE_HISTORY)
    after = snowflake(call.query.get("after", "0"), "after")
    ids = sorted(each for each in message.reactions.get(call.params["emoji"], ()) if each > after)
    return [user_json(call.world.users[each]) for each in ids[: call.number("limit", 25, 1, 100)]]


@table.delete("/channels/{channel_id}/messages/{message_id}/reactions")
def clear_reactions(call: Call) -> None:
    """Take every reaction away."""
    message = call.message(Permission.MANAGE_MESSAGES)
    for emoji, users in tuple(message.reactions.items()):
        for user_id in tuple(users):
            posting.react(message, user_id, emoji, add=False)


def _pinnable(call: Call) -> Message:
    channel = call.channel()
    if not (channel.is_dm or call.may(channel, Permission.PIN_MESSAGES)):
        call.require_in(channel, Permission.MANAGE_MESSAGES)
    return call.message(channel=channel)


def _when(message: Message) -> str:
    return "" if message.pinned_at is None else iso(message.pinned_at)
