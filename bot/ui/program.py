"""What people see of the set-up: the neutral message in #welcome."""

from datetime import datetime

from bot.content import Content
from bot.delivery.service import Delivery, Post, QuietKind, Withdrawn
from bot.program.service import ProgrammeService
from bot.program.welcome import KIND


class Welcome(QuietKind):
    """Says that this is a private community, and whom to call; nothing of what it is for."""

    name = KIND

    def __init__(self, programmes: ProgrammeService, content: Content) -> None:
        self._programmes, self._content = programmes, content

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The message, in every language of the programme."""
        del now
        programme = await self._programmes.current(delivery.guild_id)
        if programme is None:
            return Withdrawn()
        said = [
            self._content.texts.say(
                language.value,
                "enrolment.welcome_channel",
                emergency=self._content.emergency(programme.program.country, language.value),
            )
            for language in programme.program.languages
        ]
        return Post(content="\n\n".join(said))
