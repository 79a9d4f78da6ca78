"""WCAG 2.2 AA as far as a program can judge it (axe-core): by day and by night, at the desk and on a phone."""

import functools
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FilePayload, Frame, Page, expect

from tests.browser.conftest import Windows
from tests.browser.talks import Chat, Desk
from tests.browser.test_codes import OFFER, asks_for_code, pharmacy
from tests.made import picture
from tests.tools import ROOT
from tests.world import World

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not AXE.exists(), reason="no axe-core: `make test` installs it through npm"),
    pytest.mark.parametrize("theme", ["light", "dark"]),
]


@functools.cache
def source() -> str:
    return AXE.read_text()


async def found_in(place: Page | Frame) -> list[str]:
    """What axe finds, with the elements it means."""
    await place.evaluate(source())
    result: dict[str, Any] = await place.evaluate("(rules) => axe.run(document, { runOnly: rules })", RULES)
    return [
        f"{violation['id']} ({violation['impact']}): {[node['html'][:120] for node in violation['nodes']][:4]}"
        for violation in result["violations"]
    ]


async def test_anybody_can_sign_in(greenleaf: World, windows: Windows, theme):
    windows.watch.expect(r"status of 401 .*/v1/session$")
    page = await windows.open(color_scheme=theme, bypass_csp=True)
    await page.goto(greenleaf.url + "/inbox")
    ana = Desk(page, greenleaf.url)
    await ana.enters("ana@greenleaf.example", "wrong horse battery")
    await expect(page.get_by_role("alert")).to_be_visible()
    assert await found_in(page) == []


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
async def test_anybody_can_work_at_the_desk(greenleaf: World, windows: Windows, theme, phone):
    await greenleaf.cara.sends(greenleaf.conversation, "Is https://greenleaf.example/a mine?")
    await greenleaf.dev.sends(greenleaf.dev_conversation, "Hello?")
    ana = await Desk.signs_in(await windows.open(phone=phone, color_scheme=theme, bypass_csp=True), greenleaf.url)
    assert await found_in(ana.page) == []
    await ana.opens("Cara")
    await ana.says("It is.")
    await ana.chooses("Status", "Pending")
    await ana.page.get_by_role("group", name="Answer as").get_by_role("button", name="Private note").click()
    await ana.says("Her sister's name is Ruth.")
    await expect(ana.scope.locator(".is-note .bubble")).to_be_visible()
    assert await found_in(ana.page) == []
    await ana.types("@")
    await expect(ana.page.get_by_role("listbox", name="Mention a colleague")).to_be_visible()
    assert await found_in(ana.page) == []
    await ana.page.keyboard.press("Enter")
    await ana.page.keyboard.press("Enter")
    await expect(ana.scope.locator(".is-note .mention")).to_be_visible()
    assert await found_in(ana.page) == []
    await ana.shows_person()
    assert await found_in(ana.page) == []


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
async def test_anybody_can_write_in_the_widget(greenleaf: World, windows: Windows, theme, phone):
    page = await windows.open(phone=phone, color_scheme=theme, bypass_csp=True)
    visitor = await Chat.on_website(page, greenleaf.url + "/demo/")
    frame = page.frames[1]
    assert await found_in(frame) == []
    await visitor.says("Hello?")
    await visitor.has_come("Hello?", "Sent")
    await expect(visitor.scope.locator(".details")).to_be_visible()
    assert await found_in(frame) == []


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
async def test_anybody_can_send_files_and_do_things_with_messages(greenleaf: World, windows: Windows, theme, phone):
    settings: dict[str, Any] = {"phone": phone, "color_scheme": theme, "bypass_csp": True}
    ana = await Desk.signs_in(await windows.open(**settings), greenleaf.url)
    cara = await Chat.by_link(await windows.open(**settings), greenleaf.url, greenleaf.cara.token)
    await ana.opens("Cara")
    await ana.says("Please send it")
    await cara.shows("Please send it")
    files: list[FilePayload] = [
        {"name": "Front.png", "mimeType": "image/png", "buffer": picture()},
        {"name": "List.txt", "mimeType": "text/plain", "buffer": b"Paracetamol"},
        {"name": "Film.mp4", "mimeType": "video/mp4", "buffer": b"moving"},
    ]
    await cara.scope.locator("input[type=file]").set_input_files(files)
    await expect(cara.scope.locator(".chip-file.is-done")).to_have_count(2)
    assert await found_in(cara.page) == []
    await cara.says("Here")
    await expect(ana.page.locator(".picture img")).to_be_visible()
    await ana.page.locator(".line").last.focus()
    actions = ana.page.get_by_role("toolbar", name="Actions")
    await actions.get_by_role("button", name="Pin").click()
    await expect(ana.page.locator(".pins")).to_be_visible()
    assert await found_in(ana.page) == []
    await actions.get_by_role("button", name="React").click()
    await expect(ana.page.get_by_role("dialog", name="Emoji")).to_be_visible()
    assert await found_in(ana.page) == []
    await ana.page.get_by_role("dialog").get_by_role("button", name="🙏", exact=True).click()
    await expect(cara.page.locator(".reaction").first).to_be_visible()
    await cara.page.get_by_role("button", name="More").click()
    assert await found_in(cara.page) == []
    await cara.page.keyboard.press("Escape")
    await cara.page.get_by_role("button", name="Show Front.png").click()
    await expect(cara.page.get_by_role("dialog").get_by_role("img")).to_be_visible()
    assert await found_in(cara.page) == []


