"""The API's documents, for people and programs without a running server."""

from pathlib import Path

import click
import msgspec

from careline import wiring
from careline.cli.opening import address, chosen_settings, config, run_to_end
from careline.terminal import converse
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


@api.command("socket")
@click.argument("url")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="Sent with the request; repeatable.")
@click.option("--say", "lines", multiple=True, metavar="FRAME", help="Say this instead of what is typed; repeatable.")
@click.option("--seconds", type=float, help="Leave after so long.")
def api_socket(url: str, headers: tuple[str, ...], lines: tuple[str, ...], seconds: float | None) -> None:
    """Talk over a WebSocket: every line typed is a frame, every frame heard is printed.

    \b
    careline api socket ws://127.0.0.1:8200/v1/socket --say '{"type":"auth","token":"..."}'
    """
    named = {name.strip(): value.strip() for name, _, value in (header.partition(":") for header in headers)}
    code = run_to_end(converse(url, named, lines, seconds, click.echo))
    if code != 1000:
        raise click.ClickException(f"closed by the server with {code}")
