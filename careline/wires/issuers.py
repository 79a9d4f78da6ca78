"""Tokens of other systems: what they must look like, and whom they make somebody here.

One algorithm per key, taken from the settings and never from the token; `exp` is always required; `crit`, `jku`, `x5u`
and embedded keys are of no effect because nothing here reads them, and an unknown `crit` refuses.
"""

import asyncio
import time
from typing import Any, NamedTuple

import aiohttp
import jwt
from jwt.exceptions import InvalidTokenError

from careline.core.actor import Actor, Role, Scope, system
from careline.core.errors import Forbidden, NotFound, Unauthenticated, Unavailable
from careline.core.ids import foreign_id
from careline.features.people.staff import places_of_staff
from careline.partners import Issuer
from careline.settings import SettingsError
from careline.store.database import Database
from careline.wires.newcomers import admit, ensure_workspace, recognise

LONGEST = 4_096
_JWKS_FRESH = 300.0
_JWKS_TRIES = 10.0
# The names of the issuers a wire believes; None: all there are.
Issuers = str | tuple[str, ...] | None
STANDING: dict[str, tuple[Role, Scope]] = {
    "admin": ("admin", "all"),
    "all": ("agent", "all"),
    "participating": ("agent", "participating"),
}


def looks_signed(token: str) -> bool:
    """Whether this is meant to be a JSON Web Token: three dotted parts, no longer than any of ours would be."""
    return len(token) <= LONGEST and token.count(".") == 2


class Trust:
    """The configured issuers, their keys parsed once. Raises `SettingsError` for one that cannot verify anything."""

    def __init__(self, issuers: list[Issuer], database: Database) -> None:
        self._issuers = {issuer.name: Trusted(issuer) for issuer in issuers}
        self._database = database
        self._founding = asyncio.Lock()

    def named(self, name: str) -> "Trusted":
        return self._issuers[name]

    async def actor(self, token: str, only: Issuers = None, workspace: str | None = None) -> Actor:
        """The actor a foreign token makes. `only` names the issuers a wire believes, and `workspace` which one is
        meant of those that the token may speak for.

        Raises `Unauthenticated` for a token nobody here vouches for, `Forbidden` for a role or workspace that is not
        mapped, `NotFound` for people or workspaces that are unknown and not made on first sight.
        """
        issuer, claims = await self._vouched(token, only)
        return await self._known(issuer, claims, workspace)

    async def places(self, token: str, only: Issuers = None) -> list[str]:
        """The workspaces a foreign token may speak for. Raises `Unauthenticated` as `actor` does."""
        issuer, claims = await self._vouched(token, only)
        said = _said(issuer, claims)
        if said.surely:
            return said.places
        person = _text(claims, issuer.claims.get("person", "sub"))
        worked = await self._database.read(places_of_staff, system(), person)
        return [place for place in worked if place in said.places or not said.places]

    async def _vouched(self, token: str, only: Issuers) -> tuple[Issuer, dict[str, Any]]:
        names = self._issuers if only is None else [only] if isinstance(only, str) else only
        for name in names:
            claims = await self._issuers[name].verify(token)
            if claims is not None:
                return self._issuers[name].settings, claims
        raise Unauthenticated()

    async def _known(self, issuer: Issuer, claims: dict[str, Any], wanted: str | None) -> Actor:
        person = foreign_id(_text(claims, issuer.claims.get("person", "sub")), "sub")
        said = _said(issuer, claims)
        workspace_id = _meant(issuer, said, wanted)
        word = _text(claims, issuer.claims.get("role", "role"), "")
        standing = issuer.roles.get(word)
        if standing is None:
            raise Forbidden(f"The role {word!r} is not mapped: see `roles` of issuer {issuer.name!r} in the settings.")
        name = _text(claims, issuer.claims.get("name", "name"), "")
        expires_at = int(claims["exp"] * 1000)
        if standing == "contact":
            actor = Actor(workspace_id, "contact", person, name)
        else:
            role, scope = STANDING[standing]
            actor = Actor(workspace_id, "staff", person, name, role, scope)
        known = await self._database.read(recognise, actor)
        if known is None and not said.surely:
            raise Forbidden("This person is not known in this workspace.")
        if known is None:
            known = await self._first_sight(issuer, actor, claims)
        return Actor(
            known.workspace_id, known.kind, known.id, known.name, known.role, known.scope, f"issuer:{issuer.name}",
            expires_at,
        )  # fmt: skip

    async def _first_sight(self, issuer: Issuer, actor: Actor, claims: dict[str, Any]) -> Actor:
        if "workspaces" in issuer.create:
            async with self._founding:  # two at once would both find none and both make it
                chosen = {"threading": issuer.threading, "https_references": issuer.https_references}
                await self._database.write(ensure_workspace, system(), actor.workspace_id, chosen)
        if "people" not in issuer.create:
            raise NotFound("This person is not known in this workspace.")
        email = claims.get(issuer.claims.get("email", "email"))
        return await self._database.write(admit, system(actor.workspace_id), actor, email)


