"""Every setting: its name, default and meaning; read from the environment and careline.toml.

`CARELINE_PUBLIC_URL` in the environment is `public_url` in the file; lists are comma-separated there. A setting ending
in `_file` in the environment names a file that holds the value, so that secrets stay out of process listings.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from careline.core.limits import Rate
from careline.partners import Careforall, Careplus, Clinic, Issuer, Location, Visitor, pharmacy_issuer, platform_issuer

PREFIX = "CARELINE_"
Service = Literal["s3", "scanner"]
MAY_BE_ZERO = ("alert_conversations", "alert_exports", "drain_s", "page_cache_mib")


class SettingsError(Exception):
    """A setting that cannot be: the message names it and says what it may be."""


class Says(Struct, frozen=True):
    """What a setting means, for `careline check` and docs/settings.md."""

    text: str
    secret: bool = False


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All settings, checked. Times are in seconds, rates like `20/10s`."""

    database: Annotated[
        str, Says("Where everything is kept: a path for the embedded SQLite store, or a postgresql:// URL.", True)
    ] = "careline.db"
    listen: Annotated[list[str], Says("Addresses to listen on, host:port.")] = msgspec.field(
        default_factory=lambda: ["127.0.0.1:8200"]
    )
    public_url: Annotated[
        str, Says("Where people reach this server; links are made from it. Empty: the first listener.")
    ] = ""
    hosts: Annotated[list[str], Says("Further names under which this server may be addressed (the Host header).")] = []
    origins: Annotated[
        list[str], Says("Web origins whose pages may call the API for every workspace; a workspace has its own list.")
    ] = []
    trusted_proxies: Annotated[
        list[str], Says("Networks of reverse proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8.")
    ] = []
    redis_url: Annotated[
        str, Says("Hints between server processes; without it each looks at the database every half second.", True)
    ] = ""
    log_format: Annotated[
        Literal["auto", "json", "text"], Says("json for machines, text for people; auto chooses by terminal.")
    ] = "auto"
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Says("The least that is logged.")] = "info"
    operator_pages: Annotated[
        Literal["loopback", "public", "off"],
        Says("Who may see /metrics and the API documents: requests from this machine, everybody, nobody."),
    ] = "loopback"
    operator_token: Annotated[
        str, Says("A bearer token that also opens the operator pages, for a metrics collector elsewhere.", True)
    ] = ""
    search_index: Annotated[
        bool, Says("Index what is said, for the search. Off in a process that should not: another one has to.")
    ] = True
    attachment_bytes: Annotated[int, Says("How large a file may be, in bytes.")] = 10_485_760
    attachment_unsent_h: Annotated[int, Says("How many hours an upload may wait to be sent; then it is removed.")] = 24
    attachments_per_message: Annotated[int, Says("Files in one message.")] = 10
    files: Annotated[
        str,
        Says("The folder for files, also for those on their way to S3. Empty: `files` beside an embedded database."),
    ] = ""
    s3_bucket: Annotated[str, Says("Keep files in this S3 bucket. Empty: in the folder.")] = ""
    s3_url: Annotated[str, Says("The S3 service, such as https://s3.example.org.")] = ""
    s3_region: Annotated[str, Says("The region that requests to S3 are signed for.")] = "us-east-1"
    s3_key_id: Annotated[str, Says("The S3 access key.")] = ""
    s3_secret: Annotated[str, Says("The secret of the S3 access key.", True)] = ""
    s3_links: Annotated[
        Literal["off", "on"],
        Says("Large files go straight to S3, and links lead straight there; these end after 60 seconds."),
    ] = "off"
    scanner: Annotated[
        str, Says("clamd, as unix:/path/of/clamd.sock or tcp://host:port. Empty: nothing is scanned.")
    ] = ""
    scan_policy: Annotated[
        Literal["hold", "allow-marked"],
        Says("What becomes of files while the scanner does not answer: held back, or let through with a mark."),
    ] = "hold"
    in_clear: Annotated[
        list[Service],
        Says("Services on other machines, `s3` or `scanner`, that files may go to in clear: the network is trusted."),
    ] = []
    limit_upload: Annotated[str, Says("Files a person may upload.")] = "30/min"
    limit_send_contact: Annotated[str, Says("Messages a contact may send.")] = "20/10s"
    limit_send_staff: Annotated[str, Says("Messages a staff member may send.")] = "60/10s"
    limit_read: Annotated[str, Says("Read and delivery marks a person may make.")] = "10/s"
    limit_commands: Annotated[str, Says("Everything else a person may do.")] = "100/10s"
    limit_visits: Annotated[str, Says("Conversations that strangers may begin from one address.")] = "6/min"
    limit_visits_day: Annotated[str, Says("The same, over a day.")] = "50/d"
    limit_visits_workspace: Annotated[str, Says("Conversations that strangers may begin in one workspace.")] = "600/min"
    limit_visitor_start: Annotated[str, Says("Conversations begun on the visitor wire, from one address.")] = "12/15min"
    limit_visitor_send: Annotated[
        str, Says("Messages on the visitor wire, from one address and in one conversation.")
    ] = "60/15min"
    limit_visitor_upload: Annotated[
        str, Says("Files on the visitor wire, from one address and in one conversation.")
    ] = "30/15min"
    limit_codes_phone: Annotated[str, Says("One-time codes asked for one phone number, counted in the store.")] = "3/h"
    limit_codes_phone_day: Annotated[str, Says("The same, over a day; no limit reaches further back.")] = "10/d"
    limit_codes_address: Annotated[str, Says("One-time codes asked for from one address.")] = "20/h"
    limit_codes_workspace: Annotated[str, Says("One-time codes asked for in one workspace, counted in the store.")] = (
        "100/h"
    )
    limit_sign_in_account: Annotated[str, Says("Sign-ins tried for one e-mail address.")] = "10/15min"
    limit_sign_in_address: Annotated[str, Says("Credentials tried from one address.")] = "50/15min"
    sockets_per_address: Annotated[int, Says("Sockets from one address.")] = 50
    sockets_per_contact: Annotated[int, Says("Sockets of one contact.")] = 5
    sockets_per_staff: Annotated[int, Says("Sockets of one staff member.")] = 10
    sockets_unauthenticated: Annotated[int, Says("Sockets from one address that have not said who they are.")] = 20
    drain_s: Annotated[int, Says("How long a stopping server waits for what is in flight.")] = 20
    sqlite_readers: Annotated[int, Says("Reading threads of the embedded store.")] = 2
    postgres_pool: Annotated[int, Says("Connections to PostgreSQL.")] = 10
    page_cache_mib: Annotated[int, Says("Memory for pages of history that are asked for again; 0: none is kept.")] = 32
    audit_fail_closed: Annotated[
        bool, Says("Show nothing, and let nobody in, before the audit's entry about it is stored; else a second later.")
    ] = False
    audit_key: Annotated[
        str,
        Says("An Ed25519 private key (PEM) with which the audit is signed once a day. Empty: it is only sealed.", True),
    ] = ""
    alert_conversations: Annotated[
        int,
        Says(
            "Raise an alert when a staff member looks at more conversations of others within an hour; out of the "
            "workspace's hours at more than a tenth. 0: never."
        ),
    ] = 100
    alert_exports: Annotated[
        int, Says("Raise an alert when a staff member takes more transcripts within an hour. 0: never.")
    ] = 20
    sms: Annotated[
        Literal["off", "console", "http"],
        Says("How one-time codes go out: not at all, to the eyes at the terminal, or by somebody's HTTP service."),
    ] = "off"
    sms_url: Annotated[str, Says("Where that service takes a text message, by POST.")] = ""
    sms_authorization: Annotated[str, Says("The Authorization header it wants, such as Bearer or Basic.", True)] = ""
    sms_format: Annotated[Literal["json", "form"], Says("How it wants the fields.")] = "json"
    sms_fields: Annotated[dict[str, str], Says("Its fields; {to} and {text} stand for the number and the message.")] = (
        msgspec.field(default_factory=lambda: {"to": "{to}", "text": "{text}"})
    )
    codes_key: Annotated[
        str, Says("What one-time codes are hashed with; empty: a key kept in the store beside them.", True)
    ] = ""
    issuers: Annotated[list[Issuer], Says("Systems whose signed tokens are believed; see docs/settings.md.", True)] = []
    careforall: Annotated[
        Careforall,
        Says(
            "The careforall wire: the `workspace` it speaks for (empty: off) and the `issuer` of its tokens. Where that"
            " one is not configured, JWT_PUBLIC_KEY in the environment makes it."
        ),
    ] = Careforall()
    careplus: Annotated[
        Careplus,
        Says(
            "The careplus wire: `on`, the `issuer` of its staff's tokens, the `secret` that signs those of customers, "
            "`customer_token_h`, and `sign_in` with a password of ours.",
            True,
        ),
    ] = Careplus()
    location: Annotated[
        Location,
        Says(
            "The location wire: `on`, the `issuers` of its staff's tokens (none: all), and whether `anonymous` "
            "requests are refused or, from this machine itself (`loopback`), taken at their word."
        ),
    ] = Location()
    visitor: Annotated[
        Visitor,
        Says("The visitor wire: the `workspace` it speaks for (empty: off), and where its admins' `pages` begin."),
    ] = Visitor()
    clinic: Annotated[
        Clinic,
        Says(
            "The clinic wire: `on`, the `issuers` of its tokens (none: all), and whether `anonymous` requests are "
            "refused or, from this machine itself (`loopback`), taken at their word."
        ),
    ] = Clinic()

    def rate(self, name: str) -> Rate:
        return Rate.parse(getattr(self, f"limit_{name}"))

    @property
    def strangers(self) -> list[str]:
        """The wires that take requests from this machine at their word."""
        return [
            name
            for name, wire in (("location", self.location), ("clinic", self.clinic))
            if wire.on and wire.anonymous == "loopback"
        ]

    @property
    def files_folder(self) -> Path:
        """Where files lie, or are on their way."""
        if self.files or self.is_postgres:
            return Path(self.files or "files").expanduser().resolve()
        return self.sqlite_file.resolve().parent / "files"

    @property
    def sqlite_file(self) -> Path:
        """The embedded store, if that is what the database is."""
        return Path(self.database.removeprefix("sqlite:")).expanduser()

    @property
    def is_postgres(self) -> bool:
        return self.database.startswith(("postgresql://", "postgres://"))


