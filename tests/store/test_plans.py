"""No statement walks a table that grows: both engines are asked how they would run each of them."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import asyncpg
import msgspec
import pytest

import careline
from careline.app import open_database
from careline.settings import Settings
from careline.store.migrate import files, migrate
from careline.store.postgres import SESSION
from careline.store.sql import Statement, for_many, for_one, load
from tests.services import Cluster

ROOT = Path(careline.__file__).parent
FILES = [ROOT / "store" / "log.sql", ROOT / "work" / "jobs.sql", *sorted(ROOT.glob("features/*/queries.sql"))]

# Those that are meant to look at everything, because there is little of it or because it is swept once an hour;
# `search_behind` looks once a second at each workspace's two numbers.
WALKS = {
    "anchors",
    "last_anchor",
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


# Written for many rows at once, in the words of `for_many`; alone, in those of `for_one`.
WRITTEN = sorted(
    {name for file in ROOT.rglob("*.py") for name in re.findall(r'\.(?:many|later)\(\s*"(\w+)"', file.read_text())}
)
# A column that is held against one value.
EQUALS = re.compile(r"(\w+)\)*(?:::\w+)? = (?!ANY|\(hashed)")
UNIQUE = """SELECT t.relname AS name, array_agg(a.attname::text) AS columns
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey)
WHERE n.nspname = 'public' AND i.indisunique AND i.indpred IS NULL GROUP BY i.indexrelid, t.relname"""

Step = dict[str, Any]


class Plans:
    """How PostgreSQL would run each statement whatever its values, in a store that it has no statistics of yet; but for
    one table, which it knows to be so small that walking it is cheaper than an index.
    """

    def __init__(self) -> None:
        self.steps: dict[str, list[Step]] = {}
        self.keys: dict[str, list[set[str]]] = defaultdict(list)

    async def ask(self, dsn: str) -> "Plans":
        database = open_database(Settings(database=dsn))
        await database.open()
        await migrate(database)
        await database.close()
        connection = await asyncpg.connect(dsn, server_settings=SESSION)
        await connection.execute("INSERT INTO heads (workspace_id, seq) SELECT n, 1 FROM generate_series(1, 50) n")
        await connection.execute("ANALYZE heads")
        for key in await connection.fetch(UNIQUE):
            self.keys[key["name"]].append(set(key["columns"]))
        for name, statement in load(FILES, "postgres").items():
            await self._look(connection, name, statement.text)
        for name in WRITTEN:
            statement = load(FILES, "postgres")[name]
            prepared = await connection.prepare(statement.text)
            types = [f"{parameter.schema}.{parameter.name}" for parameter in prepared.get_parameters()]
            await self._look(connection, f"{name} of many", for_many(statement, types))
            await self._look(connection, f"{name} of one", f"WITH w0 AS (SELECT 1) {for_one(statement, types, 'w0')}")
        await connection.close()
        return self

    async def _look(self, connection: Any, name: str, text: str) -> None:
        await connection.execute(f'PREPARE "{name}" AS {text}')
        count = len(set(re.findall(r"\$\d+", text)))
        values = f"({', '.join(['NULL'] * count)})" if count else ""
        (plan,) = msgspec.json.decode(await connection.fetchval(f'EXPLAIN (FORMAT JSON) EXECUTE "{name}"{values}'))
        self.steps[name] = [step for step in _steps(plan["Plan"]) if "Relation Name" in step]

    def walks(self, name: str) -> list[Step]:
        """Steps that look at a whole table, or at all that a part of a key finds where all of it was given."""
        return [step for step in self.steps[name] if self._walks(step)]

    def _walks(self, step: Step) -> bool:
        if step["Node Type"] not in ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan"):
            return False
        found = step.get("Index Cond") or step.get("Recheck Cond") or ""
        used = set(EQUALS.findall(found))
        given = used | set(EQUALS.findall(step.get("Filter", "")))
        return not found or any(key <= given and not key <= used for key in self.keys[step["Relation Name"]])


def _steps(plan: Step) -> Iterator[Step]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _steps(below)


@pytest.fixture(scope="module")
def plans(postgres: Cluster) -> Plans:
    return asyncio.run(Plans().ask(postgres.create_database()))


@pytest.mark.parametrize(
    "name", [*load(FILES, "postgres"), *(f"{name} of {count}" for name in WRITTEN for count in ("one", "many"))]
)
def test_no_statement_walks_a_table_of_a_new_store(plans: Plans, name: str) -> None:
    walked = plans.walks(name)
    assert not walked or name in WALKS, walked
