"""What every kind of job does: a verb in a transaction, or an errand out of the house."""

import secrets
from collections.abc import Awaitable, Callable

import msgspec

from careline import consequences
from careline.core.actor import Actor
from careline.features.attachments.actions import expire_unsent
from careline.features.attachments.intake import Intake
from careline.features.attachments.straight import end_upload
from careline.features.conversations.visits import expire_visit
from careline.features.desk.actions import wake_conversation
from careline.features.messages.notices import send_notice
from careline.features.push.actions import forget_devices
from careline.features.tokens.codes import make_code
from careline.store.database import Database, Tx
from careline.work.runner import Do, Errand


async def _wake(tx: Tx, actor: Actor, payload: str) -> None:
    wake = msgspec.json.decode(payload, type=consequences.WakeConversation)
    await wake_conversation(tx, actor, wake.conversation_id)


async def _expire_visit(tx: Tx, actor: Actor, payload: str) -> None:
    await expire_visit(tx, actor, msgspec.json.decode(payload, type=consequences.ExpireVisit).contact_id)


async def _expire_attachment(tx: Tx, actor: Actor, payload: str) -> None:
    await expire_unsent(tx, actor, msgspec.json.decode(payload, type=consequences.ExpireAttachment).attachment_id)


async def _send_notice(tx: Tx, actor: Actor, payload: str) -> None:
    await send_notice(tx, actor, msgspec.json.decode(payload, type=consequences.SendNotice).conversation_id)


async def _forget_devices(tx: Tx, actor: Actor, payload: str) -> None:
    gone = msgspec.json.decode(payload, type=consequences.ForgetDevices)
    await forget_devices(tx, actor, credential=gone.credential, person=gone.person)


JOBS: dict[str, Do] = {
    "attachment.expire": _expire_attachment,
    "conversation.wake": _wake,
    "device.forget": _forget_devices,
    "notice.send": _send_notice,
    "visit.expire": _expire_visit,
}


def errands(database: Database, intake: Intake, send: Callable[[str, str], Awaitable[None]]) -> dict[str, Errand]:
    """The jobs that need more than the store: where files lie, and what `send`s a text to a phone."""

    async def remove_attachments(actor: Actor, payload: str) -> None:
        wanted = msgspec.json.decode(payload, type=consequences.RemoveAttachments).attachment_ids
        await intake.remove_all(database, actor, list(wanted))

    async def end_arrival(actor: Actor, payload: str) -> None:
        wanted = msgspec.json.decode(payload, type=consequences.EndUpload)
        await database.write(end_upload, actor, wanted.attachment_id)
        await intake.clear_arrival(wanted.attachment_id)

    async def send_code(actor: Actor, payload: str) -> None:
        """A code is made when it is sent, so that it stands nowhere but in the message."""
        wanted = msgspec.json.decode(payload, type=consequences.SendCode)
        code = f"{secrets.randbelow(1_000_000):06}"
        text = await database.write(make_code, actor, wanted.code_id, code)
        if text is not None:
            await send(text.phone, text.text)

    return {"attachment.remove": remove_attachments, "code.send": send_code, "upload.end": end_arrival}
