"""Buckets, the global limit and the count of invalid requests."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.ratelimits import RULES, Decision, RateLimits, Rule

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = "/channels/{channel_id}/messages/{message_id}"
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
FOLLOW_UP = "/webhooks/{application_id}/{interaction_token}"


class Clock:
    def __init__(self, now: float = 1_764_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> RateLimits:
    return RateLimits(clock)


def post(limits: RateLimits, channel: str = "1") -> Decision:
    return limits.check("POST", MESSAGES, {"channel_id": channel})


def test_five_messages_in_five_seconds_and_then_a_wait(limits: RateLimits, clock: Clock) -> None:
    decisions = [post(limits) for _ in range(5)]
    assert all(decision.allowed for decision in decisions)
    assert [decision.headers["X-RateLimit-Remaining"] for decision in decisions] == ["4", "3", "2", "1", "0"]

    clock.now += 1.5
    refused = post(limits)
    assert not refused.allowed
    assert not refused.is_global
    assert refused.retry_after == 3.5
    assert refused.body == {"message": "You are being rate limited.", "retry_after": 3.5, "global": False}

    clock.now += 3.5
    assert post(limits).allowed


def test_the_headers_of_a_reply(limits: RateLimits, clock: Clock) -> None:
    clock.now += 0.25
    headers = post(limits).headers
    assert headers["X-RateLimit-Limit"] == "5"
    assert headers["X-RateLimit-Reset-After"] == "5.000"
    assert headers["X-RateLimit-Reset"] == "1764000005.250"
    assert len(headers["X-RateLimit-Bucket"]) == 32
    assert "Retry-After" not in headers


def test_the_headers_of_a_refusal(limits: RateLimits, clock: Clock) -> None:
    for _ in range(5):
        post(limits)
    clock.now += 0.7
    headers = post(limits).headers
    assert headers["Retry-After"] == "5", "whole seconds, rounded up"
    assert headers["X-RateLimit-Reset-After"] == "4.300"
    assert headers["X-RateLimit-Scope"] == "user"
    assert headers["X-RateLimit-Remaining"] == "0"
    assert "X-RateLimit-Global" not in headers
    assert headers["Via"], "without it discord.py takes the reply for a ban"


def test_each_channel_has_its_own_bucket_under_one_name(limits: RateLimits) -> None:
    for _ in range(5):
        post(limits, "1")
    other = post(limits, "2")
    assert other.allowed
    assert other.headers["X-RateLimit-Bucket"] == post(limits, "1").headers["X-RateLimit-Bucket"]


@pytest.mark.parametrize(
    ("method", "route", "params", "rule"),
    [
        ("DELETE", MESSAGE, {"channel_id": "1", "message_id": "2"}, Rule(5, 1.0)),
        ("PATCH", MESSAGE, {"channel_id": "1", "message_id": "2"}, Rule(5, 5.0)),
        ("POST", "/guilds/{guild_id}/channels", {"guild_id": "1"}, Rule(30, 10.0)),
        ("PUT", "/guilds/{g}/members/{u}/roles/{r}", {"g": "1", "u": "2", "r": "3"}, Rule(10, 10.0)),
        ("POST", "/users/@me/channels", {}, Rule(10, 10.0)),
        ("POST", FOLLOW_UP, {"application_id": "1", "interaction_token": "t"}, Rule(5, 2.0)),
        ("GET", MESSAGES, {"channel_id": "1"}, Rule(50, 1.0)),
    ],
)
def test_the_size_of_each_bucket(clock: Clock, method: str, route: str, params: dict[str, str], rule: Rule) -> None:
    limits = RateLimits(clock, global_per_second=1000)
    assert all(limits.check(method, route, params).allowed for _ in range(rule.limit))
    assert limits.check(method, route, params).retry_after == rule.seconds


def test_every_rule_is_met_under_the_names_of_its_own_route(clock: Clock) -> None:
    for key, rule in RULES.items():
        method, _, route = key.partition(" ")
        parts = route.split("{}")
        template = "".join(f"{part}{{p{n}}}" for n, part in enumerate(parts[:-1])) + parts[-1]
        limits = RateLimits(clock)
        decision = limits.check(method, template, {f"p{n}": str(n) for n in range(len(parts))})
        assert decision.headers["X-RateLimit-Limit"] == str(rule.limit), key


def test_messages_of_one_channel_share_a_bucket_for_deleting(limits: RateLimits) -> None:
    for n in range(5):
        limits.check("DELETE", MESSAGE, {"channel_id": "1", "message_id": str(n)})
    assert not limits.check("DELETE", MESSAGE, {"channel_id": "1", "message_id": "99"}).allowed
    assert post(limits, "1").allowed, "posting has a bucket of its own"


def test_follow_ups_and_edits_of_one_interaction_share_a_bucket(limits: RateLimits) -> None:
    params = {"application_id": "1", "interaction_token": "t"}
    for _ in range(5):
        limits.check("POST", FOLLOW_UP, params)
    assert not limits.check("PATCH", FOLLOW_UP + "/messages/@original", params).allowed
    assert limits.check("POST", FOLLOW_UP, params | {"interaction_token": "u"}).allowed


def test_the_global_limit(limits: RateLimits, clock: Clock) -> None:
    assert all(post(limits, str(n)).allowed for n in range(50))
    clock.now += 0.4
    refused = post(limits, "50")
    assert refused.is_global
    assert refused.retry_after == 0.6
    assert refused.headers["X-RateLimit-Global"] == "true"
    assert refused.headers["X-RateLimit-Scope"] == "global"
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["Via"]
    assert refused.body["global"] is True
    clock.now += 0.6
    assert post(limits, "50").allowed


def test_a_refusal_by_the_global_limit_uses_up_nothing_of_the_bucket(limits: RateLimits, clock: Clock) -> None:
    for n in range(50):
        post(limits, str(n))
    for _ in range(10):
        assert not post(limits, "fresh").allowed
    clock.now += 1.0
    assert post(limits, "fresh").headers["X-RateLimit-Remaining"] == "4"


def test_interactions_stay_outside_the_global_limit(limits: RateLimits) -> None:
    for n in range(50):
        post(limits, str(n))
    callback = {"interaction_id": "1", "interaction_token": "t"}
    assert limits.check("POST", CALLBACK, callback).allowed
    assert limits.check("POST", FOLLOW_UP, {"application_id": "1", "interaction_token": "t"}).allowed
    assert limits.check("GET", "/gateway", {}, exempt_global=True).allowed
    assert not limits.check("GET", "/gateway", {}).allowed


def test_interactions_use_up_nothing_of_the_global_limit(limits: RateLimits) -> None:
    for n in range(60):
        limits.check("POST", CALLBACK, {"interaction_id": str(n), "interaction_token": "t"})
    assert post(limits).allowed


def test_switched_off_nothing_is_refused_and_nothing_is_said(clock: Clock) -> None:
    limits = RateLimits(clock, enabled=False)
    decisions = [post(limits) for _ in range(200)]
    assert all(decision == Decision(allowed=True) for decision in decisions)


def test_invalid_requests_are_counted_for_ten_minutes(limits: RateLimits, clock: Clock) -> None:
    for status in (200, 401, 403, 404, 429, 500):
        limits.note_status(status)
    assert limits.invalid_requests == 3
    clock.now += 599.0
    limits.note_status(403)
    assert limits.invalid_requests == 4
    clock.now += 1.0
    assert limits.invalid_requests == 1


def test_ten_thousand_invalid_requests_ban_and_the_ban_stays(limits: RateLimits, clock: Clock) -> None:
    for number in range(1, 10_001):
        limits.note_status(403)
        assert limits.banned == (number == 10_000)
    clock.now += 3600.0
    assert limits.invalid_requests == 0
    assert limits.banned


def test_invalid_requests_spread_wide_enough_never_ban(limits: RateLimits, clock: Clock) -> None:
    for _ in range(11_000):
        limits.note_status(429)
        clock.now += 0.125
    assert not limits.banned
    assert limits.invalid_requests == 4_799


def test_ended_buckets_are_forgotten(clock: Clock) -> None:
    limits = RateLimits(clock)
    for n in range(20_000):
        post(limits, str(n))
        clock.now += 0.5
    assert limits.open_buckets <= 256


def test_a_clock_moved_back_opens_fresh_windows(limits: RateLimits, clock: Clock) -> None:
    for _ in range(5):
        post(limits)
    clock.now -= 3600.0
    assert post(limits).headers["X-RateLimit-Remaining"] == "4"


@settings(deadline=None, derandomize=True)
@given(
    start=st.floats(min_value=0, max_value=4_000_000_000),
    later=st.floats(min_value=0, max_value=4.9),
)
def test_who_waits_as_long_as_told_is_let_through(start: float, later: float) -> None:
    clock = Clock(start)
    limits = RateLimits(clock)
    for _ in range(5):
        post(limits)
    clock.now += later
    refused = post(limits)
    assert not refused.allowed
    clock.now += refused.retry_after
    assert post(limits).allowed


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(["1", "2", "3"]), st.floats(min_value=0, max_value=2)), max_size=200))
def test_no_window_ever_lets_more_through_than_its_limit(requests: list[tuple[str, float]]) -> None:
    clock = Clock()
    limits = RateLimits(clock)
    opened: dict[str, float] = {}
    passed: dict[str, int] = {}
    for channel, pause in requests:
        clock.now += pause
        decision = post(limits, channel)
        if channel not in opened or clock.now >= opened[channel] + 5.0:
            opened[channel], passed[channel] = clock.now, 0
        passed[channel] += decision.allowed
        assert passed[channel] <= 5
        assert decision.allowed or decision.retry_after > 0
