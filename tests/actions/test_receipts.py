"""Receipts: markers only go up, unread is what a recount says, and every message knows who read it when."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careline.core.actor import Actor, system
from careline.core.errors import NotFound, Refused
from careline.features.conversations.actions import access
from careline.features.messages.actions import list_messages
from careline.features.messages.rows import Message
from careline.features.receipts.actions import list_receipts, mark_messages, marks_over
from careline.features.receipts.rows import Marking, MarkKind
from careline.features.receipts.rules import reached
from careline.store.database import Tx
from tests.world import GREENLEAF, Person, World


async def mark(
    world: World, person: Person, kind: MarkKind, up_to: str | None = None, ids: tuple[str, ...] | None = None
) -> int:
    marking = Marking(person.actor, world.conversation, kind, up_to, ids)
    (result,) = await world.app.database.write_many(mark_messages, system(GREENLEAF), [marking])
    if isinstance(result, Refused):
        raise result
    return result


async def times(world: World, person: Person) -> list[tuple[bool, bool]]:
    """For each message, whether it was delivered and read."""

    async def look(tx: Tx, actor: Actor) -> list[tuple[bool, bool]]:
        messages = (await list_messages(tx, actor, world.conversation)).items
        had = reached(messages, await marks_over(tx, actor, messages))
        return [(had[m.id][0] is not None, had[m.id][1] is not None) for m in messages]

    return await world.app.database.read(look, person.actor)


async def test_reading_up_to_a_message_leaves_the_rest_unread(world: World) -> None:
    said = [await world.cara.sends(world.conversation, str(n)) for n in range(5)]
    assert await mark(world, world.ana, "read", up_to=said[2].id) == 2
    assert await times(world, world.cara) == [(True, True)] * 3 + [(False, False)] * 2
    assert await mark(world, world.ana, "read") == 0


async def test_a_marker_never_goes_back(world: World) -> None:
    said = [await world.cara.sends(world.conversation, str(n)) for n in range(3)]
    await mark(world, world.ana, "read")
    assert await mark(world, world.ana, "read", up_to=said[0].id) == 0


async def test_exactly_these_are_read_and_no_others(world: World) -> None:
    said = [await world.cara.sends(world.conversation, str(n)) for n in range(4)]
    assert await mark(world, world.ana, "read", ids=(said[1].id, said[3].id)) == 2
    assert [read for _, read in await times(world, world.cara)] == [False, True, False, True]


async def test_reading_one_apart_hides_nothing_that_is_read_up_to_later(world: World) -> None:
    said = [await world.cara.sends(world.conversation, str(n)) for n in range(5)]
    await mark(world, world.ana, "read", ids=(said[2].id,))
    for up_to in (2, 4):
        await mark(world, world.ana, "read", up_to=said[up_to].id)
        for message in said[: up_to + 1]:
            (receipt,) = await world.app.database.read(list_receipts, world.cara.actor, message.id)
            assert (receipt.kind, receipt.reader_id) == ("read", "ana")


async def test_any_staff_member_reads_for_the_whole_side(world: World) -> None:
    gil = await world.works("gil", "Gil", GREENLEAF)
    await world.cara.sends(world.conversation, "anybody?")
    await mark(world, gil, "read")
    assert (await world.app.database.read(access, world.ana.actor, world.conversation)).staff_unread == 0


async def test_every_message_says_who_has_it_and_when(world: World) -> None:
    message = await world.cara.sends(world.conversation, "hello")
    await mark(world, world.ana, "delivered")
    await mark(world, world.ana, "read")
    found = await world.app.database.read(list_receipts, world.cara.actor, message.id)
    assert sorted((r.kind, r.reader_id) for r in found) == [("delivered", "ana"), ("read", "ana")]


async def test_messages_of_elsewhere_cannot_be_marked(world: World) -> None:
    elsewhere = await world.dev.sends(world.dev_conversation, "hello")
    for person, ids in ((world.ana, (elsewhere.id,)), (world.dev, None), (world.eve, None)):
        try:
            await mark(world, person, "read", ids=ids)
        except NotFound:
            continue
        raise AssertionError("a foreign message or conversation was marked")


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.sampled_from(["ana", "cara"])),
        st.tuples(st.just("up_to"), st.sampled_from(["ana", "gil", "cara"]), st.integers(0, 9)),
        st.tuples(st.just("exactly"), st.sampled_from(["ana", "gil", "cara"]), st.sets(st.integers(0, 9), min_size=1)),
    ),
    max_size=25,
)


async def test_unread_always_equals_a_recount(world: World) -> None:
    gil = await world.works("gil", "Gil", GREENLEAF)
    people = {"ana": world.ana, "gil": gil, "cara": world.cara}
    said: list[Message] = []
    read_by: dict[str, set[str]] = {"staff": set(), "contact": set()}

    async def play(acts: list[tuple[object, ...]]) -> None:
        waiting: list[Marking] = []

        async def mark_all() -> None:
            await world.app.database.write_many(mark_messages, system(GREENLEAF), waiting)
            waiting.clear()

        for act in acts:
            person = people[str(act[1])]
            if act[0] == "send":
                await mark_all()
                said.append(await person.sends(world.conversation, "x"))
                continue
            chosen = [said[i] for i in ([act[2]] if isinstance(act[2], int) else sorted(act[2])) if i < len(said)]  # type: ignore[call-overload]
            if not chosen:
                continue
            if act[0] == "up_to":
                waiting.append(Marking(person.actor, world.conversation, "read", chosen[0].id))
                read_by[person.actor.kind] |= {m.id for m in said if m.seq <= chosen[0].seq}
            else:
                ids = tuple(m.id for m in chosen)
                waiting.append(Marking(person.actor, world.conversation, "read", message_ids=ids))
                read_by[person.actor.kind] |= {m.id for m in chosen}
        await mark_all()
        after = await world.app.database.read(access, world.ana.actor, world.conversation)
        theirs = {"staff": "contact", "contact": "staff"}
        for side, count in (("staff", after.staff_unread), ("contact", after.contact_unread)):
            assert count == len([m for m in said if m.sender_kind == theirs[side] and m.id not in read_by[side]])

    for acts in EXAMPLES:
        await play(acts)


def _examples() -> list[list[tuple[object, ...]]]:
    found: list[list[tuple[object, ...]]] = []

    @settings(max_examples=25, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(ACTS)
    def collect(acts: list[tuple[object, ...]]) -> None:
        found.append(acts)

    collect()
    return found


EXAMPLES = _examples()


async def test_contacts_are_never_told_the_id_of_a_note_that_staff_read_up_to(world: World) -> None:
    said = await world.cara.sends(world.conversation, "Hello")
    note = await world.ana.sends(world.conversation, "Careful", kind="note")
    reads = f"/v1/conversations/{world.conversation}/read"
    cara, ben = await world.cara.opens(), await world.ana.opens()
    await world.ana.asks("POST", reads, json={"up_to": note.id}, status=200)
    heard = await cara.hears("message.read")
    assert heard["data"]["up_to"] == said.id and note.id not in str(heard)
    assert (await ben.hears("message.read"))["data"]["unread_count"] == 0
    second = await world.ana.sends(world.conversation, "More", kind="note")
    later = await world.cara.sends(world.conversation, "Are you there?")
    await world.ana.asks("POST", reads, json={"message_ids": [second.id, later.id]}, status=200)
    assert (await cara.hears("message.read"))["data"]["message_ids"] == [later.id]
    feed = await world.cara.asks("GET", f"/v1/events?since={cara.ready['cursor']}&limit=500", status=200)
    assert note.id not in str(feed) and second.id not in str(feed)


async def test_where_only_notes_were_read_contacts_are_told_nothing(world: World) -> None:
    note = await world.ana.sends(world.conversation, "Before anybody wrote", kind="note")
    cara, ana = await world.cara.opens(), await world.ana.opens()
    path = f"/v1/conversations/{world.conversation}/read"
    await world.ana.asks("POST", path, json={"up_to": note.id}, status=200)
    assert (await ana.hears("message.read"))["data"]["message_ids"] == []
    await cara.hears_nothing()
