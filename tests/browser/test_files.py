"""Files in a conversation: chosen, dropped or pasted, refused early, seen by the other side, kept over a reload."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import FilePayload, Locator, Page, Route, expect

from tests.browser.conftest import Windows
from tests.browser.talks import SLOWLY, Chat, Desk, Talk
from tests.browser.watch import NETWORK_GONE
from tests.made import photo, picture
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOTES: FilePayload = {"name": "Medicines.txt", "mimeType": "text/plain", "buffer": b"Paracetamol, twice a day"}
FILM: FilePayload = {"name": "Holiday.mp4", "mimeType": "video/mp4", "buffer": b"moving"}
PRESCRIPTION: FilePayload = {"name": "Prescription.jpg", "mimeType": "image/jpeg", "buffer": photo()}
SHELF: FilePayload = {"name": "Shelf.png", "mimeType": "image/png", "buffer": picture(size=(800, 600))}

# A file as the browser brings it, by the mouse or by the clipboard.
BRING = """(kind) => {
  const data = new DataTransfer();
  data.items.add(new File(['Ibuprofen'], kind + '.txt', { type: 'text/plain' }));
  const more = { bubbles: true, cancelable: true };
  document.body.dispatchEvent(kind === 'dropped'
    ? new DragEvent('drop', { ...more, dataTransfer: data })
    : new ClipboardEvent('paste', { ...more, clipboardData: data }));
}"""


class Files:
    """The files on somebody's screen."""

    def __init__(self, talk: Talk) -> None:
        self.scope = talk.scope
        self.waiting = self.scope.locator(".chip-file")
        self.pictures = self.scope.locator(".picture img")
        self.cards = self.scope.locator("a.card")

    async def chooses(self, *files: FilePayload) -> None:
        await self.scope.locator("input[type=file]").set_input_files(list(files))

    async def are_there(self, count: int) -> None:
        """So many are uploaded, and nothing else waits."""
        await expect(self.scope.locator(".chip-file.is-done")).to_have_count(count, timeout=SLOWLY)
        await expect(self.waiting).to_have_count(count)


async def two(world: World, windows: Windows, **more: Any) -> tuple[Desk, Chat]:
    ana = await Desk.signs_in(await windows.open(), world.url)
    cara = await Chat.by_link(await windows.open(**more), world.url, world.cara.token)
    await ana.opens("Cara")
    await ana.says("Please send the prescription")
    await cara.shows("Please send the prescription")
    return ana, cara


async def downloaded(page: Page, click: Callable[[], Awaitable[None]]) -> bytes:
    async with page.expect_download() as coming:
        await click()
    return await asyncio.to_thread((await (await coming.value).path()).read_bytes)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
async def test_pictures_and_documents_reach_the_other_side_and_stay(greenleaf: World, windows: Windows, phone: bool):
    ana, cara = await two(greenleaf, windows, phone=phone)
    mine, theirs = Files(cara), Files(ana)
    await mine.chooses(PRESCRIPTION, SHELF, NOTES, FILM)
    await expect(cara.scope.get_by_role("alert")).to_contain_text("Holiday.mp4 cannot be sent: only pictures")
    await mine.are_there(3)
    await cara.says("Here it is")
    for files in (mine, theirs):
        await expect(files.pictures).to_have_count(2)
        await expect(files.cards).to_have_text(["TXTMedicines.txt24 bytesDownload"])
    await expect(mine.waiting).to_have_count(0)
    await ana.page.reload()
    await expect(theirs.pictures).to_have_count(2)
    assert await downloaded(ana.page, theirs.cards.click) == NOTES["buffer"]


async def test_a_message_may_be_nothing_but_a_file(greenleaf: World, windows: Windows):
    ana, cara = await two(greenleaf, windows)
    await Files(cara).chooses(NOTES)
    await Files(cara).are_there(1)
    await cara.scope.get_by_role("button", name="Send").click()
    await expect(Files(ana).cards).to_have_count(1)
    await expect(ana.item("Cara")).to_contain_text("A file")
    await cara.shows("Please send the prescription")


async def test_what_only_its_name_says_is_a_picture_is_refused_and_the_rest_is_sent(greenleaf: World, windows: Windows):
    windows.watch.expect(r"status of 415 .*/v1/attachments")
    ana, cara = await two(greenleaf, windows)
    await Files(cara).chooses({**FILM, "name": "Holiday.png", "mimeType": "image/png"}, NOTES)
    refused = cara.scope.locator(".chip-file.is-failed")
    await expect(refused.get_by_role("alert")).to_have_text("Not the kind of file that its name says")
    await expect(refused.locator("img")).to_have_count(0)
    await expect(cara.scope.locator(".chip-file.is-done")).to_have_count(1)
    await cara.says("Here it is")
    await expect(Files(ana).cards).to_have_count(1)
    await cara.scope.get_by_role("button", name="Remove Holiday.png").click()
    await expect(Files(cara).waiting).to_have_count(0)


async def names(desk: Desk, address: str) -> Locator:
    """The dialog for a file from elsewhere, with its address in it."""
    await desk.triage.get_by_role("button", name="More").click()
    await desk.page.get_by_role("menuitem", name="Attach a file from elsewhere").click()
    dialog = desk.page.get_by_role("dialog", name="Attach a file from elsewhere")
    await dialog.get_by_label("Address").fill(address)
    return dialog


