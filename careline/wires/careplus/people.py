"""Coming in by this wire: a code by phone, the link that staff make, an account of ours."""

from collections.abc import Awaitable

from careline.core.actor import Actor, system
from careline.core.errors import Forbidden, NotFound, OriginNotAllowed, Unauthenticated
from careline.features.conversations.actions import conversation_for
from careline.features.people.actions import add_contact, find_contact
from careline.features.people.finding import look_for_contacts
from careline.features.people.rows import Staff
from careline.features.people.staff import access_staff
from careline.features.tokens.actions import issue_token
from careline.features.tokens.codes import Entered, start_code, verify_code
from careline.features.tokens.rows import IssuedSession, IssuedToken
from careline.features.workspaces.actions import find_workspace
from careline.store.database import Tx
from careline.wires.careplus import auth, shapes, takes, tokens
from careline.wires.careplus.refusals import WrongCredentials
from careline.wires.careplus.threads import thread_of
from careline.wires.endpoints import Ask, Empty
from careline.wires.shapes import rfc3339

SENT = shapes.Said("If somebody may come in by this number, a code is on its way to it.")


async def known_customer(tx: Tx, actor: Actor, customer_id: str, *, makes: bool) -> None:
    """Make a customer whom nobody knows yet, where the issuer of the staff may name such; else the verb refuses."""
    if makes and await find_contact(tx, actor, customer_id) is None:
        await add_contact(tx, actor, contact_id=customer_id)


async def customer_token(ask: Ask, request: takes.Whom) -> shapes.CustomerToken:
    """A token and a link by which a customer comes in; their conversation is opened if there is none."""
    auth.may_answer(ask.actor)
    settings = ask.server.settings
    makes = auth.makes_customers(ask.server, ask.actor)

    async def issue(tx: Tx, actor: Actor) -> IssuedToken:
        await known_customer(tx, actor, request.customer_id, makes=makes)
        await thread_of(tx, actor, request.customer_id)
        expires_at = tokens.expiry(settings, tx.now)
        return await issue_token(tx, actor, request.customer_id, label="chat link", expires_at=expires_at)

    issued = (await ask.server.database.write(issue, ask.actor)).token
    token = tokens.sign(settings, issued)
    return shapes.CustomerToken(
        token, f"{ask.server.public_url}/chat#token={token}", rfc3339(issued.expires_at or 0)
    )  # fmt: skip


async def customers(ask: Ask, request: takes.Found) -> shapes.CustomerList:
    """Whom one can start a chat with, the last added first."""
    auth.may_answer(ask.actor)
    found, total = await ask.server.database.read(
        look_for_contacts, ask.actor, q=request.q, skip=request.offset, limit=request.most
    )
    return shapes.CustomerList([shapes.customer(contact) for contact in found], total)


async def start(ask: Ask, request: takes.StartCode) -> shapes.Said:
    """Have a one-time code sent to a phone number; the answer is the same whether anybody may come in by it or not."""
    await _enters(ask, request.pharmacy_id)
    ask.server.gate.take_from("codes_address", ask.call.address)
    await ask.server.database.write(start_code, system(request.pharmacy_id), request.phone)
    return SENT


async def verify(ask: Ask, request: takes.VerifyCode) -> shapes.Token:
    """Come in by the code: a token, and a conversation if there was none."""
    server = ask.server
    await _enters(ask, request.pharmacy_id)
    server.gate.take_from("sign_in_address", ask.call.address)

    async def enter(tx: Tx, actor: Actor) -> Entered | None:
        expires_at = tokens.expiry(server.settings, tx.now)
        entered = await verify_code(tx, actor, None, request.phone, request.code, expires_at=expires_at)
        if entered is not None:
            await conversation_for(tx, actor, entered.contact.id)
        return entered

    entered = await server.database.write(enter, system(request.pharmacy_id))
    if entered is None:
        raise WrongCredentials("This code is wrong, used or too old: ask for a new one.")
    return shapes.Token(tokens.sign(server.settings, entered.issued.token))


async def _enters(ask: Ask, pharmacy_id: str) -> None:
    """Whether this door is there at all, from where it is asked for."""
    if await ask.server.database.read(find_workspace, system(), pharmacy_id) is None:
        raise NotFound("There is no such pharmacy.")
    ask.call.allow_origin(pharmacy_id)


async def sign_in(ask: Ask, request: takes.SignIn) -> shapes.Session:
    """Sign in with an account of this server."""
    _signs_in(ask)
    credentials = ask.server.credentials
    address = ask.call.address
    return await _session(
        ask, credentials.sign_in(request.email, request.password, request.pharmacy_id or None, address)
    )  # fmt: skip


async def refresh(ask: Ask, request: takes.Refresh) -> shapes.Session:
    """New tokens for a session; a refresh token works once."""
    _signs_in(ask)
    return await _session(ask, ask.server.credentials.refresh(request.refresh_token, None, ask.call.address))


def _signs_in(ask: Ask) -> None:
    if not ask.server.settings.careplus.sign_in:
        raise NotFound("Nobody signs in here: bring a token of the pharmacy's own system.")
    if ask.call.origin and not ask.server.origins.known(ask.call.origin):
        raise OriginNotAllowed()


async def _session(ask: Ask, signing_in: Awaitable[IssuedSession]) -> shapes.Session:
    try:
        issued = await signing_in
    except Unauthenticated as refused:
        raise WrongCredentials(refused.detail) from None
    session, now = issued.session, ask.server.clock()
    staff = await ask.server.database.read(access_staff, system(session.workspace_id), session.staff_id)
    expires_in = max(0, session.access_expires_at - now) // 1000
    return shapes.Session(issued.access_token, issued.refresh_token, expires_in, shapes.user(staff))


async def myself(ask: Ask, request: Empty) -> shapes.User:
    """Who one is, for staff."""
    if ask.actor.kind == "contact":
        raise Forbidden("This is for the pharmacy's staff.")
    staff: Staff = await ask.server.database.read(access_staff, ask.actor, ask.actor.id)
    return shapes.user(staff)
