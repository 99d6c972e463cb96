"""The second factor of staff: a code from a phone (TOTP, RFC 6238), set up at first use.

Codes are compared in constant time; one that was used is refused from then on, also in another browser; five wrong ones
in a row, and whoever guesses has to wait. The counters belong to the person, not to the browser.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import pyotp
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access import records
from bot.access.audit import Audit
from bot.access.records import FactorRow
from bot.access.rules import STEP_SECONDS, AuditAction, candidate_steps, digits_of, is_alive, wait_after
from bot.db import Database
from bot.observe.logs import get_logger
from bot.timing import Clock

if TYPE_CHECKING:
    from bot.access.service import Visit

log = get_logger(__name__)


class FactorState(StrEnum):
    """How somebody's second factor stands."""

    NOT_SET_UP = "not set up"
    READY = "ready"
    TAKEN_AWAY = "taken away"
    """Its secret was erased with the person's other data; the operator resets it."""


class Guess(StrEnum):
    """What became of a code."""

    RIGHT = "right"
    WRONG = "wrong"
    WAIT = "wait"
    """It was not looked at: too many wrong ones lately."""
    NOTHING_TO_CHECK = "nothing to check"
    """No secret is there to hold it against: the session ended, or the factor was reset meanwhile."""


@dataclass(frozen=True)
class Answer:
    """What became of a code, and how long to wait before the next one is looked at."""

    guess: Guess
    wait: timedelta = timedelta(0)


class SecondFactor:
    """The use cases of the second factor."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database, self._clock, self._audit = database, clock, audit

    async def state(self, user_id: int) -> FactorState:
        """How this person's second factor stands."""
        async with self._database.read() as session:
            return _state(await records.factor(session, user_id))

    async def wait(self, user_id: int) -> timedelta:
        """How long this person has to wait before a code is looked at."""
        async with self._database.read() as session:
            return _waiting(await records.factor(session, user_id), self._clock.now())

    async def offer(self, visit: "Visit") -> str | None:
        """The secret this browser is shown to set a second factor up: its own, made once a session.

        None where the session has ended, or a factor is set up already.
        """
        async with self._database.write() as session:
            row = await records.visit(session, visit.token_hash, locked=True)
            if row is None or _state(await records.factor(session, visit.user_id)) is not FactorState.NOT_SET_UP:
                return None
            if row.offered is None:
                row.offered = pyotp.random_base32()
            return row.offered

    async def check(self, visit: "Visit", written: str) -> Answer:
        """Hold a code against the person's secret; where none is set up, against the one this browser was shown."""
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.locked_factor(session, visit.user_id)
            if wait := _waiting(row, now):
                return Answer(Guess.WAIT, wait)
            here = await records.visit(session, visit.token_hash, locked=True)
            if here is None or not is_alive(here.began_at, here.seen_at, now):
                return Answer(Guess.NOTHING_TO_CHECK)
            is_new = _state(row) is FactorState.NOT_SET_UP
            secret = here.offered if is_new else row.secret
            if secret is None:
                return Answer(Guess.NOTHING_TO_CHECK)
            step = _matching_step(secret, digits_of(written), now, row.last_step)
            if step is None:
                return await self._refuse(session, row, visit, now)
            row.last_step, row.wrong, row.wait_until = step, 0, None
            if is_new:
                row.secret, row.set_up_at = secret, now
            here.offered = None
            action = AuditAction.FACTOR_SET_UP if is_new else AuditAction.FACTOR_PASSED
            await self._note(session, action, visit)
            return Answer(Guess.RIGHT)

    async def _refuse(self, session: AsyncSession, row: FactorRow, visit: "Visit", now: datetime) -> Answer:
        row.wrong += 1
        wait = wait_after(row.wrong)
        row.wait_until = now + wait if wait else None
        await self._note(session, AuditAction.FACTOR_REFUSED, visit)
        if wait:
            log.warning("access.factor_throttled", user=visit.user_id, wrong=row.wrong)
        return Answer(Guess.WAIT, wait) if wait else Answer(Guess.WRONG)

    async def _note(self, session: AsyncSession, action: AuditAction, visit: "Visit") -> None:
        await self._audit.note(
            session, action, "second-factor", visit.user_id, actor=visit.user_id, guild_id=visit.guild_id
        )

    async def reset(self, user_id: int, by: int | None = None) -> bool:
        """Take somebody's second factor away, so that their next visit sets up a new one, and end their sessions.

        For a lost device. ``by`` None is the operator at the command line. False where there was none.
        """
        async with self._database.write() as session:
            had = await records.drop_factor(session, user_id)
            ended = await records.end_all_of(session, user_id)
            if had or ended:
                await self._audit.note(session, AuditAction.FACTOR_RESET, "second-factor", user_id, actor=by)
        return had


def setup_link(secret: str, issuer: str, account: str) -> str:
    """The ``otpauth://`` link an authenticator app reads. ``account`` should say nothing of a programme."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=account, issuer_name=issuer)


def _state(row: FactorRow | None) -> FactorState:
    if row is None or row.set_up_at is None:
        return FactorState.NOT_SET_UP
    return FactorState.READY if row.secret is not None else FactorState.TAKEN_AWAY


def _waiting(row: FactorRow | None, now: datetime) -> timedelta:
    if row is None or row.wait_until is None:
        return timedelta(0)
    return max(row.wait_until - now, timedelta(0))


def _matching_step(secret: str, code: str, now: datetime, last_step: int | None) -> int | None:
    otp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    found = None
    for step in candidate_steps(now, last_step):  # all of them, so that the time taken tells nothing
        if hmac.compare_digest(otp.generate_otp(step).encode(), code.encode()) and found is None:
            found = step
    return found
