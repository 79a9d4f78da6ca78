"""No statement walks a table that grows: both engines are asked how they would run each of them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import apsw
import asyncpg
import pytest

import careline
from careline.app import open_database
from careline.settings import Settings
from careline.store.migrate import files, migrate
from careline.store.postgres import SESSION
from careline.store.sql import Statement, load
from tests.services import Cluster

ROOT = Path(careline.__file__).parent
FILES = [ROOT / "store" / "log.sql", ROOT / "work" / "jobs.sql", *sorted(ROOT.glob("features/*/queries.sql"))]

# Those that are meant to look at everything, because there is little of it or because it is swept once an hour;
# `search_behind` looks once a second at each workspace's two numbers.
WALKS = {
    "anchors",
    "last_seals",
    "all_workspaces",
    "any_staff",
    "applied_migrations",
    # What these scan are the pieces of both kinds that they have found by their keys.
    "audit_page",
    "audit_reach",
    "delete_old_codes",
    "delete_old_refresh_tokens",
    "delete_old_sessions",
    "delete_old_tickets",
    # What these scan is what they have found or made themselves.
    "first_fact",
    "search_index",
    "insight_behind",
    "unread_calls",
    "unsealed_workspaces",
    "search_behind",
    "waiting_jobs",
    "workspaces_of_log",
}

# Where SQLite has a choice, what it must choose.
USES = {
    "audit_page": "audit_entries USING PRIMARY KEY (workspace_id=? AND (seq,number)",
    "audit_reach": "events USING PRIMARY KEY (workspace_id=? AND seq>? AND seq<?)",
    "expired_entries": "audit_entries_expired",
    "insight_known": "PRIMARY KEY (workspace_id=? AND kind=? AND day=? AND person_id=?",
    "messages_by_client_id": "messages_by_client_id (client_id=? AND conversation_id=?)",
    "hot_conversations": "PRIMARY KEY (workspace_id=? AND id=?)",
    "conversation_as": "PRIMARY KEY (workspace_id=? AND id=?)",
    "messages_before": "PRIMARY KEY (conversation_id=? AND seq<?)",
    "messages_after": "PRIMARY KEY (conversation_id=? AND seq>?)",
    "conversations_of_workspace": "conversations_by_activity (workspace_id=? AND status=? AND activity_seq<?)",
    "unassigned_conversations": "conversations_by_activity (workspace_id=? AND status=? AND activity_seq<?)",
    "conversations_of_person": "participants_by_person (workspace_id=? AND kind=? AND person_id=?)",
    "labelled_conversations": "conversations_by_label (workspace_id=? AND label_id=? AND status=? AND activity_seq<?)",
    "pinned_conversations": "conversations_pinned (workspace_id=? AND status=? AND activity_seq<?)",
    "snoozed_conversations": "conversations_snoozed (workspace_id=? AND status=? AND activity_seq<?)",
    "prior_conversations": "conversations_prior (workspace_id=? AND priority=? AND status=? AND activity_seq<?)",
    "unread_conversations": "conversations_unread (workspace_id=? AND status=? AND activity_seq<?)",
    "quietest_conversations": "conversations_by_activity (workspace_id=? AND status=? AND activity_seq>?)",
    "events_since": "PRIMARY KEY (workspace_id=? AND seq>?)",
    "only_messages_before": "PRIMARY KEY (conversation_id=? AND seq<?)",
    "only_messages_after": "PRIMARY KEY (conversation_id=? AND seq>?)",
    "count_deleted_messages": "messages_deleted (conversation_id=?)",
    "unread_calls": "participants_called (workspace_id=? AND person_id=? AND called_seq>?)",
    "marks_over": "m USING PRIMARY KEY (conversation_id=? AND kind=? AND reader_kind=? AND reader_id=? AND to_seq>?",
    "events_since_in": "PRIMARY KEY (workspace_id=? AND seq>?)",
    "first_fact": "e USING PRIMARY KEY (workspace_id=? AND seq>?)",
    "search_hits": "m USING INDEX messages_by_id (id=?)",
    "search_index": "search_words VIRTUAL TABLE INDEX 192:M1><",
    "search_tail": "e USING PRIMARY KEY (workspace_id=? AND seq>? AND seq<?)",
}


@pytest.fixture(scope="module")
def store() -> Iterator[apsw.Connection]:
    store = apsw.Connection(":memory:")
    store.execute("CREATE TABLE migrations (id TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)")
    for file in files("sqlite"):
        store.execute(file.read_text())
    yield store
    store.close()


@pytest.mark.parametrize("statement", load(FILES, "sqlite").values(), ids=lambda statement: statement.name)
def test_no_statement_walks_a_table(store: apsw.Connection, statement: Statement) -> None:
    values: dict[str, object] = {name: "[]" if name in statement.lists else None for name in statement.order}
    plan = [str(row[3]) for row in store.execute("EXPLAIN QUERY PLAN " + statement.text, statement.bound(values))]
    walked = [
        step for step in plan if step.startswith("SCAN") and "VIRTUAL TABLE" not in step and "CONSTANT" not in step
    ]
    assert not walked or statement.name in WALKS, plan
    if statement.name in USES:
        assert any(USES[statement.name] in step for step in plan), plan


@pytest.fixture(scope="module")
def plans(postgres: Cluster) -> dict[str, list[str]]:
    """How PostgreSQL would run each statement whatever its values, in a store that it has no statistics of yet."""
    return asyncio.run(_plans(postgres.create_database()))


async def _plans(dsn: str) -> dict[str, list[str]]:
    database = open_database(Settings(database=dsn))
    await database.open()
    await migrate(database)
    await database.close()
    found: dict[str, list[str]] = {}
    connection = await asyncpg.connect(dsn, server_settings=SESSION)
    for name, statement in load(FILES, "postgres").items():
        await connection.execute(f"PREPARE {name} AS {statement.text}")
        values = f"({', '.join(['NULL'] * len(statement.order))})" if statement.order else ""
        found[name] = [row[0] for row in await connection.fetch(f"EXPLAIN EXECUTE {name}{values}")]
    await connection.close()
    return found


@pytest.mark.parametrize("name", load(FILES, "postgres"))
def test_no_statement_walks_a_table_of_a_new_store(plans: dict[str, list[str]], name: str) -> None:
    walked = [step for step in plans[name] if "Seq Scan on" in step]
    assert not walked or name in WALKS, plans[name]
