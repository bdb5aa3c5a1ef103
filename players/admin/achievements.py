"""Achievements are data: who configures the installation changes their words, points and rules."""

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

from players.admin.access import SeenByStaff
from players.models import Achievement
from players.permissions import may
from players.rules.achievements import problem_of_rule


class AchievementForm(forms.ModelForm):
    def clean_rule(self) -> object:
        rule = self.cleaned_data["rule"]
        if problem := problem_of_rule(rule):
            raise forms.ValidationError(problem)
        return rule

    def clean_icon(self) -> str:
        name = self.cleaned_data["icon"]
        try:
            lucide(name)
        except IconDoesNotExist:
            raise forms.ValidationError(f"There is no icon {name}. See lucide.dev for the names.") from None
        return name


@admin.register(Achievement)
class AchievementAdmin(SeenByStaff, admin.ModelAdmin):
    form = AchievementForm
    list_display = ("name", "code", "tier", "points", "series", "is_hidden", "is_active", "held_by")
    list_filter = ("tier", "series", "is_hidden", "is_active")
    search_fields = ("name", "code")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "admin.config")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "admin.config")

    def get_readonly_fields(self, request: HttpRequest, obj: Achievement | None = None) -> tuple[str, ...]:
        # Links and programs know an achievement by its code.
        return ("code",) if obj else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Achievement]:
        return super().get_queryset(request).annotate(holder_count=Count("holders"))

    @admin.display(description="held by", ordering="holder_count")
    def held_by(self, achievement: Achievement) -> int:
        return achievement.holder_count
