"""The JSON interface under /api/v1/: one router for each app, one translation of refusals."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.security import django_auth

from npcs.api import router as npcs_router
from padawanforge.kit.errors import DomainError
from players.api import router as players_router
from rooms.api import router as rooms_router
from rooms.session_api import router as sessions_router

# Session sign-in brings the CSRF check with it. No interactive page: it would need scripts from elsewhere.
api = NinjaAPI(title="PadawanForge", version="1", auth=django_auth, docs_url=None)
api.add_router("", players_router)
api.add_router("", npcs_router)
api.add_router("", rooms_router)
api.add_router("", sessions_router)


@api.exception_handler(DomainError)
def refuse(request: HttpRequest, error: DomainError) -> HttpResponse:
    return api.create_response(request, {"detail": str(error), "code": error.code}, status=409)


@api.exception_handler(PermissionDenied)
def forbid(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return api.create_response(request, {"detail": "You may not do this."}, status=403)
