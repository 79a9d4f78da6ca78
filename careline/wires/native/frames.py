"""The native wire's event frames: pure functions from facts and signals to bytes, one per view."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from careline.core.events import Event, PresenceChanged, Recorded, Signal, TypingChanged
from careline.core.page import Cursors
from careline.features.canned.events import CannedAdded, CannedDeleted, CannedUpdated
from careline.features.conversations.events import (
    ConversationAssigned,
    ConversationDeleted,
    ConversationMerged,
    ConversationStarted,
    ConversationTriaged,
    ConversationUpdated,
    ParticipantJoined,
    ParticipantLeft,
)
from careline.features.desk.events import LabelAdded, LabelDeleted, LabelUpdated
from careline.features.messages.events import (
    AttachmentsUpdated,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessageSent,
    MessageUnpinned,
)
from careline.features.moderation.events import FlagResolved, MessageFlagged
from careline.features.people.events import (
    ContactAdded,
    ContactBlocked,
    ContactExpired,
    ContactMerged,
    ContactUnblocked,
    ContactUpdated,
    StaffAdded,
    StaffDeactivated,
    StaffUpdated,
)
from careline.features.reactions.events import ReactionAdded, ReactionRemoved
from careline.features.receipts.events import MessageDelivered, MessageRead
from careline.features.tokens.events import TokenIssued, TokenRevoked
from careline.features.workspaces.events import WorkspaceUpdated
from careline.wires.frames import text
from careline.wires.native import beside, facts, shapes

USE = "events"
_encode = msgspec.json.Encoder().encode


class Frame(Struct, frozen=True):
    """An event or signal as it stands on the socket and in `GET /v1/events`; signals have no cursor."""

    type: str
    data: Any
    cursor: str | UnsetType = UNSET
    conversation_id: str | UnsetType = UNSET


class Reply(Struct, frozen=True, tag_field="type", tag="reply"):
    """The answer to a command of this socket."""

    id: str | None
    data: Any
    cursor: str | UnsetType = UNSET


class NativeSpeech:
    """How facts are worded for the native wire, for `staff` and for `contact`."""

    def __init__(self, cursors: Cursors) -> None:
        self._cursors = cursors

    def encode(self, recorded: Recorded, view: str) -> bytes | None:
        """A ready WebSocket frame, or None: the wire is silent about it, to this view."""
        data = _data(recorded, view)
        if data is None:
            return None
        if recorded.request is not None and view.endswith("/origin"):
            # To the socket whose command it was, the fact is the reply, in its place in the stream.
            return text(_encode(Reply(recorded.request, data.message, self.cursor(recorded))))
        return text(_encode(self._frame(recorded, data)))

    def frame(self, recorded: Recorded, view: str) -> Frame | None:
        data = _data(recorded, view)
        return None if data is None else self._frame(recorded, data)

    def _frame(self, recorded: Recorded, data: Any) -> Frame:
        return Frame(recorded.event.tag(), data, self.cursor(recorded), recorded.conversation_id or UNSET)

    def cursor(self, recorded: Recorded) -> str:
        """The fact's place in the stream, encrypted once for all views."""
        if recorded.cursor is None:
            recorded.cursor = self._cursors.encode(recorded.seq, recorded.workspace_id, USE)
        return recorded.cursor

    def encode_signal(self, signal: Signal, view: str) -> bytes | None:
        side = view.partition("/")[0]
        who = shapes.person(signal.person, signal.name, side)
        if isinstance(signal, TypingChanged):
            typing = facts.Typist(**who, typing=signal.typing)
            return text(_encode(Frame("typing", typing, UNSET, signal.conversation_id or UNSET)))
        if isinstance(signal, PresenceChanged):
            presence = facts.Presence(**who, online=signal.online, last_seen_at=signal.last_seen_at)
            return text(_encode(Frame("presence", presence)))
        return None


def _data(recorded: Recorded, view: str) -> Any:
    word = WORDS.get(type(recorded.event))
    if word is None:
        return None
    side, _, relation = view.partition("/")
    return word(recorded, side, bool(relation))


# What a word returns is what its frame's `data` is: the documents are made from these annotations.
Word = Callable[[Recorded, str, bool], Struct | None]


def _message(recorded: Recorded, side: str, author: bool) -> facts.AboutMessage | None:
    if recorded.about is None:
        return None
    client_id = recorded.about.client_id if author else None
    return facts.AboutMessage(shapes.message(recorded.about, side, client_id=client_id))


def _conversation(recorded: Recorded, side: str, author: bool) -> facts.AboutConversation | None:
    if recorded.about is None:
        return None
    return facts.AboutConversation(shapes.conversation(recorded.about, side))


def _participant(recorded: Recorded, side: str, author: bool) -> facts.Who:
    event: Any = recorded.event
    return facts.who(f"{event.kind}:{event.person_id}", getattr(event, "name", None), side)


