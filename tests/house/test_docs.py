"""The docs say what is, all of it, and nothing that is gone: tables are compared with the code row by row."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec import Struct

from careline import cli
from careline.app import App
from careline.check import report
from careline.core import errors
from careline.metrics import Metrics
from careline.partners import Careforall, Careplus, Clinic, Issuer, Location, Visitor
from careline.settings import Settings, fields, load
from careline.wires.native.commands import COMMANDS
from careline.wires.native.frames import WORDS
from careline.wires.native.meanings import CLOSES, CODES, EVENTS, SIGNALS, SILENT
from careline.wires.native.page import hearers
from careline.wires.native.schemas import SIGNAL_DATA, event_data
from careline.wiring import LANGUAGES
from tests.tools import ROOT

DOCS = ROOT / "docs"
PAGES = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")]
PAGES += sorted(path for path in DOCS.rglob("*.md"))
OWN_WIRES = tuple(LANGUAGES)  # wires that describe their own codes, in docs/wires
MOST_FILES = 9


def rows(page: str, heading: str) -> list[str]:
    """The rows of the first table under a heading, without its head."""
    text = (DOCS / page).read_text()
    after = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [line for line in after.splitlines() if line.startswith("|")][2:]


def row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def said(text: str) -> str:
    return " ".join(text.split())


def command_rows() -> list[str]:
    for_whom = {"public": "everybody", "anyone": "staff, contacts", "contact": "contacts", "staff": "staff"}
    return [
        row(
            f"`{c.name}`",
            f"`{c.method} {c.path}`",
            for_whom[c.who],
            said(c.summary) + " HTTP only." * (not c.on_socket),
        )
        for c in COMMANDS.values()
    ]


def code_rows() -> list[str]:
    return [row(f"`{code}`", status, says) for code, (status, says) in CODES.items()]


def close_rows() -> list[str]:
    return [row(f"`{code}`", says) for code, says in CLOSES.items()]


def event_rows() -> list[str]:
    return [row(f"`{e.tag()}`", EVENTS[e.tag()], hearers(e), f"`{event_data(e).__name__}`") for e in WORDS]


def signal_rows() -> list[str]:
    return [row(f"`{name}`", says, f"`{SIGNAL_DATA[name].__name__}`") for name, says in SIGNALS.items()]


def silent_rows() -> list[str]:
    return [row(f"`{name}`", says) for name, says in SILENT.items()]


def setting_rows() -> list[str]:
    found = []
    for name, (_, default, says) in fields().items():
        shown = (
            f"`{default!r}`".replace("'", '"')
            if default not in ("", [], {}) and not isinstance(default, Struct)
            else "nothing"
        )
        found.append(row(f"`{name}`", shown, says.text))
    return found


def metric_rows() -> list[str]:
    return [
        row(f"`{m.name}{'_total' * (m.type == 'counter')}`", m.type, m.documentation)
        for m in Metrics().registry.collect()
    ]


TABLES = {
    ("api.md", "Every command"): command_rows,
    ("api.md", "Refusals"): code_rows,
    ("events.md", "Events"): event_rows,
    ("events.md", "Signals"): signal_rows,
    ("events.md", "Kept and not told"): silent_rows,
    ("events.md", "Close codes"): close_rows,
    ("settings.md", "Every setting"): setting_rows,
    ("operate.md", "Metrics"): metric_rows,
}


@pytest.mark.parametrize(("page", "heading"), TABLES)
def test_a_table_has_a_row_for_everything_there_is_and_for_nothing_else(page, heading):
    written, true = rows(page, heading), TABLES[page, heading]()
    missing = [line for line in true if line not in written]
    gone = [line for line in written if line not in true]
    assert not missing and not gone, "\n".join(["put in:", *missing, "take out:", *gone])


def test_every_address_is_documented(tmp_path):
    text = "".join(path.read_text() for path in PAGES)
    app = App(Settings(database=str(tmp_path / "careline.db")), demo=True)
    missing = {
        f"{route.method} {route.path}"
        for route in app._routes()
        if not re.search(rf"`(?:[A-Z]+ )?{re.escape(route.path)}`", text)
    }
    assert not missing


def test_every_wire_has_a_page_with_its_addresses(tmp_path):
    key = "a shared secret of the tests"
    issuer = Issuer("platform", "HS256", secret=key, roles={"USER": "contact"}, workspaces=["greenleaf"])
    settings = Settings(
        database=str(tmp_path / "careline.db"),
        issuers=[issuer],
        careforall=Careforall("greenleaf", "platform"),
        careplus=Careplus(on=True, issuer="platform", secret="x" * 32),
        location=Location(on=True),
        visitor=Visitor("greenleaf"),
        clinic=Clinic(on=True),
    )
    routes = App(settings)._routes()
    for wire in OWN_WIRES:
        page = (DOCS / "wires" / f"{wire}.md").read_text()
        paths = {route.path for route in routes if route.wire.name == wire}
        assert paths, wire
        # A wire's page writes its parameters as that system does.
        named = [re.sub(r"{\w+}|:\w+", "{}", word) for word in re.findall(r"/[\w/:{}.-]+", page)]
        assert [path for path in paths if re.sub(r"{\w+}", "{}", path) not in named] == []
    folders = {path.parent.name for path in (ROOT / "careline" / "wires").glob("*/__init__.py")}
    assert folders == {"native", *OWN_WIRES}


def test_every_command_of_the_terminal_is_documented():
    text = "".join(path.read_text() for path in PAGES)
    names = [
        f"careline {name} {sub}" if sub else f"careline {name}"
        for name, command in cli.main.commands.items()
        for sub in (getattr(command, "commands", None) or [""])
    ]
    assert [name for name in names if name not in text] == []
    for line in set(re.findall(r"^careline ((?:[a-z]+ ?)+)", text, re.MULTILINE)):
        words = [word for word in line.split() if word.isalpha()][:2]
        words = words if words[0] in ("workspace", "staff", "token") else words[:1]
        done = CliRunner().invoke(cli.main, [*words, "--help"])
        assert done.exit_code == 0 and "--help" not in done.output.partition("Options:")[0], line


def test_every_refusal_has_its_meaning():
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.Refused)]
    known = {(c.code, c.status) for c in classes}
    told = {(code, status) for code, (status, _) in CODES.items()}
    assert known <= told
    used = {str(value) for path, value in constants("code") if isinstance(value, str)}
    assert {code for code, _ in known} | used == set(CODES)


def test_every_close_code_has_its_meaning():
    used = {value for path, value in constants("code") if isinstance(value, int)}
    used |= {value for path, value in closing()}
    kinds = {value for value in used if 1000 <= value <= 1015 or 4000 <= value <= 4999}
    # An answer to the client's own goodbye repeats the client's code; those are not ours to explain.
    assert kinds | {1000} == set(CLOSES)


def constants(name: str) -> Iterator[tuple[Path, object]]:
    """Constants given to, or the default of, a parameter of this name, in code that is not a wire of its own."""
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == name and isinstance(node.value, ast.Constant):
                yield path, node.value.value
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                given = node.args.args[len(node.args.args) - len(node.args.defaults) :]
                for argument, default in zip(given, node.args.defaults, strict=True):
                    if argument.arg == name and isinstance(default, ast.Constant):
                        yield path, default.value


def closing() -> Iterator[tuple[Path, int]]:
    """Numbers given to what closes a socket."""
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in ("close", "close_all", "hang_up", "Violation") and node.args:
                    yield from (
                        (path, n.value)
                        for n in ast.walk(node.args[0])
                        if isinstance(n, ast.Constant) and type(n.value) is int
                    )


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / "careline").rglob("*.py")):
        if not {*OWN_WIRES, "bench"} & set(path.relative_to(ROOT).parts):
            yield path, ast.parse(path.read_text())


def test_the_issuers_of_the_docs_work(tmp_path):
    text = (DOCS / "settings.md").read_text()
    for number, example in enumerate(re.findall(r"```toml\n(.*?)```", text, re.DOTALL)):
        file = tmp_path / f"{number}.toml"
        file.write_text(example)
        assert [finding.text for finding in report(load({}, file)) if finding.refuses] == []
    for name in Issuer.__struct_fields__:
        assert re.search(rf"^\| `{name}` \|", text, re.MULTILINE), name


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_page_points_at_is_there(page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    broken = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if not leads_somewhere(page, target)]
    broken += [path for path in re.findall(r"`((?:careline|tests|docs)/[\w./*<>{}-]+)`", text) if not exists(path)]
    assert broken == []


def leads_somewhere(page: Path, target: str) -> bool:
    if re.match(r"https?://", target):
        return True
    name, _, anchor = target.partition("#")
    path = (page.parent / name).resolve() if name else page
    if path.is_relative_to(DOCS / "images") and not (DOCS / "images").exists():
        return True  # pictures are taken after the words are written
    return path.exists() and (not anchor or anchor in anchors(path))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def exists(path: str) -> bool:
    """A file or folder of the tree; `<feature>` stands for any."""
    return any(ROOT.glob(re.sub(r"<\w+>|\{\w+\}", "*", path.rstrip("/"))))


def test_the_architecture_shows_every_room():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = text.partition("```text\n")[2].partition("```")[0]
    house = ROOT / "careline"
    there = [path for path in [*house.iterdir(), *(house / "features").iterdir()] if "__" not in path.name]
    assert [path.name for path in there if path.name not in rooms] == []


def test_recipes_are_short_and_name_files_that_are_there():
    recipes = re.findall(
        r"^## (Add .+?)\n(.+?)(?=^## |\Z)", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL | re.MULTILINE
    )
    assert [name for name, _ in recipes] == ["Add a verb", "Add an event", "Add a wire", "Add a job", "Add a setting"]
    for name, text in recipes:
        steps = re.findall(r"^\d+\. (.+?)(?=^\d+\. |\Z)", text, re.DOTALL | re.MULTILINE)
        assert 0 < len(steps) <= MOST_FILES, name
        assert all(re.search(r"`(?:careline|tests|docs)/|`pyproject.toml`", step) for step in steps), name


@pytest.mark.parametrize("wire", OWN_WIRES)
def test_the_page_of_a_wire_says_how_it_is_set_up_what_is_decided_and_what_proves_it(wire: str) -> None:
    text, tests = (DOCS / "wires" / f"{wire}.md").read_text(), ROOT / "tests" / "wires" / wire
    assert "\n## Setting it up\n" in text and "\n## Decided, and why\n" in text
    named = text.partition(f"\nProved by the plays in `tests/wires/{wire}/`: ")[2]
    there = {play.stem for play in tests.glob("*.play")} | {test.name for test in tests.glob("test_*.py")}
    assert set(re.findall(r"`([\w.]+)`", named)) == there - {"test_plays.py"}


def test_decisions_say_context_choice_and_consequence():
    decisions = sorted((DOCS / "decisions").glob("*.md"))
    numbers = [int(path.name[:4]) for path in decisions]
    assert numbers == list(range(1, len(decisions) + 1))
    for number, path in zip(numbers, decisions, strict=True):
        text = path.read_text()
        assert text.startswith(f"# {number}. "), path.name
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == ["Context", "Choice", "Consequence"], path.name
