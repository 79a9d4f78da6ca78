"""Shut out is shut out (S-026 to S-028, S-043, S-072): every door, every socket, at once and for good."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from careline.core.actor import Actor, system
from careline.core.errors import Unauthenticated, Unavailable
from careline.core.events import Recorded
from careline.features.conversations.actions import add_participant, remove_participant
from careline.features.messages.changes import delete_message, edit_message
from careline.features.people.accounts import find_account
from careline.features.people.rows import Account
from careline.features.people.staff import add_staff, deactivate_staff, update_staff
from careline.features.tokens import sessions
from careline.features.tokens.actions import actor_again, actors_by_secret, revoke_token
from careline.features.tokens.events import SessionRevoked
from careline.features.tokens.once import issue_ticket
from careline.store.database import Tx
from tests.security.places import place
from tests.security.raw import RawSocket
from tests.world import GREENLEAF, HILLSIDE, PASSWORD, Person, World

Session = dict[str, Any]


async def signs_in(world: World, email: str, *, status: int = 200, **more: Any) -> Session:
    body = {"email": email, "password": PASSWORD, **more}
    async with world.http.post(world.url + "/v1/session", json=body) as answer:
        assert answer.status == status, await answer.text()
        session: Session = await answer.json()
        return session


async def refreshes(world: World, token: str, **more: Any) -> tuple[int, Session]:
    async with world.http.post(world.url + "/v1/session/refresh", json={"refresh_token": token, **more}) as answer:
        return answer.status, await answer.json()


def bearing(token: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


End = Callable[[World, Session], Awaitable[object]]


async def _signs_out(world: World, session: Session) -> None:
    assert await world.ben.status_of("DELETE", "/v1/session", **bearing(session["access_token"])) == 204


async def _changes_the_password(world: World, session: Session) -> None:
    body = {"old_password": PASSWORD, "new_password": PASSWORD + " again"}
    path = "/v1/session/password"
    assert await world.ben.status_of("POST", path, json=body, **bearing(session["access_token"])) == 204


async def _is_deactivated(world: World, session: Session) -> None:
    await world.app.database.write(deactivate_staff, world.ana.actor, "ben")


async def _is_found_out(world: World, session: Session) -> None:
    """A copy of the refresh token was used, and so was the original."""
    assert (await refreshes(world, session["refresh_token"]))[0] == 200
    assert (await refreshes(world, session["refresh_token"]))[0] == 401


ENDS: list[End] = [_signs_out, _changes_the_password, _is_deactivated, _is_found_out]


@pytest.mark.parametrize("end", ENDS)
async def test_what_ends_a_session_ends_all_that_came_of_it(world: World, end: End) -> None:
    session = await signs_in(world, "ben@greenleaf.example")
    access = session["access_token"]
    assert await world.ben.status_of("GET", "/v1/me", **bearing(access)) == 200  # remembered from here on
    ticket = await world.ben.asks("POST", "/v1/tickets", status=201, **bearing(access))
    socket = await world.ben.opens(token=access)
    started = time.monotonic()
    await end(world, session)
    assert await socket.is_closed(within=2) == 4410
    assert time.monotonic() - started < 2
    assert await world.ben.status_of("GET", "/v1/me", **bearing(access)) == 401
    assert await world.ben.status_of("POST", "/v1/tickets", **bearing(access)) == 401
    assert (await refreshes(world, session["refresh_token"]))[0] == 401
    assert await _by_ticket(world, ticket["ticket"]) == 4401


async def _by_ticket(world: World, ticket: str) -> int:
    socket = await RawSocket.opens(world.url)
    await socket.frame()
    await socket.says({"type": "auth", "ticket": ticket})
    code = await socket.close_code()
    socket.gone()
    return code


async def test_somebody_deactivated_comes_in_by_no_door(here: World) -> None:
    session = await signs_in(here, "ben@greenleaf.example")
    ticket = await here.app.database.write(issue_ticket, here.ben.actor, "")
    await here.app.database.write(deactivate_staff, here.ana.actor, "ben")
    await signs_in(here, "ben@greenleaf.example", status=401)
    assert (await refreshes(here, session["refresh_token"]))[0] == 401
    assert await here.ben.status_of("GET", "/v1/me") == 401
    assert await _by_ticket(here, ticket.ticket) == 4401
    with pytest.raises(Unauthenticated):
        await here.app.database.read(actor_again, Actor(GREENLEAF, "staff", "ben", credential="issuer:x"))


@pytest.mark.parametrize("change", [{"scope": "all"}, {"role": "admin"}])
async def test_changed_rights_end_the_sockets_that_came_in_by_the_old_ones(here: World, change: dict[str, Any]) -> None:
    ben = await here.ben.opens()
    assert (await here.ben.asks("GET", "/v1/me", status=200))["scope"] == "participating"
    await here.app.database.write(update_staff, here.ana.actor, "ben", **change)
    assert await ben.is_closed() == 4410
    me = await here.ben.asks("GET", "/v1/me", status=200)
    assert me | change == me


async def test_nothing_is_heard_after_the_end(here: World) -> None:
    cara = await here.cara.opens()
    token_id = here.cara.actor.credential.removeprefix("token:")
    await here.app.database.write(revoke_token, here.ana.actor, token_id)
    await here.ana.sends(here.conversation, "not for this socket any more")
    assert await cara.is_closed() == 4410
    assert await here.cara.status_of("GET", f"/v1/conversations/{here.conversation}") == 401


async def test_who_ignores_the_goodbye_hears_nothing_more(here: World) -> None:
    socket = await RawSocket.opens(here.url)
    await socket.enters(here.cara.token)
    token_id = here.cara.actor.credential.removeprefix("token:")
    await here.app.database.write(revoke_token, here.ana.actor, token_id)
    assert await socket.close_code() == 4410
    await here.ana.sends(here.conversation, "canary")
    with pytest.raises((TimeoutError, asyncio.IncompleteReadError)):
        await socket.frame(within=0.5)


async def works_elsewhere_too(world: World) -> None:
    """Ben, at Hillside as well."""

    async def add(tx: Tx, actor: Actor) -> None:
        account = await find_account(tx, actor, "ben@greenleaf.example")
        assert account
        await add_staff(tx, actor, "Ben", staff_id="ben-too", account_id=account.id)

    await world.app.database.write(add, system(HILLSIDE))


async def test_signing_out_in_one_workspace_leaves_no_socket_in_another(here: World) -> None:
    await works_elsewhere_too(here)
    session = await signs_in(here, "ben@greenleaf.example", workspace_id=GREENLEAF)
    old = await here.ben.opens(token=session["access_token"])
    status, moved = await refreshes(here, session["refresh_token"], workspace_id=HILLSIDE)
    assert (status, moved["workspace"]["id"]) == (200, HILLSIDE)
    assert await old.is_closed() == 4410
    assert await here.ben.status_of("GET", "/v1/me", **bearing(session["access_token"])) == 401
    new = await here.ben.opens(token=moved["access_token"])
    assert await here.ben.status_of("DELETE", "/v1/session", **bearing(moved["access_token"])) == 204
    assert await new.is_closed() == 4410


async def test_a_changed_password_ends_sessions_in_every_workspace(here: World) -> None:
    await works_elsewhere_too(here)
    first = await signs_in(here, "ben@greenleaf.example", workspace_id=GREENLEAF)
    second = await signs_in(here, "ben@greenleaf.example", workspace_id=HILLSIDE)
    await _changes_the_password(here, first)
    for session in (first, second):
        assert await here.ben.status_of("GET", "/v1/me", **bearing(session["access_token"])) == 401
        assert (await refreshes(here, session["refresh_token"]))[0] == 401


async def test_a_password_changes_with_the_end_of_all_its_sessions_or_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await works_elsewhere_too(world)
    places = (GREENLEAF, HILLSIDE)
    here, there = [await signs_in(world, "ben@greenleaf.example", workspace_id=id_) for id_ in places]
    sockets = [await world.ben.opens(token=session["access_token"]) for session in (here, there)]
    body = {"old_password": PASSWORD, "new_password": PASSWORD + " again"}
    revoke = sessions._revoke

    async def fails_there(tx: Tx, actor: Actor, session: Any) -> None:
        if session.workspace_id == HILLSIDE:
            raise Unavailable
        await revoke(tx, actor, session)

    with monkeypatch.context() as patch:
        patch.setattr(sessions, "_revoke", fails_there)
        answer = await world.ben.status_of("POST", "/v1/session/password", json=body, **bearing(here["access_token"]))
        assert answer == 503
    for session in (here, there):
        assert await world.ben.status_of("GET", "/v1/me", **bearing(session["access_token"])) == 200
    told: list[list[str]] = []
    on_commit = world.app.database.on_commit

    def hear(facts: list[Recorded]) -> None:
        told.append([fact.workspace_id for fact in facts if isinstance(fact.event, SessionRevoked)])
        on_commit(facts)

    monkeypatch.setattr(world.app.database, "on_commit", hear)
    await _changes_the_password(world, here)
    assert [set(those) for those in told if those] == [{id_} for id_ in places]
    for socket in sockets:
        assert await socket.is_closed() == 4410
    for workspace_id in places:
        await signs_in(world, "ben@greenleaf.example", workspace_id=workspace_id, status=401)
        await signs_in(world, "ben@greenleaf.example", workspace_id=workspace_id, password=PASSWORD + " again")
    for conversation, person in ((world.conversation, world.ana), (world.fay_conversation, world.eve)):
        await person.sends(conversation, "and the numbers go on")
    database, journal = world.app.database, world.app.journal
    for workspace_id, seq in (await database.read(journal.heads, system(), list(places))).items():
        facts = await database.read(journal.read, system(workspace_id), 0, 1_000)
        assert [fact.seq for fact in facts] == list(range(1, seq + 1))


@pytest.fixture
def compared(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """A comparison of a password that is slow once: `begun`, and it ends when it `may_end`."""
    begun, may_end = asyncio.Event(), asyncio.Event()
    passwords, verify = world.app.server.passwords, world.app.server.passwords.verify

    async def slow(stored: str | None, password: str) -> bool:
        right = await verify(stored, password)
        if not begun.is_set():
            begun.set()
            await may_end.wait()
        return right

    monkeypatch.setattr(passwords, "verify", slow)
    return begun, may_end


async def test_nobody_signs_in_with_a_password_that_was_changed_while_it_was_compared(
    world: World, compared: tuple[asyncio.Event, asyncio.Event]
) -> None:
    begun, may_end = compared
    old = asyncio.create_task(signs_in(world, "ben@greenleaf.example", status=401))
    await begun.wait()
    await _changes_the_password(world, {"access_token": world.ben.token})
    may_end.set()
    assert (await old)["detail"] == "E-mail address or password is wrong."
    await signs_in(world, "ben@greenleaf.example", password=PASSWORD + " again")


async def test_nobody_changes_a_password_that_was_changed_while_theirs_was_compared(
    world: World, compared: tuple[asyncio.Event, asyncio.Event]
) -> None:
    begun, may_end = compared
    database, account = world.app.database, await _account(world)
    here, there = [await database.write(sessions.start_session, system(), account.id) for _ in range(2)]
    body = {"old_password": PASSWORD, "new_password": PASSWORD + " for a thief"}
    headers = bearing(here.access_token)
    late = asyncio.create_task(world.ben.status_of("POST", "/v1/session/password", json=body, **headers))
    await begun.wait()
    await _changes_the_password(world, {"access_token": there.access_token})
    may_end.set()
    assert await late == 403
    await signs_in(world, "ben@greenleaf.example", password=PASSWORD + " again")


async def _account(world: World) -> Account:
    account = await world.app.database.read(find_account, system(), "ben@greenleaf.example")
    assert account is not None
    return account


async def test_a_session_that_starts_while_the_password_changes_ends_with_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password is the one that was compared until the session is there to be ended."""
    database, account = world.app.database, await _account(world)
    changing: list[asyncio.Task[None]] = []
    start = sessions.start_session

    async def overtaken(tx: Tx, actor: Actor, *args: Any) -> Any:
        loop.call_soon_threadsafe(
            lambda: changing.append(
                loop.create_task(database.write(sessions.change_password, system(), account.id, "another"))
            )
        )
        if database.engine.name == "postgres":
            await asyncio.sleep(0.3)
        return await start(tx, actor, *args)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(sessions, "start_session", overtaken)
    issued = await database.write(sessions.sign_in, system(), account)
    await asyncio.sleep(0)
    await changing[0]
    assert await world.ben.status_of("GET", "/v1/me", **bearing(issued.access_token)) == 401


