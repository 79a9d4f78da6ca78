"""The budgets of UX.md, as a browser measures them: what comes over the wire, and how long one waits."""

import gzip
import os
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Response, expect

from careline.wires.pages import ROOT
from tests.browser.conftest import Windows
from tests.browser.talks import Chat, Desk
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

KB = 1024
LOADER, WIDGET = 3 * KB, 35 * KB
CONVERSATIONS, SECONDS = 50, 1.0
PATIENCE = 5 if os.environ.get("CI") else 2  # beside other tests on a small machine a budget says little

MESSAGES, KEYS, FRAME = 1000, 50, 16.7  # milliseconds

# All of the history, as somebody who reads back to the beginning brings it in.
SCROLL_UP = """async (box) => {
  const known = () => box.querySelectorAll('.line').length && box.scrollTop === 0 && !box.querySelector('.older');
  for (let i = 0; i < 400 && !known(); i++) {
    box.scrollTop = 0;
    await new Promise((done) => setTimeout(done, 30));
  }
}"""

# How long a key keeps the page busy: its handlers, and the style and layout that they made necessary.
WATCH_KEYS = """() => {
  self.taken = [];
  addEventListener('keydown', () => { self.pressed = performance.now(); }, true);
  addEventListener('input', () => {
    document.body.offsetHeight;
    taken.push(performance.now() - pressed);
  });
}"""

# When the first screen stood there, by the page's own clock.
WHEN_LISTED = """new MutationObserver((_, observer) => {
  if (document.querySelectorAll('.item').length < COUNT) return;
  observer.disconnect();
  requestAnimationFrame(() => { listed = performance.now(); });
}).observe(document, { childList: true, subtree: true });""".replace("COUNT", str(CONVERSATIONS))


async def weight(page: Page, wanted: Callable[[str], bool], work: Callable[[], Awaitable[object]]) -> dict[str, int]:
    """What each answer weighs on the wire while this is done."""
    answers: list[Response] = []
    page.on("response", lambda response: answers.append(response))
    await work()
    await page.wait_for_load_state("networkidle")
    found: dict[str, int] = {}
    for response in answers:
        path = urlsplit(response.url).path
        if wanted(path) and not response.url.startswith("data:"):
            found[path] = (await response.request.sizes())["responseBodySize"]
    return found


async def test_a_website_pays_three_kilobytes_until_somebody_asks(greenleaf: World, windows: Windows):
    page = await windows.open()
    found = await weight(page, lambda path: "/demo" not in path, lambda: page.goto(greenleaf.url + "/demo/"))
    assert list(found) == ["/widget.js"]
    assert found["/widget.js"] <= LOADER, found
    assert len(gzip.compress((ROOT / "widget" / "loader.js").read_bytes(), 9)) <= LOADER


async def test_the_widget_weighs_no_more_than_it_may_before_the_first_message(greenleaf: World, windows: Windows):
    page = await windows.open()
    found = await weight(
        page, lambda path: "/demo" not in path, lambda: Chat.on_website(page, greenleaf.url + "/demo/")
    )
    assert "/widget/" in found and "/web/vendor/preact.js" in found
    assert sum(found.values()) <= WIDGET, sorted(found.items(), key=lambda item: -item[1])


async def test_the_inbox_shows_fifty_conversations_within_a_second_with_nothing_cached(greenleaf, windows: Windows):
    for number in range(CONVERSATIONS):
        contact = await greenleaf.writes(f"contact-{number}", f"Contact {number}", "greenleaf")
        await contact.sends(await greenleaf.talk(contact), f"Question {number}")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    context = ana.page.context
    await ana.page.close()
    took: list[float] = []
    # The best of three: what else runs on this machine is not the inbox's to answer for.
    while len(took) < 3 and min(took, default=9) > SECONDS:
        page = await context.new_page()
        await (await context.new_cdp_session(page)).send("Network.setCacheDisabled", {"cacheDisabled": True})
        await page.add_init_script(WHEN_LISTED)
        await page.goto(greenleaf.url + "/inbox/all")
        await expect(page.locator(".item")).to_have_count(CONVERSATIONS)
        await page.wait_for_function("self.listed")
        took.append(await page.evaluate("listed") / 1000)
        await page.close()
    assert min(took) <= SECONDS * PATIENCE, took


async def test_a_letter_typed_into_a_long_thread_costs_no_frame(greenleaf: World, windows: Windows):
    """From the key to the end of what it made the page do, layout included, with everything scrolled into view once."""
    for number in range(MESSAGES):
        who = greenleaf.cara if number % 3 else greenleaf.ana
        await who.sends(greenleaf.conversation, f"Line {number}, with a few words so that some of them wrap " * 2)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    page = ana.page
    await ana.opens("Cara")
    await page.locator(".scroll").evaluate(SCROLL_UP)
    await expect(ana.bubble("Line 0,")).to_be_visible()
    await page.get_by_role("button", name="Newest messages").click()
    await ana.composer.focus()
    await page.evaluate(WATCH_KEYS)
    for manner in ("Reply", "Private note"):
        await page.get_by_role("group", name="Answer as").get_by_role("button", name=manner).click()
        await page.keyboard.type("Good morning! @an It is ready.", delay=30)
    took = sorted(await page.evaluate("taken"))
    assert len(took) >= KEYS, took
    middle, worst = took[len(took) // 2], took[int(len(took) * 0.95)]
    print(f"a letter with {MESSAGES} messages: {middle:.1f} ms in the middle, {worst:.1f} ms for one in twenty")
    assert middle <= FRAME and worst <= FRAME * PATIENCE, took
