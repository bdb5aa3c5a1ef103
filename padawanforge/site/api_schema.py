"""The OpenAPI document: what ninja knows, and what it can't: scopes, refusals, limits."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.operation import Operation

REFUSAL = {
    "title": "Refusal",
    "type": "object",
    "required": ["detail", "code"],
    "properties": {
        "detail": {"type": "string", "description": "A sentence for a person."},
        "code": {"type": "string", "description": "A word for a program; it stays when the sentence changes."},
        "fields": {
            "type": "object",
            "description": "For 422: field -> what is wrong with it; the empty name means the whole.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "examples": [
        {"detail": "Some values are wrong; `fields` says which and why.", "code": "invalid",
         "fields": {"bio": ["Ensure this value has at most 1000 characters."]}},
    ],
}  # fmt: skip
SAID = {
    400: "The body is not JSON.",
    401: "Nobody is signed in, or the token is unknown, expired or revoked.",
    403: "The player may not do this, or the token lacks the scope.",
    404: "Nothing here that the player may see.",
    409: "The game refuses, for the reason that is given.",
    422: "Values are wrong; `fields` says which.",
    429: "More than 200 calls in a minute.",
}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
CHANGING = frozenset({"post", "put", "patch", "delete"})


class Api(NinjaAPI):
    """Ninja's interface whose document is complete and whose answers nobody on the way keeps."""

    _document: dict[str, Any] | None = None

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        response = super().create_temporal_response(request)
        response["Cache-Control"] = "private, no-store"
        return response

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        # Made once: the operations don't change while the process runs.
        if self._document is None:
            self._document = completed(super().get_openapi_schema(**kwargs), operations_of(self))
        return self._document

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


def operations_of(api: NinjaAPI) -> list[Operation]:
    return [
        operation
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
    ]


def completed(document: Any, operations: list[Operation]) -> Any:
    """The document with scopes and every refusal of every operation."""
    scopes = {
        operation.view_func.__name__: getattr(operation.view_func, "scope", "") for operation in operations
    }
    document["components"]["schemas"]["Refusal"] = REFUSAL
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            scope = scopes[operation["operationId"]]
            operation["security"] = [*([{"TokenAuth": [scope]}] if scope else []), {"BrowserAuth": []}]
            operation["x-scope"] = scope
            _add_refusals(operation, method, has_path_parameters="{" in path)
    return document


def _add_refusals(operation: dict[str, Any], method: str, *, has_path_parameters: bool) -> None:
    expected = {401, 403, 429}
    if has_path_parameters:
        expected.add(404)
    if operation.get("requestBody"):
        expected.add(400)
    if operation.get("requestBody") or operation.get("parameters"):
        expected.add(422)
    if method in CHANGING:
        expected.add(409)
    expected |= {status for status in operation["responses"] if status >= 400}
    for status in sorted(expected):
        operation["responses"][status] = _refusal(status)


def _refusal(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Refusal"}
    answer: dict[str, Any] = {
        "description": SAID[status], "content": {"application/json": {"schema": schema}}
    }  # fmt: skip
    return answer | ({"headers": RETRY_AFTER} if status == 429 else {})
