"""What the player has achieved so far."""

from dataclasses import asdict

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from padawanforge.kit import access
from players.models import Player
from players.queries.days import days_of, weeks_of
from players.queries.goals import goals_for, unlocked_by
from players.queries.progress import progress_of, recent_gains
from players.schemas.progress import (
    DaysOut,
    GoalsOut,
    MyProgressOut,
    UnlockedPageOut,
    WeeksOut,
    unlocked_out,
)

router = Router(tags=["progress"])
CURSOR = Query("", max_length=400, description="`after` of the page before.")


@router.get("/me/progress", response=MyProgressOut, summary="My level and totals")
@access.scope("progress:read")
@access.signed_in
def my_progress(request: HttpRequest) -> dict[str, object]:
    """And the last entries of the experience ledger."""
    player = Player.objects.select_related("game_data").get(pk=request.user.pk)
    return {**asdict(progress_of(player)), "recent": recent_gains(player)}


@router.get("/me/progress/weeks", response=WeeksOut, summary="My weeks")
@access.scope("progress:read")
@access.signed_in
def my_weeks(request: HttpRequest, weeks: int = Query(12, ge=1, le=53)) -> dict[str, object]:
    """So many weeks up to this one, the oldest first; a week without anything is there with zeros."""
    return {"weeks": weeks_of(request.user, today=timezone.localdate(), weeks=weeks)}


@router.get("/me/activity", response=DaysOut, summary="My days")
@access.scope("progress:read")
@access.signed_in
def my_activity(
    request: HttpRequest, cursor: str = CURSOR, limit: int = Query(100, ge=1, le=400)
) -> dict[str, object]:
    """The days on which I did something, the newest first. A day begins at 04:00 in my time zone."""
    page = days_of(request.user, after=cursor, limit=limit)
    return {"days": page.rows, "after": page.after}


@router.get("/achievements", response=GoalsOut, summary="All achievements")
@access.scope("progress:read")
@access.signed_in
def achievement_list(request: HttpRequest) -> dict[str, object]:
    """What can be reached, and whether I have. Hidden ones are told only to those who have them."""
    return {"achievements": list(goals_for(request.user))}


@router.get("/me/achievements", response=UnlockedPageOut, summary="My achievements")
@access.scope("progress:read")
@access.signed_in
def my_achievements(
    request: HttpRequest, cursor: str = CURSOR, limit: int = Query(50, ge=1, le=100)
) -> dict[str, object]:
    """The newest first."""
    page = unlocked_by(request.user, after=cursor, limit=limit)
    return {"achievements": [unlocked_out(row) for row in page.rows], "after": page.after}
