from django import forms
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from players.actions.roles import change_permissions
from players.admin.access import ForRoleGivers
from players.choices import PERMISSIONS
from players.models import Role


class PermissionsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, permission: Permission) -> str:
        return f"{permission.codename}: {permission.name}"


class RoleForm(forms.ModelForm):
    permissions = PermissionsField(
        queryset=Permission.objects.filter(
            content_type__app_label="players", content_type__model="role", codename__in=PERMISSIONS
        ).order_by("codename"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="The documented permissions; whoever holds the role notices a change at once.",
    )

    class Meta:
        model = Role
        fields = ("display_name", "description")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.initial["permissions"] = self.instance.group.permissions.all()


@admin.register(Role)
class RoleAdmin(ForRoleGivers, admin.ModelAdmin):
    form = RoleForm
    list_display = ("display_name", "name", "level", "holders", "opens")
    ordering = ("level",)
    fields = ("name", "level", "display_name", "description", "permissions")
    readonly_fields = ("name", "level")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        roles = super().get_queryset(request).select_related("group")
        return roles.prefetch_related("group__permissions").annotate(holders=Count("players"))

    def save_model(self, request: HttpRequest, obj: Role, form: RoleForm, change: bool) -> None:
        obj.save(update_fields=["display_name", "description"])
        if "permissions" in form.changed_data:
            change_permissions(role=obj, permissions=form.cleaned_data["permissions"])

    @admin.display(ordering="holders")
    def holders(self, role: Role) -> int:
        return role.holders

    @admin.display(description="permissions")
    def opens(self, role: Role) -> str:
        return ", ".join(sorted(permission.codename for permission in role.group.permissions.all()))