async def test_staff_name_a_file_elsewhere_where_the_workspace_takes_such(greenleaf: World, windows: Windows):
    windows.watch.expect(r"status of 403 .*/v1/attachments/references")
    ana, cara = await two(greenleaf, windows)
    dialog = await names(ana, "https://files.example/leaflets/Ibuprofen%20400.pdf")
    await dialog.get_by_role("button", name="Attach", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_have_text("You may not do this.")
    await greenleaf.ana.asks("PATCH", "/v1/workspace", json={"https_references": True}, status=200)
    await dialog.get_by_role("button", name="Attach", exact=True).click()
    await Files(ana).are_there(1)
    await ana.says("Here is the leaflet")
    card = Files(cara).cards
    await expect(card).to_contain_text("Ibuprofen 400.pdf")
    await expect(card).to_have_attribute("href", "https://files.example/leaflets/Ibuprofen%20400.pdf")


async def test_a_file_from_elsewhere_is_one_too_many_beside_ten(greenleaf: World, windows: Windows):
    await greenleaf.ana.asks("PATCH", "/v1/workspace", json={"https_references": True}, status=200)
    ana, _ = await two(greenleaf, windows)
    ten: list[FilePayload] = [{**NOTES, "name": f"{number}.txt"} for number in range(10)]
    await Files(ana).chooses(*ten)
    await Files(ana).are_there(10)
    dialog = await names(ana, "https://files.example/leaflet.pdf")
    await dialog.get_by_role("button", name="Attach", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_have_text("leaflet.pdf is one too many: a message takes 10 files.")


async def test_files_are_dropped_and_pasted_anywhere_on_the_page(greenleaf: World, windows: Windows):
    _, cara = await two(greenleaf, windows)
    for kind in ("dropped", "pasted"):
        await cara.page.evaluate(BRING, kind)
    await Files(cara).are_there(2)
    await cara.scope.get_by_role("button", name="Remove dropped.txt").click()
    await Files(cara).are_there(1)


async def test_what_is_sent_too_early_goes_when_its_files_are_there(greenleaf: World, windows: Windows):
    ana, cara = await two(greenleaf, windows)
    arrived = asyncio.Event()

    async def slowly(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    await cara.page.route("**/v1/attachments", slowly)
    await Files(cara).chooses(PRESCRIPTION)
    await cara.says("Here it is")
    await expect(cara.scope.locator(".strip-wait")).to_contain_text("Sends as soon as the files are there")
    await ana.shows("Please send the prescription")
    arrived.set()
    await ana.shows("Please send the prescription", "Here it is")
    await expect(Files(ana).pictures).to_have_count(1)


async def test_a_lost_line_is_tried_again_and_a_reload_sends_one_message(greenleaf: World, windows: Windows):
    windows.watch.expect(NETWORK_GONE)
    ana, cara = await two(greenleaf, windows)
    tried = 0

    async def lost_once(route: Route) -> None:
        nonlocal tried
        tried += 1
        await (route.abort() if tried == 1 else route.continue_())

    await cara.page.route("**/v1/attachments", lost_once)
    await Files(cara).chooses(NOTES)
    await Files(cara).are_there(1)
    assert tried == 2
    await cara.types("My list")
    await cara.page.reload()
    await Files(cara).are_there(1)
    await expect(cara.composer).to_have_value("My list")
    await cara.composer.press("Enter")
    await ana.shows("Please send the prescription", "My list")
    await expect(Files(ana).cards).to_have_count(1)
    await cara.page.reload()
    await cara.shows("Please send the prescription", "My list")
    await expect(Files(cara).cards).to_have_count(1)
    await expect(Files(cara).waiting).to_have_count(0)


async def test_pictures_are_turned_through_by_the_keyboard(greenleaf: World, windows: Windows):
    ana, cara = await two(greenleaf, windows)
    await Files(cara).chooses(PRESCRIPTION, SHELF)
    await Files(cara).are_there(2)
    await cara.says("Front and back")
    await ana.page.get_by_role("button", name="Show Prescription.jpg").click()
    viewer = ana.page.get_by_role("dialog", name="Picture")
    await expect(viewer.get_by_role("img", name="Prescription.jpg")).to_be_visible()
    await expect(viewer).to_contain_text("1 of 2")
    await ana.page.keyboard.press("ArrowRight")
    await expect(viewer.get_by_role("img", name="Shelf.png")).to_be_visible()
    await expect(viewer.get_by_role("link", name="Download Shelf.png")).to_be_visible()
    await ana.page.keyboard.press("ArrowRight")
    await ana.page.keyboard.press("ArrowLeft")
    await expect(viewer).to_contain_text("1 of 2")
    await ana.page.keyboard.press("Escape")
    await expect(viewer).to_have_count(0)
    await expect(ana.page.get_by_role("button", name="Show Prescription.jpg")).to_be_focused()


async def test_an_address_that_is_over_is_asked_for_anew(greenleaf: World, windows: Windows):
    ana, cara = await two(greenleaf, windows)
    await Files(cara).chooses(NOTES)
    await Files(cara).are_there(1)
    await cara.says("My list")
    await expect(Files(ana).cards).to_have_count(1)
    await expect(Files(ana).cards).not_to_have_attribute("href", "#")
    await ana.page.clock.install()
    await ana.page.clock.fast_forward("10:00")
    assert await downloaded(ana.page, Files(ana).cards.click) == NOTES["buffer"]


async def test_a_visitor_sends_files_once_there_is_a_conversation(greenleaf: World, windows: Windows):
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    visitor = await Chat.on_website(await windows.open(), greenleaf.url + "/demo/")
    await expect(visitor.scope.get_by_role("button", name="Attach files")).to_have_count(0)
    await visitor.says("Hello?")
    await visitor.has_come("Hello?", "Delivered")
    await Files(visitor).chooses(PRESCRIPTION)
    await Files(visitor).are_there(1)
    await visitor.says("This one")
    await ana.opens("This one")
    await expect(Files(ana).pictures).to_have_count(1)
