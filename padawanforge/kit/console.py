"""What pages of the administration share: rows that nobody writes by hand, and the days that are drawn."""

from django.db.models import Model
from django.http import HttpRequest

PERIODS = (7, 30, 90)
DEFAULT_PERIOD = 30


class Unwritten:
    """Rows that the program writes: nobody adds or changes one."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Untouched(Unwritten):
    """Nor does anybody delete one."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def period_of(request: HttpRequest) -> int:
    """How many days the reader wants to see drawn."""
    wanted = request.GET.get("days", "")
    return next((period for period in PERIODS if str(period) == wanted), DEFAULT_PERIOD)
