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
