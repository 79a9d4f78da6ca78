"""The audit from the terminal: whether it is as it was sealed and signed."""

import re
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from careline.cli.opening import chosen_settings, config, with_database
from careline.core.actor import system
from careline.features.audit.anchors import list_anchors
from careline.features.audit.rows import Anchor, Seal
from careline.store.database import Database
from careline.work.anchoring import Anchors, Notary, called
from careline.work.sealing import verify_all

_SEAL = re.compile(r"([^:=]*:[1-9][0-9]*)=(\S+)")


@click.group()
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
    --seal the next time; the line without a workspace is the server's own. With `audit_key` the server signs these once
    a day: then carry its anchors away instead.
    """
    chosen = chosen_settings(config, database=database)
    seals = [_SEAL.fullmatch(seal) for seal in noted]
    for seal, given in zip(noted, seals, strict=True):
        if given is None:
            raise click.ClickException(
                f"--seal: {seal} is not WORKSPACE:NUMBER=HASH, as this command prints it (the server's own seals have "
                "no workspace: :NUMBER=HASH)"
            )
    anchors = Anchors({given[1]: given[2] for given in seals if given})

    async def verify(db: Database) -> tuple[dict[str, Seal], list[str]]:
        notary = Notary(chosen.audit_key, [key.read() for key in keys])
        lines = [line for line in carried or [] if line.strip()]
        if notary.knows_any or lines:
            await anchors.load(db, notary, [msgspec.json.decode(line, type=Anchor) for line in lines])
        return await verify_all(db, anchors)

    try:
        ends, found = with_database(chosen, verify)
    except msgspec.DecodeError:
        raise click.ClickException("--anchors: these are not lines of `careline audit anchors`") from None
    for workspace_id, seal in ends.items():
        if seal.number:
            click.echo(f"{workspace_id}:{seal.number}={seal.hash}")
        else:
            click.echo(f"{called(workspace_id)}: nothing is sealed yet", err=True)
    for line in anchors.notes():
        click.secho(f"note: {line}", fg="yellow", err=True)
    for line in found:
        click.secho(line, fg="red", err=True)
    sys.exit(bool(found))


@audit.command("anchors")
@config
def audit_anchors(config: Path | None, database: str | None) -> None:
    """Print what was signed, one anchor a line, to be carried where nobody can change it."""
    for one in with_database(chosen_settings(config, database=database), lambda db: db.read(list_anchors, system())):
        click.echo(msgspec.json.encode(one).decode())
