"""Accounts: what staff sign in with, one for all the workspaces where somebody works."""

from careline.core import ids
from careline.core.actor import Actor
from careline.core.errors import Conflict, NotFound
from careline.features.people import rules
from careline.features.people.rows import Account
from careline.features.people.staff import access_staff
from careline.store.database import Tx


async def add_account(tx: Tx, actor: Actor, name: str, email: str, password_hash: str) -> Account:
    """A new account. `Conflict` when the address has one already."""
    account = Account(ids.new_id(), rules.email(email), rules.name(name), password_hash, tx.now, tx.now)
    added = await tx.value(
        "insert_account",
        id=account.id,
        email=account.email,
        name=account.name,
        password_hash=password_hash,
        now=tx.now,
    )
    if added is None:
        raise Conflict("There is already an account with this e-mail address.", code="email_taken")
    return account


async def find_account(tx: Tx, actor: Actor, email: str) -> Account | None:
    return await tx.one(Account, "account_by_email", email=email.strip().lower())


async def account_of(tx: Tx, actor: Actor, staff_id: str) -> Account:
    """The account a staff member signs in with. `NotFound` for staff of a host system, who have none here."""
    staff = await access_staff(tx, actor, staff_id)
    account = await tx.one(Account, "account_by_id", id=staff.account_id) if staff.account_id else None
    if account is None:
        raise NotFound("This staff member has no password here.")
    return account


async def keep_password(tx: Tx, actor: Actor, account: Account) -> bool:
    """Whether the account still has the password that it had when it was read; it then does until COMMIT.

    Comparing a password takes long, and is never done in a transaction.
    """
    return await tx.value("keep_password", id=account.id, password_hash=account.password_hash) is not None


async def set_password(tx: Tx, actor: Actor, account_id: str, password_hash: str) -> None:
    await tx.run("set_password", id=account_id, password_hash=password_hash, now=tx.now)
