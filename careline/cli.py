"""The `careline` command."""

import errno
import getpass
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import click
import msgspec
import uvloop

from careline import __version__, demo, logs, settings, wiring
from careline.app import App, open_database
from careline.check import report
from careline.core.actor import Actor, system
from careline.core.errors import Refused
from careline.features.audit.anchors import list_anchors
from careline.features.audit.rows import Anchor, Seal
from careline.features.people.actions import add_account, add_staff, any_staff, find_account
from careline.features.tokens.actions import issue_token, make_setup_secret
from careline.features.workspaces.actions import add_workspace
from careline.settings import Settings, SettingsError
from careline.store.database import Database, Tx
from careline.store.migrate import SchemaError, begin_epoch, migrate, pending
from careline.wires.credentials import Passwords
from careline.wires.documents import postman
from careline.wires.native.documents import described
from careline.work.anchoring import Anchors, Notary
from careline.work.sealing import verify_all


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
def main() -> None:
    """A self-hosted chat server between an organisation's staff and the people it serves.

    \b
    First steps:
      careline demo     look around: a small pharmacy, on this machine only
      careline check    what is set, what it means, and whether it is safe
      careline serve    run it; the first start prints a link for the first administrator

    Settings come from CARELINE_* variables and from careline.toml in the current folder.
    """


def config(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--database", help="A path for the embedded store, or a postgresql:// URL.")(command)
    return click.option("--config", type=click.Path(path_type=Path), help="Settings file instead of ./careline.toml.")(
        command
    )


def _settings(file: Path | None, **given: Any) -> Settings:
    try:
        return settings.load(file=file, **given)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return uvloop.run(work)
    except Refused as refused:
        raise click.ClickException(refused.detail) from None
    except (SchemaError, SettingsError, OSError) as error:
        raise click.ClickException(str(error)) from None


def _with_database(chosen: Settings, work: Callable[[Database], Awaitable[Any]]) -> Any:
    """Run something on the store, beside a running server or without one."""

    async def run() -> Any:
        database = open_database(chosen)
        await database.open()
        try:
            if missing := await pending(database):
                raise SchemaError(f"The store is not ready ({', '.join(missing)}): run `careline migrate` first.")
            return await work(database)
        finally:
            await database.close()

    return _run(run())


@main.command()
@config
@click.option("--listen", multiple=True, metavar="HOST:PORT", help="Where to listen; may be given several times.")
@click.option("--no-migrate", is_flag=True, help="Refuse to start on an old schema instead of upgrading it.")
@click.option("--i-know-this-is-open", "known_open", is_flag=True, help="Take strangers where others can reach it.")
def serve(
    config: Path | None, database: str | None, listen: tuple[str, ...], no_migrate: bool, known_open: bool
) -> None:
    """Run the server until SIGTERM or Ctrl-C; then it finishes what is in flight."""
    chosen = _settings(config, listen=list(listen) or None, database=database)
    logs.configure(chosen.log_format, chosen.log_level)
    refused = [finding.text for finding in report(chosen, known_open=known_open) if finding.refuses]
    if refused:
        raise click.ClickException("These settings are dangerous:\n  " + "\n  ".join(refused))
    sys.exit(_run(_serve(chosen, migrating=not no_migrate)))


async def _serve(chosen: Settings, *, migrating: bool) -> int:
    app = App(chosen)
    await app.start(migrating=migrating)
    click.echo(
        f"Careline {__version__} listens on {', '.join(app.addresses)}; people reach it at {app.server.public_url}",
        err=True,
    )
    if not await app.database.read(any_staff, system()):
        secret = await app.database.write(make_setup_secret, system())
        click.echo(
            "\nNobody works here yet. Make the first administrator with this link, once, within an hour:", err=True
        )
        click.echo(f"\n  {app.server.public_url}/setup#secret={secret}\n", err=True)
    return await app.run_until_stopped()


@main.command("migrate")
@config
def migrate_command(config: Path | None, database: str | None) -> None:
    """Bring the store's schema up to date; a server may be running."""

    async def run() -> list[str]:
        opened = open_database(_settings(config, database=database))
        await opened.open()
        try:
            return await migrate(opened, lambda line: click.echo(line))
        finally:
            await opened.close()

    done = _run(run())
    click.echo(f"{len(done)} migrations applied." if done else "Nothing to do: the schema is up to date.")


@main.command()
@config
@click.option("--all", "everything", is_flag=True, help="Explain every setting, not only those that were changed.")
def check(config: Path | None, database: str | None, everything: bool) -> None:
    """Explain the settings in force and say which are dangerous; exits with 1 if any is refused."""
    chosen = _settings(config, database=database)
    defaults = settings.fields()
    for name, (_, default, says) in defaults.items():
        value = getattr(chosen, name)
        if everything or value != default:
            shown = "(set, not shown)" if says.secret and value != default else repr(value)
            click.secho(f"{name} = {shown}", bold=value != default)
            click.echo(f"    {says.text}" + ("" if value == default else f" Default: {default!r}."))
    findings = report(chosen)
    for finding in findings:
        click.secho(
            ("refused: " if finding.refuses else "note: ") + finding.text, fg="red" if finding.refuses else "yellow"
        )
    if not findings:
        click.secho("Nothing dangerous found.", fg="green")
    sys.exit(any(finding.refuses for finding in findings))


@main.group()
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
    _with_database(
        _settings(config, database=database),
        lambda db: db.write(add_workspace, system(), workspace_id, name, details),
    )
    click.echo(
        f"Workspace {workspace_id} is there. Next, somebody to work in it:\n"
        f'  careline staff add {workspace_id} you@example.org "Your Name" --role admin'
    )


@main.group()
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
        account = await db.read(find_account, system(), email)
        digest = None if account else await Passwords().hash(_ask_password())
        await db.write(_add_staff, system(workspace_id), email, name, role, scope, digest)
        return account is not None

    known = _with_database(_settings(config, database=database), add)
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


@main.group()
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
    chosen = _settings(config, database=database)
    issued = _with_database(chosen, lambda db: db.write(issue_token, system(workspace_id), contact_id, label=label))
    click.echo(f"{_address(chosen)}/chat#token={issued.secret}")


@main.group()
def api() -> None:
    """The APIs this server speaks: its own, and those of other systems."""


@api.command("export")
@config
@click.option("--wire", type=click.Choice(["native", *wiring.LANGUAGES]), default="native", show_default=True)
@click.option("--format", "format_", type=click.Choice(["openapi", "postman"]), default="openapi", show_default=True)
def api_export(config: Path | None, database: str | None, wire: str, format_: str) -> None:
    """Print an API as an OpenAPI 3.1 document or a Postman 2.1 collection."""
    url = _address(_settings(config, database=database))
    if wire != "native":
        document = wiring.FORMATS[format_](wiring.LANGUAGES[wire], url)
    else:
        document = described(url) if format_ == "openapi" else postman(described(url))
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2))


