"""What counts as JSON, as text and as a cursor (SECURITY.md G): decided on the bytes, the same for everybody."""

import gc
import json
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careline.core import ids, text
from careline.core.errors import BadRequest, Invalid, Refused
from careline.core.page import Cursors
from careline.wires import shapes
from tests.world import World

ANYTHING: Callable[[bytes], Any] = msgspec.json.Decoder().decode
UNREAD: Callable[[bytes], Any] = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode

NOT_JSON = {
    "not a number": b'{"a":NaN}',
    "infinity": b'{"a":-Infinity}',
    "a number beyond doubles": b'{"a":1e400}',
    "five thousand digits": b'{"a":' + b"9" * 5_000 + b"}",
    "a key twice": b'{"a":1,"a":2}',
    "a key twice, once escaped": b'{"a":1,"\\u0061":2}',
    "a key twice, deep inside": b'{"a":[{"b":{"c":1,"c":1}}]}',
    "a key twice beside many brackets": b'{"a":"' + b"[" * 40 + b'","b":1,"b":2}',
    "33 levels": b'{"a":' * 33 + b"1" + b"}" * 33,
    "100,000 levels": b"[" * 100_000,
    "100,000 levels under a key": b'{"a":' + b"[" * 100_000,
    "a byte order mark": b'\xef\xbb\xbf{"a":1}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "Latin-1": b'{"a":"\xe9"}',
    "an overlong slash": b'{"a":"\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"a":"\xed\xa0\x80"}',
    "a raw NUL": b'{"a":"\x00"}',
    "a comment": b'{"a":1/**/}',
    "a trailing comma": b'{"a":1,}',
    "two values": b'{"a":1}{"a":2}',
    "nothing": b"",
    "single quotes": b"{'a':1}",
    "hexadecimal": b'{"a":0x1}',
    "a leading zero": b'{"a":01}',
}
NOT_TEXT = [b'{"a":"\\u0000"}', b'{"\\u0000":1}', b'{"a":"\\ud800"}', b'{"a":["\\udc00\\ud800"]}', b'{"\\ud800":1}']


@pytest.mark.parametrize("decoder", [ANYTHING, UNREAD], ids=["read", "kept unread"])
@pytest.mark.parametrize("case", NOT_JSON)
def test_what_is_not_strictly_json_is_refused(case: str, decoder: Callable[[bytes], Any]) -> None:
    with pytest.raises(BadRequest):
        shapes.decode(NOT_JSON[case], decoder)


@pytest.mark.parametrize("decoder", [ANYTHING, UNREAD], ids=["read", "kept unread"])
@pytest.mark.parametrize("raw", NOT_TEXT)
def test_text_that_cannot_be_stored_is_refused(raw: bytes, decoder: Callable[[bytes], Any]) -> None:
    with pytest.raises(Invalid):
        shapes.decode(raw, decoder)


def test_32_levels_are_allowed() -> None:
    assert shapes.decode(b'{"a":' * 32 + b"1" + b"}" * 32, UNREAD)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON, st.booleans())
def test_honest_json_is_what_another_parser_says_it_is(value: Any, ascii_only: bool) -> None:
    assert shapes.decode(json.dumps(value, ensure_ascii=ascii_only).encode(), ANYTHING) == value


@given(st.binary(max_size=200) | st.text('{}[]",:\\u0d8a1e.-', max_size=80).map(str.encode))
def test_no_bytes_are_ever_more_than_refused(raw: bytes) -> None:
    for decoder in (ANYTHING, UNREAD):
        try:
            value = shapes.decode(raw, decoder)
        except Refused:
            continue
        # Taken: then the strictest reader we know takes it too, and so does the store.
        assert json.loads(raw, object_pairs_hook=_once) == msgspec.json.decode(raw)
        msgspec.json.encode(value).decode()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


