"""The doctor against a Discord where one thing is wrong. That it never asks for a change is held by ``examined``."""

import socket

import discord
import pytest
from pydantic import SecretStr

from bot.doctor import application, examination
from bot.doctor.application import intent_findings
from bot.doctor.findings import Level
from bot.program.permissions import BOT_PERMISSIONS, Permission, invite_url
from sandbox.permissions import Permission as Right
from sandbox.world.guilds import Role
from sandbox.world.kinds import Intent
from tests.cli.clinic import Clinic, with_discord

IN_THE_SERVER = ("server", "permissions", "role order", "roles and channels", "on-call cover")
ON_THIS_MACHINE = ("settings", "keys", "database", "programme", "time zones", "private pages")


def own_role(clinic: Clinic) -> Role:
    return next(role for role in clinic.guild.roles.values() if role.bot_id is not None)


async def test_where_all_is_well_only_the_helplines_wait_for_somebody_to_verify_them(clinic: Clinic) -> None:
    report = await clinic.examined()
    assert report.failed() == set()
    assert report.warned() == {"helplines"}
    assert report.is_well(*ON_THIS_MACHINE, "discord", "clock", "token", "intents", *IN_THE_SERVER)


class TestTheApplication:
    async def test_a_wrong_token_is_told_and_not_shown(self, clinic: Clinic) -> None:
        wrong = with_discord(clinic.settings, token=SecretStr("not-the-token"))
        report = await clinic.examined(wrong)
        assert report.failed() == {"token"}
        finding = report.of("token", Level.FAIL)
        assert "refuses" in finding.sentence
        assert "HANDRAIL_DISCORD__TOKEN" in finding.advice
        assert "not-the-token" not in str(report.findings)
        assert report.is_well(*ON_THIS_MACHINE, "discord", "clock")
        assert "could not be looked at" in report.of("server", Level.WARN).sentence

    async def test_without_a_token_everything_else_is_looked_at(self, clinic: Clinic) -> None:
        report = await clinic.examined(with_discord(clinic.settings, token=None))
        assert report.failed() == {"token"}
        assert "HANDRAIL_DISCORD__TOKEN is not set" in report.of("token", Level.FAIL).sentence
        assert report.is_well(*ON_THIS_MACHINE, "discord", "clock")

    async def test_message_content_switched_off(self, clinic: Clinic) -> None:
        clinic.sandbox.world.application.granted = Intent(0)
        report = await clinic.examined()
        assert report.failed() == {"intents"}
        page = f"https://discord.com/developers/applications/{clinic.sandbox.world.application.id}/bot"
        assert page in report.of("intents", Level.FAIL).advice
        assert report.is_well("token", *IN_THE_SERVER)

    async def test_presses_that_are_sent_to_a_web_address(self, clinic: Clinic) -> None:
        async with discord.Client(intents=discord.Intents.none()) as client:
            await client.login(clinic.sandbox.token)
            assert client.application is not None
            assert [each.level for each in intent_findings(client.application)] == [Level.OK]
            client.application.interactions_endpoint_url = "https://elsewhere.example"
            assert [each.level for each in intent_findings(client.application)] == [Level.OK, Level.FAIL]


