"""Writing announcements, and who has read them."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from messaging.actions import announcements as actions
from messaging.admin.messages import ReadOnlyAdmin
from messaging.models import Announcement, AnnouncementReceipt
from messaging.queries.announcements import with_acknowledgements
from players.permissions import may


class AnnouncementForm(forms.ModelForm):
    def clean(self) -> dict:
        given = super().clean()
        draft = Announcement(**{name: given.get(name) for name in actions.CHECKED if given.get(name)})
        if draft.starts_at is not None and (problems := actions.problems_of(draft)):
            raise ValidationError({name: text for name, text in problems.items() if name in self.fields})
        return given


@admin.register(Announcement)
class AnnouncementAdmin(admin.ModelAdmin):
    form = AnnouncementForm
    list_display = ("title", "type", "priority", "audience", "starts_at", "ends_at", "status", "read_by")
    list_filter = ("type", "priority", "audience", "starts_at")
    search_fields = ("title", "text")
    ordering = ("-starts_at", "-pk")
    raw_id_fields = ("channel",)
    readonly_fields = ("status", "read_by", "last_error")
    show_full_result_count = False
    actions = ("withdraw", "tell_again")
    fieldsets = (
        (None, {"fields": ("title", "text", "type", "priority")}),
        ("To whom", {"fields": ("audience", "role", "channel")}),
        ("When", {"fields": ("starts_at", "ends_at", "recurrence")}),
        (
            "Where",
            {"fields": ("shows_banner", "sends_notification", "is_dismissible", "needs_acknowledgement")},
        ),
        ("What became of it", {"fields": ("status", "read_by", "last_error")}),
    )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "admin.system")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "admin.system")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "admin.system")

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        # What was told stays on record; it is withdrawn.
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return with_acknowledgements(super().get_queryset(request))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        return {"starts_at": timezone.now(), **super().get_changeform_initial_data(request)}

    def save_model(
        self, request: HttpRequest, obj: Announcement, form: forms.ModelForm, change: bool
    ) -> None:
        if not change:
            obj.created_by = request.user
        actions.publish(obj)

    @admin.display(description="state")
    def status(self, row: Announcement) -> str:
        now = timezone.now()
        if row.withdrawn_at is not None:
            return "Withdrawn"
        if row.last_error:
            return "Did not reach everybody"
        if row.starts_at and row.starts_at > now:
            return "Waits for its time"
        return "Over" if row.ends_at and row.ends_at <= now else "On"

    @admin.display(description="read by")
    def read_by(self, row: Announcement) -> SafeString | str:
        if not row.needs_acknowledgement or row.pk is None:
            return ""
        url = reverse("admin:messaging_announcementreceipt_changelist")
        return format_html('<a href="{}?announcement__id__exact={}">{}</a>', url, row.pk, row.acknowledged)

    @admin.action(description="Withdraw: off every page, notifications too", permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet) -> None:
        now = timezone.now()
        done = sum(actions.withdraw(announcement=row, now=now) for row in queryset)
        self.message_user(request, f"Withdrawn: {done}.", messages.SUCCESS)

    @admin.action(description="Tell everybody again", permissions=["change"])
    def tell_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        done = sum(actions.tell_again(announcement=row) for row in queryset)
        self.message_user(request, f"Told again within a minute: {done}.", messages.SUCCESS)


@admin.register(AnnouncementReceipt)
class ReceiptAdmin(ReadOnlyAdmin):
    """Who has read what."""

    list_display = ("player", "announcement", "acknowledged_at", "dismissed_at")
    list_filter = (
        ("acknowledged_at", admin.EmptyFieldListFilter),
        ("announcement", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("player", "announcement")
    search_fields = ("player__username", "announcement__title")
    ordering = ("-pk",)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "admin.system")
