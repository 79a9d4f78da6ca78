"""The foreign wires' documents: valid by their own standards, complete, served to operators, printed by the command."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from careline import wiring
from careline.cli import main
from careline.partners import Careforall
from careline.wires.documents import example, openapi, operation_id, postman
from careline.wires.endpoints import Dialect, Empty, Endpoint, Error, Language, nobody
from careline.wires.native.documents import described
from tests.wires.careforall.conftest import platform_issuer
from tests.wires.test_native_documents import official
from tests.world import GREENLEAF, stage

URL = "https://chat.example"
DOCUMENTS = {name: openapi(language, URL) for name, language in wiring.LANGUAGES.items()}
every_wire = pytest.mark.parametrize("name", DOCUMENTS)


@every_wire
def test_openapi_is_what_its_standard_asks_for(name: str) -> None:
    schema = official("@apidevtools", "openapi-schemas", "schemas", "v3.1", "schema.json")
    Draft202012Validator(schema).validate(DOCUMENTS[name])


@every_wire
def test_every_reference_leads_somewhere(name: str) -> None:
    for pointer in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(DOCUMENTS[name])):
        place = DOCUMENTS[name]
        for step in pointer.split("/"):
            place = place[step]


@every_wire
@pytest.mark.proves("cf-50")
def test_every_endpoint_is_described_once_and_says_what_it_does(name: str) -> None:
    table = wiring.LANGUAGES[name].table
    operations = [o for methods in DOCUMENTS[name]["paths"].values() for o in methods.values()]
    assert sorted(o["operationId"] for o in operations) == sorted(operation_id(e) for e in table)
    assert len({o["operationId"] for o in operations}) == len(table)
    assert [o["operationId"] for o in operations if not o["summary"]] == []


@pytest.mark.parametrize(
    "path", ["/api/chat/{conversation_id}/messages", "/api/admin/chats/{conversation_id}/messages"]
)
@pytest.mark.proves("vi-32", "vi-39", "vi-41")
def test_a_message_that_may_come_in_several_ways_is_described_in_each(path: str) -> None:
    document = DOCUMENTS["visitor"]
    content = document["paths"][path]["post"]["requestBody"]["content"]
    named = {
        media: document["components"]["schemas"][told["schema"]["$ref"].rpartition("/")[2]]["properties"].keys()
        for media, told in content.items()
    }
    assert named == {
        "multipart/form-data": {"message", "files"},
        "application/json": {"message"},
        "application/x-www-form-urlencoded": {"message"},
    }


@pytest.mark.parametrize("name", ["native", *DOCUMENTS])
def test_a_collection_has_every_request_with_a_body_that_fits(name: str) -> None:
    document = described(URL) if name == "native" else DOCUMENTS[name]
    collection = postman(document)
    requests = {item["name"]: item["request"] for item in collection["item"]}
    there = {f"{m.upper()} {path}": o for path, methods in document["paths"].items() for m, o in methods.items()}
    assert requests.keys() == there.keys()
    for key, request in requests.items():
        assert re.fullmatch(r"\{\{url\}\}/[^{}]*", request["url"]["raw"]), key
        content = there[key].get("requestBody", {}).get("content", {})
        if next(iter(content), "") == "application/json":
            whole = {**content["application/json"]["schema"], "components": document["components"]}
            Draft202012Validator(whole).validate(json.loads(request["body"]["raw"]))
    assert "v2.1.0" in collection["info"]["schema"]


def test_what_is_public_a_form_or_a_file_is_told_so() -> None:
    class Form(msgspec.Struct):
        username: str
        password: str

    async def handle(ask: Any, request: Any) -> Any:
        """Come in."""

    async def who(call: Any) -> Any:
        return None

    table = [
        Endpoint("POST", "/enter", Form, list[int], handle, comes="form", who=nobody),
        Endpoint("GET", "/files/{file_id}", Empty, None, handle, media="*/*"),
        Endpoint("DELETE", "/files/{file_id}", Empty, None, handle, 204),
    ]
    scheme = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    refusals: Any = type("Refusals", (), {"name": "door"})()
    language = Language(
        Dialect("Door", refusals, Error, who, security=scheme), table, lambda settings: True, lambda settings: []
    )
    document = openapi(language, URL)
    enter = document["paths"]["/enter"]["post"]
    assert "security" not in enter and "application/x-www-form-urlencoded" in enter["requestBody"]["content"]
    file = document["paths"]["/files/{file_id}"]
    assert file["get"]["responses"]["200"]["content"] == {"*/*": {}} and file["get"]["security"] == [{"key": []}]
    assert "content" not in file["delete"]["responses"]["204"]
    come_in, get, _ = (item["request"] for item in postman(document)["item"])
    assert {field["key"] for field in come_in["body"]["urlencoded"]} == {"username", "password"}
    assert get["header"] == [{"key": "X-Key", "value": "{{token}}", "disabled": False}]
    assert example(document, {"type": "array", "items": {"type": "integer"}}) == [1]


async def test_documents_of_what_is_spoken_are_for_operators(tmp_path: Path) -> None:
    wanted = {"careforall": Careforall(workspace=GREENLEAF), "issuers": [platform_issuer()]}
    async with stage(tmp_path / "c.db", **wanted) as world:
        for path in ("/docs/careforall/openapi.json", "/docs/careforall/postman.json", "/v1/postman.json"):
            for headers, status in (({}, 200), ({"X-Forwarded-For": "203.0.113.9"}, 404)):
                async with world.http.get(world.url + path, headers=headers) as answer:
                    assert (path, answer.status) == (path, status)
        async with world.http.get(world.url + "/docs") as answer:
            assert "/docs/careforall/openapi.json" in await answer.text()
        async with world.http.get(world.url + "/docs/clinic/openapi.json") as answer:
            assert answer.status == 404


@pytest.mark.parametrize("name", ["native", *DOCUMENTS])
def test_the_command_prints_them_without_a_server(name: str, tmp_path: Path) -> None:
    where = ["--database", str(tmp_path / "none.db"), "--wire", name]
    printed = CliRunner().invoke(main, ["api", "export", *where])
    assert json.loads(printed.output)["openapi"].startswith("3.1")
    printed = CliRunner().invoke(main, ["api", "export", *where, "--format", "postman"])
    assert json.loads(printed.output)["item"]
    assert not (tmp_path / "none.db").exists()
