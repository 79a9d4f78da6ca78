"""Named statements: one SQL in the files, worded for the engine that runs it.

A statement stands under `-- name: edit_message`, or `-- name: lock_head [postgres]` where the engines cannot agree.
Parameters are `:name`. A list parameter is written `= ANY(:ids)`. What many statements select stands once, under
`-- columns: message`, and is written `{message}` in them, or `{message of m}` where the table has another name;
`sender AS its_sender` may be among it. What many ask for stands under `-- part: sieve` and is written `{sieve}`.
"""

import re
from collections.abc import Callable
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from msgspec import Struct

_NAME = re.compile(r"^-- (name|columns|part): (\w+)(?: \[(sqlite|postgres)\])?\s*$", re.M)
_COLUMNS = re.compile(r"\{(\w+)(?: of (\w+))?\}")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_ANY = re.compile(r"= ANY\(:(\w+)\)")
_LAYOUT = re.compile(r"'[^']*'|(?:--[^\n]*|\s)+")
_LIST = re.compile(r"(?:ANY|json_each|unnest)\(:(\w+)")
_VALUES = re.compile(r"VALUES\s*\((.*?)\)(?=\s*(?:ON CONFLICT|$))", re.S)


class Statement(Struct, frozen=True):
    """One statement as an engine runs it; `order` names its `$1, $2, …` or `?1, ?2, …`, `lists` the list parameters.

    `bound` puts values by name into that order.
    """

    name: str
    text: str
    order: tuple[str, ...]
    lists: frozenset[str]
    bound: Callable[[dict[str, Any]], tuple[Any, ...]]


def load(files: list[Path], engine: str) -> dict[str, Statement]:
    """Every statement of the files for one engine. A name given twice, or for no engine, is an error."""
    found: dict[str, dict[str, str]] = {"name": {}, "columns": {}, "part": {}}
    for file in files:
        pieces = _NAME.split(file.read_text(encoding="utf-8"))[1:]
        for what, name, only, text in zip(pieces[::4], pieces[1::4], pieces[2::4], pieces[3::4], strict=True):
            if only and only != engine:
                continue
            if name in found[what]:
                raise ValueError(f"{file}: a second {what} {name}")
            found[what][name] = text.strip().rstrip(";")
    return {
        name: statement(name, _filled(text, found["columns"], found["part"]), engine)
        for name, text in found["name"].items()
    }


def _filled(text: str, columns: dict[str, str], parts: dict[str, str]) -> str:
    def written(place: re.Match[str]) -> str:
        if place[1] in parts:
            return parts[place[1]]
        names = [" ".join(column.split()) for column in columns[place[1]].split(",")]
        return ", ".join(f"{place[2]}.{column}" if place[2] else column for column in names)

    return _COLUMNS.sub(written, text)


def statement(name: str, text: str, engine: str) -> Statement:
    """The text worded for the engine. SQLite takes several sentences in one, each with parameters of its own."""
    lists = frozenset(_LIST.findall(text))
    if engine == "postgres":
        text, order = _numbered(text, "$")
    else:
        worded = _ANY.sub(r"IN (SELECT value FROM json_each(:\1))", _terse(text))
        sentences = [_numbered(sentence, "?") for sentence in worded.split(";")]
        text, order = ";".join(sentence for sentence, _ in sentences), sum((names for _, names in sentences), ())
    bound = itemgetter(*order) if len(order) > 1 else lambda values: tuple(values[name] for name in order)
    return Statement(name, text, order, lists, bound)


def _numbered(text: str, mark: str) -> tuple[str, tuple[str, ...]]:
    """The text with numbers for its parameters, and their names in that order."""
    order = tuple(dict.fromkeys(_PARAMETER.findall(text)))
    return _PARAMETER.sub(lambda match: f"{mark}{order.index(match[1]) + 1}", text), order


