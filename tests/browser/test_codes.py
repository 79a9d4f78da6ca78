"""Coming in by phone: a contact who was here before finds what was said, on a browser that knows nothing of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.browser.conftest import Windows
from tests.browser.talks import Chat, Desk
from tests.security.test_codes import CARAS, Phones
from tests.world import World, stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

OFFER = "Been here before? Sign in by phone"


@asynccontextmanager
async def pharmacy(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """The cast, with codes for numbers that are known; Cara's is."""
    async with stage(folder / "careline.db", sms="console", **settings) as world:
        changes = {"phone_codes": "known", "phone_region": "GB"}
        await world.ana.asks("PATCH", "/v1/workspace", json=changes, status=200)
        await world.ana.asks("PATCH", "/v1/contacts/cara", json={"phone": CARAS}, status=200)
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def calling(tmp_path: Path) -> AsyncIterator[World]:
    async with pharmacy(tmp_path) as world:
        yield world


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def asks_for_code(chat: Chat, phone: str = "020 7946 0000") -> Locator:
    """Give one's number; the field for the code."""
    await chat.scope.get_by_label("Phone").fill(phone)
    await chat.scope.get_by_role("button", name="Send me a code").click()
    field = chat.scope.get_by_label("Code")
    await expect(field).to_be_focused()
    return field


async def test_who_was_here_before_comes_in_by_a_code_and_finds_what_was_said(calling: World, windows: Windows):
    windows.watch.expect(r"status of 401 .*/v1/codes/verify$")
    phones = Phones(calling)
    await calling.ana.sends(calling.conversation, "Your parcel is here, Cara.")
    chat = await Chat.on_website(await windows.open(phone=True), calling.url + "/demo/")
    await chat.scope.get_by_role("button", name=OFFER).click()
    field = await asks_for_code(chat)
    code = await phones.code(CARAS)
    await expect(chat.scope.get_by_role("button", name="Again in")).to_be_disabled()
    await field.press_sequentially(other(code))
    await expect(chat.scope.get_by_role("alert")).to_contain_text("This code is wrong, used or too old.")
    await field.press_sequentially(code)  # over the wrong one, which is selected
    await chat.shows("Your parcel is here, Cara.")
    await chat.says("Thank you!")
    await chat.has_come("Thank you!", "Sent")
    ana = await Desk.signs_in(await windows.open(), calling.url)
    await ana.opens("Cara")
    await ana.shows("Your parcel is here, Cara.", "Thank you!")
    await chat.page.reload()
    await chat.launcher().click()
    await chat.shows("Your parcel is here, Cara.", "Thank you!")
    await chat.scope.get_by_role("button", name="More").click()
    await expect(chat.scope.get_by_role("menuitem", name=OFFER)).to_have_count(0)


async def test_a_visitor_who_is_writing_already_comes_in_too(calling: World, windows: Windows):
    phones = Phones(calling)
    await calling.ana.sends(calling.conversation, "Your parcel is here, Cara.")
    chat = await Chat.on_website(await windows.open(), calling.url + "/demo/")
    await chat.says("Hello, it is me again")
    await chat.has_come("Hello, it is me again", "Sent")
    await chat.skips_details()
    await chat.scope.get_by_role("button", name="More").click()
    await chat.scope.get_by_role("menuitem", name=OFFER).click()
    await expect(chat.scope.get_by_text("stays with us, apart from that")).to_be_visible()
    field = await asks_for_code(chat)
    await field.fill(await phones.code(CARAS))
    await chat.shows("Your parcel is here, Cara.")


async def test_a_number_that_is_none_is_told_and_another_code_can_be_asked_for(calling: World, windows: Windows):
    windows.watch.expect(r"status of 422 .*/v1/codes$")
    phones = Phones(calling)
    page = await windows.open()
    await page.clock.install()
    chat = await Chat.on_website(page, calling.url + "/demo/")
    await chat.scope.get_by_role("button", name=OFFER).click()
    await chat.scope.get_by_label("Phone").fill("12")
    await chat.scope.get_by_role("button", name="Send me a code").click()
    await expect(chat.scope.get_by_role("alert")).to_contain_text("Write a phone number")
    await asks_for_code(chat)
    await phones.code(CARAS)
    again = chat.scope.get_by_role("button", name="Again in")
    await expect(again).to_be_disabled()
    await page.clock.fast_forward("00:31")
    await chat.scope.get_by_role("button", name="Send another one").click()
    code = await phones.code(CARAS, number=2)
    await expect(again).to_be_visible()
    await chat.scope.get_by_role("button", name="Another number").click()
    await chat.scope.get_by_label("Phone").fill("020 7946 0000")
    await chat.scope.get_by_role("button", name="Back").click()
    await expect(chat.composer).to_be_editable()
    assert len(code) == 6


async def test_who_asks_too_often_is_told_when_it_goes_on(tmp_path: Path, windows: Windows):
    windows.watch.expect(r"status of 429 .*/v1/codes$")
    async with pharmacy(tmp_path, limit_codes_phone="1/h") as calling:
        page = await windows.open()
        await page.clock.install()
        chat = await Chat.on_website(page, calling.url + "/demo/")
        await chat.scope.get_by_role("button", name=OFFER).click()
        await asks_for_code(chat)
        await page.clock.fast_forward("00:31")
        await chat.scope.get_by_role("button", name="Send another one").click()
        await expect(chat.scope.get_by_role("alert")).to_have_text("Too many attempts. Please try again in 60 minutes.")
        await expect(chat.scope.get_by_role("button", name="Again in 60 minutes")).to_be_disabled()


async def test_where_nobody_comes_in_by_phone_nothing_is_offered(greenleaf: World, windows: Windows):
    chat = await Chat.on_website(await windows.open(), greenleaf.url + "/demo/")
    await expect(chat.scope.locator(".greeting")).to_be_visible()
    await expect(chat.scope.get_by_role("button", name=OFFER)).to_have_count(0)
