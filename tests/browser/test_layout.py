"""Every dialog of the inbox fits: on a phone and a tablet, in a language with long words, read from right to left."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import PHONE, Windows
from tests.browser.talks import Desk
from tests.world import PASSWORD, World

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLET = {"viewport": {"width": 768, "height": 1024}}
PAGES = (
    "Team", "Benachrichtigungen", "Textbausteine", "Auswertung", "Gemeldete Nachrichten", "Einstellungen",
    "Öffnungszeiten", "Etiketten", "Protokoll", "Tastatur",
)  # fmt: skip

# As a language that is read from right to left would turn the page.
TURNED = """new MutationObserver(() => {
  if (document.documentElement.dir !== 'rtl') document.documentElement.dir = 'rtl';
}).observe(document, { subtree: true, childList: true, attributes: true });"""

# What stands outside of the dialog it belongs to, or of the window, and whatever words are cut off.
MISFITS = """() => {
  const dialog = document.querySelector('dialog[open]');
  const room = (dialog ?? document.documentElement).getBoundingClientRect();
  const low = room.top + (dialog ?? document.documentElement).scrollHeight + 2;
  const name = (el) => `${el.tagName}.${el.className} "${el.textContent.trim().slice(0, 40)}"`;
  const shown = [...(dialog ?? document.body).querySelectorAll('*')].filter((el) => {
    const { width, height } = el.getBoundingClientRect();
    return width && height && !el.closest('.unseen, .item-pick, svg, option, .table-box');
  });
  const out = shown.filter((el) => {
    const { left, right, bottom } = el.getBoundingClientRect();
    return left < room.left - 2 || right > room.right + 2 || (dialog && bottom > low);
  });
  const words = shown.filter((el) => el.matches('button, h2, h3, label > span, legend, dt, th, .chip'));
  const cut = words.filter((el) => el.scrollWidth > el.clientWidth + 1 && getComputedStyle(el).overflowX !== 'visible' && !el.closest('.items'));
  return [...out.slice(0, 4).map((el) => 'outside: ' + name(el)), ...cut.map((el) => 'cut: ' + name(el))];
}"""  # noqa: E501


async def fits(page: Page, what: str) -> None:
    await expect(page.locator("dialog .loading")).to_have_count(0)
    assert await page.evaluate(MISFITS) == [], what


@pytest.mark.parametrize(
    ("window", "turned"), [(PHONE, False), (TABLET, False), (PHONE, True)], ids=["phone", "tablet", "right-to-left"]
)
async def test_every_dialog_fits(greenleaf: World, windows: Windows, window, turned):
    said = await greenleaf.dev.sends(greenleaf.dev_conversation, "Buy my watches")
    await greenleaf.ana.asks("POST", f"/v1/messages/{said.id}/flag", json={"reason": "Spam"}, status=200)
    path = f"/v1/conversations/{greenleaf.dev_conversation}"
    await greenleaf.ana.asks("PUT", f"{path}/labels", json={"names": ["Prescription"]}, status=200)
    page = await windows.open(locale="de-DE", **window)
    if turned:
        await page.add_init_script(TURNED)
    ana = Desk(page, greenleaf.url)
    await page.goto(greenleaf.url + "/inbox/all")
    await page.get_by_label("E-Mail").fill("ana@greenleaf.example")
    await page.get_by_label("Passwort").fill(PASSWORD)
    await fits(page, "sign in")
    await page.get_by_role("button", name="Anmelden").click()
    await expect(ana.item("Dev")).to_be_visible()
    await fits(page, "list")
    for name in PAGES:
        await page.get_by_role("button", name="Konto von").click()
        await page.get_by_role("menuitem", name=name).click()
        dialog = page.get_by_role("dialog", name=name)
        await expect(dialog).to_be_visible()
        if name == "Öffnungszeiten":
            await dialog.get_by_label("Es ist immer jemand da").uncheck()
        await fits(page, name)
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog")).to_have_count(0)
    await ana.opens("Dev")
    for key in "lpshdm#":
        await ana.deed(key)
        await fits(page, key)
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog")).to_have_count(0)
    await page.keyboard.press("Control+k")
    await expect(page.locator(".search-field input")).to_be_focused()
    await page.keyboard.type("watches")
    await expect(page.locator("mark")).to_be_visible()
    await fits(page, "search")
