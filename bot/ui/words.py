"""Everything a message says in words, whichever part of it says so."""

import discord


def words_of(message: discord.Message) -> str:
    """The text of a message: its content, what it forwards, its poll, and the descriptions of its attachments."""
    parts = [message.content]
    for snapshot in message.message_snapshots:
        parts.append(snapshot.content)
        parts += [attachment.description or "" for attachment in snapshot.attachments]
    if message.poll is not None:
        parts.append(message.poll.question)
        parts += [answer.text for answer in message.poll.answers]
    parts += [attachment.description or "" for attachment in message.attachments]
    return "\n".join(part for part in parts if part)


def words_on_card(message: discord.Message) -> str:
    """What the cards of a message say: there the words stand of what staff approved and a bot posted again."""
    return "\n".join(embed.description for embed in message.embeds if embed.description)
