"""The command bar: what was said, who it was, what can be done; and the workspace's own pages."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Windows
from tests.browser.talks import Desk
from tests.world import World

# Notices as this page would give them, and nobody who looks.
NOTICES = """
self.told = [];
self.Notification = class {
  static permission = 'granted';
  constructor(title, more) { told.push([title, more.body]); }
  close() {}
};
document.hasFocus = () => false;
"""

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def asks(desk: Desk, text: str) -> Locator:
    """Open the bar by keyboard and write; the answer's rows."""
    await desk.page.keyboard.press("Control+k")
    await desk.page.get_by_role("combobox", name="Search messages").fill(text)
    return desk.page.get_by_role("listbox", name="What was found").get_by_role("option")


async def test_a_message_is_found_far_back_and_shown_where_it_was_said(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "I am looking for marigold cream")
    for number in range(130):
        await greenleaf.cara.sends(greenleaf.conversation, f"Line {number}")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    found = await asks(ana, "marigo")
    await expect(found).to_have_count(1)
    await expect(found.locator("mark")).to_have_text("marigo")
    await ana.page.keyboard.press("Enter")
    sought = ana.scope.locator(".line.is-sought")
    await expect(sought).to_contain_text("marigold cream")
    await expect(sought).to_be_in_viewport()
    await ana.page.get_by_role("button", name="Newest messages").first.click()
    await expect(ana.bubble("Line 129")).to_be_in_viewport()


async def test_a_search_that_takes_too_long_says_what_to_do(greenleaf: World, windows: Windows):
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    windows.watch.expect(r"status of 422 .*/v1/search/messages")
    problem = {"type": "about:blank", "title": "Too long", "status": 422, "code": "took_too_long"}
    await ana.page.route("**/v1/search/messages*", lambda route: route.fulfill(status=422, json=problem))
    await asks(ana, "tulip")
    await expect(ana.page.get_by_role("alert").filter(has_text="Write more of what you look for")).to_be_visible()


async def test_text_that_was_found_is_never_more_than_text(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "tulip <img src=x onerror=pwned('search')> <mark>no</mark>")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    found = await asks(ana, "tulip")
    await expect(found.locator("mark")).to_have_text("tulip")
    await expect(found).to_contain_text("<mark>no</mark>")


async def test_the_search_is_narrowed_by_who_wrote(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "Is the ointment in?")
    await greenleaf.ana.sends(greenleaf.conversation, "The ointment came today.")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    found = await asks(ana, "ointment")
    await expect(found).to_have_count(2)
    await ana.page.get_by_label("Written by").select_option(label="Staff")
    await expect(found).to_have_count(1)
    await expect(found).to_contain_text("came today")
    await ana.page.get_by_label("With a file").check()
    await expect(ana.page.get_by_role("status")).to_contain_text("Nothing found")


async def test_what_is_found_is_narrowed_further_and_put_in_another_order(greenleaf: World, windows: Windows):
    pinned = await greenleaf.cara.sends(greenleaf.conversation, "The prescription is for my sister")
    await greenleaf.ana.sends(greenleaf.conversation, "Her prescription is in the drawer", kind="note")
    await greenleaf.dev.sends(greenleaf.dev_conversation, "Do you take prescriptions?")
    await greenleaf.ana.asks("POST", f"/v1/messages/{pinned.id}/pin", status=200)
    path = f"/v1/conversations/{greenleaf.dev_conversation}"
    await greenleaf.ana.asks("PATCH", path, json={"status": "closed"}, status=200)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    found = await asks(ana, "prescription")
    await expect(found).to_have_count(3)
    page = ana.page
    await page.get_by_role("button", name="More filters").click()
    for field, choice, text in (("Kind", "Private notes", "drawer"), ("Status", "Closed", "Do you take")):
        await page.get_by_label(field, exact=True).select_option(label=choice)
        await expect(found).to_have_count(1)
        await expect(found).to_contain_text(text)
        await page.get_by_label(field, exact=True).select_option(index=0)
        await expect(found).to_have_count(3)
    for field, count in (("Pinned", 1), ("Unread", 2)):
        await page.get_by_label(field, exact=True).check()
        await expect(found).to_have_count(count)
        await page.get_by_label(field, exact=True).uncheck()
        await expect(found).to_have_count(3)
    await expect(found.first).to_contain_text("Do you take")
    await page.get_by_label("Order", exact=True).select_option(label="Best match first")
    await expect(found.last).to_contain_text("Do you take")


