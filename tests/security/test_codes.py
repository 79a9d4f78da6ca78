"""One-time codes by phone: five tries, five minutes, once, and no word about who is known (S-062, S-067 to S-069)."""

import asyncio
import logging
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from careline.core.actor import system
from careline.core.clock import Clock
from careline.core.errors import TooMany
from careline.features.people.actions import add_contact, update_contact
from careline.features.tokens.codes import StartedCode, make_code, start_code, verify_code
from careline.features.workspaces.actions import update_workspace
from careline.store.database import Tx
from careline.work import runner
from careline.work.sms import Console
from tests.world import GREENLEAF, HILLSIDE, World, stage

CARAS, NOBODYS = "+442079460000", "+442079460111"
BOSS = system(GREENLEAF)


class Phones:
    """What arrives where, in place of the terminal."""

    def __init__(self, world: World) -> None:
        self.texts: list[str] = []
        world.app.sms = Console(self.texts.append)

    async def code(self, phone: str, number: int = 1) -> str:
        for _ in range(500):
            mine = [text for text in self.texts if text.startswith(phone)]
            if len(mine) >= number:
                return mine[-1].removeprefix(phone + ": ")[:6]
            await asyncio.sleep(0.02)
        raise AssertionError(f"nothing arrived at {phone}")


@asynccontextmanager
async def pharmacy(database: str) -> AsyncIterator[World]:
    async with stage(database, sms="console") as world:
        changes = {"phone_codes": "known", "phone_region": "GB"}
        for boss in (world.ana, world.eve):
            await world.app.database.write(update_workspace, boss.actor, changes)
        await world.app.database.write(update_contact, world.ana.actor, "cara", {"phone": "020 7946 0000"})
        yield world


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    async with pharmacy(database) as world:
        yield world


@pytest.fixture
def phones(world: World) -> Phones:
    return Phones(world)


