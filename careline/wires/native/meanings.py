"""What each word of the native wire means, told once: one word means the same in every command, answer and event.

The documents are made of the command table's types and of these sentences; a field without one fails the tests.
"""

from typing import Any, NamedTuple


class Field(NamedTuple):
    """What a field says, and an example of it."""

    says: str
    example: Any = None


_NOON = 1_795_262_400_000
_ID = "019ab5c2-7d10-7c4e-9f3a-5b8e2d614c07"
_MESSAGE_ID = "019ab5c2-9e44-7a02-8d17-0c6f5e3b9a21"
_CURSOR = "u1Yk2mVqXo0S4cJr8tEw5bHn7dKp3fLz"

FIELDS: dict[str, Field] = {
    "accent": Field("Colour of the widget and the links, as `#rrggbb`.", "#0f766e"),
    "access_expires_at": Field("When `access_token` ends: 15 minutes from now.", _NOON + 900_000),
    "access_token": Field(
        "What staff send as `Authorization: Bearer`.", "cla_3sV0n6T9bqLw5yX2eR8uK1mP4aZ7cD0fG3hJ6kN9oQs"
    ),
    "actor": Field("Who the server takes this socket for."),
    "after": Field("Cursor of what comes after, null where there is nothing.", _CURSOR),
    "by": Field("Whose it is, in the order they came."),
    "anonymous": Field("Nobody has vouched for who they are.", False),
    "around": Field("A message id: the page has that message in its middle.", _MESSAGE_ID),
    "assignee_id": Field("The staff member who takes care of it; always null to contacts.", "ana"),
    "at": Field("When it happened.", _NOON),
    "attributes": Field(
        "A JSON object of the host's own, at most 8,192 bytes; kept, never looked into.", {"plan": "family"}
    ),
    "before": Field("Cursor of what comes before, null where there is nothing.", _CURSOR),
    "body": Field("What is said: 1 to 8,000 characters, empty when deleted.", "Is my prescription ready?"),
    "client_id": Field(
        "The sender's own name for the message, 1 to 128 ASCII characters; a retry with it gives the same message. "
        "Told to its author only.",
        "d0c4f6a2-1",
    ),
    "closed_at": Field("When it was closed or archived, null while it is neither."),
    "contact": Field("The contact."),
    "contact_id": Field("The contact.", "cara"),
    "contact_message_status": Field("What a contact's message makes of the status; null leaves it.", "open"),
    "conversation": Field("The conversation."),
    "conversation_id": Field("The conversation.", _ID),
    "cookie": Field("Put the refresh token into an HttpOnly cookie instead of the answer; for our own pages.", False),
    "count": Field("How many.", 1),
    "created_at": Field("When it was made.", _NOON),
    "cursor": Field("Where to go on from: opaque, good until the epoch changes.", _CURSOR),
    "data": Field("What happened, in the shape that belongs to `type`."),
    "deactivated_at": Field("When they were shut out, null while they work here."),
    "deleted": Field("Whether it was taken back.", False),
    "deleted_at": Field("When it was taken back, null while it stands."),
    "delivered_at": Field("When the other side first had it, null until then; told by history, not by events."),
    "edit_window_ms": Field("For how long an author may edit a message, in milliseconds; 0 for never.", 600_000),
    "edited_at": Field("When it was last edited, null if never."),
    "email": Field("E-mail address.", "cara@example.com"),
    "emoji": Field("One emoji, at most 48 bytes of UTF-8.", "👍"),
    "epoch": Field("Changes when a backup was restored: then read everything anew.", "5f0c8a"),
    "error": Field("Why not: the same problem details as over HTTP."),
    "expires_at": Field("When it ends; null for never.", _NOON + 2_592_000_000),
    "forwarded": Field("It repeats what was said in another conversation.", False),
    "fresh": Field("Ask for a new one where the workspace lets a contact have many.", False),
    "greeting": Field("What the widget says first, at most 500 characters.", "Hello! Ask us anything."),
    "id": Field("Its id.", _ID),
    "items": Field("What was asked for."),
    "joined_at": Field("When they began to take part.", _NOON),
    "kind": Field("`staff`, `contact` or `system`.", "contact"),
    "label": Field("What a link is for, shown in the list of links.", "by text message"),
    "last_message": Field("The last message that both sides see, null before the first."),
    "last_seen_at": Field("When they were last connected, null if never.", _NOON),
    "last_used_at": Field("When it last let somebody in, null if never."),
    "limit": Field("At most so many.", 50),
    "message": Field("The message."),
    "message_count": Field("Messages that both sides see.", 4),
    "message_id": Field("The message.", _MESSAGE_ID),
    "message_ids": Field("Exactly these messages, 1 to 200 of them, instead of `up_to`."),
    "mentions": Field(
        "Ids of the staff a note turns to, at most 20; they take part from then on. Always empty to contacts."
    ),
    "metadata": Field("A JSON object of the host's own: 8,192 bytes for a conversation, 4,096 for a message.", {}),
    "name": Field("What they are called.", "Cara"),
    "new_password": Field("8 to 128 characters, not one of those everybody tries first.", "correct horse battery"),
    "next": Field("Cursor of the next page, null at the end."),
    "old_password": Field("The password until now.", "kept in a safe place"),
    "online": Field("Whether they are connected.", True),
    "origins": Field(
        "Web origins whose pages may embed the widget and call the API, at most 100.", ["https://shop.example"]
    ),
    "page": Field("The page the visitor is on, kept in the conversation's metadata.", "https://shop.example/sun"),
    "participants": Field("Who takes part, in the order they joined."),
    "password": Field("8 to 128 characters, not one of those everybody tries first.", "correct horse battery"),
    "person_id": Field("The staff member or contact.", "ben"),
    "phone": Field("Phone number; everything but digits and a leading plus is dropped.", "+442079460000"),
    "pinned_at": Field("When it was pinned, null while it is not."),
    "reactions": Field("What people feel about it, the first emoji first."),
    "read_at": Field("When the other side first read it, null until then; told by history, not by events."),
    "reader": Field("Who has it."),
    "refresh_expires_at": Field("When the whole session ends: 12 hours after signing in.", _NOON + 43_200_000),
    "refresh_token": Field(
        "What gets the next access token; works once. Null where a cookie carries it.",
        "clr_8kN1oQ4rS7tU0vW3xY6zA9bC2dE5fG8hI1jK4lM7nOp",
    ),
    "reply": Field("The message this replies to, as it is now; null where it replies to none."),
    "reply_to": Field("The id of the message this replies to, in the same conversation."),
    "reset": Field("What was missed is not known any more: read everything anew.", False),
    "revoked_at": Field("When it was revoked, null while it works."),
    "role": Field("`admin` or `agent`: may they change staff and workspace?", "agent"),
    "said_at": Field("Since when it had said so.", _NOON),
    "scope": Field("`all`: sees every conversation; `participating`: only those they take part in.", "all"),
    "secret": Field("From the link that the server printed.", "cls_2bV5nX8mC1kL4jH7gF0dS3aP6oI9uY2tR5eW8qZ1xAs"),
    "sender_id": Field("Who said it; null to contacts where staff said it.", "cara"),
    "sender_kind": Field("Whose side said it.", "contact"),
    "sender_label": Field("Another name to sign with, such as The night counter; for staff."),
    "sender_name": Field("What they were called when they said it.", "Cara"),
    "since": Field("The cursor of what was heard last; without it, nothing of the past.", _CURSOR),
    "staff": Field("The staff member."),
    "staff_id": Field("The staff member.", "ana"),
    "staff_online": Field("Whether anybody of the staff is connected.", True),
    "staff_reply_status": Field("What a staff member's message makes of the status; null leaves it."),
    "status": Field("`open`, `pending`, `closed` or `archived`.", "open"),
    "subject": Field("What it is about, at most 200 characters; empty removes it.", "Sunscreen"),
    "threading": Field("`per_contact`, `per_staff` or `many`: how many conversations a contact has.", "per_contact"),
    "ticket": Field("Opens one socket within 30 seconds.", "clt_6gH9jK2lM5nP8qR1sT4uV7wX0yZ3aB6cD9eF2gH5jKm"),
    "token": Field("Lets the contact in; shown this once.", "clc_4rT7yU0iO3pA6sD9fG2hJ5kL8zX1cV4bN7mQ0wE3rTy"),
    "token_id": Field("The chat link.", _ID),
    "type": Field("What this is.", "message.sent"),
    "typing": Field("True when they begin, false when they stop.", True),
    "unread_count": Field("Messages that nobody of one's own side has read.", 1),
    "up_to": Field("A message id: this one and all before it. Without it: everything.", _MESSAGE_ID),
    "updated_at": Field("When it was last changed.", _NOON),
    "url": Field("The link that carries the token, for a contact to open."),
    "view": Field("`all`, `mine` (assigned to me) or `unassigned`.", "all"),
    "wait": Field("Hold the answer back for something to happen, at most so many seconds.", 0),
    "who": Field("Whose it is."),
    "workspace": Field("The workspace."),
    "workspace_id": Field("The workspace.", "greenleaf"),
    "workspace_name": Field("What the workspace is called.", "Greenleaf Pharmacy"),
    "workspaces": Field("All the workspaces the account works in."),
    # The same word where it means something nearer.
    "List.status": Field("One of the four, `active` for open and pending together, or `any`.", "active"),
    "List.cursor": Field("The `next` of the page before."),
    "History.before": Field("The `before` of a page: what comes before it."),
    "History.after": Field("The `after` of a page: what comes after it."),
    "Message.kind": Field(
        "`text`; `file`, kept elsewhere, as the metadata says; `system`, said by the system; `note`, for staff only.",
        "text",
    ),
    "Message.id": Field("Its id.", _MESSAGE_ID),
    "Message.deleted_at": Field("When it was taken back, null while it stands."),
    "DeleteMany.message_ids": Field("1 to 100 messages, each of them once.", [_MESSAGE_ID]),
    "Forward.conversation_id": Field("Where to say it again.", _ID),
    "Said.body": Field("What it said.", "Is my perscription ready?"),
    "Reply.id": Field("Its id.", _MESSAGE_ID),
    "Reply.kind": Field("`text`, `file`, `system` or, told to staff only, `note`.", "text"),
    "Reply.body": Field("Its first 200 characters, empty when deleted.", "Is my prescription ready?"),
    "Reactor.id": Field("Their id; null to contacts where it is staff.", "cara"),
    "Reactor.name": Field("What they were called when they reacted.", "Cara"),
    "LastMessage.id": Field("Its id.", _MESSAGE_ID),
    "LastMessage.kind": Field("`text`, `file` or `system`.", "text"),
    "LastMessage.body": Field("Its first 200 characters.", "Is my prescription ready?"),
    "Send.kind": Field(
        "`text`; `file`, kept elsewhere, as the metadata says; for staff also `system` and `note`, told to staff only.",
        "text",
    ),
    "Receipt.kind": Field("`read` or `delivered`.", "read"),
    "Reading.unread_count": Field("What is left unread on the reader's side.", 0),
    "AddContact.id": Field("The host system's own id: 1 to 128 printable characters; without it one is made.", "cara"),
    "WhoJoins.kind": Field("`staff` or `contact`.", "staff"),
    "WhoLeaves.kind": Field("`staff` or `contact`.", "staff"),
    "WhoJoins.id": Field("The staff member or contact.", "ben"),
    "Contact.id": Field("Their id.", "cara"),
    "Staff.id": Field("Their id.", "ana"),
    "Person.id": Field("Their id; null to contacts where it is staff.", "cara"),
    "Participant.id": Field("Their id; null to contacts where it is staff.", "cara"),
    "Who.id": Field("Their id; null to contacts where it is staff.", "cara"),
    "Reader.id": Field("Their id; null to contacts where it is staff.", "cara"),
    "Typist.id": Field("Their id; null to contacts where it is staff.", "cara"),
    "Presence.id": Field("Their id; null to contacts where it is staff.", "cara"),
    "Expired.id": Field("The contact who is gone.", "019ab5c2-7d10-7c4e-9f3a-5b8e2d614c07"),
    "AboutToken.id": Field("The chat link."),
    "Me.id": Field("One's own id.", "cara"),
    "Workspace.id": Field("Its id.", "greenleaf"),
    "Workspace.name": Field("What it is called.", "Greenleaf Pharmacy"),
    "WorkspaceName.id": Field("Its id.", "greenleaf"),
    "WorkspaceName.name": Field("What it is called.", "Greenleaf Pharmacy"),
    "Face.id": Field("Its id.", "greenleaf"),
    "Face.name": Field("What it is called.", "Greenleaf Pharmacy"),
    "Welcome.name": Field("What it is called.", "Greenleaf Pharmacy"),
    "ChangeWorkspace.name": Field("What it is called.", "Greenleaf Pharmacy"),
    "SetUp.name": Field("The first administrator's name.", "Ana"),
    "SetUp.email": Field("The address they sign in with.", "ana@greenleaf.example"),
    "SignIn.email": Field("The account's address.", "ana@greenleaf.example"),
    "SignIn.workspace_id": Field("Which of the account's workspaces; without it, its first.", "greenleaf"),
    "Refresh.workspace_id": Field("Another of the account's workspaces to go on in.", "greenleaf"),
    "AddStaff.email": Field("The address they sign in with.", "ben@greenleaf.example"),
    "AddStaff.name": Field("What they are called.", "Ben"),
    "AddStaff.password": Field("Not needed for an address that has an account already: it works here too."),
    "Staff.email": Field("Their address.", "ana@greenleaf.example"),
    "Staff.name": Field("What they are called.", "Ana"),
    "ChangeStaff.name": Field("What they are called.", "Ana"),
    "Start.contact_id": Field("With whom; contacts need not say that it is themselves.", "cara"),
    "Start.staff_id": Field("With whom of the staff, where the workspace keeps a thread for each.", "ana"),
    "Assign.staff_id": Field("To whom; null for nobody.", "ben"),
    "Ticket.expires_at": Field("When it ends: 30 seconds from now.", _NOON + 30_000),
    "Feed.wait": Field("Hold the answer back for something to happen, at most so many seconds.", 25),
}

