"""How keys are written down: in HANDRAIL_SECURITY__KEYS, or in a key file beside a SQLite database.

A key file holds the same keys one a line, newest first; a line that begins with # is a comment. It is made only for a
database that holds nothing encrypted yet, and never leaves with a backup: whoever has both file and key can read all.
"""

import base64
import binascii
import os
import re
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from bot.db.engine import parse_url, sqlite_path
from bot.db.faults import as_database_error
from bot.db.files import create_private, prepare_folder, sync_folder
from bot.db.meta import KEYCHECK, Meta
from bot.db.ring import KEY_BYTES, MAKE_ONE, SETTING, KeyRing
from bot.errors import DatabaseError, SettingsError, WrongKeyError

__all__ = [
    "KeyRing",
    "add_key_to_file",
    "exposed",
    "find_keys",
    "key_file_for",
    "load_or_make_key_file",
    "new_key",
    "parse_keys",
]

_SUFFIX: Final = ".key"
_HEX: Final = re.compile(r"[0-9A-Fa-f]{64}")
# A random key has fewer distinct bytes than this about once in 10^33: anything below is a placeholder somebody typed.
_FEWEST_DISTINCT_BYTES: Final = 8
_FILE_HEADING: Final = (
    "# Handrail's keys, newest first. Without them nothing that people wrote can be read again; with them, all.\n"
    "# Keep a copy in a safe place, apart from the database and its backups.\n"
)
_FIND_KEYCHECK: Final = f"SELECT 1 FROM {Meta.__tablename__} WHERE key = ?"  # noqa: S608 # a name from the code


def parse_keys(text: str, source: str = SETTING) -> KeyRing:
    """Read keys as HANDRAIL_SECURITY__KEYS holds them: comma-separated, newest first.

    Each is 32 random bytes, as base64 (standard or URL-safe, padded or not) or as 64 hex digits. Raises SettingsError,
    which names the `source` and the position that is wrong, and never shows a value.
    """
    keys: list[bytes] = []
    for position, item in enumerate(text.split(","), start=1):
        key = _decode(item.strip())
        if key is None:
            wrong = "is empty" if not item.strip() else f"is not {KEY_BYTES} bytes in base64 or 64 hex digits"
            raise SettingsError(f"{source}: key {position} {wrong}; {MAKE_ONE}.")
        if len(set(key)) < _FEWEST_DISTINCT_BYTES:
            raise SettingsError(f"{source}: key {position} is not random; {MAKE_ONE}.")
        if key in keys:
            raise SettingsError(f"{source}: key {position} is the same as key {keys.index(key) + 1}; list each once.")
        keys.append(key)
    return KeyRing(keys)


def new_key() -> str:
    """A new random key as HANDRAIL_SECURITY__KEYS takes it: URL-safe base64, 44 characters."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode("ascii")


def find_keys(url: str, listed: str | None) -> KeyRing:
    """The keys of the database at `url`: those `listed` in the setting, else those of a SQLite database's key file.

    Raises SettingsError where neither is to be had, and as `parse_keys` and `load_or_make_key_file` do.
    """
    if listed is not None and listed.strip():
        return parse_keys(listed)
    path = sqlite_path(url)
    if path is None:
        backend = parse_url(url).get_backend_name()
        raise SettingsError(f"{SETTING} is not set, and a {backend} database has no key file: {MAKE_ONE}.")
    return load_or_make_key_file(key_file_for(path))


def key_file_for(database_path: Path) -> Path:
    """Where the key file of a SQLite database lies: beside it, `handrail.db.key` for `handrail.db`."""
    return database_path.with_name(database_path.name + _SUFFIX)


def load_or_make_key_file(path: Path) -> KeyRing:
    """The keys of a key file, which is made, with one new key and mode 0600, where there is none.

    Raises WrongKeyError when there is none but the database beside it holds encrypted rows, for whoever moved the file
    would otherwise find those rows shut for good; SettingsError when it cannot be used or made.
    """
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    if _holds_encrypted_rows(path.with_name(path.name.removesuffix(_SUFFIX))):
        raise WrongKeyError(
            f"The key file {path} is gone and its database is encrypted: put it back, or set {SETTING} to its keys."
        )
    prepare_folder(path)
    # Written aside, then linked: a reader finds a whole file or none, and of two that make one both use the first.
    with suppress(FileExistsError):
        _write(path, [new_key()], os.link)
    return _read(path)


def add_key_to_file(path: Path) -> KeyRing:
    """Put a new key before those of a key file, and return them all; `bot.db.rotate` then makes the old ones idle.

    Raises SettingsError when the file cannot be read or written.
    """
    try:
        _read(path)
        _write(path, [new_key(), *_lines(path)], os.replace)
    except FileNotFoundError:
        raise SettingsError(f"There is no key file {path}.") from None
    return _read(path)


def exposed(path: Path) -> str | None:
    """A sentence when others on this machine may read the key file, or None."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return f"The key file {path} may be read by others on this machine (mode {mode:04o}): run chmod 600 on it."
    return None


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"The key file {path} cannot be read: check who owns it, and that it is text.") from None
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _read(path: Path) -> KeyRing:
    return parse_keys(",".join(_lines(path)), f"The key file {path}")


def _write(path: Path, keys: list[str], put: Callable[[Path, Path], None]) -> None:
    aside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        aside.unlink(missing_ok=True)
        with create_private(aside) as file:
            file.write((_FILE_HEADING + "".join(f"{key}\n" for key in keys)).encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        put(aside, path)
        sync_folder(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise SettingsError(f"The key file {path} cannot be written: {error.strerror}.") from None
    finally:
        aside.unlink(missing_ok=True)


def _holds_encrypted_rows(database: Path) -> bool:
    """Whether a SQLite file has the key check that `migrate` writes before anything else is encrypted."""
    if not database.is_file() or database.stat().st_size == 0:
        return False
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            return connection.execute(_FIND_KEYCHECK, (KEYCHECK,)).fetchone() is not None
    except sqlite3.OperationalError as error:
        if (plain := as_database_error(error, str(database))) is not None:
            raise plain from None
        return False  # there is no such table: nothing was ever encrypted here
    except sqlite3.DatabaseError as error:
        raise as_database_error(error, str(database)) or DatabaseError(f"{database} cannot be read.") from None


def _decode(item: str) -> bytes | None:
    # 64 hex digits are also base64, of 48 bytes: hex is tried first.
    if _HEX.fullmatch(item):
        return bytes.fromhex(item)
    bare = item.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        key = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None
