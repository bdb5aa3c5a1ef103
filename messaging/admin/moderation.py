"""The queue of reports with its decisions, the measures, and the appeals."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from messaging.actions.appeals import Verdict, decide_appeal, refuse_decision
from messaging.actions.reports import decide, hide_by, note_view
from messaging.actions.sanctions import Measure, refuse_sanction, revoke_sanction, sanction
from messaging.admin.messages import ReadOnlyAdmin
from messaging.models import Appeal, Case, Sanction
from messaging.models.moderation import SanctionQuerySet
from messaging.queries.moderation import queue, suggestion_for
from messaging.rules import sanctions as rules
from padawanforge.kit.errors import DomainError
from players.models import Player
from players.permissions import may


def may_review(player: Player) -> bool:
    return may(player, "games.delete")


def may_see_confidential(player: Player) -> bool:
    return may(player, "admin.system")


class ForReviewers(ReadOnlyAdmin):
    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may_review(request.user)


@admin.register(Case)
class CaseAdmin(ForReviewers):
    change_list_template = "admin/messaging/case_list.html"
    list_display = (
        "opened_at", "subject_type", "category", "state", "report_count", "weight", "target", "decided_by"
    )  # fmt: skip
    list_filter = ("state", "category", "subject_type", "is_urgent")
    list_select_related = ("target", "decided_by")
    list_display_links = None
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> object:
        rows = super().get_queryset(request)
        return rows if may_see_confidential(request.user) else rows.filter(is_confidential=False)

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        own = [
            path("queue/", guard(self.queue_view), name="messaging_case_queue"),
            path("<int:pk>/evidence/", guard(self.evidence_view), name="messaging_case_evidence"),
            path("<int:pk>/decide/", guard(require_POST(self.decide_view)), name="messaging_case_decide"),
        ]
        return [*own, *super().get_urls()]

    def queue_view(self, request: HttpRequest) -> HttpResponse:
        cases = queue(with_confidential=self._opens_all(request))
        context = {**self.admin_site.each_context(request), "title": "Reports that wait", "cases": cases}
        return TemplateResponse(request, "admin/messaging/queue.html", context)

    def evidence_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        case = self._open(request, pk)
        note_view(case=case, by=request.user)
        uuids = case.snapshot.get("people", [])
        people = {str(p.uuid): p for p in Player.objects.select_related("profile").filter(uuid__in=uuids)}
        lines = [(people.get(line["author"]), line) for line in case.snapshot.get("messages", [])]
        context = {
            **self.admin_site.each_context(request),
            "title": f"Case {case.pk}",
            "case": case,
            "lines": lines,
            "reports": case.reports.select_related("reporter").order_by("pk"),
            "suggestion": suggestion_for(case, timezone.now()),
        }
        return TemplateResponse(request, "admin/messaging/evidence.html", context)

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        case, verdict, now = self._open(request, pk), request.POST.get("verdict", ""), timezone.now()
        try:
            if verdict == "hide":
                is_first = hide_by(case=case, by=request.user, now=now)
            elif verdict in {"uphold", "dismiss"}:
                is_first = decide(case=case, by=request.user, is_upheld=verdict == "uphold", now=now)
            else:
                raise Http404
        except DomainError as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:messaging_case_queue")
        said = {"hide": "Hidden.", "uphold": "Upheld.", "dismiss": "Dismissed."}[verdict]
        messages.success(request, said if is_first else "Nothing to do: somebody was faster.")
        if verdict == "uphold" and case.target_id:
            return redirect(sanction_address(case))
        return redirect("admin:messaging_case_queue")

    def _open(self, request: HttpRequest, pk: int) -> Case:
        cases = Case.objects if self._opens_all(request) else Case.objects.filter(is_confidential=False)
        return get_object_or_404(cases.select_related("message", "channel", "target"), pk=pk)

    def _opens_all(self, request: HttpRequest) -> bool:
        if not may_review(request.user):
            raise PermissionDenied
        return may_see_confidential(request.user)


def sanction_address(case: Case) -> str:
    """The form of a measure, filled in with the next step of the ladder."""
    kind, term = suggestion_for(case, timezone.now())
    start = {
        "target": case.target_id, "case": case.pk, "channel": case.channel_id or "", "kind": kind,
        "term": term, "reason_code": case.category,
    }  # fmt: skip
    query = "&".join(f"{name}={value}" for name, value in start.items())
    return f"{reverse('admin:messaging_sanction_add')}?{query}"


class SanctionForm(forms.ModelForm):
    by: Player
    term = forms.ChoiceField(
        required=False,
        choices=[("", "At once: warning or removal")] + [(c, label) for c, label, _ in rules.PRESETS],
    )

    class Meta:
        model = Sanction
        fields = (
            "target",
            "channel",
            "kind",
            "term",
            "reason_code",
            "text_to_target",
            "note_internal",
            "case",
        )
        help_texts = {"channel": "The channel of the room; empty: everywhere."}

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if not cleaned["term"] and cleaned["kind"] not in rules.INSTANT:
            raise forms.ValidationError({"term": "Choose how long."})
        try:
            with transaction.atomic():
                refuse_sanction(target=cleaned["target"], by=self.by, measure=self.measure())
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return cleaned

    def measure(self) -> Measure:
        given = self.cleaned_data
        length = rules.preset(given["term"]) if given["term"] else None
        return Measure(
            kind=given["kind"], reason_code=given["reason_code"], text=given["text_to_target"],
            channel=given["channel"], ends_at=timezone.now() + length if length else None,
            note=given["note_internal"], case=given["case"],
        )  # fmt: skip

    def _get_validation_exclusions(self) -> set[str]:
        # Scope and times follow from what is chosen; the action sets them.
        return super()._get_validation_exclusions() | {"scope", "starts_at", "ends_at"}


@admin.register(Sanction)
class SanctionAdmin(ForReviewers):
    form = SanctionForm
    list_display = (
        "starts_at",
        "target",
        "kind",
        "scope",
        "reason_code",
        "ends_at",
        "issued_by",
        "revoked_by",
    )
    list_filter = ("kind", "scope", "reason_code")
    list_select_related = ("target", "issued_by", "revoked_by")
    search_fields = ("=target__username",)
    raw_id_fields = ("target", "channel", "case")
    ordering = ("-starts_at", "-pk")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_review(request.user)

    def get_form(self, request: HttpRequest, *args: object, **kwargs: object) -> type[forms.ModelForm]:
        form = super().get_form(request, *args, **kwargs)
        form.by = request.user
        return form

    def save_model(self, request: HttpRequest, obj: Sanction, form: SanctionForm, change: bool) -> None:
        made = sanction(target=form.cleaned_data["target"], by=request.user, measure=form.measure())
        obj.pk, obj.starts_at = made.pk, made.starts_at

    @admin.action(description="Lift the chosen measures", permissions=["add"])
    def revoke(self, request: HttpRequest, chosen: SanctionQuerySet) -> None:
        lifted = 0
        try:
            for row in chosen.select_related("target", "channel", "site_ban"):
                lifted += revoke_sanction(sanction=row, by=request.user)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        self.message_user(request, f"Measures lifted: {lifted}.", messages.SUCCESS)


class AppealForm(forms.ModelForm):
    by: Player
    verdict = forms.ChoiceField(choices=[choice for choice in Appeal.State.choices if choice[0] != "open"])
    new_end = forms.SplitDateTimeField(
        required=False, widget=admin.widgets.AdminSplitDateTime, help_text="For an earlier end."
    )

    class Meta:
        model = Appeal
        fields = ("verdict", "new_end", "answer")

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                with transaction.atomic():
                    refuse_decision(
                        self.instance.sanction, by=self.by, verdict=self.decision(), now=timezone.now()
                    )
            except DomainError as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return cleaned

    def decision(self) -> Verdict:
        given = self.cleaned_data
        return Verdict(given["verdict"], given["answer"], ends_at=given["new_end"])


@admin.register(Appeal)
class AppealAdmin(ForReviewers):
    form = AppealForm
    list_display = ("created_at", "sanction", "state", "decided_by", "decided_at")
    list_filter = ("state",)
    list_select_related = ("sanction", "decided_by")
    fields = ("about", "text", "verdict", "new_end", "answer")
    readonly_fields = ("about", "text")
    ordering = ("decided_at", "pk")

    def has_change_permission(self, request: HttpRequest, obj: Appeal | None = None) -> bool:
        return may_review(request.user) and (obj is None or obj.state == Appeal.State.OPEN)

    def get_fields(self, request: HttpRequest, obj: Appeal | None = None) -> tuple[str, ...]:
        decided = ("about", "text", "state", "answer", "decided_by", "decided_at")
        return self.fields if obj is None or obj.state == Appeal.State.OPEN else decided

    def get_form(self, request: HttpRequest, *args: object, **kwargs: object) -> type[forms.ModelForm]:
        form = super().get_form(request, *args, **kwargs)
        form.by = request.user
        return form

    @admin.display(description="measure")
    def about(self, appeal: Appeal) -> str:
        row = appeal.sanction
        return (
            f"{row.get_kind_display()} against {row.target}, {row.starts_at:%d %B %Y}: {row.text_to_target}"
        )

    def save_model(self, request: HttpRequest, obj: Appeal, form: AppealForm, change: bool) -> None:
        if not decide_appeal(appeal=obj, by=request.user, verdict=form.decision(), now=timezone.now()):
            self.message_user(request, "Somebody else had decided it already.", messages.WARNING)
