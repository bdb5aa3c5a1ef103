"""/health/ for load balancers and monitors: JSON, 200 when all is well, 500 when something is not."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from health_check import HealthCheck
from health_check.exceptions import ServiceUnavailable, ServiceWarning
from health_check.views import HealthCheckView
from redis import Redis
from redis.exceptions import RedisError

from npcs.models import KnowledgeFile
from padawanforge.kit.access import public
from padawanforge.kit.work import WorkState
from rooms.models import Reply

OVERDUE = timedelta(minutes=5)


class BackgroundWork(HealthCheck):
    """Red when rows have waited for minutes: no worker runs, or all are stuck."""

    def run(self) -> None:
        before = timezone.now() - OVERDUE
        try:
            for model in (Reply, KnowledgeFile):
                if model.objects.filter(state=WorkState.WAITING, queued_at__lt=before).exists():
                    raise ServiceWarning(f"{model._meta.verbose_name_plural} have waited for over 5 minutes")
        finally:
            # Checks run in threads of their own, whose connection nobody else would give back.
            connection.close()


class Broker(HealthCheck):
    """Red when Redis is away: the site goes on, but its processes don't hear each other at once."""

    def run(self) -> None:
        if not settings.REDIS_URL:
            return
        try:
            with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as redis:
                redis.ping()
        except RedisError as error:
            raise ServiceUnavailable("Redis is away") from error


class Health(HealthCheckView):
    checks = (
        "health_check.checks.Database",
        "health_check.checks.Cache",
        Broker,
        "health_check.checks.Storage",
        BackgroundWork,
    )

    async def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        # Machines ask here: always the JSON form, whatever the Accept header says.
        request.GET = request.GET.copy()
        request.GET["format"] = "json"
        return await super().get(request, *args, **kwargs)


health = public(Health.as_view())
