import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.plain.settings")
pages = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from bench.plain.consumers import ChatConsumer  # noqa: E402

_routes = URLRouter([path("ws/<str:name>/", ChatConsumer.as_asgi())])
application = ProtocolTypeRouter({"http": pages, "websocket": AuthMiddlewareStack(_routes)})
