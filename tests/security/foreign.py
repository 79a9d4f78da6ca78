"""The matrix of a foreign wire: its routes × its people × everybody's things, driven by one table.

Each wire says who its people are and what each of them gets of their own; what follows for things of elsewhere is the
same for all of them: not found, and nothing of it in the answer. See tests/security/test_matrix_careforall.py.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from msgspec import Struct

from careline.wires.endpoints import Language

MALFORMED = ("x", "%00", "..%2f", "x" * 900, "%27--", "%ff")


class Matrix(Struct):
    """`expected` has a line for each route: method, path, then for each of `people` what comes of asking for what is
    theirs to ask about: `ok`, a status, or `-` where it does not matter.

    `ids` are those of the address, by whose they are: `own`, `foreign` (another workspace's) and `unknown`. `prefix`
    stands before each of them. `headers` lets somebody in; `bodies` and `queries`, by `METHOD path`, are what an honest
    client sends, `missing` what an unknown thing is answered with, `canary` what stands in the other workspace alone.
    """

    language: Language
    url: str
    http: aiohttp.ClientSession
    people: tuple[str, ...]
    expected: str
    headers: Callable[[str], dict[str, str]]
    ids: Callable[[str], Awaitable[dict[str, str]]]
    bodies: Mapping[str, Callable[[dict[str, str]], Any]] = {}
    queries: Mapping[str, Callable[[dict[str, str]], dict[str, str]]] = {}
    prefix: dict[str, str] = {}
    missing: tuple[int, ...] = (404,)
    canary: str = "kanarie-hillside"

    def rows(self) -> dict[tuple[str, str], list[str]]:
        lines = map(str.split, self.expected.strip().splitlines())
        return {(method, path): outcomes for method, path, *outcomes in lines}

    def check_complete(self) -> None:
        """Every route of the wire stands in the table, once, with an outcome for everybody."""
        rows = self.rows()
        assert set(rows) == {(endpoint.method, endpoint.path) for endpoint in self.language.table}
        assert len(rows) == len(self.expected.strip().splitlines())
        assert {len(outcomes) for outcomes in rows.values()} == {len(self.people)}

    async def ask(self, person: str, method: str, path: str, ids: dict[str, str]) -> tuple[int, bytes]:
        """One request, as this person, about these things."""
        name = f"{method} {path}"
        for key, value in ids.items():
            path = path.replace(f"{{{key}}}", self.prefix.get(key, "") + value)
        more: dict[str, Any] = {}
        if name in self.bodies:
            body = self.bodies[name](ids)
            more = {"json": body} if isinstance(body, dict) else {"data": body}
        if name in self.queries:
            more["params"] = self.queries[name](ids)
        headers = self.headers(person)
        async with self.http.request(method, self.url + path, headers=headers, allow_redirects=False, **more) as answer:
            return answer.status, await answer.read()

    async def check(self) -> None:
        """Everybody gets their own and nothing else; what is elsewhere and what is not there look the same."""
        for (method, path), outcomes in self.rows().items():
            about = "{" in path or f"{method} {path}" in self.bodies or f"{method} {path}" in self.queries
            for person, want in zip(self.people, outcomes, strict=True):
                answers = {}
                for whose in ("own", "foreign", "unknown"):
                    status, answer = await self.ask(person, method, path, await self.ids(whose))
                    where = (method, path, person, whose, status, answer[:200])
                    assert status < 500 and self.canary.encode() not in answer, where
                    if want == "-":
                        continue
                    if want != "ok":
                        assert str(status) == want, where
                    elif whose == "own" or not about:
                        assert 200 <= status < 400, where
                    elif "{" in path:
                        assert status in self.missing, where
                    answers[whose] = status
                assert answers.get("foreign") == answers.get("unknown"), (method, path, person, answers)

    async def check_malformed(self, person: str) -> None:
        """What is no id is answered like any wrong request, whatever the route."""
        own = await self.ids("own")
        for method, path in self.rows():
            for key in own:
                if f"{{{key}}}" not in path:
                    continue
                for wrong in (*MALFORMED, *([self.prefix[key]] if key in self.prefix else [])):
                    status, _ = await self.ask(person, method, path, {**own, key: wrong})
                    assert 400 <= status < 500, (method, path, key, wrong, status)
