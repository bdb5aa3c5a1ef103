"""The lists of words and sites, with a box that shows which rule fires and why."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from messaging.models import ListedWord
from messaging.queries.moderation import WORDS_KEY, lists
from messaging.rules import texts, words
from padawanforge.kit import near
from players.permissions import may


class TryForm(forms.Form):
    text = forms.CharField(max_length=4000, widget=forms.Textarea({"rows": 4, "cols": 80}))


def findings(text: str) -> list[tuple[str, str, str]]:
    """Rule, what it found, and how."""
    listed, bad, good = lists()
    rows = [
        (f"{m.severity} word", m.written, f"read as “{m.word}”, {m.how}") for m in words.find(text, listed)
    ]
    for host in texts.hosts_of(text):
        known = "refused" if texts.belongs_to(host, bad) else "allowed"
        is_listed = known == "refused" or texts.belongs_to(host, good)
        rows.append(
            ("link", host, f"{known} site" if is_listed else "in no list: held at strict, and for newcomers")
        )
    if personal := texts.personal_data(text):
        rows.append(("personal data", personal, "asked for confirmation; refused to children at strict"))
    if texts.calmed(text) != text:
        rows.append(("shouting", texts.calmed(text)[:80], "calmed at light and normal, refused at strict"))
    if texts.is_too_long(text):
        rows.append(("length", f"{len(text)} characters", "refused at strict"))
    return rows


@admin.register(ListedWord)
class ListedWordAdmin(admin.ModelAdmin):
    change_list_template = "admin/messaging/word_list.html"
    list_display = ("word", "list", "language", "is_active", "note")
    list_filter = ("list", "language", "is_active")
    search_fields = ("word", "note")
    fields = ("list", "language", "word", "note", "is_active")
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.delete")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "admin.config")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "admin.config")

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "admin.config")

    def get_urls(self) -> list[URLPattern]:
        page = path("try/", self.admin_site.admin_view(self.try_view), name="messaging_words_try")
        return [page, *super().get_urls()]

    def try_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TryForm(request.POST or None)
        found = findings(form.cleaned_data["text"]) if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request), "title": "Try a text", "form": form, "findings": found,
        }  # fmt: skip
        return TemplateResponse(request, "admin/messaging/try_words.html", context)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        # Whoever changed something comes back here.
        near.forget(WORDS_KEY)
        return super().changelist_view(request, extra_context)
