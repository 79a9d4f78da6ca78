"""The whole story of what follows from what: every fact there is, and the jobs it plans.

A fact without consequences has its line too. Jobs are planned inside the fact's own transaction, by pure functions
of the fact and the time.
"""

from collections.abc import Callable

from msgspec import Struct

from careline.core.events import Event
from careline.features.attachments.events import AttachmentsRemoved, AttachmentUploaded, UploadBegun
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
    HoursMissed,
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
from careline.features.push.events import DeviceRegistered, DeviceRemoved
from careline.features.reactions.events import ReactionAdded, ReactionRemoved
from careline.features.receipts.events import MessageDelivered, MessageRead
from careline.features.tokens.events import CodeRequested, SessionRevoked, TokenIssued, TokenRevoked
from careline.features.workspaces.events import WorkspaceAdded, WorkspaceUpdated
from careline.store.database import Job

DAY = 86_400_000
Plans = list[Callable[[Event, int], Job | None]]


class ExpireVisit(Struct, frozen=True):
    """Look after a day whether the stranger ever wrote."""

    contact_id: str


def expire_unused_visit(event: Event, now: int) -> Job | None:
    assert isinstance(event, ContactAdded)
    return Job("visit.expire", ExpireVisit(event.contact_id), now + DAY) if event.anonymous else None


class WakeConversation(Struct, frozen=True):
    """Look at the time until which it was put off whether it still is."""

    conversation_id: str


def wake_in_time(event: Event, now: int) -> Job | None:
    assert isinstance(event, ConversationTriaged)
    if event.snoozed_until is None or "snoozed_until" not in event.changed:
        return None
    return Job("conversation.wake", WakeConversation(event.conversation_id), event.snoozed_until)


class SendCode(Struct, frozen=True):
    """Make a one-time code and send it, if it is for anybody."""

    code_id: str


def send_code(event: Event, now: int) -> Job | None:
    assert isinstance(event, CodeRequested)
    return Job("code.send", SendCode(event.code_id))


class SendNotice(Struct, frozen=True):
    """Say once that nobody is there."""

    conversation_id: str


def send_notice(event: Event, now: int) -> Job | None:
    assert isinstance(event, HoursMissed)
    return Job("notice.send", SendNotice(event.conversation_id))


class ExpireAttachment(Struct, frozen=True):
    """Look whether the upload was ever sent."""

    attachment_id: str


class EndUpload(Struct, frozen=True):
    """Look whether the file ever came, and take away what lies where it was to come."""

    attachment_id: str


class RemoveAttachments(Struct, frozen=True):
    """Take away the bytes that nobody may have any more."""

    attachment_ids: tuple[str, ...]


def expire_unsent_attachment(event: Event, now: int) -> Job | None:
    assert isinstance(event, AttachmentUploaded)
    return Job("attachment.expire", ExpireAttachment(event.attachment_id), event.expires_at)


def end_upload(event: Event, now: int) -> Job | None:
    assert isinstance(event, UploadBegun)
    return Job("upload.end", EndUpload(event.attachment_id), event.expires_at)


def remove_attachments(event: Event, now: int) -> Job | None:
    assert isinstance(event, AttachmentsRemoved)
    return Job("attachment.remove", RemoveAttachments(event.attachment_ids))


class ForgetDevices(Struct, frozen=True):
    """Reach nobody any more on what this credential, or this person, had registered."""

    credential: str | None = None
    person: str | None = None


def forget_devices(event: Event, now: int) -> Job | None:
    """A device goes with what let its person in: else its next owner reads what is for somebody else."""
    match event:
        case TokenRevoked(token_id=id_):
            gone = ForgetDevices(credential=f"token:{id_}")
        case SessionRevoked(session_id=id_):
            gone = ForgetDevices(credential=f"session:{id_}")
        case StaffDeactivated(staff_id=id_):
            gone = ForgetDevices(person=f"staff:{id_}")
        case ContactExpired(contact_id=id_) | ContactMerged(contact_id=id_):
            gone = ForgetDevices(person=f"contact:{id_}")
        case _:
            return None
    return Job("device.forget", gone)


CONSEQUENCES: dict[type[Event], Plans] = {
    WorkspaceAdded: [],
    WorkspaceUpdated: [],
    StaffAdded: [],
    StaffUpdated: [],
    StaffDeactivated: [forget_devices],
    ContactAdded: [expire_unused_visit],
    ContactUpdated: [],
    ContactBlocked: [],
    ContactUnblocked: [],
    ContactMerged: [forget_devices],
    ContactExpired: [forget_devices],
    CodeRequested: [send_code],
    TokenIssued: [],
    TokenRevoked: [forget_devices],
    SessionRevoked: [forget_devices],
    CannedAdded: [],
    CannedUpdated: [],
    CannedDeleted: [],
    ConversationStarted: [],
    ConversationUpdated: [],
    ConversationAssigned: [],
    ConversationDeleted: [],
    ConversationMerged: [],
    ConversationTriaged: [wake_in_time],
    ParticipantJoined: [],
    ParticipantLeft: [],
    LabelAdded: [],
    LabelUpdated: [],
    LabelDeleted: [],
    UploadBegun: [end_upload],
    AttachmentUploaded: [expire_unsent_attachment],
    AttachmentsRemoved: [remove_attachments],
    AttachmentsUpdated: [],
    MessageSent: [],
    MessageEdited: [],
    MessageDeleted: [],
    MessagePinned: [],
    MessageUnpinned: [],
    ReactionAdded: [],
    ReactionRemoved: [],
    MessageFlagged: [],
    FlagResolved: [],
    MessageRead: [],
    MessageDelivered: [],
    HoursMissed: [send_notice],
    DeviceRegistered: [],
    DeviceRemoved: [],
}


def plan(event: Event, now: int) -> list[Job]:
    """The jobs that follow from a fact."""
    return [job for consequence in CONSEQUENCES[type(event)] if (job := consequence(event, now))]
