"""Which settings are dangerous together, and why: one reason a line."""

import os
import re
from ipaddress import ip_network
from urllib.parse import urlsplit

from careline.check import files
from careline.check.finding import Finding, is_local
from careline.settings import Settings, SettingsError
from careline.wires.issuers import Trusted
from careline.work.anchoring import Notary

__all__ = ["Finding", "report"]

# Of pages, and of a browser's extensions: clients for trying out sockets are some.
ORIGINS = ("http://", "https://", "chrome-extension://", "moz-extension://")


def report(settings: Settings, *, known_open: bool = False) -> list[Finding]:
    """Everything that is wrong or worth knowing about the settings; with `known_open`, that strangers come in from
    elsewhere is no reason to refuse.
    """
    return [
        *_network(settings),
        *_strangers(settings, known_open),
        *_stores(settings),
        *files.report(settings),
        *_trust(settings),
        *_codes(settings),
        *_audit(settings),
    ]


def _network(settings: Settings) -> list[Finding]:
    found = []
    url = urlsplit(settings.public_url)
    if settings.public_url and (url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment):
        found.append(Finding("public_url must look like https://chat.example.org"))
    elif url.scheme == "http" and not is_local(url.hostname or ""):
        found.append(
            Finding("public_url is http:// and not on this machine: messages and tokens would travel in clear")
        )
    for address in settings.listen:
        host = address.rpartition(":")[0]
        if not is_local(host.strip("[]")) and url.scheme != "https":
            found.append(
                Finding(
                    f"listen: {address} is open to the network, but public_url is not https://: put a TLS proxy before "
                    "it and set public_url"
                )
            )
    for network in settings.trusted_proxies:
        try:
            parsed = ip_network(network)
        except ValueError:
            found.append(Finding(f"trusted_proxies: {network!r} is not a network such as 10.0.0.0/8"))
            continue
        if parsed.prefixlen == 0:
            found.append(Finding(f"trusted_proxies: {network} trusts everybody, so anybody could choose their address"))
    for origin in settings.origins:
        if origin != "null" and not origin.startswith(ORIGINS):
            found.append(Finding(f"origins: {origin!r} is not an origin such as https://shop.example"))
    if settings.operator_pages == "loopback" and settings.public_url and not settings.trusted_proxies:
        found.append(
            Finding(
                "a proxy on this machine that adds no X-Forwarded-For opens the operator pages to everybody: let it "
                "add the header and name it in trusted_proxies, or set operator_pages to off",
                refuses=False,
            )
        )
    if settings.operator_pages == "public":
        found.append(Finding("operator_pages is public: everybody can read metrics and API documents", refuses=False))
    if settings.operator_token and len(settings.operator_token) < 16:
        found.append(Finding("operator_token is shorter than 16 characters: it can be guessed"))
    return found


def _strangers(settings: Settings, known_open: bool) -> list[Finding]:
    elsewhere = [a for a in settings.listen if not is_local(a.rpartition(":")[0].strip("[]"))]
    reached = [
        *(f"listens on {address}" for address in elsewhere),
        *(["trusts a proxy"] if settings.trusted_proxies else []),
        *(["has a public URL"] if settings.public_url else []),
    ]
    found = []
    for wire in settings.strangers:
        found.append(
            Finding(f"{wire} takes strangers of this machine at their word: for trying it out only", refuses=False)
        )
        if reached:
            found.append(
                Finding(
                    f"{wire} takes strangers at their word, and this server {', '.join(reached)}: anybody could be "
                    "anybody. Set anonymous to refuse, or say --i-know-this-is-open",
                    refuses=not known_open,
                )
            )
    return found


def _stores(settings: Settings) -> list[Finding]:
    found = []
    if settings.is_postgres:
        url = urlsplit(settings.database)
        if not is_local(url.hostname or "localhost") and "sslmode=verify-full" not in url.query:
            found.append(
                Finding(
                    "database is on another machine without sslmode=verify-full: it would be read on the way",
                    refuses=False,
                )
            )
    else:
        folder = settings.sqlite_file.resolve().parent
        if not folder.exists():
            found.append(Finding("database: its folder does not exist yet and will be made", refuses=False))
        elif not os.access(folder, os.W_OK):
            found.append(Finding(f"database: {folder} cannot be written to by this user"))
    if settings.redis_url:
        url = urlsplit(settings.redis_url)
        if not is_local(url.hostname or "") and (not url.password or url.scheme != "rediss"):
            found.append(Finding("redis_url is on another machine and lacks a password or rediss://"))
    return found


