"""Issue 2: what staff do at their desk, with the mouse and with the keyboard alone."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Windows
from tests.browser.talks import Chat, Desk, two_wait
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_wrong_password_is_told_and_the_right_one_opens_the_inbox(greenleaf: World, windows: Windows):
    windows.watch.expect(r"status of 401 .*/v1/session$")
    page = await windows.open()
    ana = Desk(page, greenleaf.url)
    await page.goto(greenleaf.url + "/inbox")
    for email in ("ana@greenleaf.example", "nobody@greenleaf.example"):
        await ana.enters(email, "wrong horse battery")
        await expect(page.get_by_role("alert")).to_have_text("This e-mail and password do not belong together.")
    await ana.enters("ana@greenleaf.example", "correct horse battery")
    await ana.is_open()
    await expect(page).to_have_title("Inbox – Greenleaf Pharmacy")


async def test_a_conversation_is_assigned_closed_and_opened_again(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "Hello?")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.chooses("Assign", "Ana (me)")
    await ana.views("Mine")
    await ana.lists(["Cara"])
    await ana.done.click()
    await ana.lists([])
    await ana.views("Closed")
    await ana.lists(["Cara"])
    await expect(ana.done).to_have_text("Open again")
    await ana.done.click()
    await ana.lists([])
    await ana.chooses("Assign", "Unassigned")
    await ana.views("Unassigned")
    await ana.lists(["Cara", "Dev"])


async def test_what_one_does_the_other_sees(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "Hello?")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    ben = await Desk.signs_in(await windows.open(), greenleaf.url, "ben")
    await ben.lists([])
    await ana.opens("Cara")
    await ana.chooses("Assign", "Ben")
    await ben.lists(["Cara"])
    await ben.opens("Cara")
    await ana.types("Good mor")
    await ben.sees_typing("Ana")
    await ana.says("Good morning!")
    await ben.shows("Hello?", "Good morning!")
    await expect(ben.scope.locator(".group").last).to_contain_text("Ana")


async def test_a_note_is_never_in_the_contacts_page(greenleaf: World, windows: Windows):
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    visitor = await Chat.on_website(await windows.open(), greenleaf.url + "/demo/")
    frames: list[str] = []
    await visitor.says("Hello?")
    await ana.opens("Hello?")
    visitor.page.on("websocket", lambda s: s.on("framereceived", lambda data: frames.append(str(data))))
    await ana.presses("n")
    await ana.page.keyboard.type("Careful: allergic to penicillin")
    await ana.page.keyboard.press("Enter")
    await expect(ana.scope.locator(".is-note .bubble")).to_have_text("Careful: allergic to penicillin")
    await ana.page.get_by_role("group", name="Answer as").get_by_role("button", name="Reply").click()
    await ana.says("Hello! One moment.")
    await visitor.shows("Hello?", "Hello! One moment.")
    await visitor.page.reload()
    await visitor.launcher().click()
    await visitor.shows("Hello?", "Hello! One moment.")
    for frame in visitor.page.frames:
        assert "penicillin" not in await frame.content()
    assert frames and "penicillin" not in "".join(frames)


async def test_a_message_is_edited_and_deleted_for_both(greenleaf: World, windows: Windows):
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    cara = await Chat.by_link(await windows.open(), greenleaf.url, greenleaf.cara.token)
    await ana.opens("Cara")
    await ana.says("We open at tne")
    await cara.shows("We open at tne")
    await ana.acts_on("We open at tne", "Edit")
    await ana.page.get_by_label("Edit", exact=True).fill("We open at ten")
    await ana.page.keyboard.press("Enter")
    await cara.shows("We open at ten edited")
    await ana.acts_on("We open at ten", "Delete")
    await ana.page.get_by_role("button", name="Delete?").click()
    for talk in (ana, cara):
        await talk.shows("This message was deleted.")


async def test_the_keyboard_alone_is_enough(greenleaf: World, windows: Windows):
    await two_wait(greenleaf)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    page, press = ana.page, ana.page.keyboard.press
    await ana.lists(["Cara", "Dev"])
    at = page.locator(".item.is-at .item-name")
    for key, name in (("j", "Cara"), ("j", "Dev"), ("j", "Dev"), ("k", "Cara"), ("j", "Dev")):
        await press(key)
        await expect(at).to_have_text(name)
        await expect(page.locator(".item.is-at")).to_be_focused()
    await press("Enter")
    await ana.shows("Have you sunscreen?")
    await ana.presses("r")
    await page.keyboard.type("We have")
    await press("Enter")
    await ana.shows("Have you sunscreen?", "We have")
    await press("Escape")
    await ana.presses("n")
    await expect(ana.composer).to_have_attribute("placeholder", "A note that only staff can see…")
    await press("Escape")
    await press("e")
    await expect(ana.done).to_have_text("Open again")
    await press("e")
    await expect(ana.done).to_have_text("Close")
    await press("?")
    await expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    await press("Escape")
    await expect(page.get_by_role("dialog", name="Keyboard")).to_have_count(0)
