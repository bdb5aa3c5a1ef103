from datetime import datetime
from uuid import uuid4

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q

from players.models import Player
from rooms.models.room import Room


class RoomInvitationQuerySet(models.QuerySet):
    def usable(self, now: datetime) -> "RoomInvitationQuerySet":
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            Q(max_uses=None) | Q(uses__lt=F("max_uses")),
            status=RoomInvitation.Status.OPEN,
        )

    def holding_places(self, now: datetime) -> "RoomInvitationQuerySet":
        """What was made for somebody on the waiting list: by name, and good for one entry."""
        return self.usable(now).filter(player__isnull=False, max_uses=1)


class RoomInvitation(models.Model):
    """A way into a room: a link for whoever has it, or a word to one player."""

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        REVOKED = "revoked", "Taken back"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="invitations")
    invited_by = models.ForeignKey(
        Player, null=True, blank=True, on_delete=models.SET_NULL, related_name="sent_invitations"
    )
    # None for a link.
    player = models.ForeignKey(
        Player, null=True, blank=True, on_delete=models.CASCADE, related_name="room_invitations"
    )
    # The secret of a link is kept as its SHA-256 only; empty for an invitation by name.
    token_hash = models.CharField(max_length=64, blank=True, editable=False)
    note = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    # None: as often as wanted.
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    uses = models.PositiveIntegerField(default=0, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RoomInvitationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["room", "-created_at", "-id"], name="rooms_invitation_list"),
            models.Index(fields=["player", "status"], name="rooms_invitation_mine"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="rooms_invitation_token"
            ),
            models.UniqueConstraint(
                fields=["room", "player"],
                condition=Q(status="open", player__isnull=False),
                name="rooms_invitation_one_open_each",
            ),
            models.CheckConstraint(
                name="rooms_invitation_link_or_name",
                condition=Q(player=None) ^ Q(token_hash=""),
            ),
            models.CheckConstraint(
                name="rooms_invitation_uses_within_limit",
                condition=Q(max_uses=None) | Q(uses__lte=F("max_uses")),
            ),
        ]

    def __str__(self) -> str:
        return f"invitation #{self.pk}"


class JoinRequest(models.Model):
    """Somebody asks to be let in."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ACCEPTED = "accepted", "Let in"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="join_requests")
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="join_requests")
    text = models.TextField(blank=True, validators=[MaxLengthValidator(300)])
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    decided_by = models.ForeignKey(
        Player, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["room", "status", "created_at", "id"], name="rooms_join_request_queue"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["room", "player"], condition=Q(status="waiting"), name="rooms_join_request_once"
            ),
        ]

    def __str__(self) -> str:
        return f"join request #{self.pk}"


class StaffEntry(models.Model):
    """Somebody is in a room that is for others than people of his age: by a role of the staff and nothing else.

    Who grows in a room until it is for others stays; who came in by a role goes with it, and this tells them apart.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="staff_entries")
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="+")
    looked_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "staff entries"
        constraints = [
            models.UniqueConstraint(fields=["room", "player"], name="rooms_staff_entry_once"),
        ]

    def __str__(self) -> str:
        return f"staff entry #{self.pk}"
