"""Bans: given and lifted by those who give roles. A ban is never changed, so that it can be answered for."""

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from padawanforge.kit.errors import DomainError
from players.actions.bans import ban, lift_ban, refuse_ban
from players.admin.access import ForRoleGivers
from players.models import Player, SiteBan
from players.models.accounts import SiteBanQuerySet
from players.permissions import may_give_roles


class BanForm(forms.ModelForm):
    by: Player

    class Meta:
        model = SiteBan
        fields = ("player", "reason", "note", "ends_at")

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if player := cleaned.get("player"):
            try:
                with transaction.atomic():
                    refuse_ban(player, by=self.by, ends_at=cleaned.get("ends_at"), now=timezone.now())
            except DomainError as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return cleaned


@admin.register(SiteBan)
class SiteBanAdmin(ForRoleGivers, admin.ModelAdmin):
    form = BanForm
    list_display = ("player", "reason", "starts_at", "ends_at", "is_in_force", "issued_by", "revoked_by")
    list_filter = ("starts_at", "ends_at")
    list_select_related = ("player", "issued_by", "revoked_by")
    search_fields = ("=player__username",)
    raw_id_fields = ("player",)
    ordering = ("-starts_at", "-pk")
    show_full_result_count = False
    actions = ("lift",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_give_roles(request.user)

    def has_change_permission(self, request: HttpRequest, obj: SiteBan | None = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, *args: object, **kwargs: object) -> type[forms.ModelForm]:
        form = super().get_form(request, *args, **kwargs)
        form.by = request.user
        return form

    def save_model(self, request: HttpRequest, obj: SiteBan, form: BanForm, change: bool) -> None:
        made = ban(by=request.user, **form.cleaned_data)
        obj.pk, obj.starts_at = made.pk, made.starts_at

    @admin.display(boolean=True)
    def is_in_force(self, entry: SiteBan) -> bool:
        now = timezone.now()
        has_ended = entry.ends_at is not None and entry.ends_at <= now
        return entry.starts_at <= now and entry.revoked_at is None and not has_ended

    @admin.action(description="Lift the chosen bans", permissions=["add"])
    def lift(self, request: HttpRequest, chosen: SiteBanQuerySet) -> None:
        lifted = [lift_ban(ban=entry, by=request.user) for entry in chosen.select_related("player")]
        self.message_user(request, f"Bans lifted: {sum(lifted)}.", messages.SUCCESS)
