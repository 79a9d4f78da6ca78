"""Once a day the audit is signed: who can write to the store but has not the key cannot make another past (S-160)."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from careline.check import report
from careline.core.actor import system
from careline.features.audit.anchors import list_anchors
from careline.features.audit.rows import Anchor
from careline.settings import Settings, SettingsError
from careline.work.anchoring import Anchors, Notary, anchor
from careline.work.sealing import seal_all, verify_all
from tests.actions.test_audit_seals import TAMPERING, careline
from tests.world import GREENLEAF, World

DAY = 86_400_000


def pem(key: Any) -> tuple[str, str]:
    """Both halves of a key."""
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


PRIVATE, PUBLIC = pem(Ed25519PrivateKey.generate())
OTHER, OTHER_PUBLIC = pem(Ed25519PrivateKey.generate())


async def passes(world: World, days: float, *, signed: bool = True) -> None:
    """Something happens, is sealed, and where a day is over signed."""
    world.app.database.clock._latest += int(days * DAY)
    await world.cara.sends(world.conversation, "hello")
    await seal_all(world.app.database)
    if signed:
        await anchor(world.app.database, Notary(PRIVATE))


async def kept(world: World) -> list[Anchor]:
    return await world.app.database.read(list_anchors, system())


async def found(world: World, *, keys: tuple[str, ...] = (PUBLIC,), carried: list[Anchor] | None = None) -> list[str]:
    anchors = Anchors({})
    await anchors.load(world.app.database, Notary("", keys), carried or [])
    _, wrong = await verify_all(world.app.database, anchors)
    return wrong


async def notes(world: World) -> list[str]:
    anchors = Anchors({})
    await anchors.load(world.app.database, Notary(PRIVATE), [])
    await verify_all(world.app.database, anchors)
    return anchors.notes()


async def changes(world: World, *statements: str) -> None:
    for statement in statements:
        await world.app.database.engine.script(statement)


async def test_once_a_day_what_is_new_is_signed_and_follows_from_the_day_before(world: World) -> None:
    await passes(world, 0)
    await passes(world, 0.9)
    assert [one.number for one in await kept(world)] == [1]
    await passes(world, 0.2)
    one, two = await kept(world)
    said = msgspec.json.decode(two.body)
    assert said["number"] == 2 and len(said["before"]) == 64
    assert [place.rpartition(":")[0] for place in said["seals"]] == [GREENLEAF]
    assert {place.rpartition(":")[0] for place in msgspec.json.decode(one.body)["seals"]} == {"greenleaf", "hillside"}
    assert await found(world) == [] and await notes(world) == []
    world.app.database.clock._latest += 2 * DAY
    assert await anchor(world.app.database, Notary(PRIVATE)) is None  # nothing was sealed since


async def test_a_past_that_was_made_anew_does_not_meet_what_was_signed(world: World) -> None:
    await passes(world, 0)
    await passes(world, 1.1)
    await changes(world, TAMPERING[0], "DELETE FROM audit_seals")
    await seal_all(world.app.database)
    assert (await verify_all(world.app.database, {}))[1] == []
    wrong = await found(world)
    assert "greenleaf: seal 1 is not the one that was noted" in wrong


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (
            "UPDATE audit_anchors SET body = replace(body, 'greenleaf', 'hillside') WHERE number = 1",
            "signature is wrong",
        ),
        ("UPDATE audit_anchors SET signature = 'nonsense' WHERE number = 1", "signature is wrong"),
        ("UPDATE audit_anchors SET at = at + 1 WHERE number = 2", "does not follow"),
        ("DELETE FROM audit_anchors WHERE number = 1", "does not follow"),
        ("UPDATE audit_anchors SET signer = 'SOMEBODY' WHERE number = 1", "not given"),
    ],
)
async def test_an_anchor_that_was_changed_or_removed_is_found(world: World, how: str, says: str) -> None:
    await passes(world, 0)
    await passes(world, 1.1)
    await changes(world, how)
    assert says in (await found(world))[0]


async def test_what_somebody_else_has_signed_is_not_believed(world: World) -> None:
    await passes(world, 0, signed=False)
    await anchor(world.app.database, Notary(OTHER))
    assert "which was not given" in (await found(world))[0]
    assert await found(world, keys=(PUBLIC, OTHER_PUBLIC)) == []


async def test_anchors_that_are_gone_are_missed_by_who_carried_them_away_and_leave_days_without(world: World) -> None:
    for days in (0, 1.1, 1.1, 1.1):
        await passes(world, days)
    carried = await kept(world)
    assert await found(world, carried=carried) == []
    await changes(world, TAMPERING[0], "DELETE FROM audit_seals", "DELETE FROM audit_anchors WHERE number > 1")
    await seal_all(world.app.database)
    wrong = await found(world, carried=carried)
    assert sum("has not the one that was carried elsewhere" in line for line in wrong) == 3
    assert any("is not the one that was noted" in line or "no such seal" in line for line in wrong)


async def test_days_on_which_nothing_was_signed_are_noted(world: World) -> None:
    await passes(world, 0)
    for _ in range(3):
        await passes(world, 1.1, signed=False)
    await passes(world, 1.1)
    assert await found(world) == []
    (note,) = await notes(world)
    assert note.startswith("greenleaf: seals 2 to 4 were made on days without an anchor")


async def test_the_commands_print_and_check_what_was_signed(world: World, database: str, tmp_path: Path) -> None:
    await passes(world, 0)
    key, anchors = tmp_path / "audit.pub", tmp_path / "anchors"
    key.write_text(PUBLIC)
    code, said = await careline("audit", "anchors", "--database", database)
    assert code == 0 and len(said.splitlines()) == 1
    anchors.write_text(said)
    words = ("audit", "verify", "--database", database, "--key", str(key), "--anchors", str(anchors))
    code, said = await careline(*words)
    assert code == 0, said
    await changes(world, "DELETE FROM audit_anchors")
    code, said = await careline(*words)
    assert code == 1 and "has not the one that was carried elsewhere" in said
    anchors.write_text("nonsense")
    assert "not lines of" in (await careline(*words))[1]


def test_only_a_key_of_the_right_kind_signs() -> None:
    for wrong in ("nonsense", pem(generate_private_key(SECP256R1()))[0], PUBLIC):
        with pytest.raises(SettingsError):
            Notary(wrong)
        assert [finding.refuses for finding in report(Settings(audit_key=wrong))] == [True]
    assert report(Settings(audit_key=PRIVATE)) == []
