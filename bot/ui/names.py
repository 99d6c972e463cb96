"""What somebody is called in a server."""

import discord


async def name_of(client: discord.Client, guild_id: int, user_id: int) -> str:
    """The name this person goes by in this server, asked of Discord.

    Raises:
        discord.HTTPException: where Discord does not say.
    """
    said = await client.http.get_member(guild_id, user_id)
    user = said["user"]
    return str(said.get("nick") or user.get("global_name") or user["username"])
