"""The pictures of the README, drawn anew: `python -m tests.browser.screenshots`, into docs/images."""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from playwright.async_api import Browser, Page, async_playwright, expect

from careline.core.clock import Clock
from careline.demo import LABELS
from careline.features.messages.rows import MessageKind
from tests.browser.conftest import ARGUMENTS, Windows
from tests.browser.talks import Chat, Desk
from tests.tools import ROOT, chromium
from tests.world import Person, World, stage

IMAGES = ROOT / "docs" / "images"
LARGEST = 200_000
MINUTE = 60_000

CARA = [
    ("cara", "Good morning! Is my repeat prescription ready to collect?", 54),
    ("ana", "Good morning Cara. It arrived an hour ago and is being checked now.", 51),
    ("ana", "It will be at the counter from two o'clock. Please bring a photo id.", 51),
    ("cara", "Lovely. Could somebody else pick it up for me?", 33),
    ("ana", "Of course: they only need to tell us your name and date of birth.", 31),
    ("note", "Her sister Ruth comes; check the date of birth.", 30),
    ("cara", "Thank you, my sister will come by after work.", 4),
]
DEV = [
    ("dev", "Hello, do you have children's sunscreen without perfume?", 25),
    ("ben", "Hello Dev, we do: factor 30 and factor 50, both without perfume.", 22),
    ("dev", "Factor 50 please. Can you keep one for me until tomorrow?", 2),
]
VACCINES = (
    "Do you give the travel vaccines on Saturdays too?",
    "Good morning! Yes, from nine to two, and no appointment needed.",
    "Wonderful, then I come this Saturday.",
)
PARKING = (
    "Is there somewhere to park with a wheelchair?",
    "Two places right behind the shop, and the entrance has no steps.",
    "That is good to hear, thank you!",
)
GREETING = "Hello! Ask us about prescriptions, opening hours or anything on our shelves."


async def tell(world: World, conversation: str, talk: list[tuple[str, str, int]]) -> None:
    """Say it, and let it have been said so many minutes ago."""
    people: dict[str, Person] = {"ana": world.ana, "ben": world.ben, "cara": world.cara, "dev": world.dev}
    now = world.app.database.clock()
    for who, words, minutes in talk:
        with patch.object(Clock, "__call__", return_value=now - minutes * MINUTE):
            kind: MessageKind = "note" if who == "note" else "text"
            said = await people.get(who, world.ana).sends(conversation, words, kind=kind)
    if talk is CARA:
        reaction = {"emoji": "🙏"}
        await world.ana.asks("POST", f"/v1/messages/{said.id}/reactions", json=reaction, status=200)
        path = f"/v1/conversations/{conversation}/read"
        await world.ana.asks("POST", path, json={"up_to": said.id}, status=200)


async def furnish(world: World) -> None:
    await world.ana.asks("PATCH", "/v1/workspace", json={"accent": "#1f6f5c", "greeting": GREETING}, status=200)
    for person, phone in ((world.cara, "+44 20 7946 0101"), (world.dev, "+44 20 7946 0102")):
        details = {"phone": phone, "email": f"{person.id}@mail.example"}
        await world.ana.asks("PATCH", f"/v1/contacts/{person.id}", json=details, status=200)
    for name, colour in LABELS.items():
        await world.ana.asks("POST", "/v1/labels", json={"name": name, "colour": colour}, status=201)
    for conversation, staff, subject, label in (
        (world.conversation, "ana", "Repeat prescription", "Prescription"),
        (world.dev_conversation, "ben", "Sunscreen", "Shop"),
    ):
        path = f"/v1/conversations/{conversation}"
        await world.ana.asks("PATCH", path, json={"subject": subject}, status=200)
        await world.ana.asks("POST", f"{path}/assign", json={"staff_id": staff}, status=200)
        await world.ana.asks("PUT", f"{path}/labels", json={"names": [label]}, status=200)
    await tell(world, world.conversation, CARA)
    await tell(world, world.dev_conversation, DEV)


async def draw(page: Page, name: str) -> None:
    path = IMAGES / f"{name}.png"
    await page.mouse.move(0, 0)  # What the mouse is over shows what can be done with it.
    await page.screenshot(path=path, animations="disabled", caret="hide")
    size = (await asyncio.to_thread(path.stat)).st_size
    print(f"{path.relative_to(ROOT)}: {size / 1000:.0f} KB")
    assert size < LARGEST, path


def morning() -> str:
    """Where it is about ten o'clock now: a time at which a shop is open."""
    ahead = (10 - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


async def inbox(world: World, windows: Windows, theme: str, name: str) -> None:
    page = await windows.open(phone="phone" in name, color_scheme=theme, timezone_id=morning())
    ana = await Desk.signs_in(page, world.url)
    cara = await Chat.by_link(await windows.open(), world.url, world.cara.token)
    await ana.opens("Cara")
    await ana.has_come("Of course: they only need", "Read")
    await expect(page.locator(".thread-who .is-there")).to_be_attached()
    await cara.types("She is ")
    await ana.sees_typing("Cara")
    await draw(page, name)
    await cara.page.context.close()
    await page.context.close()


async def widget(world: World, windows: Windows, theme: str, name: str, talk: tuple[str, str, str]) -> None:
    ana = await Desk.signs_in(await windows.open(), world.url)
    page = await windows.open(phone="phone" in name, color_scheme=theme, timezone_id=morning())
    visitor = await Chat.on_website(page, world.url + "/demo/")
    await visitor.says(talk[0])
    await visitor.skips_details()
    await ana.opens(talk[0])
    await ana.says(talk[1])
    await visitor.shows(*talk[:2])
    await visitor.says(talk[2])
    await visitor.has_come(talk[2], "Read")
    await ana.types("Bring your")
    await visitor.sees_typing("Ana")
    await draw(page, name)
    await ana.composer.fill("")
    await page.context.close()
    await ana.page.context.close()


async def all_pictures(browser: Browser, folder: Path) -> None:
    windows = Windows(browser)
    async with stage(folder / "careline.db") as world:
        await furnish(world)
        await widget(world, windows, "light", "widget", VACCINES)
        await widget(world, windows, "dark", "widget-phone-dark", PARKING)
        await inbox(world, windows, "light", "inbox")
        await inbox(world, windows, "dark", "inbox-dark")
        await inbox(world, windows, "light", "inbox-phone")
        await windows.close()


async def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        with tempfile.TemporaryDirectory() as folder:
            await all_pictures(browser, Path(folder))
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
