"""What a player has agreed to, and what he can do with his data: take it along, have it deleted."""

from datetime import datetime
from uuid import uuid4

from django.db import models
from django.db.models import Q

from padawanforge.kit.work import WorkItem, WorkQuerySet, WorkState
from players.models.player import Player


class ConsentEntry(models.Model):
    """One answer to one question, append-only: the newest entry of a kind holds."""

    class Kind(models.TextChoices):
        DATA_SHARING = "data_sharing", "Sharing my data"
        MARKETING = "marketing", "News by e-mail"
        RESEARCH = "research", "Research"

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=14, choices=Kind)
    is_given = models.BooleanField()
    text_version = models.CharField(max_length=20)
    # True when the guardian answered in place of a minor.
    by_guardian = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "consent entries"
        indexes = [models.Index(fields=["player", "kind", "-created_at"], name="players_consent_newest")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Guardianship(models.Model):
    """The grown-up who answers for a minor; the link in the e-mail confirms it."""

    player = models.OneToOneField(
        Player, primary_key=True, on_delete=models.CASCADE, related_name="guardianship"
    )
    guardian_email = models.EmailField()
    # Of the secret in the link; a new request makes the old link useless.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"guardianship of player #{self.pk}"


class DataExport(WorkItem):
    """A zip with everything about the player; it is built in the background and expires."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="exports")
    file = models.FileField(upload_to="exports/", blank=True, editable=False)
    # How many of the areas are written, of how many.
    areas_done = models.PositiveSmallIntegerField(default=0, editable=False)
    areas_total = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["player", "-created_at"], name="players_export_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["player"],
                condition=Q(state__in=("waiting", "running")),
                name="players_one_export_in_the_making",
            ),
        ]

    def __str__(self) -> str:
        return f"export #{self.pk}"


class DeletionQuerySet(WorkQuerySet):
    """Work that waits for its day; taking it back and taking it up are the same kind of update."""

    def open(self) -> "DeletionQuerySet":
        return self.filter(cancelled_at=None, completed_at=None)

    def due(self, now: datetime) -> "DeletionQuerySet":
        return self.open().filter(due_at__lte=now)

    def claim(self, pk: int, *, now: datetime) -> bool:
        return WorkQuerySet.claim(self.due(now), pk, now=now)

    def abandoned(self, now: datetime, forgotten: datetime) -> WorkQuerySet:
        return WorkQuerySet.abandoned(self.due(now), now, forgotten)

    def cancel(self, *, now: datetime) -> bool:
        """False when a worker has begun."""
        return bool(self.open().filter(state=WorkState.WAITING, attempts=0).update(cancelled_at=now))


class AccountDeletion(WorkItem):
    """A player's wish to be forgotten; carried out when the days of grace are over."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    # Not CASCADE: the row stays as the proof that the deletion was carried out (and survives a restore).
    player = models.ForeignKey(Player, null=True, on_delete=models.SET_NULL, related_name="deletions")
    player_uuid = models.UUIDField(db_index=True)
    due_at = models.DateTimeField(db_index=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DeletionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["player"],
                condition=Q(cancelled_at=None, completed_at=None),
                name="players_one_deletion_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"deletion #{self.pk}"
