"""What the native wire says: its words are the core's own, shaped for staff or for contacts.

A contact never sees a staff member's id, an assignee, a note or a number of the log.
"""

from msgspec import Struct

from careline.wires.native.shapes.people import (
    Contact,
    Device,
    Person,
    Staff,
    Token,
    contact,
    device,
    person,
    staff,
    token,
)
from careline.wires.native.shapes.said import Attachment, LastMessage, Message, attachment, message
from careline.wires.native.shapes.threads import (
    Canned,
    Change,
    Changer,
    Conversation,
    Label,
    Participant,
    canned,
    change,
    conversation,
    label,
    whole_conversation,
)
from careline.wires.native.shapes.workspace import Face, Me, Workspace, WorkspaceName, face, me, workspace

__all__ = [
    "Attachment",
    "Canned",
    "Change",
    "Changer",
    "Contact",
    "Conversation",
    "Device",
    "Empty",
    "Face",
    "Label",
    "LastMessage",
    "Me",
    "Message",
    "Participant",
    "Person",
    "Staff",
    "Token",
    "Workspace",
    "WorkspaceName",
    "attachment",
    "canned",
    "change",
    "contact",
    "conversation",
    "device",
    "face",
    "label",
    "me",
    "message",
    "person",
    "staff",
    "token",
    "whole_conversation",
    "workspace",
]


class Empty(Struct, frozen=True):
    """Done; there is nothing to say."""
