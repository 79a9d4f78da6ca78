"""What has been seen so far, by kind, in words that all servers share."""

from collections import defaultdict
from typing import Any

KINDS = {
    "message": {"id", "conversation_id", "sender_kind"},
    "conversation": {"id", "unread_count", "subject"},
    "contact": {"id", "anonymous"},
    "staff": {"id", "role", "scope", "email"},
    "label": {"id", "colour", "name"},
    "canned": {"id", "shortcut"},
    "flag": {"id", "flagger"},
    "attachment": {"id", "size", "state"},
    "device": {"id", "platform"},
    "token": {"id", "last_used_at"},
}


class Known:
    """`things` by their kind, the `place` of each message, who has `seen` which conversation, `cursors` by command."""

    def __init__(self) -> None:
        self.things: dict[str, list[str]] = defaultdict(list)
        self.place: dict[str, str] = {}
        self.seen: dict[str, list[str]] = defaultdict(list)
        self.cursors: dict[str, list[str]] = defaultdict(list)

    def see(self, value: Any, command: str, who: str) -> None:
        """Learn from an answer to somebody's command, or from a frame."""
        if isinstance(value, dict):
            self._learn(value, command, who)
            value = list(value.values())
        if isinstance(value, list):
            for inner in value:
                self.see(inner, command, who)

    def _learn(self, value: dict[str, Any], command: str, who: str) -> None:
        kind = next((kind for kind, fields in KINDS.items() if value.keys() >= fields), None)
        if kind is not None:
            _note(self.things[kind], value["id"])
        if kind == "message":
            self.place[value["id"]] = value["conversation_id"]
        if kind == "conversation":
            _note(self.seen[who], value["id"])
        if kind == "label":
            _note(self.things["label name"], value["name"])
        for name in ("next", "before", "after", "cursor"):
            if isinstance(value.get(name), str) and value[name].startswith("«"):
                self.cursors["event.list" if name == "cursor" else command].append(value[name])


def _note(known: list[str], name: str) -> None:
    if name not in known:
        known.append(name)
