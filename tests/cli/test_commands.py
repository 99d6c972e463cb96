"""The shape of the command line, and what each command says where something is not set or not right."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.cli.shell import environment, handrail

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
        for command in (["run"], ["apply", str(programme(folder))]):
            done = handrail(*command, folder=folder)
            assert (done.code, done.out) == (2, "")
            assert len(done.said) == 1
            assert "HANDRAIL_DISCORD__TOKEN is not set" in done.err
        assert [each.name for each in folder.iterdir()] == ["riverside.yaml"]

    def test_every_setting_that_is_wrong_gets_its_sentence(self, folder: Path) -> None:
        done = handrail("run", folder=folder, **BAD_SETTINGS)
        assert (done.code, done.out) == (2, "")
        named = sorted(line.split()[0] for line in done.said)
        assert named == sorted(f"HANDRAIL_{name}" for name in BAD_SETTINGS)
        assert "hunter2" not in done.err
        assert "did you mean HANDRAIL_DISCORD__TOKEN" in done.err

    @pytest.mark.usefixtures("folder")
    @pytest.mark.parametrize("name", BAD_SETTINGS)
    def test_also_alone(self, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setenv(f"HANDRAIL_{name}", BAD_SETTINGS[name])
        assert main(["migrate"]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.startswith(f"HANDRAIL_{name} ")
        assert shown.err.count("\n") == 1
        assert "hunter2" not in shown.err

    def test_keys_that_are_none(self, folder: Path) -> None:
        done = handrail("migrate", folder=folder, SECURITY__KEYS="hunter2")
        assert (done.code, len(done.said)) == (2, 1)
        assert done.err.startswith("HANDRAIL_SECURITY__KEYS: key 1 ")
        assert "hunter2" not in done.err

    def test_a_programme_file_that_is_not_there(self, folder: Path) -> None:
        done = handrail("run", folder=folder, DISCORD__TOKEN="x", PROGRAM="nowhere.yaml")
        assert (done.code, len(done.said)) == (2, 1)
        assert "nowhere.yaml" in done.err

    def test_a_file_of_settings_is_read_and_the_environment_wins(self, folder: Path) -> None:
        (folder / ".env").write_text(
            f"HANDRAIL_DATABASE__URL=sqlite+aiosqlite:///{folder}/from-the-file.db\nHANDRAIL_WEB__PORT=hunter2\n"
        )
        refused = handrail("migrate", folder=folder)
        assert (refused.code, len(refused.said)) == (2, 1)
        assert refused.err.startswith("HANDRAIL_WEB__PORT ")
        assert handrail("migrate", folder=folder, WEB__PORT="8080").code == 0
        assert (folder / "from-the-file.db").is_file()


class TestApply:
    def test_a_file_with_slips_gets_a_line_for_each(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = programme(folder)
        file.write_text(file.read_text().replace("track: iop", "trakc: iop") + "oncal: {}\n")
        monkeypatch.setenv("HANDRAIL_DISCORD__TOKEN", "hunter2")
        assert main(["apply", str(file)]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.splitlines() == [
            "riverside.yaml, line 3, groups.track: this is missing; add it.",
            "riverside.yaml, line 3, groups.trakc: this key is not known; did you mean track?",
            "riverside.yaml, line 4, oncal: this key is not known; did you mean oncall?",
        ]
        assert [each.name for each in folder.iterdir()] == ["riverside.yaml"]


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
