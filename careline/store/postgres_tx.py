"""Transactions on PostgreSQL: under the lock of the workspace's counter, or deciding without it."""

from collections import defaultdict
from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from careline.core.errors import NotFound
from careline.store.database import Overtaken, Plan, Question, Tx, check_columns
from careline.store.sharing import Shared
from careline.store.sql import answers, as_one, for_each, for_many, for_one

Row = TypeVar("Row", bound=Struct)


class PostgresTx(Tx):
    """Statements on one pooled connection, prepared once per connection by asyncpg's own cache."""

    shares = True  # whether it asks for others too: not with limits, or a view of the store, that are its own

    def __init__(
        self,
        connection: Any,
        bulk: dict[object, str],
        checked: set[tuple[str, type]],
        shared: defaultdict[str, Shared],
        *rest: Any,
    ) -> None:
        super().__init__(*rest)
        self._connection = connection
        self._bulk = bulk
        self._checked = checked
        self._shared = shared

    def _bound(self, name: str, values: dict[str, Any]) -> tuple[str, list[Any]]:
        statement = self._statements[name]
        return statement.text, [values[field] for field in statement.order]

    async def all(self, row: type[Row], name: str, /, **values: Any) -> list[Row]:
        text, arguments = self._bound(name, values)
        records = await self._connection.fetch(text, *arguments)
        if records and (name, row) not in self._checked:
            check_columns(name, row, list(records[0].keys()))
            self._checked.add((name, row))
        return [row(*record) for record in records]

    async def value(self, name: str, /, **values: Any) -> Any:
        text, arguments = self._bound(name, values)
        return await self._connection.fetchval(text, *arguments)

    async def value_shared(self, name: str, /, **values: Any) -> Any:
        if not self.shares:
            return await self.value(name, **values)
        return await self._shared[name].ask(values, partial(self._values, name))

    async def _values(self, name: str, asked: list[dict[str, Any]]) -> list[Any]:
        """The value for each of these."""
        if len(asked) == 1:
            return [await self.value(name, **asked[0])]
        text = self._bulk.get(f"{name} for each")
        if text is None:
            text = self._bulk[f"{name} for each"] = for_each(self._statements[name], await self._types(name))
        order = self._statements[name].order
        rows = await self._connection.fetch(text, _json([{field: one[field] for field in order} for one in asked]))
        return [row[0] for row in rows]

    async def run(self, name: str, /, **values: Any) -> None:
        text, arguments = self._bound(name, values)
        await self._connection.execute(text, *arguments)

    async def many(self, name: str, rows: list[dict[str, Any]]) -> None:
        if len(rows) == 1:
            await self.run(name, **rows[0])
            return
        await self._connection.execute(await self._for_many(name), _json(rows))

    async def ask(self, *questions: Question) -> list[list[Any]]:
        """One statement for all of them, whose answer is a JSON list for each."""
        text = answers(tuple(self._statements[name].text for _, name, _ in questions))
        values = [values[field] for _, name, values in questions for field in self._statements[name].order]
        record = await self._connection.fetchrow(text, *values)
        return [_rows(row)(found) for (row, _, _), found in zip(questions, record.values(), strict=True)]

    async def together(self, writes: list[tuple[str, list[dict[str, Any]]]]) -> None:
        """One statement for all of them, each a WITH clause of it: a round trip costs more than what it carries."""
        text = as_one(tuple([await self._for_many(name) for name, _ in writes]))
        await self._connection.execute(text, *[_json(rows) for _, rows in writes])

    async def _for_many(self, name: str, only_if: str = "") -> str:
        known = self._bulk.get(name + only_if)
        if known is None:
            known = for_many(self._statements[name], await self._types(name), only_if)
            self._bulk[name + only_if] = known
        return known

    async def _types(self, name: str) -> list[str]:
        """The types of a statement's parameters, as PostgreSQL sees them."""
        prepared = await self._connection.prepare(self._statements[name].text)
        return [f"{parameter.schema}.{parameter.name}" for parameter in prepared.get_parameters()]


class UnlockedTx(PostgresTx):
    """Decides on what one statement has shown, and writes all of it with another, which is a transaction by itself and
    does nothing if the workspace's counter has moved in between: every change in a workspace moves it.
    """

    decides_unlocked = True

    async def open_workspace(self, workspace_id: str) -> None:
        self.workspace_id = workspace_id
        if self.memory is not None:
            self._seq = self._before = self.memory.seq
            self.known = self.memory.known

    async def ask(self, *questions: Question) -> list[list[Any]]:
        """The answers, and the counter of the same moment."""
        head: Question = (_Head, "head", {"workspace_id": self.workspace_id})
        (heads, *found) = await super().ask(head, *questions)
        if not heads:
            raise NotFound("There is no such workspace.")
        if self._seq is None:
            self._seq = self._before = heads[0].seq
        elif heads[0].seq != self._before:
            raise Overtaken
        return found

    async def run(self, name: str, /, **values: Any) -> None:
        raise RuntimeError(f"{name}: a verb for many writes only `later`")

    async def many(self, name: str, rows: list[dict[str, Any]]) -> None:
        raise RuntimeError(f"{name}: a verb for many writes only `later`")

    async def close_workspace(self, plan: Plan) -> None:
        writes = self.last_writes(plan)
        if not writes:
            # A refusal, too, holds only for what is true now.
            if self._before != await self.value("head", workspace_id=self.workspace_id):
                raise Overtaken
            return
        moved = {"workspace_id": self.workspace_id, "seq": self._seq, "before": self._before}
        alone = all(len(rows) == 1 for _, rows in writes)
        names = tuple([name for name, _ in writes])
        text = self._bulk.get((names, alone)) or await self._if_not_overtaken(names, alone)
        if alone:
            values: list[Any] = [*self._statements["move_head_on"].bound(moved)]
            for name, (row,) in writes:
                values += self._statements[name].bound(row)
        else:
            values = [_json([moved]), *[_json(rows) for _, rows in writes]]
        if not await self._connection.fetchval(text, *values):
            raise Overtaken

    async def _if_not_overtaken(self, names: tuple[str, ...], alone: bool) -> str:
        """One statement that moves the counter and, if that stood where it was, writes: a row of each, or many."""
        if alone:
            types = [await self._types(name) for name in names]
            writes = [for_one(self._statements[name], of, "w0") for name, of in zip(names, types, strict=True)]
            texts = (self._statements["move_head_on"].text, *writes)
        else:
            texts = (await self._for_many("move_head_on"), *[await self._for_many(name, "w0") for name in names])
        text = self._bulk[names, alone] = as_one(texts, "count(*) FROM w0")
        return text


class _Head(Struct):
    seq: int


def _json(rows: list[dict[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()


@cache
def _rows(row: type[Struct]) -> Callable[[str], list[Any]]:
    return msgspec.json.Decoder(list[row]).decode  # type: ignore[valid-type]
