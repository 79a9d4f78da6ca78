"""The workloads: what is laid out for each, what the load generator is told, and what comes of it."""

import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import uvloop
from msgspec import Struct

from careline.bench import library, plan, seed, signed
from careline.bench.generator import generate
from careline.bench.measure import cpu_s
from careline.bench.profile import Profile
from careline.bench.servers import CarelineServer, Stage
from careline.bench.sizes import Sizes
from careline.bench.telling import Telling
from careline.bench.tongues import TONGUES
from careline.core.actor import system
from careline.features.tokens.actions import issue_token
from careline.wires.native.table import conversations, messages

T = TypeVar("T")
Results = dict[str, Any]
FROM_STORE = {"page_cache_mib": "0"}  # else what is asked again and again would not be read again


class Bench(Struct, frozen=True):
    """One engine being measured."""

    stage: Stage
    sizes: Sizes
    tell: Telling
    load_core: int | None
    profile: Profile

    def load(self, work: plan.Plan, result: type[T], about: str) -> T:
        def hear(said: str) -> None:
            self.tell(said)
            self.profile.hear(said, work, about)

        return generate(work, result, self.load_core, hear)

    def where(self, server: CarelineServer) -> dict[str, Any]:
        return {"address": server.address, "pids": tuple(self.stage.pids(server))}


def messages_online(bench: Bench) -> Results:
    """W-A, with all conversations in one workspace and with each in its own."""
    sizes, found = bench.sizes, {}
    for workspaces in (1, sizes.rooms):
        name = _spread(workspaces)
        bench.tell.about(f"W-A, {name}")
        store = bench.stage.new_store()
        rooms = uvloop.run(_rooms(bench, store, workspaces))
        with bench.stage.serving(store) as server:
            work = plan.Deliver(
                **bench.where(server),
                rooms=rooms,
                rates=sizes.rates,
                in_flight=sizes.in_flight,
                seconds=sizes.steady_s,
                closed_seconds=sizes.saturated_s,
                warm_up=sizes.warm_up_s,
            )
            found[name] = _plain(bench.load(work, plan.Delivered, f"W-A, {name}"))
    return found


def fsyncs(bench: Bench) -> Results:
    """How often the disk is asked to keep what it has, per message: in runs of their own, because tracing slows."""
    sizes, found = bench.sizes, {}
    for workspaces in (1, sizes.rooms):
        name = _spread(workspaces)
        bench.tell.about(f"fsyncs, {name}")
        store = bench.stage.new_store()
        rooms = uvloop.run(_rooms(bench, store, workspaces))
        with bench.stage.serving(store) as server:
            work = plan.Deliver(
                **bench.where(server),
                rooms=rooms,
                in_flight=sizes.in_flight,
                closed_seconds=sizes.traced_s,
                warm_up=sizes.warm_up_s,
                trace=True,
            )
            found[name] = _plain(bench.load(work, plan.Delivered, "fsyncs").saturated)
    return found


async def _rooms(bench: Bench, store: str, workspaces: int) -> tuple[plan.Room, ...]:
    async with seed.opened(store) as database:
        made = await seed.places(database, bench.sizes.rooms, workspaces)
        return tuple(plan.Room(place.conversation_id, place.tokens) for place in made)


def _spread(workspaces: int) -> str:
    return "1 workspace" if workspaces == 1 else f"{workspaces} workspaces"


def idle_sockets(bench: Bench) -> Results:
    """W-B: memory, connects and idling; and the whole server before anybody came."""
    bench.tell.about("W-B")
    store = bench.stage.new_store()

    async def lay_out() -> list[str]:
        async with seed.opened(store) as database:
            tokens = await seed.idlers(database, bench.sizes.sockets)
            await seed.follow(database)
            return tokens

    tokens = tuple(uvloop.run(lay_out()))
    with bench.stage.serving(store) as server:
        work = plan.Idle(**bench.where(server), tokens=tokens, seconds=bench.sizes.idle_s)
        found: Results = _plain(bench.load(work, plan.Idled, "W-B"))
    return found


def history(bench: Bench) -> Results:
    """W-C: pages of 50 from one conversation, as they are answered and where none is kept in memory; so its newest page
    beside its oldest.
    """
    bench.tell.about("W-C")
    sizes, store = bench.sizes, bench.stage.new_store()

    async def lay_out() -> tuple[seed.Place, str]:
        async with seed.opened(store) as database:
            (place,) = await seed.places(database, 1, 1)
            deep = await seed.talk(database, place, sizes.history, lambda n, of: bench.tell.count("messages", n, of))
            await seed.follow(database)
            return place, _deep(await seed.cursors(database), place, deep)

    place, deep = uvloop.run(lay_out())
    room = plan.Room(place.conversation_id, place.tokens)
    with bench.stage.serving(store) as server:
        walk = plan.Walk(**bench.where(server), room=room, seconds=sizes.walk_s)
        walked = bench.load(walk, plan.Walked, "W-C")
    with bench.stage.serving(store, FROM_STORE) as server:
        walk = plan.Walk(**bench.where(server), room=room, seconds=sizes.walk_s)
        stored = bench.load(walk, plan.Walked, "W-C, from the store")
        token = place.people[0].token
        first = _page(place)
        paths = (plan.Path("newest page", first, token), plan.Path("oldest page", first + deep, token))
        compared = bench.load(
            plan.Compare(**bench.where(server), paths=paths, seconds=sizes.compare_s), plan.Compared, "W-C"
        )
    return {"walk": _plain(walked), "stored": _plain(stored), "pages": _plain(compared)}


