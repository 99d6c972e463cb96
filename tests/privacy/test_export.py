"""Taking one's data along: all of it in the full file, nothing clinical in the one that goes through Discord."""

import json
import re
from typing import Any

from bot.content import Content
from bot.db.base import PersonTable
from bot.privacy.records import people_tables
from bot.privacy.rules import ON_DISCORD
from bot.ui.privacy import summary
from tests.privacy.conftest import Archive
from tests.privacy.people import GUILD, everything

TABLES = people_tables()


def read(data: bytes) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(data)
    return parsed


async def test_fills_every_table_that_is_about_people(archive: Archive) -> None:
    """That the walk of these tests leaves nothing out: the house has rows of both in every one of them."""
    async with archive.database.read() as session:
        rows = await everything(session)
    for table in TABLES:
        people = {row[table.person.name] for row in rows[table.table.name]}
        assert people == {archive.alex.user_id, archive.bea.user_id}, table.table.name


async def test_full_holds_every_column_of_every_table(archive: Archive) -> None:
    data = await archive.privacy.export(archive.alex.user_id)
    sections = {section["table"]: section for section in read(data)["tables"]}
    assert set(sections) == {table.table.name for table in TABLES}
    for table in TABLES:
        assert [set(row) for row in sections[table.table.name]["rows"]] == [set(table.table.columns.keys())]
    async with archive.database.read() as session:
        stored = await everything(session)
    canaries = re.findall(rf"{archive.alex.canary} in [\w.]+", json.dumps(list(stored.values()), default=str))
    assert sorted(re.findall(rf"{archive.alex.canary} in [\w.]+", data.decode())) == sorted(canaries)
    assert len(canaries) > 5


async def test_full_holds_nothing_of_anybody_else(archive: Archive) -> None:
    data = await archive.privacy.export(archive.alex.user_id)
    assert archive.bea.canary not in data.decode()
    assert f'"{archive.bea.user_id}"' not in data.decode()


async def test_full_can_be_read_by_a_person(archive: Archive) -> None:
    data = (await archive.privacy.export(archive.alex.user_id)).decode()
    members = next(section for section in read(data.encode())["tables"] if section["table"] == "members")
    assert members["title"] == "Your name here, your language, your time zone and your settings"
    assert members["rows"][0]["created_at"] == "2026-10-26T12:00:00Z"
    assert members["rows"][0]["guild_id"] == str(GUILD), "Discord's ids are too long for a number"
    assert data.count("\n") > 50
    assert read(data.encode())["made_at"] == "2026-10-26T12:00:00Z"


async def test_full_can_be_limited_to_one_server(archive: Archive) -> None:
    here = read(await archive.privacy.export(archive.alex.user_id, guild_id=GUILD))
    elsewhere = read(await archive.privacy.export(archive.alex.user_id, guild_id=GUILD + 1))
    without_server = {table.table.name for table in TABLES if "guild_id" not in table.table.columns}
    assert {section["table"] for section in here["tables"]} == {table.table.name for table in TABLES}
    assert {section["table"] for section in elsewhere["tables"]} == without_server


async def test_through_discord_goes_no_word_but_the_name(archive: Archive) -> None:
    data = await archive.privacy.export_for_discord(archive.alex.user_id)
    assert re.findall(rf"{archive.alex.canary} in [\w.]+", data.decode()) == [
        f"{archive.alex.canary} in members.chosen_name"
    ]


async def test_through_discord_go_only_the_columns_on_the_list(archive: Archive) -> None:
    parsed = read(await archive.privacy.export_for_discord(archive.alex.user_id))
    shown = {section["table"]: {column for row in section["rows"] for column in row} for section in parsed["tables"]}
    assert shown == {table: set(columns) for table, columns in ON_DISCORD.items()}
    counted = {other["table"]: other["rows"] for other in parsed["also_kept"]}
    assert counted["session_answers"] == 1
    assert not {"incidents", "incident_events"} & set(counted)
    assert "alert" not in json.dumps(parsed).lower()


def test_the_list_names_tables_and_columns_that_exist() -> None:
    tables: dict[str, PersonTable] = {table.table.name: table for table in TABLES}
    for table, columns in ON_DISCORD.items():
        assert set(columns) <= set(tables[table].table.columns.keys())


async def test_the_summary_counts_and_does_not_tell_of_alerts(archive: Archive, content: Content) -> None:
    with_alerts = summary(content, "en", await archive.privacy.holdings(archive.alex.user_id, "en"))
    assert "Your answers to session reminders: 1" in with_alerts
    others = [one for one in await archive.privacy.holdings(archive.alex.user_id, "en") if one.is_counted]
    assert summary(content, "en", others) == with_alerts
    nobody = summary(content, "en", await archive.privacy.holdings(999, "en"))
    assert nobody.startswith("Nothing is kept about you, safety alerts aside")
    only_alerts = [one for one in await archive.privacy.holdings(archive.alex.user_id, "en") if not one.is_counted]
    assert only_alerts
    assert summary(content, "en", only_alerts) == nobody


def test_every_table_has_a_title_and_a_ground_in_the_texts(content: Content) -> None:
    titles = {f"privacy.table_{table.table.name}" for table in TABLES}
    grounds = {f"privacy.stays_{table.table.name}" for table in TABLES if table.erase.value != "delete"}
    assert titles | grounds <= set(content.texts.keys)
