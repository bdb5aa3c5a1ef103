"""The addresses; together with asgi.py the only module that knows every app."""

from django.contrib import admin
from django.urls import include, path

from npcs.views import bots
from padawanforge.site.api import api
from padawanforge.site.api_docs import api_unknown
from padawanforge.site.health import health
from padawanforge.site.role_matrix import role_matrix

console_pages = [
    path("roles/", admin.site.admin_view(role_matrix), name="role_matrix"),
    *admin.site.get_urls(),
]
urlpatterns = [
    path("", include("padawanforge.site.urls")),
    path("", include("players.urls")),
    path("", include("messaging.urls")),
    path("", include("rooms.urls")),
    path("characters/", include("npcs.urls")),
    path("learning/", include("learning.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", (console_pages, "admin", admin.site.name)),
    path("api/v1/", api_unknown),
    # Signed by programs that are no players, so they stand beside the interface of players.
    path("api/v1/bots/<uuid:uuid>/messages", bots.message_post, name="bot-messages"),
    path("api/v1/bots/<uuid:uuid>/messages/<uuid:message>", bots.message_detail, name="bot-message"),
    path("api/v1/", api.urls),
    path("api/v1/<path:rest>", api_unknown),
    path("health/", health, name="health"),
]
