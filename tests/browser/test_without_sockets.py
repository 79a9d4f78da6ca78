"""Issue 2: where a proxy lets no WebSocket through, everything works by long polling."""

import time

import pytest
from playwright.async_api import Page, WebSocketRoute

from tests.browser.conftest import Windows
from tests.browser.talks import Chat, Desk
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECONDS = 5.0  # what "within seconds" means here; as a rule it is less than one


async def without_sockets(page: Page) -> Page:
    async def refuse(socket: WebSocketRoute) -> None:
        await socket.close()

    await page.context.route_web_socket("**/v1/socket", refuse)
    return page


async def test_both_talk_within_seconds_when_no_socket_gets_through(greenleaf: World, windows: Windows):
    ana = await Desk.signs_in(await without_sockets(await windows.open()), greenleaf.url)
    cara = await Chat.by_link(await without_sockets(await windows.open()), greenleaf.url, greenleaf.cara.token)
    await ana.opens("Cara")
    polls = [url for url in windows.watch.asked if "/v1/events?" in url]
    asked = len(polls)
    for who, heard, text in ((cara, ana, "Hello?"), (ana, cara, "Hello Cara!"), (cara, ana, "Ah, you are there.")):
        began = time.monotonic()
        await who.says(text)
        await heard.bubble(text).wait_for()
        assert time.monotonic() - began < SECONDS
    await cara.has_come("Ah, you are there.", "Read")
    await ana.has_come("Hello Cara!", "Read")
    assert len([url for url in windows.watch.asked if "/v1/events?" in url]) > asked
    await cara.shows("Hello?", "Hello Cara!", "Ah, you are there.")
    await ana.shows("Hello?", "Hello Cara!", "Ah, you are there.")


async def test_a_visitor_whose_socket_is_blocked_talks_to_staff_whose_is_not(greenleaf: World, windows: Windows):
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    visitor = await Chat.on_website(await without_sockets(await windows.open()), greenleaf.url + "/demo/")
    await visitor.says("Hello?")
    await ana.opens("Hello?")
    await ana.types("Hello")
    await ana.says("Hello! How can we help?")
    await visitor.shows("Hello?", "Hello! How can we help?")
    await ana.has_come("Hello! How can we help?", "Read")
