"""Issue 2: the network drops, or the server is killed and comes back, and both sides catch up by themselves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Windows
from tests.browser.line import Line
from tests.browser.shop import Shop
from tests.browser.talks import SLOWLY, Chat, Desk
from tests.browser.watch import NETWORK_GONE
from tests.faults.server import Careline
from tests.world import stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEFORE = ("Good morning!", "Good morning, what is it?")
MEANWHILE = {"visitor": ("My cough is back", "since Monday"), "ana": ("One moment please", "I ask Ben")}


@asynccontextmanager
async def served(folder: Path, shop: Shop) -> AsyncIterator[Careline]:
    """The cast on a server in a process of its own, with the chat on the shop's page."""
    async with stage(folder / "careline.db") as world:
        await world.ana.asks("PATCH", "/v1/workspace", json={"origins": [shop.url]}, status=200)
    with await asyncio.to_thread(Careline, str(folder / "careline.db")) as server:
        shop.carries(server.url)
        yield server


async def begin(windows: Windows, server: str, website: str) -> tuple[Chat, Desk]:
    ana = await Desk.signs_in(await windows.open(), server)
    visitor = await Chat.on_website(await windows.open(), website)
    await visitor.says(BEFORE[0])
    await ana.opens(BEFORE[0])
    await visitor.skips_details()
    await ana.says(BEFORE[1])
    await visitor.shows(*BEFORE)
    return visitor, ana


async def write_meanwhile(visitor: Chat, ana: Desk) -> None:
    """Both see that nobody hears them, go on writing, and leave a sentence unfinished."""
    await visitor.says(*MEANWHILE["visitor"])
    await ana.says(*MEANWHILE["ana"])
    for talk in (visitor, ana):
        await expect(talk.banner).to_have_text("Reconnecting… your messages are kept.")
    await visitor.types("Should I")
    await ana.types("Ben says")


async def both_have_everything_once(visitor: Chat, ana: Desk, more: tuple[str, ...] = ()) -> None:
    """The same messages in the same order on both sides, each once, each side's in the order it wrote them."""
    expected = sorted([*BEFORE, *MEANWHILE["visitor"], *MEANWHILE["ana"], *more])
    for talk in (visitor, ana):
        await expect(talk.bubbles).to_have_count(len(expected), timeout=SLOWLY)
        await expect(talk.scope.locator(".progress-sending")).to_have_count(0, timeout=SLOWLY)
        await expect(talk.banner).to_be_hidden(timeout=SLOWLY)
    seen = await visitor.all_said()
    await ana.shows(*seen, slowly=True)
    assert sorted(seen) == expected
    for texts in MEANWHILE.values():
        assert [text for text in seen if text in texts] == list(texts)


async def nothing_is_lost_by_a_reload(visitor: Chat, ana: Desk) -> None:
    said = await visitor.all_said()
    for talk in (visitor, ana):
        await talk.page.reload()
    await visitor.launcher().click()
    for talk, draft in ((visitor, "Should I"), (ana, "Ben says")):
        await talk.shows(*said)
        await expect(talk.composer).to_have_value(draft)


async def test_both_catch_up_after_the_network_was_gone(tmp_path, windows: Windows):
    windows.watch.expect(NETWORK_GONE)
    async with Line() as line, stage(tmp_path / "careline.db", public_url=line.url) as world:
        line.leads_to(world.app.addresses[0])
        visitor, ana = await begin(windows, line.url, line.url + "/demo/")
        line.cut()
        await write_meanwhile(visitor, ana)
        line.mend()
        await both_have_everything_once(visitor, ana)
        await nothing_is_lost_by_a_reload(visitor, ana)


async def test_both_catch_up_after_the_server_was_killed_in_the_middle_of_a_sentence(tmp_path, windows, shop):
    windows.watch.expect(NETWORK_GONE)
    async with served(tmp_path, shop) as server:
        visitor, ana = await begin(windows, server.url, shop.url)
        # On its way while the server dies: stored or not, nobody was told.
        await asyncio.gather(visitor.says("Oh, and"), ana.says("Yes?"), asyncio.to_thread(server.crash))
        await write_meanwhile(visitor, ana)
        await asyncio.to_thread(server.start)
        await both_have_everything_once(visitor, ana, ("Oh, and", "Yes?"))
        await nothing_is_lost_by_a_reload(visitor, ana)


async def test_a_message_is_sent_once_though_its_answers_are_lost(tmp_path, windows: Windows):
    windows.watch.expect(NETWORK_GONE)
    async with Line() as line, stage(tmp_path / "careline.db", public_url=line.url) as world:
        line.leads_to(world.app.addresses[0])
        visitor, ana = await begin(windows, line.url, line.url + "/demo/")
        for text in ("One", "Two"):
            line.armed = True
            await visitor.says(text)
            await visitor.has_come(text, "Read")
        assert line.cuts == 2
        await visitor.shows(*BEFORE, "One", "Two", slowly=True)
        await ana.shows(*BEFORE, "One", "Two", slowly=True)


async def test_what_was_written_offline_is_sent_after_the_page_was_closed_and_opened_again(tmp_path, windows: Windows):
    windows.watch.expect(NETWORK_GONE)
    async with Line() as line, stage(tmp_path / "careline.db", public_url=line.url) as world:
        line.leads_to(world.app.addresses[0])
        visitor, ana = await begin(windows, line.url, line.url + "/demo/")
        context = visitor.page.context
        line.cut()
        await visitor.says("Are you still there?")
        await visitor.has_come("Are you still there?", "Sending…")
        await visitor.page.close()
        line.mend()
        again = await Chat.on_website(await context.new_page(), line.url + "/demo/")
        await again.shows(*BEFORE, "Are you still there?", slowly=True)
        await ana.shows(*BEFORE, "Are you still there?", slowly=True)
