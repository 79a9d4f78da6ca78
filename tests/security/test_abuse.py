"""Too much, too often, and more than was asked for (SECURITY.md J; S-064, S-080, S-082, S-083, S-088, S-090, S-144)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from careline.core.limits import Limiter, Rate, network
from careline.wires.native.commands import COMMANDS
from tests.security.places import place
from tests.world import GREENLEAF, World

# What the server alone says of a thing, whoever asks (CVE-2026-72719, CVE-2026-9816).
OURS = ("workspace_id", "location_id", "sender_id", "sender_kind", "sender_type", "role_id", "seq", "created_at",
        "read_at", "updated_at", "deleted_at", "created_by", "thread", "is_admin", "identified_at")  # fmt: skip


@pytest.mark.parametrize("name", sorted(COMMANDS))
async def test_a_field_that_is_the_servers_own_is_refused(here: World, name: str) -> None:
    command = COMMANDS[name]
    taken = set(command.takes.__struct_fields__)
    path = command.path.replace("{conversation_id}", here.conversation).replace("{kind}", "contact")
    path = path.replace("{contact_id}", "cara").replace("{staff_id}", "ana").replace("{person_id}", "cara")
    path = path.replace("{message_id}", "x").replace("{token_id}", "x")
    somebody = here.cara if command.who == "contact" else here.ana
    for field in OURS:
        if field in taken:
            continue
        sent: dict[str, Any] = {"params": {field: "x"}} if command.method == "GET" else {"json": {field: "x"}}
        assert await somebody.status_of(command.method, path, **sent) in (422, 400), field


async def test_the_servers_own_values_stand(here: World) -> None:
    said = await here.cara.asks(
        "POST", f"/v1/conversations/{here.conversation}/messages", json={"body": "x"}, status=201
    )
    assert (said["sender_kind"], said["sender_id"], said["sender_name"]) == ("contact", "cara", "Cara")
    for field, value in (("kind", "note"), ("kind", "system"), ("sender_label", "Pharmacy")):
        body = {"body": "x", field: value}
        assert await here.cara.status_of("POST", f"/v1/conversations/{here.conversation}/messages", json=body) == 403


@pytest.mark.parametrize(
    "name", ["Ana\nAdmin", "\u202enimdA", "A\u200bna", "\x1b[31mAna", "Ana\u2066", "Pharmacy\u0000"]
)
async def test_a_name_is_one_clean_line(here: World, name: str) -> None:
    status = await here.cara.status_of("PATCH", "/v1/me", json={"name": name})
    if status == 200:
        kept = (await here.ana.asks("GET", "/v1/contacts/cara", status=200))["name"]
        assert kept.isprintable() and "\n" not in kept and "\u202e" not in kept
    else:
        assert status == 422


async def test_what_is_linked_is_of_the_same_conversation(here: World) -> None:
    elsewhere = [await here.dev.sends(here.dev_conversation, "x"), await here.fay.sends(here.fay_conversation, "x")]
    note = await here.ana.sends(here.conversation, "among us", kind="note")
    path = f"/v1/conversations/{here.conversation}"
    for message in (*elsewhere, note):
        body = {"body": "x", "reply_to": message.id}
        assert await here.cara.status_of("POST", f"{path}/messages", json=body) == 404
    assert await here.ana.status_of("POST", f"{path}/messages", json={"body": "x", "reply_to": elsewhere[0].id}) == 404
    assert await here.ana.status_of("POST", f"{path}/assign", json={"staff_id": "eve"}) == 404
    for body in ({"kind": "contact", "id": "fay"}, {"kind": "staff", "id": "eve"}):
        assert await here.ana.status_of("POST", f"{path}/participants", json=body) == 404
    assert await here.ana.status_of("GET", f"{path}/messages?around={elsewhere[0].id}") == 404


async def test_a_client_id_is_its_senders_own_in_one_conversation(here: World) -> None:
    path = f"/v1/conversations/{here.conversation}/messages"
    first = await here.cara.asks("POST", path, json={"body": "x", "client_id": "k"}, status=201)
    assert await here.cara.status_of("POST", path, json={"body": "another", "client_id": "k"}) == 409
    other = await here.ana.asks("POST", path, json={"body": "y", "client_id": "k"}, status=201)
    assert first["id"] != other["id"] and other["client_id"] == "k"
    heard = await here.ana.asks("GET", f"/v1/messages/{first['id']}", status=200)
    assert heard["client_id"] is None
    for wrong in ("", "x" * 1_024, "a\nb", "\u00e9", 7, ["k"]):
        assert await here.cara.status_of("POST", path, json={"body": "x", "client_id": wrong}) in (422,) or wrong == ""


async def test_two_hundred_beginnings_make_one_conversation(world: World) -> None:
    newcomer = await world.writes("nel", "Nel", GREENLEAF)
    begun = await asyncio.gather(*(newcomer.asks("POST", "/v1/conversations", json={}, status=200) for _ in range(200)))
    assert len({conversation["id"] for conversation in begun}) == 1


async def test_a_stranger_who_says_they_are_somebody_stays_a_stranger(here: World) -> None:
    await here.ana.asks(
        "PATCH", "/v1/contacts/cara", json={"email": "cara@x.example", "phone": "+441234567"}, status=200
    )
    await here.cara.sends(here.conversation, "canary")
    body = {"workspace_id": GREENLEAF, "name": "Cara", "email": "cara@x.example", "phone": "+441234567"}
    visit = await here.cara.asks("POST", "/v1/visitors", json=body, status=201)
    assert visit["contact"]["id"] != "cara" and visit["contact"]["anonymous"] is True
    headers = {"Authorization": f"Bearer {visit['token']}"}
    listed = await here.cara.asks("GET", "/v1/conversations", headers=headers, status=200)
    assert [item["id"] for item in listed["items"]] == [visit["conversation"]["id"]]
    await here.cara.asks("PATCH", "/v1/me", headers=headers, json={"email": "cara@x.example"}, status=200)
    again = await here.ana.asks("GET", f"/v1/contacts/{visit['contact']['id']}", status=200)
    assert again["anonymous"] is True
    assert await here.cara.status_of("GET", f"/v1/conversations/{here.conversation}", headers=headers) == 404


async def test_contacts_are_told_nothing_of_the_staffs_side(here: World) -> None:
    """Ids, addresses and doings of staff, notes, other people's tokens: in no answer and no event (S-090)."""
    conversation = f"/v1/conversations/{here.conversation}"
    cara = await here.cara.opens()
    await here.ana.asks("POST", f"{conversation}/assign", json={"staff_id": "ben"}, status=200)
    await here.ana.sends(here.conversation, "canary note", kind="note")
    said = await here.ana.sends(here.conversation, "for Cara")
    await here.ana.asks("POST", f"{conversation}/read", json={}, status=200)
    answers = [await here.cara.asks("GET", path, status=200) for path in (
        "/v1/me", "/v1/conversations", conversation, f"{conversation}/messages", f"{conversation}/presence",
        f"/v1/messages/{said.id}", f"/v1/messages/{said.id}/receipts", f"/v1/events?since={cara.ready['cursor']}",
    )]  # fmt: skip
    heard = []
    try:
        while True:
            heard.append(await cara.hears(within=0.3))
    except TimeoutError:
        pass
    assert heard
    for told in (*answers, *heard):
        text = str(told)
        assert (
            "canary" not in text and "greenleaf.example" not in text and "session:" not in text and "token:" not in text
        )
        assert "'ana'" not in text and "'ben'" not in text and "staff:" not in text, text