EVENTS: dict[str, str] = {
    "conversation.assigned": "A conversation was given to a staff member, or to nobody.",
    "conversation.started": "A conversation began.",
    "conversation.updated": "Subject, status or metadata changed, also when a message changed the status.",
    "contact.added": "Somebody who may write was added, or a stranger began to.",
    "contact.expired": "A stranger who never wrote was forgotten, a day after they came.",
    "contact.updated": "A contact's details changed.",
    "message.deleted": "A message was taken back: its place stays, its text is gone.",
    "message.delivered": "A reader's client has the messages.",
    "message.edited": "A message was said differently.",
    "message.pinned": "A message was pinned.",
    "message.read": "A reader read the messages, for their whole side.",
    "message.sent": "Somebody said something.",
    "message.unpinned": "A message is pinned no longer.",
    "participant.joined": "Somebody takes part in a conversation now.",
    "participant.left": "Somebody takes part no more; `kind` and `id` say who.",
    "reaction.added": "Somebody reacted to a message.",
    "reaction.removed": "Somebody took their reaction back.",
    "staff.added": "Somebody works here now.",
    "staff.deactivated": "A staff member was shut out; their sockets are closed.",
    "staff.updated": "A staff member's name, role or scope changed; a new role or scope closes their sockets.",
    "token.issued": "A chat link was made for a contact.",
    "token.revoked": "A chat link was ended, and the sockets it had opened.",
    "workspace.updated": "The workspace is set up differently.",
}

