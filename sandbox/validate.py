"""The checks of request bodies: each function returns for a body that Discord would take, and raises for another.

All that is wrong with one body comes in one `Invalid`, whose `body` is the reply. `EmptyMessage` is a message of
which nothing would show. Permissions, and whether ids exist, are not looked at here.
"""

from sandbox.validation.automod import automod_create, automod_edit
from sandbox.validation.commands import command, commands_bulk
from sandbox.validation.form import EmptyMessage, Invalid
from sandbox.validation.guilds import channel_create, channel_edit, member_edit, overwrite, role, thread_create
from sandbox.validation.messages import is_empty, message_create, message_edit
from sandbox.validation.modals import interaction_response, modal

__all__ = [
    "EmptyMessage",
    "Invalid",
    "automod_create",
    "automod_edit",
    "channel_create",
    "channel_edit",
    "command",
    "commands_bulk",
    "interaction_response",
    "is_empty",
    "member_edit",
    "message_create",
    "message_edit",
    "modal",
    "overwrite",
    "role",
    "thread_create",
]
