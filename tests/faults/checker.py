"""The judge of a run: histories of the clients and the store's last state in, violations of the invariants out.

Pure and offline. Each invariant of the delivery contract is one function named for it; what it yields are sentences
with the evidence in them. The judge knows nothing of how the server works: that it finds bugs which were planted in a
server is what makes its silence worth something (`test_planted_bugs.py`).
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from tests.faults.evidence import SECOND, Run
from tests.faults.final import Final
from tests.faults.history import Line


class Violation(Struct, frozen=True):
    invariant: str
    evidence: str


def inv_1_acked_messages_are_there(run: Run) -> Iterator[str]:
    """Every acked message is readable at its seq with its exact bytes."""
    told = {id_: digest for page in run.final.pages.values() for id_, digest in page}
    for send in run.sends.values():
        for id_, cursor in send.ids.items():
            message = run.stored.get(id_)
            if message is None:
                yield f"{send.client_id} was acked as {id_}, which is not stored"
            elif (message.sha, message.conversation) != (send.sha, send.conversation):
                yield f"{send.client_id} was acked as {id_}, which says something else or stands elsewhere"
            elif cursor and run.seq(cursor) != message.seq:
                yield f"{id_} was acked at {run.seq(cursor)} and stands at {message.seq}"
            elif told.get(id_) != send.sha:
                yield f"{id_} is stored, but its history does not show it as it was sent"


def inv_2_nothing_is_stored_twice(run: Run) -> Iterator[str]:
    """No client_id is stored twice, no words, and no seq."""
    for what in ("id", "client_id", "sha", "seq"):
        for value, times in Counter(getattr(m, what) for m in run.final.messages).items():
            if times > 1 and value:
                yield f"{what} {value} is stored {times} times"
    for send in run.sends.values():
        if len(send.ids) > 1:
            yield f"{send.client_id} was acked as {sorted(send.ids)}"


def inv_3_numbers_are_gapless_and_agreed(run: Run) -> Iterator[str]:
    """The log's numbers have no holes, and all readers agree which message has which."""
    numbers = [fact.seq for fact in run.final.facts]
    if numbers != list(range(1, len(numbers) + 1)) or run.final.head != len(numbers):
        holes = sorted(set(range(1, (numbers or [0])[-1])) - set(numbers))[:5]
        yield f"{len(numbers)} facts up to {numbers[-1:]} with head {run.final.head}; first holes: {holes}"
    sent = {fact.message: fact.seq for fact in run.final.facts if fact.type == "message.sent"}
    for message in run.final.messages:
        if sent.get(message.id) != message.seq:
            yield f"{message.id} is stored at {message.seq}, the log has it at {sent.get(message.id)}"
    for line in run.lines:
        if line.what == "hear" and line.message in sent and sent[line.message] != run.seq(line.cursor):
            yield f"{line.client} heard {line.message} at {run.seq(line.cursor)}, not at {sent[line.message]}"
    for conversation, page in run.final.pages.items():
        if [id_ for id_, _ in page] != [m.id for m in run.threads[conversation]]:
            yield f"the history of {conversation} and its numbers do not have the same order"


def inv_4_reads_never_go_back_or_skip(run: Run) -> Iterator[str]:
    """A connection hears in order and without gaps; a session's pages are whole and never older than what it knew."""
    for client, lines in run.clients.items():
        yield from _connections_skip(run, client, lines)
        yield from _pages_go_back(run, client, lines)


def _connections_skip(run: Run, client: str, lines: list[Line]) -> Iterator[str]:
    audible = run.audible(client)
    numbers = [m.seq for m in audible]
    for join in (line for line in lines if line.what == "join"):
        start = run.seq(join.cursor)
        heard = [run.seq(x.cursor) for x in lines if x.what == "hear" and x.connection == join.connection]
        if any(b <= a for a, b in zip([start, *heard], heard, strict=False)):
            yield f"{client} heard numbers go back on connection {join.connection}"
        if heard:
            due = audible[bisect_right(numbers, start) : bisect_right(numbers, max(heard))]
            missing = [m.seq for m in due if m.seq not in set(heard)] if len(due) > len(heard) else []
            if missing:
                yield f"{client} heard up to {max(heard)} on connection {join.connection}, but not {missing[:5]}"