async def test_the_same_ids_in_two_workspaces_are_two_people(here: World) -> None:
    other = await here.writes("cara-too", "Other", "hillside")
    twin = await here.app.database.write(add_twin, here.eve.actor)
    assert twin == "cara"
    assert (await here.eve.asks("GET", "/v1/contacts/cara", status=200))["name"] == "Another Cara"
    assert (await here.ana.asks("GET", "/v1/contacts/cara", status=200))["name"] == "Cara"
    assert await other.status_of("GET", f"/v1/conversations/{here.conversation}") == 404


async def add_twin(tx: Any, actor: Any) -> str:
    from careline.features.people.actions import add_contact

    return (await add_contact(tx, actor, contact_id="cara", name="Another Cara")).id


# How often -----------------------------------------------------------------------------------------------------------


async def test_strangers_begin_so_often_from_one_address_and_in_one_workspace(tmp_path: Path) -> None:
    async with place(
        tmp_path, limit_visits="3/min", limit_visits_workspace="5/min", trusted_proxies=["127.0.0.1"]
    ) as world:

        async def begin(address: str, workspace: str = GREENLEAF) -> int:
            headers = {"X-Forwarded-For": address}
            body = {"workspace_id": workspace}
            async with world.http.post(world.url + "/v1/visitors", json=body, headers=headers) as answer:
                if answer.status == 429:
                    assert int(answer.headers["Retry-After"]) > 0
                    assert (await answer.json())["retry_after_ms"] > 0
                return answer.status

        assert [await begin("198.51.100.7") for _ in range(4)] == [201, 201, 201, 429]
        assert [await begin(f"198.51.100.{n}") for n in range(10, 14)] == [201, 201, 429, 429]
        assert await begin("198.51.100.20", "hillside") == 201


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP"]
)
async def test_an_address_is_not_what_a_header_says(tmp_path: Path, name: str) -> None:
    async with place(tmp_path, limit_visits="2/min") as world:
        found = []
        for number in range(4):
            headers = {name: f"for=203.0.113.{number}" if name == "Forwarded" else f"203.0.113.{number}"}
            body = {"workspace_id": GREENLEAF}
            async with world.http.post(world.url + "/v1/visitors", json=body, headers=headers) as answer:
                found.append(answer.status)
        assert found == [201, 201, 429, 429]