def _address(chosen: Settings) -> str:
    return (chosen.public_url or f"http://{chosen.listen[0]}").rstrip("/")


@main.group()
def audit() -> None:
    """The audit: who read, sent, changed or was refused what."""


@audit.command("verify")
@config
@click.option("--seal", "noted", multiple=True, metavar="WORKSPACE:NUMBER=HASH", help="A seal that was noted before.")
@click.option("--key", "keys", multiple=True, type=click.File(), help="A public key that has signed, beside our own.")
@click.option("--anchors", "carried", type=click.File(), help="What `careline audit anchors` printed before.")
def audit_verify(
    config: Path | None, database: str | None, noted: tuple[str, ...], keys: tuple[Any, ...], carried: Any
) -> None:
    """Find any change or removal in the log and the audit; exits with 1 if there is one.

    Prints every workspace's last seal: note it where nobody who can write to the database can, and give it back with
    --seal the next time. With `audit_key` the server signs these once a day: then carry its anchors away instead.
    """
    chosen = _settings(config, database=database)
    anchors = Anchors({place: hash_ for place, _, hash_ in (seal.rpartition("=") for seal in noted)})

    async def verify(db: Database) -> tuple[dict[str, Seal], list[str]]:
        notary = Notary(chosen.audit_key, [key.read() for key in keys])
        lines = [line for line in carried or [] if line.strip()]
        if notary.knows_any or lines:
            await anchors.load(db, notary, [msgspec.json.decode(line, type=Anchor) for line in lines])
        return await verify_all(db, anchors)

    try:
        ends, found = _with_database(chosen, verify)
    except msgspec.DecodeError:
        raise click.ClickException("--anchors: these are not lines of `careline audit anchors`") from None
    for workspace_id, seal in ends.items():
        click.echo(f"{workspace_id}:{seal.number}={seal.hash}")
    for line in anchors.notes():
        click.secho(f"note: {line}", fg="yellow", err=True)
    for line in found:
        click.secho(line, fg="red", err=True)
    sys.exit(bool(found))


@audit.command("anchors")
@config
def audit_anchors(config: Path | None, database: str | None) -> None:
    """Print what was signed, one anchor a line, to be carried where nobody can change it."""
    for one in _with_database(_settings(config, database=database), lambda db: db.read(list_anchors, system())):
        click.echo(msgspec.json.encode(one).decode())


@main.command()
@config
def restored(config: Path | None, database: str | None) -> None:
    """Say, before the next start, that this store was restored from a backup: clients then read everything anew."""
    _with_database(_settings(config, database=database), lambda db: db.write(begin_epoch, system()))
    click.echo("The store has a new epoch; `careline serve` may start.")


@main.command("demo")
@click.option("--listen", default="127.0.0.1:8200", show_default=True, metavar="HOST:PORT")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("careline-demo"), show_default=True)
def demo_command(listen: str, folder: Path) -> None:
    """A small pharmacy to look around in, on this machine only."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = Settings(database=str(folder / "demo.db"), listen=[_free(listen)], log_level="warning", sms="console")
    logs.configure("text", chosen.log_level)
    where = folder.resolve()

    async def run() -> int:
        app = App(chosen, demo=True)
        await app.start()
        demo.show(app, await demo.seed(app), where)
        return await app.run_until_stopped()

    sys.exit(_run(run()))


def _free(listen: str) -> str:
    """The address asked for, or, when another program has it, any free port beside it."""
    host, _, port = listen.rpartition(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise click.ClickException(f"cannot listen on {listen}: {error.strerror}") from None
            click.echo(f"{listen} is taken by another program; using a free port instead.", err=True)
            return f"{host}:0"
    return listen


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure this server on this machine; see `careline bench --help`."""
    from careline.bench.main import main as run  # only the benchmark needs what it needs

    run(list(arguments))
