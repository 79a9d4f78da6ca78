"""A WebSocket in the terminal: what is typed goes out line by line, what comes is printed frame by frame."""

import asyncio
import sys
from collections.abc import Callable, Iterable

import aiohttp
import click


async def converse(
    url: str, headers: dict[str, str], lines: Iterable[str], seconds: float | None, heard: Callable[[str], None]
) -> int:
    """Open the socket, say the lines and listen: for so many seconds, or until either side has had enough.

    Without lines, those of standard input are said. Returns the close code, 1000 when it was we who left. Raises
    `click.ClickException` where there is no such socket.
    """
    try:
        async with aiohttp.ClientSession() as http, http.ws_connect(url, headers=headers) as socket:
            for line in lines:
                await socket.send_str(line)
            typing = None if lines else asyncio.create_task(_type(socket))
            try:
                async with asyncio.timeout(seconds):
                    async for message in socket:
                        heard(str(message.data))
            except TimeoutError:
                return 1000
            finally:
                if typing is not None:
                    typing.cancel()
            return socket.close_code or 1000
    except aiohttp.WSServerHandshakeError as refused:
        raise click.ClickException(f"{refused.status}: there is no socket for you at this address") from None
    except aiohttp.InvalidURL:
        raise click.ClickException(f"{url!r} is no address such as ws://127.0.0.1:8200/v1/socket") from None
    except (aiohttp.ClientError, OSError) as error:
        raise click.ClickException(str(error)) from None


async def _type(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Say what is typed until the end of input; then only listen."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        if text := line.decode(errors="replace").strip():
            await socket.send_str(text)
