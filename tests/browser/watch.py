"""What a page must never do, noticed on every page of every test: complain, run what was only text, call elsewhere."""

import re
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Request

OURS = ("127.0.0.1", "localhost")

# A page whose network is gone says so in its console; there is no way to ask it not to.
NETWORK_GONE = r"net::ERR_|WebSocket connection to"
# Whether somebody is signed in only the cookie knows, which no script can see: so the inbox asks, and hears no.
NOT_SIGNED_IN = r"status of 401 .*/v1/session/refresh$"

REPORT = """
addEventListener('securitypolicyviolation', (event) =>
  pwned(`${event.violatedDirective} ${event.blockedURI} ${event.sample} at ${event.sourceFile}:${event.lineNumber}`));
"""


class Watch:
    """Everything suspicious on the pages of a test; `expect` names what this test provokes."""

    def __init__(self) -> None:
        self.troubles: list[str] = []
        self.asked: list[str] = []
        self._expected = [NOT_SIGNED_IN]

    def expect(self, pattern: str) -> None:
        self._expected.append(pattern)

    async def over(self, context: BrowserContext) -> None:
        """Watch every page of a context, its frames included."""
        await context.expose_binding("pwned", lambda source, *what: self.troubles.append(f"ran: {what}"))
        await context.add_init_script(REPORT)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.troubles.append(f"threw: {error.error}"))
        context.on("request", self._see)
        context.on("dialog", self._refuse)

    def unexpected(self) -> list[str]:
        return [trouble for trouble in self.troubles if not any(re.search(known, trouble) for known in self._expected)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.troubles.append(f"console: {message.text} at {message.location['url']}")

    def _see(self, request: Request) -> None:
        self.asked.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in OURS:
            self.troubles.append(f"asked elsewhere: {request.url}")

    async def _refuse(self, dialog: Dialog) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        await dialog.dismiss()
