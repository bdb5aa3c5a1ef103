from django.urls import path

from messaging.consumers import socket

websocket_urlpatterns = [path("ws/v1/", socket)]  # type: ignore[arg-type] - an ASGI application, not a view
