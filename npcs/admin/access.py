"""The documented permissions in place of Django's own ones for each model."""

from django.db.models import Model
from django.http import HttpRequest

from npcs.permissions import may_create_npcs, may_delete_npcs, may_set_up_providers


class ByNpcPermissions:
    """Who may create characters sees, adds and changes; deleting is a right of its own."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_create_npcs(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_create_npcs(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_create_npcs(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_create_npcs(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_delete_npcs(request.user)


class ByConfigurationPermission:
    """Only who configures the installation."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_set_up_providers(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_set_up_providers(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_set_up_providers(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_set_up_providers(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_set_up_providers(request.user)
