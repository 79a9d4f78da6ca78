"""Messages that somebody reports, and what an administrator makes of them."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Windows
from tests.browser.talks import Chat, Desk
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def reported(world: World, body: str, reason: str) -> None:
    """Dev says it, and staff ask to look at it."""
    said = await world.dev.sends(world.dev_conversation, body)
    await world.ana.asks("POST", f"/v1/messages/{said.id}/flag", json={"reason": reason}, status=200)


async def test_a_reported_message_is_left_deleted_or_deleted_with_its_writer_blocked(
    greenleaf: World, windows: Windows
):
    await reported(greenleaf, "Rude, but not very", "Rude")
    await reported(greenleaf, "Buy my watches", "Spam")
    await reported(greenleaf, "I know where you live", "A threat")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await expect(ana.page.get_by_role("button", name="3 reported messages")).to_be_visible()
    dialog = await ana.page_of("Reported messages")
    cases = dialog.locator(".case")
    await expect(cases).to_have_count(3)
    rude, spam, threat = (cases.filter(has_text=text) for text in ("Ana: Rude", "Ana: Spam", "Ana: A threat"))

    await rude.get_by_role("button", name="Leave it").click()
    await expect(rude).to_contain_text("Left as it is · Ana")
    await spam.get_by_role("button", name="Delete message").click()
    await spam.get_by_role("button", name="Delete it?").click()
    await expect(spam).to_contain_text("Deleted · Ana")
    await expect(spam).to_contain_text("This message was deleted.")
    await threat.get_by_role("button", name="Delete and block").click()
    await threat.get_by_role("button", name="Delete, and block Dev?").click()
    await expect(threat).to_contain_text("Deleted, and whoever wrote it blocked · Ana")

    await ana.page.keyboard.press("Escape")
    await expect(ana.page.get_by_role("button", name="reported message")).to_have_count(0)
    await ana.opens("Dev")
    await ana.shows("Rude, but not very", "This message was deleted.", "This message was deleted.")
    assert (await greenleaf.ana.asks("GET", "/v1/contacts/dev"))["blocked_at"]


async def test_what_a_contact_reports_is_told_at_once_and_shown_where_it_was_said(greenleaf: World, windows: Windows):
    await greenleaf.ana.sends(greenleaf.conversation, "We are closed for ever.")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    cara = await Chat.by_link(await windows.open(), greenleaf.url, greenleaf.cara.token)
    await cara.acts_on("We are closed for ever.", "Report this message")
    await cara.page.get_by_label("What is wrong with it?").fill("It is not true")
    await cara.page.get_by_role("dialog").get_by_role("button", name="Report").click()
    await expect(ana.page.get_by_role("button", name="1 reported message")).to_be_visible()
    dialog = await ana.page_of("Reported messages")
    case = dialog.locator(".case")
    await expect(case).to_contain_text("Cara: It is not true")
    await expect(case.get_by_role("button", name="Delete and block")).to_have_count(0)  # staff are not blocked
    await case.get_by_role("button", name="Show it there").click()
    await expect(dialog).to_have_count(0)
    await expect(ana.scope.locator(".line.is-sought")).to_contain_text("We are closed for ever.")


async def test_one_decision_is_about_one_message_however_many_reported_it(greenleaf: World, windows: Windows):
    said = await greenleaf.dev.sends(greenleaf.dev_conversation, "Rude")
    gus = await greenleaf.works("gus", "Gus", "greenleaf")
    await greenleaf.ana.asks("POST", f"/v1/messages/{said.id}/flag", json={"reason": "First"}, status=200)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    dialog = await ana.page_of("Reported messages")
    await gus.asks("POST", f"/v1/messages/{said.id}/flag", json={"reason": "Second"}, status=200)
    case = dialog.locator(".case")
    await expect(case).to_contain_text("Gus: Second")
    await expect(case).to_have_count(1)
    await case.get_by_role("button", name="Leave it").click()
    await expect(case).to_contain_text("Left as it is")
    await expect(case.get_by_role("button", name="Leave it")).to_have_count(0)
