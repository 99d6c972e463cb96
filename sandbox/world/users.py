"""The people, and the bot among them."""

from dataclasses import dataclass
from typing import Final

from sandbox.world.kinds import PRIVILEGED, Intent

_MEMBERS_LIMITED: Final = 1 << 15
_PRESENCE_LIMITED: Final = 1 << 13
_CONTENT_LIMITED: Final = 1 << 19


@dataclass(slots=True, eq=False)
class User:
    """One account. `locale` is what their client is set to; `dms_open` is false once they refuse the bot's DMs.

    `app_installed` stands for "added the app to my account": a DM with the bot then needs no mutual guild.
    """

    id: int
    name: str
    global_name: str | None = None
    bot: bool = False
    locale: str = "en-US"
    dms_open: bool = True
    app_installed: bool = False

    @property
    def display_name(self) -> str:
        """What others see where no nickname is set."""
        return self.global_name or self.name

    @property
    def mention(self) -> str:
        """What one writes to mention them."""
        return f"<@{self.id}>"


@dataclass(slots=True, eq=False)
class Application:
    """The bot's application. `granted` are the privileged intents that are switched on in the developer portal."""

    user: User
    token: str
    name: str
    owner_id: int
    granted: Intent = PRIVILEGED

    @property
    def id(self) -> int:
        """The application's id, which is the bot's user id."""
        return self.user.id

    @property
    def flags(self) -> int:
        """The application's flags: which privileged intents a bot in fewer than 100 guilds has."""
        flags = 0
        for intent, flag in (
            (Intent.GUILD_MEMBERS, _MEMBERS_LIMITED),
            (Intent.GUILD_PRESENCES, _PRESENCE_LIMITED),
            (Intent.MESSAGE_CONTENT, _CONTENT_LIMITED),
        ):
            if self.granted & intent:
                flags |= flag
        return flags
