from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.urls import path

from bench.plain.models import Message


@login_required
def history(request: HttpRequest, name: str) -> JsonResponse:
    rows = Message.objects.filter(room__name=name, room__members=request.user).select_related("author")
    messages = [
        {"id": row.pk, "author": row.author.username, "text": row.text, "sent_at": row.sent_at.isoformat()}
        for row in rows.order_by("-id")[:50]
    ]
    return JsonResponse({"messages": messages})


urlpatterns = [path("history/<str:name>/", history)]
