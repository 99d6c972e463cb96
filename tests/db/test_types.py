from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect, func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from bot.db import Database, Encrypted, EncryptedJson, KeyRing, Snowflake, UtcDateTime
from bot.db.types import KEYS_ATTRIBUTE, NoKeysError, NotStorableError
from bot.errors import DatabaseError, WrongKeyError
from tests.db.tables import NOON, Mood, Note, make_tables, pairs

SQLITE: Dialect = sqlite.dialect()
POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy's own
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def with_keys(*keys: bytes) -> Dialect:
    dialect: Dialect = sqlite.dialect()
    setattr(dialect, KEYS_ATTRIBUTE, KeyRing(keys))
    return dialect


SCALARS = st.none() | st.booleans() | st.integers() | st.text("aé☕") | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("ab"), inner), max_leaves=5)


@pytest.fixture
async def notes(database: Database) -> Database:
    await make_tables(database)
    return database


class TestUtcDateTime:
    @pytest.mark.parametrize("zone", [UTC, NEW_YORK, LORD_HOWE, timezone(timedelta(hours=-3, minutes=-30))])
    async def test_comes_back_as_the_same_instant_in_utc(self, notes: Database, zone: ZoneInfo) -> None:
        async with notes.write() as session:
            session.add(Note(member_id=1, at=NOON.astimezone(zone)))
        async with notes.read() as session:
            at = (await session.scalars(select(Note.at))).one()
        assert at == NOON
        assert at.tzinfo is UTC

    async def test_is_text_with_its_offset_in_a_fixed_width(self, notes: Database) -> None:
        async with notes.write() as session:
            session.add_all([Note(member_id=1, at=NOON), Note(member_id=1, at=NOON + timedelta(microseconds=1))])
        async with notes.read() as session:
            stored = list(await session.scalars(text("SELECT at FROM notes ORDER BY id")))
        assert stored == ["2026-11-22 12:00:00.000000+00:00", "2026-11-22 12:00:00.000001+00:00"]

    async def test_orders_and_compares_as_instants_do(self, notes: Database) -> None:
        instants = [NOON.astimezone(NEW_YORK), NOON + timedelta(microseconds=1), NOON - timedelta(hours=30)]
        async with notes.write() as session:
            session.add_all([Note(member_id=1, at=at) for at in instants])
        async with notes.read() as session:
            assert list(await session.scalars(select(Note.at).order_by(Note.at))) == sorted(instants)
            before = select(func.count()).where(Note.at <= NOON.astimezone(LORD_HOWE))
            assert await session.scalar(before) == 2
            assert await session.scalar(select(func.max(Note.at))) == instants[1]

    @pytest.mark.parametrize("value", [datetime(2026, 11, 22), date(2026, 11, 22), "2026-11-22", 0])  # noqa: DTZ001 # naive is meant
    async def test_refuses_what_is_no_instant(self, notes: Database, value: object) -> None:
        with pytest.raises(NotStorableError, match="datetime"):
            async with notes.write() as session:
                await session.execute(insert(Note).values(member_id=1, at=value))

    async def test_a_time_stored_without_offset_is_an_error_and_not_a_guess(self, notes: Database) -> None:
        async with notes.write() as session:
            await session.execute(text("INSERT INTO notes (member_id, at, mood) VALUES (1, '2026-11-22 12:00', 'low')"))
        with pytest.raises(DatabaseError, match="without an offset"):
            async with notes.read() as session:
                await session.scalar(select(Note.at))

    @given(a=st.datetimes(timezones=st.just(UTC)), b=st.datetimes(timezones=st.timezones()))
    def test_the_text_orders_as_the_instants_do(self, a: datetime, b: datetime) -> None:
        kind = UtcDateTime()
        write = kind.dialect_impl(SQLITE).bind_processor(SQLITE)
        read = kind.dialect_impl(SQLITE).result_processor(SQLITE, None)
        assert write is not None
        assert read is not None
        try:
            first, second = write(a), write(b)
        except NotStorableError:
            return  # outside the years 1 to 9999 once in UTC
        assert read(first) == a
        assert (first < second, first == second) == (a < b.astimezone(UTC), a == b.astimezone(UTC))


