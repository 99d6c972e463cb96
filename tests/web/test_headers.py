"""Every header, on every sort of answer."""

from pathlib import Path

import pytest

from tests.web.stand import ALEX, Browser, Stand, open_stand

WANTED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Server": "Handrail",
}
PATHS = ["/me", "/l/x", "/a/x", "/incident/1", "/second-factor", "/healthz", "/nothing", "/favicon.ico"]


@pytest.mark.parametrize("path", PATHS)
async def test_on_every_answer(stand: Stand, path: str) -> None:
    for method in ("GET", "POST", "PUT"):
        page = await Browser(stand).goes(path, method=method)
        assert {name: page.headers.get(name) for name in WANTED} == WANTED, (method, page.status)
        assert "Strict-Transport-Security" not in page.headers


async def test_on_a_redirect_and_on_a_page(stand: Stand) -> None:
    browser = Browser(stand)
    link = await stand.link(ALEX, "/me")
    await browser.goes(link)
    for page in (await browser.sends(link, follow=False), await browser.goes("/me")):
        assert {name: page.headers.get(name) for name in WANTED} == WANTED
    assert "script" not in browser.page.text
    assert "style=" not in browser.page.text


async def test_the_session_s_cookie(stand: Stand) -> None:
    browser = Browser(stand)
    link = await stand.link(ALEX, "/me")
    await browser.goes(link)
    page = await browser.sends(link, follow=False)
    parts = [part.strip() for part in page.headers["Set-Cookie"].split(";")]
    assert parts[0].startswith("handrail=")
    assert {"HttpOnly", "Path=/", "SameSite=Strict"} == set(parts[1:]), "http on this machine: not Secure; no Domain"


async def test_https_says_that_it_stays(tmp_path: Path) -> None:
    async with open_stand(tmp_path, base_url="https://pages.example.org") as stand:
        for path in PATHS:
            page = await Browser(stand).goes(path)
            assert page.headers["Strict-Transport-Security"] == "max-age=31536000"


async def test_the_style_sheet_may_be_kept(stand: Stand) -> None:
    page = await Browser(stand).goes("/static/pages.css")
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/css; charset=utf-8"
    assert page.headers["Cache-Control"] == "max-age=3600"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
