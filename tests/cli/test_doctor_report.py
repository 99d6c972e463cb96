"""``python -m bot doctor`` as an operator meets it."""

from pathlib import Path

from bot.doctor.findings import fail, ok, warn
from bot.doctor.report import exit_code, lines
from tests.cli.clinic import Clinic
from tests.cli.shell import handrail, handrail_beside


async def test_all_is_well(clinic: Clinic) -> None:
    mark = clinic.sandbox.requests.mark()
    done = await handrail_beside("doctor", folder=clinic.folder, settings=clinic.environment())
    assert (done.code, done.err) == (0, "")
    assert "ok    token" in done.out
    assert done.out.splitlines()[-1].endswith(" 2 warnings, 0 failures.")
    assert clinic.key not in done.out
    assert clinic.sandbox.token not in done.out
    assert clinic.sandbox.requests.since(mark) != []
    assert clinic.sandbox.requests.writes(mark) == []


async def test_something_fails(clinic: Clinic) -> None:
    settings = clinic.environment() | {"DISCORD__TOKEN": "not-the-token", "DISCROD__TOKEN": "hunter2"}
    done = await handrail_beside("doctor", folder=clinic.folder, settings=settings)
    assert (done.code, done.err) == (1, "")
    assert "HANDRAIL_DISCROD__TOKEN is no setting of Handrail" in done.out
    assert "1 failure." in done.out
    assert "not-the-token" not in done.out
    assert "hunter2" not in done.out


def test_settings_that_cannot_be_read(tmp_path: Path) -> None:
    done = handrail("doctor", folder=tmp_path, settings={"WEB__PORT": "hunter2"})
    assert (done.code, done.out) == (2, "")
    assert len(done.said) == 1
    assert "HANDRAIL_WEB__PORT" in done.err
    assert "hunter2" not in done.err


def test_a_line_a_finding_with_its_advice_under_it() -> None:
    findings = [ok("keys", "One key."), warn("private pages", "None.", "Set it."), fail("token", "Refused.", "Reset.")]
    assert list(lines(findings)) == [
        "ok    keys           One key.",
        "warn  private pages  None.",
        "                       Set it.",
        "fail  token          Refused.",
        "                       Reset.",
        "",
        "1 ok, 1 warning, 1 failure.",
    ]
    assert exit_code(findings) == 1
    assert exit_code(findings[:2]) == 0
