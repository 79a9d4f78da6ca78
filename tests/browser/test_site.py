"""A site's own button gives way to the chat, and its admin signs in without any script (docs/wires/visitor.md)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from careline.partners import Visitor
from tests.browser.conftest import Windows
from tests.browser.shop import Shop
from tests.browser.talks import Desk
from tests.world import GREENLEAF, PASSWORD, World, stage

BUTTON = '<button class="to-top" type="button">Top</button>'
TAG = '<script src="{server}/widget.js" data-workspace="greenleaf" data-replaces="{selector}" async></script>'

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path: Path) -> AsyncIterator[World]:
    async with stage(tmp_path / "careline.db", visitor=Visitor(workspace=GREENLEAF)) as world:
        yield world


@pytest.mark.proves("vi-49")
async def test_the_launcher_takes_the_place_of_the_pages_own_button(greenleaf: World, windows: Windows, shop: Shop):
    await shop.is_listed(greenleaf, shop.url)
    page = await windows.open()
    shop.body = f'{BUTTON}<p id="kept">The shop</p>' + TAG.format(server=greenleaf.url, selector="button.to-top")
    await page.goto(shop.url)
    await expect(page.get_by_role("button", name="Chat")).to_be_visible()
    await expect(page.locator(".to-top")).to_have_count(0)
    await expect(page.locator("#kept")).to_be_visible()


@pytest.mark.proves("vi-48", "vi-47")
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
async def test_an_admin_signs_in_without_any_script(site: World, windows: Windows, phone: bool):
    page = await windows.open(phone=phone, java_script_enabled=False)
    await page.goto(f"{site.url}/admin666")
    await expect(page).to_have_url(f"{site.url}/admin666/login")
    await page.get_by_label("E-mail").fill("ana@greenleaf.example")
    await page.get_by_label("Password").fill("something else")
    async with page.expect_response("**/admin666/login") as answered:
        await page.get_by_role("button", name="Sign in").click()
    assert (await answered.value).status == 401
    windows.watch.expect("401")
    await expect(page.get_by_role("alert")).to_have_text("E-mail address or password is wrong.")
    await expect(page.get_by_label("E-mail")).to_have_value("ana@greenleaf.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{site.url}/inbox")


async def test_after_signing_in_there_the_inbox_is_open(site: World, windows: Windows):
    page = await windows.open()
    await page.goto(f"{site.url}/admin666/login")
    await page.get_by_label("E-mail").fill("ana@greenleaf.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await Desk(page, site.url).is_open()
    assert await page.get_by_text("Sign in").count() == 0
