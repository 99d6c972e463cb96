"""Roads over TLS, against real servers with certificates of the test's own making: trusted, or nothing goes out."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from bot.delivery.transport import RefusedForGoodError
from bot.roads.service import Message, RoadService
from tests.roads.test_senders import road

HOST = "127.0.0.1"
PASSWORD = "canary-of-a-password"
MODES = ("ssl", "starttls")


@dataclass
class MailServer:
    """What came to the mail server. ``secured`` says of each letter and each sign-in whether it came over TLS."""

    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    sign_ins: list[bytes] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)
    heard: bytearray = field(default_factory=bytearray)
    """Everything that was written to it in the clear."""

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """Take a letter."""
        self.letters.append(envelope.content)
        self.secured.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 OK"

    def authenticate(self, server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> AuthResult:
        """Let everybody in, and remember with what."""
        self.sign_ins.append(data.password)
        self.secured.append(server.transport.get_extra_info("sslcontext") is not None)
        return AuthResult(success=True)


def make_certificate(folder: Path, name: str = HOST, *, days: int = 1) -> Path:
    """A self-signed certificate and its key for ``name``, in one file; ``days`` below 0: it is over."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server of a test")])
    now = datetime.now(UTC)  # the library under test asks the machine's own clock
    alternative = x509.IPAddress(ip_address(name)) if name == HOST else x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / f"{name}.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return file


def context_of(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


class _Overheard(SMTP):
    """A mail server that also keeps what it hears before TLS."""

    def data_received(self, data: bytes) -> None:
        if self.transport is not None and self.transport.get_extra_info("sslcontext") is None:
            self.event_handler.heard.extend(data)
        super().data_received(data)


@asynccontextmanager
async def mail_server(mode: str, certificate: Path | None) -> AsyncIterator[MailServer]:
    """One that speaks TLS from the start (``ssl``), or offers it where it has a certificate (``starttls``)."""
    made, loop = MailServer(), asyncio.get_running_loop()
    context = context_of(certificate) if certificate is not None else None

    def protocol() -> SMTP:
        offered = context if mode == "starttls" else None
        return _Overheard(
            made,
            hostname="loopback",
            loop=loop,
            tls_context=offered,
            authenticator=made.authenticate,
            auth_require_tls=False,
        )

    server = await loop.create_server(protocol, HOST, 0, ssl=context if mode == "ssl" else None)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()


def contact_of(server: MailServer, mode: str) -> str:
    return f"mailtos://rivera:{PASSWORD}@{HOST}:{server.port}?to=a@example.org&from=b@example.org&mode={mode}"


@pytest.mark.parametrize("mode", MODES)
async def test_a_certificate_that_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, roads: RoadService, message: Message, mode: str
) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with mail_server(mode, certificate) as server:
        await roads.send(road(contact_of(server, mode)), message)
    [letter] = server.letters
    assert message.text.encode() in letter
    assert server.sign_ins == [PASSWORD.encode()]
    assert server.secured == [True, True], "the password and the letter"
    assert b"MAIL FROM" not in server.heard


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", ["nobody knows who signed it", "it is for another name", "it is over"])
async def test_a_certificate_that_is_not_trusted_is_refused_loudly_and_nothing_goes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, roads: RoadService, message: Message, mode: str, fault: str
) -> None:
    name = "mail.example.org" if fault == "it is for another name" else HOST
    certificate = make_certificate(tmp_path, name, days=-1 if fault == "it is over" else 1)
    if fault != "nobody knows who signed it":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with mail_server(mode, certificate) as server:
        with capture_logs() as logs, pytest.raises(RefusedForGoodError):
            await roads.send(road(contact_of(server, mode)), message)
    assert (server.letters, server.sign_ins) == ([], [])
    assert b"AUTH" not in server.heard
    assert b"MAIL" not in server.heard
    [said] = [one for one in logs if one["log_level"] == "error"]
    assert said == {"event": "roads.not_trusted", "log_level": "error", "road": "email", "why": "certificate"}


async def test_a_server_that_offers_no_starttls_gets_neither_letter_nor_password(
    roads: RoadService, message: Message
) -> None:
    """Whoever sits between may cut the offer out of the greeting: that must not make us speak in the clear."""
    async with mail_server("starttls", None) as server:
        with capture_logs() as logs, pytest.raises(RefusedForGoodError):
            await roads.send(road(contact_of(server, "starttls")), message)
    assert (server.letters, server.sign_ins) == ([], [])
    assert server.heard.upper().startswith(b"EHLO"), "we did talk"
    assert b"AUTH" not in server.heard
    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["roads.not_trusted"]


async def test_a_webhook_with_a_certificate_that_is_not_trusted(
    tmp_path: Path, roads: RoadService, message: Message
) -> None:
    got: list[str] = []

    async def take(request: web.Request) -> web.Response:
        got.append(await request.text())
        return web.Response()

    application = web.Application()
    application.router.add_post("/", take)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0, ssl_context=context_of(make_certificate(tmp_path))).start()
    try:
        with capture_logs() as logs, pytest.raises(RefusedForGoodError):
            await roads.send(road(f"jsons://{HOST}:{runner.addresses[0][1]}/"), message)
    finally:
        await runner.cleanup()
    assert got == []
    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["roads.not_trusted"]
