"""Settings, my data: take it along, decide what it is used for, have it deleted."""

from collections.abc import AsyncIterator
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import messages
from django.core.files import File
from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.actions.consents import answer_consents
from players.actions.deletions import ask_deletion, keep_account
from players.actions.exports import ask_export
from players.actions.guardians import ask_guardian
from players.forms.mydata import ConsentsForm, DeletionForm, GuardianForm
from players.models import Player
from players.permissions import has_account, needs_guardian
from players.queries.consents import consents_of
from players.queries.exports import latest_export, next_export_at, ready_exports
from players.queries.guardians import LINK_DAYS, guardianship_of, is_minor_now
from players.views.reauthentication import reauthenticated


@access.signed_in
@require_safe
def mydata(request: HttpRequest) -> HttpResponse:
    if request.user.is_guest:
        return render(request, "players/mydata_guest.html")
    return _page(request)


@access.requires(has_account)
@require_POST
def export_ask(request: HttpRequest) -> HttpResponse:
    try:
        ask_export(player=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("players:mydata")


@access.requires(has_account)
@require_safe
def export_state(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes while an export is made."""
    return render(request, "players/_export.html", _export_context(request.user))


@access.requires(has_account)
@require_safe
@reauthenticated
@never_cache
def export_download(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    now = timezone.now()
    export = next((row for row in ready_exports(request.user, now) if row.uuid == uuid), None)
    if export is None or not export.file.storage.exists(export.file.name):
        raise Http404
    name = f"padawanforge-{request.user.username}-{export.created_at:%Y-%m-%d}.zip"
    return _attachment(request, export.file.open(), name)


@access.requires(has_account)
@require_POST
def consents_save(request: HttpRequest) -> HttpResponse:
    form = ConsentsForm(request.POST, consents=consents_of(request.user))
    form.full_clean()
    try:
        changed = answer_consents(player=request.user, answers=form.cleaned_data)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Your answers are saved." if changed else "Nothing has changed.")
    return redirect("players:mydata")


@access.requires(has_account)
@require_POST
def guardian_ask(request: HttpRequest) -> HttpResponse:
    form = GuardianForm(request.POST)
    if form.is_valid():
        try:
            ask_guardian(player=request.user, email=form.cleaned_data["guardian_email"], now=timezone.now())
        except DomainError as refusal:
            form.add_error("guardian_email", str(refusal))
        else:
            messages.success(request, f"The letter is on its way. Its link works for {LINK_DAYS} days.")
            return redirect("players:mydata")
    return _page(request, guardian_form=form, status=422)


@access.requires(has_account)
@require_http_methods(["GET", "POST"])
@reauthenticated
@never_cache
def account_delete(request: HttpRequest) -> HttpResponse:
    form = DeletionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            ask_deletion(player=request.user, by=request.user, now=timezone.now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("players:leaving")
    context = {"form": form, "days": settings.DELETION_GRACE_DAYS}
    return render(request, "players/account_delete.html", context, status=422 if form.errors else 200)


@access.signed_in
@require_safe
@never_cache
def leaving(request: HttpRequest) -> HttpResponse:
    if request.user.leaves_at is None:
        return redirect("players:mydata")
    return render(request, "players/leaving.html", {"leaves_at": request.user.leaves_at})


@access.signed_in
@require_POST
def leaving_keep(request: HttpRequest) -> HttpResponse:
    try:
        if keep_account(player=request.user, now=timezone.now()):
            messages.success(request, "Your account stays. Good to have you back.")
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("site:home")


def _page(
    request: HttpRequest, *, guardian_form: GuardianForm | None = None, status: int = 200
) -> HttpResponse:
    player, now = request.user, timezone.now()
    consents = consents_of(player)
    is_minor = is_minor_now(player)
    guardianship = guardianship_of(player) if is_minor else None
    context = {
        **_export_context(player),
        "consents": list(zip(consents, ConsentsForm(consents=consents), strict=True)),
        "is_asked_again": any(consent.is_outdated for consent in consents),
        "is_minor": is_minor,
        "needs_guardian": needs_guardian(player),
        "guardianship": guardianship,
        "guardian_form": guardian_form or GuardianForm(instance=guardianship),
        "deletion_days": settings.DELETION_GRACE_DAYS,
        "now": now,
    }
    return render(request, "players/mydata.html", context, status=status)


def _export_context(player: Player) -> dict[str, object]:
    now = timezone.now()
    newest = latest_export(player)
    return {
        "export": newest,
        "is_in_the_making": newest is not None and newest.state in {"waiting", "running"},
        "has_failed": newest is not None and newest.state == "failed",
        "ready": ready_exports(player, now),
        "next_export_at": next_export_at(player, now),
        "kept_days": settings.EXPORT_KEPT_DAYS,
    }


def _attachment(request: HttpRequest, file: File, name: str) -> HttpResponseBase:
    if not isinstance(request, ASGIRequest):
        return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    # Under ASGI a synchronous file would be read into memory as a whole.
    return StreamingHttpResponse(
        _pieces(file),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Length": str(file.size),
        },
    )


async def _pieces(file: File) -> AsyncIterator[bytes]:
    try:
        while piece := await sync_to_async(file.read)(256 * 1024):
            yield piece
    finally:
        file.close()
