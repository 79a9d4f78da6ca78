"""Issue 2: how staff come in, stay in over tabs and reloads, and leave nothing behind when they go."""

import asyncio
import re

import pytest
from click.testing import CliRunner
from playwright.async_api import expect

from careline.cli import main
from careline.features.people.rules import PASSWORD as LENGTHS
from tests.browser.conftest import Windows
from tests.browser.talks import Desk
from tests.faults.server import Careline
from tests.world import PASSWORD, World

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEAST, _ = LENGTHS
SECRET = "Allergic to penicillin"


async def test_two_tabs_of_one_person_stay_signed_in_over_reloads_at_the_same_time(greenleaf: World, windows: Windows):
    first = await Desk.signs_in(await windows.open(), greenleaf.url)
    second = Desk(await first.page.context.new_page(), greenleaf.url)
    await second.page.goto(f"{greenleaf.url}/inbox/all")
    await second.is_open()
    for _ in range(3):
        await asyncio.gather(first.page.reload(), second.page.reload())
        await asyncio.gather(first.is_open(), second.is_open())
    await greenleaf.cara.sends(greenleaf.conversation, "Still there?")
    for desk in (first, second):
        await desk.opens("Still there?")
    await first.says("Yes, twice.")
    await second.shows("Still there?", "Yes, twice.")


async def test_after_signing_out_nothing_can_be_read(greenleaf: World, windows: Windows):
    windows.watch.expect(r"status of 401 .*/v1/")
    await greenleaf.cara.sends(greenleaf.conversation, SECRET)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url, path="/inbox")
    page = ana.page
    other = Desk(await page.context.new_page(), greenleaf.url)
    await other.page.goto(f"{greenleaf.url}/inbox/all")
    await other.opens("Cara")
    await ana.views("All")
    await ana.opens("Cara")
    await ana.shows(SECRET)
    await ana.composer.fill("About your allergy:")

    await page.get_by_role("button", name="Account of Ana").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in to your inbox")).to_be_visible()
    await expect(other.page.get_by_role("heading", name="Sign in to your inbox")).to_be_visible()
    for step in ("history.back()", "history.back()", "history.forward()"):
        await page.evaluate(step)
        await expect(page.get_by_role("heading", name="Sign in to your inbox")).to_be_visible()
        for tab in (page, other.page):
            assert SECRET not in await tab.content() and "Cara" not in await tab.content()
    kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "allergy" not in kept and SECRET not in kept


async def test_what_was_begun_and_not_sent_is_forgotten_with_the_session(greenleaf: World, windows: Windows):
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    page = ana.page
    await ana.opens("Cara")
    await ana.types("About your allergy")
    await page.reload()
    await expect(ana.composer).to_have_value("About your allergy")
    await page.get_by_role("button", name="Account of Ana").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in to your inbox")).to_be_visible()
    assert "allergy" not in await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")


async def test_who_changes_the_password_signs_in_with_the_new_one_everywhere(greenleaf: World, windows: Windows):
    windows.watch.expect(r"status of (401|403) .*/v1/")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    elsewhere = await Desk.signs_in(await windows.open(phone=True), greenleaf.url)
    dialog, new = await ana.page_of("Change password"), " a much better one "
    for old, said in (("wrong horse battery", "The current password is wrong."), (PASSWORD, None)):
        await dialog.get_by_label("Current password").fill(old)
        await dialog.get_by_label("New password").fill(new)
        await dialog.get_by_role("button", name="Change password").click()
        if said:
            await expect(dialog.get_by_role("alert")).to_have_text(said)
    await expect(ana.page.get_by_text("Your password is changed. Sign in with the new one.")).to_be_visible()
    await expect(elsewhere.page.get_by_role("heading", name="Sign in to your inbox")).to_be_visible()
    await ana.enters("ana@greenleaf.example", PASSWORD)
    await expect(ana.page.get_by_role("alert")).to_have_text("This e-mail and password do not belong together.")
    await ana.enters("ana@greenleaf.example", new)
    await ana.is_open()
    await ana.lists(["Dev", "Cara"])


async def test_the_printed_link_makes_the_first_administrator_once(tmp_path, windows: Windows):
    windows.watch.expect(r"status of 401 .*/v1/setup$")
    with await asyncio.to_thread(Careline, str(tmp_path / "careline.db")) as server:
        printed = re.search(r"\S+/setup#secret=\S+", server.log.read_text())
        assert printed
        page = await windows.open()
        await page.goto(printed[0])
        assert page.url == f"{server.url}/setup"
        fields = {"Name of the workspace": "Greenleaf Pharmacy", "Your name": "Ana", "E-mail": "ana@greenleaf.example"}
        for label, value in fields.items():
            await page.get_by_label(label).fill(value)
        await page.get_by_label("Password").press_sequentially("x" * (LEAST - 1))
        await page.get_by_role("button", name="Begin").click()
        await expect(page.locator("input:invalid")).to_have_count(1)
        await page.get_by_label("Password").press_sequentially("x")
        await expect(page.locator("input:invalid")).to_have_count(0)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Begin").click()
        await Desk(page, server.url).is_open()
        await expect(page.locator(".account h1")).to_have_text("Greenleaf Pharmacy")
        # Nobody named the workspace's id, so the line for a website is the first thing that one is led to.
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.get_by_role("button", name="Put the chat on your website").click()
        settings = page.get_by_role("dialog", name="Workspace settings")
        line = settings.get_by_label("Line for the pages of those websites")
        await settings.get_by_role("button", name="Copy").click()
        await expect(settings.get_by_role("button", name="Copied")).to_be_visible()
        id_ = await settings.locator("code").inner_text()
        want = f'<script src="{server.url}/widget.js" data-workspace="{id_}" async></script>'
        assert [await line.input_value(), await page.evaluate("navigator.clipboard.readText()")] == [want, want]
        listed = await asyncio.to_thread(CliRunner().invoke, main, ["workspace", "list", "--database", server.database])
        assert listed.output.split(maxsplit=1) == [id_, "Greenleaf Pharmacy\n"]
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Account of Ana").click()
        await page.get_by_role("menuitem", name="Colleagues").click()
        await expect(page.get_by_role("dialog", name="Colleagues").locator("li")).to_contain_text("Administrator")

        stranger = await windows.open()
        await stranger.goto(printed[0])
        for label, value in {**fields, "Password": PASSWORD}.items():
            await stranger.get_by_label(label).fill(value)
        await stranger.get_by_role("button", name="Begin").click()
        await expect(stranger.get_by_role("alert")).to_contain_text("This set-up link is used")
        await windows.close()
