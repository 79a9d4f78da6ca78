"""Where files lie, who looks at them, and on which ways they go: what of that would give them away."""

import stat
from pathlib import Path
from urllib.parse import urlsplit

from careline.check.finding import Finding, is_local
from careline.settings import Settings
from careline.wires.pages import ROOT as PAGES


def report(settings: Settings) -> list[Finding]:
    return [*_s3(settings), *_folder(settings), *_scanner(settings)]


def _s3(settings: Settings) -> list[Finding]:
    links, url, found = settings.s3_links == "on", urlsplit(settings.s3_url), []
    if not settings.s3_bucket:
        return [Finding("s3_links is on, but there is no s3_bucket", refuses=False)] if links else []
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment or "@" in url.netloc:
        return [Finding("s3_url must look like https://s3.example.org: s3_bucket is set")]
    if not settings.s3_key_id or not settings.s3_secret:
        found.append(Finding("s3_bucket is set, but s3_key_id or s3_secret is not: anybody could write there"))
    in_clear = url.scheme == "http" and not is_local(url.hostname)
    if in_clear and "s3" not in settings.in_clear:
        found.append(
            Finding(
                "s3_url is http:// and not on this machine: files would travel in clear; where that network is "
                "trusted, say so with in_clear"
            )
        )
    if links and in_clear:
        found.append(Finding("s3_links is on and s3_url is http://: people would fetch and send files in clear"))
    public = urlsplit(settings.public_url).hostname
    if links and is_local(url.hostname) and public and not is_local(public):
        found.append(Finding("s3_links is on, but s3_url is on this machine, where nobody else's links lead"))
    if links:
        text = "s3_links is on: what is fetched by a link is not compared with what was stored"
        found.append(Finding(text, refuses=False))
    return found


def _folder(settings: Settings) -> list[Finding]:
    """Where files and the embedded database lie: not among what everybody is shown, and nobody else's to write."""
    folder, found = settings.files_folder, []
    for name, path in (("files", folder), ("database", _database_folder(settings))):
        if path is not None and path.is_relative_to(PAGES):
            found.append(Finding(f"{name}: {path} is among the pages, which everybody can read"))
    # In a sticky folder, such as /tmp, nobody can put another in the place of ours.
    for path, harmless in ((folder, 0), (folder.parent, stat.S_ISVTX)):
        mode = path.stat().st_mode if path.exists() else 0
        if mode & stat.S_IWOTH and not mode & harmless:
            found.append(Finding(f"files: everybody on this machine may write to {path}: chmod o-w it"))
    return found


def _database_folder(settings: Settings) -> Path | None:
    if settings.is_postgres:
        return None
    return settings.sqlite_file.resolve().parent


def _scanner(settings: Settings) -> list[Finding]:
    if not settings.scanner:
        return []
    found, url = [], urlsplit(settings.scanner)
    if settings.scanner.startswith("unix:"):
        if not settings.scanner.startswith("unix:/"):
            found.append(Finding("scanner must look like unix:/run/clamav/clamd.ctl, with the whole path"))
    elif url.scheme != "tcp" or not url.hostname or not _port(url.netloc):
        found.append(Finding("scanner must look like unix:/run/clamav/clamd.ctl or tcp://127.0.0.1:3310"))
    elif not is_local(url.hostname) and "scanner" not in settings.in_clear:
        found.append(
            Finding(
                "scanner is on another machine: clamd speaks in clear, and whoever answers for it may call every file "
                "clean; where that network is trusted, say so with in_clear"
            )
        )
    if settings.scan_policy == "allow-marked":
        text = "scan_policy is allow-marked: while the scanner is away, files reach people unscanned, with a mark"
        found.append(Finding(text, refuses=False))
    return found


def _port(address: str) -> bool:
    port = address.rpartition(":")[2]
    return port.isascii() and port.isdigit() and 0 < int(port) < 65_536
