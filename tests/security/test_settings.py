"""Settings that would undo all this stop the start, each with its reason in one line (SECURITY.md K)."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from careline.check import report
from careline.partners import Issuer
from careline.settings import Settings, SettingsError, load
from tests.tools import ROOT

HTTPS: dict[str, Any] = {"public_url": "https://chat.example.org"}

DANGEROUS: list[dict[str, Any]] = [
    {"public_url": "http://chat.example.org"},
    {"public_url": "ftp://chat.example.org"},
    {"public_url": "chat.example.org"},
    {"listen": ["0.0.0.0:8200"]},
    {"listen": ["[::]:8200"]},
    {"listen": ["nonsense"]},
    {**HTTPS, "trusted_proxies": ["0.0.0.0/0"]},
    {**HTTPS, "trusted_proxies": ["::/0"]},
    {**HTTPS, "trusted_proxies": ["*"]},
    {"origins": ["*"]},
    {"origins": ["shop.example"]},
    {"operator_token": "short"},
    {"redis_url": "redis://cache.example:6379"},
    {"redis_url": "rediss://cache.example:6379"},
    {"redis_url": "redis://:password@cache.example:6379"},
    {"sms": "http"},
    {"sms": "http", "sms_url": "ftp://sms.example"},
    {"sms": "http", "sms_url": "http://sms.example/messages"},
    {"sms": "http", "sms_url": "https://sms.example/messages", "sms_fields": {"to": "{to}"}},
    {"sms": "console", "codes_key": "short"},
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


def test_what_is_set_by_default_is_not_dangerous() -> None:
    assert [finding.text for finding in report(Settings()) if finding.refuses] == []


@pytest.mark.parametrize("environment", [
    {"CARELINE_NO_SUCH_SETTING": "1"}, {"CARELINE_DEBUG": "1"}, {"CARELINE_LIMIT_VISITS": "many"},
    {"CARELINE_LIMIT_VISITS": "-1/s"}, {"CARELINE_DRAIN_S": "soon"}, {"CARELINE_OPERATOR_PAGES": "everybody"},
    {"CARELINE_OPERATOR_TOKEN_FILE": "no/such/file"},
])  # fmt: skip
def test_a_setting_that_is_none_stops_the_start(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        load(environment)


def test_a_secret_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    secret = "kanarienvogel of the operator"
    (tmp_path / "token").write_text(secret + "\n")
    environment = {"CARELINE_OPERATOR_TOKEN_FILE": str(tmp_path / "token")}
    assert load(environment).operator_token == secret
    words = [sys.executable, "-m", "careline", "check", "--all"]
    said = subprocess.run(
        words, env={**os.environ, **environment, "PYTHONPATH": str(ROOT)}, cwd=tmp_path, capture_output=True, text=True
    )
    assert "operator_token" in said.stdout and "kanarienvogel" not in said.stdout + said.stderr


def test_a_server_with_dangerous_settings_does_not_start(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "careline", "serve", "--listen", "0.0.0.0:0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(words, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=30)
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
