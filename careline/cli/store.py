"""The store's own commands: its schema, and what to say after a restore."""

from pathlib import Path

import click

from careline.app import open_database
from careline.cli.opening import chosen_settings, config, run_to_end, with_database
from careline.core.actor import system
from careline.store.database import Database, StoreError
from careline.store.migrate import begin_epoch, migrate


@click.command("migrate")
@config
def migrate_command(config: Path | None, database: str | None) -> None:
    """Bring the store's schema up to date; a server may be running."""

    async def run() -> list[str]:
        opened = open_database(chosen_settings(config, database=database))
        await opened.open()
        try:
            return await migrate(opened, lambda line: click.echo(line))
        finally:
            await opened.close()

    done = run_to_end(run())
    click.echo(f"{len(done)} migrations applied." if done else "Nothing to do: the schema is up to date.")


@click.command()
@config
def restored(config: Path | None, database: str | None) -> None:
    """Say, before the next start, that this store was restored from a backup: clients then read everything anew."""

    async def begin(db: Database) -> bool | None:
        alone = db.engine.alone()
        if alone is False:
            raise StoreError(
                "A server works on this store and would go on with the old epoch: stop it, put the backup in its "
                "place, and say `careline restored` before it starts again."
            )
        await db.write(begin_epoch, system())
        return alone

    known = with_database(chosen_settings(config, database=database), begin)
    click.echo("The store has a new epoch; `careline serve` may start.")
    if not known:
        click.secho(
            "note: nothing here tells whether a server works on it. One that does goes on with the old epoch until it "
            "is started again.",
            fg="yellow",
            err=True,
        )
