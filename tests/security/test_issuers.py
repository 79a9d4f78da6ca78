"""Tokens of other systems under attack (S-049 to S-059): believed only as the settings say, whatever they say."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import time
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from careline.core.actor import Actor, system
from careline.core.errors import Forbidden, Refused, Unauthenticated
from careline.features.people.staff import add_staff, deactivate_staff
from careline.partners import Issuer
from careline.settings import SettingsError
from careline.wires.issuers import Trusted
from tests.security.places import place
from tests.security.test_revocation import bearing
from tests.world import GREENLEAF, HILLSIDE, World

RSA = generate_private_key(public_exponent=65_537, key_size=2_048)
ED = Ed25519PrivateKey.generate()
SECRET = "a shared secret of a platform, long enough"
Key = RSAPrivateKey | Ed25519PrivateKey


def pem(key: Key) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private(key: Key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


COMMON: dict[str, Any] = {
    "issuer": "https://platform.example",
    "audience": "careline",
    "roles": {"boss": "admin", "worker": "participating", "patient": "contact"},
    "workspaces": [GREENLEAF],
}
ISSUERS = [
    Issuer("hs", "HS256", secret=SECRET, **COMMON),
    Issuer("rs", "RS256", public_key=pem(RSA), **COMMON),
    Issuer("ed", "EdDSA", public_key=pem(ED), **COMMON),
]


def claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    base = {"iss": "https://platform.example", "aud": "careline", "sub": "cara", "role": "patient", "exp": now + 300}
    return {name: value for name, value in {**base, "iat": now, **more}.items() if value is not ...}


def signed(payload: dict[str, Any], headers: dict[str, Any] | None = None) -> str:
    return jwt.encode(payload, private(RSA), "RS256", headers)


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged(header: dict[str, Any], payload: dict[str, Any], key: bytes | None) -> str:
    """Signed with HMAC by a key of the attacker's choice, or with nothing."""
    said = f"{part(header)}.{part(payload)}"
    return f"{said}.{part(hmac.digest(key, said.encode(), hashlib.sha256)) if key is not None else ''}"


@pytest.fixture
async def trusting(tmp_path: Path) -> AsyncIterator[World]:
    async with place(tmp_path, issuers=ISSUERS) as world:
        yield world


async def status(world: World, token: str) -> int:
    return await world.cara.status_of("GET", "/v1/me", **bearing(token))


async def test_honest_tokens_of_every_algorithm_come_in(trusting: World) -> None:
    tokens = [jwt.encode(claims(), SECRET, "HS256"), signed(claims()), jwt.encode(claims(), private(ED), "EdDSA")]
    for token in tokens:
        assert await status(trusting, token) == 200


async def test_a_token_that_was_over_is_over_also_after_the_machines_clock_was_set_back(trusting: World) -> None:
    clock = trusting.app.database.clock
    clock._latest = clock() + 2 * 3_600_000  # the time that was told before it was
    assert await status(trusting, jwt.encode(claims(), SECRET, "HS256")) == 401


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "nOnE", "NONE", "", None, [], "HS512", "HS256 ", "RS256\0", "dir"]
)
async def test_an_algorithm_that_is_not_configured_is_refused(trusting: World, algorithm: Any) -> None:
    for key in (None, b"", SECRET.encode()):
        assert await status(trusting, forged({"alg": algorithm, "typ": "JWT"}, claims(), key)) == 401


def confusions() -> dict[str, bytes]:
    """A public key in every form in which it could be taken for a shared secret (CVE-2022-29217, CVE-2024-33663)."""
    rsa, ed = RSA.public_key(), ED.public_key()
    forms = {
        "rsa pem": pem(RSA).encode(),
        "rsa pem without its last line end": pem(RSA).encode().strip(),
        "rsa pkcs1": rsa.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        "rsa der": rsa.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "rsa pkcs1 der": rsa.public_bytes(Encoding.DER, PublicFormat.PKCS1),
        "rsa ssh": rsa.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        "ed pem": pem(ED).encode(),
        "ed der": ed.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "ed raw": ed.public_bytes(Encoding.Raw, PublicFormat.Raw),
        "ed ssh": ed.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
    }
    return {**forms, "nothing": b"", "a NUL": b"\0"}


