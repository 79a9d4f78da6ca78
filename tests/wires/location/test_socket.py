"""The location wire's socket: who is let in, what they hear of, and how often."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import aiohttp
import pytest

from careline.core.actor import system
from careline.features.conversations.actions import add_participant, update_conversation
from careline.features.messages.changes import delete_message, edit_message
from careline.features.people.staff import deactivate_staff
from careline.features.tokens.actions import issue_token, revoke_token
from careline.partners import Location
from careline.wires.location.auth import CHAT_TOKEN
from careline.wires.location.socket import APART_S
from tests.wires.location.conftest import CRM, ON, token
from tests.world import GREENLEAF, HILLSIDE, World, stage

Opened = aiohttp.ClientWebSocketResponse
REFETCH = {"type": "refetch", "location_id": GREENLEAF, "contact_id": "cara"}


async def opens(world: World, query: str = "", **headers: str) -> Opened:
    socket: Opened = await world.http.ws_connect(world.url.replace("http", "ws", 1) + "/ws" + query, headers=headers)
    world.sockets.append(socket)
    await socket.send_json({"type": "ping"})
    assert await socket.receive_json(timeout=5) == {"type": "pong"}
    return socket


async def refused(world: World, query: str = "", **headers: str) -> int:
    with pytest.raises(aiohttp.WSServerHandshakeError) as no:
        await opens(world, query, **headers)
    async with world.http.get(world.url + "/ws" + query, headers=headers) as answer:
        assert (await answer.json()).keys() == {"message"}
    return no.value.status


async def hears(socket: Opened, for_: float = 2 * APART_S + 0.15) -> list[Any]:
    """Everything within a while, each with the seconds since the first."""
    heard: list[Any] = []
    loop = asyncio.get_running_loop()
    until = loop.time() + for_
    while (left := until - loop.time()) > 0:
        try:
            heard.append(await socket.receive_json(timeout=left))
        except TimeoutError:
            break
    return heard


def at(locations: str) -> str:
    return f"?locationID={locations}"


@pytest.mark.proves("lo-37")
async def test_staff_and_contacts_come_in_by_header_or_query(place: World) -> None:
    lea = token("lea")
    sockets = [
        await opens(place, at(GREENLEAF), Authorization=f"Bearer {lea}"),
        await opens(place, f"{at(GREENLEAF)}&token={lea}"),
        await opens(place, f"?token={lea}"),
        await opens(place, at(GREENLEAF), **{CHAT_TOKEN: place.cara.token}),
        await opens(place, f"{at(GREENLEAF)}&chat_token={place.cara.token}"),
    ]
    await place.ana.sends(place.conversation, "hello")
    for socket in sockets:
        assert await socket.receive_json(timeout=5) == REFETCH


@pytest.mark.proves("lo-39", "lo-4", "lo-7")
async def test_whoever_may_not_come_in_is_told_so_before_there_is_a_socket(place: World) -> None:
    lea, liz = token("lea"), token("liz", locations=[GREENLEAF, HILLSIDE])
    assert await refused(place) == 401
    assert await refused(place, at(GREENLEAF)) == 401
    assert await refused(place, f"{at(GREENLEAF)}&token=x") == 401
    assert await refused(place, f"{at(GREENLEAF)}&chat_token={lea}") == 401
    assert await refused(place, f"{at(GREENLEAF)}&token={place.ana.token}") == 401
    assert await refused(place, f"{at(HILLSIDE)}&token={lea}") == 403
    assert await refused(place, f"{at(HILLSIDE)}&chat_token={place.cara.token}") == 403
    assert await refused(place, f"{at(GREENLEAF)}&token={lea}", Origin="https://evil.example") == 403
    assert await refused(place, f"?token={liz}") == 400
    await opens(place, f"{at(HILLSIDE)}&token={liz}")


@pytest.mark.proves("lo-38")
async def test_every_change_that_a_question_would_show_is_told(place: World) -> None:
    socket = await opens(place, f"?token={token('lea')}")
    write = place.app.database.write
    message = await place.cara.sends(place.conversation, "hello")
    assert await hears(socket, APART_S * 1.5) == [REFETCH]
    await write(edit_message, place.cara.actor, message.id, "hullo")
    assert await hears(socket, APART_S * 1.5) == [REFETCH]
    await write(update_conversation, place.ana.actor, place.conversation, status="closed")
    assert await hears(socket, APART_S * 1.5) == [REFETCH]
    await write(delete_message, place.cara.actor, message.id)
    assert await hears(socket, APART_S * 1.5) == [REFETCH]


@pytest.mark.proves("lo-44")
async def test_what_no_question_shows_is_not_told(place: World) -> None:
    staff, theirs = await opens(place, f"?token={token('lea')}"), await opens(place, f"?chat_token={place.cara.token}")
    inbox = await place.ana.opens()
    note = await place.ana.sends(place.conversation, "between us", kind="note")
    await place.app.database.write(edit_message, place.ana.actor, note.id, "still between us")
    await place.app.database.write(delete_message, place.ana.actor, note.id)
    await inbox.does("typing.set", conversation_id=place.conversation, typing=True)
    await inbox.does("receipt.read", conversation_id=place.conversation)
    await place.dev.sends(place.dev_conversation, "somebody else's")
    assert await hears(theirs) == []
    assert await hears(staff, 0.2) == [{**REFETCH, "contact_id": "dev"}]


@pytest.mark.proves("lo-41")
async def test_a_burst_is_two_refetches_the_last_after_the_last_change(place: World) -> None:
    socket = await opens(place, f"?token={token('lea')}")
    loop = asyncio.get_running_loop()
    await place.cara.sends(place.conversation, "0")
    assert await socket.receive_json(timeout=5) == REFETCH
    first = loop.time()
    for number in range(1, 20):
        await place.cara.sends(place.conversation, str(number))
    last_change = loop.time()
    await place.dev.sends(place.dev_conversation, "of another thread, at once")
    assert (await socket.receive_json(timeout=5))["contact_id"] == "dev"
    assert await socket.receive_json(timeout=5) == REFETCH
    second = loop.time()
    assert second - first > APART_S * 0.9
    if last_change - first < APART_S * 0.8:  # as quick as it is meant to be: nothing is left to be said
        assert second > last_change and await hears(socket) == []


@pytest.mark.proves("lo-41")
async def test_however_long_it_goes_on_refetches_keep_their_distance(place: World) -> None:
    socket = await opens(place, f"?token={token('lea')}")
    loop = asyncio.get_running_loop()
    times: list[float] = []

    async def listen() -> None:
        while True:
            assert await socket.receive_json() == REFETCH
            times.append(loop.time())

    listening = loop.create_task(listen())
    until, number = loop.time() + 4 * APART_S, 0
    while loop.time() < until:
        await place.cara.sends(place.conversation, str(number := number + 1))
        await asyncio.sleep(0.01)
    last_change = loop.time()
    await asyncio.sleep(2 * APART_S + 0.2)
    listening.cancel()
    # What is read a little late makes the next distance look shorter.
    assert all(later - earlier > APART_S * 0.7 for earlier, later in pairwise(times))
    assert times[-1] >= last_change - 0.05 and 4 <= len(times) <= 7


@pytest.mark.proves("lo-42")
async def test_a_socket_ends_with_what_let_it_in(place: World) -> None:
    issued = await place.app.database.write(issue_token, system(GREENLEAF), "cara")
    theirs = await opens(place, f"?chat_token={issued.secret}")
    staff = await opens(place, f"?token={token('lea')}")
    await place.app.database.write(revoke_token, place.ana.actor, issued.token.id)
    await theirs.receive(timeout=5)
    assert theirs.close_code == 4410
    assert await refused(place, f"?chat_token={issued.secret}") == 401
    await place.app.database.write(deactivate_staff, place.ana.actor, "lea")
    await staff.receive(timeout=5)
    assert staff.close_code == 4410


@pytest.mark.proves("lo-38", "lo-44")
async def test_of_a_conversation_of_several_each_contact_hears_themselves_and_staff_hear_all(place: World) -> None:
    await place.app.database.write(add_participant, place.ana.actor, place.conversation, "contact", "dev")
    staff, theirs = await opens(place, f"?token={token('lea')}"), await opens(place, f"?chat_token={place.cara.token}")
    await place.ana.sends(place.conversation, "to both of you")
    assert await hears(theirs, 0.3) == [REFETCH]
    assert await hears(staff, 0.1) == [REFETCH, {**REFETCH, "contact_id": "dev"}]


@pytest.mark.proves("lo-5")
async def test_whoever_only_takes_part_hears_of_nothing_else(place: World) -> None:
    hal = await opens(place, f"?token={token('hal', 'helper')}")
    await place.ana.sends(place.conversation, "not Hal's")
    assert await hears(hal, 0.3) == []
    await place.app.database.write(add_participant, place.ana.actor, place.conversation, "staff", "hal")
    await place.ana.sends(place.conversation, "Hal's as well")
    assert await hal.receive_json(timeout=5) == REFETCH


@pytest.fixture
async def open_place(database: str) -> AsyncIterator[World]:
    wanted = Location(on=True, issuers=["crm"], anonymous="loopback")
    async with stage(database, location=wanted, issuers=[CRM], origins=["null"]) as world:
        yield world


@pytest.mark.proves("lo-40")
async def test_strangers_hear_of_every_location_and_only_the_word(open_place: World) -> None:
    for query, headers in (("", {}), (at(GREENLEAF), {"Origin": "null"})):
        stranger = await opens(open_place, query, **headers)
        await open_place.cara.sends(open_place.conversation, "here")
        assert await stranger.receive_json(timeout=5) == {"type": "refetch"}
        await asyncio.sleep(APART_S * 1.5)
        await open_place.fay.sends(open_place.fay_conversation, "there")
        assert await stranger.receive_json(timeout=5) == {"type": "refetch"}
        await open_place.eve.sends(open_place.fay_conversation, "a note", kind="note")
        assert await hears(stranger) == []
        await stranger.close()


@pytest.mark.proves("lo-40")
async def test_strangers_of_elsewhere_stay_out_and_wrong_tokens_are_no_strangers(open_place: World) -> None:
    assert await refused(open_place, Origin="https://evil.example") == 401
    assert await refused(open_place, **{"X-Forwarded-For": "192.0.2.7"}) == 401
    assert await refused(open_place, "?token=x") == 401
    assert await refused(open_place, "?chat_token=x") == 401
    url = f"{open_place.url}/location-contact-chat/messages?locationID={GREENLEAF}&contactID=cara"
    async with open_place.http.get(url) as answer:
        assert answer.status == 401


@pytest.mark.proves("lo-12", "lo-39")
async def test_too_many_sockets_are_refused_with_the_time_to_wait(database: str) -> None:
    async with stage(database, location=ON, issuers=[CRM], sockets_per_contact=1) as world:
        query = f"?chat_token={world.cara.token}"
        await opens(world, query)
        assert await refused(world, query) == 429
