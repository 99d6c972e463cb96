"""The gate before every door: asks the permission table before a staff door opens, whichever door it is.

It is the first of two. Each service asks the same table again, about the very row it is to act on; so where the table
cannot be asked here in time, the door opens and the service decides: no page is held up by a slow database. What a
member may do is never asked here: their words are read for danger before anything is refused to them.
"""

import asyncio
from typing import Final

import discord
from discord import app_commands

from bot.errors import HandrailError, NotAllowedError
from bot.members.doors import BUTTONS, COMMANDS, FROM_MEMORY, MENUS
from bot.members.rules import STAFFS_OWN, Action
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.program.service import ProgrammeService
from bot.ui.safe import Press, Reply

log = get_logger(__name__)

WITHIN_SECONDS: Final = 1.0
"""How long the table may take to answer; Discord gives a door three seconds."""


class Gate:
    """Asks the table. It keeps nothing."""

    def __init__(self, members: MemberService, programmes: ProgrammeService) -> None:
        self._members, self._programmes = members, programmes

    async def press(self, press: Press) -> None:
        """Whether whoever pressed may use this door at all. A form is never refused here: its words come first.

        Raises:
            NotAllowedError: where the table does not allow it.
        """
        name = f"{press.feature}:{press.verb}"
        if name in FROM_MEMORY or press.interaction.type is discord.InteractionType.modal_submit:
            return
        await self._ask(press, name, BUTTONS.get(name))

    async def command(self, interaction: discord.Interaction) -> None:
        """The same for a slash command or a menu entry.

        Raises:
            NotAllowedError: where the table does not allow it.
        """
        command = interaction.command
        if command is None or interaction.type is not discord.InteractionType.application_command:
            return
        known = MENUS if isinstance(command, app_commands.ContextMenu) else COMMANDS
        await self._ask(Reply(interaction), command.qualified_name, known.get(command.qualified_name))

    async def _ask(self, reply: Reply, door: str, action: Action | None) -> None:
        if action is None:
            log.error("gate.unknown_door", door=door)  # the service behind it still asks
            return
        if action not in STAFFS_OWN:
            return
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                await self._allow(reply, action)
        except NotAllowedError:
            raise
        except (HandrailError, TimeoutError, OSError) as failure:
            log.warning("gate.could_not_ask", door=door, error=type(failure).__name__)

    async def _allow(self, reply: Reply, action: Action) -> None:
        """In a server, that one counts. In a DM whichever lets them: the row they act on says which it is."""
        if reply.guild_id is not None:
            await self._members.allow(reply.guild_id, reply.user_id, action)
            return
        refused: NotAllowedError | None = None
        for running in await self._programmes.all():
            try:
                await self._members.allow(running.guild_id, reply.user_id, action)
            except NotAllowedError as no:
                refused = no
            else:
                return
        if refused is not None:
            raise refused
