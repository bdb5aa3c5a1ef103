"""Settings, Connected accounts: the accounts at providers by which a player signs in."""

from allauth.socialaccount.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from padawanforge.kit import access
from players.actions.connections import LastWayIn, disconnect, make_primary
from players.models import ConnectedAccount
from players.permissions import has_account
from players.queries.connections import connections_of, ways_in
from players.views.reauthentication import reauthenticated


@access.requires(has_account)
@require_safe
def connection_list(request: HttpRequest) -> HttpResponse:
    return _page(request)


@access.requires(has_account)
@require_POST
@reauthenticated
def connection_remove(request: HttpRequest, pk: int) -> HttpResponse:
    connection = _mine(request, pk)
    provider = _names(request).get(connection.account.provider, connection.account.provider.title())
    try:
        disconnect(connection=connection)
    except LastWayIn as refusal:
        return _page(request, refusal=str(refusal))
    get_adapter().send_notification_mail(
        "socialaccount/email/account_disconnected",
        request.user,
        context={"account": connection.account, "provider": provider},
    )
    messages.success(request, f"Your account at {provider} no longer signs you in here.")
    return redirect("players:connections")


@access.requires(has_account)
@require_POST
def connection_make_primary(request: HttpRequest, pk: int) -> HttpResponse:
    make_primary(connection=_mine(request, pk))
    return redirect("players:connections")


def _mine(request: HttpRequest, pk: int) -> ConnectedAccount:
    # Not `pk`, which is a relation here: a number that no column holds would reach the database as it is.
    return get_object_or_404(connections_of(request.user), account__id=pk)


def _page(request: HttpRequest, *, refusal: str = "") -> HttpResponse:
    names, connections = _names(request), list(connections_of(request.user))
    for connection in connections:
        provider = connection.account.provider
        connection.provider_name = names.get(provider, provider.title())
    context = {
        "connections": connections,
        "ways": len(ways_in(request.user)),
        "providers": names,
        "refusal": refusal,
    }
    return render(request, "players/connections.html", context, status=422 if refusal else 200)


def _names(request: HttpRequest) -> dict[str, str]:
    """The providers that are set up now; an account may be at one that no longer is."""
    return {provider.sub_id: provider.name for provider in get_adapter().list_providers(request)}
