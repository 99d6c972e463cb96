"""Only the page itself may ask: no other site, by no name but loopback's."""

import json

import aiohttp
import pytest

from sandbox.page.guard import is_loopback, is_own
from tests.sandbox.page.conftest import Asker


@pytest.mark.parametrize(
    ("host", "passes"),
    [
        ("127.0.0.1:8090", True),
        ("localhost:8090", True),
        ("LOCALHOST:8090", True),
        ("[::1]:8090", True),
        ("127.0.0.1", True),
        ("rebound.example:8090", False),
        ("127.0.0.1.rebound.example:8090", False),
        ("localhost.rebound.example", False),
        ("rebound.example#127.0.0.1", False),
        ("127.0.0.1@rebound.example", False),
        ("0.0.0.0:8090", False),
        ("[::1", False),
        ("", False),
    ],
)
def test_the_host_must_be_loopback_by_name(host: str, passes: bool) -> None:
    assert is_loopback(host) == passes


@pytest.mark.parametrize(
    ("origin", "fetch_site", "passes"),
    [
        (None, None, True),
        ("http://127.0.0.1:8090", "same-origin", True),
        (None, "none", True),
        ("http://127.0.0.1:3000", "same-site", False),
        ("http://127.0.0.1:3000", None, False),
        ("https://127.0.0.1:8090", None, False),
        ("http://localhost:8090", None, False),
        ("http://elsewhere.example", "cross-site", False),
        ("null", None, False),
        (None, "cross-site", False),
        (None, "same-site", False),
    ],
)
def test_a_request_must_be_the_pages_own(origin: str | None, fetch_site: str | None, passes: bool) -> None:
    assert is_own("127.0.0.1:8090", origin, fetch_site) == passes


async def test_the_guard_stands_before_everything_of_the_sandboxes_own(asker: Asker) -> None:
    base = asker.stage.sandbox.page_url
    for path in ("", "_sandbox/page/house", "_sandbox/page/static/main.js", "_sandbox/state", "attachments/1/2/x"):
        async with asker.session.get(base + path, headers={"Host": "rebound.example"}) as reply:
            assert reply.status == 403, path
    async with asker.session.get(base, headers={"Sec-Fetch-Site": "cross-site"}) as reply:
        assert reply.status == 200
    body = {"as": str(asker.stage.people["Alex"].id), "open": False}
    for path in ("act/dms", "clock", "fault"):
        url = asker.url(path)
        async with asker.session.post(url, json=body, headers={"Origin": "http://elsewhere.example"}) as reply:
            assert reply.status == 403
    assert asker.stage.people["Alex"].dms_open


async def test_no_other_site_listens_in(asker: Asker) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await asker.session.ws_connect(asker.url("live"), headers={"Origin": "http://elsewhere.example"})
    assert refused.value.status == 403


async def test_a_form_of_another_kind_is_no_act(asker: Asker) -> None:
    body = json.dumps({"as": str(asker.stage.people["Alex"].id), "open": False})
    async with asker.session.post(asker.url("act/dms"), data=body, headers={"Content-Type": "text/plain"}) as reply:
        assert reply.status == 400
    assert asker.stage.people["Alex"].dms_open
