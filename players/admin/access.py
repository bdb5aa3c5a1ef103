"""Who may do what in the console, by the documented permissions instead of Django's."""

from django.db.models import Model
from django.http import HttpRequest

from padawanforge.kit.console import Untouched
from players.permissions import may, may_give_roles


class SeenByStaff(Untouched):
    """Staff who may see players look; nobody adds, changes or removes."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may(request.user, "players.view")


class ChangedByRoleGivers(SeenByStaff):
    """Who may give roles also changes."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_give_roles(request.user)


class ForRoleGivers(ChangedByRoleGivers):
    """Nobody else even looks."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_give_roles(request.user)