def _pages_go_back(run: Run, client: str, lines: list[Line]) -> Iterator[str]:
    known: dict[str, int] = defaultdict(int)  # the newest number this session knew of, by conversation
    asked: dict[int, int] = {}
    for line in lines:
        if line.what == "hear":
            known[line.conversation] = max(known[line.conversation], run.seq(line.cursor))
        if line.what != "page":
            continue
        if line.kind == "invoke":
            asked[line.op] = known[line.conversation]
        elif line.kind == "ok":
            found = [run.stored[id_].seq for id_, _ in line.items if id_ in run.stored]
            last = found[-1] if found else 0
            if last < asked[line.op]:
                yield f"{client} read up to {last} in {line.conversation} after knowing of {asked[line.op]}"
            thread = [m.seq for m in run.threads[line.conversation]]
            if found and found != [seq for seq in thread if found[0] <= seq <= last]:
                yield f"{client} read a page of {line.conversation} with holes between {found[0]} and {last}"
            known[line.conversation] = max(known[line.conversation], last)


def inv_5_one_reads_ones_own_writes(run: Run) -> Iterator[str]:
    """A page asked for after an ack has the acked message, unless it is older than the page."""
    for client, lines in run.clients.items():
        own: dict[str, set[str]] = defaultdict(set)
        asked: dict[int, set[str]] = {}
        for line in lines:
            if line.what == "send" and line.kind == "ok":
                own[line.conversation].add(line.message)
            elif line.what == "page" and line.kind == "invoke":
                asked[line.op] = set(own[line.conversation])
            elif line.what == "page" and line.kind == "ok":
                page = [id_ for id_, _ in line.items]
                first = min((run.stored[id_].seq for id_ in page if id_ in run.stored), default=0)
                missing = [i for i in asked[line.op] - set(page) if i in run.stored and run.stored[i].seq > first]
                if missing:
                    yield f"{client} did not read its own acked {missing[:3]} in {line.conversation}"


def inv_6_nothing_appears_that_nobody_sent(run: Run) -> Iterator[str]:
    """No phantom, no torn or mixed body, and nothing was heard that was then undone."""
    for message in run.final.messages:
        if (message.conversation, message.sha) not in run.said:
            yield f"{message.id} is stored at {message.seq}, and nobody said that"
    for line in run.lines:
        pairs = line.items if line.what == "page" else ((line.message, line.sha),) if line.what == "hear" else ()
        for id_, sha in pairs:
            if (line.conversation, sha) not in run.said:
                yield f"{line.client} was told {id_} with words that nobody said"
            elif id_ not in run.stored:
                yield f"{line.client} was told {id_}, which is not stored"
            elif run.stored[id_].sha != sha:
                yield f"{line.client} was told {id_} with another message's words"


def inv_7_acked_messages_reach_everybody(run: Run) -> Iterator[str]:
    """Every acked message reaches every connected participant, soon after its ack or after the last fault healed."""
    ends = [up for _, up in run.outages]
    acked = {id_: send.acked_at for send in run.sends.values() for id_ in send.ids}
    for client, lines in run.clients.items():
        joins = [line for line in lines if line.what == "join"]
        if not joins:
            continue
        start = run.seq(joins[0].cursor)
        first = {line.message: line.at for line in reversed(lines) if line.what == "hear"}
        for message in run.audible(client):
            if message.id not in acked or message.seq <= start:
                continue
            at = first.get(message.id)
            if at is None:
                yield f"{client} never heard {message.id}, acked as number {message.seq}"
                continue
            healed = bisect_right(ends, at)
            if at - max(acked[message.id], ends[healed - 1] if healed else 0) > run.within:
                yield f"{client} heard {message.id} only {(at - acked[message.id]) / SECOND:.1f} s after its ack"


