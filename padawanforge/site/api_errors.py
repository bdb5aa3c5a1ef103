"""Every refusal of the JSON interface has one shape: detail (for a person), code, and fields where they matter."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, SuspiciousOperation, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled
from ninja.errors import ValidationError as InvalidRequest

from padawanforge.kit.errors import DomainError

CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    422: "invalid",
    429: "rate_limited",
}
INVALID = "Some values are wrong; `fields` says which and why."
TOO_OFTEN = "Too many calls in this minute. Wait as long as Retry-After says."
SIGN_IN = "Sign in, or send a token in the header Authorization: Bearer …"

# Status, sentence, what else stands in the answer.
Told = tuple[int, str, dict[str, Any]]


def install(api: NinjaAPI) -> None:
    """Let the interface answer every refusal in the one shape."""

    def handle(request: HttpRequest, error: Exception) -> HttpResponse:
        status, detail, more = _told(error)
        data = {"detail": detail, "code": CODES.get(status, "conflict"), **more}
        response = api.create_response(request, data, status=status)
        response["Cache-Control"] = "private, no-store"
        if status == 401:
            response["WWW-Authenticate"] = 'Bearer realm="PadawanForge"'
        return response

    for kind in TELLERS:
        api.add_exception_handler(kind, handle)


def _told(error: Exception) -> Told:
    kind = next(kind for kind in type(error).__mro__ if kind in TELLERS)
    return TELLERS[kind](error)


def _http(error: HttpError) -> Told:
    detail = SIGN_IN if str(error) == "Unauthorized" else str(error)
    return error.status_code, detail, {"code": error.code} if hasattr(error, "code") else {}


TELLERS: dict[type[Exception], Callable[[Any], Told]] = {
    # With what a socket would be told: where an upload goes on, when a ban ends.
    DomainError: lambda error: (409, str(error), {"code": error.code, **getattr(error, "told", {})}),
    PermissionDenied: lambda error: (403, str(error) or "You may not do this.", {}),
    Http404: lambda error: (404, "There is nothing here that you may see.", {}),
    InvalidRequest: lambda error: (422, INVALID, {"fields": _by_place(error.errors)}),
    ValidationError: lambda error: (422, INVALID, {"fields": _by_field(error)}),
    SuspiciousOperation: lambda error: (400, "The request is too big, or not one.", {}),
    Throttled: lambda error: (429, TOO_OFTEN, {}),
    HttpError: _http,
}


def _by_place(errors: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What pydantic found, by the field's path without the place and the name of our parameter."""
    fields: dict[str, list[str]] = {}
    for error in errors:
        place, *path = error["loc"]
        if place == "body" and len(path) > 1:
            path = path[1:]
        fields.setdefault(".".join(map(str, path)) or place, []).append(error["msg"])
    return fields


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    if not hasattr(error, "error_dict"):
        return {"": error.messages}
    return {
        "" if field == NON_FIELD_ERRORS else field: messages for field, messages in error.message_dict.items()
    }
