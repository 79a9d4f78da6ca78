"""Named statements as each engine runs them."""

from careline.store.sql import for_one, statement

WRITTEN = """-- Nobody's business but the reader's.
INSERT INTO things (id, what)
  VALUES (:id, 'not  a -- comment')  -- as it stands"""


def test_sqlite_gets_no_comments_and_no_layout_but_texts_as_they_stand() -> None:
    assert statement("add", WRITTEN, "sqlite").text == "INSERT INTO things (id, what) VALUES (?1, 'not  a -- comment')"


def test_values_by_name_are_put_in_the_order_of_the_parameters() -> None:
    for engine, mark in (("sqlite", "?"), ("postgres", "$")):
        found = statement("move", "UPDATE t SET a = :a, b = :b WHERE id = :id AND a <> :a", engine)
        assert found.text == f"UPDATE t SET a = {mark}1, b = {mark}2 WHERE id = {mark}3 AND a <> {mark}1"
        assert found.bound({"id": "x", "b": 2, "a": 1, "more": None}) == (1, 2, "x")


def test_a_single_value_and_none_are_still_a_list_of_values() -> None:
    assert statement("one", "SELECT :id", "sqlite").bound({"id": "x"}) == ("x",)
    assert statement("none", "SELECT 1", "sqlite").bound({"id": "x"}) == ()


def test_every_sentence_of_a_statement_has_parameters_of_its_own() -> None:
    found = statement("both", "DELETE FROM a WHERE id = :id; DELETE FROM b WHERE x = :x AND id = :id", "sqlite")
    assert found.text == "DELETE FROM a WHERE id = ?1; DELETE FROM b WHERE x = ?1 AND id = ?2"
    assert found.bound({"id": "i", "x": "x"}) == ("i", "x", "i")


def test_a_row_of_its_own_is_written_only_where_the_counter_was_moved() -> None:
    add = statement("add", "INSERT INTO t (a, b) VALUES (:a, :b)", "postgres")
    assert for_one(add, ["text", "int8"], "w0") == (
        "INSERT INTO t (a, b) SELECT CAST($1 AS text), CAST($2 AS int8) WHERE EXISTS (SELECT 1 FROM w0)"
    )
    unless = statement("unless", "INSERT INTO t (a) VALUES (:a) ON CONFLICT (a) DO UPDATE SET b = MAX(t.b)", "postgres")
    assert for_one(unless, ["text"], "w0") == (
        "INSERT INTO t (a) SELECT CAST($1 AS text) WHERE EXISTS (SELECT 1 FROM w0)"
        " ON CONFLICT (a) DO UPDATE SET b = MAX(t.b)"
    )
    move = statement("move", "UPDATE t SET a = :a WHERE b = :b", "postgres")
    assert for_one(move, ["text", "int8"], "w0") == (
        "UPDATE t SET a = CAST($1 AS text) WHERE EXISTS (SELECT 1 FROM w0) AND b = CAST($2 AS int8)"
    )
