"""How a request of the JSON interface says whose it is: a token, or the session of a browser."""

from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.errors import AuthenticationError, AuthorizationError
from ninja.security import HttpBearer
from ninja.security.session import SessionAuth

from players.actions.tokens import note_use
from players.models import ApiToken, Player
from players.queries.tokens import usable_token


class ScopeMissing(AuthorizationError):
    code = "scope_missing"


class TokenAuth(HttpBearer):
    """A personal token in the header `Authorization: Bearer pf_…`."""

    openapi_description = "A personal token from Settings, API tokens."

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        now = timezone.now()
        found = usable_token(token.strip(), now)
        if found is None:
            # Not None, which would let the session answer: whoever sends a token means the token.
            raise AuthenticationError(
                message="This token is unknown, expired or revoked. Make a new one in the settings."
            )
        _refuse_beyond_scope(request, found)
        note_use(token=found, now=now)
        request.user = found.player
        _refuse_without_right(request)
        return found


class BrowserAuth(SessionAuth):
    """The session of a signed-in browser; changes need the CSRF token besides."""

    openapi_description = "The session of a signed-in browser. Changes need the header X-CSRFToken besides."

    def __call__(self, request: HttpRequest) -> Player | None:
        # A stranger hears "sign in", not of a CSRF token that he can't have.
        found = super().__call__(request) if request.user.is_authenticated else None
        if found is not None:
            _refuse_without_right(request)
        return found


def know_operation(run: Any) -> Any:
    """Let the sign-in know which operation it is for: the request alone doesn't tell."""
    operation = run.__self__

    @wraps(run)
    def known(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        request.api_scope = getattr(operation.view_func, "scope", "")
        request.api_predicate = getattr(operation.view_func, "predicate", None)
        return run(request, *args, **kwargs)

    return known


def _refuse_without_right(request: HttpRequest) -> None:
    """Before the body is read: who may not do a thing needn't hear how it is asked for."""
    if request.api_predicate is not None and not request.api_predicate(request.user):
        raise PermissionDenied


def _refuse_beyond_scope(request: HttpRequest, token: ApiToken) -> None:
    scope = request.api_scope
    if not scope:
        raise ScopeMissing(message="Programs can't do this. Sign in with a browser instead.")
    need_scope(token, scope)


def need_scope(token: ApiToken, scope: str) -> None:
    if scope not in token.scopes:
        raise ScopeMissing(message=f"This token lacks the scope {scope}. Make one that has it.")
