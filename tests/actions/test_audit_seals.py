"""The audit cannot be changed unseen, and with the setting nothing happens unnoted (S-160, S-161)."""

import asyncio
import sys
from typing import Any

import pytest

from careline.core.actor import system
from careline.core.errors import Unavailable
from careline.work.sealing import seal_all, verify_all
from tests.actions.test_audit import acts, entries_of
from tests.world import GREENLEAF, World, stage

TAMPERING = [
    "UPDATE events SET actor = 'staff:ben' WHERE workspace_id = 'greenleaf' AND seq = 3",
    "UPDATE events SET address = '192.0.2.1' WHERE workspace_id = 'greenleaf' AND seq = 3",
    "DELETE FROM events WHERE workspace_id = 'greenleaf' AND seq = 3",
    "DELETE FROM events WHERE workspace_id = 'greenleaf' AND seq > 3",
    "UPDATE audit_entries SET actor = 'staff:ben' WHERE workspace_id = 'greenleaf'",
    "DELETE FROM audit_entries WHERE workspace_id = 'greenleaf'",
    "UPDATE audit_seals SET hash = 'x' WHERE workspace_id = 'greenleaf' AND number = 1",
    "UPDATE audit_seals SET facts = 'x' WHERE workspace_id = 'greenleaf' AND number = 1",
    "UPDATE heads SET seq = seq + 1 WHERE workspace_id = 'greenleaf'",
]


async def away(*_: Any, **__: Any) -> None:
    raise Unavailable()


@pytest.mark.parametrize("how", TAMPERING)
async def test_any_change_to_what_was_sealed_is_found(world: World, how: str) -> None:
    database = world.app.database
    await world.ana.asks("GET", f"/v1/conversations/{world.conversation}/messages", status=200)
    await world.app.server.auditor.flush()
    await seal_all(database)
    await world.cara.sends(world.conversation, "Not sealed yet")
    ends, found = await verify_all(database, {})
    assert found == [] and ends[GREENLEAF].number >= 1
    await database.engine.script(how)
    _, found = await verify_all(database, {})
    assert found and found[0].startswith("greenleaf: ")


async def test_a_chain_made_anew_does_not_lead_through_a_seal_that_was_noted(world: World) -> None:
    database = world.app.database
    await seal_all(database)
    ends, _ = await verify_all(database, {})
    last = ends[GREENLEAF]
    noted = {f"{GREENLEAF}:{last.number}": last.hash}
    assert (await verify_all(database, noted))[1] == []
    await database.engine.script(f"{TAMPERING[0]}; DELETE FROM audit_seals")
    await seal_all(database)
    assert (await verify_all(database, {}))[1] == []
    assert (await verify_all(database, noted))[1] == [f"greenleaf: seal {last.number} is not the one that was noted"]
    assert (await verify_all(database, {f"{GREENLEAF}:99": "x"}))[1] == ["greenleaf:99: there is no such seal"]


async def test_sealing_at_once_in_several_processes_makes_one_chain(world: World) -> None:
    await asyncio.gather(*(seal_all(world.app.database) for _ in range(3)))
    ends, found = await verify_all(world.app.database, {})
    assert found == [] and ends[GREENLEAF].to_seq > 0


async def test_an_entry_waits_for_a_store_that_is_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(world.app.database, "write", away)
        await world.ana.asks("GET", f"/v1/conversations/{world.conversation}/messages", status=200)
        with pytest.raises(Unavailable):
            await world.app.server.auditor.flush()
    assert len(await acts(world, action="history.viewed")) == 1


async def test_with_the_setting_nothing_is_shown_that_could_not_be_noted(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(database, audit_fail_closed=True) as world:
        path = f"/v1/conversations/{world.conversation}/messages"
        await world.ana.asks("GET", path, status=200)
        assert [e.action for e in await world.app.database.read(entries_of, system(GREENLEAF))] == ["history.viewed"]
        with monkeypatch.context() as patch:
            patch.setattr(world.app.database, "write", away)
            assert await world.ana.status_of("GET", path) == 503
        await world.ana.asks("GET", path, status=200)


async def careline(*words: str) -> tuple[int, str]:
    """A command of the terminal beside the running server: how it ended, and all it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "careline", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_the_command_says_what_was_changed_and_ends_badly(world: World, database: str) -> None:
    await seal_all(world.app.database)
    code, said = await careline("audit", "verify", "--database", database)
    assert code == 0, said
    noted = next(line for line in said.splitlines() if line.startswith(f"{GREENLEAF}:"))
    assert (await careline("audit", "verify", "--database", database, "--seal", noted))[0] == 0
    await world.app.database.engine.script(TAMPERING[0])
    code, said = await careline("audit", "verify", "--database", database)
    assert code == 1 and "greenleaf: seal 1" in said and "the log is not what was sealed" in said


async def test_a_seal_that_is_given_back_is_missed_in_words(database: str) -> None:
    for command in (("migrate",), ("workspace", "add", "greenleaf", "Greenleaf Pharmacy")):
        assert (await careline(*command, "--database", database))[0] == 0
    code, said = await careline("audit", "verify", "--database", database)
    assert (code, "=" in said, "(server): nothing is sealed yet" in said) == (0, False, True)
    words = ("audit", "verify", "--database", database, "--seal")
    for nonsense in ("nonsense", "greenleaf", "greenleaf=1", "greenleaf:one=00", "greenleaf:0="):
        code, said = await careline(*words, nonsense)
        assert code == 1 and f"--seal: {nonsense} is not WORKSPACE:NUMBER=HASH" in said
    code, said = await careline(*words, "nowhere:3=00", "--seal", ":7=00")
    assert code == 1
    assert "nowhere:3: there is no such seal, nor anything else of this workspace\n" in said
    assert "(server):7: there is no such seal" in said