def large_stores(bench: Bench) -> Results:
    """The same pages and lists in a small and in a large store, and starting again on the large one."""
    bench.tell.about("scale")
    store = bench.stage.new_store()
    paths = uvloop.run(_lay_out_large(bench, store))
    with bench.stage.serving(store, FROM_STORE | {"search_index": "false"}) as server:
        work = plan.Compare(**bench.where(server), paths=paths, seconds=bench.sizes.compare_s)
        compared: Results = _plain(bench.load(work, plan.Compared, "scale"))
    bench.tell("starting again")
    began = time.monotonic()
    with bench.stage.serving(store) as server:
        clean = time.monotonic() - began
        server.crash()
        began = time.monotonic()
        server.start()
        crashed = time.monotonic() - began
        once = plan.Compare(**bench.where(server), paths=paths[:1], seconds=0, rounds=1)
        bench.load(once, plan.Compared, "scale")
    return {"pages": compared, "start_s": {"after a stop": clean, "after kill -9": crashed}}


async def _lay_out_large(bench: Bench, store: str) -> tuple[plan.Path, ...]:
    sizes, tell, paths = bench.sizes, bench.tell, []
    async with seed.opened(store) as database:
        cursors = await seed.cursors(database)
        small, large = await seed.places(database, 2, 1)
        for place, count, name in ((small, sizes.small, "small"), (large, sizes.large, "large")):
            deep = await seed.talk(database, place, count, lambda n, of: tell.count("messages", n, of))
            token = place.people[0].token
            paths.append(plan.Path(f"newest page, {name}", _page(place), token))
            paths.append(plan.Path(f"oldest page, {name}", _page(place) + _deep(cursors, place, deep), token))
        for count, name in ((sizes.calm, "small"), (sizes.busy, "large")):
            boss, deep = await seed.busy_workspace(
                database, f"list-{name}", count, lambda n, of: tell.count("conversations", n, of)
            )
            cursor = cursors.encode(deep, boss.actor.workspace_id, conversations.LIST)
            first = "/v1/conversations?limit=50"
            paths.append(plan.Path(f"first of the list, {name}", first, boss.token))
            paths.append(plan.Path(f"end of the list, {name}", f"{first}&cursor={cursor}", boss.token))
        tell("adding up and sealing")
        await seed.add_up_and_seal(database)
    return tuple(paths)


def searches(bench: Bench) -> Results:
    """Search in a large workspace: words and parts of words, common and rare, for everybody who may ask."""
    bench.tell.about("search")
    sizes, tell, store = bench.sizes, bench.tell, bench.stage.new_store()

    async def lay_out() -> library.Library:
        async with seed.opened(store) as database:
            return await library.lay_out(
                database, sizes.searched, sizes.talks, lambda n, of: tell.count("messages", n, of)
            )

    async def index() -> float:
        async with seed.opened(store) as database:
            began = time.monotonic()
            await seed.index(database, library.WORKSPACE, lambda n: tell.count("facts indexed", n, sizes.searched))
            return time.monotonic() - began

    async def add_up() -> None:
        async with seed.opened(store) as database:
            await seed.follow(database)

    made = uvloop.run(lay_out())
    before, own = bench.stage.size_of(store), [os.getpid()]  # with its children, of which the database is one
    cpu = cpu_s(own)
    seconds = uvloop.run(index())
    indexed = {
        "cpu_us_per_message": (cpu_s(own) - cpu) / sizes.searched * 1e6,
        "seconds": seconds,
        "bytes_per_message": (bench.stage.size_of(store) - before) / sizes.searched,
    }
    tell("adding up the figures")
    uvloop.run(add_up())
    with bench.stage.serving(store) as server:
        paths = tuple(plan.Path(name, asked[0], token, tuple(asked[1:])) for name, token, asked in library.paths(made))
        work = plan.Compare(**bench.where(server), paths=paths, seconds=sizes.compare_s)
        compared: Results = _plain(bench.load(work, plan.Compared, "search"))
    return {"searches": compared, "index": indexed}


