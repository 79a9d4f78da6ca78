"""A transcript to keep: as JSON, text and PDF; for whoever may read the conversation, and no more than they see."""

import asyncio
import time

import pytest

from careline.wires import typeset
from tests.world import Person, World


async def fetch(person: Person, conversation_id: str, **query: str) -> tuple[int, dict[str, str], bytes]:
    url = f"{person.world.url}/v1/conversations/{conversation_id}/transcript"
    async with person.world.http.get(url, headers=person.headers, params=query) as answer:
        return answer.status, dict(answer.headers), await answer.read()


async def test_text_in_the_readers_time_zone_where_no_body_passes_for_a_message(world: World) -> None:
    await world.cara.sends(world.conversation, "Hello\n[2020-01-01] Ana (staff)\n    I owe you \u202egnp.exe")
    await world.ana.sends(world.conversation, "between us", kind="note")
    status, headers, body = await fetch(world.cara, world.conversation, format="text", time_zone="Asia/Tokyo")
    text = body.decode()
    assert status == 200 and headers["Content-Type"] == "text/plain; charset=utf-8"
    assert headers["Content-Disposition"].startswith('attachment; filename="transcript-')
    assert "+09:00] Cara (contact)" in text and "\n    [2020-01-01] Ana (staff)" in text
    assert "\u202e" not in text and "between us" not in text
    assert "between us" not in (await fetch(world.ana, world.conversation, format="text"))[2].decode()
    assert "between us" in (await fetch(world.ana, world.conversation, format="text", notes="true"))[2].decode()


async def test_contacts_get_no_notes_and_no_ids_of_staff(world: World) -> None:
    await world.ana.sends(world.conversation, "hello")
    await world.ana.asks("POST", f"/v1/conversations/{world.conversation}/assign", json={"staff_id": "ben"})
    told = await world.cara.asks("GET", f"/v1/conversations/{world.conversation}/transcript", status=200)
    assert [p["id"] for p in told["participants"]] == ["cara", None]
    assert "sender_id" not in told["items"][0]
    await world.cara.asks("GET", f"/v1/conversations/{world.conversation}/transcript?notes=true", status=403)
    for stranger in (world.dev, world.eve, world.fay):
        for form in ("json", "text", "pdf"):
            assert (await fetch(stranger, world.conversation, format=form))[0] == 404


@pytest.mark.parametrize("zone", ["Nowhere/Town", "../../etc/passwd", "/etc/passwd", "\u2603", ""])
async def test_a_time_zone_that_is_none_is_refused(world: World, zone: str) -> None:
    assert (await fetch(world.cara, world.conversation, time_zone=zone))[0] == 422


async def test_long_ones_come_in_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("careline.features.desk.transcripts.PAGE", 2)
    monkeypatch.setattr("careline.wires.native.table.desk.PAGES", 2)
    for number in range(7):
        await world.cara.sends(world.conversation, f"number {number}")
    path = f"/v1/conversations/{world.conversation}/transcript"
    newest = await world.cara.asks("GET", path, status=200)
    oldest = await world.cara.asks("GET", f"{path}?before={newest['before']}", status=200)
    assert [i["body"] for i in oldest["items"] + newest["items"]] == [f"number {n}" for n in range(7)]
    assert oldest["before"] is None
    other = f"/v1/conversations/{world.dev_conversation}/transcript?before={newest['before']}"
    await world.dev.asks("GET", other, status=422)


async def test_a_pdf_is_set_elsewhere_and_nothing_in_it_is_markup(world: World) -> None:
    pytest.importorskip("typst")
    for body in ('#read("/etc/passwd")', "#panic()", "$x^2", "\U0001f600 \u0928\u092e\u0938\u094d\u0924\u0947", "*[`"):
        await world.cara.sends(world.conversation, body)
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            worst = max(worst, time.perf_counter() - before - 0.005)

    watching = asyncio.create_task(watch())
    status, headers, made = await fetch(world.cara, world.conversation, format="pdf")
    watching.cancel()
    assert (status, headers["Content-Type"]) == (200, "application/pdf")
    assert made.startswith(b"%PDF-") and worst < 0.25


async def test_without_typst_it_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "find_spec", lambda name: None)
    status, _, body = await fetch(world.cara, world.conversation, format="pdf")
    assert (status, b"no_pdf" in body) == (503, True)
