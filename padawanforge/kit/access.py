"""Every view says who may use it; a test walks all URLs and fails on one that does not.

`public` for everybody, `signed` for programs with a secret, `signed_in` for any player, `requires(predicate)` for those whom the predicate of a
`permissions` module admits. Somebody who is not signed in is sent to the sign-in page; who is signed in but
may not gets 403. Views that must not betray that an object exists fetch it through a query and answer 404.
"""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]
Predicate = TypeVar("Predicate", bound=Callable[..., bool])


def public(view: View) -> View:
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed(view: View) -> View:
    """For programs without a player, which share a secret with us: the view refuses whatever isn't signed with it."""
    view.access = "signed"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    return _guarded(view, predicate=lambda player: True, label="signed in")


def requires(predicate: Callable[..., bool]) -> Callable[[View], View]:
    """Only players for whom predicate(player) is true."""
    return lambda view: _guarded(view, predicate=predicate, label=predicate.__name__)


def asks(*permissions: str) -> Callable[[Predicate], Predicate]:
    """Say which permissions a predicate asks for (any of them opens): what roles open is computed from it."""

    def declare(predicate: Predicate) -> Predicate:
        predicate.asks = permissions  # type: ignore[attr-defined]
        return predicate

    return declare


def scope(name: str) -> Callable[[View], View]:
    """A program with a token of this scope may use the operation too; without a scope, no program may."""

    def declare(view: View) -> View:
        view.scope = name  # type: ignore[attr-defined]
        return view

    return declare


def _guarded(view: View, *, predicate: Callable[..., bool], label: str) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not predicate(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded.access = label  # type: ignore[attr-defined]
    guarded.predicate = predicate  # type: ignore[attr-defined]
    guarded.asks = getattr(predicate, "asks", ())  # type: ignore[attr-defined]
    return guarded
