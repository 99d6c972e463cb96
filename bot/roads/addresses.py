"""What a contact of the programme file means: an apprise address, read into the roads that it names.

The addresses are apprise's own (its wiki documents each). For five of its services we have senders of our own, each
with its own slot and deadline; every other scheme is left to apprise. A sentence about a bad address names its scheme
and nothing else of it: what follows may be a password or somebody's telephone number.
"""

import hashlib
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

_PHONE: Final = re.compile(r"\+?[0-9]{5,15}", re.ASCII)
_SERVICE: Final = re.compile(r"MG[0-9a-f]{32}", re.ASCII | re.IGNORECASE)
_TOPIC: Final = re.compile(r"[-_A-Za-z0-9]{1,64}", re.ASCII)
_KEY: Final = re.compile(r"[A-Za-z0-9]{20,64}", re.ASCII)
_YES: Final = frozenset({"yes", "y", "true", "1", "on"})
NTFY_CLOUD: Final = "ntfy.sh"

# Its DEBUG lines print bodies, its warnings print addresses; what came of an attempt is ours to record.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class AddressError(ValueError):
    """A contact that cannot be used. The sentence names its scheme only, and ends without a full stop."""


class RoadType(StrEnum):
    """What a road is to the person at its end."""

    SMS = "sms"
    VOICE = "voice"
    PAGERDUTY = "pagerduty"
    EMAIL = "email"
    NTFY = "ntfy"
    WEBHOOK = "webhook"
    OTHER = "other"


@dataclass(frozen=True)
class Twilio:
    """A telephone number, by SMS or by a call that is read out. ``sender`` is a number or a Messaging Service."""

    account: str
    token: str
    api_key: str | None
    sender: str
    to: str
    voice: bool


@dataclass(frozen=True)
class PagerDuty:
    """A service at PagerDuty, by the integration key of its Events API v2."""

    key: str
    europe: bool


@dataclass(frozen=True)
class Mail:
    """A mailbox, and the server that takes mail for it. ``mode`` is ``insecure``, ``starttls`` or ``ssl``."""

    host: str
    port: int
    mode: str
    user: str | None
    password: str | None
    sender: str
    to: str


@dataclass(frozen=True)
class Ntfy:
    """A topic of an ntfy server. ``base`` is None for ntfy.sh."""

    base: str | None
    topic: str
    token: str | None
    user: str | None
    password: str | None
    priority: int


@dataclass(frozen=True)
class Webhook:
    """An address that takes JSON. ``extras`` join the body, or rename one of its keys, as apprise has it."""

    url: str
    method: str
    user: str | None
    password: str | None
    headers: Mapping[str, str]
    params: Mapping[str, str]
    extras: Mapping[str, str]


@dataclass(frozen=True)
class Other:
    """Whatever else apprise knows."""

    url: str


Address = Twilio | PagerDuty | Mail | Ntfy | Webhook | Other


@dataclass(frozen=True)
class Road:
    """One road to one person. ``key`` is a short hash that stands for the address wherever something is stored."""

    key: str
    type: RoadType
    scheme: str
    address: Address = field(repr=False)


def read(contact: str) -> tuple[Road, ...]:
    """The roads that one contact names: one for each number, mailbox or topic in it.

    Raises:
        AddressError: with one sentence that names the scheme only.
    """
    scheme = contact.partition("://")[0].lower()
    try:
        parts = urlsplit(contact)
        port = parts.port  # raises where it is no number
    except ValueError:
        raise AddressError(f"this {scheme}:// address cannot be read; look at its port and its brackets") from None
    del port
    asked = _Query(parts.query)
    match scheme:
        case "twilio":
            kind, found = _twilio(parts, asked)
        case "pagerduty":
            kind, found = RoadType.PAGERDUTY, [_pagerduty(parts, asked)]
        case "mailto" | "mailtos":
            kind, found = RoadType.EMAIL, list(_mail(contact, scheme))
        case "ntfy" | "ntfys":
            kind, found = RoadType.NTFY, list(_ntfy(parts, asked, scheme))
        case "json" | "jsons":
            kind, found = RoadType.WEBHOOK, [_webhook(parts, asked, scheme)]
        case _:
            _instance(contact, scheme)
            kind, found = RoadType.OTHER, [Other(contact)]
    return tuple(Road(_key(contact, number), kind, scheme, address) for number, address in enumerate(found))


def _key(contact: str, number: int) -> str:
    """Twelve hexadecimal digits. The whole contact goes in, secrets and all, so that no number can be guessed back."""
    return hashlib.sha256(f"handrail road\0{contact}\0{number}".encode()).hexdigest()[:12]


class _Query:
    """What is behind the question mark: settings, and apprise's ``+`` headers, ``-`` parameters and ``:`` extras."""

    def __init__(self, text: str) -> None:
        self.plain: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.params: dict[str, str] = {}
        self.extras: dict[str, str] = {}
        kinds = {"+": self.headers, "-": self.params, ":": self.extras}
        for pair in text.split("&"):
            name, _, value = pair.partition("=")
            # The signs are looked for before a plus would be read as a blank.
            name, value = unquote(name), unquote(value.replace("+", " "))
            if name[:1] in kinds:
                kinds[name[0]][name[1:]] = value
            elif name:
                self.plain[name.lower()] = value

    def says(self, name: str) -> str:
        return self.plain.get(name, "").strip()