def _terse(text: str) -> str:
    """The text without comments and layout: SQLite's driver hashes all of it to find it prepared, for every row."""
    return _LAYOUT.sub(lambda found: found[0] if found[0][0] == "'" else " ", text).strip()


def for_many(wanted: Statement, types: list[str], only_if: str = "") -> str:
    """A PostgreSQL statement for one row, reworded to do the same for many rows at once: one round trip, one plan.

    Its one parameter is a JSON list of the rows: a driver takes longer over an array for each column than the server
    over that. `INSERT … VALUES ($1, $2)` and `UPDATE … SET a = $1 WHERE id = $2` both become joins with the rows. With
    `only_if`, the name of a WITH clause, nothing is written when that clause gives no row.
    """
    named = ", ".join(f"j.{name} AS p_{i + 1}" for i, name in enumerate(wanted.order))
    typed = ", ".join(f"{name} {type_}" for name, type_ in zip(wanted.order, types, strict=True))
    condition = f" WHERE EXISTS (SELECT 1 FROM {only_if})" if only_if else ""
    source = f"(SELECT {named} FROM json_to_recordset($1) AS j({typed}){condition}) AS p"
    worded = re.sub(r"\$(\d+)", r"p.p_\1", wanted.text)
    if re.match(r"\s*INSERT", wanted.text, re.I):
        return _VALUES.sub(rf"SELECT \1 FROM {source}", worded, count=1)
    return re.sub(r"\bWHERE\b", f"FROM {source} WHERE", worded, count=1)


def for_each(wanted: Statement, types: list[str]) -> str:
    """A PostgreSQL statement that gives one value, reworded to give it for each row of a JSON list, in their order."""
    typed = ", ".join(f"{name} {type_}" for name, type_ in zip(wanted.order, types, strict=True))
    worded = re.sub(r"\$(\d+)", lambda match: f"j.{wanted.order[int(match[1]) - 1]}", wanted.text)
    rows = f"ROWS FROM (json_to_recordset($1) AS ({typed})) WITH ORDINALITY AS j({', '.join(wanted.order)}, place)"
    return f"SELECT ({worded}) FROM {rows} ORDER BY j.place"


def for_one(wanted: Statement, types: list[str], only_if: str) -> str:
    """The same for a single row, whose values are its parameters: nothing is packed, unpacked or joined."""
    typed = re.sub(r"\$(\d+)", lambda match: f"CAST(${match[1]} AS {types[int(match[1]) - 1]})", wanted.text)
    condition = f"EXISTS (SELECT 1 FROM {only_if})"
    if re.match(r"\s*INSERT", wanted.text, re.I):
        return _VALUES.sub(rf"SELECT \1 WHERE {condition}", typed, count=1)
    return re.sub(r"\bWHERE\b", f"WHERE {condition} AND", typed, count=1)


@cache
def as_one(texts: tuple[str, ...], answer: str = "1") -> str:
    """Several writing PostgreSQL statements as one: WITH clauses w0, w1, … All see the store as it was before."""
    clauses = (f"w{place} AS ({text})" for place, text in enumerate(_numbered_on(texts)))
    return f"WITH {', '.join(clauses)} SELECT {answer}"


@cache
def answers(texts: tuple[str, ...]) -> str:
    """Several reading PostgreSQL statements as one: a row of JSON lists."""
    lists = (f"(SELECT COALESCE(json_agg(q), '[]') FROM ({text}) q)" for text in _numbered_on(texts))
    return f"SELECT {', '.join(lists)}"


def _numbered_on(texts: tuple[str, ...]) -> list[str]:
    """The statements with their parameters numbered through."""
    found, count = [], 0
    for text in texts:
        here = max((int(number) for number in re.findall(r"\$(\d+)", text)), default=0)
        found.append(re.sub(r"\$(\d+)", lambda match, by=count: f"${int(match[1]) + by}", text))  # type: ignore[misc]
        count += here
    return found