def fields() -> dict[str, tuple[Any, Any, Says]]:
    """Every setting with its type, default and meaning."""
    hints = get_type_hints(Settings, include_extras=True)
    defaults = {f.name: f for f in msgspec.structs.fields(Settings)}
    result = {}
    for name, hint in hints.items():
        kind, says = get_args(hint)
        field = defaults[name]
        default = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
        if choices := _choices(kind):
            says = Says(f"{says.text} One of {', '.join(choices)}.", says.secret)
        result[name] = (kind, default, says)
    return result


def _choices(kind: Any) -> tuple[str, ...]:
    return get_args(kind) if get_origin(kind) is Literal else ()


def load(environment: Mapping[str, str] | None = None, file: Path | None = None, **given: Any) -> Settings:
    """Settings from careline.toml, then the environment, then what was given on the command line.

    Raises `SettingsError` for an unknown name, a wrong value, or a file that was asked for and is not there.
    """
    environment = os.environ if environment is None else environment
    values = _from_file(file, environment)
    values |= _from_environment(environment)
    values |= {name: value for name, value in given.items() if value not in (None, ())}
    known = fields()
    for name, value in values.items():
        if name in known and (choices := _choices(known[name][0])) and value not in choices:
            raise SettingsError(f"{name}: {value!r} is none of {', '.join(choices)}")
    try:
        settings = msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"settings: {error}") from None
    _check(settings)
    return _with_pharmacy_issuer(_with_platform_issuer(settings, environment))


