"""Colleagues called in a note by an @: offered while one writes, told wherever they are, and seen in the note."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Windows
from tests.browser.talks import Desk
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def stored_note(world: World) -> dict[str, Any]:
    """The newest message, once there is one: what is shown at once is on its way still."""
    async with asyncio.timeout(10):
        while True:
            page = await world.ana.asks("GET", f"/v1/conversations/{world.conversation}/messages")
            if page["items"]:
                newest: dict[str, Any] = page["items"][-1]
                return newest
            await asyncio.sleep(0.02)


async def test_a_colleague_is_mentioned_by_keyboard_and_finds_the_note(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "Is it ready?")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    ben = await Desk.signs_in(await windows.open(), greenleaf.url, "ben", path="/inbox/mine")
    await ben.lists([])
    await ana.opens("Cara")
    await ana.leaves_the_field()
    await ana.presses("n")
    await ana.page.keyboard.type("Please look, @b")
    await expect(ana.page.get_by_role("option")).to_have_text(["BBenben@greenleaf.example"])
    await ana.page.keyboard.press("Enter")
    await expect(ana.composer).to_have_value("Please look, @Ben ")
    await ana.page.keyboard.type("she is in a hurry")
    await ana.page.keyboard.press("Enter")
    await expect(ana.scope.locator(".is-note .mention")).to_have_text("@Ben")
    called = ben.page.get_by_role("button", name="You were mentioned in a note")
    await expect(called).to_be_visible()
    await ben.page.reload()
    await called.click()
    await expect(ben.scope.locator(".is-note .mention.is-me")).to_have_text("@Ben")
    await expect(called).to_have_count(0)
    await ben.page.reload()
    await expect(ben.scope.locator(".is-note .mention.is-me")).to_be_visible()
    await expect(called).to_have_count(0)


async def test_whoever_was_away_is_told_on_whatever_device_they_come_back(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "Is it ready?")
    await greenleaf.ana.sends(greenleaf.conversation, "@Ben, please look", kind="note", mentions=("ben",))
    path = f"/v1/conversations/{greenleaf.conversation}"
    await greenleaf.ana.asks("PATCH", path, json={"status": "closed"}, status=200)
    ben = await Desk.signs_in(await windows.open(), greenleaf.url, "ben", path="/inbox/mine")
    await ben.lists([])
    called = ben.page.get_by_role("button", name="You were mentioned in a note")
    await called.click()
    await expect(ben.scope.locator(".is-note .mention.is-me")).to_have_text("@Ben")
    await expect(called).to_have_count(0)
    elsewhere = await Desk.signs_in(await windows.open(phone=True), greenleaf.url, "ben", path="/inbox/closed")
    await elsewhere.lists(["Cara"])
    await expect(elsewhere.page.locator(".sign-mention")).to_have_count(0)


async def test_a_colleague_is_chosen_with_the_mouse_and_the_list_goes_away_by_itself(greenleaf, windows: Windows):
    await greenleaf.works("gus", "Gus Okonkwo", "greenleaf")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    offers = ana.page.get_by_role("listbox", name="Mention a colleague")
    await ana.types("@")
    await expect(offers).to_have_count(0)  # contacts read answers: nobody is called in them
    await ana.composer.fill("")
    await ana.page.get_by_role("group", name="Answer as").get_by_role("button", name="Private note").click()
    await ana.types("@")
    await expect(offers.get_by_role("option")).to_have_count(2)
    await ana.page.keyboard.press("Escape")
    await expect(offers).to_have_count(0)
    await ana.types("o")
    await offers.get_by_text("Gus Okonkwo").click()
    await expect(ana.composer).to_have_value("@Gus Okonkwo ")
    await expect(ana.composer).to_be_focused()
    await ana.types("and @nobody")
    await ana.page.keyboard.press("Enter")
    await expect(ana.scope.locator(".is-note .mention")).to_have_text("@Gus Okonkwo")
    assert (await stored_note(greenleaf))["mentions"] == ["gus"]
