"""Every route and command × everybody × everybody's things, from the server's own tables (S-042, S-079, S-084).

A new command or route fails here until somebody has said in tests/security/matrix.py who may use it.
"""

import re
from typing import Any
from urllib.parse import quote

import pytest
from yarl import URL

from careline.core.actor import system
from careline.core.ids import new_id
from careline.features.conversations.actions import list_conversations
from careline.features.messages.actions import list_messages
from careline.features.messages.changes import delete_message
from careline.features.people.accounts import find_account
from careline.features.tokens.sessions import start_session
from careline.wires.http import Route
from careline.wires.native.commands import COMMANDS, Command
from tests.security import matrix
from tests.security.matrix import PEOPLE, SHUT_OUT, STRANGERS, Cast, Line, body, expected, without_id
from tests.security.raw import RawSocket
from tests.world import GREENLEAF, HILLSIDE, Socket, World

EVERYBODY = (*PEOPLE, *STRANGERS, *SHUT_OUT)
MALFORMED = ["%00", "%ff", "..%2f..", "%20", "'%20OR%201=1--", "x" * 1_500, "%f0%9f%92%8a", "null", "%7B%22a%22%3A1%7D",
             "00000000-0000-0000-0000-00000000000", "-1", "%2e%2e"]  # fmt: skip


def test_every_command_and_every_route_is_in_the_table(here: World) -> None:
    lines = matrix.lines()
    assert [line.command for line in lines if line.command not in COMMANDS] == []
    missing = set(COMMANDS) - {line.command for line in lines} - set(matrix.PUBLIC)
    assert not missing, f"{missing} are in no table of tests/security/matrix.py"
    assert {name for name, command in COMMANDS.items() if command.who == "public"} == set(matrix.PUBLIC)
    commands = {f"{c.method} {c.path}" for c in COMMANDS.values()}
    routes = all_routes(here)
    native = {f"{r.method} {r.path}" for r in routes if r.wire.name == "native"} - {"GET /v1/socket"}
    assert commands <= native
    for route in routes:
        name = f"{route.method} {route.path}"
        known = name in commands or name in matrix.EDGE or route.wire.name == "pages" or name in matrix.DOCUMENTS
        known = known or name in matrix.FILES or name in matrix.DOORS or name in matrix.WIRES.get(route.wire.name, {})
        assert known, f"{name} of wire {route.wire.name} is in no table of tests/security/matrix.py"


def all_routes(world: World) -> list[Route]:
    edge: Any = world.app._handler.request_handler
    routes: list[Route] = edge.router.routes
    return routes


async def ask(cast: Cast, person: str, command: Command, fields: dict[str, Any]) -> tuple[int, bytes]:
    """One request over REST."""
    world = cast.world
    path = command.path
    for name, value in fields.items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe="%"))
    rest = {name: value for name, value in fields.items() if f"{{{name}}}" not in command.path}
    rest |= body(command.name)
    more: dict[str, Any] = {}
    if command.method == "GET":
        more["params"] = rest
    elif rest:
        more["json"] = rest
    headers = {} if person == "nobody" else {"Authorization": f"Bearer {await token(cast, person, command.name)}"}
    url = URL(world.url + path, encoded=True)  # as it stands: a client that resolved `..` would ask for something else
    async with world.http.request(command.method, url, headers=headers, **more) as answer:
        return answer.status, await answer.read()


async def token(cast: Cast, person: str, command: str) -> str:
    """Their token; a new one for what ends it."""
    known = cast.people[person]
    if command != "session.delete" or known.actor.kind != "staff" or person in SHUT_OUT:
        return known.token
    database = cast.world.app.database
    account = await database.read(find_account, system(), f"{known.id}@{known.actor.workspace_id}.example")
    assert account
    return (await database.write(start_session, system(), account.id)).access_token


def judge(line: Line, person: str, whose: str, status: int, answer: bytes) -> None:
    where = f"{line.command} by {person} with {whose}: {status} {answer[:300]!r}"
    want = expected(line, person, whose)
    assert str(status)[0] == "2" if want == "ok" else str(status) == want, f"expected {want}: {where}"
    home = HILLSIDE if person in STRANGERS else GREENLEAF
    (elsewhere,) = set(Cast.canary) - {home}
    assert Cast.canary[elsewhere].encode() not in answer, where
    if person in SHUT_OUT or want != "ok":
        assert b"kanarie" not in answer, where


