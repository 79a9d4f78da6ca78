"""What lets people in (SECURITY.md C): each class on its own routes only, once where once is meant, kept as digests."""

import asyncio
import re
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from careline.app import App
from careline.core.actor import Actor, system
from careline.core.errors import Unauthenticated
from careline.features.people import rules as people_rules
from careline.features.people.staff import any_staff
from careline.features.tokens import rules
from careline.features.tokens.actions import actors_by_secret, issue_token, revoke_token
from careline.features.tokens.once import issue_ticket, make_setup_secret
from careline.settings import Settings
from careline.wires.credentials import Passwords
from careline.wires.native.commands import COMMANDS
from tests.security.places import place
from tests.security.raw import RawSocket
from tests.security.test_revocation import bearing, refreshes, signs_in
from tests.tools import ROOT
from tests.world import GREENLEAF, PASSWORD, World

UNKNOWN = "01a1fc7c-0000-7000-8000-000000000000"


async def classes(world: World) -> dict[str, str]:
    """One of every kind of secret there is, each of them good at its own door."""
    session = await signs_in(world, "ana@greenleaf.example")
    database = world.app.database
    return {
        "staff access": session["access_token"],
        "contact": world.cara.token,
        "refresh": session["refresh_token"],
        "ticket": (await database.write(issue_ticket, world.ana.actor, "")).ticket,
        "set-up": await database.write(make_setup_secret, system()),
        "password": PASSWORD,
        "digest of an access token": rules.digest(session["access_token"]),
        "digest behind the prefix": rules.ACCESS + rules.digest(session["access_token"]),
        "contact token under the staff prefix": rules.ACCESS + world.cara.token.removeprefix(rules.CONTACT),
        "refresh token under the staff prefix": rules.ACCESS + session["refresh_token"].removeprefix(rules.REFRESH),
        "session id": world.ana.actor.credential,
        "staff id": "ana",
        "nothing behind the prefix": rules.ACCESS,
        "operator": "an operator's own token",
        "unsigned": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.",
    }


def expected(kind: str, who: str) -> int | None:
    """The status that a class of token must get on a route for `who`; None: it may be answered by the route."""
    if who == "public" or (kind == "staff access" and who != "contact") or (kind == "contact" and who != "staff"):
        return None
    return 403 if kind in ("staff access", "contact") else 401


async def test_every_class_of_token_opens_its_own_routes_and_no_other(tmp_path: Path) -> None:
    async with place(tmp_path, operator_token="an operator's own token") as world:
        for kind, token in (await classes(world)).items():
            for name, command in COMMANDS.items():
                want = expected(kind, command.who)
                if want is None or name in ("session.delete", "password.change"):
                    continue
                path = command.path
                for parameter in ("conversation_id", "message_id", "staff_id", "contact_id", "token_id", "person_id"):
                    path = path.replace(f"{{{parameter}}}", UNKNOWN)
                path = path.replace("{kind}", "contact")
                got = await world.cara.status_of(command.method, path, **bearing(token))
                assert got == want, (kind, name, got)


async def test_those_who_come_together_are_told_apart(here: World) -> None:
    """Everybody who waits is looked up in one statement: the secrets of some must not open anything for others."""
    secrets = await classes(here)
    given = [*secrets.values(), *secrets.values()]
    found = await here.app.database.read(actors_by_secret, system(), given)
    people = [who.person if isinstance(who, Actor) else type(who) for who in found]
    expected = {"staff access": "staff:ana", "contact": "contact:cara"}
    assert people == [expected.get(kind, Unauthenticated) for kind in (*secrets, *secrets)]


async def test_only_access_and_contact_tokens_open_sockets(here: World) -> None:
    for kind, token in (await classes(here)).items():
        socket = await RawSocket.opens(here.url)
        await socket.frame()
        await socket.says({"type": "auth", "token": token})
        if kind in ("staff access", "contact"):
            assert b"ready" in (await socket.frame())[1]
        else:
            assert await socket.close_code() == 4401, kind


async def test_only_refresh_tokens_refresh(here: World) -> None:
    for kind, token in (await classes(here)).items():
        assert (await refreshes(here, token))[0] == (200 if kind == "refresh" else 401), kind


async def test_only_the_set_up_secret_sets_up_and_only_where_nobody_works(here: World) -> None:
    body = {"workspace_name": "Mine", "name": "Eve", "email": "eve2@x.example", "password": "a good long one"}
    for kind, token in (await classes(here)).items():
        status = await here.eve.status_of("POST", "/v1/setup", json={**body, "secret": token})
        assert status == 401, kind


