"""The inbox under a finger: what a tap does, what a finger does that stays, and what fits on the screen."""

import asyncio

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Windows
from tests.browser.talks import Desk, two_wait
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = 0.7  # seconds; a finger that stays


async def touches(page: Page, place: Locator, seconds: float) -> None:
    """Put a finger down in the middle of it, and lift it after so long."""
    box = await place.bounding_box()
    assert box
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    await asyncio.sleep(seconds)
    await devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await devtools.detach()


async def test_a_tap_on_the_picture_opens_the_conversation(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(phone=True), greenleaf.url)
    await touches(ana.page, ana.item("Cara").locator(".avatar").first, 0.05)
    await ana.shows("Is it ready?")


async def test_a_finger_that_stays_selects_and_each_tap_selects_one_more(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(phone=True), greenleaf.url)
    await touches(ana.page, ana.item("Cara"), LONG)
    bar = ana.page.get_by_role("toolbar", name="1 selected")
    await expect(bar).to_be_visible()
    await expect(ana.page.locator(".thread-head")).to_have_count(0)
    await touches(ana.page, ana.item("Dev"), 0.05)
    await expect(ana.page.get_by_role("toolbar", name="2 selected")).to_be_visible()
    for name in ("Cara", "Dev"):
        await touches(ana.page, ana.item(name), 0.05)
    await expect(ana.page.get_by_role("toolbar", name="selected")).to_have_count(0)
    await touches(ana.page, ana.item("Dev"), 0.05)
    await ana.shows("Have you sunscreen?")


async def test_all_are_selected_without_a_long_press_too(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(phone=True), greenleaf.url)
    await ana.page.get_by_role("button", name="Filter", exact=True).tap()
    await ana.page.get_by_role("menuitem", name="Select all").tap()
    bar = ana.page.get_by_role("toolbar", name="2 selected")
    await bar.get_by_role("button", name="Close", exact=True).tap()
    await ana.lists([])


async def test_a_finger_that_stays_on_a_message_asks_what_may_be_done_with_it(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(phone=True), greenleaf.url)
    await ana.opens("Cara")
    await touches(ana.page, ana.bubble("Is it ready?"), LONG)
    await expect(ana.page.get_by_role("toolbar", name="Actions")).to_be_visible()


async def test_every_filter_of_the_search_can_be_reached(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "Is the ointment in?")
    ana = await Desk.signs_in(await windows.open(phone=True), greenleaf.url)
    await ana.page.get_by_role("button", name="Search").tap()
    await ana.page.get_by_role("combobox", name="Search messages").fill("ointment")
    await ana.page.get_by_label("With a file").tap()
    await expect(ana.page.get_by_role("status")).to_contain_text("Nothing found")
    clear = ana.page.get_by_role("button", name="Clear filters")
    await clear.tap()
    await expect(ana.page.locator("mark")).to_be_visible()


async def test_however_many_labels_there_are_the_menu_of_what_can_be_done_stands_beside_the_first(
    greenleaf: World, windows: Windows
):
    await two_wait(greenleaf)
    path = f"/v1/conversations/{greenleaf.conversation}/labels"
    await greenleaf.ana.asks("PUT", path, json={"names": ["Prescription", "Urgent refill", "Abroad"]}, status=200)
    ana = await Desk.signs_in(await windows.open(phone=True), greenleaf.url)
    await ana.item("Cara").tap()
    first = await ana.triage.get_by_text("Abroad").bounding_box()
    menu = await ana.triage.get_by_role("button", name="More").bounding_box()
    last = await ana.triage.get_by_role("button", name="Label", exact=True).bounding_box()
    assert first and menu and last
    assert menu["y"] < first["y"] + first["height"] < last["y"]
    assert menu["x"] + menu["width"] <= 360
