"""What people see and do on the screen: a contact's chat, and a staff member's desk."""

import asyncio
import re
from collections.abc import Sequence

from playwright.async_api import FrameLocator, Locator, Page, expect

from tests.world import PASSWORD, World

SLOWLY = 25_000  # milliseconds; for what waits for a connection to be tried again
PROGRESS = ("Sending…", "Sent", "Delivered", "Read")


async def two_wait(world: World) -> None:
    """Dev has written, then Cara: in one and the same millisecond neither would be the later one on the screen."""
    await world.dev.sends(world.dev_conversation, "Have you sunscreen?")
    await asyncio.sleep(0.002)
    await world.cara.sends(world.conversation, "Is it ready?")


class Talk:
    """A conversation on somebody's screen."""

    scope: Page | FrameLocator

    @property
    def bubbles(self) -> Locator:
        return self.scope.locator(".bubble")

    @property
    def composer(self) -> Locator:
        return self.scope.locator(".composer textarea")

    @property
    def banner(self) -> Locator:
        return self.scope.locator(".banner")

    def bubble(self, text: str) -> Locator:
        return self.bubbles.filter(has_text=text)

    async def says(self, *texts: str) -> None:
        for text in texts:
            await self.composer.fill(text)
            await self.composer.press("Enter")

    async def types(self, text: str) -> None:
        """Begin to write, and send nothing."""
        await self.composer.press_sequentially(text)

    async def shows(self, *texts: str, slowly: bool = False) -> None:
        """Exactly these messages, in this order, each once."""
        await expect(self.bubbles).to_have_text(list(texts), timeout=SLOWLY if slowly else None)

    async def all_said(self) -> list[str]:
        return await self.bubbles.all_inner_texts()

    async def has_come(self, text: str, step: str) -> None:
        """One's own message has been sent, delivered or read."""
        assert step in PROGRESS
        group = self.scope.locator(".group").filter(has_text=text)
        await expect(group.locator(".progress")).to_have_attribute("title", step)

    async def sees_typing(self, name: str) -> None:
        await expect(self.scope.locator(".typing")).to_contain_text(f"{name} is typing…")

    async def acts_on(self, text: str, action: str) -> None:
        """One of the buttons that appear beside a message."""
        line = self.scope.locator(".line").filter(has_text=text)
        await line.hover()
        await line.get_by_role("button", name=action, exact=True).click()


class Chat(Talk):
    """A contact's side: the widget in a website's corner, or the full page of a link."""

    def __init__(self, page: Page, scope: Page | FrameLocator) -> None:
        self.page = page
        self.scope = scope

    @classmethod
    async def on_website(cls, page: Page, url: str, label: str = "Chat with us") -> "Chat":
        """Go to the website and press its button."""
        await page.goto(url)
        chat = cls(page, page.frame_locator(f"iframe[title='{label}']"))
        await chat.launcher(label).click()
        await expect(chat.composer).to_be_editable()
        return chat

    @classmethod
    async def by_link(cls, page: Page, server: str, token: str) -> "Chat":
        await page.goto(f"{server}/chat#token={token}")
        chat = cls(page, page)
        await expect(chat.composer).to_be_editable()
        return chat

    def launcher(self, label: str = "Chat with us") -> Locator:
        return self.page.get_by_role("button", name=label)

    async def skips_details(self) -> None:
        await self.scope.get_by_role("button", name="Rather not").click()

    async def gives(self, name: str) -> None:
        await self.scope.get_by_label("Name").fill(name)
        await self.scope.get_by_role("button", name="Save").click()
        await expect(self.scope.locator(".details")).to_have_count(0)


class Desk(Talk):
    """A staff member's side: the inbox."""

    def __init__(self, page: Page, server: str) -> None:
        self.page = self.scope = page
        self.server = server

    @classmethod
    async def signs_in(cls, page: Page, server: str, who: str = "ana", path: str = "/inbox/all") -> "Desk":
        desk = cls(page, server)
        await page.goto(server + path)
        await desk.enters(f"{who}@greenleaf.example", PASSWORD)
        await desk.is_open()
        return desk

    async def enters(self, email: str, password: str) -> None:
        await self.page.get_by_label("E-mail").fill(email)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Sign in").click()

    async def is_open(self) -> None:
        await expect(self.page.locator(".list-pane")).to_be_attached()
        await expect(self.page.locator(".loading")).to_have_count(0)

    def item(self, name: str) -> Locator:
        return self.page.locator(".item").filter(has_text=name)

    async def opens(self, name: str) -> None:
        await self.item(name).click()
        await expect(self.composer).to_be_editable()

    async def views(self, view: str) -> None:
        if view in ("Mine", "Unassigned", "All"):
            await self.page.locator(".views").get_by_role("button", name=view).click()
            return
        await self.page.get_by_role("button", name="More views").click()
        await self.page.get_by_role("menuitemradio", name=view).click()

    async def lists(self, names: Sequence[str]) -> None:
        await expect(self.page.locator(".item-name")).to_have_text(list(names))

    async def chooses(self, menu: str, choice: str) -> None:
        """One entry of one of the menus above the thread."""
        await self.page.get_by_role("button", name=re.compile(f"^{menu}: ")).click()
        await self.page.get_by_role("menu").get_by_text(choice, exact=True).click()

    @property
    def done(self) -> Locator:
        """The button that closes a conversation, or opens it again."""
        return self.page.locator(".thread-head .done")

    async def shows_person(self) -> Locator:
        pane = self.page.locator(".person-pane")
        if not await pane.is_visible():
            await self.page.get_by_role("button", name="Person", exact=True).click()
        await expect(pane.get_by_role("button", name="Make a link")).to_be_visible()
        return pane

    async def presses(self, key: str) -> None:
        """A key that leads to the composer, and there."""
        await self.page.keyboard.press(key)
        await expect(self.composer).to_be_focused()

    @property
    def triage(self) -> Locator:
        """The strip that shows how the open conversation is sorted."""
        return self.page.get_by_role("toolbar", name="Sort this conversation")

    async def leaves_the_field(self) -> None:
        """So that keys are commands, and no letters of a text."""
        if await self.composer.evaluate("el => el === document.activeElement"):
            await self.page.keyboard.press("Escape")

    async def deed(self, key: str) -> None:
        """One of the keys that do something with the open conversation, and the dialog if there is one."""
        await self.leaves_the_field()
        await self.page.keyboard.press(key)
        if key in "lpshdm#":
            await expect(self.page.get_by_role("dialog")).to_be_visible()
            await expect(self.page.locator("dialog .loading")).to_have_count(0)

    async def filters(self, by: str) -> None:
        await self.page.get_by_role("button", name="Filter", exact=True).click()
        await self.page.get_by_role("menuitemradio", name=by).click()

    async def page_of(self, name: str) -> Locator:
        """One of the pages of the workspace, from the menu of one's account."""
        await self.page.get_by_role("button", name="Account of").click()
        await self.page.get_by_role("menuitem", name=name).click()
        return self.page.get_by_role("dialog", name=name)
