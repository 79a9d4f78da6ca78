"""How a command comes to its settings and its store, and how it says that it cannot."""

from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import click
import uvloop

from careline import settings
from careline.app import open_database
from careline.core.errors import Refused
from careline.settings import Settings, SettingsError
from careline.store.database import Database, StoreError
from careline.store.migrate import SchemaError, pending


def config(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--database", help="A path for the embedded store, or a postgresql:// URL.")(command)
    return click.option("--config", type=click.Path(path_type=Path), help="Settings file instead of ./careline.toml.")(
        command
    )


def chosen_settings(file: Path | None, **given: Any) -> Settings:
    try:
        return settings.load(file=file, **given)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


def run_to_end(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return uvloop.run(work)
    except Refused as refused:
        raise click.ClickException(refused.detail) from None
    except (SchemaError, SettingsError, StoreError, OSError) as error:
        raise click.ClickException(str(error)) from None


def with_database(chosen: Settings, work: Callable[[Database], Awaitable[Any]]) -> Any:
    """Run something on the store, beside a running server or without one. None is made: its name may be mistyped."""
    if not chosen.is_postgres and not chosen.sqlite_file.exists():
        raise click.ClickException(
            f"database: there is no {chosen.sqlite_file}. If it has no other name, make it with "
            f"`careline migrate --database {chosen.sqlite_file}`, and say this again."
        )

    async def run() -> Any:
        database = open_database(chosen)
        await database.open()
        try:
            if missing := await pending(database):
                raise SchemaError(f"The schema lacks {len(missing)} migrations: run `careline migrate` first.")
            return await work(database)
        finally:
            await database.close()

    return run_to_end(run())


def address(chosen: Settings) -> str:
    """Where people reach the server."""
    return (chosen.public_url or f"http://{chosen.listen[0]}").rstrip("/")