def _trust(settings: Settings) -> list[Finding]:
    found = []
    for issuer in settings.issuers:
        try:
            Trusted(issuer)
        except SettingsError as error:
            found.append(Finding(str(error)))
            continue
        if not issuer.issuer and not issuer.audience:
            found.append(
                Finding(
                    f"issuer {issuer.name}: neither issuer nor audience is checked: any token of this key counts",
                    refuses=False,
                )
            )
        if not issuer.roles:
            found.append(
                Finding(f"issuer {issuer.name}: no role is mapped, so nobody can come in by it", refuses=False)
            )
    names = [issuer.name for issuer in settings.issuers]
    for wire in ("location", "clinic"):
        wanted = getattr(settings, wire).issuers
        found += [Finding(f"{wire}: there is no issuer {name}") for name in wanted if name not in names]
    found += [Finding(f"two issuers are named {name}") for name in {n for n in names if names.count(n) > 1}]
    return [*found, *_careforall(settings), *_careplus(settings), *_visitor(settings)]


def _codes(settings: Settings) -> list[Finding]:
    if settings.sms == "off":
        waiting = [name for name in ("sms_url", "sms_authorization", "codes_key") if getattr(settings, name)]
        text = f"sms is off, so nobody comes in by a code, whatever {' and '.join(waiting)} and the workspaces say"
        return [Finding(text, refuses=False)] if waiting else []
    found = []
    if settings.sms == "console":
        found.append(Finding("sms is console: whoever sees the terminal comes in as anybody", refuses=False))
    else:
        url = urlsplit(settings.sms_url)
        if url.scheme not in ("http", "https") or not url.hostname:
            found.append(Finding("sms is http, but sms_url says not where to"))
        elif url.scheme == "http" and not is_local(url.hostname):
            found.append(Finding("sms_url is http:// and not on this machine: codes would travel in clear"))
        if not {"{to}", "{text}"} <= set(settings.sms_fields.values()):
            found.append(Finding("sms_fields lacks {to} or {text}: no message could arrive"))
    if not settings.codes_key:
        found.append(
            Finding("codes_key is empty: a thief of the database could find codes while they are good", refuses=False)
        )
    elif len(settings.codes_key) < 16:
        found.append(Finding("codes_key is shorter than 16 characters: it can be guessed"))
    return found


def _audit(settings: Settings) -> list[Finding]:
    try:
        Notary(settings.audit_key)
    except SettingsError as error:
        return [Finding(str(error))]
    return []


def _careforall(settings: Settings) -> list[Finding]:
    wanted = settings.careforall
    if not wanted.workspace:
        return []
    for issuer in settings.issuers:
        if issuer.name == wanted.issuer:
            if wanted.workspace in issuer.workspaces:
                return []
            return [Finding(f"careforall: issuer {issuer.name} does not list {wanted.workspace} among its workspaces")]
    return [Finding(f"careforall: there is no issuer {wanted.issuer}: configure it, or set JWT_PUBLIC_KEY")]


def _careplus(settings: Settings) -> list[Finding]:
    wanted = settings.careplus
    if not wanted.on:
        return []
    found = []
    if not wanted.sign_in and not any(issuer.name == wanted.issuer for issuer in settings.issuers):
        found.append(Finding(f"careplus: there is no issuer {wanted.issuer}, and nobody signs in here either"))
    if len(wanted.secret) < 32:
        found.append(Finding("careplus: secret is shorter than 32 characters: customers' tokens could be forged"))
    return found


def _visitor(settings: Settings) -> list[Finding]:
    if not settings.visitor.workspace or re.fullmatch(r"(/[\w.~-]+)+", settings.visitor.pages, re.ASCII):
        return []
    return [Finding(f"visitor: pages is {settings.visitor.pages!r}; write an address such as /admin666")]
