"""E-mail over SMTP: one connection a message, by aiosmtplib.

Where the address asks for TLS nothing, and no password, goes out without it: a certificate that is not trusted, or a
server that offers no STARTTLS, is a refusal. A programme with a mail server under a certificate authority of its own
names that by ``SSL_CERT_FILE``, as for everything else on the machine.
"""

import asyncio
import socket
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import aiosmtplib

from bot.delivery.rules import Outcome
from bot.delivery.transport import RefusedForGoodError, TryLaterError, UnsureError
from bot.roads.addresses import Mail
from bot.roads.message import Message
from bot.roads.threads import Threads
from bot.roads.trust import is_distrust, not_trusted

_SENT_AS = "handrail"


async def send(address: Mail, message: Message, names: Threads, deadline: float) -> None:
    """Hand the message to the mail server; ``deadline`` is in seconds, for each of its answers.

    Raises:
        RefusedForGoodError, TryLaterError, UnsureError: as ``bot.delivery.transport`` has them.
    """
    try:
        sock = await _connected(address, names)
    except OSError:
        raise TryLaterError from None
    try:
        # Read here, for aiosmtplib would read it in the pool that name look-ups of the whole process may have filled.
        tls = None if address.mode == "insecure" else await names.run(ssl.create_default_context)
        await aiosmtplib.send(
            letter(address, message),
            sender=address.sender,
            recipients=[address.to],
            hostname=address.host,
            sock=sock,
            port=None,
            username=address.user,
            password=address.password,
            use_tls=address.mode == "ssl",
            start_tls=address.mode == "starttls",
            tls_context=tls,
            local_hostname=_SENT_AS,
            timeout=deadline,
        )
    except aiosmtplib.SMTPRecipientsRefused as refusal:
        raise _named(max((one.code for one in refusal.recipients), default=550)) from None
    except aiosmtplib.SMTPResponseException as refusal:
        raise _named(refusal.code) from None
    except aiosmtplib.SMTPConnectError as error:
        if is_distrust(error):
            raise not_trusted("email", "certificate") from None
        raise TryLaterError from None
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        if is_distrust(error):
            raise not_trusted("email", "certificate") from None
        if type(error) is aiosmtplib.SMTPException or isinstance(error, aiosmtplib.SMTPNotSupported):
            # It has not what the address asks for: STARTTLS, or a way to sign in. No letter went out before that.
            raise not_trusted("email", "offers no TLS or sign-in") from None
        # A server that broke off, or never answered: it may have it, or not.
        raise UnsureError from None
    finally:
        sock.close()


async def _connected(address: Mail, names: Threads) -> socket.socket:
    """A socket to the mail server, its name looked up in a thread of our own.

    Raises:
        OSError: where no address of it can be reached.
    """
    found = await names.run(lambda: socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM))
    failure: OSError = OSError("no address")
    for family, kind, protocol, _, where in found:
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(sock, where)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure


def letter(address: Mail, message: Message) -> EmailMessage:
    """The letter. Its subject says no more than its text does."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = address.sender, address.to, message.text.splitlines()[0]
    made["Date"] = formatdate()
    made["Message-ID"] = make_msgid(domain=address.sender.rpartition("@")[2] or _SENT_AS)
    made["X-Priority"] = "3" if message.is_drill else "1"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note should answer
    made.set_content(message.whole)
    return made


def _named(code: int) -> Exception:
    """What an SMTP reply means: 4xx may go later, 5xx never (RFC 5321, 4.2.1)."""
    return TryLaterError() if 400 <= code < 500 else RefusedForGoodError(Outcome.REFUSED)
