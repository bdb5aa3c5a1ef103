"""/health/ for load balancers and monitors: JSON, 200 when all is well, 500 when something is not."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from health_check import HealthCheck
from health_check.exceptions import ServiceWarning
from health_check.views import HealthCheckView

from npcs.models import KnowledgeFile
from padawanforge.kit.access import public
from padawanforge.kit.work import WorkState
from rooms.models import Reply

OVERDUE = timedelta(minutes=5)


class BackgroundWork(HealthCheck):
    """Red when rows have waited for minutes: no worker runs, or all are stuck."""

    def run(self) -> None:
        before = timezone.now() - OVERDUE
        for model in (Reply, KnowledgeFile):
            if model.objects.filter(state=WorkState.WAITING, queued_at__lt=before).exists():
                raise ServiceWarning(f"{model._meta.verbose_name_plural} have waited for over 5 minutes")


class Health(HealthCheckView):
    checks = (
        "health_check.checks.Database",
        "health_check.checks.Cache",
        "health_check.checks.Storage",
        BackgroundWork,
    )

    async def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        # Machines ask here: always the JSON form, whatever the Accept header says.
        request.GET = request.GET.copy()
        request.GET["format"] = "json"
        return await super().get(request, *args, **kwargs)


health = public(Health.as_view())
