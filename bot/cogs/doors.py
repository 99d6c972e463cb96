"""What every door needs: which server an interaction is about, and the two numbers that are always shown."""

from bot.content import Content
from bot.errors import NotFoundError
from bot.members.service import MemberService
from bot.program.service import ProgrammeService
from bot.ui.safe import Reply


class Doors:
    """Shared by all cogs; holds no state of its own."""

    def __init__(self, members: MemberService, programmes: ProgrammeService, content: Content) -> None:
        self._members, self._programmes, self._content = members, programmes, content

    async def guild(self, reply: Reply) -> int:
        """The server this is about: where it was pressed, or in a DM the one this person belongs to.

        Raises:
            NotFoundError: where there is none.
        """
        guild_id = await self.guild_or_none(reply)
        if guild_id is None:
            raise NotFoundError(self._content.texts.say(str(reply.interaction.locale), "errors.use_in_server"))
        return guild_id

    async def guild_or_none(self, reply: Reply) -> int | None:
        """The server this is about, or none: for what has to answer all the same."""
        return reply.guild_id or await self._members.guild_of(reply.user_id)

    async def numbers(self, guild_id: int, language: str) -> dict[str, str]:
        """``emergency`` and ``lifeline`` of the programme's country, for any text that names them."""
        programme = await self._programmes.current(guild_id)
        country = programme.program.country if programme else "US"
        return {
            "emergency": self._content.emergency(country, language),
            "lifeline": self._content.lifeline(country, language),
        }