SILENT: dict[str, str] = {
    "session.revoked": "A session ended; its sockets are closed.",
    "workspace.added": "The workspace's log begins with it, when nobody listens yet.",
}

SIGNALS: dict[str, str] = {
    "presence": "Somebody came (their first socket) or has been gone for five seconds: staff hear it of everybody, "
    "contacts of staff.",
    "typing": "Somebody types, or stopped: the others of the conversation hear it.",
}


def field(struct: str, name: str) -> Field:
    """What a field of a struct means."""
    return FIELDS.get(f"{struct}.{name}") or FIELDS[name]


# Every `code` of a refusal: the HTTP status it comes with and what to make of it.
CODES: dict[str, tuple[int, str]] = {
    "bad_request": (400, "The bytes are not what the protocol asks for; `detail` says what is wrong."),
    "no_such_command": (400, "The socket has no such command; some are for HTTP only."),
    "no_such_workspace": (400, "A stranger cannot begin to write to a workspace that is not there."),
    "token_in_url": (400, "Tokens belong into the Authorization header or the socket's first frame."),
    "unauthenticated": (401, "The credential is missing, wrong, expired or revoked: sign in, or refresh the session."),
    "csrf": (403, "A cookie is taken only from Careline's own pages."),
    "forbidden": (403, "The server knows who this is, and they may not do it."),
    "origin_not_allowed": (403, "The workspace does not list the page's origin."),
    "not_found": (404, "Not there, or not there for whoever asks: the two look the same."),
    "no_such_route": (404, "Nothing is at this address."),
    "method_not_allowed": (405, "The address takes other methods; `Allow` lists them."),
    "timeout": (408, "The body did not arrive within 30 seconds."),
    "conflict": (409, "It cannot be done because of what is there already."),
    "client_id_reused": (409, "This `client_id` named another message: a retry must say the same again."),
    "email_taken": (409, "The e-mail address has an account, or works here, already."),
    "message_deleted": (409, "The message was taken back: nothing can be done with it any more."),
    "too_large": (413, "More than 262,144 bytes."),
    "unsupported_media_type": (415, "A body is JSON, says so in Content-Type, and is not compressed."),
    "misdirected": (421, "The server does not go by this Host: see the setting `hosts`."),
    "invalid": (422, "A field has a value that cannot be taken; `field` names it."),
    "too_many": (429, "Faster than the limit: wait `retry_after_ms`."),
    "headers_too_large": (431, "The request line or the headers are larger than the limit."),
    "internal": (500, "The server's fault; its log has the `request_id`."),
    "unavailable": (
        503,
        "The store does not answer. Whether a write happened is unknown: retry with the same client_id.",
    ),
}