UNKNOWN = {
    "attachment_id": new_id,
    "conversation_id": new_id,
    "flag_id": new_id,
    "message_id": new_id,
    "label_id": new_id,
    "message_ids": lambda: [new_id()],
    "staff_id": new_id,
    "contact_id": new_id,
    "canned_id": new_id,
    "device_id": new_id,
    "token_id": new_id,
}


@pytest.fixture
async def cast(here: World) -> Cast:
    return await Cast.begin(here)


@pytest.fixture
async def casts(world: World) -> Cast:
    """The same on each engine in turn."""
    return await Cast.begin(world)


async def test_over_rest_everybody_gets_their_own_and_nothing_else(casts: Cast) -> None:
    cast = casts
    for line in matrix.lines():
        command = COMMANDS[line.command]
        for person in EVERYBODY:
            for whose in ("own", "another", "foreign"):
                fields = await cast.thing(line, whose)
                status, answer = await ask(cast, person, command, fields)
                judge(line, person, whose, status, answer)
                if line.thing == "-":
                    break


async def test_a_file_is_had_by_whoever_may_know_of_it(casts: Cast) -> None:
    cast = casts
    line = next(line for line in matrix.lines() if line.command == "attachment.get")
    for whose in ("own", "another", "foreign"):
        fields = await cast.thing(line, whose)
        for person in EVERYBODY:
            for route in matrix.FILES:
                url = cast.world.url + route.removeprefix("GET ").format(**fields)
                headers = {} if person == "nobody" else cast.people[person].headers
                async with cast.world.http.get(url, headers=headers) as answer:
                    want = expected(line, person, whose)
                    no_picture = want == "ok" and route.endswith("thumbnail")
                    assert answer.status == (404 if no_picture else 200 if want == "ok" else int(want)), (person, route)


async def test_what_is_not_theirs_looks_like_what_is_not_there(cast: Cast) -> None:
    for line in matrix.lines():
        if line.thing == "-":
            continue
        command = COMMANDS[line.command]
        for person in (*PEOPLE, *STRANGERS):
            answers = []
            for whose in ("foreign", "unknown") if person in PEOPLE else ("own", "unknown"):
                fields = await cast.thing(line, "own" if whose == "unknown" else whose)
                name = next(iter(fields))
                fields |= {name: UNKNOWN[name]()} if whose == "unknown" else {}
                status, answer = await ask(cast, person, command, fields)
                assert str(status) in ("404", "403"), (line.command, person, whose, status, answer)
                answers.append((status, without_id(answer)))
            assert answers[0] == answers[1], (line.command, person)


async def test_a_deleted_message_is_nobody_elses_business(cast: Cast) -> None:
    for line in matrix.lines():
        if line.thing != "message":
            continue
        fields = await cast.thing(line, "own")
        await cast.world.app.database.write(delete_message, cast.world.cara.actor, fields["message_id"])
        for person in EVERYBODY:
            status, answer = await ask(cast, person, COMMANDS[line.command], fields)
            want = expected(line, person, "own")
            assert b"kanarie" not in answer
            assert status in (200, 409) if want == "ok" else status in (int(want), 409), (line.command, person, status)


async def test_a_malformed_id_is_no_id(cast: Cast) -> None:
    for line in matrix.lines():
        if line.thing == "-":
            continue
        command = COMMANDS[line.command]
        for wrong in MALFORMED:
            fields = await cast.thing(line, "own")
            fields[next(iter(fields))] = wrong
            for person in ("cara", "ana", "nobody"):
                status, answer = await ask(cast, person, command, fields)
                assert 400 <= status < 500, (line.command, person, wrong, status, answer)
                assert b"kanarie" not in answer


async def test_public_routes_tell_nobody_anything(cast: Cast) -> None:
    for name, statuses in matrix.PUBLIC.items():
        for person in EVERYBODY:
            status, answer = await ask(cast, person, COMMANDS[name], {})
            assert status in statuses, (name, person, status, answer)
            assert b"kanarie" not in answer


