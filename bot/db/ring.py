"""The keys of a database as a ring, and how a value is sealed under it.

AES-256-GCM (NIST SP 800-38D) with a fresh random 96-bit nonce for every value. A sealed value is::

    1 byte   format version, 0x01
    4 bytes  key id: the first bytes of SHA-256 of the key
    12 bytes nonce
    n bytes  ciphertext, then the 16-byte tag

Version, key id and the caller's *context* are authenticated with it, so that a value copied to another column, or filed
under another key, does not open. Random nonces are safe for about 2^32 values a key; rotate long before that.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import DatabaseError, WrongKeyError

KEY_BYTES: Final = 32
SETTING: Final = "HANDRAIL_SECURITY__KEYS"
MAKE_ONE: Final = "make one with `python -m bot keys new`"

_FORMAT: Final = b"\x01"
_ID_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_HEADER_BYTES: Final = len(_FORMAT) + _ID_BYTES


class KeyRing:
    """The listed keys, newest first: the first encrypts, any of them decrypts.

    Raises ValueError when it is given no key, or one that is not 32 bytes long.
    """

    __slots__ = ("_ciphers", "_keys", "_newest", "_nonce_keys")

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("a key ring needs a key")
        if any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"every key is {KEY_BYTES} bytes long")
        self._newest = _id_of(keys[0])
        self._keys = {_id_of(key): bytes(key) for key in keys}
        self._ciphers = {name: AESGCM(key) for name, key in self._keys.items()}
        self._nonce_keys: dict[tuple[bytes, bytes], bytes] = {}

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self.key_ids)})"

    @property
    def key_id(self) -> str:
        """The short name of the newest key, eight hex digits: safe to show and to log."""
        return self._newest.hex()

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The short names of all keys, newest first."""
        return tuple(name.hex() for name in self._keys)

    def encrypt(self, plain: bytes, context: bytes) -> bytes:
        """Seal `plain` under the newest key; the same `context` is needed to open it."""
        header = _FORMAT + self._newest
        nonce = os.urandom(_NONCE_BYTES)
        return header + nonce + self._ciphers[self._newest].encrypt(nonce, plain, header + context)

    def encrypt_alike(self, plain: bytes, context: bytes, place: int = 0) -> bytes:
        """Seal `plain` so that equal values of one `context` seal alike, and can be looked up; `decrypt` opens it.

        The nonce is made of the value, by HMAC-SHA256 under a key of its own, so that no nonce serves two values (the
        construction of RFC 5297, "synthetic initialization vector"). Whoever has the database alone learns which rows
        hold the same value, and not which value. `place` is the key's on the ring; past its end it is the newest.
        """
        names = list(self._keys)
        name = names[place] if place < len(names) else self._newest
        key = self._nonce_keys.get((name, context))
        if key is None:
            key = self.derive(context, b"handrail: nonces of equal values", name.hex())
            self._nonce_keys[name, context] = key
        header = _FORMAT + name
        nonce = hmac.digest(key, plain, "sha256")[:_NONCE_BYTES]
        return header + nonce + self._ciphers[name].encrypt(nonce, plain, header + context)

    def decrypt(self, blob: bytes, context: bytes) -> bytes:
        """Open what `encrypt` sealed.

        Raises WrongKeyError when it was sealed under a key that is not listed, DatabaseError when it is not a sealed
        value of ours or was altered or moved since.
        """
        where = context.decode("utf-8", "replace")
        if len(blob) < _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES or blob[:1] != _FORMAT:
            raise DatabaseError(f"A stored value of {where} is not one that Handrail encrypted: restore a backup.")
        cipher = self._ciphers.get(blob[1:_HEADER_BYTES])
        if cipher is None:
            raise not_listed(f"A stored value of {where}", id_of_blob(blob))
        nonce = blob[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
        try:
            return cipher.decrypt(nonce, blob[_HEADER_BYTES + _NONCE_BYTES :], blob[:_HEADER_BYTES] + context)
        except InvalidTag:
            raise DatabaseError(
                f"A stored value of {where} was altered or moved outside Handrail and does not open: restore a backup."
            ) from None

    def is_current(self, blob: bytes) -> bool:
        """Whether `blob` names the newest key; says nothing of whether it opens."""
        return blob[:_HEADER_BYTES] == _FORMAT + self._newest

    def derive(self, salt: bytes, purpose: bytes, key_id: str | None = None) -> bytes:
        """A 32-byte key for one `purpose` and `salt` (HKDF-SHA256, RFC 5869), from the newest key or the one named.

        Raises WrongKeyError when the named key is not listed.
        """
        name = self._newest if key_id is None else bytes.fromhex(key_id)
        if name not in self._keys:
            raise not_listed("It", name.hex())
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=purpose).derive(self._keys[name])


def not_listed(what: str, key_id: str) -> WrongKeyError:
    """The error for something sealed under a key that is not on the ring; names the key by its id only."""
    return WrongKeyError(
        f"{what} was encrypted under the key {key_id}, which is neither in {SETTING} nor in the key file: add that key."
    )


def id_of_blob(blob: bytes) -> str:
    """The short name of the key that a sealed value says it is under; proves nothing."""
    return blob[len(_FORMAT) : _HEADER_BYTES].hex()


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:_ID_BYTES]
