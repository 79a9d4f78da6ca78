"""Workspaces, staff and chat links from the terminal, beside a running server or without one."""

import getpass
import secrets
import sys
from pathlib import Path
from typing import Any

import click

from careline.cli.opening import address, chosen_settings, config, with_database
from careline.core.actor import Actor, system
from careline.core.errors import NotFound
from careline.features.people.accounts import add_account, find_account
from careline.features.people.actions import find_contact
from careline.features.people.staff import add_staff
from careline.features.tokens.actions import issue_token
from careline.features.tokens.rows import IssuedToken
from careline.features.tokens.sessions import change_password
from careline.features.workspaces.actions import add_workspace, all_workspaces, find_workspace
from careline.store.database import Database, Tx
from careline.wires.credentials import Passwords


async def _is_there(db: Database, workspace_id: str) -> None:
    if await db.read(find_workspace, system(), workspace_id) is None:
        raise NotFound(
            f"There is no workspace {workspace_id}: `careline workspace list` names those there are, and "
            "`careline workspace add` makes one."
        )


@click.group()
def workspace() -> None:
    """Workspaces: the places where staff answer."""


@workspace.command("add")
@config
@click.argument("workspace_id")
@click.argument("name")
@click.option(
    "--threading", type=click.Choice(["per_contact", "per_staff", "many"]), default="per_contact", show_default=True
)
@click.option(
    "--origin", multiple=True, help="A web origin whose pages may embed the widget; may be given several times."
)
def workspace_add(
    config: Path | None, database: str | None, workspace_id: str, name: str, threading: str, origin: tuple[str, ...]
) -> None:
    """Add a workspace, for example: careline workspace add greenleaf "Greenleaf Pharmacy" """
    details = {"threading": threading, "origins": list(origin)}
    with_database(
        chosen_settings(config, database=database),
        lambda db: db.write(add_workspace, system(), workspace_id, name, details),
    )
    click.echo(
        f"Workspace {workspace_id} is there. Next, somebody to work in it:\n"
        f'  careline staff add {workspace_id} you@example.org "Your Name" --role admin'
    )


@workspace.command("list")
@config
def workspace_list(config: Path | None, database: str | None) -> None:
    """List the workspaces: the id that other commands and `data-workspace` of the widget name, and the name."""
    found = with_database(chosen_settings(config, database=database), lambda db: db.read(all_workspaces, system()))
    widest = max((len(one.id) for one in found), default=0)
    for one in found:
        click.echo(f"{one.id:{widest}}  {one.name}")
    if not found:
        click.echo("There is none yet: `careline serve` prints a link that makes the first.", err=True)


@click.group()
def staff() -> None:
    """Staff: the people who answer."""


@staff.command("add")
@config
@click.argument("workspace_id")
@click.argument("email")
@click.argument("name")
@click.option("--role", type=click.Choice(["admin", "agent"]), default="agent", show_default=True)
@click.option("--scope", type=click.Choice(["all", "participating"]), default="all", show_default=True)
def staff_add(
    config: Path | None, database: str | None, workspace_id: str, email: str, name: str, role: str, scope: str
) -> None:
    """Let somebody work in a workspace. The password is asked for, or read from standard input."""

    async def add(db: Database) -> bool:
        await _is_there(db, workspace_id)
        account = await db.read(find_account, system(), email)
        digest = None if account else await Passwords().hash(_ask_password())
        await db.write(_add_staff, system(workspace_id), email, name, role, scope, digest)
        return account is not None

    known = with_database(chosen_settings(config, database=database), add)
    click.echo(f"{name} works in {workspace_id} now" + (", with the password of their account." if known else "."))


def _ask_password() -> str:
    """From the terminal twice, or one line of standard input; never from an argument, which others could see."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise click.ClickException("The two are not the same.")
    return password


async def _add_staff(
    tx: Tx, actor: Actor, email: str, name: str, role: Any, scope: Any, password_hash: str | None
) -> None:
    account = await find_account(tx, actor, email) or await add_account(tx, actor, name, email, password_hash or "")
    await add_staff(tx, actor, name, email=account.email, role=role, scope=scope, account_id=account.id)


@staff.command("password")
@config
@click.argument("email")
def staff_password(config: Path | None, database: str | None, email: str) -> None:
    """Give somebody who lost their password a new one, printed this once; they are signed out everywhere."""

    async def renew(db: Database) -> str:
        account = await db.read(find_account, system(), email)
        if account is None:
            raise NotFound(f"Nobody signs in as {email}.")
        password = secrets.token_urlsafe(12)
        await db.write(change_password, system(), account.id, await Passwords().hash(password))
        return password

    password = with_database(chosen_settings(config, database=database), renew)
    click.echo(password)
    click.echo(f"This is {email}'s password from now on; they can change it in the menu of their account.", err=True)


@click.group()
def token() -> None:
    """Contact tokens: what lets a contact in."""


@token.command("issue")
@config
@click.argument("workspace_id")
@click.argument("contact_id")
@click.option("--label", help="What the link is for, shown in the list of links.")
def token_issue(
    config: Path | None, database: str | None, workspace_id: str, contact_id: str, label: str | None
) -> None:
    """Print a chat link for a contact. It is shown this once."""

    async def issue(db: Database) -> IssuedToken:
        await _is_there(db, workspace_id)
        if await db.read(find_contact, system(workspace_id), contact_id) is None:
            raise NotFound(
                f"{workspace_id} has no contact {contact_id}. The inbox adds one under Contacts, with a link; so does "
                "POST /v1/contacts, whose answer has the id."
            )
        return await db.write(issue_token, system(workspace_id), contact_id, label=label)

    chosen = chosen_settings(config, database=database)
    issued = with_database(chosen, issue)
    click.echo(f"{address(chosen)}/chat#token={issued.secret}")
