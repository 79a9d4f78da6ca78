"""One-time codes by phone: who can read what is sent to a number comes in as its owner.

Starting looks at nobody, so it cannot tell who is known here: whether a code is sent at all is decided by the job that
makes it. Only a keyed hash of a code is kept, tries are counted in the store over every process and session.
"""

from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac

from msgspec import Struct

from careline.core import ids, phones
from careline.core.actor import Actor
from careline.core.errors import Forbidden, Invalid, TooMany
from careline.core.limits import Rate
from careline.features.people.actions import add_contact
from careline.features.people.finding import contact_by_phone
from careline.features.people.rows import Contact
from careline.features.tokens import rules
from careline.features.tokens.actions import issue_token
from careline.features.tokens.events import CodeRequested
from careline.features.tokens.rows import IssuedToken
from careline.features.workspaces.actions import workspace_of
from careline.features.workspaces.rows import WorkspaceSettings, settings_of
from careline.store.database import Tx


class StartedCode(Struct, frozen=True):
    """`request_id` goes with the code that was sent for it, and with no other."""

    request_id: str
    expires_at: int


class Text(Struct, frozen=True):
    """What is sent to a number."""

    phone: str
    text: str


class Entered(Struct, frozen=True):
    """Who came in by a code, and the token that lets them in from now on."""

    contact: Contact
    issued: IssuedToken


class _Code(Struct):
    phone: str
    digest: str | None


async def start_code(tx: Tx, actor: Actor, phone: str) -> StartedCode:
    """Have a code sent to the number, if that is for anybody. `TooMany` for whoever had their share."""
    settings = await _settings(tx, actor)
    number = _number(settings, phone)
    if number is None:
        raise Invalid("phone", "Write a phone number such as +44 20 7946 0000.")
    for name, query in (
        ("codes_phone", "codes_of_phone"),
        ("codes_phone_day", "codes_of_phone"),
        ("codes_workspace", "codes_of_workspace"),
    ):
        await _has_share(tx, actor, tx.settings.rate(name), query, number)
    started = StartedCode(ids.new_id(), tx.now + rules.CODE)
    await tx.run(
        "insert_code",
        id=started.request_id,
        workspace_id=actor.workspace_id,
        phone=number,
        expires_at=started.expires_at,
        now=tx.now,
    )
    tx.emit(CodeRequested(code_id=started.request_id), actor)
    return started


async def _has_share(tx: Tx, actor: Actor, rate: Rate, query: str, phone: str) -> None:
    """Counted in the store: another process, or a restart, gives nobody more."""
    if rate.count == 0:
        raise TooMany(rate.window)
    more = {"phone": phone} if query == "codes_of_phone" else {}
    oldest = await tx.value(
        query, workspace_id=actor.workspace_id, since=tx.now - rate.window, skip=rate.count - 1, **more
    )
    if oldest is not None:
        raise TooMany(oldest + rate.window - tx.now + 1)


async def make_code(tx: Tx, actor: Actor, request_id: str, code: str) -> Text | None:
    """Let this be the code of a request, and say what to send; None where nothing is sent, because nobody may come in
    by that number. Done again, the code sent last is the one.
    """
    asked = await tx.one(_Code, "open_code", id=request_id, workspace_id=actor.workspace_id, now=tx.now)
    workspace = await workspace_of(tx, actor)
    if asked is None or not await _may_enter(tx, actor, settings_of(workspace), asked.phone):
        return None
    await tx.run("set_code", id=request_id, digest=await _digest(tx, request_id, code))
    return Text(asked.phone, f"{code} is your code for {workspace.name}. It is good for five minutes. Tell nobody.")


async def _may_enter(tx: Tx, actor: Actor, settings: WorkspaceSettings, phone: str) -> bool:
    if settings.phone_codes == "known":
        return await contact_by_phone(tx, actor, phone) is not None
    return settings.phone_codes == "anyone"


async def verify_code(
    tx: Tx, actor: Actor, request_id: str | None, phone: str, code: str, *, expires_at: int | None = None
) -> Entered | None:
    """Let in whoever knows the code that was sent. Every try counts, so a refusal is None: raising would undo that.

    Without a request it is the newest that is open for the number. `expires_at` is when the token ends.
    """
    settings = await _settings(tx, actor)
    number = _number(settings, phone) or ""
    if request_id is None:
        request_id = await tx.value("newest_code", workspace_id=actor.workspace_id, phone=number, now=tx.now) or ""
    tried = await tx.one(
        _Code, "try_code", id=request_id, workspace_id=actor.workspace_id, phone=number, most=rules.TRIES, now=tx.now
    )
    right = compare_digest(tried.digest if tried and tried.digest else "", await _digest(tx, request_id, code))
    if not right or await tx.value("use_code", id=request_id, now=tx.now) is None:
        return None
    contact = await contact_by_phone(tx, actor, number)
    if contact is None:
        if settings.phone_codes != "anyone":
            return None
        contact = await add_contact(tx, actor, phone=number)
    return Entered(contact, await issue_token(tx, actor, contact.id, label="code by phone", expires_at=expires_at))


async def _settings(tx: Tx, actor: Actor) -> WorkspaceSettings:
    settings = settings_of(await workspace_of(tx, actor))
    if settings.phone_codes == "off" or tx.settings.sms == "off":
        raise Forbidden("Nobody comes in by a code here.", code="codes_off")
    return settings


def _number(settings: WorkspaceSettings, phone: str) -> str | None:
    return phones.dialled(phone, settings.phone_region, strictly=True)


async def _digest(tx: Tx, request_id: str, code: str) -> str:
    """A million codes are tried in no time by whoever has a copy of the store, so the key should not be in there."""
    key = tx.settings.codes_key or str(await tx.value("server_fact", key="cursor_key"))
    return hmac(key.encode(), f"{request_id} {code}".encode(errors="surrogatepass"), sha256).hexdigest()