class TestReachingDiscord:
    async def test_nobody_answers_at_the_address(self, clinic: Clinic) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/api"
        report = await clinic.examined(with_discord(clinic.settings, api_base=nobody))
        assert report.failed() == {"discord"}
        assert nobody in report.of("discord", Level.FAIL).sentence
        assert report.is_well(*ON_THIS_MACHINE)

    async def test_no_answer_comes(self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(application, "PATIENCE", 0.05)
        clinic.sandbox.faults.hang("GET /gateway")
        report = await clinic.examined()
        clinic.sandbox.faults.clear()
        assert report.failed() == {"discord"}
        assert "TimeoutError" in report.of("discord", Level.FAIL).sentence

    async def test_an_answer_that_is_none(self, clinic: Clinic) -> None:
        clinic.sandbox.faults.fail("GET /gateway", 503)
        report = await clinic.examined()
        assert report.failed() == {"discord"}
        assert "503" in report.of("discord", Level.FAIL).sentence

    async def test_something_else_lives_at_the_address_whose_password_is_not_shown(self, clinic: Clinic) -> None:
        elsewhere = clinic.sandbox.api_base.replace("http://", "http://operator:hunter2@").replace("v10", "v9")
        report = await clinic.examined(with_discord(clinic.settings, api_base=elsewhere))
        assert report.failed() == {"discord"}
        assert "no Discord API" in report.of("discord", Level.FAIL).sentence
        assert "hunter2" not in str(report.findings)

    async def test_the_log_in_hangs(self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(application, "PATIENCE", 0.2)
        clinic.sandbox.faults.hang("GET /users/@me")
        report = await clinic.examined()
        clinic.sandbox.faults.clear()
        assert report.failed() == {"token"}
        assert report.is_well(*ON_THIS_MACHINE, "discord", "clock")

    async def test_one_look_that_hangs_leaves_the_others(self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(examination, "PATIENCE", 0.2)
        clinic.sandbox.faults.hang("GET /guilds/{guild_id}/channels")
        report = await clinic.examined()
        clinic.sandbox.faults.clear()
        assert report.failed() == {"permissions", "roles and channels", "on-call cover"}
        assert report.is_well("token", "intents", "server", *ON_THIS_MACHINE)

    async def test_a_clock_that_is_wrong(self, clinic: Clinic) -> None:
        clinic.move_clock(10)
        assert "10 s ahead" in (await clinic.examined()).of("clock", Level.WARN).sentence
        clinic.move_clock(60)
        report = await clinic.examined()
        assert report.failed() == {"clock"}


class TestTheServer:
    async def test_the_bot_is_in_none(self, clinic: Clinic) -> None:
        clinic.guild.remove_member(clinic.sandbox.world.bot)
        invite = invite_url(clinic.sandbox.world.application.id)
        report = await clinic.examined()
        assert report.failed() == {"server"}
        assert invite in report.of("server", Level.FAIL).sentence

        clinic.database_file.unlink()
        report = await clinic.examined(clinic.settings.model_copy(update={"program": None}))
        assert report.failed() == {"server"}
        assert invite in report.of("server", Level.FAIL).advice

    async def test_without_a_programme_it_says_where_the_bot_is_and_what_it_may_do(self, clinic: Clinic) -> None:
        clinic.database_file.unlink()
        clinic.guild.edit_role(own_role(clinic), permissions=int(BOT_PERMISSIONS & ~Permission.EMBED_LINKS))
        clinic.guild.edit_role(clinic.guild.everyone, permissions=int(Right.VIEW_CHANNEL))
        report = await clinic.examined(clinic.settings.model_copy(update={"program": None}))
        assert report.failed() == {"permissions"}
        assert str(clinic.guild.id) in report.of("server", Level.OK).sentence
        assert "No programme" in report.of("programme", Level.WARN).sentence

    async def test_permissions_that_are_missing_are_named_as_discord_names_them(self, clinic: Clinic) -> None:
        lost = Permission.MANAGE_MESSAGES | Permission.MODERATE_MEMBERS
        clinic.guild.edit_role(own_role(clinic), permissions=int(BOT_PERMISSIONS & ~lost))
        report = await clinic.examined()
        assert report.failed() == {"permissions"}
        finding = report.of("permissions", Level.FAIL)
        assert finding.sentence == "The bot lacks Manage Messages, Timeout Members."
        assert invite_url(clinic.sandbox.world.application.id) in finding.advice

    async def test_an_administrator_has_more_than_it_needs(self, clinic: Clinic) -> None:
        clinic.guild.edit_role(own_role(clinic), permissions=int(Permission.ADMINISTRATOR))
        report = await clinic.examined()
        assert report.failed() == set()
        assert "administrator" in report.of("permissions", Level.WARN).sentence

    async def test_the_bots_role_under_a_groups(self, clinic: Clinic) -> None:
        group = clinic.guild.role_named("Morning group")
        clinic.guild.move_roles({group.id: own_role(clinic).position + 1})
        report = await clinic.examined()
        assert report.failed() == {"role order"}
        assert "Morning group" in report.of("role order", Level.FAIL).sentence

    async def test_both_at_once_are_each_said_once(self, clinic: Clinic) -> None:
        group = clinic.guild.role_named("Morning group")
        clinic.guild.move_roles({group.id: own_role(clinic).position + 1})
        clinic.guild.edit_role(own_role(clinic), permissions=int(BOT_PERMISSIONS & ~Permission.MANAGE_MESSAGES))
        report = await clinic.examined()
        assert "Manage Messages" in report.of("permissions", Level.FAIL).sentence
        assert "Morning group" in report.of("role order", Level.FAIL).sentence


class TestRolesAndChannels:
    async def test_a_channel_that_was_deleted_and_how_to_repair_it(self, clinic: Clinic) -> None:
        clinic.guild.channel_named("morning-check-in").delete()
        report = await clinic.examined()
        assert report.failed() == {"roles and channels"}
        finding = report.of("roles and channels", Level.FAIL)
        assert "Create the channel #morning-check-in" in finding.sentence
        assert f"python -m bot apply {clinic.file}" in finding.advice
        await clinic.apply()
        assert (await clinic.examined()).is_well("roles and channels")

    async def test_one_that_was_opened_to_everybody(self, clinic: Clinic) -> None:
        channel = clinic.guild.channel_named("morning-check-in")
        channel.set_overwrite(clinic.guild.everyone, allow=int(Right.VIEW_CHANNEL))
        report = await clinic.examined()
        assert report.failed() == {"roles and channels"}
        assert "@everyone" in report.of("roles and channels", Level.FAIL).sentence

    async def test_a_new_name_is_a_matter_of_taste(self, clinic: Clinic) -> None:
        clinic.guild.channel_named("staff-room").edit(name="kitchen")
        report = await clinic.examined()
        assert report.failed() == set()
        assert "kitchen" in report.of("roles and channels", Level.WARN).sentence

    async def test_a_server_that_lost_everything_does_not_fill_the_page(self, clinic: Clinic) -> None:
        for channel in list(clinic.guild.channels.values()):
            channel.delete()
        for role in [each for each in clinic.guild.roles.values() if each.position and not each.managed]:
            clinic.guild.remove_role(role)
        found = (await clinic.examined()).about("roles and channels")
        assert len(found) == 9
        assert found[-1].sentence.endswith("more.")
        assert [bool(each.advice) for each in found] == [False] * 8 + [True]


class TestDiscordsOwnRules:
    TOPIC = "Discord's own rules"

    async def test_nothing_is_said_where_the_programme_does_not_ask_for_them(self, clinic: Clinic) -> None:
        assert (await clinic.examined()).about(self.TOPIC) == []

    async def test_the_right_they_need_is_missed_and_no_other_finding_changes(self, clinic: Clinic) -> None:
        clinic.file.write_text(clinic.file.read_text() + "moderation: {native: true}\n")
        await clinic.apply()
        report = await clinic.examined()
        assert report.failed() == set()
        assert "Manage Server" in report.of(self.TOPIC, Level.WARN).advice
        role = own_role(clinic)
        clinic.guild.edit_role(role, permissions=role.permissions | Right.MANAGE_GUILD)
        assert (await clinic.examined()).is_well(self.TOPIC, "permissions")