async def test_guesses_at_a_password_count_against_nobody_of_another_workspace(tmp_path: Any) -> None:
    async with place(tmp_path, limit_sign_in_account="3/h") as world:
        namesake = await world.works("ben", "Ben", HILLSIDE)
        body = {"old_password": "a wild guess", "new_password": PASSWORD + " again"}
        path = "/v1/session/password"
        assert [await world.ben.status_of("POST", path, json=body) for _ in range(4)] == [403, 403, 403, 429]
        assert await namesake.status_of("POST", path, json=body) == 403


async def test_what_is_revoked_while_it_is_looked_up_lets_nobody_in(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer of the database is on its way to us when the revocation passes it."""
    database, read = here.app.database, here.app.database.read
    revoked = False

    async def slow(verb: Any, *args: Any, **named: Any) -> Any:
        nonlocal revoked
        found = await read(verb, *args, **named)
        if verb is actors_by_secret and not revoked:
            revoked = True
            await database.write(revoke_token, here.ana.actor, here.cara.actor.credential.removeprefix("token:"))
        return found

    await here.app.server.follow(GREENLEAF)
    monkeypatch.setattr(database, "read", slow)
    socket = await RawSocket.opens(here.url)
    await socket.frame()
    await socket.says({"type": "auth", "token": here.cara.token})
    assert await socket.close_code() in (4401, 4410)
    assert await here.cara.status_of("GET", "/v1/me") == 401


async def test_what_is_revoked_before_anybody_listens_is_not_remembered(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = here.app.server
    assert not server.tail.follows(GREENLEAF)
    follow = server.follow

    async def late(workspace_id: str) -> None:
        await here.app.database.write(revoke_token, here.ana.actor, here.cara.actor.credential.removeprefix("token:"))
        await follow(workspace_id)

    monkeypatch.setattr(server, "follow", late)
    assert await here.cara.status_of("GET", "/v1/me") == 401


async def test_others_who_came_before_anybody_listened_are_looked_up_again_too(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of a workspace begins to listen while another's answer is on its way: that answer may be untrue by now."""
    server, database, read = here.app.server, here.app.database, here.app.database.read
    asked, may_go_on = asyncio.Event(), asyncio.Event()

    async def slow(verb: Any, actor: Any, *args: Any, **named: Any) -> Any:
        found = await read(verb, actor, *args, **named)
        if verb is actors_by_secret and not asked.is_set():
            asked.set()
            await may_go_on.wait()
        return found

    monkeypatch.setattr(database, "read", slow)
    cara = asyncio.create_task(here.cara.status_of("GET", "/v1/me"))
    await asked.wait()
    assert not server.tail.follows(GREENLEAF)
    await database.write(revoke_token, here.ana.actor, here.cara.actor.credential.removeprefix("token:"))
    await server.follow(GREENLEAF)
    may_go_on.set()
    assert await cara == 401


async def test_a_clock_set_back_revives_nothing(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = here.app.database.clock
    now = clock()
    monkeypatch.setattr(time, "time_ns", lambda: (now - 86_400_000) * 1_000_000)
    assert clock() == now
    clock._latest = now + 16 * 60_000
    assert await here.ana.status_of("GET", "/v1/me") == 401
    assert clock() == now + 16 * 60_000


async def test_a_revocation_outlives_the_process(tmp_path: Any) -> None:
    async with place(tmp_path) as world:
        token_id = world.cara.actor.credential.removeprefix("token:")
        session = await signs_in(world, "ben@greenleaf.example")
        await _signs_out(world, session)
        await world.app.database.write(revoke_token, world.ana.actor, token_id)
        app, cara = world.app, world.cara
        await world.http.close()
        await app.stop()
        world.http = aiohttp.ClientSession()
        again = type(app)(app.settings, passwords=app.server.passwords)
        await again.start()
        world.app = again
        assert await cara.status_of("GET", "/v1/me") == 401
        assert await cara.status_of("GET", "/v1/me", **bearing(session["access_token"])) == 401
        assert (await refreshes(world, session["refresh_token"]))[0] == 401
        assert await world.ana.status_of("GET", "/v1/me") == 200
        await world.http.close()
        await again.stop()
        await app.database.open()


# What was taken back is not told to whoever comes later ---------------------------------------------------------------


async def missed(person: Person, since: str) -> str:
    return str(await person.asks("GET", f"/v1/events?since={since}", status=200))


async def test_who_comes_back_does_not_read_what_was_deleted_or_edited_meanwhile(world: World) -> None:
    since = await world.cara.was_here()
    wrong = await world.ana.sends(world.conversation, "canary for another patient")
    typo = await world.ana.sends(world.conversation, "canary with a typo")
    other = await world.cara.opens()  # what is worded once is kept for others
    await other.close()
    await world.app.database.write(delete_message, world.ana.actor, wrong.id)
    await world.app.database.write(edit_message, world.ana.actor, typo.id, "without a typo")
    back = await world.cara.opens(since=since)
    told = [await back.hears() for _ in range(4)]
    assert "canary" not in str(told) and "without a typo" in str(told)
    assert "canary" not in await missed(world.cara, since)


async def test_who_has_left_is_told_nothing_more_of_the_past(world: World) -> None:
    conversation, database = world.conversation, world.app.database
    await database.write(add_participant, world.ana.actor, conversation, "contact", "dev")
    dev = await world.dev.opens()
    since = dev.ready["cursor"]
    await world.cara.sends(conversation, "while Dev was here")
    assert (await dev.hears("message.sent"))["data"]["message"]["body"] == "while Dev was here"
    await database.write(remove_participant, world.ana.actor, conversation, "contact", "dev")
    await dev.hears("participant.left")
    await world.cara.sends(conversation, "after Dev has left")
    await dev.hears_nothing()
    assert "Dev" not in str((await world.dev.asks("GET", f"/v1/events?since={since}", status=200))["items"]).replace(
        "'name': 'Dev'", ""
    )
    assert await world.dev.status_of("GET", f"/v1/conversations/{conversation}/messages") == 404


async def test_a_note_is_never_heard_by_a_contact(world: World) -> None:
    cara = await world.cara.opens()
    note = await world.ana.sends(world.conversation, "canary among us", kind="note")
    await world.app.database.write(edit_message, world.ana.actor, note.id, "canary again")
    await world.app.database.write(delete_message, world.ana.actor, note.id)
    await cara.hears_nothing()
    assert "canary" not in await missed(world.cara, cara.ready["cursor"])