class TestSnowflake:
    @given(value=st.integers(min_value=0, max_value=2**63 - 1))
    def test_takes_every_id(self, value: int) -> None:
        assert Snowflake().process_bind_param(value, SQLITE) == value

    @pytest.mark.parametrize("value", [True, False, -1, 2**63, "123", 1.0])
    def test_refuses_what_is_no_id(self, value: object) -> None:
        with pytest.raises(NotStorableError, match="Snowflake"):
            Snowflake().process_bind_param(value, SQLITE)  # type: ignore[arg-type] # what the test is about

    async def test_the_largest_id_survives_the_file(self, notes: Database) -> None:
        async with notes.write() as session:
            session.add(Note(member_id=2**63 - 1, at=NOON))
        async with notes.read() as session:
            assert (await session.scalars(select(Note.member_id))).one() == 2**63 - 1


class TestEncrypted:
    @given(value=st.text())
    def test_text_comes_back(self, value: str) -> None:
        kind, dialect = Encrypted("notes.words"), with_keys(bytes(32))
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            with pytest.raises(NotStorableError):
                kind.process_bind_param(value, dialect)
            return
        blob = kind.process_bind_param(value, dialect)
        assert blob is not None
        assert kind.process_result_value(blob, dialect) == value
        assert blob != kind.process_bind_param(value, dialect), "two equal values encrypt alike"

    @given(value=JSON)
    def test_json_comes_back(self, value: object) -> None:
        kind, dialect = EncryptedJson("notes.answers"), with_keys(bytes(32))
        assert kind.process_result_value(kind.process_bind_param(value, dialect), dialect) == value  # type: ignore[arg-type] # JSON by construction

    @pytest.mark.parametrize("value", [float("nan"), {1, 2}, NOON, b"bytes", {"when": NOON}])
    def test_json_refuses_what_it_has_no_form_for(self, value: object) -> None:
        with pytest.raises(NotStorableError):
            EncryptedJson("notes.answers").process_bind_param(value, with_keys(bytes(32)))  # type: ignore[arg-type] # what the test is about

    def test_refuses_what_is_not_text(self) -> None:
        with pytest.raises(NotStorableError) as refused:
            Encrypted("notes.words").process_bind_param(b"a secret", with_keys(bytes(32)))  # type: ignore[arg-type] # what the test is about
        assert "secret" not in str(refused.value)

    async def test_nothing_of_the_words_is_in_the_file(self, notes: Database) -> None:
        async with notes.write() as session:
            session.add(
                Note(member_id=1, at=NOON, words="canary in the words", answers={"urge": "canary in the answers"})
            )
        async with notes.read() as session:
            note = (await session.scalars(select(Note))).one()
            assert (note.words, note.answers) == ("canary in the words", {"urge": "canary in the answers"})
        assert notes.path is not None
        for file in notes.path.parent.iterdir():
            assert b"canary" not in file.read_bytes(), file.name

    async def test_null_stays_null(self, notes: Database) -> None:
        async with notes.write() as session:
            session.add(Note(member_id=1, at=NOON))
        async with notes.read() as session:
            assert await session.scalar(select(func.count()).where(Note.words.is_(None), Note.answers.is_(None))) == 1
            assert await session.scalar(select(func.count()).where(Note.words == None)) == 1  # noqa: E711 # SQL
            assert await session.scalar(select(func.count()).where(Note.words.is_not(None))) == 0

    @pytest.mark.parametrize(
        "query",
        [
            lambda: Note.words == "words",
            lambda: Note.words.in_(["words"]),
            lambda: Note.words.like("wo%"),
            Note.words.desc,
            lambda: Note.words < Note.words,
        ],
    )
    def test_a_query_that_could_never_match_is_refused_when_it_is_written(self, query: object) -> None:
        with pytest.raises(TypeError, match="encrypted"):
            query()  # type: ignore[operator] # a lambda of the list above

    async def test_a_value_moved_to_another_column_does_not_open(self, notes: Database) -> None:
        async with notes.write() as session:
            session.add(Note(member_id=1, at=NOON, words="[1]"))
            await session.flush()
            await session.execute(text("UPDATE notes SET answers = words"))
        with pytest.raises(DatabaseError, match=r"notes\.answers was altered or moved"):
            async with notes.read() as session:
                await session.scalar(select(Note.answers))

    def test_another_key_is_told_by_name_and_never_shown(self) -> None:
        old, new = b"o" * 32, b"n" * 32
        blob = Encrypted("notes.words").process_bind_param("words", with_keys(old))
        with pytest.raises(WrongKeyError, match="HANDRAIL_SECURITY__KEYS") as wrong:
            Encrypted("notes.words").process_result_value(blob, with_keys(new))
        assert KeyRing([old]).key_id in str(wrong.value)
        assert "oooo" not in str(wrong.value)
        assert Encrypted("notes.words").process_result_value(blob, with_keys(new, old)) == "words"

    async def test_without_keys_nothing_is_stored_in_the_clear(self, url: str) -> None:
        keyless = await Database.open(url, None)
        try:
            await make_tables(keyless)
            with pytest.raises(NoKeysError, match="HANDRAIL_SECURITY__KEYS"):
                async with keyless.write() as session:
                    session.add(Note(member_id=1, at=NOON, words="words"))
            async with keyless.write() as session:
                session.add(Note(member_id=1, at=NOON))  # what is not encrypted needs no key
        finally:
            await keyless.close()

    def test_columns_of_one_type_and_different_context_do_not_share_a_cached_statement(self) -> None:
        assert Encrypted("a.b")._static_cache_key != Encrypted("a.c")._static_cache_key


