"""SECURITY.md H, in a real browser: text stays text, frames keep to themselves, and nobody elsewhere is asked."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import Windows
from tests.browser.payloads import PAYLOADS
from tests.browser.shop import Shop
from tests.browser.talks import Chat, Desk
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "Allergic to penicillin"


async def hostile(world: World) -> None:
    """Everything that people can name, filled with what would like to be markup."""
    await world.ana.asks("PATCH", "/v1/workspace", json={"name": PAYLOADS[0], "greeting": PAYLOADS[1]}, status=200)
    for number, payload in enumerate(PAYLOADS):
        contact = await world.writes(f"hostile-{number}", payload, "greenleaf")
        conversation = await world.talk(contact)
        path = f"/v1/conversations/{conversation}"
        await world.ana.asks("PATCH", path, json={"subject": payload}, status=200)
        await contact.sends(conversation, payload)
        await world.ana.sends(conversation, payload)
        await world.ana.sends(conversation, payload, kind="note")


async def test_what_people_write_stays_text_on_every_page(greenleaf: World, windows: Windows):
    assert len(PAYLOADS) >= 30
    await hostile(greenleaf)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    page = ana.page
    await expect(page.locator(".account h1")).to_have_text(PAYLOADS[0])
    await expect(page.locator(".item")).to_have_count(len(PAYLOADS) + 2)
    names = await page.locator(".item-name").all_text_contents()
    assert sorted(names) == sorted([*PAYLOADS, "Cara", "Dev"])
    for payload in names[:10]:
        await page.keyboard.press("j")
        await expect(page.locator(".item.is-at")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator(".thread-who h2")).to_contain_text(payload)
        await expect(page.locator(".subject")).to_have_text(payload)
        await ana.shows(payload, payload, payload)
        await expect(page.locator(".person-pane h2")).to_have_text(payload)
    for link in await page.locator(".bubble a").all():
        assert urlsplit(await link.get_attribute("href") or "").scheme in ("http", "https", "mailto", "tel")

    cara = await Chat.by_link(await windows.open(), greenleaf.url, greenleaf.cara.token)
    visitor = await Chat.on_website(await windows.open(), greenleaf.url + "/demo/")
    await expect(visitor.scope.locator(".greeting p")).to_have_text(PAYLOADS[1])
    for talk in (cara, visitor):
        await expect(talk.scope.locator(".head h1")).to_have_text(PAYLOADS[0])
        await talk.says(*PAYLOADS)
        await talk.shows(*PAYLOADS)
    assert windows.watch.unexpected() == []


async def test_a_link_in_a_message_leads_only_where_one_would_expect(greenleaf: World, windows: Windows):
    cara = await Chat.by_link(await windows.open(), greenleaf.url, greenleaf.cara.token)
    await cara.says("javascript:pwned(1) data:text/html,x https://greenleaf.example/a and cara@mail.example")
    links = cara.bubbles.locator("a")
    await expect(links).to_have_text(["https://greenleaf.example/a", "cara@mail.example"])
    await expect(links.first).to_have_attribute("rel", "noopener noreferrer")


async def test_the_page_around_the_widget_can_neither_read_nor_overhear_it(greenleaf: World, windows, shop: Shop):
    await shop.is_listed(greenleaf, shop.url)
    page = await windows.open()
    await page.add_init_script("heard = []; addEventListener('message', ({ data }) => heard.push(data))")
    visitor = await Chat.on_website(page, shop.url)
    await visitor.says(SECRET)
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens(SECRET)
    await ana.says(f"Noted: {SECRET}")
    await visitor.shows(SECRET, f"Noted: {SECRET}")
    spied = await page.evaluate("""() => {
      const frame = [...document.querySelectorAll('div')].map((div) => div.shadowRoot?.querySelector('iframe'))[0];
      const attempt = (look) => { try { return String(look()); } catch (error) { return error.name; } };
      return {
        document: attempt(() => frame.contentDocument),
        text: attempt(() => frame.contentWindow.document.body.innerText),
        storage: attempt(() => frame.contentWindow.localStorage.length),
        global: attempt(() => frame.contentWindow.careline),
        own: JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
        heard: JSON.stringify(heard),
      };
    }""")
    assert spied["document"] == "null"
    assert {spied[way] for way in ("text", "storage", "global")} == {"SecurityError"}
    token = await page.frames[1].evaluate("JSON.parse(localStorage['careline.greenleaf']).token")
    for secret in (SECRET, token):
        assert secret and secret not in spied["own"] and secret not in spied["heard"]


async def test_a_word_from_any_other_window_moves_nothing(greenleaf: World, windows: Windows, shop: Shop):
    await shop.is_listed(greenleaf, shop.url)
    page = await windows.open()
    visitor = await Chat.on_website(page, shop.url)
    frame = page.frame_locator("iframe").locator("body")
    for data in (
        "{careline: 'close'}",
        "{careline: 'unread', n: 99}",
        "{careline: 'ready', accent: '</style>'}",
        "null",
    ):
        await page.evaluate(f"postMessage({data}, '*')")  # as if a script of the page spoke for the frame
    for data in ("{careline: 'token'}", "{careline: 'open', page: {}}", "'open'", "null", "[]"):
        await page.frames[1].evaluate(f"postMessage({data}, '*')")
    await expect(frame).to_be_visible()
    await expect(visitor.launcher().locator("b")).to_be_hidden()
    await visitor.says("Still here")
    await visitor.shows("Still here")


@pytest.mark.parametrize("path", ["/widget/?workspace=greenleaf", "/inbox", "/chat", "/setup"])
async def test_a_site_that_is_not_listed_cannot_frame_any_page(greenleaf: World, windows: Windows, shop: Shop, path):
    windows.watch.expect("frame-ancestors")
    windows.watch.expect("X-Frame-Options|ran: .*frame-ancestors|chrome-error")
    shop.body = f'<iframe src="{greenleaf.url}{path}"></iframe>'
    page = await windows.open()
    async with page.expect_console_message(lambda message: "frame" in message.text.lower()):
        await page.goto(shop.url)
    assert page.frames[1].url.startswith("chrome-error:")


REFUSED = r"frame-ancestors|chrome-error"
ADVICE = r"is (\S+) listed in the workspace, and data-workspace=\"(\w+)\" right\?"


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("wrong", ["origin", "workspace"])
async def test_a_chat_that_cannot_be_shown_says_so_and_tells_the_sites_owner_why(
    greenleaf: World, windows: Windows, shop: Shop, wrong: str, phone: bool
):
    windows.watch.expect(f"{REFUSED}|{ADVICE}")
    workspace = "greenleaf" if wrong == "origin" else "greenleave"
    await shop.is_listed(greenleaf, "https://other.example" if wrong == "origin" else shop.url)
    shop.body = shop.body.replace("greenleaf", workspace)
    page = await windows.open(phone=phone)
    await page.goto(shop.url)
    chat = page.get_by_role("button", name="Chat with us")
    async with page.expect_console_message(lambda message: "Careline" in message.text) as told:
        await chat.click()
    advice = re.search(ADVICE, (await told.value).text)
    assert advice and advice.groups() == (shop.url, workspace)
    sentence = page.get_by_text("The chat cannot be shown here.")
    await expect(sentence).to_be_visible()
    await expect(page.locator("iframe")).to_be_hidden()
    await chat.click()
    await expect(sentence).to_be_hidden()


async def test_a_chat_that_only_came_late_is_shown_after_all(greenleaf: World, windows: Windows, shop: Shop):
    windows.watch.expect(ADVICE)
    await shop.is_listed(greenleaf, shop.url)
    page = await windows.open()
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await page.route("**/v1/welcome*", hold)
    await page.goto(shop.url)
    await page.get_by_role("button", name="Chat with us").click()
    await expect(page.get_by_text("The chat cannot be shown here.")).to_be_visible()
    for route in held:
        await route.continue_()
    await expect(page.frame_locator("iframe").locator(".composer textarea")).to_be_editable()
    await expect(page.get_by_text("The chat cannot be shown here.")).to_be_hidden()


async def test_every_page_asks_only_its_own_server_and_complains_of_nothing(greenleaf: World, windows: Windows):
    await greenleaf.cara.sends(greenleaf.conversation, "See https://greenleaf.example <img src=//a.example>")
    ana = await Desk.signs_in(await windows.open(), greenleaf.url)
    await ana.opens("Cara")
    await ana.shows_person()
    await Chat.by_link(await windows.open(), greenleaf.url, greenleaf.cara.token)
    visitor = await Chat.on_website(await windows.open(color_scheme="dark"), greenleaf.url + "/demo/")
    await visitor.says("Hello?")
    await visitor.skips_details()
    page = await windows.open()
    for path in ("/setup", "/docs/", "/inbox/closed", "/chat", "/widget/?workspace=greenleaf"):
        await page.goto(greenleaf.url + path, wait_until="networkidle")
    hosts = {urlsplit(url).netloc for url in windows.watch.asked if url.startswith(("http", "ws"))}
    assert hosts == {urlsplit(greenleaf.url).netloc}
