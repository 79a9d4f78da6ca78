"""Somebody else's website: one page, of another origin than Careline, with whatever is put on it."""

from typing import Self

from aiohttp import web

from tests.world import World

WIDGET = '<script src="{server}/widget.js" data-workspace="greenleaf" data-label="Chat with us" async></script>'
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head>
<body><h1>The shop</h1>{body}</body></html>"""


class Shop:
    """Its page holds `body`."""

    def __init__(self) -> None:
        self.body = ""
        app = web.Application()
        app.router.add_get("/", self._page)
        self._runner = web.AppRunner(app)
        self._port = 0

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def far(self) -> str:
        """The same by another name: another site, whose frames may be denied all storage."""
        return f"http://localhost:{self._port}"

    def carries(self, server: str) -> None:
        """Put the chat on the page."""
        self.body = WIDGET.format(server=server)

    async def is_listed(self, world: World, origin: str) -> None:
        """Let Ana list an origin of ours in the workspace, and put the chat on the page."""
        await world.ana.asks("PATCH", "/v1/workspace", json={"origins": [origin]}, status=200)
        await world.app.server.origins.load(world.app.database)  # as the server does within a second
        self.carries(world.url)

    async def _page(self, request: web.Request) -> web.Response:
        return web.Response(text=PAGE.format(body=self.body), content_type="text/html")
