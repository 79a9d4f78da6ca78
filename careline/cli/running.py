"""Running a server: on one's own data, on the demo's, against a benchmark; and whether its settings are safe."""

import errno
import fcntl
import os
import socket
import sys
from pathlib import Path

import click

from careline import __version__, logs, settings
from careline import demo as pharmacy
from careline.app import App
from careline.check import report
from careline.cli.opening import chosen_settings, config, run_to_end
from careline.core.actor import system
from careline.demo_doors import PORTS, Doors
from careline.features.people.staff import any_staff
from careline.features.tokens.once import make_setup_secret
from careline.settings import Settings


@click.command()
@config
@click.option("--listen", multiple=True, metavar="HOST:PORT", help="Where to listen; may be given several times.")
@click.option("--no-migrate", is_flag=True, help="Refuse to start on an old schema instead of upgrading it.")
@click.option("--i-know-this-is-open", "known_open", is_flag=True, help="Take strangers where others can reach it.")
def serve(
    config: Path | None, database: str | None, listen: tuple[str, ...], no_migrate: bool, known_open: bool
) -> None:
    """Run the server until SIGTERM or Ctrl-C; then it finishes what is in flight."""
    chosen = chosen_settings(config, listen=list(listen) or None, database=database)
    logs.configure(chosen.log_format, chosen.log_level)
    refused = [finding.text for finding in report(chosen, known_open=known_open) if finding.refuses]
    if refused:
        raise click.ClickException("These settings are dangerous:\n  " + "\n  ".join(refused))
    sys.exit(run_to_end(_serve(chosen, migrating=not no_migrate)))


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


@click.command()
@config
@click.option("--all", "everything", is_flag=True, help="Explain every setting, not only those that were changed.")
def check(config: Path | None, database: str | None, everything: bool) -> None:
    """Explain the settings in force and say which are dangerous; exits with 1 if any is refused."""
    chosen = chosen_settings(config, database=database)
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


@click.command()
@click.option("--listen", default="127.0.0.1:8200", show_default=True, metavar="HOST:PORT")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("careline-demo"), show_default=True)
def demo(listen: str, folder: Path) -> None:
    """A small pharmacy to look around in, on this machine only; clients of five existing systems find it as well."""
    folder.mkdir(parents=True, exist_ok=True)
    alone = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)  # until this process ends, however it does
    try:
        fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(alone)
        # A second one would give everybody new passwords, and those that the first has printed would be wrong.
        raise click.ClickException(f"a demo runs in {folder} already: stop it, or give another --folder") from None
    doors = Doors(pharmacy.WORKSPACE)
    places = [listen if _is_free(listen) else f"{listen.rpartition(':')[0]}:0"]
    if places[0] != listen:
        click.echo(f"{listen} is taken by another program; using a free port instead.", err=True)
    for wire, port in PORTS.items():
        if f"127.0.0.1:{port}" not in places and _is_free(f"127.0.0.1:{port}"):
            places.append(f"127.0.0.1:{port}")
        else:
            click.echo(f"Port {port} is taken: clients of {wire} that have it written into them go there.", err=True)
    chosen = Settings(
        database=str(folder / "demo.db"), listen=places, log_level="error", sms="console", **doors.settings()
    )
    logs.configure("text", chosen.log_level)
    where = folder.resolve()

    async def run() -> int:
        app = App(chosen, demo=True)
        await app.start()
        seeded = await pharmacy.seed(app)
        pharmacy.show(app, seeded, await doors.examples(app, pharmacy.CARA.id), where)
        return await app.run_until_stopped()

    sys.exit(run_to_end(run()))


def _is_free(place: str) -> bool:
    """Whether no other program has the address. One that cannot be ours at all is an error."""
    host, _, port = place.rpartition(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise click.ClickException(f"cannot listen on {place}: {error.strerror}") from None
            return False
    return True


@click.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure what this server does on this machine, and hold it against its goals."""
    try:
        from careline.bench.main import main as run  # only the benchmark needs what it needs
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"the benchmark needs {error.name}: install Careline with it, as in `pip install '.[bench]'`"
        ) from None

    run(list(arguments))