async def test_only_trusted_hops_are_believed_and_from_the_right(tmp_path: Path) -> None:
    proxies = ["127.0.0.1", "10.0.0.0/8"]
    async with place(tmp_path, limit_visits="1/min", trusted_proxies=proxies) as world:

        async def begin(*lines: str) -> int:
            headers = [("X-Forwarded-For", line) for line in lines]
            async with world.http.post(
                world.url + "/v1/visitors", json={"workspace_id": GREENLEAF}, headers=headers
            ) as answer:
                return answer.status

        assert await begin("1.1.1.1, 203.0.113.9, 10.1.1.1") == 201
        assert await begin("2.2.2.2, 203.0.113.9, 10.2.2.2") == 429
        assert await begin("3.3.3.3", "203.0.113.9, 10.2.2.2") == 429  # every line counts, not the first
        assert await begin("garbage, 10.3.3.3") == 201  # what is no address is not believed: 10.3.3.3 itself
        assert await begin("others, 10.3.3.3") == 429


async def test_messages_are_counted_together_on_every_door(tmp_path: Path) -> None:
    async with place(tmp_path, limit_send_contact="4/min", limit_send_staff="6/min") as world:
        path = f"/v1/conversations/{world.conversation}/messages"
        cara = await world.cara.opens()
        for number in range(2):
            await world.cara.asks("POST", path, json={"body": str(number)}, status=201)
            said = await cara.does("message.send", conversation_id=world.conversation, body="x")
            assert said["body"] == "x"
        assert await world.cara.status_of("POST", path, json={"body": "too many"}) == 429
        refused = await cara.does("message.send", conversation_id=world.conversation, body="x")
        assert (refused["error"]["code"], refused["error"]["retry_after_ms"] > 0) == ("too_many", True)
        assert await world.ana.status_of("POST", path, json={"body": "others may"}) == 201


@pytest.mark.parametrize(("address", "peer"), [
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("2001:db8:1:2::1", "2001:db8:1:2::/64"), ("::ffff:1.2.3.4", "1.2.3.4"), ("1.2.3.4", "1.2.3.4"),
    ("garbage", "garbage"),
])  # fmt: skip
def test_who_can_roam_a_whole_network_is_one_peer(address: str, peer: str) -> None:
    assert network(address) == peer


def test_a_limiter_forgets_the_oldest_and_stays_small() -> None:
    limiter, rate = Limiter(most=100), Rate.parse("1/h")
    assert limiter.take(("x", "me"), rate, 0) == 0
    for number in range(10_000):
        limiter.take(("x", str(number)), rate, 0)
    assert len(limiter._full_until) + len(limiter._older) <= 200
    assert all(limiter.take(("x", str(number)), rate, 1) > 0 for number in range(9_900, 10_000))
    assert limiter.take(("x", "me"), rate, 1) == 0
