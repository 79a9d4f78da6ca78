"""What somebody types as what both engines are asked; whether a text matches it, where, and how well. All of it pure.

Every character of a query is literal: it is cut into words here, and an engine sees nothing but words.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from msgspec import Struct

from careline.core import text
from careline.core.actor import Actor
from careline.core.errors import Forbidden, Invalid
from careline.features.search import words
from careline.features.search.rows import Filters, Match, Snippet

QUERY = 200
SNIPPET = 160
BEFORE = 40
MARKS = 20
ALIKE = 0.5
LONG = 5
NOTHING = '""'  # what FTS5 finds nothing by
_BORDER = rf"[^\s{words.UNSPACED}]"


class Query(Struct, frozen=True):
    """What is looked for, in the words of each engine; the text itself must match all `patterns`.

    FTS5 is asked for `words`, or, where it cannot be, for the runs of three characters that are `grams`; `lexemes` is a
    tsquery and `part` a LIKE pattern. `rough` is a LIKE pattern that every plain ASCII text which matches has, whatever
    its case. `literal` says that the patterns look at punctuation too.
    """

    words: str
    grams: str
    lexemes: str
    part: str
    rough: str
    patterns: tuple["re.Pattern[str]", ...]
    whole: tuple["re.Pattern[str]", ...]
    literal: bool


def query(typed: str, match: Match, keys: list[list[str]]) -> Query | None:
    """The query, or None where there is nothing that could be found. Each of `keys` is a list of alternatives.

    `word` finds words, the last of which may be begun only; `part` finds the characters as they stand, from three of
    them on. `Invalid` for what is too long.
    """
    text.storable(typed, "q")
    if len(typed) > QUERY:
        raise Invalid("q", f"At most {QUERY} characters.")
    if not (found := words.words_of(typed)):
        return None
    plain = " ".join(found)
    if match == "part" and len(plain) > 2:
        return _part(typed, plain, found, keys)
    begun = bool(typed) and not typed.translate(words.SPACED).endswith(" ")
    return _words(found, begun, keys)


def _words(found: list[str], begun: bool, keys: list[list[str]]) -> Query:
    stem = found[-1] if begun and len(found[-1]) > 1 and not words.is_unspaced(found[-1]) else ""
    complete = found[:-1] if stem else found
    lexemes = [lexeme for word in complete for lexeme in words.lexemes(word)]
    # An engine gathers all that begins so before it looks at anything else. PostgreSQL is asked for characters instead,
    # and FTS5 is where they are few, as much may begin with them.
    if not stem or len(stem) >= LONG:
        asked = [f'"{lexeme}"' for lexeme in lexemes]
        asked += [f'"{words.beginning(stem)}" *'] if stem else []
        fts5 = _fts5(asked, keys), NOTHING
    else:
        runs = [word if words.is_unspaced(word) else f" {word} " for word in complete] + [f" {stem}"]
        fts5 = NOTHING, _fts5([f'"{gram}"' for run in runs for gram in words.grams(run)], keys)
    return Query(
        *fts5,
        _tsquery(lexemes, keys),
        f"% {stem}%" if stem else "%",
        f"%{max(found, key=len)}%",
        tuple(_patterns(complete, stem)),
        tuple([_bordered(re.escape(word)) for word in found]),
        literal=False,
    )


def _part(typed: str, plain: str, found: list[str], keys: list[list[str]]) -> Query:
    spaced = typed.translate(words.SPACED)
    sides = spaced[:1].isspace(), spaced[-1:].isspace()
    looked = " " * sides[0] + plain + " " * sides[1]
    # pg_trgm knows no runs of some scripts in some locales: their characters are words as well.
    lexemes = [piece for word in found if words.is_unspaced(word) for piece in words.pieces(word)]
    literal = r"\s+".join(map(re.escape, typed.translate(words.LITERAL).split()))
    return Query(
        NOTHING,
        _fts5([f'"{gram}"' for gram in words.grams(looked)], keys),
        _tsquery(lexemes, keys),
        f"%{looked}%",
        f"%{max(found, key=len)}%",
        (re.compile(literal),),
        (_bordered(literal),),
        literal=True,
    )


def _patterns(complete: list[str], stem: str) -> "Iterator[re.Pattern[str]]":
    for word in complete:
        yield re.compile(re.escape(word)) if words.is_unspaced(word) else _bordered(re.escape(word))
    if stem:
        yield re.compile(rf"(?<!{_BORDER}){re.escape(stem)}")


def _bordered(pattern: str) -> "re.Pattern[str]":
    return re.compile(rf"(?<!{_BORDER}){pattern}(?!{_BORDER})")


def _fts5(terms: list[str], keys: list[list[str]]) -> str:
    asked = [*dict.fromkeys(terms), *(" OR ".join(f'"{key}"' for key in alternatives) for alternatives in keys)]
    return " AND ".join(f"({term})" for term in asked)


def _tsquery(lexemes: list[str], keys: list[list[str]]) -> str:
    asked = [*dict.fromkeys(map(_quoted, lexemes)), *(f"({' | '.join(map(_quoted, some))})" for some in keys)]
    return " & ".join(asked)


def _quoted(term: str) -> str:
    return f"'{term}'"


def may_filter(actor: Actor, filters: Filters) -> None:
    """A contact knows neither labels nor who of the staff is who."""
    if actor.kind != "contact":
        return
    if filters.label is not None:
        raise Forbidden("Labels are the staff's.")
    if filters.sender_id is not None and filters.sender_kind != "contact":
        raise Forbidden("Staff cannot be told apart from here: ask for everything that staff said.")


def check_filters(filters: Filters) -> None:
    if filters.sender_id is not None and filters.sender_kind is None:
        raise Invalid("sender_kind", "Say of which kind the sender is.")
    for field in ("conversation_id", "sender_id", "label"):
        text.storable(getattr(filters, field) or "", field)


def matches(body: str, looked_for: Query) -> bool:
    read = body.translate(words.LITERAL if looked_for.literal else words.SPACED)
    return all(pattern.search(read) for pattern in looked_for.patterns)


def score(body: str, looked_for: Query) -> int:
    """0 to 1,023: whole words before begun ones, then what is said early, then what is said in few words."""
    read = body.translate(words.LITERAL if looked_for.literal else words.SPACED)
    exact = [found for pattern in looked_for.whole if (found := pattern.search(read))]
    first = min((found.start() for found in exact), default=400)
    return 512 * len(exact) // len(looked_for.whole) + 255 * (400 - min(first, 400)) // 400 + 20_000 // (len(read) + 80)


def snippet(body: str, looked_for: Query) -> Snippet:
    """The text around the first match, with every match in it marked."""
    read, origin = _traced(body, words.LITERAL if looked_for.literal else words.SPACED)
    spans = sorted(
        {(origin[m.start()], origin[m.end() - 1] + 1) for p in looked_for.patterns for m in p.finditer(read)}
    )
    start = max(0, spans[0][0] - BEFORE) if spans else 0
    end = min(len(body), start + SNIPPET)
    before, after = "…" * (start > 0), "…" * (end < len(body))
    marks: list[tuple[int, int]] = []
    for begins, ends in spans[: MARKS * 2]:
        if begins < end and (not marks or begins >= marks[-1][1]) and len(marks) < MARKS:
            marks.append((begins, min(ends, end)))
    shift = len(before) - start
    cut = before + body[start:end] + after
    return Snippet(cut, [(_utf16(cut, begins + shift), _utf16(cut, ends + shift)) for begins, ends in marks])


def _traced(body: str, table: dict[int, str]) -> tuple[str, list[int] | range]:
    """The text as it is looked at, and where each of its characters comes from."""
    if body.isascii():
        return body.translate(table), range(len(body))
    parts = [table[ord(character)] for character in body]
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]


def _utf16(shown: str, offset: int) -> int:
    return offset if shown.isascii() else len(shown[:offset].encode("utf-16-le")) // 2


def literal(value: str) -> str:
    """A value as a part of a LIKE pattern."""
    return re.sub(r"([\\%_])", r"\\\1", value)


def contact_query(typed: str) -> list[str]:
    """The words typed, or `Invalid` when there are too many characters."""
    text.storable(typed, "q")
    if len(typed) > QUERY:
        raise Invalid("q", f"At most {QUERY} characters.")
    return list(dict.fromkeys(words.words_of(typed)))


def contact_grams(word: str) -> list[str]:
    """What a contact shares some of with a word that is only like theirs: how it begins, and what it is made of."""
    return words.grams(f" {word}") or [f" {word} "]


def similarity(typed: list[str], known: list[str]) -> float:
    """How much the words somebody typed are like those of a contact: 1 where all are there, 0 where none is."""
    return sum(max((_alike(word, other) for other in known), default=0.0) for word in typed) / max(len(typed), 1)


def _alike(word: str, other: str) -> float:
    if word == other:
        return 1.0
    if other.startswith(word):
        return 0.95
    if word in other:
        return 0.9
    return 0.85 * SequenceMatcher(None, word, other, autojunk=False).ratio()
