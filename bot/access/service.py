"""One-time links and the sessions they become."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from yarl import URL

from bot.access import records
from bot.access.audit import Audit, Verdict
from bot.access.records import LinkRow, SessionRow
from bot.access.rules import (
    ACKNOWLEDGEMENT_LASTS,
    LINK_LASTS,
    SEEN_EVERY,
    SESSION_IDLE,
    TOKEN_BYTES,
    AuditAction,
    LinkKind,
    LinkState,
    digest,
    is_alive,
    is_local_path,
    is_token,
    state_of,
)
from bot.access.second_factor import SecondFactor
from bot.db import Database
from bot.observe.logs import get_logger
from bot.timing import Clock

__all__ = [
    "TOKEN_BYTES",
    "AccessService",
    "Audit",
    "AuditAction",
    "Entered",
    "Link",
    "LinkKind",
    "LinkState",
    "SecondFactor",
    "Verdict",
    "Visit",
    "is_token",
]

log = get_logger(__name__)

PREFIXES = {LinkKind.PAGE: "/l/", LinkKind.ACKNOWLEDGE: "/a/", LinkKind.ARRIVED: "/a/"}
KEPT_FOR = timedelta(days=1)
"""How long a link is told apart from one that never was, after its time: long enough to be told kindly."""


@dataclass(frozen=True)
class Link:
    """A one-time link as it stands. For one that is not known, only ``state`` says anything."""

    state: LinkState
    kind: LinkKind = LinkKind.PAGE
    guild_id: int = 0
    user_id: int = 0
    path: str = "/"


@dataclass(frozen=True)
class Visit:
    """A session in force: who is there, and whether their second factor was given. Datetimes are UTC."""

    token_hash: str
    guild_id: int
    user_id: int
    path: str
    began_at: datetime
    factor_at: datetime | None

    @property
    def has_factor(self) -> bool:
        """Whether the second factor was given in this session."""
        return self.factor_at is not None


@dataclass(frozen=True)
class Entered:
    """What became of a link that was followed: a session's token and where it leads; or, without a token, why not."""

    state: LinkState
    token: str | None = None
    path: str = "/"