# What a command refuses with beyond what all of its kind do.
REFUSES: dict[str, tuple[str, ...]] = {
    "contact.add": ("conflict",),
    "conversation.start": ("not_found",),
    "message.edit": ("message_deleted",),
    "message.forward": ("client_id_reused", "message_deleted"),
    "message.pin": ("conflict", "message_deleted"),
    "message.send": ("client_id_reused", "conflict"),
    "participant.add": ("conflict",),
    "participant.remove": ("conflict",),
    "reaction.add": ("conflict", "message_deleted"),
    "session.create": ("unauthenticated", "too_many"),
    "session.refresh": ("unauthenticated", "csrf", "too_many"),
    "setup.complete": ("unauthenticated", "email_taken", "too_many"),
    "staff.add": ("email_taken",),
    "staff.update": ("conflict",),
    "staff.deactivate": ("conflict",),
    "visitor.start": ("no_such_workspace", "too_many"),
    "workspace.welcome": ("not_found",),
}

# Why the server closes a socket, and whether coming back helps.
CLOSES: dict[int, str] = {
    1000: "The client closed, and the server agrees.",
    1002: "The client broke the WebSocket protocol.",
    1003: "Binary messages are not spoken here.",
    1007: "A text message was not UTF-8.",
    1008: "A message came in more than 64 fragments.",
    1009: "A message had more than 65,536 bytes.",
    1012: "The server is stopping: come back after `retry_after_ms`, which the reason says as JSON.",
    1013: "The store does not answer now: come back a little later.",
    4400: "Five messages in a row could not be understood, or two `auth` frames at once.",
    4401: "Not authenticated, or the credential has expired: get a new one, then come back.",
    4403: "This somebody, or pages of this origin, may not be here; coming back does not help.",
    4408: "Nothing came in time: no `auth` within 5 s, half a message for 15 s, or silence for 70 s.",
    4410: "Revoked: the token or session ended, or the person's rights changed. Try once with what is valid now.",
    4413: "The client reads too slowly: come back and resume with `since`; nothing is lost.",
    4429: "Too many sockets, attempts, control frames or commands: wait before coming back.",
}
