"""The private pages on a real server on loopback, over the real services, with a clock to move; and a browser."""

import os
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import aiohttp
import pyotp
from sqlalchemy import select
from yarl import URL

from bot.access.records import AuditRow
from bot.access.service import AccessService
from bot.contact_cards.service import ContactCard, ContactCardService
from bot.content import Content
from bot.crisis.assessment import Tier
from bot.crisis.detector import Detector
from bot.db import Database, KeyRing
from bot.db.models import load_models
from bot.delivery.service import Kinds, Outbox
from bot.delivery.transport import NoRoad
from bot.members.records import MemberRow, MembershipRow
from bot.members.rules import MembershipState
from bot.members.service import MemberService
from bot.oncall.service import Alarm, Incident, Judged, OnCallService
from bot.program.schema import Programme
from bot.program.service import ProgrammeService
from bot.timing import ManualClock
from bot.web.application import PrivatePages
from bot.web.furnishing import private_pages
from bot.web.road_links import RoadLinks

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""Monday noon in New York, where the fictional programme is."""
GUILD, ELSEWHERE = 700, 701
RIVERA, CHEN, OKAFOR = 8001, 8002, 8003
ALEX, BEA, JO = 9001, 9002, 9003
NAMES = {RIVERA: "Rivera", CHEN: "Chen"}
WORDS = "I can't go on. <script>alert(\"x\")</script> I'm going to kill myself tonight & I mean it"
FILE = {
    "program": {"name": "Riverside", "timezone": "America/New_York", "country": "US", "languages": ["en", "es"]},
    "staff": [str(RIVERA), str(CHEN), str(OKAFOR)],
    "groups": [{"key": "morning", "name": "Morning", "track": "iop"}],
    "oncall": {"rota": {"handoff": "mon 09:00", "people": [str(RIVERA)]}, "backup": [str(CHEN)]},
}
CONTENT = Content.load()
DETECTOR = Detector.load()


@dataclass
class Health:
    """What the health endpoint shows, to be set by the test."""

    is_well: bool = True

    def to_json(self) -> Mapping[str, object]:
        return {"well": self.is_well, "gateway_fresh": self.is_well}


@dataclass
class Stand:
    """The services, put together as the composition root does it."""

    database: Database
    clock: ManualClock
    access: AccessService
    cards: ContactCardService
    members: MemberService
    programmes: ProgrammeService
    oncall: OnCallService
    pages: PrivatePages
    port: int
    health: Health = field(default_factory=Health)
    confirmed: list[tuple[int, int]] = field(default_factory=list)
    secrets: dict[int, str] = field(default_factory=dict)
    """The second factors that were set up here, by person."""

    @property
    def url(self) -> URL:
        """Where the server really is."""
        return URL(f"http://127.0.0.1:{self.port}")

    @property
    def road_links(self) -> RoadLinks:
        return RoadLinks(self.access, self.oncall, self.members)

    async def link(self, user: int, path: str, guild: int = GUILD) -> str:
        """A one-time link, as its path on this server."""
        made = await self.access.link(guild, user, path)
        assert made is not None
        return URL(made).path

    async def raise_alarm(self, words: str | None = WORDS, user: int = ALEX) -> Incident:
        """Somebody writes words of danger."""
        assessment = DETECTOR.assess(words or "")
        alarm = Alarm(
            GUILD,
            user,
            Tier.PAGE,
            f"message:{user}:{words}",
            categories=tuple(one.value for one in assessment.categories),
            words=words,
            channel_id=555,
            message_id=666,
            judged=Judged(assessment.rules, assessment.spans, assessment.version),
        )
        shift = await self.oncall.shift(GUILD)
        async with self.database.write() as session:
            return await self.oncall.raise_alarm(session, alarm, shift)

    def code_of(self, user: int) -> str:
        """What this person's phone shows now."""
        return pyotp.TOTP(self.secrets[user]).at(self.clock.now())

    async def audit(self) -> list[tuple[str, int | None, str, str]]:
        """The record, in short: (action, who, kind, id)."""
        async with self.database.read() as session:
            rows = (await session.scalars(select(AuditRow).order_by(AuditRow.id))).all()
        return [(row.action, row.actor_id, row.object_kind, row.object_id) for row in rows]

    async def signed_in(self, user: int, path: str) -> "Browser":
        """A browser that came by a link, and through the second factor where the page asks for it."""
        browser = Browser(self)
        page = await browser.enters(await self.link(user, path))
        if page.asks_for_code:
            page = await browser.gives_code(user)
        assert page.status == 200, page.text
        return browser


