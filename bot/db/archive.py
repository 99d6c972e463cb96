"""The file format of a backup: one stream, encrypted in chunks, of which nothing can be cut, swapped or added unseen.

::

    16 bytes  HANDRAIL-BACKUP and the format version, 0x01
    4 bytes   length of the header, big-endian
    header    JSON: created_at (ISO 8601, UTC), revision, key_id, salt (hex), size (bytes of the plain stream)
    chunks    AES-256-GCM of 1 MiB each, the last one shorter or as long, each with its 16-byte tag

Every file has a key of its own, derived (HKDF-SHA256) from the ring's newest key and the random salt; the nonce is the
chunk's number. Authenticated with each chunk are the whole header, the chunk's number, and whether it is the last.
"""

import hashlib
import json
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.db.ring import SETTING, KeyRing
from bot.errors import BackupError, WrongKeyError

MAGIC: Final = b"HANDRAIL-BACKUP"
CHUNK: Final = 1024 * 1024

_VERSION: Final = b"\x01"
_PURPOSE: Final = b"handrail backup, format 1"
_TAG: Final = 16
_LENGTH: Final = struct.Struct(">I")
_LONGEST_HEADER: Final = 4096


@dataclass(frozen=True)
class Header:
    """What a backup says of itself, readable without a key and authenticated with it."""

    created_at: datetime
    """UTC."""
    revision: str
    """The schema revision of the database in it."""
    key_id: str
    """The short name of the key it is encrypted under."""
    salt: bytes
    size: int
    """Bytes of the database in it."""

    def to_bytes(self) -> bytes:
        """Magic, version, length and JSON."""
        fields = asdict(self) | {"created_at": self.created_at.astimezone(UTC).isoformat(), "salt": self.salt.hex()}
        body = json.dumps(fields).encode()
        return MAGIC + _VERSION + _LENGTH.pack(len(body)) + body

    @property
    def file_size(self) -> int:
        """How long the whole file is."""
        return len(self.to_bytes()) + self.size + _TAG * self.chunks

    @property
    def chunks(self) -> int:
        """How many chunks there are; an empty stream has one, empty."""
        return max(1, -(-self.size // CHUNK))


def new_salt() -> bytes:
    """32 random bytes: what makes the key of one file its own."""
    return os.urandom(32)


def is_archive(path: Path) -> bool:
    """Whether a file begins as a backup does."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def write(plain: BinaryIO, into: BinaryIO, header: Header, keys: KeyRing, go_on: Callable[[], None]) -> None:
    """Write `header` and the encrypted stream. `go_on` is called before every chunk and may raise to stop."""
    cipher, digest = _cipher(header, keys)
    into.write(header.to_bytes())
    for number in range(header.chunks):
        go_on()
        piece = plain.read(CHUNK)
        into.write(cipher.encrypt(_nonce(number), piece, _bound(digest, number, last=number == header.chunks - 1)))
    if plain.tell() != header.size or plain.read(1):
        raise BackupError("The snapshot changed while it was encrypted: no backup was written.")


def read_header(file: BinaryIO, name: str) -> Header:
    """The header of a backup, not yet authenticated; BackupError when it is none."""
    begin = file.read(len(MAGIC) + len(_VERSION) + _LENGTH.size)
    if not begin.startswith(MAGIC) or len(begin) < len(MAGIC) + len(_VERSION) + _LENGTH.size:
        raise BackupError(f"{name} is not a backup made by Handrail.")
    if begin[len(MAGIC) : len(MAGIC) + 1] != _VERSION:
        raise BackupError(f"{name} was made by a newer Handrail: update Handrail to restore it.")
    (length,) = _LENGTH.unpack(begin[-_LENGTH.size :])
    body = file.read(min(length, _LONGEST_HEADER))
    if len(body) < length <= _LONGEST_HEADER:
        raise _truncated(name)
    try:
        fields = json.loads(body)
        header = Header(
            created_at=datetime.fromisoformat(fields["created_at"]),
            revision=str(fields["revision"]),
            key_id=bytes.fromhex(fields["key_id"]).hex(),
            salt=bytes.fromhex(fields["salt"]),
            size=int(fields["size"]),
        )
    except (ValueError, KeyError, TypeError):
        raise _altered(name) from None
    if header.to_bytes() != begin + body:
        raise _altered(name)
    return header


def read(file: BinaryIO, name: str, keys: KeyRing) -> tuple[Header, Iterator[bytes]]:
    """The header, and the stream piece by piece, each authenticated before it is handed out.

    Raises BackupError when the file is no backup, is cut short or altered, or its key is not in `keys`: some of it only
    when that piece is reached.
    """
    header = read_header(file, name)
    length = os.fstat(file.fileno()).st_size
    if length < header.file_size:
        raise _truncated(name)
    if length > header.file_size:
        raise _altered(name)
    try:
        cipher, digest = _cipher(header, keys)
    except WrongKeyError:
        raise BackupError(
            f"{name} is encrypted under the key {header.key_id}, which is neither in {SETTING} nor in the key file."
        ) from None
    return header, _pieces(file, name, header, cipher, digest)


def _pieces(file: BinaryIO, name: str, header: Header, cipher: AESGCM, digest: bytes) -> Iterator[bytes]:
    for number in range(header.chunks):
        sealed = file.read(CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number), sealed, _bound(digest, number, last=number == header.chunks - 1))
        except (InvalidTag, ValueError):
            raise _altered(name) from None


def _cipher(header: Header, keys: KeyRing) -> tuple[AESGCM, bytes]:
    key = keys.derive(header.salt, _PURPOSE, header.key_id)
    return AESGCM(key), hashlib.sha256(header.to_bytes()).digest()


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound(digest: bytes, number: int, *, last: bool) -> bytes:
    return digest + number.to_bytes(8, "big") + bytes([last])


def _truncated(name: str) -> BackupError:
    return BackupError(f"The backup {name} is cut short: use another one.")


def _altered(name: str) -> BackupError:
    return BackupError(f"The backup {name} was damaged or altered: use another one.")