def inv_8_a_client_id_is_its_authors(run: Run) -> Iterator[str]:
    """The name that a program gave its message is told to nobody else."""
    for line in run.lines:
        if line.what == "hear" and line.client_id:
            author = run.sends[line.client_id].client if line.client_id in run.sends else ""
            if run.person.get(author) != run.person[line.client]:
                yield f"{line.client} was told the client id {line.client_id}"


def inv_9_unknown_sends_end_as_one_or_none(run: Run) -> Iterator[str]:
    """A send without an answer is there once or not at all; after a retry to ack it is there exactly once."""
    for name, send in run.sends.items():
        times = len(run.rows.get(name, []))
        if times > 1 or (times == 0 and send.ids):
            yield f"{name} was acked {len(send.ids)} times and is stored {times} times"


def inv_10_session_order_is_number_order(run: Run) -> Iterator[str]:
    """Same client: A acked before B was sent means that A has the smaller number."""
    for client in run.clients:
        highest = 0
        for send in sorted((s for s in run.sends.values() if s.client == client), key=lambda s: s.invoked_at):
            seqs = [run.stored[id_].seq for id_ in send.ids if id_ in run.stored]
            if seqs and seqs[0] <= highest:
                yield f"{client} sent {send.client_id} after number {highest} was acked, and it has number {seqs[0]}"
            highest = max(highest, *seqs, 0)  # one thing at a time: this ack came before the next was sent


def inv_13_marks_go_up_and_unread_is_counted(run: Run) -> Iterator[str]:
    """What somebody has read never becomes less, no acked mark is lost, and unread is what counting gives."""
    reached: dict[tuple[str, str], int] = defaultdict(int)
    for fact in run.final.facts:
        if fact.type == "message.read" and fact.message in run.stored:
            who, seq = (fact.conversation, fact.reader), run.stored[fact.message].seq
            if seq < reached[who]:
                yield f"{fact.reader} had read {fact.conversation} up to {reached[who]}, then up to {seq}"
            reached[who] = max(reached[who], seq)
    for line in run.lines:
        if line.what == "mark" and line.kind == "ok" and line.message in run.stored:
            who = line.conversation, run.person[line.client]
            if run.final.readers.get(who, 0) < run.stored[line.message].seq:
                yield f"{line.client} was told that {line.message} is marked, but its mark stands before it"
    for unread in run.final.unread:
        if unread.said != unread.counted:
            yield f"{unread.conversation} has {unread.said} unread for {unread.side}, counted {unread.counted}"


INVARIANTS: dict[str, Callable[[Run], Iterator[str]]] = {
    "INV-1": inv_1_acked_messages_are_there,
    "INV-2": inv_2_nothing_is_stored_twice,
    "INV-3": inv_3_numbers_are_gapless_and_agreed,
    "INV-4": inv_4_reads_never_go_back_or_skip,
    "INV-5": inv_5_one_reads_ones_own_writes,
    "INV-6": inv_6_nothing_appears_that_nobody_sent,
    "INV-7": inv_7_acked_messages_reach_everybody,
    "INV-8": inv_8_a_client_id_is_its_authors,
    "INV-9": inv_9_unknown_sends_end_as_one_or_none,
    "INV-10": inv_10_session_order_is_number_order,
    "INV-13": inv_13_marks_go_up_and_unread_is_counted,
}


def judge(
    lines: list[Line], final: Final, outages: Iterable[tuple[int, int]] = (), within_s: float = 10.0
) -> list[Violation]:
    """Every violation there is. `outages` are the times between which the server was not to be had."""
    run = Run(lines, final, outages, within_s)
    return [Violation(name, evidence) for name, check in INVARIANTS.items() for evidence in check(run)]
