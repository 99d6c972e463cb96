"""The rules that every table of every room keeps. A table that breaks one is named here before it is ever filled."""

import re

import pytest
from sqlalchemy import Column, DateTime, ForeignKey, Integer, LargeBinary, MetaData, String, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.db import Encrypted, Erase, RowId, UtcDateTime, about
from bot.db.base import About, PersonTable, about_of, encrypted_columns, tables_of_people, unexplained_columns
from bot.db.models import load_models
from bot.db.types import Sealed, SealedPerson
from tests.db.tables import Own, make_tables  # noqa: F401 # tables that the walks must not find among the rooms'

SCHEMA = load_models()
TABLES = pytest.mark.parametrize("table", SCHEMA.sorted_tables, ids=lambda table: str(table.name))


class TestEveryTable:
    def test_is_found(self) -> None:
        assert "meta" in SCHEMA.tables
        assert not {"notes", "pairs", "counters"} & set(SCHEMA.tables)

    def test_has_only_columns_that_are_encrypted_or_may_be_plain(self) -> None:
        assert unexplained_columns(SCHEMA) == []

    def test_that_is_about_somebody_is_known_to_export_and_erasure(self) -> None:
        known = {each.table.name for each in tables_of_people(SCHEMA)}
        about_nobody = {
            table.name for table in SCHEMA.sorted_tables if (said := about_of(table)) and said.person is None
        }
        assert known | about_nobody == set(SCHEMA.tables)

    @TABLES
    def test_says_what_it_is_about(self, table: Table) -> None:
        said = about_of(table)
        assert said is not None, f'{table.name} has no "info": about(...)'
        assert said.person is None or said.person in table.columns
        assert set(said.plain) <= set(table.columns.keys()), "a reason for a column that is not there"
        assert not set(said.plain) & {each.name for each in table.columns if isinstance(each.type, Sealed)}

    @TABLES
    def test_about_nobody_names_nobody(self, table: Table) -> None:
        said = about_of(table)
        if said is not None and said.person is None:
            naming = {each.name for each in table.columns} & {"user_id", "member_id", "person_id", "author_id"}
            assert not naming, f"{table.name} says it is about nobody, and names somebody"

    @TABLES
    def test_that_is_blanked_can_be(self, table: Table) -> None:
        said = about_of(table)
        if said is not None and said.erase is Erase.BLANK:
            sealed = [each for each in table.columns if isinstance(each.type, Sealed)]
            assert sealed, "there is nothing to blank"
            assert all(each.nullable for each in sealed), "an encrypted column that cannot be NULL cannot be blanked"

    @TABLES
    def test_seals_each_column_under_its_own_name(self, table: Table) -> None:
        for each in table.columns:
            if isinstance(each.type, Sealed):
                assert each.type.context == f"{table.name}.{each.name}"
                assert not each.primary_key
                assert not each.index or isinstance(each.type, SealedPerson), "no two values seal alike, but a person's"
                assert not each.unique

    @TABLES
    def test_keeps_no_instant_without_its_zone(self, table: Table) -> None:
        assert not [each.name for each in table.columns if isinstance(each.type, DateTime)], "use UtcDateTime"

    @TABLES
    def test_is_one_that_postgresql_can_make(self, table: Table) -> None:
        dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy's own
        ddl = str(CreateTable(table).compile(dialect=dialect))
        assert "DATETIME" not in ddl
        assert all(str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)
        names = [
            table.name,
            *table.columns.keys(),
            *(str(each.name) for each in table.constraints),
            *(str(each.name) for each in table.indexes),
        ]
        assert not [name for name in names if len(name) > 63 or not re.fullmatch("[a-z][a-z0-9_]*", name)]

    @TABLES
    def test_counts_its_rows_without_giving_a_number_twice(self, table: Table) -> None:
        counted = [each for each in table.primary_key if isinstance(each.type, RowId)]
        if counted and not counted[0].foreign_keys:
            assert table.dialect_options["sqlite"]["autoincrement"] is True


class TestTheWalks:
    """That the rules above can fail."""

    @pytest.fixture
    def schema(self) -> MetaData:
        metadata = MetaData()
        Table(
            "members",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("name", Encrypted("members.name")),
            Column("city", String),
            info=about(person="id", plain={"id": "a number"}, erase=Erase.KEEP, why="a legal record"),
        )
        Table(
            "answers",
            metadata,
            Column("member_id", ForeignKey("members.id"), primary_key=True),
            Column("at", UtcDateTime()),
            info=about(person="member_id", plain={"member_id": "names the person", "at": "an instant"}),
        )
        Table("silent", metadata, Column("blob", LargeBinary))
        return metadata

    def test_find_every_column_that_nobody_explained(self, schema: MetaData) -> None:
        assert unexplained_columns(schema) == ["members.city", "silent.blob"]

    def test_find_the_encrypted_columns(self, schema: MetaData) -> None:
        assert [str(each) for each in encrypted_columns(schema)] == ["members.name"]

    def test_find_the_tables_of_people_in_an_order_to_delete_in(self, schema: MetaData) -> None:
        members, answers = schema.tables["members"], schema.tables["answers"]
        assert tables_of_people(schema) == [
            PersonTable(answers, answers.c.member_id, Erase.DELETE, ""),
            PersonTable(members, members.c.id, Erase.KEEP, "a legal record"),
        ]

    def test_find_nothing_said_of_a_silent_table(self, schema: MetaData) -> None:
        assert about_of(schema.tables["silent"]) is None
        assert about_of(schema.tables["members"]) == About("id", {"id": "a number"}, Erase.KEEP, "a legal record")


class TestAbout:
    @pytest.mark.parametrize("why", ["", "  "])
    def test_about_nobody_needs_a_reason(self, why: str) -> None:
        with pytest.raises(ValueError, match="says why"):
            about(person=None, plain={}, why=why)

    def test_to_be_kept_needs_a_reason(self) -> None:
        with pytest.raises(ValueError, match="says why"):
            about(person="member_id", plain={}, erase=Erase.KEEP)

    @pytest.mark.parametrize("reason", ["", " \n"])
    def test_a_plain_column_needs_a_reason(self, reason: str) -> None:
        with pytest.raises(ValueError, match="no reason: at"):
            about(person="member_id", plain={"member_id": "names the person", "at": reason})
