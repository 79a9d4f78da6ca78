"""What one does with a message: quote it, react to it, pin it, say it elsewhere, have it looked at, take it back."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.talks import Chat, Desk
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def two(world: World, windows: Windows) -> tuple[Desk, Chat]:
    """Ana and Cara, who has just said something."""
    await world.cara.sends(world.conversation, "Is it ready?")
    ana = await Desk.signs_in(await windows.open(), world.url)
    cara = await Chat.by_link(await windows.open(phone=True), world.url, world.cara.token)
    await ana.opens("Cara")
    await ana.shows("Is it ready?")
    await cara.shows("Is it ready?")
    return ana, cara


async def touches_long(page: Page, text: str) -> None:
    """A finger that stays on a message."""
    line = page.locator(".line").filter(has_text=text)
    box = await line.bounding_box()
    assert box is not None
    at = {"x": box["x"] + 20, "y": box["y"] + box["height"] / 2, "id": 0}
    session = await page.context.new_cdp_session(page)
    await session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    await expect(line.get_by_role("toolbar", name="Actions")).to_be_visible()
    await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


async def test_an_answer_quotes_and_leads_back_however_far(greenleaf: World, windows: Windows):
    first = await greenleaf.cara.sends(greenleaf.conversation, "The very first question")
    for number in range(130):
        speaker = greenleaf.ana if number % 2 else greenleaf.cara
        await speaker.sends(greenleaf.conversation, f"Line {number}")
    await greenleaf.ana.sends(greenleaf.conversation, "An answer at last", reply_to=first.id)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    quote = ana.page.locator("button.quote")
    await expect(quote).to_contain_text("The very first question")
    await quote.click()
    found = ana.page.locator(".line").filter(has_text="The very first question").first
    await expect(found).to_be_focused()
    await expect(found).to_be_in_viewport()


async def test_a_contact_replies_by_a_long_touch(greenleaf: World, windows: Windows):
    ana, cara = await two(greenleaf, windows)
    await ana.says("At two o'clock")
    await cara.shows("Is it ready?", "At two o'clock")
    await touches_long(cara.page, "At two o'clock")
    await cara.page.get_by_role("button", name="Reply").click()
    await expect(cara.page.locator(".answer-quote")).to_contain_text("At two o'clock")
    await cara.says("Thank you")
    await ana.shows("Is it ready?", "At two o'clock", "Ana At two o'clockThank you")
    await expect(cara.page.locator(".answer-quote")).to_have_count(0)


async def test_reactions_come_and_go_on_both_sides(greenleaf: World, windows: Windows):
    ana, cara = await two(greenleaf, windows)
    await ana.acts_on("Is it ready?", "React")
    await ana.page.get_by_label("Search emoji").fill("heart")
    await ana.page.keyboard.press("Enter")
    theirs = cara.page.locator(".reaction").first
    await expect(theirs).to_have_attribute("title", "Ana")
    await theirs.click()
    await expect(theirs).to_have_attribute("aria-pressed", "true")
    mine = ana.page.locator(".reaction").first
    await expect(mine).to_contain_text("2")
    await mine.click()
    await expect(theirs).to_have_attribute("title", "You")
    await theirs.click()
    await expect(mine).to_have_count(0)


async def test_a_message_is_pinned_for_both_and_said_again_elsewhere(greenleaf: World, windows: Windows):
    ana, cara = await two(greenleaf, windows)
    await ana.acts_on("Is it ready?", "Pin")
    await expect(cara.page.locator(".is-pinned")).to_have_text("Pinned")
    await cara.page.locator(".pins").click()
    await expect(cara.page.locator(".line").filter(has_text="Is it ready?")).to_be_focused()
    await ana.acts_on("Is it ready?", "Unpin")
    await expect(cara.page.locator(".is-pinned")).to_have_count(0)
    await ana.acts_on("Is it ready?", "Forward")
    dialog = ana.page.get_by_role("dialog", name="Forward")
    await dialog.get_by_label("Forward to whom?").fill("de")
    await dialog.get_by_role("button", name="Dev").click()
    await ana.shows("ForwardedIs it ready?")
    await expect(ana.page.locator(".thread-who h2")).to_contain_text("Dev")


async def test_a_contact_has_a_message_looked_at_and_takes_back_ones_own(greenleaf: World, windows: Windows):
    ana, cara = await two(greenleaf, windows)
    await ana.says("Not for your eyes")
    await cara.acts_on("Not for your eyes", "Report this message")
    await cara.page.get_by_label("What is wrong with it?").fill("This is about somebody else")
    await cara.page.get_by_role("button", name="Report", exact=True).click()
    await expect(cara.page.get_by_role("dialog")).to_have_count(0)
    flags = await greenleaf.ana.asks("GET", "/v1/flags", status=200)
    assert [flag["reason"] for flag in flags["items"]] == ["This is about somebody else"]
    await cara.acts_on("Is it ready?", "Edit")
    await cara.page.get_by_label("Edit", exact=True).fill("Is it ready now?")
    await cara.page.keyboard.press("Enter")
    await ana.shows("Is it ready now? edited", "Not for your eyes")
    await cara.acts_on("Is it ready now?", "Delete")
    await cara.page.get_by_role("button", name="Delete?").click()
    await ana.shows("This message was deleted.", "Not for your eyes")


async def test_the_actions_are_reached_by_the_keyboard(greenleaf: World, windows: Windows):
    ana, _ = await two(greenleaf, windows)
    await ana.page.get_by_role("region", name="Messages").focus()
    await ana.page.keyboard.press("ArrowUp")
    await expect(ana.page.get_by_role("toolbar", name="Actions")).to_be_visible()
    await ana.page.keyboard.press("Tab")
    await expect(ana.page.get_by_role("button", name="React")).to_be_focused()
    await ana.page.keyboard.press("Tab")
    await ana.page.keyboard.press("Enter")
    await expect(ana.composer).to_be_focused()
    await expect(ana.page.locator(".answer-quote")).to_contain_text("Is it ready?")


async def test_an_emoji_is_put_where_the_caret_stands(greenleaf: World, windows: Windows):
    ana, _ = await two(greenleaf, windows)
    await ana.types("Well done")
    await ana.composer.press("Home")
    await ana.page.get_by_role("button", name="Emoji", exact=True).click()
    await ana.page.get_by_role("dialog", name="Emoji").get_by_role("button", name="🎉", exact=True).click()
    await expect(ana.composer).to_have_value("🎉Well done")
    await expect(ana.composer).to_be_focused()


async def test_a_contact_keeps_what_was_said_and_ends_the_conversation(greenleaf: World, windows: Windows):
    ana, cara = await two(greenleaf, windows)
    await cara.page.get_by_role("button", name="More").click()
    async with cara.page.expect_download() as coming:
        await cara.page.get_by_role("menuitem", name="Download what was said").click()
    path: Path = await (await coming.value).path()
    assert "Is it ready?" in await asyncio.to_thread(path.read_text)
    await cara.page.get_by_role("button", name="More").click()
    await cara.page.get_by_role("menuitem", name="End this conversation").click()
    await cara.page.get_by_role("menuitem", name="End it now?").click()
    await expect(cara.page.locator(".system").last).to_contain_text("This conversation is closed")
    await expect(ana.done).to_have_text("Open again")


async def test_however_fast_one_scrolls_up_the_beginning_is_reached(greenleaf: World, windows: Windows):
    for number in range(230):
        speaker = greenleaf.ana if number % 2 else greenleaf.cara
        await speaker.sends(greenleaf.conversation, f"Line {number}.")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.bubble("Line 229.").hover()
    for _ in range(6):
        await ana.page.mouse.wheel(0, -6_000)
        await asyncio.sleep(0.1)
    await expect(ana.bubble("Line 0.")).to_be_visible()


async def test_everybody_is_told_for_how_long_a_message_can_be_edited(greenleaf: World, windows: Windows):
    await greenleaf.ana.asks("PATCH", "/v1/workspace", json={"edit_window_ms": 600_000}, status=200)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    cara = await Chat.by_link(await windows.open(), greenleaf.url, greenleaf.cara.token)
    for talk, text in ((ana, "We open at tne"), (cara, "Is it raedy?")):
        await talk.says(text)
        line = talk.scope.locator(".line").filter(has_text=text)
        await line.hover()
        edit = line.get_by_role("button", name="Edit", exact=True)
        await expect(edit).to_have_attribute("title", "Can be edited for another 10 minutes")
        await edit.click()
        await expect(line.get_by_text("Can be edited for another 10 minutes")).to_be_visible()


async def test_an_edit_that_comes_too_late_is_refused_in_words_and_nothing_is_lost(greenleaf: World, windows: Windows):
    windows.watch.expect(r"status of 403 .*/v1/messages/")
    await greenleaf.ana.asks("PATCH", "/v1/workspace", json={"edit_window_ms": 4_000}, status=200)
    cara = await Chat.by_link(await windows.open(), greenleaf.url, greenleaf.cara.token)
    await cara.says("Is it raedy?")
    await cara.has_come("Is it raedy?", "Sent")
    await cara.acts_on("Is it raedy?", "Edit")
    field = cara.scope.get_by_label("Edit", exact=True)
    await field.fill("Is it ready?")
    await expect(cara.scope.get_by_text("The time to edit this is over.")).to_be_visible()
    await field.press("Enter")
    await expect(cara.scope.get_by_role("alert")).to_have_text("Not saved: a message can be edited for 4 seconds only.")
    await expect(field).to_have_value("Is it ready?")


async def test_staff_see_what_a_message_said_before_and_what_replies_to_it(greenleaf: World, windows: Windows):
    asked = await greenleaf.cara.sends(greenleaf.conversation, "Is it reddy?")
    for body in ("Is it redy?", "Is it ready?"):
        await greenleaf.cara.asks("PATCH", f"/v1/messages/{asked.id}", json={"body": body}, status=200)
    await greenleaf.ana.sends(greenleaf.conversation, "It is", reply_to=asked.id)
    await greenleaf.ana.sends(greenleaf.conversation, "Since this morning", reply_to=asked.id)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.page.get_by_role("button", name="edited").click()
    versions = ana.page.get_by_role("dialog", name="What it said before").get_by_role("listitem")
    await expect(versions).to_contain_text(["Is it redy?", "Is it reddy?"])
    await ana.page.keyboard.press("Escape")
    await ana.page.locator(".line").first.hover()
    await ana.page.get_by_role("button", name="Replies").click()
    replies = ana.page.get_by_role("dialog", name="Replies")
    await expect(replies.get_by_role("listitem")).to_contain_text(["It is", "Since this morning"])
    await replies.get_by_role("button", name="Since this morning").click()
    await expect(replies).to_have_count(0)
    await expect(ana.page.locator(".line").filter(has_text="Since this morning")).to_be_focused()
    cara = await Chat.by_link(await windows.open(), greenleaf.url, greenleaf.cara.token)
    await expect(cara.scope.locator(".edited")).to_be_visible()
    await expect(cara.scope.get_by_role("button", name="edited")).to_have_count(0)


async def test_an_administrator_takes_several_messages_back_at_once(greenleaf: World, windows: Windows):
    for body in ("Buy my watches", "Is it ready?", "Buy my rings"):
        await greenleaf.cara.sends(greenleaf.conversation, body)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.triage.get_by_role("button", name="More").click()
    await ana.page.get_by_role("menuitem", name="Delete messages").click()
    dialog = ana.page.get_by_role("dialog", name="Delete messages")
    await expect(dialog.get_by_role("button", name="Delete messages")).to_be_disabled()
    for body in ("watches", "rings"):
        await dialog.get_by_label(body).check()
    await dialog.get_by_role("button", name="Delete 2 messages").click()
    await dialog.get_by_role("button", name="Delete 2 messages for good?").click()
    await expect(dialog).to_have_count(0)
    await ana.shows("This message was deleted.", "Is it ready?", "This message was deleted.")
