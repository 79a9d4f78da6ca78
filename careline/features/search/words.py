"""How text is looked at when it is searched: without case and marks, as words, and as the terms both engines keep.

Scripts that write no spaces between words (Chinese, Japanese, Korean in part, Thai, Lao, Khmer, Burmese) count as words
of one and of two characters each, which is how people search them.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b

from msgspec import Struct

# Private characters never come out of folding, so nobody can write what looks like one of our own terms.
_KEYS = 0xE800
_CACHED = 20_000
_LONGEST = 64
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u3190-\u31bf\u31f0-\u9fff\uac00-\ud7ff\uf900-\ufaff"
UNSPACED += "\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{UNSPACED}]+|[^\s{UNSPACED}]+")
_UNSPACED_RUN = re.compile(rf"[{UNSPACED}]+")


def _fold(character: str) -> str:
    """Without case, width and accents: `É` is `e`, `ﬁ` is `fi`. Vowel signs that carry meaning of their own stay."""
    if unicodedata.category(character) == "Co":
        return ""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def _spaced(character: str) -> str:
    """The same, with a space for whatever is neither letter, digit, sign of a letter nor symbol."""
    return "".join(c if c.isalnum() or unicodedata.category(c) in ("Mn", "Mc", "So") else " " for c in _fold(character))


class _Table(dict[int, str]):
    """What becomes of each character, worked out when it is first seen."""

    def __init__(self, of: Callable[[str], str]) -> None:
        self._of = of

    def __missing__(self, code: int) -> str:
        becomes = self._of(chr(code))
        if len(self) < _CACHED:
            self[code] = becomes
        return becomes


LITERAL = _Table(_fold)
SPACED = _Table(_spaced)


def words_of(text: str) -> list[str]:
    """The words in their order; runs of an unspaced script are one each."""
    spaced = text.translate(SPACED)
    return spaced.split() if spaced.isascii() else _RUNS.findall(spaced)


def is_unspaced(word: str) -> bool:
    return _UNSPACED_RUN.match(word) is not None


def pieces(run: str) -> list[str]:
    """What an unspaced run is found by: each character, and each two of them."""
    return [*run, *(run[n : n + 2] for n in range(len(run) - 1))]


@lru_cache(4_096)
def key(what: str) -> str:
    """A term that stands for something else than a word, such as a conversation. Now and then two things share one, so
    what it finds has to be looked at.
    """
    number = int.from_bytes(blake2b(what.encode(), digest_size=5).digest())
    return "".join(chr(_KEYS + (number >> shift & 0xFFF)) for shift in (24, 12, 0))


class Terms(Struct, frozen=True):
    """What one message is found by: as lexemes, as plain text, and as text whose every three characters are a term."""

    lexemes: str
    text: str
    grams: str


def terms(body: str, keys: list[str]) -> Terms:
    words = words_of(body)
    text = f" {' '.join(words)} "
    lexemes = dict.fromkeys([word[:_LONGEST] for word in words])
    if not body.isascii():
        lexemes |= dict.fromkeys([piece for word in words if is_unspaced(word) for piece in pieces(word)])
    return Terms(" ".join([*lexemes, *keys]), text, "".join([text, *keys]))


def lexemes(word: str) -> list[str]:
    """What a word is found by among the lexemes."""
    return pieces(word) if is_unspaced(word) else [word[:_LONGEST]]


def beginning(word: str) -> str:
    """What the lexemes of all words that begin so begin with."""
    return word[:_LONGEST]


def grams(text: str) -> list[str]:
    """Every three characters in a row."""
    return [text[n : n + 3] for n in range(len(text) - 2)]
