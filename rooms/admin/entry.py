"""Who was invited into which room and who asks to enter: to look up, decided in the room."""

from django.contrib import admin

from rooms.admin.sessions import ReadOnly
from rooms.models import JoinRequest, RoomInvitation


@admin.register(RoomInvitation)
class RoomInvitationAdmin(ReadOnly):
    list_display = ("room", "way", "invited_by", "status", "uses", "max_uses", "expires_at", "created_at")
    list_filter = ("status", ("player", admin.EmptyFieldListFilter))
    list_select_related = ("room", "player", "invited_by")
    search_fields = ("room__name", "room__slug", "player__username", "invited_by__username")
    # Not the hash of a link's secret: there is nothing to learn from it.
    fields = (
        "room", "way", "invited_by", "status", "uses", "max_uses", "note", "expires_at", "answered_at", "created_at",
    )  # fmt: skip
    readonly_fields = fields
    ordering = ("-created_at", "-pk")

    @admin.display(description="by")
    def way(self, invitation: RoomInvitation) -> str:
        return invitation.player.username if invitation.player else "link"


@admin.register(JoinRequest)
class JoinRequestAdmin(ReadOnly):
    list_display = ("room", "player", "status", "decided_by", "decided_at", "created_at")
    list_filter = ("status",)
    list_select_related = ("room", "player", "decided_by")
    search_fields = ("room__name", "room__slug", "player__username")
    fields = ("room", "player", "text", "status", "reason", "decided_by", "decided_at", "created_at")
    readonly_fields = fields
    ordering = ("-created_at", "-pk")
