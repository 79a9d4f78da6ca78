"""The `careline` command."""

import click

from careline import __version__
from careline.cli import api, audit, people, running, store


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


for command in (
    *(running.serve, running.check, running.demo, running.bench),
    *(store.migrate_command, store.restored),
    *(people.workspace, people.staff, people.token),
    *(api.api, audit.audit),
):
    main.add_command(command)
