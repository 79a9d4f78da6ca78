"""Which test proves which promise: lines of docs/wires with an id, and the plays and tests that name it.

A promise is a row of a table or an item of a list that begins with its id: `| `cf-12` | …` or `* `cf-12` …`. A play
names what it proves from there on in a comment, `# proves: cf-12, cf-13`; a test is marked with
`@pytest.mark.proves("cf-12")`. `python -m tests.proofs` prints all of them; the house fails when one
is missing.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.tools import ROOT

_PROMISE = re.compile(r"^(?:\||\*) `([a-z]{2}-\d+)` (.*)", re.M)
_PLAYED = re.compile(r"^# proves: (.+)$")


def promises() -> dict[str, str]:
    """Every promise by its id; the same id twice is an error."""
    found: dict[str, str] = {}
    for page in sorted((ROOT / "docs" / "wires").glob("*.md")):
        for id_, text in _PROMISE.findall(page.read_text()):
            if id_ in found:
                raise ValueError(f"{page.name}: {id_} stands there twice")
            found[id_] = text.strip("| ")
    return found


def proofs() -> dict[str, list[str]]:
    """Where each id is named: `tests/…/socket.play:12`, or `tests/…/test_x.py::test_this`."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "tests").rglob("*.play")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if match := _PLAYED.match(line):
                for id_ in re.split(r",\s*", match[1].strip()):
                    found[id_].append(f"{file.relative_to(ROOT)}:{number}")
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for id_, test in _marked(file):
            found[id_].append(f"{file.relative_to(ROOT)}::{test}")
    return dict(found)


def _marked(file: Path) -> Iterator[tuple[str, str]]:
    text = file.read_text()
    if "mark.proves" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        for call in getattr(node, "decorator_list", []):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.proves":
                for argument in call.args:
                    yield ast.literal_eval(argument), getattr(node, "name", "")


def main() -> None:
    found = proofs()
    for id_, text in promises().items():
        print(f"{id_}  {text}")
        for place in found.get(id_, ["(nothing proves it)"]):
            print(f"         {place}")


if __name__ == "__main__":
    main()