@pytest.mark.parametrize("form", confusions())
async def test_a_public_key_is_no_shared_secret(trusting: World, form: str) -> None:
    for algorithm in ("HS256", "RS256", "EdDSA"):
        assert await status(trusting, forged({"alg": algorithm}, claims(), confusions()[form])) == 401


@pytest.mark.parametrize(
    "kid", ["../../dev/null", "/dev/null", "' UNION SELECT 'x", "http://127.0.0.1/", "x" * 1_000, "hs", 7, None]
)
async def test_a_key_id_finds_no_other_key(trusting: World, kid: Any) -> None:
    for key in (b"", SECRET[:-1].encode(), pem(RSA).encode()):
        assert await status(trusting, forged({"alg": "HS256", "kid": kid}, claims(), key)) == 401


async def test_no_key_is_taken_from_a_token(trusting: World) -> None:
    mine = generate_private_key(public_exponent=65_537, key_size=2_048)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    listener.setblocking(False)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/keys"
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(mine.public_key()))
    for header in ({"jku": url}, {"x5u": url}, {"jwk": jwk}, {"x5c": [part(b"certificate")]}):
        assert await status(trusting, jwt.encode(claims(), private(mine), "RS256", {**header, "kid": "1"})) == 401
    with pytest.raises(BlockingIOError):  # and nobody went to look
        listener.accept()
    listener.close()


@pytest.mark.parametrize(
    "header", [{"crit": ["x"]}, {"crit": ["exp"], "exp": 1}, {"crit": []}, {"b64": False, "crit": ["b64"]}]
)
async def test_an_extension_that_must_be_understood_is_refused(trusting: World, header: dict[str, Any]) -> None:
    assert await status(trusting, forged({"alg": "HS256", **header}, claims(), SECRET.encode())) == 401


TIMES: list[dict[str, Any]] = [
    {"exp": ...}, {"exp": None}, {"exp": "4102444800"}, {"exp": True}, {"exp": -1}, {"exp": 0}, {"exp": 1},
    {"exp": float("nan")}, {"exp": float("inf")}, {"exp": 10**400}, {"exp": [9e9]}, {"exp": {}}, {"exp": 1e15},
    {"nbf": 4_102_444_800}, {"iat": 4_102_444_800}, {"nbf": "x"}, {"iat": "x"}, {"nbf": float("nan")}, {"iat": None},
]  # fmt: skip


@pytest.mark.parametrize("times", TIMES, ids=range(len(TIMES)))
async def test_a_time_that_is_none_or_not_now_is_refused(trusting: World, times: dict[str, Any]) -> None:
    assert await status(trusting, forged({"alg": "HS256"}, claims(**times), SECRET.encode())) == 401


NAMES: list[dict[str, Any]] = [
    {"iss": ...}, {"iss": "https://platform.exampl"}, {"iss": "https://platform.example.evil"}, {"iss": "platform"},
    {"iss": ["https://platform.example"]}, {"iss": None}, {"iss": ""}, {"aud": ...}, {"aud": "care"},
    {"aud": "careline2"},
    {"aud": ["careline"]}, {"aud": ["careline", "other"]}, {"aud": None}, {"aud": {}}, {"sub": ...}, {"sub": 7},
    {"sub": ["cara"]}, {"sub": None},
]  # fmt: skip


@pytest.mark.parametrize("names", NAMES, ids=range(len(NAMES)))
async def test_issuer_audience_and_subject_are_exactly_ours(trusting: World, names: dict[str, Any]) -> None:
    assert await status(trusting, forged({"alg": "HS256"}, claims(**names), SECRET.encode())) == 401


@pytest.mark.parametrize(("kind", "want"), [("access", 200), (..., 200), ("refresh", 401), (7, 401), (None, 401)])
async def test_a_claim_that_is_expected_is_so_or_is_not_there(tmp_path: Path, kind: Any, want: int) -> None:
    expecting = structs.replace(ISSUERS[0], expects={"token_type": "access"})
    async with place(tmp_path, issuers=[expecting]) as world:
        assert await status(world, jwt.encode(claims(token_type=kind), SECRET, "HS256")) == want


