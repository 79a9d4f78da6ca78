"""Both engines are one server: whatever is asked of them, they answer the same, and never with a failure.

The long forms are `python -m tests.long.twins` and `python -m tests.long.crowd`.
"""

from pathlib import Path

import pytest

from tests.services import Cluster
from tests.twins.crowd import crowd
from tests.twins.drive import live


@pytest.mark.parametrize("all_wires", [False, True])
async def test_both_engines_live_the_same_life(postgres: Cluster, tmp_path: Path, all_wires: bool) -> None:
    dsn = postgres.create_database()
    databases = {"sqlite": str(tmp_path / "one.db"), "postgres": dsn, "alone": str(tmp_path / "alone.db")}
    assert await live(databases, str(tmp_path), "2", 120, all_wires=all_wires) > 120
    postgres.drop_database(dsn)


async def test_what_many_do_at_two_servers_at_the_same_moment_adds_up(postgres: Cluster, tmp_path: Path) -> None:
    dsn = postgres.create_database()
    done, wrong = await crowd(dsn, str(tmp_path), "ordinary", 12)
    assert done > 100
    assert wrong == []
    postgres.drop_database(dsn)