@dataclass
class Page:
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]
    path: str

    @property
    def token(self) -> str:
        found = re.search(r'name="form_token" value="([0-9a-f]+)"', self.text)
        assert found, "the page has no form"
        return found[1]

    @property
    def asks_for_code(self) -> bool:
        return 'name="code"' in self.text

    @property
    def words(self) -> str:
        """What somebody reads, without the markup."""
        return unescape(re.sub(r"<[^>]+>", " ", self.text))


class Browser:
    """Somebody's browser: cookies, and the headers that browsers of our day send with a form."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.cookies: dict[str, str] = {}
        self.page = Page(0, "", {}, "")

    async def goes(self, path: str, *, method: str = "GET", follow: bool = True, language: str = "en") -> Page:
        return await self._send(method, path, None, follow, {"Accept-Language": language})

    async def sends(
        self,
        path: str,
        form: Mapping[str, str] | None = None,
        *,
        token: str | None = None,
        follow: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Send a form as our own page would: with its token, unless another is given."""
        token = self.page.token if token is None and "form_token" in self.page.text else token
        data = {**(form or {}), **({"form_token": token} if token else {})}
        sent = {"Origin": "null", "Sec-Fetch-Site": "same-origin"} if headers is None else dict(headers)
        return await self._send("POST", path, data, follow, sent)

    async def enters(self, link: str) -> Page:
        """Look at a link, and press its button."""
        await self.goes(link)
        return await self.sends(link)

    async def gives_code(self, user: int, code: str | None = None) -> Page:
        """Type the code; where none is set up, set it up by what the page shows."""
        if user not in self.stand.secrets:
            shown = re.search(r'class="secret">([A-Z2-7 ]+)<', self.page.text)
            assert shown
            self.stand.secrets[user] = shown[1].replace(" ", "")
        return await self.sends("/second-factor", {"code": code or self.stand.code_of(user)})

    async def _send(
        self, method: str, path: str, data: Mapping[str, str] | None, follow: bool, headers: Mapping[str, str]
    ) -> Page:
        url = URL(f"{self.stand.url}{path}", encoded=True)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {**headers, **({"Cookie": cookie} if cookie else {})}
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.request(method, url, data=data, headers=sent, allow_redirects=False) as response,
        ):
            for name, morsel in response.cookies.items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
            page = Page(response.status, await response.text(), response.headers, path)
        if follow and page.status == 303:
            return await self._send("GET", page.headers["Location"], None, True, {})
        self.page = page
        return page


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def open_stand(folder: Path, *, base_url: str | None = "http") -> AsyncIterator[Stand]:
    """A running server. ``base_url``: "http" for where it really is, else what the settings say."""
    database = await Database.open(f"sqlite+aiosqlite:///{folder}/pages.db", KeyRing([os.urandom(32)]))
    clock, port = ManualClock(NOON), free_port()
    outbox = Outbox(database, clock, NoRoad(), Kinds())
    programmes = ProgrammeService(database, clock)
    members = MemberService(database, clock, CONTENT, outbox, programmes)
    oncall = OnCallService(database, clock, outbox, programmes, members)
    access = AccessService(database, clock, f"http://127.0.0.1:{port}" if base_url == "http" else base_url)
    cards = ContactCardService(database, clock, access.audit)
    confirmed: list[tuple[int, int]] = []

    async def arrived(attempt: int, person: int) -> None:
        confirmed.append((attempt, person))

    async def ask_name(guild_id: int, person: int) -> str:
        assert guild_id == GUILD
        return NAMES[person]

    pages = private_pages(
        clock=clock,
        content=CONTENT,
        access=access,
        cards=cards,
        oncall=oncall,
        members=members,
        programmes=programmes,
        arrived=arrived,
        ask_name=ask_name,
    )
    stand = Stand(database, clock, access, cards, members, programmes, oncall, pages, port, confirmed=confirmed)

    async def look() -> Health:
        return stand.health

    pages.health.look = look
    try:
        async with database.write() as session:
            await (await session.connection()).run_sync(load_models().create_all)
        await programmes.adopt(Programme.model_validate(FILE), GUILD)
        async with database.write() as session:
            for user, name in ((ALEX, "Alex"), (BEA, "Bea")):
                session.add(MemberRow(guild_id=GUILD, user_id=user, chosen_name=name, language="en", created_at=NOON))
                session.add(
                    MembershipRow(
                        guild_id=GUILD,
                        user_id=user,
                        group_key="morning",
                        state=MembershipState.ACTIVE,
                        invited_by=RIVERA,
                        invited_at=NOON,
                        changed_at=NOON,
                    )
                )
        await pages.start("127.0.0.1", port)
        yield stand
    finally:
        await pages.close()
        await database.close()


async def leave_card(stand: Stand) -> ContactCard:
    """Alex left a card."""
    card = ContactCard("+1 555 0100", "12 Canal St, bell 3", "Jo, my sister: +1 555 0101")
    return await stand.cards.save(GUILD, ALEX, card)
