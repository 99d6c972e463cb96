"""`/oncall`, one group whose commands stand in several cogs.

Discord knows a group by its name, and discord.py keeps a group in one cog. So each cog has a group of its own, made
here, and ``SafeTree`` in ``bot/client.py`` joins groups of one name when the cogs are loaded.
"""

from typing import Final

import discord
from discord import app_commands

STAFF_ONLY: Final = discord.Permissions(moderate_members=True)


def oncall_group() -> app_commands.Group:
    """The group `/oncall`, for one cog: give it to a class attribute, and decorate with its ``command``."""
    return app_commands.Group(
        name="oncall", description="Who is on call.", guild_only=True, default_permissions=STAFF_ONLY
    )
