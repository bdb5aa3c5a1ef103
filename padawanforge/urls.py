"""The addresses; together with asgi.py the only module that knows every app."""

from django.contrib import admin
from django.urls import include, path

from padawanforge.site.api import api
from padawanforge.site.health import health

urlpatterns = [
    path("", include("padawanforge.site.urls")),
    path("", include("players.urls")),
    path("", include("rooms.urls")),
    path("characters/", include("npcs.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("health/", health, name="health"),
]
