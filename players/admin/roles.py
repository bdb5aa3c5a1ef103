from django import forms
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from padawanforge.kit.errors import DomainError
from players.actions.roles import change_permissions, require_reach, require_usable, switch_role
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
    reason = forms.CharField(
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Why the permissions change; written into the audit log. Name no people in it.",
    )

    class Meta:
        model = Role
        fields = ("display_name", "description", "is_active")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.initial["permissions"] = self.instance.group.permissions.all()

    def clean(self) -> None:
        data = self.cleaned_data
        try:
            require_usable(
                self.instance.name,
                permissions=[permission.codename for permission in data.get("permissions", ())],
                is_active=data.get("is_active", False),
            )
        except DomainError as refusal:
            raise ValidationError(str(refusal)) from refusal


@admin.register(Role)
class RoleAdmin(ForRoleGivers, admin.ModelAdmin):
    form = RoleForm
    list_display = ("display_name", "name", "level", "is_active", "primary_holders", "holders", "opens")
    ordering = ("level",)
    fields = ("name", "level", "display_name", "description", "is_active", "permissions", "reason")
    readonly_fields = ("name", "level")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        roles = super().get_queryset(request).select_related("group")
        counted = roles.annotate(
            primary=Count("players", distinct=True), all_holders=Count("group__user", distinct=True)
        )
        return counted.prefetch_related("group__permissions")

    def has_change_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        try:
            require_reach(obj, request.user)
        except DomainError:
            return False
        return True

    def save_model(self, request: HttpRequest, obj: Role, form: RoleForm, change: bool) -> None:
        obj.save(update_fields=["display_name", "description"])
        why = {"by": request.user, "reason": form.cleaned_data["reason"]}
        if "permissions" in form.changed_data:
            change_permissions(role=obj, permissions=form.cleaned_data["permissions"], **why)
        if "is_active" in form.changed_data:
            switch_role(role=obj, is_active=obj.is_active, **why)

    @admin.display(ordering="primary", description="as the primary role")
    def primary_holders(self, role: Role) -> int:
        return role.primary

    @admin.display(ordering="all_holders")
    def holders(self, role: Role) -> int:
        return role.all_holders

    @admin.display(description="permissions")
    def opens(self, role: Role) -> str:
        return ", ".join(sorted(permission.codename for permission in role.group.permissions.all()))
