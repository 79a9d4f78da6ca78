"""The contacts page: everybody who may write, found misspelled too, corrected, blocked and made one of two."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Windows
from tests.browser.talks import Desk
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def adds(world: World, **details: Any) -> str:
    contact = await world.ana.asks("POST", "/v1/contacts", json=details, status=201)
    return str(contact["id"])


def finder(desk: Desk) -> Locator:
    return desk.page.get_by_label("Name, e-mail or phone")


async def test_contacts_are_listed_and_found_by_name_number_and_address_misspelled_too(greenleaf, windows: Windows):
    await adds(greenleaf, name="Farid Rahman", email="farid@mail.example", phone="+44 20 7946 0103")
    await adds(greenleaf, name="Ngozi Adeyemi")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.page.get_by_role("button", name="Contacts").click()
    await ana.lists(["Ngozi Adeyemi", "Farid Rahman", "Dev", "Cara"])
    for typed in ("Fareed Rahmann", "79460103", "farid@mail"):
        await finder(ana).fill(typed)
        await ana.lists(["Farid Rahman"])
    await finder(ana).fill("nobody at all")
    await expect(ana.page.get_by_text("Nothing found for “nobody at all”")).to_be_visible()


async def test_a_list_of_many_contacts_goes_on_as_one_scrolls(greenleaf: World, windows: Windows):
    for number in range(60):
        await adds(greenleaf, name=f"Contact {number}")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.page.keyboard.press("c")
    await expect(ana.page.locator(".item")).to_have_count(50)
    await ana.page.locator(".item").last.scroll_into_view_if_needed()
    await expect(ana.page.locator(".item")).to_have_count(62)
    await adds(greenleaf, name="Somebody new")
    await expect(ana.page.locator(".item-name").first).to_have_text("Somebody new")


async def test_a_contact_is_corrected_blocked_and_written_to(greenleaf: World, windows: Windows):
    contact = await adds(greenleaf, name="Farid Raman")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.page.keyboard.press("c")
    await ana.item("Farid").click()
    await expect(ana.page).to_have_url(re.compile(f"/inbox/contacts/{contact}$"))
    page = ana.page.get_by_role("region", name="Person")
    await page.get_by_label("Name").fill("Farid Rahman")
    await page.get_by_label("Name").press("Enter")
    await ana.lists(["Farid Rahman", "Dev", "Cara"])
    await page.get_by_role("button", name="Block this person").click()
    await page.get_by_role("button", name="Block? What they write is refused then.").click()
    await expect(ana.item("Farid")).to_contain_text("Blocked")
    await page.get_by_role("button", name="Let them write again").click()
    await expect(ana.item("Farid")).not_to_contain_text("Blocked")
    await expect(page.get_by_text("Nothing has been said with them yet.")).to_be_visible()
    await page.get_by_role("button", name="Write").click()
    await expect(ana.composer).to_be_editable()
    await ana.page.go_back()
    await expect(page).to_be_visible()


async def test_every_earlier_conversation_of_a_contact_is_listed_and_opened(greenleaf: World, windows: Windows):
    await greenleaf.ana.asks("PATCH", "/v1/workspace", json={"threading": "many"}, status=200)
    for number in range(55):
        fresh = {"contact_id": "cara", "fresh": True, "subject": f"Question {number}"}
        found = await greenleaf.ana.asks("POST", "/v1/conversations", json=fresh)
        path = f"/v1/conversations/{found['id']}"
        await greenleaf.ana.asks("PATCH", path, json={"status": "closed"}, status=200)
    await greenleaf.cara.sends(greenleaf.conversation, "Is it ready?")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Is it ready?")
    pane = await ana.shows_person()
    await pane.get_by_role("button", name="Contact page").click()
    said = ana.page.locator(".contact-said .choice")
    await expect(said).to_have_count(50)
    await ana.page.get_by_role("button", name="Show older ones").click()
    await expect(said).to_have_count(56)
    await said.filter(has_text="Question 0").click()
    await expect(ana.page.locator(".subject")).to_have_text("Question 0")
    await ana.deed("m")
    dialog = ana.page.get_by_role("dialog", name="Merge")
    await dialog.get_by_label("Search what they are about").fill("question 54")
    await dialog.get_by_text("Question 54").click()
    await dialog.get_by_role("button", name="Merge into it").click()
    await expect(ana.page.locator(".subject")).to_have_text("Question 54")


async def test_two_records_of_one_person_become_one(greenleaf: World, windows: Windows):
    double = await adds(greenleaf, name="Cara Whitfield", email="cara@mail.example")
    twin = await greenleaf.ana.asks("POST", "/v1/conversations", json={"contact_id": double})
    await greenleaf.ana.sends(twin["id"], "Your parcel is here.")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url, path="/inbox/contacts/cara")
    page = ana.page.get_by_role("region", name="Person")
    await page.get_by_role("button", name="Merge with a duplicate").click()
    dialog = ana.page.get_by_role("dialog", name="Merge with a duplicate")
    await expect(dialog.get_by_text("Cara Whitfield")).to_be_visible()  # suggested, as she is like her
    await dialog.get_by_label("Name, e-mail or phone").fill("kara whitefield")
    await dialog.get_by_text("Cara Whitfield").click()
    await expect(dialog).to_contain_text("Cara stays, and takes over all conversations of Cara Whitfield.")
    await dialog.get_by_role("button", name="Merge for good").click()
    await expect(dialog).to_have_count(0)
    await ana.lists(["Dev", "Cara"])
    await expect(page.get_by_label("E-mail")).to_have_value("cara@mail.example")
    await expect(page.locator(".contact-said .choice")).to_have_count(2)
    assert await greenleaf.ana.status_of("GET", f"/v1/contacts/{double}") == 404


async def test_who_is_known_stays_where_a_stranger_turns_out_to_be_them(greenleaf: World, windows: Windows):
    visit = await greenleaf.cara.asks(
        "POST", "/v1/visitors", json={"workspace_id": "greenleaf", "name": "Cara again"}, headers={"Authorization": ""}
    )
    contact = visit["contact"]["id"]
    ana = await Desk.signs_in(await windows.open(), greenleaf.url, path=f"/inbox/contacts/{contact}")
    await ana.page.get_by_role("button", name="Merge with a duplicate").click()
    dialog = ana.page.get_by_role("dialog", name="Merge with a duplicate")
    await dialog.get_by_role("button", name="Cara", exact=True).click()
    await expect(dialog).to_contain_text("Cara stays, and takes over all conversations of Cara again.")
    await dialog.get_by_role("button", name="Merge for good").click()
    await expect(ana.page).to_have_url(re.compile("/inbox/contacts/cara$"))


async def test_only_administrators_merge_and_a_contact_that_is_gone_is_told_so(greenleaf: World, windows: Windows):
    windows.watch.expect(r"status of 404 .*/v1/contacts/nobody$")
    await greenleaf.works("gus", "Gus", "greenleaf")
    gus = await Desk.signs_in(await windows.open(), greenleaf.url, "gus", path="/inbox/contacts/cara")
    await expect(gus.page.get_by_role("button", name="Write")).to_be_visible()
    await expect(gus.page.get_by_role("button", name="Merge with a duplicate")).to_have_count(0)
    await gus.page.goto(greenleaf.url + "/inbox/contacts/nobody")
    await expect(gus.page.get_by_text("This contact is not here any more")).to_be_visible()
    await gus.page.get_by_role("button", name="All contacts").click()
    await expect(gus.page.get_by_text("Choose a contact")).to_be_visible()


async def test_a_message_is_forwarded_to_somebody_who_is_far_back(greenleaf: World, windows: Windows):
    await adds(greenleaf, name="Farid Rahman")
    await greenleaf.cara.sends(greenleaf.conversation, "Is it ready?")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.acts_on("Is it ready?", "Forward")
    dialog = ana.page.get_by_role("dialog", name="Forward")
    await dialog.get_by_label("Forward to whom?").fill("fareed")
    await dialog.get_by_role("button", name="Farid Rahman").click()
    await expect(ana.page.locator(".thread-who h2")).to_contain_text("Farid Rahman")
    await ana.shows("ForwardedIs it ready?")


async def test_what_is_being_typed_about_somebody_stays_while_they_write_and_where_it_is_refused(
    greenleaf: World, windows: Windows
):
    windows.watch.expect(r"status of 422 .*/v1/contacts/cara$")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await greenleaf.cara.sends(greenleaf.conversation, "Hello")
    await ana.item("Cara").click()
    phone = ana.page.get_by_role("complementary", name="Person").get_by_label("Phone")
    await phone.fill("+44 20 7946")
    await greenleaf.cara.sends(greenleaf.conversation, "Are you there?")
    await expect(ana.page.get_by_text("Are you there?").last).to_be_visible()
    await expect(phone).to_have_value("+44 20 7946")
    await phone.fill("tomorrow")
    await phone.press("Enter")
    await expect(ana.page.get_by_text("Write a phone number such as")).to_be_visible()
    await expect(phone).to_have_value("tomorrow")
    await phone.fill("+44 20 7946 0101")
    await phone.press("Enter")
    await expect(phone).to_have_value("+442079460101")
    await expect(ana.page.get_by_text("Write a phone number such as")).to_have_count(0)
    await ana.page.get_by_role("button", name="Add a subject").click()
    subject = ana.page.get_by_label("Subject")
    await subject.fill("Her pres")
    await greenleaf.cara.sends(greenleaf.conversation, "Anybody?")
    await expect(ana.page.get_by_text("Anybody?").last).to_be_visible()
    await expect(subject).to_have_value("Her pres")
    await subject.press("Escape")
    await expect(ana.page.get_by_role("button", name="Add a subject")).to_be_visible()
    await ana.page.get_by_role("button", name="Add a subject").click()
    await subject.fill("Her prescription")
    await subject.press("Enter")
    await expect(ana.page.get_by_role("button", name="Her prescription")).to_be_visible()
