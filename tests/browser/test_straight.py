"""Large files that go straight to S3 from the page, and come straight from there."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import FilePayload, Page, expect

from tests.browser.conftest import Windows
from tests.browser.test_files import NOTES, SHELF, Files, downloaded, two
from tests.browser.watch import NETWORK_GONE
from tests.made import picture
from tests.services import S3
from tests.world import World, stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

LETTER: FilePayload = {"name": "Letter.txt", "mimeType": "text/plain", "buffer": os.urandom(1 << 20).hex().encode()}
SCAN: FilePayload = {
    "name": "Scan.png",
    "mimeType": "image/png",
    "buffer": picture(size=(1200, 900), compress_level=0),
}


@pytest_asyncio.fixture(loop_scope="session")
async def shelf(s3: S3, tmp_path: Path) -> AsyncIterator[World]:
    """Greenleaf with its files in S3."""
    async with stage(tmp_path / "careline.db", **s3.settings, s3_links="on") as world:
        yield world


def paths(page: Page) -> list[str]:
    """Where the page sends files from now on."""
    seen: list[str] = []
    page.on("request", lambda r: seen.append(f"{r.method} {urlsplit(r.url).path}") if r.method != "GET" else None)
    return seen


async def test_large_files_go_and_come_straight_and_small_ones_as_ever(shelf: World, windows: Windows, s3: S3):
    ana, cara = await two(shelf, windows)
    asked = paths(cara.page)
    await Files(cara).chooses(LETTER, SCAN, NOTES)
    await Files(cara).are_there(3)
    assert len([path for path in asked if path.startswith(f"PUT /{s3.bucket}/arriving/")]) == 2
    assert asked.count("POST /v1/attachments") == 1
    await cara.says("Here it is")
    await expect(Files(ana).pictures).to_have_count(1)
    await expect(Files(ana).pictures).to_have_js_property("naturalWidth", 640)
    assert await downloaded(ana.page, Files(ana).cards.first.click) == LETTER["buffer"]
    assert any(url.startswith(s3.url) for url in windows.watch.asked)


async def test_where_the_store_cannot_be_reached_from_the_page_files_pass_through_the_server(
    shelf: World, windows: Windows, s3: S3
):
    windows.watch.expect(NETWORK_GONE)
    ana, cara = await two(shelf, windows)
    asked = paths(cara.page)
    await cara.page.route(f"{s3.url}/**/arriving/**", lambda route: route.abort())
    await Files(cara).chooses(LETTER)
    await Files(cara).are_there(1)
    await Files(cara).chooses(SCAN, SHELF)
    await Files(cara).are_there(3)
    assert asked.count("POST /v1/attachments/begin") == 1 and asked.count("POST /v1/attachments") == 3
    await cara.says("Here it is")
    await expect(Files(ana).pictures).to_have_count(2)
