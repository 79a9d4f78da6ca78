"""What a foreign wire answers over REST, told to programs: as OpenAPI 3.1, and that as a Postman collection."""

import re
import uuid
from typing import Any

import msgspec

from careline import __version__
from careline.wires.endpoints import Endpoint, Language, nobody

Schema = dict[str, Any]
REF = "#/components/schemas/"
_PARAMETER = re.compile(r"{(\w+)}")
_MEDIA = {"json": "application/json", "form": "application/x-www-form-urlencoded", "multipart": "multipart/form-data"}
_BODILESS = (204, 302)


def openapi(language: Language, public_url: str) -> dict[str, Any]:
    """The document of a wire for a server at this address."""
    dialect = language.dialect
    takes = [one for e in language.table for one in (e.takes, *e.also.values()) if one.__struct_fields__]
    gives = [e.gives for e in language.table if e.gives is not None]
    schemas, components = msgspec.json.schema_components([*takes, *gives, dialect.error], ref_template=REF + "{name}")
    known = dict(zip(map(repr, [*takes, *gives, dialect.error]), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in language.table:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(language, endpoint, known, components)
    return {
        "openapi": "3.1.1",
        "info": {"title": dialect.title, "version": __version__, "description": f"The {language.name} wire."},
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": dialect.security or {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(
    language: Language, endpoint: Endpoint, known: dict[str, Schema], components: dict[str, Schema]
) -> dict[str, Any]:
    told = " ".join((endpoint.handle.__doc__ or "").split())
    found: dict[str, Any] = {
        "operationId": operation_id(endpoint),
        "summary": told,
        "parameters": [_parameter(name, "path", {"type": "string"}) for name in _PARAMETER.findall(endpoint.path)],
        "responses": _responses(language, endpoint, known),
    }
    if endpoint.who is not nobody:
        found["security"] = [{name: []} for name in language.dialect.security or ["token"]]
    if not endpoint.takes.__struct_fields__:
        return found
    schema = known[repr(endpoint.takes)]
    if endpoint.place == "query":
        whole = components[schema["$ref"].removeprefix(REF)]
        required = whole.get("required", [])
        found["parameters"] += [
            _parameter(name, "query", sub, required=name in required) for name, sub in whole["properties"].items()
        ]
    elif endpoint.place in _MEDIA:
        bodies = {endpoint.place: endpoint.takes, **endpoint.also}
        found["requestBody"] = {
            "content": {_MEDIA[place]: {"schema": known[repr(one)]} for place, one in bodies.items()}
        }
    return found


def operation_id(endpoint: Endpoint) -> str:
    """Unique in the table, and the same as long as method and path are."""
    words: list[str] = re.findall(r"[^\W_]+", endpoint.path)
    return endpoint.method.lower() + "".join(word.title() for word in words)


def _parameter(name: str, place: str, schema: Schema, *, required: bool = True) -> Schema:
    options = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    if options:  # a parameter cannot be null, only left out
        schema = {k: v for k, v in {**options[0], **schema}.items() if k not in ("anyOf", "default")}
    return {"name": name, "in": place, "required": required, "schema": schema}


def _responses(language: Language, endpoint: Endpoint, known: dict[str, Schema]) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done."}
    if endpoint.media:
        done["content"] = {endpoint.media: {}}
    elif endpoint.status not in _BODILESS:
        given = {} if endpoint.gives is None else known[repr(endpoint.gives)]
        done["content"] = {"application/json": {"schema": _enveloped(language.dialect.envelope(_PLACE), given)}}
    refused = {
        "description": "Refused.",
        "content": {"application/json": {"schema": known[repr(language.dialect.error)]}},
    }
    return {str(endpoint.status): done, "default": refused}


_PLACE = object()


def _enveloped(envelope: Any, given: Schema) -> Schema:
    """The schema of an envelope that holds this; what else stands in it is always the same."""
    if envelope is _PLACE:
        return given
    if isinstance(envelope, dict):
        properties = {name: _enveloped(value, given) for name, value in envelope.items()}
        return {"type": "object", "properties": properties, "required": list(envelope)}
    return {"const": envelope}


# Postman -------------------------------------------------------------------------------------------------------------


def postman(document: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document as a Postman 2.1 collection; `{{url}}` and `{{token}}` are its variables."""
    title = document["info"]["title"]
    items = [
        _item(document, method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return {
        "info": {
            "_postman_id": str(uuid.uuid5(uuid.NAMESPACE_URL, title)),
            "name": title,
            "description": document["info"].get("description", ""),
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": [{"key": "url", "value": document["servers"][0]["url"]}, {"key": "token", "value": ""}],
        "item": items,
    }


def _item(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    segments = [re.sub(r"{(\w+)}", r":\1", segment) for segment in path.strip("/").split("/")]
    parameters = operation.get("parameters", [])
    query = [
        {"key": p["name"], "value": _text(example(document, p["schema"])), "disabled": not p.get("required", False)}
        for p in parameters
        if p["in"] == "query"
    ]
    raw = "{{url}}/" + "/".join(segments)
    if asked := [f"{q['key']}={q['value']}" for q in query if not q["disabled"]]:
        raw += "?" + "&".join(asked)
    url: dict[str, Any] = {"raw": raw, "host": ["{{url}}"], "path": segments}
    if query:
        url["query"] = query
    if in_path := [{"key": p["name"], "value": ""} for p in parameters if p["in"] == "path"]:
        url["variable"] = in_path
    schemes = [document["components"]["securitySchemes"][n] for one in operation.get("security", []) for n in one]
    named = [s["name"] for s in schemes if (s["type"], s.get("in")) == ("apiKey", "header")]
    request: dict[str, Any] = {
        "method": method.upper(),
        "header": [{"key": name, "value": "{{token}}", "disabled": len(schemes) > 1} for name in named],
        "url": url,
        "description": operation.get("summary", ""),
    }
    if not any(s["type"] == "http" for s in schemes):
        request["auth"] = {"type": "noauth"}
    if content := operation.get("requestBody", {}).get("content"):
        body = _body(document, content)
        request["header"] += body.pop("header", [])
        request |= body
    return {"name": f"{method.upper()} {path}", "request": request, "response": []}


def _body(document: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    media, told = next(iter(content.items()))
    value = told["example"] if "example" in told else example(document, told.get("schema", {}))
    if media == "application/json":
        shown = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
        header = [{"key": "Content-Type", "value": media}]
        return {"header": header, "body": {"mode": "raw", "raw": shown, "options": {"raw": {"language": "json"}}}}
    mode = "urlencoded" if media == _MEDIA["form"] else "formdata"
    fields = [
        {"key": key, "type": "file"} if key in ("file", "files", "photo") else {"key": key, "value": _text(one)}
        for key, one in (value if isinstance(value, dict) else {}).items()
    ]
    return {"body": {"mode": mode, mode: fields}}


def example(document: dict[str, Any], schema: Schema, depth: int = 0) -> Any:
    """A value of this schema, with the fields that must be there; those that may be too where there are none."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].removeprefix(REF)]
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return example(document, next((s for s in schema[key] if s != {"type": "null"}), {}), depth)
    if "properties" in schema and depth < 4:
        names = schema.get("required") or list(schema["properties"])
        return {name: example(document, schema["properties"][name], depth + 1) for name in names}
    if "default" in schema:
        return schema["default"]
    if schema.get("type") == "array":
        return [example(document, schema.get("items", {}), depth + 1)] if depth < 4 else []
    kinds = {"integer": schema.get("minimum", 1), "number": 1.0, "boolean": False, "object": {}, "string": "text"}
    return kinds.get(str(schema.get("type")), "text")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
