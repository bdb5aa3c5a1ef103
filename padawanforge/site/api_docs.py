"""The JSON interface for readers: the same document as openapi.json, as a page of ours."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from padawanforge.kit import access
from padawanforge.site.api import api
from players.rules.scopes import SCOPES


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter, or a field of a body."""

    name: str
    place: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Call:
    key: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    values: list[Value]
    answers: list[tuple[str, str]]


@access.signed_in
@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    document = api.get_openapi_schema()
    return render(request, "site/api_docs.html", {"groups": groups_of(document), "scopes": SCOPES})


def groups_of(document: dict[str, Any]) -> dict[str, list[Call]]:
    """The operations by their first tag, in the order of the document."""
    groups: dict[str, list[Call]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            group = operation.get("tags", ["other"])[0]
            groups.setdefault(group, []).append(_call(path, method, operation, document))
    return groups


def _call(path: str, method: str, operation: dict[str, Any], document: dict[str, Any]) -> Call:
    return Call(
        key=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=_plain(operation.get("description", "")),
        scope=operation["x-scope"],
        values=[*_parameters(operation, document), *_body(operation, document)],
        answers=[
            (str(status), _plain(answer["description"])) for status, answer in operation["responses"].items()
        ],
    )


def _plain(text: str) -> str:
    """Descriptions mark code as Markdown does; here they are read as sentences."""
    return text.replace("`", "")


def _parameters(operation: dict[str, Any], document: dict[str, Any]) -> list[Value]:
    return [
        _value(item["name"], item["in"], item["schema"], document, is_required=item["required"])
        for item in operation.get("parameters", [])
    ]


def _body(operation: dict[str, Any], document: dict[str, Any]) -> list[Value]:
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return []
    schema = _resolved(next(iter(content.values()))["schema"], document)
    required = schema.get("required", [])
    return [
        _value(name, "body", field, document, is_required=name in required)
        for name, field in schema.get("properties", {}).items()
    ]


def _value(
    name: str, place: str, schema: dict[str, Any], document: dict[str, Any], *, is_required: bool
) -> Value:
    kind = _kind(schema, document)
    return Value(name, place, kind, is_required, _plain(schema.get("description", "")))


def _kind(schema: dict[str, Any], document: dict[str, Any]) -> str:
    """The type in words: "string or null", "list of integer", "public, friends or private"."""
    schema = _resolved(schema, document)
    if choices := schema.get("enum"):
        return "one of " + ", ".join(str(choice) or "(empty)" for choice in choices)
    if several := schema.get("anyOf"):
        return " or ".join(_kind(one, document) for one in several)
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}), document)}"
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if len(schema.get("allOf", [])) == 1:
        return _resolved(schema["allOf"][0], document)
    if "$ref" not in schema:
        return schema
    return document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]


@access.public
def api_unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Programs read JSON also where there is nothing; people who look for the interface find its page."""
    if not rest and request.method == "GET":
        return redirect("site:api-docs")
    detail = f"There is no such call. All of them: {reverse('site:api-docs')}"
    return JsonResponse({"detail": detail, "code": "not_found"}, status=404)
