"""The admin of a site: a page to sign in without any script, a session in a cookie, and the secret of its pages."""

import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec import structs

from careline.check import report
from careline.partners import Visitor
from careline.settings import Settings
from careline.wires.gate import Gate
from tests.made import picture
from tests.security.test_revocation import bearing, signs_in
from tests.wires.visitor.conftest import SITE, asks, begins, form
from tests.world import GREENLEAF, PASSWORD, World, stage

ANA = "ana@greenleaf.example"


class Browser:
    """A browser as far as it matters here: it keeps cookies, and follows nothing by itself."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cookies: dict[str, str] = {}

    async def asks(self, method: str, path: str, **more: Any) -> tuple[int, Any, Any]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Accept": "text/html", "Cookie": cookie, **more.pop("headers", {})}
        status, body, answer = await asks(self.world, method, path, headers, **more)
        for line in answer.getall("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return status, body, answer

    async def csrf(self) -> str:
        """The secret, as a page has it."""
        status, body, _ = await self.asks("GET", "/admin666/login")
        assert status == 200
        (found,) = re.findall(rb'name="_csrf" value="([^"]+)"', body)
        return str(found.decode())

    async def signs_in(self, password: str = PASSWORD, **more: str) -> tuple[int, Any, Any]:
        form = {"username": ANA, "password": password, "_csrf": await self.csrf(), **more}
        return await self.asks("POST", "/admin666/login", data=form)


@pytest.mark.proves("vi-7", "vi-47")
async def test_an_admin_signs_in_by_a_form_and_comes_to_the_inbox(shop: World) -> None:
    browser = Browser(shop)
    assert (await browser.asks("GET", "/admin666"))[2]["Location"] == "/admin666/login"
    status, _, headers = await browser.signs_in(rememberLogin="on")
    assert (status, headers["Location"]) == (302, "/inbox")
    cookie = next(line for line in headers.getall("Set-Cookie") if line.startswith("careline_session="))
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie and "Expires=" in cookie
    status, _, headers = await browser.asks("GET", "/admin666")
    assert (status, headers["Location"]) == (302, "/inbox")
    # The inbox goes on with the same session, as after signing in there.
    status, told, _ = await browser.asks(
        "POST", "/v1/session/refresh", json={}, headers={"X-Requested-With": "careline"}
    )
    assert (status, told["staff"]["name"], told["workspace"]["id"]) == (200, "Ana", GREENLEAF)
    status, told, _ = await browser.asks("GET", "/api/admin/chats")
    assert (status, told["total"]) == (200, 2)
    await shop.ana.asks("DELETE", "/v1/session", status=204, **bearing(await newest(browser)))
    assert (await browser.asks("GET", "/api/admin/chats"))[0] == 302


async def newest(browser: Browser) -> str:
    more = {"json": {}, "headers": {"X-Requested-With": "careline"}}
    return str((await browser.asks("POST", "/v1/session/refresh", **more))[1]["access_token"])


@pytest.mark.proves("vi-7", "vi-48")
async def test_the_page_needs_no_script_and_is_kept_to_itself(shop: World) -> None:
    browser = Browser(shop)
    status, body, headers = await browser.asks("GET", "/admin666/login")
    assert status == 200 and b"<script" not in body and b"onsubmit" not in body and b"style=" not in body
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
    assert headers["Cache-Control"] == "no-store" and headers["X-Frame-Options"] == "DENY"
    for wrong in ("wrong", "", "x" * 5_000, "\0"):
        status, body, headers = await browser.signs_in(wrong)
        assert status in (400, 401) and "Location" not in headers and "careline_session" not in browser.cookies
        assert status == 400 or b"E-mail address or password is wrong." in body
    status, body, _ = await browser.signs_in(username='"><script>alert(1)</script>')
    assert status == 401 and b"<script" not in body and b"&quot;&gt;&lt;script&gt;" in body
    eve = {"username": "eve@hillside.example", "password": PASSWORD, "_csrf": await browser.csrf()}
    assert (await browser.asks("POST", "/admin666/login", data=eve))[0] == 401
    status, _, _ = await browser.asks("POST", "/admin666/login", json={"username": ANA, "password": PASSWORD})
    assert status == 415


async def test_tries_are_counted_and_the_page_says_so(shop: World) -> None:
    server = shop.app.server
    server.credentials._gate = Gate(structs.replace(server.settings, limit_sign_in_account="2/15min"), server.clock)
    browser = Browser(shop)
    assert [(await browser.signs_in("wrong"))[0] for _ in range(3)] == [401, 401, 429]
    status, body, headers = await browser.signs_in()
    assert status == 429 and b"Too many attempts" in body and int(headers["Retry-After"]) > 0


@pytest.mark.proves("vi-8")
async def test_what_a_session_changes_needs_the_secret_of_its_pages(shop: World) -> None:
    vera, browser = await begins(shop), Browser(shop)
    without = {"username": ANA, "password": PASSWORD}
    for wrong in ({}, {"_csrf": ""}, {"_csrf": "x" * 43}, {"_csrf": "ä"}):
        await browser.csrf()
        status, body, _ = await browser.asks("POST", "/admin666/login", data={**without, **wrong})
        assert status == 401 and b"open for too long" in body
    await browser.signs_in()
    secret, chat = await browser.csrf(), f"/api/admin/chats/{vera.chat_id}"

    async def all_ways(**more: Any) -> list[int]:
        """A message as JSON, one as a form, one with a file, a status."""
        headers, fields = more.get("headers", {}), more.get("fields", {})
        ways: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("POST", chat + "/messages", {"json": {"message": "a", **fields}}),
            ("POST", chat + "/messages", {"data": {"message": "b", **fields}}),
            ("POST", chat + "/messages", {"data": form(("a.png", picture(), "image/png"), **fields)}),
            ("PATCH", chat, {"json": {"status": "closed", **fields}}),
        )
        return [(await browser.asks(method, path, headers=headers, **sent))[0] for method, path, sent in ways]

    assert await all_ways() == [403] * 4
    assert await all_ways(headers={"X-CSRF-Token": "x" * 43}, fields={"_csrf": secret}) == [403] * 4
    assert await all_ways(headers={"X-CSRF-Token": secret, "Origin": "https://evil.example"}) == [403] * 4
    assert await all_ways(headers={"X-CSRF-Token": secret, "Origin": "null"}) == [403] * 4
    assert await vera.reads() == []
    assert await all_ways(headers={"X-CSRF-Token": secret}) == [201, 201, 201, 200]
    assert await all_ways(fields={"_csrf": secret}) == [201, 201, 201, 200]
    assert await all_ways(headers={"X-CSRF-Token": secret, "Origin": shop.url}) == [201, 201, 201, 200]
    browser.cookies.pop("careline_csrf")
    assert await all_ways(headers={"X-CSRF-Token": secret}) == [403] * 4


@pytest.mark.proves("vi-8", "vi-10")
async def test_a_bearer_needs_no_secret_and_a_visitor_none_either(shop: World) -> None:
    vera = await begins(shop)
    path = f"/api/admin/chats/{vera.chat_id}/messages"
    cookie = {"Cookie": "careline_session=clr_nobody"}
    assert (await asks(shop, "POST", path, {**shop.ana.headers, **cookie}, json={"message": "x"}))[0] == 201
    said = await vera.says("hello", headers={"X-Chat-Token": vera.token, "X-CSRF-Token": "old"})
    assert said[-1]["message"] == "hello"
    for wrong in (shop.cara.token, vera.token, "clr_nobody"):
        assert (await asks(shop, "GET", "/api/admin/chats", bearing(wrong)["headers"]))[0] == 401


@pytest.mark.proves("vi-9")
async def test_without_a_session_a_browser_is_led_to_the_page_and_a_program_is_told_401(shop: World) -> None:
    vera = await begins(shop)
    page = {"Accept": "text/html,application/xhtml+xml"}
    for method, path, more in (
        ("GET", "/api/admin/chats", {}),
        ("GET", f"/api/admin/chats/{vera.chat_id}", {}),
        ("PATCH", f"/api/admin/chats/{vera.chat_id}", {"json": {"status": "closed"}}),
        ("POST", f"/api/admin/chats/{vera.chat_id}/messages", {"data": {"message": "x"}}),
    ):
        status, _, headers = await asks(shop, method, path, page, **more)
        assert (status, headers["Location"]) == (302, "/admin666/login"), path
        for program in ({}, {"Accept": "application/json"}, {"Accept": "*/*"}):
            status, told, _ = await asks(shop, method, path, program, **more)
            assert (status, list(told)) == (401, ["error"]), path
        status, told, _ = await asks(shop, method, path, {**page, "Authorization": "Bearer nobody"}, **more)
        assert (status, list(told)) == (401, ["error"]), path
        status, _, _ = await asks(shop, method, path, {**page, "Cookie": "careline_session=clr_nobody"}, **more)
        assert status == 302


async def test_the_session_of_another_workspace_is_none_here(shop: World) -> None:
    session = await signs_in(shop, "eve@hillside.example")
    cookie = {"Cookie": f"careline_session={session['refresh_token']}"}
    assert (await asks(shop, "GET", "/api/admin/chats", cookie))[0] == 401


@pytest.mark.proves("vi-47")
async def test_where_the_pages_begin_is_a_setting(tmp_path: Path) -> None:
    async with stage(tmp_path / "c.db", visitor=Visitor(workspace=GREENLEAF, pages="/office/desk")) as world:
        status, _, headers = await asks(world, "GET", "/api/admin/chats", {"Accept": "text/html"})
        assert (status, headers["Location"]) == (302, "/office/desk/login")
        status, body, _ = await asks(world, "GET", "/office/desk/login", {})
        assert status == 200 and b'action="/office/desk/login"' in body
        assert (await asks(world, "GET", "/admin666", {}))[0] == 404


def test_check_says_where_pages_cannot_begin() -> None:
    assert not any("visitor" in f.text for f in report(Settings(visitor=SITE)))
    for wrong in ("", "/", "admin", "/a/", "/a b", "/{x}", "//evil.example"):
        found = report(Settings(visitor=structs.replace(SITE, pages=wrong)))
        assert any(f.refuses and "visitor: pages" in f.text for f in found), wrong


async def test_over_https_the_cookies_are_the_hosts_own(tmp_path: Path) -> None:
    async with stage(tmp_path / "c.db", visitor=SITE, public_url="https://chat.example") as world:
        world.app.server.public_url = "https://chat.example"
        url = f"http://{world.app.addresses[0]}"
        async with aiohttp.ClientSession() as http, http.get(f"{url}/admin666/login") as answer:
            (cookie,) = answer.headers.getall("Set-Cookie")
        assert cookie.startswith("__Host-careline_csrf=") and cookie.endswith("HttpOnly; SameSite=Strict; Secure")
