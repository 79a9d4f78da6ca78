"""The address bar of the inbox: a reload, the back button and a colleague's link lead to the same place."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Windows
from tests.browser.talks import Desk, two_wait
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_filters_and_what_lies_open_outlast_a_reload_and_come_back_with_the_back_button(
    greenleaf: World, windows: Windows
):
    await two_wait(greenleaf)
    path = f"/v1/conversations/{greenleaf.dev_conversation}"
    await greenleaf.ana.asks("PATCH", f"{path}/triage", json={"priority": "high"}, status=200)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    page = ana.page
    await ana.lists(["Cara", "Dev"])
    await ana.filters("Priority: High")
    await ana.lists(["Dev"])
    await ana.opens("Dev")
    await expect(page).to_have_url(re.compile(r"/inbox/all/[^/?]+\?priority=high$"))

    await page.reload()
    await ana.lists(["Dev"])
    await expect(page.locator(".filters")).to_contain_text("High")
    await expect(page.locator(".thread-who h2")).to_contain_text("Dev")

    await page.go_back()
    await expect(page.get_by_text("Choose a conversation")).to_be_visible()
    await ana.lists(["Dev"])
    await page.go_back()
    await ana.lists(["Cara", "Dev"])
    await expect(page.locator(".filters")).to_have_count(0)
    await page.go_forward()
    await ana.lists(["Dev"])
    await ana.views("Unassigned")
    await expect(page).to_have_url(re.compile(r"/inbox/unassigned\?priority=high$"))


async def test_a_filter_by_a_label_that_is_gone_shows_nothing_and_can_be_taken_off(greenleaf: World, windows: Windows):
    windows.watch.expect(r"status of 404 .*/v1/conversations\?.*label=gone")
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url, path="/inbox/all?label=gone")
    await expect(ana.page.get_by_text("Nothing passes these filters")).to_be_visible()
    await ana.page.get_by_role("button", name="Clear filters").click()
    await ana.lists(["Cara", "Dev"])
    await expect(ana.page).to_have_url(re.compile(r"/inbox/all$"))
