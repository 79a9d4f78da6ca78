"""No statement walks a table that grows: SQLite is asked how it would run each of them."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

import careline
from careline.store.migrate import FOLDER
from careline.store.sql import Statement, load

ROOT = Path(careline.__file__).parent
FILES = [ROOT / "store" / "log.sql", ROOT / "work" / "jobs.sql", *sorted(ROOT.glob("features/*/queries.sql"))]

# Those that are meant to look at everything, because there is little of it or because it is swept once an hour.
WALKS = {
    "all_workspaces",
    "any_staff",
    "applied_migrations",
    "delete_old_codes",
    "delete_old_refresh_tokens",
    "delete_old_sessions",
    "delete_old_tickets",
    "waiting_jobs",
}

# Where SQLite has a choice, what it must choose.
USES = {
    "messages_by_client_id": "messages_by_client_id (client_id=? AND conversation_id=?)",
    "hot_conversations": "PRIMARY KEY (workspace_id=? AND id=?)",
    "conversation_as": "PRIMARY KEY (workspace_id=? AND id=?)",
    "messages_before": "PRIMARY KEY (conversation_id=? AND seq<?)",
    "messages_after": "PRIMARY KEY (conversation_id=? AND seq>?)",
    "conversations_of_workspace": "conversations_by_activity (workspace_id=? AND status=? AND activity_seq<?)",
    "unassigned_conversations": "conversations_by_activity (workspace_id=? AND status=? AND activity_seq<?)",
    "events_since": "PRIMARY KEY (workspace_id=? AND seq>?)",
    "marks_over": "m USING PRIMARY KEY (conversation_id=? AND kind=? AND reader_kind=? AND reader_id=? AND to_seq>?",
    "events_since_in": "PRIMARY KEY (workspace_id=? AND seq>?)",
}


@pytest.fixture(scope="module")
def store() -> Iterator[apsw.Connection]:
    store = apsw.Connection(":memory:")
    store.execute("CREATE TABLE migrations (id TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)")
    for file in sorted(FOLDER.glob("*.sql")):
        store.execute(file.read_text())
    yield store
    store.close()


@pytest.mark.parametrize("statement", load(FILES, "sqlite").values(), ids=lambda statement: statement.name)
def test_no_statement_walks_a_table(store: apsw.Connection, statement: Statement) -> None:
    values: dict[str, object] = {name: "[]" if name in statement.lists else None for name in statement.order}
    plan = [str(row[3]) for row in store.execute("EXPLAIN QUERY PLAN " + statement.text, values)]
    walked = [
        step for step in plan if step.startswith("SCAN") and "VIRTUAL TABLE" not in step and "CONSTANT" not in step
    ]
    assert not walked or statement.name in WALKS, plan
    if statement.name in USES:
        assert any(USES[statement.name] in step for step in plan), plan
