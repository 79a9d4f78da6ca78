"""Issue 2: a chat link opens the conversation as a full page, keeps its secret, and ends when it is revoked."""

import pytest
from playwright.async_api import Request, expect

from tests.browser.conftest import Windows
from tests.browser.talks import Chat, Desk
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

NO_MORE = "status of 401"  # what the console says of a token that lets nobody in any more


@pytest.mark.parametrize("mark", ["#", "?", "?chat_"], ids=["fragment", "query", "other query"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.proves("cp-60")
async def test_caras_link_opens_as_a_page_and_the_token_leaves_the_address_bar_at_once(
    greenleaf: World, windows: Windows, mark, phone
):
    await greenleaf.cara.sends(greenleaf.conversation, "Good morning!")
    page = await windows.open(phone=phone)
    addresses: list[tuple[str, str]] = []

    def note(request: Request) -> None:
        if "/v1/" in request.url:
            addresses.append((page.url, request.headers.get("referer", "")))

    page.on("request", note)
    await page.goto(f"{greenleaf.url}/chat{mark}token={greenleaf.cara.token}")
    cara = Chat(page, page)
    await cara.shows("Good morning!")
    assert page.url == f"{greenleaf.url}/chat" and await page.evaluate("history.length") <= 2
    assert addresses and all(greenleaf.cara.token not in "".join(address) for address in addresses)
    await page.reload()
    await cara.shows("Good morning!")
    # Opened on somebody else's machine, the link leaves nothing behind when the tab is closed.
    later = await page.context.new_page()
    await later.goto(f"{greenleaf.url}/chat")
    await expect(later.locator(".state-title")).to_have_text("This link does not work any more.")


async def test_a_link_that_is_revoked_says_so_and_stops(greenleaf: World, windows: Windows):
    windows.watch.expect(NO_MORE)
    page = await windows.open()
    await page.clock.install()
    cara = await Chat.by_link(page, greenleaf.url, greenleaf.cara.token)
    await cara.says("Can you hear me?")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    person = await ana.shows_person()
    await person.get_by_role("button", name="Revoke").click()
    await person.get_by_role("button", name="Revoke?").click()

    ended = cara.scope.locator(".state-title")
    await expect(ended).to_have_text("This link does not work any more.")
    await expect(cara.composer).to_have_count(0)
    await expect(cara.bubbles).to_have_count(0)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    await page.clock.fast_forward("05:00")
    # How the workspace greets is everybody's to ask.
    assert [url for url in asked if "/v1/welcome?" not in url] == []
    await page.reload()
    await expect(ended).to_have_text("This link does not work any more.")


async def test_staff_make_a_link_copy_it_and_send_it(greenleaf: World, windows: Windows):
    page = await windows.open(permissions=["clipboard-read", "clipboard-write"])
    ana = await Desk.signs_in(page, greenleaf.url)
    await ana.opens("Dev")
    person = await ana.shows_person()
    await person.get_by_role("button", name="Make a link").click()
    await page.locator(".fresh-link").get_by_role("button", name="Copy").click()
    await expect(page.locator(".fresh-link").get_by_role("button", name="Copied")).to_be_visible()
    link = await page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{greenleaf.url}/chat#token=")

    dev_page = await windows.open(phone=True)
    await dev_page.goto(link)
    dev = Chat(dev_page, dev_page)
    await dev.says("Thank you for the link")
    await ana.shows("Thank you for the link")
    # It is shown once: whoever opens this page again finds that there is one, not which.
    await page.reload()
    await expect(page.locator(".links li")).to_have_count(2)
    assert link.partition("=")[2] not in await page.content()