async def test_a_set_up_secret_works_once_and_for_an_hour(tmp_path: Path) -> None:
    app = App(Settings(database=str(tmp_path / "new.db"), listen=["127.0.0.1:0"], log_level="error"))
    await app.start()
    try:
        database = app.database
        first = await database.write(make_setup_secret, system())
        second = await database.write(make_setup_secret, system())
        assert len(second) > 40
        body = {"workspace_name": "Mine", "name": "Ana", "email": "ana@x.example", "password": "a good long one"}
        async with aiohttp.ClientSession() as http:

            async def sets_up(secret: str) -> int:
                async with http.post(app.server.public_url + "/v1/setup", json={**body, "secret": secret}) as answer:
                    return answer.status

            assert await sets_up(first) == 401
            clock = database.clock
            clock._latest += rules.SETUP + 1_000
            assert await sets_up(second) == 401
            third = await database.write(make_setup_secret, system())
            assert sorted(await asyncio.gather(*(sets_up(third) for _ in range(10)))) == [201] + [401] * 9
            fourth = await database.write(make_setup_secret, system())
            assert await sets_up(fourth) == 401  # somebody works here now
    finally:
        await app.stop()


async def test_of_a_hundred_refreshes_with_one_token_one_succeeds(world: World) -> None:
    session = await signs_in(world, "ana@greenleaf.example")
    found = await asyncio.gather(*(refreshes(world, session["refresh_token"]) for _ in range(100)))
    assert sorted(status for status, _ in found) == [200] + [401] * 99
    (winner,) = [answer for status, answer in found if status == 200]
    # Somebody has a copy, and nobody knows who: the whole family is over.
    assert await world.ana.status_of("GET", "/v1/me", **bearing(winner["access_token"])) == 401
    assert (await refreshes(world, winner["refresh_token"]))[0] == 401


async def test_an_access_token_is_over_once_it_is_renewed(here: World) -> None:
    session = await signs_in(here, "ana@greenleaf.example")
    assert (await refreshes(here, session["refresh_token"]))[0] == 200
    assert await here.ana.status_of("GET", "/v1/me", **bearing(session["access_token"])) == 401


async def test_tokens_have_256_bits_and_the_database_none_of_them(here: World, tmp_path: Path) -> None:
    secrets = await classes(here)
    secrets = {kind: secrets[kind] for kind in ("staff access", "contact", "refresh", "ticket", "set-up", "password")}
    for kind, secret in secrets.items():
        assert kind == "password" or len(secret) >= 4 + 43
    stored = whole(tmp_path)
    assert b"greenleaf" in stored
    for kind, secret in secrets.items():
        assert secret.encode() not in stored and secret.encode()[4:] not in stored, kind


def whole(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())


async def test_a_contacts_token_may_be_64_hex_characters_and_is_one_like_any_other(world: World) -> None:
    boss = system(GREENLEAF)
    issued = await world.app.database.write(issue_token, boss, "cara", bare=True)
    assert re.fullmatch(r"[0-9a-f]{64}", issued.secret)
    path = f"/v1/conversations/{world.conversation}"
    assert await world.cara.status_of("GET", path, **bearing(issued.secret)) == 200
    assert await world.cara.status_of("GET", path, **bearing(rules.digest(issued.secret))) == 401
    assert await world.cara.status_of("GET", path, **bearing(issued.secret.upper())) == 401
    await world.app.database.write(revoke_token, boss, issued.token.id)
    assert await world.cara.status_of("GET", path, **bearing(issued.secret)) == 401


async def test_what_a_browsers_cookie_carries_names_its_session_without_being_used_up(world: World) -> None:
    session = await signs_in(world, "ana@greenleaf.example")
    identify, token = world.app.server.identify, session["refresh_token"]
    for _ in range(2):
        world.app.server.credentials.forget((world.ana.actor.person,))
        actor = await identify(token, "192.0.2.1", cookie=True)
        assert (actor.person, actor.expires_at) == ("staff:ana", session["refresh_expires_at"])
    used, (_, session) = token, await refreshes(world, token)
    world.app.server.credentials.forget((world.ana.actor.person,))
    token = session["refresh_token"]
    assert (await identify(token, "192.0.2.1", cookie=True)).person == "staff:ana"
    for wrong in (used, session["access_token"], world.cara.token, token + "x", rules.REFRESH):
        with pytest.raises(Unauthenticated):
            await identify(wrong, "192.0.2.1", cookie=True)
    with pytest.raises(Unauthenticated):
        await identify(token, "192.0.2.1")
    await world.ana.asks("DELETE", "/v1/session", status=204, **bearing(session["access_token"]))
    with pytest.raises(Unauthenticated):
        await identify(token, "192.0.2.1", cookie=True)


