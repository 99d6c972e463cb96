"""Whether this machine's clock is right, and whether it knows the programme's time zone."""

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.doctor.findings import Finding, Findings, fail, ok, warn

WARN_OVER = timedelta(seconds=2)
FAIL_OVER = timedelta(seconds=30)

_SYNCHRONISE = "Switch on time synchronisation on this machine, for example by `timedatectl set-ntp true`."


def clock_finding(ours: datetime, theirs: datetime | None) -> Finding:
    """How far ``ours`` is from ``theirs`` (both aware): the moment this machine and Discord gave for one request."""
    if theirs is None:
        return warn("clock", "Discord's answer had no date to compare this machine's clock with.", _SYNCHRONISE)
    ahead = ours - theirs
    if abs(ahead) <= WARN_OVER:
        return ok("clock", "This machine's clock agrees with Discord's.")
    way = "ahead of" if ahead > timedelta(0) else "behind"
    sentence = f"This machine's clock is {abs(ahead).total_seconds():.0f} s {way} Discord's."
    grave = abs(ahead) > FAIL_OVER
    return fail("clock", sentence, _SYNCHRONISE) if grave else warn("clock", sentence, _SYNCHRONISE)


def zone_findings(zones: Collection[str], available: Collection[str]) -> Findings:
    """Whether the rules of these time zones are on this machine."""
    if missing := sorted(set(zones) - set(available)):
        return [
            fail(
                "time zones",
                f"The rules of {', '.join(missing)} are not on this machine.",
                "Install the package tzdata, of the system or of Python.",
            )
        ]
    if not zones:
        return [ok("time zones", f"This machine knows {len(available)} time zones.")]
    return [ok("time zones", f"This machine knows the rules of {', '.join(sorted(set(zones)))}.")]
