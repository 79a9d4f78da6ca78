"""Bugs that the fault runs, or reading the code for them, have found: each is kept out here."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from careline.app import open_database
from careline.core import context
from careline.core.actor import system
from careline.core.batch import Batch
from careline.core.context import NOWHERE, Context
from careline.core.errors import NotFound, Unavailable
from careline.core.events import Recorded
from careline.features.people.actions import add_contact
from careline.features.people.events import ContactUpdated
from careline.features.workspaces.actions import add_workspace
from careline.live.hints import Hints
from careline.live.tail import Tail
from careline.settings import Settings
from careline.store.migrate import migrate
from careline.wires.native.frames import NativeSpeech
from careline.work import runner
from careline.work.runner import Runner
from tests.made import picture, uploads
from tests.world import World


async def test_a_batch_does_not_come_from_whoever_was_first_in_it() -> None:
    seen = []

    async def run(requests: list[int]) -> list[int]:
        seen.append(context.current.get())
        return requests

    context.current.set(Context(origin="c1"))
    await Batch(run).submit(1)
    assert seen == [NOWHERE]


async def test_a_client_id_is_told_to_its_author_only_however_sends_are_batched(world: World) -> None:
    ana = await world.ana.opens()
    path = f"/v1/conversations/{world.conversation}/messages"
    for round_ in range(5):
        told = {"conversation_id": world.conversation, "body": "staff"}
        for number in range(4):
            await ana.says({"type": "message.send", "id": f"{round_}/{number}", "data": told})
        sends = (
            world.cara.asks("POST", path, status=201, json={"body": "x", "client_id": f"{round_}/{n}"})
            for n in range(4)
        )
        await asyncio.gather(*sends)
    heard = [(await ana.hears("message.sent"))["data"]["message"] for _ in range(20)]
    assert {message["client_id"] for message in heard} == {None}


async def test_what_is_committed_while_following_begins_is_heard(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    server, read = world.app.server, world.app.database.read
    await server.database.write(add_workspace, system(), "new", "New")

    async def overtaken(verb: Any, actor: Any, *args: Any) -> Any:
        found = await read(verb, actor, *args)
        monkeypatch.undo()
        await server.database.write(add_contact, system("new"), contact_id="gil", name="Gil")
        return found

    monkeypatch.setattr(server.database, "read", overtaken)
    await server.follow("new")
    if server.tail.last("new") < await read(server.journal.head, system("new")):
        await asyncio.wait_for(server.tail.growth("new"), 5)


async def test_the_first_look_hears_of_what_another_process_wrote_before_it(tmp_path: Path) -> None:
    ours, theirs = (open_database(Settings(database=str(tmp_path / "careline.db"))) for _ in range(2))
    await ours.open()
    await migrate(ours, lambda line: None)
    await theirs.open()
    await theirs.write(add_workspace, system(), "new", "New")
    assert await ours.engine.changed_elsewhere()
    assert not await ours.engine.changed_elsewhere()
    await theirs.close()
    await ours.close()


async def test_a_fact_that_a_wire_cannot_word_does_not_silence_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = NativeSpeech.encode

    def fails(self: NativeSpeech, recorded: Recorded, view: str) -> bytes | None:
        if view == "contact":
            raise ValueError
        return word(self, recorded, view)

    monkeypatch.setattr(NativeSpeech, "encode", fails)
    ana, cara = await world.ana.opens(), await world.cara.opens()
    reply = await ana.does("message.send", conversation_id=world.conversation, body="Hello")
    assert reply["body"] == "Hello"
    monkeypatch.undo()
    await ana.does("message.send", conversation_id=world.conversation, body="Again")
    assert (await cara.hears("message.sent"))["data"]["message"]["body"] == "Again"


async def test_a_log_with_a_hole_is_not_read_without_end() -> None:
    reads = []

    async def read_log(workspace_id: str, since: int, most: int) -> list[Recorded]:
        reads.append(since)
        await asyncio.sleep(0)
        return [Recorded("new", 3, 0, "system:careline", ContactUpdated(contact_id="gil"))]

    tail = Tail(lambda facts: None, read_log)
    tail.follow("new", 1)
    tail.wake("new", 3)
    await asyncio.sleep(0.3)
    assert 1 <= len(reads) <= 3


async def test_a_tail_whose_log_could_not_be_read_reads_it_again_by_itself() -> None:
    said: asyncio.Queue[int] = asyncio.Queue()
    failures = [RuntimeError(), Unavailable()]

    async def read_log(workspace_id: str, since: int, most: int) -> list[Recorded]:
        if failures:
            raise failures.pop()
        return [Recorded("new", 2, 0, "system:careline", ContactUpdated(contact_id="gil"))]

    tail = Tail(lambda facts: said.put_nowait(facts[-1].seq), read_log)
    tail.follow("new", 1)
    tail.wake("new", 2)
    assert await asyncio.wait_for(said.get(), 5) == 2
    assert tail.lag == 0


async def test_a_socket_that_cannot_be_let_in_to_the_end_is_closed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = await world.cara.was_here()
    await world.ana.sends(world.conversation, "while away")

    async def fails(*asked: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(world.app.server, "past", fails)
    socket = await world.http.ws_connect(world.url.replace("http", "ws", 1) + "/v1/socket")
    await socket.receive_json()
    await socket.send_json({"type": "auth", "token": world.cara.token, "since": since})
    async with asyncio.timeout(5):
        while not socket.closed:
            await socket.receive()
    assert socket.close_code == 1011


async def test_the_queue_is_looked_at_again_whatever_went_wrong(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: asyncio.Queue[None] = asyncio.Queue()
    failures = [RuntimeError()]

    async def begin(self: Runner) -> int:
        looked.put_nowait(None)
        if failures:
            raise failures.pop()
        return 0

    monkeypatch.setattr(Runner, "begin", begin)
    monkeypatch.setattr(runner, "IDLE", 0.05)
    task = asyncio.create_task(Runner(world.app.database, {}).run())
    for _ in range(3):
        await asyncio.wait_for(looked.get(), 5)
    task.cancel()


async def test_a_refused_note_leaves_its_file_to_be_sent(world: World) -> None:
    file = await uploads(world.ana, picture(), "rash.png", status=201)
    with pytest.raises(NotFound):
        await world.ana.sends(
            world.conversation, "look", kind="note", mentions=("nobody",), attachment_ids=(file["id"],)
        )
    note = await world.ana.sends(world.conversation, "look", kind="note", attachment_ids=(file["id"],))
    assert note.attachments is not None and file["id"] in note.attachments


async def test_a_hint_that_says_what_this_code_does_not_know_is_passed_over() -> None:
    heard: list[str] = []
    hints = Hints("redis://127.0.0.1:1", b"key", lambda hint: heard.append(hint.process), list)
    for payload in (b'{"process":"p","signals":[{"type":"unknown"}]}', b"{", b'{"process":"q"}'):
        hints._heed(hints._seal(payload))
    assert heard == ["q"]
