"""What a player is told, for programs."""

from datetime import datetime
from typing import Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from messaging.actions.notifications import dismiss, read, read_all
from messaging.models import Notification
from messaging.queries.notifications import notification_of, notifications_of, unread_count
from padawanforge.kit import access
from players.choices import NotificationKind

router = Router(tags=["notifications"])


class NotificationOut(Schema):
    id: int
    category: str
    subcategory: str
    notification_type: str
    priority: str
    title: str
    message: str
    action_url: str = Field(description="An address on this site; may be empty.")
    times: int = Field(description="How often the same news came since it was last read.")
    is_read: bool
    read_at: datetime | None
    told_at: datetime
    expires_at: datetime | None


class NotificationsOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    notifications: list[NotificationOut]
    unread: int
    after: str


@router.get("/me/notifications", response=NotificationsOut, summary="My notifications")
@access.scope("notifications:read")
@access.signed_in
def notification_list(
    request: HttpRequest,
    kind: NotificationKind | None = None,
    priority: Notification.Priority | None = None,
    state: Literal["", "unread", "dismissed"] = Query("", description="Empty: all that waits."),
    cursor: str = Query("", max_length=400, description="`after` of the page before."),
    limit: int = Query(30, ge=1, le=100),
) -> dict[str, object]:
    """The newest first; what was dismissed only when it is asked for. Reading the list marks nothing as read."""
    page = notifications_of(
        request.user, after=cursor, kind=kind or "", priority=priority or "", state=state, limit=limit
    )
    return {"notifications": page.rows, "unread": unread_count(request.user), "after": page.after}


@router.post("/me/notifications/read", response={204: None}, summary="Mark all as read")
@access.scope("notifications:write")
@access.signed_in
def notification_read_all(request: HttpRequest) -> Status:
    read_all(player=request.user, now=timezone.now())
    return Status(204, None)


@router.post("/me/notifications/{int:pk}/read", response={204: None}, summary="Mark one as read")
@access.scope("notifications:write")
@access.signed_in
def notification_read(request: HttpRequest, pk: int) -> Status:
    read(notification=_own(request, pk), now=timezone.now())
    return Status(204, None)


@router.post("/me/notifications/{int:pk}/dismiss", response={204: None}, summary="Take one off the list")
@access.scope("notifications:write")
@access.signed_in
def notification_dismiss(request: HttpRequest, pk: int) -> Status:
    dismiss(notification=_own(request, pk), now=timezone.now())
    return Status(204, None)


def _own(request: HttpRequest, pk: int) -> Notification:
    notification = notification_of(request.user, pk)
    if notification is None:
        raise Http404
    return notification
