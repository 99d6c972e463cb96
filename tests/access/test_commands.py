"""`python -m bot audit verify` and `python -m bot second-factor reset`."""

from pathlib import Path

import pytest

from bot.access.rules import AuditAction
from bot.access.service import AccessService
from bot.keeping import reset_factor, verify_audit
from bot.opening import opened
from bot.timing import SystemClock
from config.settings import DatabaseSettings, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database=DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}/handrail.db"))


async def test_verify_says_whole_and_names_the_newest_hash(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await verify_audit(settings, None) == 0
    async with opened(settings) as database:
        access = AccessService(database, SystemClock(), None)
        async with database.write() as session:
            await access.audit.note(session, AuditAction.CARD_SAVED, "contact-card", 1, actor=1)
        newest = (await access.audit.verify()).newest
    capsys.readouterr()
    assert await verify_audit(settings, newest) == 0
    assert newest in capsys.readouterr().out
    assert await verify_audit(settings, "0" * 64) == 1
    assert "not in it" in capsys.readouterr().out


async def test_reset_takes_the_factor_and_is_on_record(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert await verify_audit(settings, None) == 0
    assert await reset_factor(settings, 8001) == 1
    async with opened(settings) as database:
        access = AccessService(database, SystemClock(), "https://pages.example.org")
        link = await access.link(700, 8001, "/me")
        assert link
        entered = await access.enter(link.rpartition("/")[2])
        visit = await access.visit(entered.token)
        assert visit
        assert await access.factor.offer(visit)
    assert await reset_factor(settings, 8001) == 1, "nothing was set up yet; the page is closed all the same"
    async with opened(settings) as database:
        assert await AccessService(database, SystemClock(), None).visit(entered.token) is None
    assert "no second factor" in capsys.readouterr().out