class Trusted:
    """One issuer and its key."""

    def __init__(self, issuer: Issuer) -> None:
        self.settings = issuer
        given = [bool(issuer.secret), bool(issuer.public_key), bool(issuer.jwks_url)]
        if sum(given) != 1:
            raise SettingsError(f"issuer {issuer.name}: give exactly one of secret, public_key and jwks_url")
        if issuer.algorithm == "HS256" and len(issuer.secret) < 16:
            raise SettingsError(f"issuer {issuer.name}: HS256 needs a secret of at least 16 characters")
        if issuer.algorithm != "HS256" and issuer.secret:
            raise SettingsError(f"issuer {issuer.name}: {issuer.algorithm} needs public_key or jwks_url, not secret")
        if unknown := set(issuer.roles.values()) - {*STANDING, "contact"}:
            raise SettingsError(f"issuer {issuer.name}: roles map to {', '.join(STANDING)} or contact, not {unknown}")
        self._algorithm = jwt.get_algorithm_by_name(issuer.algorithm)
        self._keys: dict[str | None, Any] = {}
        if not issuer.jwks_url:
            text = issuer.secret or issuer.public_key.replace("\\n", "\n")
            try:
                self._keys[None] = self._algorithm.prepare_key(text)
            except Exception as error:
                raise SettingsError(f"issuer {issuer.name}: the key cannot be read: {error}") from None
        self._fetched_at = -_JWKS_FRESH
        self._fetching = asyncio.Lock()

    async def verify(self, token: str) -> dict[str, Any] | None:
        """The claims, or None when this issuer did not sign the token or does not stand by it any more."""
        try:
            header = jwt.get_unverified_header(token)
        except InvalidTokenError:
            return None
        if header.get("alg") != self.settings.algorithm or "crit" in header:
            return None
        key = await self._key(header.get("kid"))
        if key is None:
            return None
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[self.settings.algorithm],
                audience=self.settings.audience or None,
                issuer=self.settings.issuer or None,
                leeway=0,
                options={
                    "require": ["exp"],
                    "verify_aud": bool(self.settings.audience),
                    "verify_iat": False,
                    "strict_aud": bool(self.settings.audience),
                },
            )
        except (InvalidTokenError, ValueError, OverflowError, TypeError):
            return None
        if any(claims.get(name, value) != value for name, value in self.settings.expects.items()):
            return None
        # PyJWT reads a string or a huge number as a time; only a plain, finite one is.
        for name in ("exp", "nbf", "iat"):
            value = claims.get(name, 0)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e11:
                return None
        return claims if claims.get("iat", 0) <= time.time() + self.settings.leeway_s else None

    async def _key(self, kid: Any) -> Any:
        """The configured key, or the one of the issuer's key set that has this id; never one the token brings."""
        if not self.settings.jwks_url:
            return self._keys[None]
        if not isinstance(kid, str) or len(kid) > 200:
            return None
        async with self._fetching:
            age = time.monotonic() - self._fetched_at
            if age > _JWKS_FRESH or (kid not in self._keys and age > _JWKS_TRIES):
                self._fetched_at = time.monotonic()
                await self._fetch()
        return self._keys.get(kid)

    async def _fetch(self) -> None:
        try:
            timeout = aiohttp.ClientTimeout(total=5)
            async with (
                aiohttp.ClientSession(timeout=timeout) as client,
                client.get(self.settings.jwks_url, allow_redirects=False) as answer,
            ):
                answer.raise_for_status()
                found = jwt.PyJWKSet.from_json((await answer.content.read(256_000)).decode())
        except (aiohttp.ClientError, TimeoutError, ValueError, jwt.PyJWTError) as error:
            if not self._keys:
                raise Unavailable("The issuer's keys cannot be fetched now.") from error
            return
        self._keys = {
            key.key_id: key.key for key in found.keys if key.algorithm_name == self.settings.algorithm and key.key_id
        }


def _text(claims: dict[str, Any], name: str, default: str | None = None) -> str:
    value = claims.get(name, default)
    if value is None and default is not None:
        value = default
    if not isinstance(value, str):
        raise Unauthenticated(f"The token's claim {name!r} is missing or not text.")
    return value


class _Said(NamedTuple):
    """Which workspaces a token may speak for. Unless that is `surely` so, it is only where our own records know the
    person, and then no `places` stand for any.
    """

    places: list[str]
    surely: bool


def _said(issuer: Issuer, claims: dict[str, Any]) -> _Said:
    """A claim says so, with one workspace or a list of them, or else the settings do."""
    claim = issuer.claims.get("workspace")
    said = claims.get(claim) if claim else None
    if said is None:
        return _Said(issuer.workspaces, surely=len(issuer.workspaces) == 1)
    named = said if isinstance(said, list) else [said]
    if not all(isinstance(name, str) for name in named):
        raise Unauthenticated("The token's claim of a workspace is neither text nor a list of texts.")
    places = [foreign_id(name, "workspace") for name in named]
    return _Said([name for name in places if name in issuer.workspaces or not issuer.workspaces], surely=True)


def _meant(issuer: Issuer, said: _Said, wanted: str | None) -> str:
    if wanted is None and len(said.places) == 1:
        return said.places[0]
    if wanted is None and not said.surely:
        raise Unauthenticated("The token names no workspace.")
    if wanted in said.places or (wanted is not None and not said.places and not said.surely):
        return wanted
    raise Forbidden(f"Issuer {issuer.name!r} may not speak for this workspace.")
