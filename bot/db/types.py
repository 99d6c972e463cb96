"""The column types every table is made of.

===============  ======================  ==========================  ===============================
type             in Python               SQLite                      PostgreSQL
===============  ======================  ==========================  ===============================
UtcDateTime      datetime, aware, UTC    text with offset            TIMESTAMP WITH TIME ZONE
Snowflake        int                     BIGINT                      BIGINT
RowId            int                     INTEGER (the row's own id)  BIGINT, counted by the database
Encrypted        str                     BLOB                        BYTEA
EncryptedJson    what JSON can hold      BLOB                        BYTEA
SealedPerson     int                     BLOB                        BYTEA
===============  ======================  ==========================  ===============================

A value that a type refuses raises `NotStorableError`, a ValueError that never shows the value.
"""

import json
from abc import abstractmethod
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, literal
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ColumnClause, Null
from sqlalchemy.types import TypeDecorator, TypeEngine

from bot.db.ring import MAKE_ONE, SETTING, KeyRing
from bot.errors import DatabaseError, WrongKeyError

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
_T = TypeVar("_T")

KEYS_ATTRIBUTE: Final = "handrail_keys"
"""The attribute of an engine's dialect where `bot.db.engine` puts the KeyRing: no key lives in a module."""

# Fixed width, so that comparing the text compares the instants.
_SQLITE_UTC: Final = "%(year)04d-%(month)02d-%(day)02d %(hour)02d:%(minute)02d:%(second)02d.%(microsecond)06d+00:00"
_LARGEST_SNOWFLAKE: Final = 2**63 - 1


class NotStorableError(ValueError, DontWrapMixin):
    """A value that its column refuses: a mistake in the code that wrote it. Carries the type, never the value."""


