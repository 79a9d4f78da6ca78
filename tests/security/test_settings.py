"""Settings that would undo all this stop the start, each with its reason in one line (SECURITY.md K)."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from careline.check import report
from careline.partners import Issuer
from careline.settings import Settings, SettingsError, load
from careline.wires.pages import ROOT as PAGES
from tests.tools import ROOT

HTTPS: dict[str, Any] = {"public_url": "https://chat.example.org"}

S3: dict[str, Any] = {
    "s3_bucket": "files", "s3_url": "https://s3.example.org", "s3_key_id": "key", "s3_secret": "secret",
}  # fmt: skip

DANGEROUS: list[dict[str, Any]] = [
    {"public_url": "http://chat.example.org"},
    {"public_url": "ftp://chat.example.org"},
    {"public_url": "chat.example.org"},
    {"listen": ["0.0.0.0:8200"]},
    {"listen": ["[::]:8200"]},
    {**HTTPS, "trusted_proxies": ["0.0.0.0/0"]},
    {**HTTPS, "trusted_proxies": ["::/0"]},
    {**HTTPS, "trusted_proxies": ["*"]},
    {"origins": ["*"]},
    {"origins": ["shop.example"]},
    {"origins": ["nullified"]},
    {"operator_token": "short"},
    {"redis_url": "redis://cache.example:6379"},
    {"redis_url": "rediss://cache.example:6379"},
    {"redis_url": "redis://:password@cache.example:6379"},
    {"sms": "http"},
    {"sms": "http", "sms_url": "ftp://sms.example"},
    {"sms": "http", "sms_url": "http://sms.example/messages"},
    {"sms": "http", "sms_url": "https://sms.example/messages", "sms_fields": {"to": "{to}"}},
    {"sms": "console", "codes_key": "short"},
    {"s3_bucket": "files"},
    {**S3, "s3_url": "s3.example.org"},
    {**S3, "s3_url": "https://key:secret@s3.example.org"},
    {**S3, "s3_key_id": ""},
    {**S3, "s3_secret": ""},
    {**S3, "s3_url": "http://s3.example.org"},
    {**S3, "s3_url": "http://10.0.0.7:9000", "in_clear": ["scanner"]},
    {**S3, "s3_url": "http://10.0.0.7:9000", "in_clear": ["s3"], "s3_links": "on"},
    {**S3, **HTTPS, "s3_url": "http://127.0.0.1:9000", "s3_links": "on"},
    {"scanner": "clamd"},
    {"scanner": "unix:clamd.ctl"},
    {"scanner": "tcp://127.0.0.1"},
    {"scanner": "tcp://127.0.0.1:0"},
    {"scanner": "http://127.0.0.1:3310"},
    {"scanner": "tcp://scanner.example:3310"},
    {"scanner": "tcp://scanner.example:3310", "in_clear": ["s3"]},
    {"files": str(PAGES / "files")},
    {"database": str(PAGES / "careline.db")},
    {"issuers": [Issuer("x", "HS256")]},
    {"issuers": [Issuer("x", "HS256", secret="short")]},
    {"issuers": [Issuer("x", "RS256", secret="a long enough shared secret")]},
    {"issuers": [Issuer("x", "RS256", public_key="nonsense")]},
    {"issuers": [Issuer("x", "HS256", secret="a long enough shared secret", roles={"a": "superuser"})]},
    {"issuers": [Issuer("x", "HS256", secret="a long enough shared secret")] * 2},
]


@pytest.mark.parametrize("settings", DANGEROUS, ids=range(len(DANGEROUS)))
def test_a_dangerous_setting_is_refused_with_its_reason(settings: dict[str, Any]) -> None:
    refused = [finding.text for finding in report(Settings(**settings)) if finding.refuses]
    assert refused and all("\n" not in text for text in refused)


SAFE: list[dict[str, Any]] = [
    S3,
    {**S3, "s3_links": "on"},
    {**S3, "s3_url": "http://127.0.0.1:9000", "s3_links": "on"},
    {**S3, "s3_url": "http://10.0.0.7:9000", "in_clear": ["s3"]},
    {"scanner": "unix:/run/clamav/clamd.ctl"},
    {"scanner": "tcp://[::1]:3310"},
    {"scanner": "tcp://scanner.example:3310", "in_clear": ["scanner"]},
    {"scanner": "unix:/run/clamav/clamd.ctl", "scan_policy": "allow-marked"},
    {"codes_key": "some words that nobody will guess"},
]


@pytest.mark.parametrize("settings", SAFE, ids=range(len(SAFE)))
def test_what_is_safe_may_be_set(settings: dict[str, Any]) -> None:
    assert [finding.text for finding in report(Settings(**settings)) if finding.refuses] == []


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"scanner": "unix:/c", "scan_policy": "allow-marked"}, "unscanned"),
        ({**S3, "s3_links": "on"}, "not compared"),
        ({"s3_links": "on"}, "no s3_bucket"),
        ({"codes_key": "some words that nobody will guess"}, "sms is off"),
    ],
)
def test_what_has_a_price_is_explained(settings: dict[str, Any], word: str) -> None:
    assert [word in finding.text for finding in report(Settings(**settings)) if not finding.refuses] == [True]


def test_a_folder_that_everybody_may_write_to_is_no_place_for_files(tmp_path: Path) -> None:
    def refused(files: Path) -> list[str]:
        return [finding.text for finding in report(Settings(files=str(files))) if finding.refuses]

    folder = tmp_path / "shared" / "files"
    folder.mkdir(parents=True)
    assert refused(folder) == []
    folder.chmod(0o777)
    assert "chmod o-w" in refused(folder)[0]
    folder.chmod(0o1777)
    assert "chmod o-w" in refused(folder)[0]
    folder.chmod(0o700)
    folder.parent.chmod(0o777)
    assert str(folder.parent) in refused(folder)[0]
    folder.parent.chmod(0o1777)
    assert refused(folder) == []


def test_services_in_clear_come_from_the_environment_too() -> None:
    assert load({"CARELINE_IN_CLEAR": "s3, scanner"}).in_clear == ["s3", "scanner"]
    with pytest.raises(SettingsError):
        load({"CARELINE_IN_CLEAR": "sms"})


def test_what_is_set_by_default_is_not_dangerous() -> None:
    assert [finding.text for finding in report(Settings()) if finding.refuses] == []


@pytest.mark.parametrize("environment", [
    {"CARELINE_NO_SUCH_SETTING": "1"}, {"CARELINE_DEBUG": "1"}, {"CARELINE_LIMIT_VISITS": "many"},
    {"CARELINE_LIMIT_VISITS": "-1/s"}, {"CARELINE_DRAIN_S": "soon"}, {"CARELINE_OPERATOR_PAGES": "everybody"},
    {"CARELINE_OPERATOR_TOKEN_FILE": "no/such/file"}, {"CARELINE_AUDIT_FAIL_CLOSED": "yes"},
])  # fmt: skip
def test_a_setting_that_is_none_stops_the_start(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        load(environment)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LISTEN", "", "at least one"),
        ("LISTEN", "8200", "host:port"),
        ("LISTEN", "127.0.0.1:99999", "host:port"),
        ("DATABASE", "mysql://db.example/careline", "postgresql://"),
        ("POSTGRES_POOL", "0", "less than 1"),
        ("DRAIN_S", "-1", "less than 0"),
        ("ATTACHMENT_BYTES", "-5", "less than 1"),
        ("OPERATOR_PAGES", "everybody", "loopback, public, off"),
        ("S3_LINKS", "true", "off, on"),
    ],
)
def test_what_no_server_can_run_with_is_named_with_what_may_stand_there(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=f"{name.lower()}: .*{says}"):
        load({f"CARELINE_{name}": value})


def careline(folder: Path, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "careline", *words], env=environment, cwd=folder, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("database", "says"),
    [
        (".", "unable to open database file"),
        ("notes.txt", "file is not a database"),
        ("notes.txt/careline.db", "File exists|Not a directory"),
        ("postgresql://me:hidden@127.0.0.1:1/careline", "127.0.0.1:1/careline cannot be used: "),
        ("postgresql://me:hidden@127.0.0.1:none/careline", "the URL cannot be read"),
    ],
)
def test_a_store_that_cannot_be_opened_is_named_in_one_line(tmp_path: Path, database: str, says: str) -> None:
    (tmp_path / "notes.txt").write_text("not a database, and long enough to be looked at for one" * 20)
    ended = careline(tmp_path, "migrate", "--database", database)
    assert ended.returncode == 1
    assert re.fullmatch(rf"Error: database: .*({says}).*\n", ended.stderr)
    assert "hidden" not in ended.stderr


def test_only_who_is_to_make_a_store_makes_one(tmp_path: Path) -> None:
    ended = careline(tmp_path, "restored", "--database", "mistyped.db")
    assert ended.returncode == 1 and "there is no mistyped.db" in ended.stderr
    assert list(tmp_path.iterdir()) == []
    assert careline(tmp_path, "migrate", "--database", "made.db").returncode == 0
    assert (tmp_path / "made.db").stat().st_mode & 0o077 == 0


def test_what_is_on_or_off_is_written_as_true_or_false() -> None:
    for value in (True, False):
        assert load({"CARELINE_AUDIT_FAIL_CLOSED": str(value).lower()}) == Settings(audit_fail_closed=value)


def test_a_secret_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    secret = "kanarienvogel of the operator"
    (tmp_path / "token").write_text(secret + "\n")
    environment = {"CARELINE_OPERATOR_TOKEN_FILE": str(tmp_path / "token")}
    assert load(environment).operator_token == secret
    said = careline(tmp_path, "check", "--all", **environment)
    assert "operator_token" in said.stdout and "kanarienvogel" not in said.stdout + said.stderr


def test_a_server_with_dangerous_settings_does_not_start(tmp_path: Path) -> None:
    said = careline(tmp_path, "serve", "--listen", "0.0.0.0:0")
    assert said.returncode and "dangerous" in said.stderr and "https" in said.stderr
    assert not list(tmp_path.iterdir())


def test_nothing_here_unpickles_or_evaluates() -> None:
    # What arrives is data: JSON with a shape, never objects or code (CVE-2025-61765).
    for file in (ROOT / "careline").rglob("*.py"):
        text = file.read_text()
        for word in (
            "import pickle",
            "import marshal",
            "import shelve",
            " eval(",
            " exec(",
            "yaml.load",
            "verify=False",
        ):
            assert word not in text, (file.name, word)