class AccessService:
    """The use cases of getting in. Without ``base_url`` it gives no links, and all that is private stays shut."""

    def __init__(self, database: Database, clock: Clock, base_url: str | None) -> None:
        self._database, self._clock = database, clock
        self.base_url = URL(base_url) if base_url else None
        self.audit = Audit(database, clock)
        self.factor = SecondFactor(database, clock, self.audit)

    @property
    def is_offered(self) -> bool:
        """Whether there is an address under which people can open the private pages."""
        return self.base_url is not None

    # -- links ---------------------------------------------------------------------------------------------------------

    async def link(self, guild_id: int, user_id: int, path: str) -> str | None:
        """A one-time link for this person to one page, good for ten minutes; None where there is no address.

        Raises:
            ValueError: for a path that is not one of our own pages.
        """
        return await self._make(LinkKind.PAGE, guild_id, user_id, path, LINK_LASTS)

    async def acknowledgement(self, guild_id: int, user_id: int, incident_id: int) -> str | None:
        """A link by which this person takes an incident from a phone, once; None where there is no address.

        The same as ``link`` inside: random, kept by its hash, bound to one person and one incident.
        """
        path = f"/incident/{incident_id}"
        return await self._make(LinkKind.ACKNOWLEDGE, guild_id, user_id, path, ACKNOWLEDGEMENT_LASTS)

    async def arrival(self, guild_id: int, user_id: int, attempt_id: int) -> str | None:
        """A link by which this person says that one attempt of a drill arrived, once."""
        return await self._make(LinkKind.ARRIVED, guild_id, user_id, f"/attempt/{attempt_id}", ACKNOWLEDGEMENT_LASTS)

    async def _make(self, kind: LinkKind, guild_id: int, user_id: int, path: str, lasts: timedelta) -> str | None:
        if self.base_url is None:
            return None
        if not is_local_path(path):
            raise ValueError("a link leads to one of our own pages only")
        token, now = secrets.token_urlsafe(TOKEN_BYTES), self._clock.now()
        async with self._database.write() as session:
            session.add(
                LinkRow(
                    token_hash=digest(token),
                    kind=kind,
                    guild_id=guild_id,
                    user_id=user_id,
                    path=path,
                    created_at=now,
                    expires_at=now + lasts,
                )
            )
        return f"{self.base_url.origin()}{PREFIXES[kind]}{token}"

    async def look(self, token: str, *kinds: LinkKind) -> Link:
        """How a link stands. Looking consumes nothing: previews and scanners look, too."""
        if not is_token(token):
            return Link(LinkState.UNKNOWN)
        async with self._database.read() as session:
            return _link(await records.link(session, digest(token)), kinds, self._clock.now())

    async def use_up(self, token: str, link: Link) -> bool:
        """Use up a link that needs no session, and put that on record; False where somebody was faster."""
        action = AuditAction.LINK_ARRIVED if link.kind is LinkKind.ARRIVED else AuditAction.LINK_ACKNOWLEDGED
        kind, _, number = link.path.strip("/").partition("/")
        async with self._database.write() as session:
            if not await records.use(session, digest(token), self._clock.now()):
                return False
            await self.audit.note(session, action, kind, number, actor=link.user_id, guild_id=link.guild_id)
            return True

    # -- sessions ------------------------------------------------------------------------------------------------------

    async def enter(self, token: str, former: str | None = None) -> Entered:
        """Use a link up and begin a session. Of two who try at once exactly one gets in.

        ``former`` is the cookie the browser had: that session ends here, whoever it was of. Where it was the same
        person's in the same server and their second factor was given, this is not asked for again within its time.
        """
        if not is_token(token):
            return Entered(LinkState.UNKNOWN)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.link(session, digest(token))
            link = _link(row, (LinkKind.PAGE,), now)
            if link.state is not LinkState.GOOD:
                return Entered(link.state)
            if not await records.use(session, digest(token), now):
                return Entered(LinkState.USED)
            before = await self._former(session, former, now)
            same = before if before and (before.guild_id, before.user_id) == (link.guild_id, link.user_id) else None
            began = same.began_at if same and same.factor_at else now
            fresh = secrets.token_urlsafe(TOKEN_BYTES)
            session.add(
                SessionRow(
                    token_hash=digest(fresh),
                    guild_id=link.guild_id,
                    user_id=link.user_id,
                    path=link.path,
                    began_at=began,
                    seen_at=now,
                    factor_at=same.factor_at if same else None,
                )
            )
            await self.audit.note(
                session, AuditAction.SESSION_BEGUN, "page", link.path, actor=link.user_id, guild_id=link.guild_id
            )
        return Entered(LinkState.GOOD, fresh, link.path)

    async def _former(self, session: AsyncSession, cookie: str | None, now: datetime) -> SessionRow | None:
        """The session that the browser had until now, ended; None where it did not hold any more."""
        if cookie is None or not is_token(cookie):
            return None
        row = await records.visit(session, digest(cookie), locked=True)
        await records.end(session, digest(cookie))
        return row if row is not None and is_alive(row.began_at, row.seen_at, now) else None

    async def visit(self, cookie: str | None) -> Visit | None:
        """Whose session this cookie is of, where it holds; using it keeps it awake."""
        if cookie is None or not is_token(cookie):
            return None
        now = self._clock.now()
        async with self._database.read() as session:
            row = await records.visit(session, digest(cookie))
        if row is None or not is_alive(row.began_at, row.seen_at, now):
            return None
        if now - row.seen_at >= SEEN_EVERY:
            async with self._database.write() as session:
                await records.seen(session, row.token_hash, now)
        return visit_of(row)

    async def rotate(self, visit: Visit) -> str | None:
        """A new cookie for a session whose second factor was just given; the old one is worth nothing from here on.

        None where the session has ended meanwhile.
        """
        now, fresh = self._clock.now(), secrets.token_urlsafe(TOKEN_BYTES)
        async with self._database.write() as session:
            row = await records.visit(session, visit.token_hash, locked=True)
            if row is None or not is_alive(row.began_at, row.seen_at, now):
                return None
            await records.end(session, row.token_hash)
            session.add(
                SessionRow(
                    token_hash=digest(fresh),
                    guild_id=row.guild_id,
                    user_id=row.user_id,
                    path=row.path,
                    began_at=row.began_at,
                    seen_at=now,
                    factor_at=now,
                )
            )
        return fresh

    async def leave(self, visit: Visit) -> None:
        """End a session."""
        async with self._database.write() as session:
            await records.end(session, visit.token_hash)

    async def sweep(self) -> None:
        """Forget links and sessions whose time is long over: for the heart, now and then."""
        now = self._clock.now()
        async with self._database.write() as session:
            gone = await records.sweep(session, now - KEPT_FOR, now - SESSION_IDLE)
        if gone:
            log.info("access.swept", rows=gone)


def visit_of(row: SessionRow) -> Visit:
    """The row as the doors see it."""
    return Visit(row.token_hash, row.guild_id, row.user_id, row.path, row.began_at, row.factor_at)


def _link(row: LinkRow | None, kinds: tuple[LinkKind, ...], now: datetime) -> Link:
    if row is None or row.kind not in kinds:
        return Link(LinkState.UNKNOWN)
    return Link(state_of(row.used_at, row.expires_at, now), row.kind, row.guild_id, row.user_id, row.path)
