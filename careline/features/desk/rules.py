"""Who may sort and remove conversations, what a label is, and how what two conversations knew becomes one."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import pairwise

import msgspec

from careline.core import text
from careline.core.actor import Actor
from careline.core.errors import Conflict, Forbidden, Invalid
from careline.features.conversations.rows import Conversation
from careline.features.conversations.rules import ACTIVE
from careline.features.desk.rows import Kept, Label, Quiet, Said
from careline.features.receipts.rows import Mark
from careline.features.receipts.rules import OTHER

LABELS, LABELS_EACH = 200, 20
COLOUR = "#64748b"
YEAR_MS = 366 * 86_400_000


def may_sort(actor: Actor) -> None:
    if actor.kind == "contact":
        raise Forbidden("Only staff sort conversations.")


def may_keep_labels(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden("Only an administrator changes the workspace's labels.")


def may_delete(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden("Only an administrator deletes a conversation.")


def label_name(value: str) -> str:
    return text.line(value, "name", 60)


def colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise Invalid("colour", "A colour is written like #0f766e.")
    return value.lower()


def one_more(labels: Sequence[Label], folded: str, besides: str | None = None) -> None:
    """Whether a label of this name may be there."""
    if any(label.folded == folded and label.id != besides for label in labels):
        raise Conflict("There is a label of this name already.")
    if besides is None and len(labels) >= LABELS:
        raise Conflict(f"A workspace has at most {LABELS} labels.")


def few(names: Sequence[str], field: str) -> list[str]:
    """Each once, in the order given."""
    once = list(dict.fromkeys(names))
    if len(once) > LABELS_EACH:
        raise Invalid(field, f"A conversation bears at most {LABELS_EACH} labels.")
    return once


def snoozed_until(conversation: Conversation, until: int | None, now: int) -> int | None:
    if until is None:
        return None
    if conversation.status not in ACTIVE:
        raise Conflict("Only an open or pending conversation is put off.")
    if not now < until <= now + YEAR_MS:
        raise Invalid("snoozed_until", "A time to come, at most a year from now.")
    return until


def label_changes(before: dict[str, str], after: dict[str, str]) -> Iterator[tuple[str, str | None, str | None]]:
    """What the history tells of labels, given as names by id: one line for each taken off and put on, by name."""
    for name in sorted(before[id_] for id_ in before.keys() - after.keys()):
        yield "label", name, None
    for name in sorted(after[id_] for id_ in after.keys() - before.keys()):
        yield "label", None, name


def may_merge(source: Sequence[str], target: Sequence[str]) -> None:
    """Two of the same contacts only: nobody may come to read what was said without them."""

    def contacts(people: Sequence[str]) -> set[str]:
        return {person for person in people if person.startswith("contact:")}

    if contacts(source) != contacts(target):
        raise Conflict("Only conversations of the same contacts can be merged.")


def split(marks: Iterable[Mark], seqs: dict[str, list[int]], place: dict[int, int], target_id: str) -> Iterator[Mark]:
    """The marks as ranges over the messages of both: what lies between them from the other conversation was not meant.

    `seqs` are each conversation's numbers in order, `place` where each number stands among all of them.
    """
    for mark in marks:
        own = seqs[mark.conversation_id]
        meant = own[bisect_left(own, mark.from_seq) : bisect_right(own, mark.to_seq)]
        first = 0
        for end in range(1, len(meant) + 1):
            if end == len(meant) or place[meant[end]] != place[meant[end - 1]] + 1:
                yield msgspec.structs.replace(
                    mark, conversation_id=target_id, from_seq=meant[first], to_seq=meant[end - 1]
                )
                first = end


def joined(marks: Iterable[Mark], reader_id: str) -> list[Mark]:
    """The marks of several readers as one's: no two overlap, and each number was marked when the first of them did."""
    begin = sorted(marks, key=lambda mark: mark.from_seq)
    edges = sorted({mark.from_seq for mark in begin} | {mark.to_seq + 1 for mark in begin})
    found: list[Mark] = []
    over: list[tuple[int, int]] = []
    come_to = 0
    for first, end in pairwise(edges):
        while come_to < len(begin) and begin[come_to].from_seq == first:
            heappush(over, (begin[come_to].at, come_to))
            come_to += 1
        while over and begin[over[0][1]].to_seq < first:
            heappop(over)
        if not over:
            continue
        piece = msgspec.structs.replace(begin[over[0][1]], reader_id=reader_id, from_seq=first, to_seq=end - 1)
        if found and (found[-1].to_seq, found[-1].at) == (first - 1, piece.at):
            piece = msgspec.structs.replace(piece, from_seq=found.pop().from_seq)
        found.append(piece)
    return found


def come(marks: Sequence[Mark], every: Sequence[int]) -> int:
    """Up to which number these ranges of one reader cover every message."""
    up_to = 0
    ranges = iter(sorted((mark.from_seq, mark.to_seq) for mark in marks))
    current = next(ranges, None)
    for seq in every:
        while current is not None and current[1] < seq:
            current = next(ranges, None)
        if current is None or seq < current[0]:
            return up_to
        up_to = seq
    return up_to


def readers(kept: Iterable[Kept], marks: Sequence[Mark], every: Sequence[int], target_id: str) -> list[Kept]:
    """How far everybody has come in what both said."""
    latest: dict[tuple[str, str, str], Kept] = {}
    for reader in kept:
        key = (reader.kind, reader.reader_kind, reader.reader_id)
        if key not in latest or latest[key].at < reader.at:
            latest[key] = reader
    theirs: dict[tuple[str, str, str], list[Mark]] = {key: [] for key in latest}
    for mark in marks:
        theirs[mark.kind, mark.reader_kind, mark.reader_id].append(mark)
    return [
        msgspec.structs.replace(reader, conversation_id=target_id, up_to=come(theirs[key], every))
        for key, reader in latest.items()
    ]


def unread(side: str, said: Sequence[Said], marks: Sequence[Mark], floors: dict[str, int]) -> tuple[int, int]:
    """How many of the other side's messages nobody of this one has read, and up to which number all are.

    `said` in order; `floors` says for each conversation up to where the side had read.
    """
    seqs = [message.seq for message in said]
    read: set[int] = set()
    for mark in marks:
        if mark.kind == "read" and mark.reader_kind == side:
            read.update(seqs[bisect_left(seqs, mark.from_seq) : bisect_right(seqs, mark.to_seq)])
    left = [
        m.seq
        for m in said
        if m.sender_kind == OTHER[side] and m.kind != "note" and m.seq not in read and m.seq > floors[m.conversation_id]
    ]
    return len(left), (left[0] - 1 if left else seqs[-1] if seqs else 0)


def idle(quiet: Quiet, before: int) -> bool:
    """Nobody wrote in it or changed it since, and nobody put it off."""
    return quiet.quiet_since < before and quiet.updated_at < before and quiet.snoozed_until is None
