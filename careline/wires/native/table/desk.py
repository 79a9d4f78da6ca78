"""What staff do with conversations: labels, triage, history, merging, deleting, transcripts."""

import asyncio

from msgspec import UNSET, Struct, UnsetType

from careline.features.conversations.rows import Priority
from careline.features.desk.actions import label_conversation, list_changes, mark_unread, triage_conversation
from careline.features.desk.labels import add_label, delete_label, list_labels, update_label
from careline.features.desk.merging import merge_conversations
from careline.features.desk.removal import delete_conversation
from careline.features.desk.rules import COLOUR
from careline.features.desk.transcripts import PAGES, open_transcript, transcript_page
from careline.features.messages.rows import Message
from careline.wires import typeset
from careline.wires.native import shapes, transcripts
from careline.wires.native.commands import Asking, Document, Nothing, Request, command, given
from careline.wires.native.table.conversations import Limit, Which, one


class AddLabel(Request, frozen=True):
    name: str
    colour: str = COLOUR


class WhichLabel(Request, frozen=True):
    label_id: str


class ChangeLabel(WhichLabel, frozen=True):
    name: str | None = None
    colour: str | None = None


class LabelList(Struct, frozen=True):
    items: list[shapes.Label]


class Triage(Which, frozen=True):
    labels: list[str] | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET
    snoozed_until: int | UnsetType | None = UNSET


class NameLabels(Which, frozen=True):
    names: list[str]


class Merge(Which, frozen=True):
    into: str


class History(Which, frozen=True):
    limit: Limit = 50
    cursor: str | None = None


class Keep(Which, frozen=True):
    format: transcripts.Format = "json"
    time_zone: str = "UTC"
    notes: bool = False
    before: str | None = None


class ChangeList(Struct, frozen=True):
    """Newest first; `next` is the cursor of what follows, None at the end."""

    items: list[shapes.Change]
    next: str | None


@command("label.list", "GET", "/v1/labels", LabelList, who="staff")
async def labels(ask: Asking, request: Nothing) -> LabelList:
    """The workspace's labels, by name."""
    return LabelList([shapes.label(one) for one in await ask.server.database.read(list_labels, ask.somebody)])


@command("label.add", "POST", "/v1/labels", shapes.Label, who="staff", status=201)
async def new_label(ask: Asking, request: AddLabel) -> shapes.Label:
    """Add a label; for administrators."""
    return shapes.label(await ask.server.database.write(add_label, ask.somebody, request.name, request.colour))


@command("label.update", "PATCH", "/v1/labels/{label_id}", shapes.Label, who="staff")
async def change_label(ask: Asking, request: ChangeLabel) -> shapes.Label:
    """Change a label's name or colour; for administrators."""
    stored = await ask.server.database.write(
        update_label, ask.somebody, request.label_id, name=request.name, colour=request.colour
    )
    return shapes.label(stored)


@command("label.delete", "DELETE", "/v1/labels/{label_id}", shapes.Empty, who="staff", status=204)
async def end_label(ask: Asking, request: WhichLabel) -> shapes.Empty:
    """Delete a label; conversations lose it. For administrators."""
    await ask.server.database.write(delete_label, ask.somebody, request.label_id)
    return shapes.Empty()


@command("conversation.triage", "PATCH", "/v1/conversations/{conversation_id}/triage", shapes.Conversation, who="staff")
async def triage(ask: Asking, request: Triage) -> shapes.Conversation:
    """Sort a conversation: labels, priority, pin, and until when it is put off. Contacts learn nothing of it."""
    wishes = given(request, "labels", "priority", "pinned", "snoozed_until")
    await ask.server.database.write(triage_conversation, ask.somebody, request.conversation_id, wishes)
    return await one(ask, request.conversation_id)


@command("conversation.label", "PUT", "/v1/conversations/{conversation_id}/labels", shapes.Conversation, who="staff")
async def label(ask: Asking, request: NameLabels) -> shapes.Conversation:
    """Let a conversation bear exactly the labels of these names; those that are missing are made."""
    await ask.server.database.write(label_conversation, ask.somebody, request.conversation_id, request.names)
    return await one(ask, request.conversation_id)


@command("conversation.unread", "POST", "/v1/conversations/{conversation_id}/unread", shapes.Conversation, who="staff")
async def unread(ask: Asking, request: Which) -> shapes.Conversation:
    """Show a conversation to the staff as unread until one of them reads it again."""
    await ask.server.database.write(mark_unread, ask.somebody, request.conversation_id)
    return await one(ask, request.conversation_id)


@command("conversation.history", "GET", "/v1/conversations/{conversation_id}/history", ChangeList, who="staff")
async def history(ask: Asking, request: History) -> ChangeList:
    """Who changed status, assignee, priority and labels of a conversation, newest first."""
    server, actor = ask.server, ask.somebody
    use = f"history/{request.conversation_id}"
    before = server.cursors.decode(request.cursor, actor.workspace_id, use) if request.cursor else None
    page = await server.database.read(
        list_changes, actor, request.conversation_id, before=before, limit=request.limit
    )  # fmt: skip
    further = None if page.before is None else server.cursors.encode(page.before, actor.workspace_id, use)
    return ChangeList([shapes.change(change) for change in page.items], further)


@command("conversation.merge", "POST", "/v1/conversations/{conversation_id}/merge", shapes.Conversation, who="staff")
async def merge(ask: Asking, request: Merge) -> shapes.Conversation:
    """Put all of a conversation into another one of the same contacts; the first is gone."""
    await ask.server.database.write(merge_conversations, ask.somebody, request.conversation_id, request.into)
    return await one(ask, request.into)


@command(
    "conversation.delete",
    "DELETE",
    "/v1/conversations/{conversation_id}",
    shapes.Empty,
    who="staff",
    status=204,
)
async def end(ask: Asking, request: Which) -> shapes.Empty:
    """Delete a conversation with all that was said in it; for administrators."""
    await ask.server.database.write(delete_conversation, ask.somebody, request.conversation_id)
    return shapes.Empty()


@command(
    "conversation.transcript",
    "GET",
    "/v1/conversations/{conversation_id}/transcript",
    transcripts.Transcript,
    on_socket=False,
    also=("text/plain; charset=utf-8", "application/pdf"),
)
async def transcript(ask: Asking, request: Keep) -> transcripts.Transcript | Document:
    """What was said, to keep: the newest 2,000 messages or those before a cursor, as JSON, text or PDF."""
    server, actor = ask.server, ask.somebody
    where, use = transcripts.zone(request.time_zone), f"transcript/{request.conversation_id}"
    before = server.cursors.decode(request.before, actor.workspace_id, use, "before") if request.before else None
    cover = await server.database.read(open_transcript, actor, request.conversation_id, notes=request.notes)
    said: list[Message] = []
    for _ in range(PAGES):
        page, before = await server.database.read(
            transcript_page, actor, request.conversation_id, before=before, notes=request.notes
        )
        said = page + said
        if before is None:
            break
        await asyncio.sleep(0)
    further = None if before is None else server.cursors.encode(before, actor.workspace_id, use)
    now = server.clock()
    told = await asyncio.to_thread(transcripts.transcript, cover, said, actor.kind, where, now, further)
    if request.format == "json":
        return told
    ending = {"text": "txt", "pdf": "pdf"}[request.format]
    name = transcripts.filename(request.conversation_id, now, ending)
    if request.format == "text":
        return Document(await asyncio.to_thread(transcripts.as_text, told), "text/plain; charset=utf-8", name)
    return Document(await typeset.pdf(await asyncio.to_thread(transcripts.as_document, told)), "application/pdf", name)
