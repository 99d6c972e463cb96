"""Files and folders that hold what people wrote: for nobody else to read, and on disk before they are counted on."""

import os
from pathlib import Path
from typing import BinaryIO

from bot.errors import DatabaseError


def prepare_folder(path: Path) -> None:
    """Make the folder that `path` lies in, mode 0700, where there is none; DatabaseError when that fails."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(f"The folder {path.parent} cannot be made: {error.strerror}.") from None


def prepare_file(path: Path) -> None:
    """Make an empty database file, mode 0600, and its folder where there are none; DatabaseError when that fails.

    SQLite gives its log the mode of the file, so that nobody else on the machine reads either.
    """
    prepare_folder(path)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if not path.is_file():
            raise DatabaseError(
                f"The database {path} cannot be opened: there is something else by that name."
            ) from None
    except OSError as error:
        raise DatabaseError(f"The database {path} cannot be made: {error.strerror}.") from None


def create_private(path: Path) -> BinaryIO:
    """A new file, mode 0600, open for writing; OSError (FileExistsError where there is one)."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
