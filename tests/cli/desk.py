"""The operator's terminal, in this process: quicker than a process a command."""

from pathlib import Path

import pytest

from bot.__main__ import main


class Desk:
    """Runs commands, and remembers what the last one said. For tests without an event loop of their own."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch
        self.out = self.err = ""

    def set(self, name: str, value: str) -> None:
        """A setting, named without its prefix, from now on."""
        self._monkeypatch.setenv(f"HANDRAIL_{name}", value)

    def set_keys(self, *keys: str) -> None:
        """What HANDRAIL_SECURITY__KEYS says from now on."""
        self.set("SECURITY__KEYS", ",".join(keys))

    def runs(self, *arguments: str | Path) -> int:
        """One command; returns its exit code."""
        code = main([str(each) for each in arguments])
        self.out, self.err = self._capsys.readouterr()
        return code

    def is_refused(self, *arguments: str | Path) -> str:
        """The one sentence with which a command is refused."""
        assert self.runs(*arguments) == 2
        assert (self.out, self.err.count("\n")) == ("", 1)
        return self.err
