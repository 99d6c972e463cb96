"""How the page reads Markdown, mentions and times, asked in a browser."""

import importlib.util
from typing import Any

import pytest

from tests.sandbox.page.browser import CHROMIUM, window
from tests.sandbox.page.stage import Stage

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or importlib.util.find_spec("playwright") is None, reason="no chromium or playwright here"
)

RENDER = """async (texts) => {
  const { markdown } = await import("/_sandbox/page/static/markdown.js");
  const roles = { "22": { name: "Staff", colour: 0 } };
  const names = { users: { "11": "Alex" }, roles, channels: { "33": "welcome" } };
  return texts.map((text) => {
    const box = document.createElement("div");
    box.append(...markdown(text, names));
    return box.innerHTML;
  });
}"""

CASES = {
    "plain": "<p>plain</p>",
    "**bold** *it* _it_ __under__ ~~gone~~": (
        "<p><strong>bold</strong> <em>it</em> <em>it</em> <u>under</u> <s>gone</s></p>"
    ),
    "***both***": "<p><strong><em>both</em></strong></p>",
    "**bold *and* it**": "<p><strong>bold <em>and</em> it</strong></p>",
    "snake_case_word": "<p>snake_case_word</p>",
    "2 * 3 * 4": "<p>2 * 3 * 4</p>",
    "\\*no\\*": "<p>*no*</p>",
    "**open": "<p>**open</p>",
    "`a < b` **c**": "<p><code>a &lt; b</code> <strong>c</strong></p>",
    "``a ` b``": "<p><code>a ` b</code></p>",
    "```py\nx = 1\n```": '<pre tabindex="0"><code>x = 1</code></pre>',
    "a ```b``` c": '<p>a </p><pre tabindex="0"><code>b</code></pre><p> c</p>',
    "`**raw**`": "<p><code>**raw**</code></p>",
    "<script>alert(1)</script>": "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
    "<img src=x onerror=alert(1)>": "<p>&lt;img src=x onerror=alert(1)&gt;</p>",
    "[a](javascript:alert(1))": "<p>[a](javascript:alert(1))</p>",
    "one\ntwo": "<p>one\ntwo</p>",
    "> quoted\n> twice\nnot": "<blockquote><p>quoted\ntwice</p></blockquote><p>not</p>",
    ">>> all\nof it": "<blockquote><p>all\nof it</p></blockquote>",
    "- a\n- b\n  - c": "<div><ul><li>a</li><li>b<ul><li>c</li></ul></li></ul></div>",
    "3. a\n4. b": '<div><ol start="3"><li>a</li><li>b</li></ol></div>',
    "- a\n1. b": '<div><ul><li>a</li></ul><ol start="1"><li>b</li></ol></div>',
    "-not a list": "<p>-not a list</p>",
    "# Head": '<p class="heading-1" role="heading" aria-level="4">Head</p>',
    "#no": "<p>#no</p>",
    "-# small": '<p class="subtext">small</p>',
    "<@11> <@!11>": '<p><span class="mention">@Alex</span> <span class="mention">@Alex</span></p>',
    "<@99>": '<p><span class="mention">@somebody unknown</span></p>',
    "<@&22>": '<p><span class="mention" style="--role: inherit;">@Staff</span></p>',
    "<#33>": '<p><button type="button" class="mention place-link" data-place="33">#welcome</button></p>',
    "<#44>": '<p><span class="mention dim">#no-access</span></p>',
    "<:leaf:123>": "<p>:leaf:</p>",
    "</skill:1>": '<p><button type="button" class="mention command-link" data-command="skill">/skill</button></p>',
    "https://discord.com/channels/1/33/44": (
        '<p><button type="button" class="mention place-link" data-place="33" data-target="44">'
        "#welcome › message</button></p>"
    ),
    "https://discord.com/channels/1/55/44": '<p><span class="mention dim">#no-access</span></p>',
    "https://example.org/a_b_c.": (
        '<p><a href="https://example.org/a_b_c" target="_blank" rel="noopener noreferrer nofollow">'
        "https://example.org/a_b_c</a>.</p>"
    ),
}


@pytest.fixture
async def rendered(stage: Stage) -> Any:
    async with window(stage) as page:
        yield await page.evaluate(RENDER, list(CASES))


async def test_markdown(rendered: list[str]) -> None:
    assert dict(zip(CASES, rendered, strict=True)) == CASES


async def test_times_spoilers_and_hostile_texts(stage: Stage) -> None:
    async with window(stage) as page:
        (time, relative, spoiler) = await page.evaluate(
            RENDER, ["<t:1795000000:t>", f"<t:{int(stage.sandbox.clock.now().timestamp()) + 7260}:R>", "||secret||"]
        )
        assert ">06:06<" in time
        assert ">in 2 hours<" in relative
        assert 'aria-label="Spoiler: press to show"' in spoiler
        assert 'aria-hidden="true">secret<' in spoiler
        texts = ["*_" * 1000, "[" * 2000, "`" * 1999, "> " * 900, "||" * 999 + "a", "<t:99999999999999:R>", "**" * 1000]
        assert len(await page.evaluate(RENDER, texts)) == len(texts)