async def test_what_is_not_three_plain_parts_is_not_even_read(trusting: World) -> None:
    token = signed(claims())
    zipped = zlib.compress(json.dumps(claims()).encode())
    nested = part(token.encode())
    for wrong in (
        token + ".x.y", token[:-4], token + "AAAA", "." + token, token.replace(".", "..", 1), "a.b.c", "..", "....",
        f"{part({'alg': 'dir', 'enc': 'A256GCM'})}..{part(b'iv')}.{part(b'text')}.{part(b'tag')}",
        forged({"alg": "HS256", "cty": "JWT"}, {"x": nested}, SECRET.encode()),
        f"{part({'alg': 'HS256', 'zip': 'DEF'})}.{part(zipped)}.{part(b'x' * 32)}",
        jwt.encode(claims(padding="x" * 4_000), SECRET, "HS256"),
    ):  # fmt: skip
        assert await status(trusting, wrong) == 401


@pytest.mark.parametrize(("more", "want"), [
    ({"role": "admin"}, 403), ({"role": "Boss"}, 403), ({"role": ...}, 403), ({"role": ["boss"]}, 401),
    ({"role": ""}, 403),
    ({"sub": "nobody"}, 404), ({"sub": "fay"}, 404), ({"sub": "../ana"}, 422), ({"sub": "x" * 200}, 422),
    ({"sub": "ana", "role": "boss"}, 403), ({"sub": "cara", "role": "boss"}, 404),
    ({"workspace_id": HILLSIDE, "sub": "fay"}, 404), ({"role": "patient", "workspace": HILLSIDE}, 200),
])  # fmt: skip
async def test_a_claim_narrows_and_never_widens(trusting: World, more: dict[str, Any], want: int) -> None:
    token = jwt.encode(claims(**more), SECRET, "HS256") if more.get("sub") != 7 else ""
    assert await status(trusting, token) == want
    if want == 200:
        me = await trusting.cara.asks("GET", "/v1/me", status=200, **bearing(token))
        assert (me["kind"], me["workspace"]["id"]) == ("contact", GREENLEAF)


async def test_a_host_cannot_sign_in_our_own_staff(trusting: World) -> None:
    # Ana has a password here; a platform that names her id must not become her.
    for role in ("boss", "worker"):
        assert await status(trusting, signed(claims(sub="ana", role=role))) == 403


async def test_a_member_made_by_a_host_is_shut_out_like_any_other(tmp_path: Path) -> None:
    issuer = Issuer("hs", "HS256", secret=SECRET, **{**COMMON, "create": ["people"]})
    async with place(tmp_path, issuers=[issuer]) as world:
        token = jwt.encode(claims(sub="wil", role="worker", name="Wil"), SECRET, "HS256")
        assert await status(world, token) == 200
        socket_ = await world.ana.opens(token=token)
        await world.app.database.write(deactivate_staff, world.ana.actor, "wil")
        assert await socket_.is_closed() == 4410
        assert await status(world, token) == 401


async def test_a_token_with_other_rights_does_not_renew_a_socket(tmp_path: Path) -> None:
    issuer = Issuer("hs", "HS256", secret=SECRET, **{**COMMON, "create": ["people"]})
    async with place(tmp_path, issuers=[issuer]) as world:
        more = jwt.encode(claims(sub="wil", role="boss"), SECRET, "HS256")
        less = jwt.encode(claims(sub="wil", role="worker"), SECRET, "HS256")
        socket_ = await world.ana.opens(token=more)
        await socket_.says({"type": "auth", "token": less})
        assert await socket_.is_closed() == 4410


@pytest.mark.parametrize("keys", [
    {}, {"secret": "short"}, {"public_key": "not a key"}, {"public_key": pem(RSA), "secret": SECRET},
    {"secret": pem(RSA)}, {"public_key": pem(ED)},
])  # fmt: skip
def test_an_issuer_that_could_verify_nothing_stops_the_start(keys: dict[str, str]) -> None:
    algorithm: Any = "RS256" if "public_key" in keys else "HS256"
    given: dict[str, Any] = {**COMMON, **keys}
    with pytest.raises(SettingsError):
        Trusted(Issuer("x", algorithm, **given))


