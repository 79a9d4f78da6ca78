"""Every promise of a foreign wire's page is proved by a play or a test that names it."""

from careline.wiring import LANGUAGES
from tests.proofs import promises, proofs
from tests.tools import ROOT


def test_every_promise_has_a_proof_and_every_proof_a_promise() -> None:
    promised, proved = promises(), proofs()
    lacking = [f"{id_} {text}" for id_, text in promised.items() if id_ not in proved]
    lost = [f"{id_} in {', '.join(places)}" for id_, places in proved.items() if id_ not in promised]
    assert not lacking and not lost, "\n".join(["no proof:", *lacking, "no promise:", *lost])


def test_every_foreign_wire_promises_something() -> None:
    pages = {name: (ROOT / "docs" / "wires" / f"{name}.md").read_text() for name in LANGUAGES}
    assert [name for name, page in pages.items() if not any(f"`{id_}`" in page for id_ in promises())] == []
