"""A browser for all tests of this folder, fresh windows for each, and the servers and websites they look at."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser.shop import Shop
from tests.browser.watch import Watch
from tests.world import World, stage

expect.set_options(timeout=10_000)

ARGUMENTS = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--disable-quic"]  # fmt: skip
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}


class Windows:
    """Makes windows, each of a person with a browser of their own."""

    def __init__(self, browser: Browser) -> None:
        self.watch = Watch()
        self._browser = browser
        self._stack = AsyncExitStack()

    async def open(self, *, phone: bool = False, **more: Any) -> Page:
        settings = {"locale": "en-GB", **(PHONE if phone else DESKTOP), **more}
        context = await self._browser.new_context(**settings)
        self._stack.push_async_callback(context.close)
        await self.watch.over(context)
        return await context.new_page()

    async def close(self) -> None:
        await self._stack.aclose()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def windows(browser: Browser) -> AsyncIterator[Windows]:
    """Windows that are watched: in the end nothing may have happened that the test does not expect."""
    windows = Windows(browser)
    yield windows
    await windows.close()
    assert windows.watch.unexpected() == []


@pytest_asyncio.fixture(loop_scope="session")
async def greenleaf(tmp_path: Path) -> AsyncIterator[World]:
    """The cast on a server in this process, with the demo's website."""
    async with stage(tmp_path / "careline.db") as world:
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def shop() -> AsyncIterator[Shop]:
    """A website elsewhere."""
    async with Shop() as shop:
        yield shop
