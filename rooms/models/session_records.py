"""What a session leaves: its pairings, the story of its steps, and its figures."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from rooms.models.session import GameSession
from rooms.models.session_play import SessionParticipant


class TournamentMatch(models.Model):
    """Two players of a tournament who answer the same statements; without a second it is a bye."""

    class Reason(models.TextChoices):
        POINTS = "points", "More points"
        BRIER = "brier", "Better judged"
        SKIPS = "skips", "Fewer passed"
        EARLIER = "earlier", "More points before"
        SEED = "seed", "Better drawn"
        BYE = "bye", "No opponent"
        SHARED = "shared", "Shared"

    session = models.ForeignKey(GameSession, on_delete=models.CASCADE, related_name="matches")
    stage = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    # Who is gone for good leaves the other one's result behind.
    first = models.ForeignKey(SessionParticipant, null=True, on_delete=models.SET_NULL, related_name="+")
    second = models.ForeignKey(SessionParticipant, null=True, on_delete=models.SET_NULL, related_name="+")
    is_bye = models.BooleanField(default=False)
    winner = models.ForeignKey(SessionParticipant, null=True, on_delete=models.SET_NULL, related_name="+")
    first_points = models.IntegerField(null=True)
    second_points = models.IntegerField(null=True)
    reason = models.CharField(max_length=10, choices=Reason, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "stage", "number"], name="rooms_match_once"),
            models.CheckConstraint(
                name="rooms_nobody_plays_himself",
                condition=Q(first=None) | Q(second=None) | ~Q(first=F("second")),
            ),
        ]

    def __str__(self) -> str:
        return f"match {self.number} of stage {self.stage}, session #{self.session_id}"


class SessionEvent(models.Model):
    """One step of a session: who came, began, paused, what was asked. Never a key that is still open."""

    session = models.ForeignKey(GameSession, on_delete=models.CASCADE, related_name="events")
    type = models.CharField(max_length=30)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["session", "id"], name="rooms_session_story")]

    def __str__(self) -> str:
        return f"{self.type} in session #{self.session_id}"


class SessionAnalytics(models.Model):
    """The figures of a session that is over, counted once; those of people are in their places."""

    session = models.OneToOneField(GameSession, on_delete=models.CASCADE, related_name="analytics")
    players = models.PositiveSmallIntegerField()
    spectators = models.PositiveSmallIntegerField()
    joined_late = models.PositiveSmallIntegerField()
    left_early = models.PositiveSmallIntegerField()
    rounds_played = models.PositiveSmallIntegerField()
    rounds_annulled = models.PositiveSmallIntegerField()
    answers = models.PositiveIntegerField()
    correct = models.PositiveIntegerField()
    skipped = models.PositiveIntegerField("passed or not answered")
    rapid = models.PositiveIntegerField("faster than it can be read")
    accuracy = models.FloatField(null=True)
    participation = models.FloatField("share of the questions that were answered", null=True)
    brier = models.FloatField("mean Brier score", null=True)
    median_ms = models.PositiveIntegerField("median time of an answer in ms", null=True)
    played_seconds = models.PositiveIntegerField()
    paused_seconds = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="rooms_analytics_shares",
                condition=(Q(accuracy=None) | Q(accuracy__gte=0, accuracy__lte=1))
                & (Q(participation=None) | Q(participation__gte=0, participation__lte=1)),
            ),
        ]

    def __str__(self) -> str:
        return f"figures of session #{self.session_id}"
