"""Hands each event of the world to the sessions that are to hear it, and to the sandbox's own subscribers."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sandbox.gateway.content import without_content
from sandbox.gateway.intents import needed_for
from sandbox.gateway.session import Session, encode
from sandbox.jsontypes import Json
from sandbox.wire.guilds import guild_create_json
from sandbox.world.access import can_see
from sandbox.world.events import Event
from sandbox.world.kinds import Intent

if TYPE_CHECKING:
    from sandbox.world.guilds import Guild
    from sandbox.world.state import World

Subscriber = Callable[[Event], None]

_WITH_CONTENT: Final = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE"})


class Hub:
    """The sessions of the bot, and who else listens."""

    def __init__(self, world: "World", changed: Callable[[], None]) -> None:
        self._world = world
        self._changed = changed
        self._subscribers: list[Subscriber] = []
        self.sessions: list[Session] = []

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` with every event, also with what no bot hears. Returns what ends it."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber) if subscriber in self._subscribers else None

    def publish(self, event: Event) -> None:
        """Tell everybody concerned of one event."""
        if self.sessions and not event.hidden:
            self._dispatch(event)
        for subscriber in tuple(self._subscribers):
            subscriber(event)
        self._changed()

    def find(self, session_id: str) -> Session | None:
        """The session of this id."""
        return next((each for each in self.sessions if each.session_id == session_id), None)

    def forget(self, session: Session) -> None:
        """End a session for good."""
        if session in self.sessions:
            self.sessions.remove(session)

    def forget_expired(self, loop_time: float) -> None:
        """End those that nobody came back to."""
        self.sessions = [each for each in self.sessions if each.is_resumable(loop_time)]

    def tell_guild(self, session: Session, guild: "Guild", *, after_ready: bool) -> None:
        """Send one session GUILD_CREATE: of a guild that READY named as unavailable, or of a new one."""
        if session.intents & Intent.GUILDS:
            data = self._guild_create(session, guild)
            session.dispatch("GUILD_CREATE", encode(data | {"unavailable": False} if after_ready else data))

    def _dispatch(self, event: Event) -> None:
        bot_id = self._world.bot.id
        if event.guild_id is not None and event.name != "GUILD_DELETE":
            guild = self._world.guilds.get(event.guild_id)
            if guild is None or bot_id not in guild.members:
                return
        shard_key = None if event.ephemeral else event.guild_id
        needed = needed_for(event, bot_id)
        listening = [
            session
            for session in self.sessions
            if session.concerns(shard_key) and (not needed or session.intents & needed)
        ]
        if not listening or (event.channel is not None and not can_see(event.channel, bot_id)):
            return
        if event.name == "GUILD_CREATE":
            for session in listening:
                self.tell_guild(session, self._world.guilds[int(event.data["id"])], after_ready=False)
            return
        self._send(event, listening)

    def _send(self, event: Event, listening: list[Session]) -> None:
        """Encode the payload once for all, and once more for those who may not read what people write."""
        full = hidden = ""
        may_hide = event.name in _WITH_CONTENT and event.guild_id is not None
        for session in listening:
            if may_hide and not session.intents & Intent.MESSAGE_CONTENT:
                hidden = hidden or encode(without_content(event.data, self._world.bot.id))
                session.dispatch(event.name, hidden)
            else:
                full = full or encode(event.data)
                session.dispatch(event.name, full)

    def _guild_create(self, session: Session, guild: "Guild") -> Json:
        me = guild.members[self._world.bot.id]
        large = len(guild.members) >= session.large_threshold
        # Without the presence intent, and of a large guild, a bot is told of itself only; it may ask for the others.
        everybody = bool(session.intents & Intent.GUILD_PRESENCES) and not large
        threads = [each for each in guild.threads.values() if not each.archived and can_see(each, me.id)]
        members = guild.members.values() if everybody else [me]
        return guild_create_json(guild, members=members, threads=threads, me=me, large=large)
