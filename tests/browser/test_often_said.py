"""What staff say often, who may not write, when somebody is there."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Windows
from tests.browser.talks import Desk
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_is_often_said_is_kept_and_used_by_a_slash(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "When are you open?")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    dialog = await ana.page_of("Canned responses")
    await dialog.get_by_role("button", name="Add one").click()
    await dialog.get_by_label("Shortcut").fill("hours")
    await dialog.get_by_label("Title").fill("Opening hours")
    await dialog.get_by_label("What it says").fill("Dear {{contact.name}}, from nine to six. {{staff.name}}")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("Opening hours")).to_be_visible()
    await ana.page.keyboard.press("Escape")
    await ana.opens("Cara")
    await ana.types("/ho")
    await expect(ana.page.get_by_role("option")).to_contain_text("Opening hours")
    await ana.page.keyboard.press("Enter")
    await expect(ana.composer).to_have_value("Dear Cara, from nine to six. Ana")
    await ana.page.keyboard.press("Enter")
    await ana.shows("When are you open?", "Dear Cara, from nine to six. Ana")


async def test_a_slash_within_a_text_offers_nothing(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "Hello?")
    hours = {"shortcut": "or", "title": "Or", "body": "Or"}
    await greenleaf.ana.asks("POST", "/v1/canned", json=hours, status=201)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.types("and/or")
    await ana.page.keyboard.press("Enter")
    await ana.shows("Hello?", "and/or")


async def test_a_contact_is_blocked_and_may_write_again(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "Hello?")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    pane = await ana.shows_person()
    await pane.get_by_role("button", name="Block this person").click()
    await pane.get_by_role("button", name="Block? What they write is refused then.").click()
    await expect(pane.get_by_text("Blocked: nothing they write is taken.")).to_be_visible()
    path = f"/v1/conversations/{greenleaf.conversation}/messages"
    assert await greenleaf.cara.status_of("POST", path, json={"body": "Hello again"}) in (401, 403)
    await pane.get_by_role("button", name="Let them write again").click()
    await expect(pane.get_by_role("button", name="Block this person")).to_be_visible()


async def test_the_other_conversations_of_the_same_person_are_a_click_away(greenleaf: World, windows: Windows):
    await greenleaf.ana.asks("PATCH", "/v1/workspace", json={"threading": "many"}, status=200)
    await greenleaf.cara.sends(greenleaf.conversation, "Is it ready?")
    second = {"contact_id": "cara", "fresh": True, "subject": "Parking"}
    found = await greenleaf.ana.asks("POST", "/v1/conversations", json=second)
    await greenleaf.cara.sends(found["id"], "Where can I park?")
    await greenleaf.ana.asks("PATCH", f"/v1/conversations/{found['id']}", json={"status": "closed"}, status=200)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Is it ready?")
    pane = await ana.shows_person()
    await pane.get_by_role("button", name="Parking").click()
    await ana.shows("Where can I park?")


async def test_working_hours_are_written_a_line_a_day(greenleaf: World, windows: Windows):
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    dialog = await ana.page_of("Working hours")
    await dialog.get_by_label("Somebody is always there").uncheck()
    await dialog.get_by_label("Saturday").fill("ten to one")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Saturday: Write times such as 09:00-18:00.")
    await dialog.get_by_label("Saturday").fill("10-13")
    await dialog.get_by_label("Time zone").fill("Asia/Kathmandu")
    await dialog.get_by_label("What is said out of hours").fill("We read it in the morning.")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("Saved")).to_be_visible()
    workspace = await greenleaf.ana.asks("GET", "/v1/workspace")
    assert {"day": 6, "opens": "10:00", "closes": "13:00"} in workspace["hours"]["weekly"]
    assert len(workspace["hours"]["weekly"]) == 6
    assert workspace["time_zone"] == "Asia/Kathmandu"
    assert workspace["notice"] == "We read it in the morning."
    await ana.page.keyboard.press("Escape")
    settings = await ana.page_of("Workspace settings")
    await expect(settings.get_by_label("Time zone")).to_have_value("Asia/Kathmandu")