def _steps(parts: SplitResult) -> list[str]:
    return [unquote(step) for step in parts.path.split("/") if step]


def _host(parts: SplitResult) -> str:
    return unquote(parts.netloc.rpartition("@")[2])


def _phone(text: str, what: str) -> str:
    number = re.sub(r"[\s().-]", "", text)
    if not _PHONE.fullmatch(number):
        raise AddressError(f"this twilio:// address has no usable {what} number; write it like +15551234567")
    return number


def _twilio(parts: SplitResult, asked: _Query) -> tuple[RoadType, list[Address]]:
    account, token = unquote(parts.username or ""), asked.says("token") or unquote(parts.password or "")
    if not account or not token:
        raise AddressError("this twilio:// address lacks its account; write twilio://SID:TOKEN@FROM/TO")
    voice = asked.says("voice").lower() in _YES or asked.says("method").lower() in {"call", "voice"}
    sender = asked.says("from") or _host(parts)
    if voice or not _SERVICE.fullmatch(sender):
        sender = _phone(sender, "sending")
    numbers = [*_steps(parts), *filter(None, re.split(r"[,;]", asked.says("to")))]
    if not numbers:
        raise AddressError("this twilio:// address names nobody to reach; write twilio://SID:TOKEN@FROM/TO")
    kind = RoadType.VOICE if voice else RoadType.SMS
    key = asked.says("apikey") or None
    return kind, [Twilio(account, token, key, sender, _phone(number, "receiving"), voice) for number in numbers]


def _pagerduty(parts: SplitResult, asked: _Query) -> Address:
    key = asked.says("integrationkey") or unquote(parts.username or "")
    if not _KEY.fullmatch(key):
        raise AddressError("this pagerduty:// address lacks its integration key; write pagerduty://INTEGRATION_KEY@")
    return PagerDuty(key, europe=asked.says("region").lower() == "eu")


def _mail(contact: str, scheme: str) -> Iterator[Address]:
    # apprise knows the servers of the well-known providers; which one it is, we let it say.
    found = _instance(contact, scheme)
    if found.secure_mode not in {"insecure", "starttls", "ssl"} or not found.smtp_host:
        raise AddressError(f"this {scheme}:// address names no usable mail server; add ?smtp= and ?mode=")
    if not found.targets:
        raise AddressError(f"this {scheme}:// address names no mailbox; add ?to= and the mailbox")
    default = {"insecure": 25, "starttls": 587, "ssl": 465}[found.secure_mode]
    for _, mailbox in found.targets:
        yield Mail(
            host=found.smtp_host,
            port=found.port or default,
            mode=found.secure_mode,
            user=found.user or None,
            password=found.password or None,
            sender=found.from_addr[1],
            to=mailbox,
        )


def _ntfy(parts: SplitResult, asked: _Query, scheme: str) -> Iterator[Address]:
    topics = [*_steps(parts), *filter(None, asked.says("to").split(","))]
    host = _host(parts)
    if not topics:
        host, topics = NTFY_CLOUD, [host]
    if not host or not all(_TOPIC.fullmatch(topic) for topic in topics):
        raise AddressError(f"this {scheme}:// address names no usable topic; write {scheme}://HOST/TOPIC")
    user, password = unquote(parts.username or "") or None, unquote(parts.password or "") or None
    token = asked.says("token") or None
    if user and not password and (user.startswith("tk_") or asked.says("auth").lower() == "token"):
        user, token = None, user
    priority = {"min": 1, "low": 2, "default": 3, "high": 4}.get(asked.says("priority").lower(), 5)
    base = None if host == NTFY_CLOUD else f"{'https' if scheme == 'ntfys' else 'http'}://{host}"
    for topic in topics:
        yield Ntfy(base, topic, token, user, password, priority)


def _webhook(parts: SplitResult, asked: _Query, scheme: str) -> Address:
    if not parts.hostname:
        raise AddressError(f"this {scheme}:// address names no server; write {scheme}://HOST/PATH")
    method = asked.says("method").upper() or "POST"
    if method not in {"POST", "PUT", "PATCH"}:
        raise AddressError(f"this {scheme}:// address asks for a method that carries no body; use POST or PUT")
    url = f"{'https' if scheme == 'jsons' else 'http'}://{_host(parts)}{parts.path or '/'}"
    user, password = unquote(parts.username or "") or None, unquote(parts.password or "") or None
    return Webhook(url, method, user, password, asked.headers, asked.params, asked.extras)


def _instance(contact: str, scheme: str) -> Any:  # noqa: ANN401  # apprise has no types
    """What apprise makes of it.

    Raises:
        AddressError: where it cannot be used.
    """
    import apprise  # noqa: PLC0415  # a quarter of a second, which whoever has no such contact need not wait

    try:
        found = apprise.Apprise.instantiate(contact, suppress_exceptions=True)
    except Exception:  # noqa: BLE001  # a plugin's own; whatever it says may hold the address
        found = None
    if found is None:
        raise AddressError(f"apprise does not understand this {scheme}:// address; see its page for this service")
    return found
