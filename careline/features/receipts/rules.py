"""How marks are folded: over messages, and into what is unread."""

from collections.abc import Iterable

from careline.core.errors import Invalid
from careline.features.messages.rows import Message
from careline.features.receipts.rows import Mark, Marking

EXACTLY = 200
OTHER = {"staff": "contact", "contact": "staff"}


def which(marking: Marking) -> None:
    if marking.message_ids is not None:
        if marking.up_to is not None:
            raise Invalid("message_ids", "Give either up_to or message_ids.")
        if not 0 < len(marking.message_ids) <= EXACTLY:
            raise Invalid("message_ids", f"1 to {EXACTLY} message ids.")


def reached(messages: list[Message], marks: Iterable[Mark]) -> dict[str, tuple[int | None, int | None]]:
    """For each message id, when the other side first had it and first read it: `(delivered_at, read_at)`.

    Marks come by time, so the first that covers a message counts. Who has read a message also has it.
    """
    found: dict[str, tuple[int | None, int | None]] = {}
    ordered = list(marks)
    for message in messages:
        delivered = read = None
        other = OTHER.get(message.sender_kind)
        for mark in ordered:
            if mark.reader_kind == other and mark.from_seq <= message.seq <= mark.to_seq:
                if mark.kind == "read" and read is None:
                    read = mark.at
                delivered = mark.at if delivered is None else delivered
        found[message.id] = (delivered, read)
    return found
