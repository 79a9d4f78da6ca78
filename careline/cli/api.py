"""The API's documents, for people and programs without a running server."""

from pathlib import Path

import click
import msgspec

from careline import wiring
from careline.cli.opening import address, chosen_settings, config
from careline.wires.documents import postman
from careline.wires.native.documents import described


@click.group()
def api() -> None:
    """The APIs this server speaks: its own, and those of other systems."""


@api.command("export")
@config
@click.option("--wire", type=click.Choice(["native", *wiring.LANGUAGES]), default="native", show_default=True)
@click.option("--format", "format_", type=click.Choice(["openapi", "postman"]), default="openapi", show_default=True)
def api_export(config: Path | None, database: str | None, wire: str, format_: str) -> None:
    """Print an API as an OpenAPI 3.1 document or a Postman 2.1 collection."""
    url = address(chosen_settings(config, database=database))
    if wire != "native":
        document = wiring.FORMATS[format_](wiring.LANGUAGES[wire], url)
    else:
        document = described(url) if format_ == "openapi" else postman(described(url))
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2))