async def test_where_nobody_said_the_word_parts_of_words_are_found(greenleaf: World, windows: Windows):
    await greenleaf.dev.sends(greenleaf.dev_conversation, "Have you sunscreen?")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    found = await asks(ana, "nscree")
    await expect(found).to_have_count(1)
    await expect(found.locator("mark")).to_have_text("nscree")


async def test_a_contact_is_found_by_part_of_the_name(greenleaf: World, windows: Windows):
    await greenleaf.dev.sends(greenleaf.dev_conversation, "Have you sunscreen?")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url, path="/inbox/mine")
    found = await asks(ana, "dev")
    await expect(found.first).to_contain_text("Dev")
    await ana.page.keyboard.press("Enter")
    await ana.shows("Have you sunscreen?")


async def test_an_action_is_found_and_done(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "Hello?")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await expect((await asks(ana, "assign to me")).first).to_contain_text("Assign to me")
    await ana.page.keyboard.press("Enter")
    await expect(ana.page.get_by_role("button", name="Assign: Ana")).to_be_visible()


async def test_an_administrator_sets_up_the_workspace(greenleaf: World, windows: Windows):
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    dialog = await ana.page_of("Workspace settings")
    await dialog.get_by_label("Greeting").fill("Good morning!")
    await dialog.get_by_label("Close after so many quiet days").fill("3")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("Saved")).to_be_visible()
    workspace = await greenleaf.ana.asks("GET", "/v1/workspace")
    assert (workspace["greeting"], workspace["auto_close_after_ms"]) == ("Good morning!", 3 * 86_400_000)
    assert workspace["edit_window_ms"] == 600_000


async def test_a_setting_that_cannot_be_is_told_beside_its_field(greenleaf: World, windows: Windows):
    windows.watch.expect(r"status of 422 .*/v1/workspace$")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    dialog = await ana.page_of("Workspace settings")
    await dialog.get_by_label("Websites that may show").fill("shop.example")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.locator("label").filter(has_text="Websites").get_by_role("alert")).to_be_visible()


async def test_labels_are_added_renamed_and_deleted(greenleaf: World, windows: Windows):
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    dialog = await ana.page_of("Labels")
    await dialog.get_by_label("Name of a new label").fill("Vaccine")
    await dialog.get_by_role("button", name="Add").click()
    field = dialog.get_by_label("Name of Vaccine")
    await field.fill("Vaccines")
    await field.press("Enter")
    await dialog.get_by_role("button", name="Delete Vaccines").click()
    await dialog.get_by_text("Delete?").click()
    await expect(dialog.get_by_text("There are no labels yet.")).to_be_visible()


async def test_the_audit_is_filtered_and_only_for_administrators(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "Hello?")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    dialog = await ana.page_of("Audit")
    await dialog.get_by_label("What").select_option("message.sent")
    await expect(dialog.locator("tbody tr")).to_have_count(1)
    await expect(dialog.locator("tbody tr")).to_contain_text("Cara")
    ben = await Desk.signs_in(await windows.open(), greenleaf.url, "ben")
    await ben.page.get_by_role("button", name="Account of").click()
    await expect(ben.page.get_by_role("menuitem", name="Insight")).to_be_visible()
    await expect(ben.page.get_by_role("menuitem", name="Audit")).to_have_count(0)


async def test_the_figures_are_shown_for_the_days_asked_for(greenleaf: World, windows: Windows):
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    dialog = await ana.page_of("Insight")
    await expect(dialog.locator(".chart").first.locator(".bar")).to_have_count(30)
    await dialog.get_by_label("When").select_option("7")
    await expect(dialog.locator(".chart").first.locator(".bar")).to_have_count(7)


async def test_news_is_told_by_the_system_only_when_asked_for_and_without_what_was_said(
    greenleaf: World, windows: Windows
):
    page = await windows.open(permissions=["notifications"])
    await page.add_init_script(NOTICES)
    ana = await Desk.signs_in(page, greenleaf.url)
    await greenleaf.cara.sends(greenleaf.conversation, "Not for other eyes")
    await expect(ana.item("Cara")).to_contain_text("Not for other eyes")
    assert await page.evaluate("told") == []
    dialog = await ana.page_of("Notifications")
    await dialog.get_by_role("button", name="Turn on notifications").click()
    await expect(dialog.get_by_text("Notifications are on in this browser.")).to_be_visible()
    await greenleaf.cara.sends(greenleaf.conversation, "Still not for other eyes")
    await page.wait_for_function("told.length")
    assert await page.evaluate("told") == [["Cara wrote", "Open the inbox to read it."]]