async def post(world: World, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
    async with world.http.post(world.url + path, json={"workspace_id": GREENLEAF, **body}) as answer:
        found: dict[str, Any] = msgspec.json.decode(await answer.read())
        found.pop("request_id", None) if answer.status >= 400 else None
        return answer.status, found


async def start(world: World, phone: str = CARAS) -> str:
    status, answer = await post(world, "/v1/codes", phone=phone)
    assert status == 202, answer
    return str(answer["request_id"])


async def verify(world: World, request_id: str, code: str, phone: str = CARAS, **more: str) -> tuple[int, Any]:
    return await post(world, "/v1/codes/verify", phone=phone, request_id=request_id, code=code, **more)


def other(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 1_000_000:06}"


async def test_who_reads_the_code_comes_in_as_whose_number_it_is(world: World, phones: Phones) -> None:
    request_id = await start(world, "020 7946 0000")
    status, answer = await verify(world, request_id, await phones.code(CARAS))
    assert (status, answer["contact"]["id"]) == (200, "cara")
    headers = {"Authorization": f"Bearer {answer['token']}"}
    async with world.http.get(world.url + "/v1/me", headers=headers) as me:
        assert (me.status, (await me.json())["id"]) == (200, "cara")


async def test_a_code_works_once_also_of_a_hundred_at_once(world: World, phones: Phones) -> None:
    request_id = await start(world)
    code = await phones.code(CARAS)
    answers = await asyncio.gather(*(verify(world, request_id, code) for _ in range(100)))
    assert sorted(status for status, _ in answers) == [200] + [401] * 99
    assert (await verify(world, request_id, code))[0] == 401


async def test_after_five_wrong_codes_the_right_one_is_dead_from_wherever_they_came(
    world: World, phones: Phones
) -> None:
    request_id = await start(world)
    code = await phones.code(CARAS)
    tries = [verify(world, request_id, other(code, by)) for by in range(1, 11)]
    assert {status for status, _ in await asyncio.gather(*tries)} == {401}
    assert (await verify(world, request_id, code))[0] == 401
    second = await start(world)
    code = await phones.code(CARAS, 2)
    for by in range(1, 5):
        assert (await verify(world, second, other(code, by)))[0] == 401
    assert (await verify(world, second, code))[0] == 200


async def test_where_a_wire_names_no_request_it_is_the_newest_open_one_of_the_number(
    world: World, phones: Phones
) -> None:
    write = world.app.database.write
    await start(world)
    first = await phones.code(CARAS)
    await start(world)
    newest = await phones.code(CARAS, 2)
    assert first == newest or await write(verify_code, BOSS, None, CARAS, first) is None
    assert await write(verify_code, BOSS, None, NOBODYS, newest) is None
    assert await write(verify_code, system(HILLSIDE), None, CARAS, newest) is None
    soon = world.app.database.clock() + 60_000
    entered = await write(verify_code, BOSS, None, CARAS, newest, expires_at=soon)
    assert entered is not None and (entered.contact.id, entered.issued.token.expires_at) == ("cara", soon)
    assert await write(verify_code, BOSS, None, CARAS, newest) is None


async def test_a_code_is_of_its_request_its_number_and_its_workspace(world: World, phones: Phones) -> None:
    await world.app.database.write(add_contact, BOSS, contact_id="gus", phone=NOBODYS)
    mine, theirs = await start(world), await start(world, NOBODYS)
    code, their_code = await phones.code(CARAS), await phones.code(NOBODYS)
    refusals = [
        await verify(world, theirs, code),
        await verify(world, mine, their_code) if code != their_code else await verify(world, mine, other(code)),
        await verify(world, mine, code, NOBODYS),
        await verify(world, mine, code, "no number"),
        await verify(world, "unknown", code),
        await verify(world, mine, code, workspace_id=HILLSIDE),
        await verify(world, mine, ""),
        await verify(world, mine, "ü" * 6),
    ]
    assert {status for status, _ in refusals} == {401}
    assert all(answer == refusals[0][1] for _, answer in refusals)
    assert (await verify(world, mine, code))[0] == 200


class _Later(Clock):
    """The server's clock, some while on."""

    ahead = 0

    def __call__(self) -> int:
        return super().__call__() + self.ahead


async def test_a_code_is_good_for_five_minutes(world: World, phones: Phones) -> None:
    request_id = await start(world)
    code = await phones.code(CARAS)
    clock = _Later()
    world.app.database.engine._clock = clock  # type: ignore[attr-defined]
    clock.ahead = 5 * 60_000 + 1_000
    assert (await verify(world, request_id, code))[0] == 401
    clock.ahead = 5 * 60_000 - 5_000
    assert (await verify(world, request_id, code))[0] == 200


async def test_an_unknown_number_gets_the_same_answer_and_no_message(world: World, phones: Phones) -> None:
    answers = [await post(world, "/v1/codes", phone=phone) for phone in (NOBODYS, CARAS)]
    await phones.code(CARAS)
    assert [status for status, _ in answers] == [202, 202]
    assert answers[0][1].keys() == answers[1][1].keys()
    assert len(phones.texts) == 1
    request_id = answers[0][1]["request_id"]
    assert (await verify(world, request_id, "000000", NOBODYS))[0] == 401


async def test_known_and_unknown_numbers_take_the_same_time(world: World) -> None:
    took: dict[str, list[float]] = {CARAS: [], NOBODYS: []}

    async def one(phone: str) -> None:
        began = time.perf_counter()
        await world.app.database.write(start_code, BOSS, phone)
        took[phone].append(time.perf_counter() - began)

    for _ in range(150):
        await one(CARAS)
        await one(NOBODYS)
    assert abs(statistics.median(took[CARAS]) - statistics.median(took[NOBODYS])) < 0.005


async def test_a_number_somebody_only_says_is_theirs_opens_nothing(world: World, phones: Phones) -> None:
    write = world.app.database.write
    await write(update_contact, world.dev.actor, "dev", {"phone": NOBODYS})
    async with world.http.post(world.url + "/v1/visitors", json={"workspace_id": GREENLEAF, "phone": NOBODYS}) as visit:
        assert visit.status == 201
    await start(world, NOBODYS)
    await start(world)
    await phones.code(CARAS)
    assert len(phones.texts) == 1
    await write(update_workspace, world.ana.actor, {"phone_codes": "anyone"})
    request_id = await start(world, NOBODYS)
    status, answer = await verify(world, request_id, await phones.code(NOBODYS), NOBODYS)
    assert status == 200
    assert (answer["contact"]["phone"], answer["contact"]["anonymous"]) == (NOBODYS, False)
    assert answer["contact"]["id"] != "dev"
    again = await start(world, NOBODYS)
    status, second = await verify(world, again, await phones.code(NOBODYS, 2), NOBODYS)
    assert second["contact"]["id"] == answer["contact"]["id"]


async def test_the_store_keeps_no_code_and_the_log_neither(
    world: World, phones: Phones, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await start(world)
    code = await phones.code(CARAS)

    async def kept(tx: Tx, actor: Any) -> list[str]:
        facts = await world.app.journal.read(tx, BOSS, 0, 1_000)
        return [str(msgspec.json.encode(fact.event)) for fact in facts]

    facts = await world.app.database.read(kept, BOSS)
    assert not any(code in fact or CARAS in fact for fact in facts)
    assert code not in caplog.text
    assert CARAS not in caplog.text


async def test_numbers_workspaces_and_addresses_have_their_share(database: str) -> None:
    limits = {"limit_codes_phone": "3/h", "limit_codes_phone_day": "4/d", "limit_codes_workspace": "6/h"}
    async with stage(database, sms="console", limit_codes_address="8/h", **limits) as world:
        Phones(world)
        write = world.app.database.write
        await write(update_workspace, world.ana.actor, {"phone_codes": "known"})
        found = [(await post(world, "/v1/codes", phone=CARAS))[0] for _ in range(4)]
        assert found == [202, 202, 202, 429]
        clock = _Later()
        world.app.database.engine._clock = clock  # type: ignore[attr-defined]
        clock.ahead = 3_600_000 + 60_000
        await write(start_code, BOSS, CARAS)
        for phone in (CARAS, CARAS):
            with pytest.raises(TooMany) as refused:
                await write(start_code, BOSS, phone)
            assert 0 < refused.value.retry_after <= 86_400_000
        for number in range(5):
            await write(start_code, BOSS, f"+44207946011{number}")
        with pytest.raises(TooMany):
            await write(start_code, BOSS, "+442079460118")
        statuses = [(await post(world, "/v1/codes", phone="nonsense"))[0] for _ in range(6)]
        assert statuses == [422, 422, 422, 422, 429, 429]


async def test_nobody_comes_in_by_a_code_where_it_is_not_wished(world: World) -> None:
    await world.app.database.write(update_workspace, world.ana.actor, {"phone_codes": "off"})
    for path, more in (("/v1/codes", {}), ("/v1/codes/verify", {"request_id": "x", "code": "000000"})):
        status, answer = await post(world, path, phone=CARAS, **more)
        assert (status, answer["code"]) == (403, "codes_off")
        status, answer = await post(world, path, phone=CARAS, **{**more, "workspace_id": "unknown"})
        assert (status, answer["code"]) == (400, "no_such_workspace")
    for phone in ("", "+44", "12345", "+440000000000", "020\x007946"):
        await world.app.database.write(update_workspace, world.ana.actor, {"phone_codes": "known"})
        assert (await post(world, "/v1/codes", phone=phone))[0] == 422, phone


async def test_a_code_is_sent_as_soon_as_it_was_asked_for(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "IDLE", 3_600.0)
    async with pharmacy(database) as world:
        phones = Phones(world)
        await start(world)
        assert await phones.code(CARAS)


async def test_a_code_sent_again_takes_the_place_of_the_one_before(world: World) -> None:
    write = world.app.database.write
    for task in world.app._tasks:
        task.cancel()  # its own runner would make one as well
    started: StartedCode = await write(start_code, BOSS, CARAS)
    first = await write(make_code, BOSS, started.request_id, "111111")
    assert first is not None and "111111" in first.text and first.phone == CARAS
    await write(make_code, BOSS, started.request_id, "222222")
    assert await write(verify_code, BOSS, started.request_id, CARAS, "111111") is None
    assert await write(verify_code, BOSS, started.request_id, CARAS, "222222") is not None
    assert await write(make_code, BOSS, started.request_id, "333333") is None


async def test_a_number_counts_as_somebodys_once_staff_vouch_for_it_and_until_they_say_another(
    world: World, phones: Phones
) -> None:
    write = world.app.database.write
    await write(update_contact, world.dev.actor, "dev", {"phone": NOBODYS})
    await write(update_contact, world.ana.actor, "dev", {"phone": NOBODYS})
    request_id = await start(world, NOBODYS)
    status, answer = await verify(world, request_id, await phones.code(NOBODYS), NOBODYS)
    assert (status, answer["contact"]["id"]) == (200, "dev")
    await write(update_contact, world.dev.actor, "dev", {"phone": CARAS})
    assert (await verify(world, await start(world), await phones.code(CARAS)))[1]["contact"]["id"] == "cara"
