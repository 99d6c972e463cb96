"""Operation 8: a bot asks for the members of a guild."""

from typing import TYPE_CHECKING, Final

from sandbox.gateway.session import Session, encode
from sandbox.jsontypes import Json
from sandbox.wire.users import member_json
from sandbox.world.kinds import Intent

if TYPE_CHECKING:
    from sandbox.world.guilds import Guild, Member
    from sandbox.world.state import World

CHUNK: Final = 1000
"""Members in one GUILD_MEMBERS_CHUNK at most."""

NONCE_BYTES: Final = 32
"""A longer nonce is ignored, as Discord documents."""


def send_members(world: "World", session: Session, request: Json) -> None:
    """Answer a request with as many chunks as it takes; one that Discord would not answer is ignored."""
    guild_id = request.get("guild_id")
    wanted_guild = guild_id[0] if isinstance(guild_id, list) and guild_id else guild_id
    guild = world.guilds.get(int(wanted_guild or 0))
    if guild is None or world.bot.id not in guild.members:
        return
    user_ids = request.get("user_ids")
    query = request.get("query")
    limit = int(request.get("limit") or 0)
    wants_all = user_ids is None and query == "" and limit == 0
    if wants_all and not session.intents & Intent.GUILD_MEMBERS:
        return
    not_found: list[str] = []
    if user_ids is not None:
        ids = [int(each) for each in (user_ids if isinstance(user_ids, list) else [user_ids])][:100]
        members = [guild.members[each] for each in ids if each in guild.members]
        not_found = [str(each) for each in ids if each not in guild.members]
    else:
        members = _matching(guild, query or "", limit)
    _send(guild, session, members, not_found, request)


def _matching(guild: "Guild", query: str, limit: int) -> list["Member"]:
    wanted = query.casefold()
    found = [
        each
        for each in guild.members.values()
        if any(name.casefold().startswith(wanted) for name in (each.user.name, each.display_name))
    ]
    return found[:limit] if limit else found


def _send(guild: "Guild", session: Session, members: list["Member"], not_found: list[str], request: Json) -> None:
    chunks = [members[start : start + CHUNK] for start in range(0, len(members), CHUNK)] or [[]]
    nonce = request.get("nonce")
    for index, chunk in enumerate(chunks):
        data: Json = {
            "guild_id": str(guild.id),
            "members": [member_json(each) for each in chunk],
            "chunk_index": index,
            "chunk_count": len(chunks),
        }
        if not_found:
            data["not_found"] = not_found
        if request.get("presences"):
            data["presences"] = []
        if nonce is not None and len(str(nonce).encode()) <= NONCE_BYTES:
            data["nonce"] = nonce
        session.dispatch("GUILD_MEMBERS_CHUNK", encode(data))
