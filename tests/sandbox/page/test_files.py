"""The page is made of files of its own, and of nothing from elsewhere."""

import re
from importlib import resources

import pytest

from sandbox.page import files
from tests.sandbox.page.conftest import Asker

FOLDER = resources.files("sandbox.page") / "static"
NAMES = sorted(files.names())


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fetched_from_elsewhere(name: str) -> None:
    words = text(name).replace("http://www.w3.org/", "")
    assert not re.search(r"""(?:src|href|import|from|url\()\s*=?\s*["'(]?(?:https?:)?//""", words)


@pytest.mark.parametrize("name", [each for each in NAMES if each.endswith(".js")])
def test_scripts_import_what_there_is(name: str) -> None:
    for imported in re.findall(r'from "\./([\w.]+)"', text(name)):
        assert imported in NAMES
        exported = text(imported)
        for each in re.findall(rf'import {{([^}}]+)}} from "\./{imported}"', text(name)):
            for word in (part.strip() for part in each.split(",")):
                assert re.search(rf"export (?:async )?(?:function|const|class) {word}\b", exported), (imported, word)


@pytest.mark.parametrize("name", [each for each in NAMES if each.endswith(".js")])
def test_words_never_become_markup(name: str) -> None:
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text(name))


def test_the_page_names_what_there_is() -> None:
    for name in re.findall(r"/_sandbox/page/static/([\w.]+)", text("index.html")):
        assert name in NAMES


async def test_how_it_is_served(asker: Asker) -> None:
    base = asker.stage.sandbox.page_url
    async with asker.session.get(base) as reply:
        assert reply.status == 200
        assert reply.content_type == "text/html"
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "Handrail sandbox" in await reply.text()
    async with asker.session.get(asker.url("static/main.js")) as reply:
        assert reply.content_type == "text/javascript"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
    for name in ("no.js", "..%2F__init__.py", "%2e%2e/__init__.py"):
        async with asker.session.get(asker.url(f"static/{name}")) as reply:
            assert reply.status == 404
