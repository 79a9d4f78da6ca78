"""Files in S3, or in whatever speaks like it."""

import hashlib
import hmac
import tempfile
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import quote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from careline.core.errors import Integrity, Unavailable
from careline.store.blobs import PIECE, Door, in_thread, not_arrived


class S3Blobs:
    """One bucket. `now` gives milliseconds; links are signed with it."""

    def __init__(
        self, url: str, bucket: str, region: str, key_id: str, secret: str, spools: Path, now: Callable[[], int]
    ) -> None:
        self._url, self._bucket, self._region = url.rstrip("/"), bucket, region
        self._key_id, self._secret = key_id, secret
        self._spools, self._now = spools, now
        self._store = S3Store(
            bucket,
            endpoint=self._url,
            region=region,
            access_key_id=key_id,
            secret_access_key=secret,
            client_options={"allow_http": url.startswith("http:"), "timeout": "60s", "connect_timeout": "5s"},
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
        )

    async def keep(self, spool: Path, key: str) -> None:
        try:
            await obstore.put_async(self._store, key, spool)
        except (BaseError, OSError):
            raise _silent() from None

    async def open(self, key: str, sha256: str) -> BinaryIO:
        """Fetched whole into a file without a name, and only then believed."""
        file = cast(BinaryIO, await in_thread(_nameless, self._spools))
        digest = hashlib.sha256()
        try:
            found = await obstore.get_async(self._store, key)
            async for chunk in found.stream(min_chunk_size=PIECE):
                piece = bytes(chunk)
                digest.update(piece)
                await in_thread(file.write, piece)
            await in_thread(file.seek, 0)
        except FileNotFoundError:
            file.close()
            raise Integrity("The stored file is gone.") from None
        except BaseError:
            file.close()
            raise _silent() from None
        except BaseException:
            file.close()
            raise
        if digest.hexdigest() != sha256:
            file.close()
            raise Integrity()
        return file

    async def arrived(self, key: str) -> AsyncIterator[bytes]:
        try:
            found = await obstore.get_async(self._store, key)
            async for chunk in found.stream(min_chunk_size=PIECE):
                yield bytes(chunk)
        except FileNotFoundError:
            raise not_arrived() from None
        except BaseError:
            raise _silent() from None

    async def remove(self, key: str) -> None:
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return
        except BaseError:
            raise _silent() from None

    def link(self, key: str, disposition: str, media: str, seconds: int) -> str | None:
        """An address that S3 answers itself, with the headers that are signed into it."""
        answer = {
            "response-cache-control": "private, no-store",
            "response-content-disposition": disposition,
            "response-content-type": media,
        }
        return self._presigned("GET", key, seconds, {}, answer)

    def door(self, key: str, size: int, sha256: str, seconds: int) -> Door | None:
        """S3 takes what has this length and this digest, and nothing else."""
        headers = {
            "content-type": "application/octet-stream",
            "x-amz-checksum-sha256": b64encode(bytes.fromhex(sha256)).decode(),
        }
        bound = {**headers, "content-length": str(size)}
        return Door("PUT", self._presigned("PUT", key, seconds, bound, {}), headers, self._now() + seconds * 1_000)

    def _presigned(self, method: str, key: str, seconds: int, headers: dict[str, str], query: dict[str, str]) -> str:
        """An address for one request, which bears these headers and no other query (AWS signature version 4).

        Our own lines, because obstore signs neither headers nor what the answer is to say.
        """
        at = datetime.fromtimestamp(self._now() / 1000, UTC)
        stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
        scope = f"{day}/{self._region}/s3/aws4_request"
        bound = {**headers, "host": urlsplit(self._url).netloc}
        names = ";".join(sorted(bound))
        asked = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{self._key_id}/{scope}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": names,
            **query,
        }
        said = "&".join(f"{quote(name, safe='')}={quote(asked[name], safe='')}" for name in sorted(asked))
        path = f"/{self._bucket}/{quote(key)}"
        lines = [f"{name}:{bound[name]}" for name in sorted(bound)]
        request = "\n".join([method, path, said, *lines, "", names, "UNSIGNED-PAYLOAD"])
        hashed = hashlib.sha256(request.encode()).hexdigest()
        key_of_day = f"AWS4{self._secret}".encode()
        for word in (day, self._region, "s3", "aws4_request"):
            key_of_day = hmac.digest(key_of_day, word.encode(), "sha256")
        signed = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashed])
        signature = hmac.digest(key_of_day, signed.encode(), "sha256").hex()
        return f"{self._url}{path}?{said}&X-Amz-Signature={signature}"


def _nameless(folder: Path) -> Any:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


def _silent() -> Unavailable:
    return Unavailable("The store of files does not answer.")
