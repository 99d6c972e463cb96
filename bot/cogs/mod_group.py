"""`/mod`, one group whose commands stand in several cogs; see ``bot/cogs/oncall_group.py`` for why."""

from discord import app_commands

from bot.cogs.oncall_group import STAFF_ONLY


def mod_group() -> app_commands.Group:
    """The group `/mod`, for one cog: give it to a class attribute, and decorate with its ``command``."""
    return app_commands.Group(
        name="mod", description="Keeping the groups safe to speak in.", guild_only=True, default_permissions=STAFF_ONLY
    )