def _read(recorded: Recorded, side: str, author: bool) -> facts.Reading:
    event: Any = recorded.event
    reader = facts.who(f"{event.reader_kind}:{event.reader_id}", event.reader_name, side)
    return facts.Reading(reader, event.up_to, event.message_ids, recorded.at, event.unread_count)


def _delivered(recorded: Recorded, side: str, author: bool) -> facts.Delivery:
    event: Any = recorded.event
    reader = facts.who(f"{event.reader_kind}:{event.reader_id}", event.reader_name, side)
    return facts.Delivery(reader, event.up_to, event.message_ids, recorded.at)


def _reacting(recorded: Recorded, side: str, author: bool) -> facts.Reacting | None:
    event: Any = recorded.event
    if recorded.about is None:
        return None
    who = facts.who(recorded.actor, event.name, side)
    return facts.Reacting(event.message_id, event.emoji, who, beside.reactions(recorded.about, side))


def _flagged(recorded: Recorded, side: str, author: bool) -> facts.Flagged | None:
    event: Any = recorded.event
    return None if side == "contact" else facts.Flagged(event.message_id, event.flag_id)


def _resolved(recorded: Recorded, side: str, author: bool) -> facts.Resolved | None:
    event: Any = recorded.event
    return None if side == "contact" else facts.Resolved(event.message_id, event.resolution)


def _contact(recorded: Recorded, side: str, author: bool) -> facts.AboutContact | None:
    return None if recorded.about is None else facts.AboutContact(shapes.contact(recorded.about))


def _staff(recorded: Recorded, side: str, author: bool) -> facts.AboutStaff | None:
    return None if recorded.about is None else facts.AboutStaff(shapes.staff(recorded.about))


def _workspace(recorded: Recorded, side: str, author: bool) -> facts.AboutWorkspace | None:
    return None if recorded.about is None else facts.AboutWorkspace(shapes.workspace(recorded.about))


def _token(recorded: Recorded, side: str, author: bool) -> facts.AboutToken:
    event: Any = recorded.event
    return facts.AboutToken(event.token_id, event.contact_id)


def _expired(recorded: Recorded, side: str, author: bool) -> facts.Expired:
    event: Any = recorded.event
    return facts.Expired(event.contact_id)


def _label(recorded: Recorded, side: str, author: bool) -> facts.AboutLabel | None:
    return None if recorded.about is None else facts.AboutLabel(shapes.label(recorded.about))


def _deleted(recorded: Recorded, side: str, author: bool) -> facts.Deleted:
    event: Any = recorded.event
    return facts.Deleted(getattr(event, "label_id", None) or event.conversation_id)


def _merged(recorded: Recorded, side: str, author: bool) -> facts.Merged | None:
    event: Any = recorded.event
    if recorded.about is None:
        return None
    return facts.Merged(shapes.conversation(recorded.about, side), event.merged_id)


def _merged_contact(recorded: Recorded, side: str, author: bool) -> facts.MergedInto | None:
    event: Any = recorded.event
    about = recorded.about
    return None if about is None else facts.MergedInto(event.contact_id, shapes.contact(about), event.apart)


def _canned(recorded: Recorded, side: str, author: bool) -> facts.AboutCanned | None:
    return None if recorded.about is None else facts.AboutCanned(shapes.canned(recorded.about))


def _canned_gone(recorded: Recorded, side: str, author: bool) -> facts.CannedGone:
    event: Any = recorded.event
    return facts.CannedGone(event.canned_id)


WORDS: dict[type[Event], Word] = {
    MessageSent: _message,
    MessageEdited: _message,
    MessageDeleted: _message,
    AttachmentsUpdated: _message,
    MessagePinned: _message,
    MessageUnpinned: _message,
    ReactionAdded: _reacting,
    ReactionRemoved: _reacting,
    MessageFlagged: _flagged,
    FlagResolved: _resolved,
    MessageRead: _read,
    MessageDelivered: _delivered,
    ConversationStarted: _conversation,
    ConversationUpdated: _conversation,
    ConversationAssigned: _conversation,
    ConversationDeleted: _deleted,
    ConversationMerged: _merged,
    ConversationTriaged: _conversation,
    ParticipantJoined: _participant,
    ParticipantLeft: _participant,
    ContactAdded: _contact,
    ContactUpdated: _contact,
    ContactBlocked: _contact,
    ContactUnblocked: _contact,
    ContactMerged: _merged_contact,
    ContactExpired: _expired,
    StaffAdded: _staff,
    StaffUpdated: _staff,
    StaffDeactivated: _staff,
    LabelAdded: _label,
    LabelUpdated: _label,
    LabelDeleted: _deleted,
    TokenIssued: _token,
    TokenRevoked: _token,
    WorkspaceUpdated: _workspace,
    CannedAdded: _canned,
    CannedUpdated: _canned,
    CannedDeleted: _canned_gone,
}