async def test_other_routes_hold_nothing_of_anybodys(cast: Cast) -> None:
    world = cast.world
    for route in all_routes(world):
        name = f"{route.method} {route.path}"
        statuses = (
            matrix.EDGE.get(name)
            or matrix.DOCUMENTS.get(name)
            or (matrix.PAGES if route.wire.name == "pages" else None)
        )
        if statuses is None:
            continue
        path = re.sub(r"{\w+\*?}", "x", route.path)
        for person in ("nobody", "cara", "eve"):
            headers = {} if person == "nobody" else cast.people[person].headers
            async with world.http.request(
                route.method, world.url + path, headers=headers, allow_redirects=False
            ) as answer:
                said = await answer.read()
                assert answer.status in statuses, (name, person, answer.status)
                assert b"kanarie" not in said, name


async def opens(cast: Cast, person: str) -> Socket:
    return await cast.people[person].opens()


async def test_over_the_socket_the_same_holds(cast: Cast) -> None:
    for person in (*PEOPLE, *STRANGERS):
        socket = await opens(cast, person)
        for line in matrix.lines():
            command = COMMANDS[line.command]
            if not command.on_socket:
                continue
            for whose in ("own", "another", "foreign"):
                fields = await cast.thing(line, whose)
                said = await socket.does(line.command, **fields, **body(line.command))
                failed = isinstance(said, dict) and said.get("type") == "error"
                status = said["error"]["status"] if failed else command.status
                judge(line, person, whose, status, str(said).encode())
                if line.thing == "-":
                    break
        await socket.close()


async def test_who_is_shut_out_opens_no_socket(cast: Cast) -> None:
    for person in ("gone", "revoked"):
        socket = await RawSocket.opens(cast.world.url)
        await socket.frame()
        await socket.says({"type": "auth", "token": cast.people[person].token})
        assert await socket.close_code() == 4401
        socket.gone()


async def test_a_command_that_needs_rest_is_none_on_the_socket(cast: Cast) -> None:
    socket = await opens(cast, "ana")
    for name, command in COMMANDS.items():
        if not command.on_socket:
            assert (await socket.does(name))["error"]["code"] == "no_such_command"
            await socket.does("me.get")


# Lists --------------------------------------------------------------------------------------------------------------


async def test_a_list_holds_exactly_what_can_be_read_one_by_one(cast: Cast) -> None:
    """`list == {x : get(x) is answered}`: two predicates that drift apart have leaked elsewhere (S-084)."""
    everything, every = await every_conversation(cast), await every_message(cast)
    for person in (*PEOPLE, *STRANGERS):
        somebody = cast.people[person]
        listed: set[str] = set()
        for view in ("all", "mine", "unassigned"):
            cursor = ""
            while True:
                path = f"/v1/conversations?status=any&view={view}&limit=2{cursor}"
                page = await somebody.asks("GET", path, status=200)
                found = {item["id"] for item in page["items"]}
                assert not (view == "all" and found & listed)
                listed |= found
                if page["next"] is None:
                    break
                cursor = f"&cursor={page['next']}"
            if view == "all":
                whole = set(listed)
        assert listed == whole
        readable = {c for c in everything if await somebody.status_of("GET", f"/v1/conversations/{c}") == 200}
        assert listed == readable, person
        messages = set()
        for conversation in whole:
            page = await somebody.asks("GET", f"/v1/conversations/{conversation}/messages?limit=100", status=200)
            messages |= {item["id"] for item in page["items"]}
        for message in every:
            assert (await somebody.status_of("GET", f"/v1/messages/{message}") == 200) == (message in messages), person


async def every_conversation(cast: Cast) -> list[str]:
    async def look(tx: Any, actor: Any) -> list[str]:
        return [c.id for c in [*await conversations(tx, GREENLEAF), *await conversations(tx, HILLSIDE)]]

    return await cast.world.app.database.read(look, system())


async def conversations(tx: Any, workspace_id: str) -> list[Any]:
    return (await list_conversations(tx, system(workspace_id), status="any", limit=1_000))[0]


async def every_message(cast: Cast) -> list[str]:
    """One note among them."""
    await cast.world.ana.sends(cast.world.conversation, "a note", kind="note")

    async def look(tx: Any, actor: Any) -> list[str]:
        found = []
        for home in (GREENLEAF, HILLSIDE):
            for conversation in await conversations(tx, home):
                page = await list_messages(tx, system(home), conversation.id, limit=1_000)
                found += [message.id for message in page.items]
        return found

    return await cast.world.app.database.read(look, system())