async def test_a_secret_is_shown_once(here: World) -> None:
    issued = await here.ana.asks("POST", "/v1/contacts/cara/tokens", json={"label": "x"}, status=201)
    assert issued["url"].startswith(here.url + "/chat#token=")
    listed = await here.ana.asks("GET", "/v1/contacts/cara/tokens", status=200)
    assert issued["token"] not in str(listed) and issued["token"][4:] not in str(listed)


@pytest.mark.parametrize(
    "email", ["nobody@greenleaf.example", "", "x" * 5_000, "'; --", "ana@greenleaf.example\x7f", "a@b@c"]
)
async def test_a_wrong_address_is_answered_like_a_wrong_password(here: World, email: str) -> None:
    wrong = await signs_in(here, "ana@greenleaf.example", status=401, password="wrong password")
    unknown = await signs_in(here, email, status=401)
    del wrong["request_id"], unknown["request_id"]
    assert wrong == unknown


async def test_a_wrong_address_takes_as_long_as_a_wrong_password() -> None:
    passwords = Passwords()
    stored = await passwords.hash("a good long one")

    async def took(digest: str | None) -> float:
        started = time.process_time()  # of all threads; a busy machine does not count
        assert not await passwords.verify(digest, "wrong password")
        return time.process_time() - started

    pairs = [(await took(stored), await took(None)) for _ in range(8)]
    known, unknown = (min(times) for times in zip(*pairs, strict=True))
    assert 0.6 < known / unknown < 1.6


async def test_sign_ins_are_counted_by_address_and_by_account(tmp_path: Path) -> None:
    async with place(tmp_path, limit_sign_in_account="3/h", limit_sign_in_address="8/h") as world:
        for _ in range(3):
            await signs_in(world, "ana@greenleaf.example", status=401, password="wrong password")
        refused = await signs_in(world, " ANA@greenleaf.example ", status=429)
        assert refused["code"] == "too_many" and refused["retry_after_ms"] > 0
        for number in range(4):
            await signs_in(world, f"somebody{number}@greenleaf.example", status=401)
        await signs_in(world, "ben@greenleaf.example", status=429)


@pytest.mark.parametrize("password", ["1234567", "x" * 129, "password1", "PASSWORD1", "qwertyuiop", "12345678", ""])
async def test_a_password_nobody_should_have_is_refused(here: World, password: str) -> None:
    body = {"name": "Gil", "email": "gil@greenleaf.example", "password": password}
    assert await here.ana.status_of("POST", "/v1/staff", json=body) == 422


@pytest.mark.parametrize("password", ["aaaa bbbb", "пароль для входа", "😀" * 8, "x" * 128, " spaces count "])
async def test_exactly_what_was_typed_is_the_password(here: World, password: str) -> None:
    body: dict[str, Any] = {"name": "Gil", "email": "gil@greenleaf.example", "password": password}
    await here.ana.asks("POST", "/v1/staff", json=body, status=201)
    await signs_in(here, "gil@greenleaf.example", password=password)
    for other in (password.strip() + "x", password[:-1], password.upper() + ".", password + "\u200b"):
        if other != password:
            await signs_in(here, "gil@greenleaf.example", status=401, password=other)
    assert people_rules.PASSWORD == (8, 128)


async def test_no_account_is_there_from_the_start(tmp_path: Path) -> None:
    app = App(Settings(database=str(tmp_path / "new.db"), listen=["127.0.0.1:0"], log_level="error"))
    await app.start()
    assert not await app.database.read(any_staff, system())
    await app.stop()


def test_secrets_are_never_compared_with_equals() -> None:
    # What is looked up by digest is compared by the index; the two that are compared here take constant time.
    word = r"(token|secret|digest|password|signature|mac|hash)"
    compared = re.compile(rf"\b\w*{word}\w*(\(\w+\))? (==|!=) \w|\w (==|!=) \w*{word}\b")
    found = []
    for folder in ("wires", "features", "live", "core"):
        for file in (ROOT / "careline" / folder).rglob("*.py"):
            found += [f"{file.name}: {line.strip()}" for line in file.read_text().splitlines() if compared.search(line)]
    assert found == []
