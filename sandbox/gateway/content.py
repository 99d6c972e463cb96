"""What a bot without the message content intent sees of a message."""

from sandbox.jsontypes import Json

_HIDDEN: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def without_content(message: Json, bot_id: int) -> Json:
    """The message with its words taken out, but for the bot's own, those that mention it, and DMs.

    The messages it answers or forwards are treated alike, each by itself.
    """
    found = dict(message)
    inner = found.get("referenced_message")
    if inner:
        found["referenced_message"] = without_content(inner, bot_id)
    is_own = message["author"]["id"] == str(bot_id)
    mentions_bot = any(each["id"] == str(bot_id) for each in message["mentions"])
    if is_own or mentions_bot:
        return found
    found |= _HIDDEN
    found.pop("poll", None)
    found.pop("message_snapshots", None)
    return found
