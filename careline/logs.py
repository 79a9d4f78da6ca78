"""Logs: one record per line, structured, without content, tokens or query strings."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any


class JsonLines(logging.Formatter):
    """One JSON object per record; control characters cannot break out of a JSON string."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_fields(record), default=str)


class TextLines(logging.Formatter):
    """The same for people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        fields = _fields(record)
        moment = fields.pop("at")[11:19]
        level, name, message = fields.pop("level"), fields.pop("logger"), fields.pop("message")
        rest = " ".join(f"{key}={value}" for key, value in fields.items())
        line = f"{moment} {level:7} {name.removeprefix('careline.')}: {message} {rest}".rstrip()
        return line.encode("unicode_escape").decode("ascii") if not line.isprintable() else line


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage(),
    }
    fields.update(getattr(record, "fields", {}))
    if record.exc_info and record.exc_info[0]:
        fields["error"] = record.exc_info[0].__name__
    return fields


def configure(style: str, level: str) -> None:
    """Send every log of the process to standard error in this style: json, text, or auto by terminal."""
    if style == "auto":
        style = "text" if sys.stderr.isatty() else "json"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # aiohttp repeats what it could not parse, which is what somebody sent.
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.ERROR)
