"""What a session leaves: the page of its results, the list of earlier ones, and files of the answers."""

import csv
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from padawanforge.kit import access
from rooms import permissions
from rooms.models import GameSession
from rooms.queries.session_results import (
    COLUMNS,
    answer_rows,
    earlier_sessions,
    export_of,
    results_for,
    sessions_seen_by,
)
from rooms.queries.tournaments import round_page
from rooms.rules.csvs import cell
from rooms.views.rooms import room_entered_by

Phase = GameSession.Phase


@access.requires(permissions.may_see_lobby)
@require_safe
def session_list(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_entered_by(request.user, slug)
    try:
        page = earlier_sessions(request.user, room, after=request.GET.get("after", ""))
    except ValidationError:
        raise Http404 from None
    return render(request, "rooms/session_list.html", {"room": room, "page": page})


@access.requires(permissions.may_see_lobby)
@require_safe
def session_results(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Of a session that still runs nothing is told here; its own page does."""
    session = find(request, slug, uuid)
    if session.phase != Phase.FINISHED:
        return redirect("rooms:training", slug, uuid) if session.is_training else redirect(session.room)
    context = {
        "room": session.room,
        "results": results_for(session, request.user),
        "may_export_all": permissions.may_lead_session(request.user, session),
    }
    return render(request, "rooms/session_results.html", context)


@access.requires(permissions.may_see_lobby)
@require_safe
def session_matches(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """One round of a tournament, match by match; also while it is played."""
    session = find(request, slug, uuid)
    if not session.is_tournament:
        raise Http404
    stages = range(1, session.stage + 1)
    asked = request.GET.get("round", "")
    stage = next((number for number in stages if str(number) == asked), session.stage)
    try:
        page = round_page(session, stage=stage, viewer=request.user, after=request.GET.get("after", ""))
    except ValidationError:
        return redirect("rooms:session-matches", slug, uuid)
    context = {"room": session.room, "session": session, "stage": stage, "stages": stages, "page": page}
    return render(request, "rooms/session_matches.html", context)


@access.requires(permissions.may_see_lobby)
@require_safe
def session_export(request: HttpRequest, slug: str, uuid: UUID, kind: str) -> HttpResponse:
    """Who leads gets everybody's answers, everybody else his own."""
    session = find(request, slug, uuid)
    if session.phase != Phase.FINISHED:
        raise Http404
    everybody = permissions.may_lead_session(request.user, session)
    name = f'attachment; filename="session-{session.uuid}.{kind}"'
    headers = {"Content-Disposition": name}
    if kind == "json":
        found = export_of(session, viewer=request.user, everybody=everybody)
        return JsonResponse(found, headers=headers, json_dumps_params={"indent": 1, "ensure_ascii": False})
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
    # So that spreadsheets read it as UTF-8.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for row in answer_rows(session, viewer=request.user, everybody=everybody):
        writer.writerow([cell(row[name]) for name in COLUMNS])
    return response


def find(request: HttpRequest, slug: str, uuid: UUID) -> GameSession:
    room = room_entered_by(request.user, slug)
    sessions = sessions_seen_by(request.user, room).select_related("topic", "host", "host_player__profile")
    session = get_object_or_404(sessions, uuid=uuid)
    session.room = room
    return session