@settings(max_examples=200)
@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=40))
def test_any_three_parts_are_never_more_than_refused(header: bytes, payload: bytes, signature: bytes) -> None:
    said = ".".join(map(part, (header, payload, signature)))
    for token in (said, f"{part({'alg': 'HS256'})}.{said.partition('.')[2]}"):
        assert asyncio.run(Trusted(ISSUERS[0]).verify(token)) is None


async def test_a_header_nested_without_end_is_refused(trusting: World) -> None:
    deep = part(b"[" * 2_900)
    assert await status(trusting, f"{deep}.e30.e30") == 401
    said = f"{part({'alg': 'HS256'})}.{deep}"
    assert await status(trusting, f"{said}.{part(hmac.digest(SECRET.encode(), said.encode(), hashlib.sha256))}") == 401


LISTING = {**COMMON, "workspaces": [], "claims": {"workspace": "places"}, "create": ["people"]}


@pytest.fixture
async def listing(tmp_path: Path) -> AsyncIterator[World]:
    """An issuer whose tokens say where their bearer works, and people who are known in both workspaces."""
    async with place(tmp_path, issuers=[Issuer("hs", "HS256", secret=SECRET, **LISTING)]) as world:
        for workspace_id in (GREENLEAF, HILLSIDE):
            await world.app.database.write(add_staff, system(workspace_id), "Ken", role="admin", staff_id="ken")
        yield world


async def comes(world: World, workspace_id: str | None, **said: Any) -> Actor | type[Refused]:
    token = jwt.encode(claims(**{"sub": "ken", "role": "boss", **said}), SECRET, "HS256")
    try:
        return await world.app.server.identify(token, "127.0.0.1", workspace=workspace_id)
    except Refused as refused:
        return type(refused)


@pytest.mark.parametrize("places", [[GREENLEAF, HILLSIDE], HILLSIDE, [HILLSIDE]])
async def test_of_the_workspaces_in_a_claim_it_is_the_one_that_is_meant(listing: World, places: Any) -> None:
    actor = await comes(listing, HILLSIDE, places=places)
    assert isinstance(actor, Actor) and actor.workspace_id == HILLSIDE


@pytest.mark.parametrize(
    ("places", "wanted", "refused"),
    [
        ([GREENLEAF], HILLSIDE, Forbidden),
        ([], HILLSIDE, Forbidden),
        ([GREENLEAF, HILLSIDE], None, Forbidden),
        ([GREENLEAF, 7], GREENLEAF, Unauthenticated),
        ({GREENLEAF: 1}, GREENLEAF, Unauthenticated),
        (..., "elsewhere", Forbidden),
        (..., None, Unauthenticated),
    ],
)
async def test_a_workspace_that_is_not_in_the_claim_is_not_theirs(
    listing: World, places: Any, wanted: str | None, refused: type[Refused]
) -> None:
    assert await comes(listing, wanted, places=places) is refused


async def test_without_a_claim_our_records_say_where_somebody_works_and_nobody_is_made(listing: World) -> None:
    actor = await comes(listing, HILLSIDE, places=...)
    assert isinstance(actor, Actor) and actor.workspace_id == HILLSIDE
    assert await comes(listing, HILLSIDE, places=..., sub="leo") is Forbidden
    token = jwt.encode(claims(sub="ken", role="boss"), SECRET, "HS256")
    trust = listing.app.server.credentials
    assert await trust.places(token, "127.0.0.1", "hs") == [GREENLEAF, HILLSIDE]
    said = jwt.encode(claims(sub="leo", role="boss", places=["third", GREENLEAF]), SECRET, "HS256")
    assert await trust.places(said, "127.0.0.1", ("hs",)) == ["third", GREENLEAF]
    for forged in (jwt.encode(claims(sub="ken"), SECRET[::-1], "HS256"), listing.cara.token):
        with pytest.raises(Unauthenticated):
            await trust.places(forged, "127.0.0.1", "hs")
