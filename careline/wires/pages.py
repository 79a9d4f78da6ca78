"""The pages people look at, served as they lie in `careline/web`: no build step, nothing from elsewhere."""

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from aiohttp import web
from msgspec import Struct

from careline.core.errors import NotFound
from careline.wires.http import Call, Handler, Route
from careline.wires.problems import Problems

EDGE = Problems("pages")
ROOT = Path(__file__).parents[1] / "web"
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".html": "text/html",
         ".svg": "image/svg+xml", ".json": "application/json", ".txt": "text/plain", ".png": "image/png",
         ".woff2": "font/woff2", ".webp": "image/webp", ".ico": "image/x-icon"}  # fmt: skip

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{files}; font-src 'self'; "
    "connect-src 'self' {socket}{files}; frame-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; "
    "frame-ancestors {ancestors}; require-trusted-types-for 'script'; trusted-types 'none'"
)


class File(Struct, frozen=True):
    """A file of the web folder, read once."""

    body: bytes
    zipped: bytes
    etag: str
    type: str


@cache
def read(path: Path) -> File:
    body = path.read_bytes()
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind.endswith(("json", "xml")):
        kind += "; charset=utf-8"
    return File(body, gzip.compress(body, 6, mtime=0), f'"{hashlib.sha256(body).hexdigest()[:20]}"', kind)


def answer(call: Call, file: File, headers: dict[str, str]) -> web.Response:
    """The file, its compressed form where the browser takes it, or 304 where the browser has it."""
    headers = {"ETag": file.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding", **headers}
    if call.request.headers.get("If-None-Match") == file.etag:
        return web.Response(status=304, headers=headers)
    body = file.body
    if "gzip" in call.request.headers.get("Accept-Encoding", "") and len(file.zipped) < len(file.body):
        body, headers = file.zipped, {**headers, "Content-Encoding": "gzip"}
    return web.Response(body=body, headers={**headers, "Content-Type": file.type})


def page_headers(call: Call, ancestors: str) -> dict[str, str]:
    """What keeps a page to itself (ASVS 3.4): scripts only of ours, framed only by whom we name."""
    server = call.server
    headers = {
        "Content-Security-Policy": POLICY.format(
            ancestors=ancestors,
            socket=server.public_url.replace("http", "ws", 1),
            files=f" {server.files.elsewhere}".rstrip(),
        ),
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Resource-Policy": "same-origin" if ancestors == "'none'" else "cross-origin",
    }
    if ancestors == "'none'":
        # A page that is not stored is not brought back by the Back button after somebody has signed out.
        headers["Cache-Control"] = "no-store"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["X-Frame-Options"] = "DENY"
    if server.public_url.startswith("https:"):
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return headers


class Pages:
    """Every file of the web folder in memory, and the addresses of the pages among them."""

    def __init__(self, *, demo: bool) -> None:
        self._files = {
            path.relative_to(ROOT).as_posix(): read(path)
            for path in sorted(ROOT.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }
        self._demo = demo

    def routes(self) -> list[Route]:
        pages: dict[str, Handler] = {
            "/": self._front,
            "/inbox": self._page("inbox/index.html"),
            "/inbox/{path*}": self._page("inbox/index.html"),
            "/setup": self._page("inbox/setup.html"),
            "/chat": self._page("widget/chat.html"),
            "/widget": self._widget,
            "/widget.js": self._loader,
            "/web/{path*}": self._file,
        }
        if self._demo:
            pages["/demo"] = self._page("demo/index.html", shop=True)
        return [Route("GET", path, handle, EDGE, cors=False) for path, handle in pages.items()]

    async def _front(self, call: Call) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/demo/" if self._demo else "/inbox"})

    def _page(self, name: str, *, shop: bool = False) -> Handler:
        async def handle(call: Call) -> web.StreamResponse:
            return answer(call, self._named(name), page_headers(call, "'none'"))

        return handle

    async def _widget(self, call: Call) -> web.StreamResponse:
        ancestors = " ".join(sorted({"'self'", *call.server.origins.of(call.query.get("workspace", ""))} - {"null"}))
        return answer(call, self._named("widget/index.html"), page_headers(call, ancestors))

    async def _loader(self, call: Call) -> web.StreamResponse:
        headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "public, max-age=300"}
        return answer(call, self._named("widget/loader.js"), headers)

    async def _file(self, call: Call) -> web.StreamResponse:
        if call.parameters["path"].endswith(".html"):
            raise NotFound()
        return answer(call, self._named(call.parameters["path"]), {"Cross-Origin-Resource-Policy": "same-origin"})

    def _named(self, name: str) -> File:
        file = self._files.get(name)
        if file is None:
            raise NotFound()
        return file
