"""Issue 2, the main journey: somebody writes from the website without signing in, and staff answer."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import Windows
from tests.browser.shop import Shop
from tests.browser.talks import Chat, Desk
from tests.world import World

DENIED = """if (parent !== self) Object.defineProperty(self, 'localStorage', {
  get() { throw new DOMException('no', 'SecurityError'); } })"""

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
async def test_a_visitor_and_staff_talk_live_and_find_everything_after_a_reload(greenleaf: World, windows, phone):
    ana = await Desk.signs_in(await windows.open(phone=phone), greenleaf.url)
    visitor = await Chat.on_website(await windows.open(phone=phone), greenleaf.url + "/demo/")

    await visitor.says("Is my prescription ready?")
    await visitor.has_come("Is my prescription ready?", "Delivered")
    await expect(ana.item("Is my prescription ready?").locator(".badge")).to_have_text("1")
    await ana.opens("Is my prescription ready?")
    await visitor.has_come("Is my prescription ready?", "Read")

    await visitor.gives("Cara")
    await visitor.types("And")
    await ana.sees_typing("Cara")
    await ana.types("It")
    await visitor.sees_typing("Ana")
    await ana.says("It is: come by until six.")
    await ana.has_come("It is: come by until six.", "Read")

    said = ("Is my prescription ready?", "It is: come by until six.")
    await visitor.shows(*said)
    await ana.shows(*said)
    for talk in (visitor, ana):
        await talk.page.reload()
    await ana.shows(*said)
    await visitor.launcher().click()
    await visitor.shows(*said)
    await expect(visitor.composer).to_have_value("And")
    await ana.has_come("It is: come by until six.", "Read")


async def test_an_answer_waits_behind_the_closed_chat_with_a_badge(greenleaf: World, windows: Windows):
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    visitor = await Chat.on_website(await windows.open(), greenleaf.url + "/demo/")
    await visitor.says("Hello?")
    await visitor.scope.get_by_role("button", name="Close").click()
    await ana.opens("Hello?")
    await ana.says("Hello! What can we do for you?")
    await ana.has_come("Hello! What can we do for you?", "Delivered")
    await expect(visitor.launcher().locator("b")).to_have_text("1")
    await visitor.launcher().click()
    await ana.has_come("Hello! What can we do for you?", "Read")
    await expect(visitor.launcher().locator("b")).to_be_hidden()


async def test_where_the_browser_lets_a_frame_keep_nothing_the_chat_lasts_as_long_as_the_page(
    greenleaf: World, windows: Windows, shop: Shop
):
    await shop.is_listed(greenleaf, shop.far)
    page = await windows.open()
    await page.add_init_script(DENIED)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    visitor = await Chat.on_website(page, shop.far)
    await visitor.says("Hello?")
    await ana.opens("Hello?")
    await ana.says("Hello!")
    await visitor.shows("Hello?", "Hello!")
    await ana.has_come("Hello!", "Read")


async def test_a_visitor_who_says_nothing_of_themselves_is_known_again_after_a_reload(greenleaf, windows: Windows):
    visitor = await Chat.on_website(await windows.open(), greenleaf.url + "/demo/")
    await visitor.says("Hello?")
    await visitor.has_come("Hello?", "Sent")
    await visitor.page.reload()
    await visitor.launcher().click()
    await visitor.shows("Hello?")
    await visitor.says("Me again")
    await visitor.shows("Hello?", "Me again")


async def test_what_one_goes_on_writing_while_the_first_message_is_on_its_way_stays(greenleaf, windows: Windows):
    page = await windows.open()
    arrived = asyncio.Event()

    async def slowly(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    await page.route("**/v1/visitors", slowly)
    visitor = await Chat.on_website(page, greenleaf.url + "/demo/")
    await visitor.says("Hello?")
    await visitor.types("It is about my")
    arrived.set()
    await visitor.has_come("Hello?", "Sent")
    await visitor.types(" prescription")
    await expect(visitor.composer).to_have_value("It is about my prescription")
    await visitor.composer.press("Enter")
    await visitor.shows("Hello?", "It is about my prescription")
    await expect(visitor.composer).to_have_value("")
