"""Coming in: sessions of staff, visits of strangers, tickets for sockets, the first administrator."""

import msgspec
from msgspec import UNSET, Struct, UnsetType

from careline.core.actor import Actor, system
from careline.core.errors import BadRequest, Forbidden, OriginNotAllowed, Unauthenticated
from careline.core.ids import new_id
from careline.features.conversations.visits import start_visit
from careline.features.people.accounts import add_account
from careline.features.people.rows import Staff
from careline.features.people.staff import add_staff, any_staff, find_staff, workspaces_of
from careline.features.tokens.once import issue_ticket, use_setup_secret
from careline.features.tokens.rows import IssuedSession
from careline.features.tokens.sessions import end_session, start_session
from careline.features.workspaces.actions import add_workspace, find_workspace, workspace_of
from careline.features.workspaces.rows import Workspace
from careline.store.database import Tx
from careline.wires.native import shapes
from careline.wires.native.commands import Asking, Cookies, Nothing, Request, command, given


class Session(Struct, frozen=True):
    """What a signed-in client works with. `refresh_token` is None when a cookie carries it."""

    access_token: str
    access_expires_at: int
    refresh_token: str | None
    refresh_expires_at: int
    staff: shapes.Staff
    workspace: shapes.Workspace
    workspaces: list[shapes.WorkspaceName]


class SignIn(Request, frozen=True):
    email: str
    password: str
    workspace_id: str | None = None
    cookie: bool = False


class Refresh(Request, frozen=True):
    refresh_token: str | None = None
    workspace_id: str | None = None


class SetUp(Request, frozen=True):
    secret: str
    workspace_name: str
    name: str
    email: str
    password: str
    cookie: bool = False


class ChangePassword(Request, frozen=True):
    old_password: str
    new_password: str


class Visit(Request, frozen=True):
    workspace_id: str
    name: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    page: str | None = None


class Visitor(Struct, frozen=True):
    """`token` lets the visitor in again; it is shown this once."""

    token: str
    contact: shapes.Contact
    conversation: shapes.Conversation


class Ticket(Struct, frozen=True):
    ticket: str
    expires_at: int


@command("session.create", "POST", "/v1/session", Session, who="public", on_socket=False)
async def sign_in(ask: Asking, request: SignIn) -> Session:
    """Sign in with e-mail and password."""
    issued = await ask.server.credentials.sign_in(request.email, request.password, request.workspace_id, ask.address)
    return await _session(ask, issued, in_cookie=request.cookie)


@command("session.refresh", "POST", "/v1/session/refresh", Session, who="public", on_socket=False)
async def refresh(ask: Asking, request: Refresh) -> Session:
    """New tokens for a session; each refresh token works once. A browser's cookie serves in its place."""
    cookies = ask.cookies or Cookies()
    token = request.refresh_token or cookies.brought
    if token is None:
        raise Unauthenticated()
    if request.refresh_token is None and not cookies.trusted:
        raise Forbidden("A cookie is taken only from our own pages, with X-Requested-With.", code="csrf")
    try:
        issued = await ask.server.credentials.refresh(token, request.workspace_id, ask.address)
    except Unauthenticated:
        cookies.given = ""
        raise
    return await _session(ask, issued, in_cookie=request.refresh_token is None)


@command("session.delete", "DELETE", "/v1/session", shapes.Empty, who="staff", status=204, on_socket=False)
async def sign_out(ask: Asking, request: Nothing) -> shapes.Empty:
    """Sign out: the session and its sockets end at once."""
    await ask.server.database.write(end_session, ask.somebody)
    if ask.cookies:
        ask.cookies.given = ""
    return shapes.Empty()


@command("password.change", "POST", "/v1/session/password", shapes.Empty, who="staff", status=204, on_socket=False)
async def change_password(ask: Asking, request: ChangePassword) -> shapes.Empty:
    """Change one's password; every session of the account ends."""
    await ask.server.credentials.change_password(ask.somebody, request.old_password, request.new_password)
    return shapes.Empty()


@command("setup.complete", "POST", "/v1/setup", Session, who="public", status=201, on_socket=False)
async def set_up(ask: Asking, request: SetUp) -> Session:
    """Make the first workspace and its administrator with the link that the server printed."""
    ask.server.gate.take_from("sign_in_address", ask.address)
    digest = await ask.server.passwords.hash(request.password)
    issued = await ask.server.database.write(_set_up, system(), request, digest)
    return await _session(ask, issued, in_cookie=request.cookie)


async def _set_up(tx: Tx, actor: Actor, request: SetUp, password_hash: str) -> IssuedSession:
    await use_setup_secret(tx, actor, request.secret)
    if await any_staff(tx, actor):
        raise Unauthenticated("Somebody works here already: an administrator adds whoever comes next.")
    account = await add_account(tx, actor, request.name, request.email, password_hash)
    workspace = await add_workspace(tx, actor, new_id(), request.workspace_name)
    first = system(workspace.id)
    await add_staff(tx, first, request.name, email=request.email, role="admin", account_id=account.id)
    return await start_session(tx, actor, account.id)


@command("ticket.issue", "POST", "/v1/tickets", Ticket, status=201, on_socket=False)
async def ticket(ask: Asking, request: Nothing) -> Ticket:
    """A secret that opens one socket within 30 seconds, from the same origin."""
    issued = await ask.server.database.write(issue_ticket, ask.somebody, ask.origin)
    return Ticket(issued.ticket, issued.expires_at)


@command("visitor.start", "POST", "/v1/visitors", Visitor, who="public", status=201, on_socket=False)
async def visit(ask: Asking, request: Visit) -> Visitor:
    """Begin to write without signing in: an anonymous contact, a token, a conversation."""
    server, gate = ask.server, ask.server.gate
    workspace = await server.database.read(find_workspace, system(), request.workspace_id)
    if workspace is None:
        raise BadRequest("There is no such workspace.", code="no_such_workspace")
    if ask.origin and not server.origins.allows(ask.origin, workspace.id):
        raise OriginNotAllowed()
    gate.take_from("visits", ask.address)
    gate.take_from("visits_day", ask.address)
    gate.take("visits_workspace", workspace.id)
    metadata = msgspec.json.encode({"page": request.page[:500]} if request.page else {}).decode()
    details = {k: v for k, v in given(request, "name", "email", "phone").items() if v}
    begun = await server.database.write(start_visit, system(workspace.id), metadata=metadata, **details)
    await server.follow(workspace.id)
    return Visitor(
        begun.issued.secret,
        shapes.contact(begun.contact),
        shapes.whole_conversation(begun.conversation, "contact", [], None),
    )


async def _session(ask: Asking, issued: IssuedSession, *, in_cookie: bool) -> Session:
    session = issued.session

    async def look(tx: Tx, actor: Actor) -> tuple[Staff | None, Workspace, list[Workspace]]:
        places = await workspaces_of(tx, actor, session.account_id)
        found = [await find_workspace(tx, actor, place.workspace_id) for place in places]
        return await find_staff(tx, actor, session.staff_id), await workspace_of(tx, actor), [w for w in found if w]

    staff, workspace, workspaces = await ask.server.database.read(look, system(session.workspace_id))
    if staff is None:
        raise Unauthenticated()
    if in_cookie and ask.cookies is not None:
        ask.cookies.given, ask.cookies.expires_at = issued.refresh_token, session.expires_at
    return Session(
        issued.access_token,
        session.access_expires_at,
        None if in_cookie else issued.refresh_token,
        session.expires_at,
        shapes.staff(staff),
        shapes.workspace(workspace),
        [shapes.WorkspaceName(w.id, w.name) for w in workspaces],
    )