def _check(settings: Settings) -> None:
    """What no server can run with."""
    if "://" in settings.database and not settings.is_postgres:
        raise SettingsError("database: give a path for the embedded store, or a postgresql:// URL")
    if not settings.listen:
        raise SettingsError("listen: give at least one address, such as 127.0.0.1:8200")
    for address in settings.listen:
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or int(port) >= 65_536:
            raise SettingsError(f"listen: {address!r} is not host:port, such as 127.0.0.1:8200")
    for name, (kind, _, _) in fields().items():
        least = 0 if name in MAY_BE_ZERO else 1
        if kind is int and getattr(settings, name) < least:
            raise SettingsError(f"{name}: {getattr(settings, name)} is less than {least}")
        if name.startswith("limit_"):
            try:
                settings.rate(name.removeprefix("limit_"))
            except ValueError as error:
                raise SettingsError(f"{name}: {error}") from None


def _with_pharmacy_issuer(settings: Settings) -> Settings:
    """The issuer of the careplus wire with that system's words for what the settings do not say of it."""
    if not settings.careplus.on:
        return settings
    issuers = [pharmacy_issuer(i) if i.name == settings.careplus.issuer else i for i in settings.issuers]
    return msgspec.structs.replace(settings, issuers=issuers)


def _with_platform_issuer(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """The issuer of the careforall wire as existing deployments of that system describe it: a key and its claims."""
    wanted, key = settings.careforall, environment.get("JWT_PUBLIC_KEY", "")
    if not wanted.workspace or not key or any(issuer.name == wanted.issuer for issuer in settings.issuers):
        return settings
    issuer = platform_issuer(wanted, key, environment.get("JWT_ISSUER", ""), environment.get("JWT_AUDIENCE", ""))
    return msgspec.structs.replace(settings, issuers=[*settings.issuers, issuer])


def _from_file(file: Path | None, environment: Mapping[str, str]) -> dict[str, Any]:
    asked = file or (Path(environment[PREFIX + "CONFIG"]) if PREFIX + "CONFIG" in environment else None)
    path = asked or Path("careline.toml")
    if not path.exists():
        if asked:
            raise SettingsError(f"{path}: there is no such file")
        return {}
    try:
        with path.open("rb") as opened:
            return tomllib.load(opened)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    known = fields()
    values: dict[str, Any] = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or variable == PREFIX + "CONFIG" or variable.startswith(PREFIX + "TEST_"):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name.endswith("_file") and name.removesuffix("_file") in known:
            name = name.removesuffix("_file")
            try:
                text = Path(text).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{variable}: {error}") from None
        if name not in known:
            raise SettingsError(f"{variable}: there is no such setting; see `careline check --all`")
        values[name] = _parsed(variable, known[name][0], text)
    return values


def _parsed(variable: str, kind: Any, text: str) -> Any:
    if kind is int:
        try:
            return int(text)
        except ValueError:
            raise SettingsError(f"{variable}: {text!r} is not a whole number") from None
    if kind is bool:
        if text not in ("true", "false"):
            raise SettingsError(f"{variable}: {text!r} is neither true nor false")
        return text == "true"
    if get_origin(kind) is list and get_args(kind)[0] in (str, Service):
        return [part.strip() for part in text.split(",") if part.strip()]
    if get_origin(kind) in (list, dict) or (isinstance(kind, type) and issubclass(kind, Struct)):
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise SettingsError(f"{variable}: not JSON: {error}") from None
    return text
