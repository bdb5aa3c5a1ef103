from django.urls import path

from messaging.consumers import socket

# ASGI applications instead of views, which the stubs do not know.
websocket_urlpatterns = [path("ws/v1/", socket)]  # type: ignore[arg-type]
