"""Places and roles on the server, found by stored id and then by name before anything is made a second time."""

from collections.abc import Sequence
from typing import Any

import discord

from bot.program.layout import ObjectKey, ObjectKind
from bot.program.service import ProgrammeService

AUDIT_REASON = "Handrail"


class Places:
    """Deeds on Discord that are not messages. Each does no harm when it is done twice; all go by id, not by cache."""

    def __init__(self, client: discord.Client, programmes: ProgrammeService) -> None:
        self._client, self._programmes = client, programmes

    async def channel(self, guild_id: int, key: ObjectKey) -> int | None:
        """The id of one of the programme's channels, or none where it was never made."""
        return await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, key)

    async def role(self, guild_id: int, key: ObjectKey) -> int | None:
        """The id of one of the programme's roles, or none where it was never made."""
        return await self._programmes.object_id(guild_id, ObjectKind.ROLE, key)

    async def set_role(self, guild_id: int, user_id: int, key: ObjectKey, *, wanted: bool) -> None:
        """Give or take a role; somebody who has left the server has none, and that is no fault."""
        role_id = await self.role(guild_id, key)
        if role_id is None:
            return
        change = self._client.http.add_role if wanted else self._client.http.remove_role
        try:
            await change(guild_id, user_id, role_id, reason=AUDIT_REASON)
        except discord.NotFound as gone:
            if gone.code != 10007:  # Unknown Member
                raise

    async def private_thread(self, guild_id: int, parent_id: int, name: str, people: Sequence[int]) -> int:
        """A private thread called ``name`` under ``parent_id`` with ``people`` in it: found again, or made."""
        found = await self._find_thread(guild_id, parent_id, name)
        if found is None:
            made = await self._client.http.start_thread_without_message(
                parent_id,
                name=name,
                auto_archive_duration=10080,
                type=discord.ChannelType.private_thread.value,
                invitable=False,
                reason=AUDIT_REASON,
            )
            found = int(made["id"])
        for user_id in people:
            await self._client.http.add_user_to_thread(found, user_id)
        return found

    async def add_to_thread(self, thread_id: int, user_id: int) -> bool:
        """Show somebody a thread they may see anyway; false where Discord does not let us: they left, perhaps."""
        try:
            await self._client.http.add_user_to_thread(thread_id, user_id)
        except discord.HTTPException:
            return False
        return True

    async def thread_on(self, channel_id: int, message_id: int, name: str) -> int:
        """The thread on a message: it has the message's own id, so a second attempt finds the first one's."""
        try:
            made = await self._client.http.start_thread_with_message(
                channel_id, message_id, name=name, auto_archive_duration=1440, reason=AUDIT_REASON
            )
        except discord.HTTPException as refused:
            if refused.code != 160004:  # A thread has already been created for this message
                raise
            return message_id
        return int(made["id"])

    async def _find_thread(self, guild_id: int, parent_id: int, name: str) -> int | None:
        active: Any = await self._client.http.get_active_threads(guild_id)
        for thread in active["threads"]:
            if int(thread["parent_id"] or 0) == parent_id and thread["name"] == name:
                return int(thread["id"])
        return None