async def test_a_state_is_stored_by_its_value(notes: Database) -> None:
    async with notes.write() as session:
        session.add(Note(member_id=1, at=NOON, mood=Mood.STEADY))
    async with notes.read() as session:
        assert await session.scalar(text("SELECT mood FROM notes")) == "steady-ish"
        assert (await session.scalars(select(Note.mood))).one() is Mood.STEADY


async def test_the_id_of_a_row_that_is_gone_is_never_given_again(notes: Database) -> None:
    async with notes.write() as session:
        session.add_all([Note(member_id=1, at=NOON), Note(member_id=1, at=NOON)])
    async with notes.write() as session:
        await session.delete((await session.scalars(select(Note).where(Note.id == 2))).one())
    async with notes.write() as session:
        session.add(note := Note(member_id=1, at=NOON))
    assert note.id == 3


def test_the_tables_are_what_postgresql_calls_them() -> None:
    ddl = str(CreateTable(Note.__table__).compile(dialect=POSTGRESQL))  # type: ignore[arg-type] # a Table
    for part in ("id BIGSERIAL", "member_id BIGINT", "at TIMESTAMP WITH TIME ZONE", "words BYTEA", "mood VARCHAR(40)"):
        assert part in ddl
    keys = "CONSTRAINT pk_pairs PRIMARY KEY (member_id, at)", "CONSTRAINT fk_pairs_note_id_notes FOREIGN KEY"
    assert all(key in str(CreateTable(pairs).compile(dialect=POSTGRESQL)) for key in keys)


def test_what_is_stored_is_compact_json() -> None:
    dialect = with_keys(bytes(32))
    kind = EncryptedJson("notes.answers")
    blob = kind.process_bind_param({"é": [1, 2]}, dialect)
    assert blob is not None
    assert KeyRing([bytes(32)]).decrypt(blob, b"notes.answers") == '{"é":[1,2]}'.encode()
