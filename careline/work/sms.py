"""Text messages on their way out of the house: shown in the terminal, or handed to somebody's HTTP service."""

import sys
from collections.abc import Callable
from typing import Protocol

import aiohttp

from careline.settings import Settings, SettingsError

PATIENCE = aiohttp.ClientTimeout(total=5)


class NotSent(Exception):
    """The text did not go out, or nobody knows: it is tried again."""


class Sms(Protocol):
    async def send(self, phone: str, text: str) -> None:
        """Hand the text over. Raises `NotSent`."""


def provider(settings: Settings) -> Sms:
    """The one the settings choose."""
    return Http(settings) if settings.sms == "http" else Console()


class Console:
    """For trying things out: to the eyes at the terminal, and into no log or file, for whoever reads one could come
    in.
    """

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        self._write = write

    async def send(self, phone: str, text: str) -> None:
        if self._write is not None:
            self._write(f"{phone}: {text}\n")
        elif sys.stdout.isatty():
            sys.stdout.write(f"{phone}: {text}\n")
        else:
            raise NotSent("nobody looks at a terminal")


class Http:
    """POSTs `sms_fields` with `{to}` and `{text}` filled in, as JSON or as a form; any 2xx means that it was taken."""

    def __init__(self, settings: Settings) -> None:
        if not settings.sms_url.startswith(("https://", "http://")):
            raise SettingsError("sms_url: sms is http, so this says where to")
        self._url, self._fields, self._format = settings.sms_url, settings.sms_fields, settings.sms_format
        self._headers = {"Authorization": settings.sms_authorization} if settings.sms_authorization else {}

    async def send(self, phone: str, text: str) -> None:
        values = {"{to}": phone, "{text}": text}
        body = {name: values.get(value, value) for name, value in self._fields.items()}
        try:
            async with aiohttp.ClientSession(timeout=PATIENCE, headers=self._headers) as http:
                as_json, as_form = (body, None) if self._format == "json" else (None, body)
                async with http.post(self._url, json=as_json, data=as_form, allow_redirects=False) as answer:
                    status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NotSent(type(error).__name__) from None
        if not 200 <= status < 300:
            raise NotSent(f"status {status}")
