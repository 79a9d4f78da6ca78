"""How a bug gets into a running server: functions of the product are swapped in memory, before it starts."""

from collections.abc import Callable
from itertools import count
from typing import Any

from careline.store.sqlite import Sqlite, SqliteTx

Original = Callable[..., Any]


def swap(owner: Any, name: str, make: Callable[[Original], Original]) -> None:
    """Put something in the place of a function; it gets the function that was there."""
    setattr(owner, name, make(getattr(owner, name)))


def every(times: int) -> Callable[[], bool]:
    """True each so many calls."""
    numbers = count(1)
    return lambda: next(numbers) % times == 0


def rewrite_messages(change: Callable[[dict[str, Any]], None], times: int = 1) -> None:
    """Change the rows of messages on their way into the store, one of so many."""
    due = every(times)

    def make(many: Original) -> Original:
        async def changed(self: SqliteTx, name: str, rows: list[dict[str, Any]]) -> None:
            for row in rows if name == "insert_message" else ():
                if due():
                    change(row)
            await many(self, name, rows)

        return changed

    swap(SqliteTx, "many", make)


def answer_statement(statement: str, found: list[Any] | None) -> None:
    """Give a statement's answer without asking, or, for None, do not run it at all."""

    def make(method: Original) -> Original:
        async def changed(self: SqliteTx, *words: Any, **values: Any) -> Any:
            return found if statement in words else await method(self, *words, **values)

        return changed

    for name in ("run", "many") if found is None else ("all",):
        swap(SqliteTx, name, make)


class Meddled:
    """A connection whose COMMIT is preceded by something else."""

    def __init__(self, db: Any, before_commit: Callable[[], None]) -> None:
        self._db, self._before = db, before_commit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    def execute(self, statement: str, *values: Any) -> Any:
        if statement == "COMMIT":
            self._before()
        return self._db.execute(statement, *values)


def meddle_with_commits(meddle: Callable[[Any, list[Any]], None]) -> None:
    """Do something before each COMMIT of a group that has recorded facts."""

    def make(write: Original) -> Original:
        def changed(self: Sqlite, thread: Any, group: list[Any]) -> None:
            def before() -> None:
                if any(waiting.tx is not None and waiting.tx.recorded for waiting in group):
                    meddle(thread, group)

            real, thread.db = thread.db, Meddled(thread.db, before)
            try:
                write(self, thread, group)
            finally:
                thread.db = real

        return changed

    swap(Sqlite, "_write_group", make)
