"""How staff sort, put off, merge, keep and delete conversations, and how they treat several alike."""

import asyncio
import json

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.talks import Desk, two_wait
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

# What has the focus as soon as the key has opened a dialog, before the next frame.
FOCUSED_AT_FIRST = """(key) => new Promise((done) => {
  new MutationObserver((changes, observer) => {
    if (!document.querySelector('dialog[open]')) return;
    observer.disconnect();
    done(document.activeElement.ariaLabel || document.activeElement.textContent);
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
})"""


async def test_a_label_is_made_by_name_and_filters_the_list_until_it_is_taken_off(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.deed("l")
    await ana.page.keyboard.type("Prescription")
    await ana.page.keyboard.press("Enter")
    await expect(ana.triage).to_contain_text("Prescription")
    await ana.page.keyboard.press("Escape")
    await ana.filters("Prescription")
    await ana.lists(["Cara"])
    await ana.page.get_by_role("button", name="Take off this filter").click()
    await ana.lists(["Cara", "Dev"])
    await ana.triage.get_by_role("button", name="Take off Prescription").click()
    await expect(ana.triage.get_by_text("Prescription")).to_have_count(0)


async def test_what_is_typed_at_once_goes_to_the_dialog_that_a_key_has_opened(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.leaves_the_field()
    for key, takes in (("l", "Find a label"), ("p", "Normal"), ("s", "In an hour")):
        assert takes in await ana.page.evaluate(FOCUSED_AT_FIRST, key), key
        await ana.page.keyboard.press("Escape")
        await expect(ana.page.get_by_role("dialog")).to_have_count(0)


async def test_a_key_is_a_command_again_as_soon_as_a_dialog_was_dismissed(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.deed("l")
    for key, title in (("p", "Priority"), ("s", "Snooze"), ("h", "History"), ("d", "Transcript")):
        await ana.page.keyboard.press("Escape")
        await ana.page.keyboard.press(key)
        await expect(ana.page.get_by_role("dialog", name=title)).to_be_visible()


async def test_what_is_urgent_and_pinned_stands_first_for_everybody(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.lists(["Cara", "Dev"])
    await ana.opens("Dev")
    await ana.deed("p")
    await ana.page.get_by_role("dialog").get_by_text("Urgent").click()
    await ana.deed("t")
    await ana.lists(["Dev", "Cara"])
    await expect(ana.item("Dev").get_by_role("img", name="Urgent")).to_be_visible()
    await ana.page.reload()
    await ana.lists(["Dev", "Cara"])


async def test_a_snoozed_conversation_waits_elsewhere_and_is_brought_back(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.deed("s")
    await ana.page.keyboard.press("Enter")  # the first choice: in an hour
    await ana.lists(["Dev"])
    await ana.views("Snoozed")
    await ana.lists(["Cara"])
    await ana.triage.get_by_role("button", name="Bring it back now").click()
    await ana.lists([])
    await ana.views("All")
    await ana.lists(["Cara", "Dev"])


async def test_a_read_conversation_is_marked_as_unread(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    badge = ana.item("Cara").locator(".badge")
    await expect(badge).to_have_count(0)
    await ana.deed("u")
    await expect(badge).to_have_text("1")
    await ana.filters("Unread")
    await ana.lists(["Cara", "Dev"])


async def test_the_history_tells_who_changed_what(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.chooses("Assign", "Ana (me)")
    await ana.done.click()
    await expect(ana.done).to_have_text("Open again")
    await ana.deed("h")
    lines = ana.page.get_by_role("dialog", name="History").get_by_role("listitem")
    await expect(lines).to_have_text([r"Status: ClosedAna · this minute", "Assigned to AnaAna · this minute"])


async def keeps(page: Page, kind: str) -> tuple[str, str]:
    """Download the transcript; the file's name and what is in it."""
    await page.keyboard.press("d")
    async with page.expect_download() as download:
        await page.get_by_role("dialog").get_by_text(kind, exact=True).click()
    file = await download.value
    path = await file.path()
    return file.suggested_filename, await asyncio.to_thread(path.read_text)


async def test_a_transcript_is_kept_as_text_and_as_json(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.leaves_the_field()
    name, text = await keeps(ana.page, "Plain text")
    assert name.endswith(".txt") and "Is it ready?" in text
    await expect(ana.page.get_by_role("dialog")).to_have_count(0)
    name, told = await keeps(ana.page, "JSON")
    assert name.endswith(".json") and json.loads(told)


async def test_a_conversation_is_deleted_only_by_writing_the_name(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.deed("#")
    gone = ana.page.get_by_role("button", name="Delete for good")
    await expect(gone).to_be_disabled()
    await ana.page.keyboard.type("cara")
    await gone.click()
    await ana.lists(["Dev"])
    await expect(ana.page.get_by_text("Choose a conversation")).to_be_visible()


async def test_two_conversations_of_one_contact_become_one(greenleaf: World, windows: Windows):
    await greenleaf.ana.asks("PATCH", "/v1/workspace", json={"threading": "many"}, status=200)
    await greenleaf.cara.sends(greenleaf.conversation, "Is it ready?")
    second = {"contact_id": "cara", "fresh": True, "subject": "Parking"}
    found = await greenleaf.ana.asks("POST", "/v1/conversations", json=second)
    await greenleaf.cara.sends(found["id"], "Where can I park?")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.item("Parking").click()
    await ana.shows("Where can I park?")
    await ana.deed("m")
    dialog = ana.page.get_by_role("dialog", name="Merge")
    await dialog.get_by_text("Is it ready?").click()
    await dialog.get_by_role("button", name="Merge into it").click()
    await ana.shows("Is it ready?", "Where can I park?")
    await expect(ana.item("Cara")).to_have_count(1)


async def test_several_are_selected_labelled_and_closed_together(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.page.keyboard.press("j")
    await ana.page.keyboard.press("x")
    bar = ana.page.get_by_role("toolbar", name="1 selected")
    await bar.get_by_role("button", name="Select all").click()
    bar = ana.page.get_by_role("toolbar", name="2 selected")
    await bar.get_by_role("button", name="Choose labels").click()
    await expect(ana.page.get_by_label("Find a label")).to_be_focused()
    await ana.page.keyboard.type("Monday")
    await ana.page.keyboard.press("Enter")
    await expect(ana.item("Dev").get_by_role("img", name="Monday")).to_be_visible()
    await ana.page.keyboard.press("Escape")
    await bar.get_by_role("button", name="Close", exact=True).click()
    await ana.lists([])
    await ana.views("Closed")
    await ana.lists(["Cara", "Dev"])