class NoKeysError(WrongKeyError, DontWrapMixin):
    """Words were to be stored or read on a database that was opened without keys."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Takes an aware datetime of any zone, stores UTC with its offset, returns an aware UTC datetime.

    Refuses a naive datetime: SQLite would drop the question of which zone it was in without a word.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite has no type for an instant: there it is text in one fixed form."""
        if dialect.name == "sqlite":
            as_text = sqlite.DATETIME(storage_format=_SQLITE_UTC)  # type: ignore[no-untyped-call] # SQLAlchemy's own
            return dialect.type_descriptor(as_text)
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 # inherited
        """To UTC, or NotStorableError."""
        if value is None:
            return None
        if not isinstance(value, datetime):
            raise NotStorableError(f"UtcDateTime takes a datetime, not {type(value).__name__}")
        if value.utcoffset() is None:
            raise NotStorableError("UtcDateTime takes an aware datetime; this one has no time zone")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise NotStorableError("UtcDateTime takes instants of the years 1 to 9999 in UTC") from None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 # inherited
        """To aware UTC, whatever the session's zone; DatabaseError for a stored time without an offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise DatabaseError("The database holds a time without an offset, which Handrail never writes.")
        return value.astimezone(UTC)


class Snowflake(TypeDecorator[int]):
    """An id of Discord's: a whole number from 0 to 2^63 - 1. Never a bool, never text."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:  # noqa: ARG002 # inherited
        """The id, or NotStorableError."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise NotStorableError(f"Snowflake takes an int, not {type(value).__name__}")
        if not 0 <= value <= _LARGEST_SNOWFLAKE:
            raise NotStorableError("Snowflake takes a number from 0 to 2^63 - 1")
        return int(value)


class RowId(TypeDecorator[int]):
    """The id a database counts up for a row. SQLite counts only in a column of the exact type INTEGER.

    `Base` makes SQLite never use one again after its row is gone: a button that is still on somebody's screen names a
    row by this number.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """INTEGER on SQLite, BIGINT elsewhere."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())


class Sealed(TypeDecorator[_T]):
    """What `Encrypted` and `EncryptedJson` share: bytes under the key ring of the engine in use.

    `context` is by convention "table.column" and is authenticated with the value, so that one moved to another column
    does not open. Nothing can be searched or sorted by such a column (two equal values never encrypt alike): a query
    that tries raises TypeError when it is built. NULL stays NULL.
    """

    impl = LargeBinary
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[Any]):
        """Allows IS NULL and IS NOT NULL, and nothing else."""

        def operate(self, op: operators.OperatorType, *other: Any, **kwargs: Any) -> Any:  # noqa: ANN401 # SQLAlchemy's signature
            """Refuse what could never match."""
            about_null = op in (operators.eq, operators.ne, operators.is_, operators.is_not)
            # A column beside it is let through: SQLAlchemy compares columns so when it looks one up among others.
            if not about_null or not all(each is None or isinstance(each, Null | ColumnClause) for each in other):
                raise TypeError("an encrypted column can be compared with NULL only")
            return super().operate(op, *other, **kwargs)

    comparator_factory: Any = Comparator

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    @abstractmethod
    def to_bytes(self, value: _T) -> bytes:
        """What is encrypted for `value`; NotStorableError when the type does not take it."""

    @abstractmethod
    def from_bytes(self, plain: bytes) -> _T:
        """The value that `to_bytes` wrote."""

    def process_bind_param(self, value: _T | None, dialect: Dialect) -> bytes | None:
        """Encrypt under the newest key; NoKeysError on a database that was opened without keys."""
        if value is None:
            return None
        return self.seal(self._ring(dialect), self.to_bytes(value))

    def seal(self, ring: KeyRing, plain: bytes) -> bytes:
        """Encrypt `plain` under the newest key of `ring`; no two times alike."""
        return ring.encrypt(plain, self.context.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> _T | None:
        """Decrypt; WrongKeyError under a key that is not listed, DatabaseError when it was altered or moved."""
        if value is None:
            return None
        return self.from_bytes(self._ring(dialect).decrypt(bytes(value), self.context.encode()))

    def _ring(self, dialect: Dialect) -> KeyRing:
        ring = getattr(dialect, KEYS_ATTRIBUTE, None)
        if not isinstance(ring, KeyRing):
            raise NoKeysError(f"{self.context} is encrypted and no key is set: set {SETTING}; {MAKE_ONE}.")
        return ring


class Encrypted(Sealed[str]):
    """Words, encrypted: `Encrypted("checkins.note")`."""

    cache_ok = True

    def to_bytes(self, value: str) -> bytes:
        """UTF-8."""
        if not isinstance(value, str):
            raise NotStorableError(f"{self.context} takes text, not {type(value).__name__}")
        try:
            return value.encode()
        except UnicodeEncodeError:
            raise NotStorableError(f"{self.context} takes text without lone surrogates") from None

    def from_bytes(self, plain: bytes) -> str:
        """The text."""
        return plain.decode()


class EncryptedJson(Sealed[Json]):
    """A value that JSON can hold, encrypted: scores, answers, lists. None is NULL.

    Change it by assigning a new value: a list that is altered in place is not noticed.
    """

    cache_ok = True

    def to_bytes(self, value: Json) -> bytes:
        """Compact JSON in UTF-8; refuses NaN, infinities and what JSON has no form for."""
        try:
            return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except (TypeError, ValueError, RecursionError):
            raise NotStorableError(
                f"{self.context} takes what JSON can hold; this {type(value).__name__} it cannot"
            ) from None

    def from_bytes(self, plain: bytes) -> Json:
        """The value; tuples come back as lists, as JSON has it."""
        value: Json = json.loads(plain)
        return value


KEYS_SEARCHED: Final = 4
"""Under how many keys a person is looked for, the newest first: more are on a ring only while a rotation is owed."""


class SealedPerson(Sealed[int]):
    """Whom a row is about, encrypted, where the database alone must not tell: `SealedPerson("shares.author")`.

    Unlike other sealed values it can be looked up: equal ids of one column seal alike. `==` finds those under any of
    the newest `KEYS_SEARCHED` keys, so that nothing is missed between a new key and the rotation.
    """

    cache_ok = True

    class Comparator(Sealed.Comparator):
        """Allows `==` with an id, IS NULL and IS NOT NULL."""

        def operate(self, op: operators.OperatorType, *other: Any, **kwargs: Any) -> Any:  # noqa: ANN401 # SQLAlchemy's signature
            """An id is compared with what it seals to under each key."""
            if op is operators.eq and len(other) == 1 and isinstance(other[0], int):
                context = self.type.context  # type: ignore[attr-defined] # a SealedPerson's comparator has a SealedPerson
                sealed = [literal(other[0], _PersonUnder(context, place)) for place in range(KEYS_SEARCHED)]
                return TypeDecorator.Comparator.operate(self, operators.in_op, sealed, **kwargs)
            return super().operate(op, *other, **kwargs)

    comparator_factory: Any = Comparator

    def seal(self, ring: KeyRing, plain: bytes) -> bytes:
        """Encrypt `plain` under the newest key of `ring`; an equal value alike."""
        return ring.encrypt_alike(plain, self.context.encode())

    def to_bytes(self, value: int) -> bytes:
        """Eight bytes, so that the length says nothing."""
        if type(value) is not int or not 0 <= value <= _LARGEST_SNOWFLAKE:
            raise NotStorableError(f"{self.context} takes an id of Discord's")
        return value.to_bytes(8, "big")

    def from_bytes(self, plain: bytes) -> int:
        """The id."""
        return int.from_bytes(plain, "big")


class _PersonUnder(SealedPerson):
    """A person as sealed under one key of the ring, for a comparison."""

    cache_ok = True

    def __init__(self, context: str, place: int) -> None:
        super().__init__(context)
        self.place = place

    def seal(self, ring: KeyRing, plain: bytes) -> bytes:
        """Encrypt under the key in this place."""
        return ring.encrypt_alike(plain, self.context.encode(), self.place)