ADVERSARIES: dict[str, Callable[[int], bytes]] = {
    "brackets": lambda n: b'{"a":"' + b"[" * n + b'"}',
    "escapes": lambda n: b'{"a":"' + b"\\u0061" * (n // 6) + b'"}',
    "quotes": lambda n: b'{"a":"' + b'\\"' * (n // 2) + b'"}',
    "keys": lambda n: b"{" + b",".join(b'"%d":1' % i for i in range(n // 9)) + b"}",
    "lists": lambda n: b'{"a":[' + b",".join([b"[]"] * (n // 3)) + b"]}",
    "surrogates": lambda n: b'{"a":"' + b"\\ud83d" * (n // 6) + b'"}',
}


@pytest.mark.parametrize("case", ADVERSARIES)
def test_reading_costs_no_more_than_its_length(case: str) -> None:
    def cost(size: int) -> float:
        raw, best = ADVERSARIES[case](size), 9.0
        gc.collect()
        gc.disable()  # It walks whatever the tests before this one left behind, which is not the reader's doing.
        try:
            for _ in range(3):
                started = time.process_time()
                try:
                    shapes.decode(raw, UNREAD)
                except Refused:
                    pass
                best = min(best, time.process_time() - started)
        finally:
            gc.enable()
        return best

    assert cost(256_000) < 1
    # Eight times the length is far from its square, 64.
    assert cost(256_000) < 32 * max(cost(32_000), 0.001)


def test_a_refusal_repeats_nothing_of_what_was_sent() -> None:
    class Strict(msgspec.Struct, forbid_unknown_fields=True):
        kind: str = "text"
        word: msgspec.UnsetType | None = None

    decoder = msgspec.json.Decoder(Strict).decode
    for raw in (
        b'{"<canary>":1}',
        b'{"' + b"canary" * 20 + b'":1}',
        b'{"canary":',
        b'{"kind":{"canary":1}}',
        b"canary",
    ):
        with pytest.raises(Refused) as caught:
            shapes.decode(raw, decoder)
        assert "canary" not in caught.value.detail
        assert len(getattr(caught.value, "field", "")) <= 60
    with pytest.raises(Invalid) as named:
        shapes.decode(b'{"boddy":1}', decoder)
    # An honest slip is named, in its place and in the sentence.
    assert (named.value.field, named.value.detail) == ("boddy", "Object contains unknown field `boddy`.")


@pytest.mark.parametrize("name", ["__proto__", "constructor", "_placeholder", "workspace_id", "$where"])
async def test_a_field_that_is_not_ours_is_refused(here: World, name: str) -> None:
    path = f"/v1/conversations/{here.conversation}/messages"
    assert await here.cara.status_of("POST", path, json={"body": "x", name: {"a": 1}}) == 422


# Message text and names ---------------------------------------------------------------------------------------------

INVISIBLE = [
    "",
    " \t\r\n",
    "\r\n",
    "\u200b\u200d\ufeff",
    "\u202e" * 100,
    "\u200f" * 8_000,
    "\u0300\u0301",
    "\u3164\u2800",
    "\xad",
]


@pytest.mark.parametrize("body", INVISIBLE)
def test_a_message_has_something_to_see(body: str) -> None:
    with pytest.raises(Invalid):
        text.body(body)


STACKS = [
    "a" + "\u0301" * 17,
    "a" + ("\u0301" * 16 + "\u200d") * 100,
    "a" + "\u0489\u200c" * 2_000,
    "ก" + "\u0e47" * 17,
]


@pytest.mark.parametrize("stack", STACKS)
def test_marks_are_not_stacked_until_a_client_freezes(stack: str) -> None:
    with pytest.raises(Invalid):
        text.body(stack)
    with pytest.raises(Invalid):
        text.line("Cara" + stack[:120], "name")


@pytest.mark.parametrize(
    "body", ["👨‍👩‍👧‍👦", "❤️‍🔥 🏴󠁧󠁢󠁳󠁣󠁴󠁿", "क्षि ஸ்ரீ", "ישראל שָׁלוֹם", "a" * 8_000, "<script>{{7*7}}\x1b[2J", "é"]
)
def test_what_people_write_is_kept_as_it_is(body: str) -> None:
    assert text.body(body) == body


def test_a_body_has_8000_characters_and_32_kib_at_most() -> None:
    assert text.body("😀" * 8_000)
    for long in ("a" * 8_001, "😀" * 8_001):
        with pytest.raises(Invalid):
            text.body(long)


@given(st.text())
def test_any_text_is_kept_as_it_is_or_refused(value: str) -> None:
    for check in (lambda: text.body(value), lambda: text.storable(value, "x")):
        try:
            assert check() == value
            value.encode()
            assert "\0" not in value
        except Invalid:
            pass


@given(st.text())
def test_a_name_is_one_printable_line_that_cleaning_again_leaves_alone(value: str) -> None:
    try:
        cleaned = text.line(value, "name")
    except Invalid:
        return
    assert text.line(cleaned, "name") == cleaned
    assert 0 < len(cleaned) <= 200 and cleaned == " ".join(cleaned.split())
    assert not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" or c in "\r\n\0\u2028" for c in cleaned)


@given(st.text(max_size=200))
def test_an_id_from_outside_is_taken_whole_or_refused(value: str) -> None:
    try:
        assert ids.foreign_id(value, "id") == value
    except Invalid:
        return
    assert value.isprintable() and 0 < len(value) <= 128 and not set(value) & {"/", " ", "\n", "\0"}


def test_ids_are_not_to_be_guessed() -> None:
    made = [ids.new_id() for _ in range(2_000)]
    assert len({id_[14:] for id_ in made}) == 2_000
    assert all(id_[14] == "7" and id_[19] in "89ab" and len(id_) == 36 for id_ in made)


# Cursors ------------------------------------------------------------------------------------------------------------

CURSORS = Cursors(bytes(range(64)))


@given(st.integers(0, 2**62), st.text(max_size=40), st.text(max_size=40))
def test_a_cursor_opens_its_own_place_only(position: int, workspace_id: str, use: str) -> None:
    workspace_id, use = (part.encode(errors="replace").decode() for part in (workspace_id, use))
    cursor = CURSORS.encode(position, workspace_id, use)
    assert CURSORS.decode(cursor, workspace_id, use) == position
    for elsewhere in ((workspace_id + "x", use), (workspace_id, use + "x"), (use + "y", workspace_id)):
        with pytest.raises(Invalid):
            CURSORS.decode(cursor, *elsewhere)
    with pytest.raises(Invalid):
        Cursors(bytes(64)).decode(cursor, workspace_id, use)


@settings(max_examples=300)
@given(st.text(max_size=80) | st.text("AZaz09-_=", max_size=60))
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        CURSORS.decode(cursor, "greenleaf", "messages")


@given(st.integers(0, 2**62), st.integers(0, 21), st.sampled_from("AZaz09-_=+/ \n"))
def test_a_cursor_with_one_other_character_is_refused(position: int, at: int, character: str) -> None:
    """Also where Base64 would read the same bytes: the last character has four bits that say nothing."""
    cursor = CURSORS.encode(position, "greenleaf", "messages")
    ways = {cursor[:at] + character + cursor[at + 1 :], cursor[:at] + character + cursor[at:], cursor + character}
    ways |= {cursor[:-1] + other for other in "AQgwBRhx"}
    for other in ways - {cursor}:
        with pytest.raises(Invalid):
            CURSORS.decode(other, "greenleaf", "messages")


PAGES = ["limit=0", "limit=-1", "limit=101", "limit=1000000000", "limit=abc", "limit=", "cursor=x", "sort=id",
         "filter=x", "order=desc", "view=x", "status=x'--", "cursor=" + "A" * 5_000, "offset=5"]  # fmt: skip


@pytest.mark.parametrize("query", PAGES)
async def test_a_page_is_asked_for_by_what_the_list_knows(here: World, query: str) -> None:
    assert await here.ana.status_of("GET", f"/v1/conversations?{query}") == 422


async def test_a_cursor_of_another_list_is_no_cursor(here: World) -> None:
    for conversation in (here.conversation, here.dev_conversation):
        for number in range(3):
            await here.ana.sends(conversation, str(number))
    page = await here.ana.asks("GET", f"/v1/conversations/{here.conversation}/messages?limit=1", status=200)
    cursor = page["before"]
    own = f"/v1/conversations/{here.conversation}/messages?before={cursor}"
    assert await here.ana.status_of("GET", own) == 200
    other = f"/v1/conversations/{here.dev_conversation}/messages?before={cursor}"
    assert await here.ana.status_of("GET", other) == 422
    assert await here.ana.status_of("GET", f"/v1/conversations?cursor={cursor}") == 422
    assert (await here.ana.asks("GET", f"/v1/events?since={cursor}", status=200))["reset"] is True
