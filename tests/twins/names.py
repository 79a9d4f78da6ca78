"""What one server calls its things, told in words that are the same for every server: by when they first appeared."""

import re
from typing import Any

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
OURS = ("http://127.0.0.1:", "/api/v1/files/", "/api/chat/files/")
OPAQUE = {
    "cursor", "next", "before", "after", "since", "epoch", "token", "secret", "access_token", "refresh_token", "ticket",
    "url", "thumbnail_url", "chat_token",
}  # fmt: skip


class Names:
    """One server's ids, cursors and secrets. The numbers of requests are left out: they count over all servers."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}
        self._meant: dict[str, str] = {}

    def said(self, value: Any, key: str = "") -> Any:
        """The value in words that all servers share."""
        if isinstance(value, dict):
            return {name: self.said(inner, name) for name, inner in value.items() if name != "request_id"}
        if isinstance(value, list):
            return [self.said(inner, key) for inner in value]
        if not isinstance(value, str):
            return value
        if (key in OPAQUE and len(value) > 16) or value.startswith(OURS):
            return self._name(value)
        return ID.sub(lambda found: self._name(found[0]), value)

    def meant(self, value: Any) -> Any:
        """The same in this server's own words."""
        if isinstance(value, dict):
            return {name: self.meant(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.meant(inner) for inner in value]
        if isinstance(value, str):
            return re.sub(r"«\d+»", lambda found: self._meant.get(found[0], found[0]), value)
        return value

    def _name(self, value: str) -> str:
        if value not in self._said:
            name = f"«{len(self._said)}»"
            self._said[value], self._meant[name] = name, value
        return self._said[value]
