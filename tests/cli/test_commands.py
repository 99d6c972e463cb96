"""The shape of the command line, and what each command says where something is not set or not right."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.cli.clinic import Clinic
from tests.cli.desk import Desk
from tests.cli.shell import environment, handrail, handrail_beside

COMMANDS = ("run", "demo", "migrate", "apply", "assess", "doctor", "backup", "restore", "keys", "keys new", "bench")
BAD_SETTINGS = {
    "DISCORD__API_BASE": "ftp://hunter2.example",
    "DATABASE__URL": "hunter2",
    "WEB__BASE_URL": "hunter2.example",
    "WEB__PORT": "hunter2",
    "LOG__FORMAT": "hunter2",
    "LOG__LEVEL": "hunter2",
    "DISCORD__TOKN": "hunter2",
}


class TestHelp:
    def test_the_command_itself_names_every_other(self, folder: Path) -> None:
        done = handrail("--help", folder=folder)
        assert (done.code, done.err) == (0, "")
        assert all(f"    {command.split()[0]} " in done.out for command in COMMANDS)

    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_command_says_what_it_does(self, command: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main([*command.split(), "--help"])
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        assert shown.startswith(f"usage: handrail {command}")
        assert len(shown.split("\n\n")[1]) > 10

    @pytest.mark.parametrize("wrong", [[], ["fly"], ["keys"], ["keys", "eat"], ["apply"], ["run", "--fast"]])
    def test_what_is_no_command_is_refused(self, wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(wrong)
        assert ended.value.code == 2
        assert "usage: handrail" in capsys.readouterr().err


class TestSettings:
    def test_a_missing_token_is_one_sentence(self, folder: Path) -> None:
        done = handrail("run", folder=folder)
        assert (done.code, done.out) == (2, "")
        assert len(done.said) == 1
        assert "HANDRAIL_DISCORD__TOKEN is not set" in done.err
        assert list(folder.iterdir()) == []

    def test_every_setting_that_is_wrong_gets_its_sentence(self, folder: Path) -> None:
        done = handrail("run", folder=folder, settings=BAD_SETTINGS)
        assert (done.code, done.out) == (2, "")
        named = sorted(line.split()[0] for line in done.said)
        assert named == sorted(f"HANDRAIL_{name}" for name in BAD_SETTINGS)
        assert "hunter2" not in done.err
        assert "did you mean HANDRAIL_DISCORD__TOKEN" in done.err

    @pytest.mark.parametrize("name", BAD_SETTINGS)
    def test_also_alone(self, desk: Desk, name: str) -> None:
        desk.set(name, BAD_SETTINGS[name])
        said = desk.is_refused("migrate")
        assert said.startswith(f"HANDRAIL_{name} ")
        assert "hunter2" not in said

    def test_keys_that_are_none(self, desk: Desk) -> None:
        desk.set("SECURITY__KEYS", "hunter2")
        said = desk.is_refused("migrate")
        assert said.startswith("HANDRAIL_SECURITY__KEYS: key 1 ")
        assert "hunter2" not in said

    def test_a_programme_file_that_is_not_there(self, desk: Desk) -> None:
        desk.set("DISCORD__TOKEN", "hunter2")
        desk.set("PROGRAM", "nowhere.yaml")
        assert desk.is_refused("run").startswith("nowhere.yaml: there is no such file")

    def test_a_file_of_settings_is_read_and_the_environment_wins(self, desk: Desk, folder: Path) -> None:
        (folder / ".env").write_text(
            f"HANDRAIL_DATABASE__URL=sqlite+aiosqlite:///{folder}/from-the-file.db\nHANDRAIL_WEB__PORT=hunter2\n"
        )
        assert desk.is_refused("migrate").startswith("HANDRAIL_WEB__PORT ")
        desk.set("WEB__PORT", "8080")
        assert desk.runs("migrate") == 0
        assert (folder / "from-the-file.db").is_file()


class TestApply:
    def test_a_file_with_slips_gets_a_line_for_each(self, desk: Desk, folder: Path) -> None:
        file = programme(folder)
        file.write_text(file.read_text().replace("track: iop", "trakc: iop") + "oncal: {}\n")
        desk.set("DISCORD__TOKEN", "hunter2")
        assert desk.runs("apply", file) == 2
        assert desk.out == ""
        assert desk.err.splitlines() == [
            "riverside.yaml, line 3, groups.track: this is missing; add it.",
            "riverside.yaml, line 3, groups.trakc: this key is not known; did you mean track?",
            "riverside.yaml, line 4, oncal: this key is not known; did you mean oncall?",
        ]
        assert list(folder.iterdir()) == [file]

    def test_without_a_token(self, desk: Desk, folder: Path) -> None:
        assert "HANDRAIL_DISCORD__TOKEN is not set" in desk.is_refused("apply", programme(folder))

    async def test_a_server_that_is_as_the_file_says_and_one_whose_roles_are_in_the_way(self, clinic: Clinic) -> None:
        mark = clinic.sandbox.requests.mark()
        settings = clinic.environment()
        done = await handrail_beside("apply", str(clinic.file), folder=clinic.folder, settings=settings)
        assert (done.code, done.err) == (0, "")
        assert done.out == "Nothing to do: the server is as the programme file says.\n"

        bot, group = (clinic.guild.role_named(name) for name in ("Handrail", "Morning group"))
        clinic.guild.move_roles({group.id: bot.position + 1})
        done = await handrail_beside("apply", str(clinic.file), "--dry-run", folder=clinic.folder, settings=settings)
        assert (done.code, done.err) == (1, "")
        assert done.out.startswith("In the way: The role Morning group stands above the bot's own")
        assert clinic.sandbox.requests.writes(mark) == []

    async def test_a_token_that_discord_refuses(self, clinic: Clinic) -> None:
        settings = clinic.environment() | {"DISCORD__TOKEN": "hunter2"}
        done = await handrail_beside("apply", str(clinic.file), folder=clinic.folder, settings=settings)
        assert (done.code, done.out, len(done.said)) == (2, "", 1)
        assert "refuses the token in HANDRAIL_DISCORD__TOKEN" in done.err
        assert "hunter2" not in done.err

    def test_a_discord_that_cannot_be_reached(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        settings = {"DISCORD__TOKEN": "hunter2", "DISCORD__API_BASE": nobody}
        done = handrail("apply", str(programme(folder)), folder=folder, settings=settings)
        assert (done.code, done.out) == (2, "")
        assert done.said[-1].startswith(f"Discord cannot be reached at {nobody} (ClientConnectorError)")
        assert "Traceback" not in done.err


def test_whoever_has_read_enough_ends_it_in_peace(folder: Path) -> None:
    """As in `python -m bot assess | head -1`: the reader goes before the first line is written."""
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "assess"],
            cwd=folder,
            env=environment({}),
            input='{"id": 1, "text": "a quiet evening"}\n',
            stdout=write,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=50,
            check=False,
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def programme(folder: Path) -> Path:
    file = folder / "riverside.yaml"
    file.write_text(
        "program: {name: Riverside, timezone: America/New_York, country: US}\n"
        "groups:\n  - {key: morning, name: Morning group, track: iop}\n"
    )
    return file
