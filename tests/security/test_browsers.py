"""What browsers are told and what they are believed (SECURITY.md H, as far as the server decides it)."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from careline.core.errors import Invalid
from careline.features.workspaces import rules
from careline.features.workspaces.actions import update_workspace
from tests.security.places import place
from tests.security.raw import asks
from tests.security.test_revocation import bearing, signs_in
from tests.world import GREENLEAF, HILLSIDE, PASSWORD, World

OURS, THEIRS = "https://shop.example", "https://clinic.example"


async def listed(world: World) -> None:
    database = world.app.database
    await database.write(update_workspace, world.ana.actor, {"origins": [OURS]})
    await database.write(update_workspace, world.eve.actor, {"origins": [THEIRS]})
    await world.app.server.origins.load(database)


async def head(world: World, method: str, path: str, **headers: str) -> tuple[int, Any]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    async with world.http.request(
        method, f"http://{world.app.addresses[0]}{path}", headers=names, allow_redirects=False
    ) as answer:
        return answer.status, answer.headers


@pytest.mark.parametrize("page", ["/inbox", "/inbox/c/1", "/setup", "/chat"])
async def test_a_page_of_ours_is_closed_in_itself(tmp_path: Path, page: str) -> None:
    async with place(tmp_path, public_url="https://chat.example.org") as world:
        status, headers = await head(world, "GET", page, Host="chat.example.org")
        if status == 404:
            pytest.skip(f"{page} is not written yet")
        policy = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["base-uri"] == policy["object-src"] == "'none'"
        assert policy["frame-ancestors"] == "'none'" and policy["form-action"] == "'self'"
        assert policy["script-src"] == "'self'" and policy["require-trusted-types-for"] == "'script'"
        assert policy["connect-src"] == "'self' wss://chat.example.org"
        assert "unsafe" not in headers["Content-Security-Policy"] and "*" not in headers["Content-Security-Policy"]
        assert int(headers["Strict-Transport-Security"].split("=")[1].split(";")[0]) >= 31_536_000
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin" and "camera=()" in headers["Permissions-Policy"]
        assert headers["Cache-Control"] == "no-store"  # not to be brought back by the Back button


async def test_the_widget_is_framed_by_the_sites_its_workspace_lists(here: World) -> None:
    await listed(here)
    for workspace, ancestors in ((GREENLEAF, {OURS}), (HILLSIDE, {THEIRS}), ("unknown", set()), ("", set())):
        status, headers = await head(here, "GET", f"/widget?workspace={workspace}")
        assert status == 200
        (rule,) = [r for r in headers["Content-Security-Policy"].split("; ") if r.startswith("frame-ancestors")]
        assert set(rule.split()[1:]) & {OURS, THEIRS, "*", "null"} == ancestors


@pytest.mark.parametrize("origin", [
    "https://x.example; script-src *", "https://x.example;report-uri", "https://*", "https://*.example", "*",
    "x.example", "https://a@b.example", "javascript:alert(1)", "https://x.example/", "https://x.example\r\nX: y",
    "https://x.example 'self'",
    "https://x.example:99999999", "https://", "https://ex\u00e4mple.org", "data:", "https://x.example,https://y.example",
    "",
])  # fmt: skip
def test_an_origin_is_one_host_and_nothing_more(origin: str) -> None:
    with pytest.raises(Invalid):
        rules.origin(origin)


async def test_only_listed_pages_read_answers(here: World) -> None:
    await listed(here)
    me = f"Bearer {here.cara.token}"
    for origin in (OURS, here.url):
        status, headers = await head(here, "GET", "/v1/me", Origin=origin, Authorization=me)
        assert (status, headers["Access-Control-Allow-Origin"]) == (200, origin)
        assert "Access-Control-Allow-Credentials" not in headers
    # Listed by another workspace: known to the browser's preflight, and still not let in here.
    status, _ = await head(here, "GET", "/v1/me", Origin=THEIRS, Authorization=me)
    assert status == 403
    for origin in ("null", "https://shop.example.evil.example", "https://evil.example", "http://shop.example", "*"):
        for method in ("GET", "OPTIONS"):
            status, headers = await head(here, method, "/v1/me", Origin=origin, Authorization=me)
            assert "Access-Control-Allow-Origin" not in headers
            assert status == (204 if method == "OPTIONS" else 403)


async def test_a_preflight_is_kept_for_ten_minutes_at_most(here: World) -> None:
    await listed(here)
    status, headers = await head(here, "OPTIONS", "/v1/me", Origin=OURS)
    assert (status, headers["Access-Control-Allow-Origin"]) == (204, OURS)
    assert int(headers["Access-Control-Max-Age"]) <= 600 and "Origin" in headers["Vary"]


async def test_a_stranger_begins_from_listed_pages_only(here: World) -> None:
    await listed(here)
    for origin, want in ((OURS, 201), (here.url, 201), (THEIRS, 403), ("https://evil.example", 403), ("null", 403)):
        body = {"workspace_id": GREENLEAF}
        async with here.http.post(here.url + "/v1/visitors", json=body, headers={"Origin": origin}) as answer:
            assert answer.status == want, origin


async def test_the_session_cookie_is_out_of_every_scripts_and_other_sites_reach(tmp_path: Path) -> None:
    async with place(tmp_path, public_url="https://chat.example.org") as world:
        body = {"email": "ana@greenleaf.example", "password": PASSWORD, "cookie": True}
        names = {"Host": "chat.example.org"}
        async with world.http.post(f"http://{world.app.addresses[0]}/v1/session", json=body, headers=names) as answer:
            cookie = answer.headers["Set-Cookie"]
            assert (await answer.json())["refresh_token"] is None
        assert cookie.startswith("__Host-careline_session=clr_")
        assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


async def test_a_cookie_counts_only_with_our_own_header_from_our_own_pages(here: World) -> None:
    session = await signs_in(here, "ana@greenleaf.example")
    cookie = f"careline_session={session['refresh_token']}"

    async def refresh(**headers: str) -> int:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            async with http.post(here.url + "/v1/session/refresh", headers={"Cookie": cookie, **names}) as answer:
                return answer.status

    assert await refresh() == 403
    assert await refresh(X_Requested_With="XMLHttpRequest") == 403
    for origin in ("https://evil.example", "null", "http://localhost"):
        assert await refresh(X_Requested_With="careline", Origin=origin) == 403
    assert await refresh(X_Requested_With="careline", Origin=here.url) == 200
    assert await refresh(X_Requested_With="careline", Origin=here.url) == 401  # each works once


async def test_a_cookie_is_no_credential_anywhere_else(here: World) -> None:
    session = await signs_in(here, "ana@greenleaf.example")
    cookie = f"Cookie: careline_session={session['refresh_token']}; careline_access={session['access_token']}"
    for path in ("/v1/me", "/v1/conversations", "/v1/events", "/metrics?x=1"):
        answer = await asks(here.url, "GET", path, cookie, "X-Requested-With: careline", "Via: a")
        assert answer.status in (401, 404), path


async def test_nothing_changes_by_get(here: World) -> None:
    for route in here.app._handler.request_handler.router.routes:  # type: ignore[attr-defined]
        if route.method != "GET":
            answer = await asks(here.url, "GET", route.path.replace("{", "").replace("}", ""))
            assert answer.status in (401, 404, 405), route.path


@pytest.mark.parametrize("path", [
    "../settings.py", "..%2f..%2fsettings.py", "%2e%2e/app.py", "lib/../../app.py", "/etc/passwd", ".hidden",
    "lib//time.js", "inbox/index.html", "widget/index.html", "lib\\time.js", "lib", "", "lib/time.js%00.png",
])  # fmt: skip
async def test_only_files_of_the_web_folder_are_served(here: World, path: str) -> None:
    answer = await asks(here.url, "GET", f"/web/{path}")
    assert answer.status == 404 and b"import" not in answer.body


async def test_signing_out_takes_the_cookie_away(here: World) -> None:
    session = await signs_in(here, "ana@greenleaf.example")
    headers = bearing(session["access_token"])["headers"]
    async with here.http.delete(here.url + "/v1/session", headers=headers) as answer:
        assert answer.status == 204
        assert "careline_session=;" in answer.headers["Set-Cookie"] and "Max-Age=0" in answer.headers["Set-Cookie"]