async def test_anybody_can_search_sort_and_set_up(greenleaf: World, windows: Windows, theme):
    asked = await greenleaf.cara.sends(greenleaf.conversation, "Is it reddy?")
    await greenleaf.cara.asks("PATCH", f"/v1/messages/{asked.id}", json={"body": "Is it ready?"}, status=200)
    await greenleaf.ana.sends(greenleaf.conversation, "It is", reply_to=asked.id)
    names = {"names": ["Prescription"]}
    await greenleaf.ana.asks("PUT", f"/v1/conversations/{greenleaf.conversation}/labels", json=names, status=200)
    ana = await Desk.signs_in(await windows.open(color_scheme=theme, bypass_csp=True), greenleaf.url)
    await ana.opens("Cara")
    for key in "lpshd#":
        await ana.deed(key)
        assert await found_in(ana.page) == [], key
        await ana.page.keyboard.press("Escape")
    await ana.page.get_by_role("button", name="edited").click()
    await expect(ana.page.get_by_role("dialog").get_by_role("listitem")).to_have_count(1)
    assert await found_in(ana.page) == []
    await ana.page.keyboard.press("Escape")
    await ana.acts_on("edited", "Replies")
    await expect(ana.page.get_by_role("dialog").get_by_role("listitem")).to_have_count(1)
    assert await found_in(ana.page) == []
    await ana.page.keyboard.press("Escape")
    await ana.triage.get_by_role("button", name="More").click()
    await ana.page.get_by_role("menuitem", name="Delete messages").click()
    await expect(ana.page.get_by_role("dialog").get_by_role("checkbox")).to_have_count(2)
    assert await found_in(ana.page) == []
    await ana.page.keyboard.press("Escape")
    await ana.triage.get_by_role("button", name="More").click()
    await ana.page.get_by_role("menuitem", name="Attach a file from elsewhere").click()
    await expect(ana.page.get_by_role("dialog").get_by_label("Address")).to_be_visible()
    assert await found_in(ana.page) == []
    await ana.page.keyboard.press("Escape")
    await ana.page.keyboard.press("Control+k")
    await ana.page.get_by_role("combobox", name="Search messages").fill("ready")
    await expect(ana.page.locator("mark")).to_be_visible()
    await ana.page.get_by_role("button", name="More filters").click()
    assert await found_in(ana.page) == []
    await ana.page.keyboard.press("Escape")
    said = await greenleaf.dev.sends(greenleaf.dev_conversation, "Buy my watches")
    await greenleaf.ana.asks("POST", f"/v1/messages/{said.id}/flag", json={"reason": "Spam"}, status=200)
    for name in (
        "Reported messages",
        "Workspace settings",
        "Working hours",
        "Labels",
        "Audit",
        "Insight",
        "Canned responses",
        "Change password",
    ):
        await expect(await ana.page_of(name)).to_be_visible()
        await expect(ana.page.locator("dialog .loading")).to_have_count(0)
        assert await found_in(ana.page) == [], name
        await ana.page.keyboard.press("Escape")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
async def test_anybody_can_look_after_contacts(greenleaf: World, windows: Windows, theme, phone):
    await greenleaf.ana.asks("POST", "/v1/contacts/dev/block", status=200)
    await greenleaf.ana.asks("POST", "/v1/contacts", json={"name": "Cara Whitfield"}, status=201)
    settings: dict[str, Any] = {"phone": phone, "color_scheme": theme, "bypass_csp": True}
    ana = await Desk.signs_in(await windows.open(**settings), greenleaf.url, path="/inbox/contacts")
    await ana.lists(["Cara Whitfield", "Dev", "Cara"])
    assert await found_in(ana.page) == []
    await ana.item("Whitfield").click()
    await expect(ana.page.get_by_text("Nothing has been said with them yet.")).to_be_visible()
    assert await found_in(ana.page) == []
    await ana.page.get_by_role("button", name="Merge with a duplicate").click()
    await ana.page.get_by_role("dialog").get_by_role("button", name="Cara", exact=True).click()
    assert await found_in(ana.page) == []


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
async def test_anybody_can_come_in_by_phone(tmp_path: Path, windows: Windows, theme, phone):
    windows.watch.expect(r"status of 401 .*/v1/codes/verify$")
    async with pharmacy(tmp_path) as calling:
        page = await windows.open(phone=phone, color_scheme=theme, bypass_csp=True)
        chat = await Chat.on_website(page, calling.url + "/demo/")
        frame = page.frames[1]
        await chat.scope.get_by_role("button", name=OFFER).click()
        await expect(chat.scope.get_by_label("Phone")).to_be_focused()
        assert await found_in(frame) == []
        await (await asks_for_code(chat)).fill("000000")
        await expect(chat.scope.get_by_role("alert")).to_be_visible()
        assert await found_in(frame) == []