def wires(bench: Bench) -> Results:
    """W-A's closed loop through every wire that has frames for it; what clients of the others ask when told to, or
    every few seconds.
    """
    sizes, found = bench.sizes, {}
    name = "wires"
    for wire in TONGUES:
        bench.tell.about(f"W-A through {wire}")
        store = bench.stage.new_store()
        rooms = uvloop.run(_vouched_rooms(bench, store, name, wire))
        with bench.stage.serving(store, signed.settings(name)) as server:
            work = plan.Deliver(
                **bench.where(server), rooms=rooms, in_flight=sizes.in_flight[-1:], closed_seconds=sizes.saturated_s,
                warm_up=sizes.warm_up_s, wire=wire,
            )  # fmt: skip
            found[wire] = _plain(bench.load(work, plan.Delivered, f"W-A through {wire}").saturated[0])
    return {"online": found, "asking": _asking(bench, name)}


async def _vouched_rooms(bench: Bench, store: str, name: str, wire: str) -> tuple[plan.Room, ...]:
    async with seed.opened(store) as database:
        boss = system(await seed.workspace(database, name))
        made = [await database.write(seed.vouched, boss, f"p{n}") for n in range(bench.sizes.rooms)]
    return tuple(_room(place, wire) for place in made)


def _room(place: seed.Place, wire: str) -> plan.Room:
    first, _, helper, _ = place.people
    named = {"workspace": place.workspace_id, "contact": first.actor.id, "staff": helper.actor.id}
    # A pair has one of each, and each of them two sockets.
    tokens = (first.token, first.token, helper.token, helper.token) if wire == "clinic" else place.tokens
    return plan.Room(place.conversation_id, tokens, named)


def _asking(bench: Bench, name: str) -> Results:
    """What clients that are told no more than that something changed, or nothing at all, ask again and again."""
    bench.tell.about("asking again")
    store = bench.stage.new_store()

    async def lay_out() -> tuple[seed.Place, str]:
        async with seed.opened(store) as database:
            boss = system(await seed.workspace(database, name))
            place = await database.write(seed.vouched, boss, "p")
            await seed.talk(database, place, bench.sizes.polled, lambda n, of: None)
            visitor = await database.write(issue_token, boss, place.people[0].actor.id, bare=True)
            return place, visitor.secret

    place, visitor = uvloop.run(lay_out())
    first, _, helper, _ = place.people
    pair = f"locationID={place.workspace_id}&contactID={first.actor.id}"
    thread = f"/v1/conversations/{place.conversation_id}/messages?limit=50"
    paths = (
        plan.Path("native, a page of 50", thread, helper.token),
        plan.Path("location, a page of 50 after a refetch", f"/location-contact-chat/messages?{pair}", helper.token),
        plan.Path(
            f"visitor, the whole thread of {bench.sizes.polled}",
            f"/api/chat/{place.conversation_id}/messages?chat_token={visitor}", "",
        ),
    )  # fmt: skip
    with bench.stage.serving(store, signed.settings(name)) as server:
        work = plan.Compare(**bench.where(server), paths=paths, seconds=bench.sizes.compare_s)
        compared: Results = _plain(bench.load(work, plan.Compared, "asking again"))
    return compared


def indexing(bench: Bench) -> Results:
    """W-A's closed loop in turns without the index and with it, until that has followed: what the search costs."""
    bench.tell.about("index")
    sizes = bench.sizes
    found: Results = {"without": [], "with": []}
    for _ in range(sizes.turns):
        for name, setting in (("without", "false"), ("with", "true")):
            store = bench.stage.new_store()
            rooms = uvloop.run(_rooms(bench, store, 1))
            with bench.stage.serving(store, {"search_index": setting}) as server:
                work = plan.Follow(
                    **bench.where(server),
                    rooms=rooms,
                    in_flight=sizes.in_flight[-1],
                    seconds=sizes.saturated_s,
                    indexes=name == "with",
                )
                found[name].append(_plain(bench.load(work, plan.Followed, "index")))
    return found


def _page(place: seed.Place) -> str:
    return f"/v1/conversations/{place.conversation_id}/messages?limit=50"


def _deep(cursors: Any, place: seed.Place, position: int) -> str:
    use = f"{messages.PAGES}/{place.conversation_id}"
    return f"&before={cursors.encode(position, place.workspace_id, use)}"


def _plain(found: object) -> Any:
    return msgspec.to_builtins(found)


WORKLOADS: dict[str, tuple[str, Callable[[Bench], Results]]] = {
    "W-A": ("messages between people who are online", messages_online),
    "W-B": ("idle sockets", idle_sockets),
    "W-C": ("pages of history over REST", history),
    "fsync": ("fsyncs per message", fsyncs),
    "index": ("what the index costs a message", indexing),
    "search": ("search in a large workspace", searches),
    "wires": ("messages through every wire", wires),
    "scale": ("small and large stores, starting again", large_stores),
}
