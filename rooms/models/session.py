from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from learning.models import Topic
from npcs.choices import Difficulty
from npcs.models import Npc
from rooms.models.room import Room
from rooms.rules.leases import LEASE

DRAWN = ("question", "reveal", "break")


class GameSessionQuerySet(models.QuerySet):
    def running(self) -> "GameSessionQuerySet":
        return self.filter(ended_at=None)

    def live(self) -> "GameSessionQuerySet":
        """Everything that is played together; a training is played by each alone."""
        return self.exclude(session_type=GameSession.Type.TRAINING)

    def trainings(self) -> "GameSessionQuerySet":
        return self.filter(session_type=GameSession.Type.TRAINING)

    def due(self, now: datetime) -> "GameSessionQuerySet":
        return self.filter(ended_at=None, paused_at=None, phase_ends_at__lte=now)

    def free_for(self, worker: str, now: datetime) -> "GameSessionQuerySet":
        """Which no other process has taken, or whose process has not been heard of for the time of a lease."""
        return self.filter(Q(leased_by=worker) | Q(lease_until=None) | Q(lease_until__lte=now))

    def claim(self, pk: int, *, worker: str, now: datetime) -> bool:
        """Take the next step for this process; False when it is not due, or another has it."""
        mine = self.due(now).free_for(worker, now).filter(pk=pk)
        return bool(mine.update(leased_by=worker, lease_until=now + LEASE))


class GameSession(models.Model):
    """A game inside a room. Its whole state is here, so any server process can go on with it."""

    class Type(models.TextChoices):
        LOBBY = "lobby", "Lobby"
        GAME = "game", "Game"
        PRIVATE = "private", "Private"
        TRAINING = "training", "Training"
        TOURNAMENT = "tournament", "Tournament"

    class Format(models.TextChoices):
        BRACKET = "bracket", "Knock-out"
        SWISS = "swiss", "Swiss"

    class Phase(models.TextChoices):
        LOBBY = "lobby", "Getting ready"
        QUESTION = "question", "Question"
        REVEAL = "reveal", "Reveal"
        # Between two rounds of a tournament.
        BREAK = "break", "Break"
        # A training: everybody at his own pace until the deadline.
        OPEN = "open", "Open"
        FINISHED = "finished", "Finished"
        CANCELLED = "cancelled", "Cancelled"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="sessions")
    session_type = models.CharField(max_length=10, choices=Type, default=Type.GAME)
    mode = models.CharField(max_length=20, default="quiz", help_text="Registered in rooms.modes.")
    format = models.CharField(max_length=10, choices=Format, blank=True, help_text="Of tournaments.")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="sessions")
    difficulty = models.CharField(
        max_length=12, choices=Difficulty, blank=True, help_text="Empty: all difficulties."
    )
    rounds_planned = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(400)]
    )
    are_neighbours_apart = models.BooleanField(
        "neighbours get different variants",
        default=False,
        help_text="Of facts that have both a true and a false sentence.",
    )
    # A tournament has several; everything else is one stage.
    stages_planned = models.PositiveSmallIntegerField(default=1)
    stage = models.PositiveSmallIntegerField(default=1)
    seconds_per_round = models.PositiveSmallIntegerField(
        default=20, validators=[MinValueValidator(5), MaxValueValidator(120)]
    )
    seconds_for_reveal = models.PositiveSmallIntegerField(
        default=8, validators=[MinValueValidator(2), MaxValueValidator(60)]
    )
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.LOBBY)
    round_number = models.PositiveSmallIntegerField(default=0)
    # Moved on by the length of each pause, so that what has passed since is time that was played.
    phase_started_at = models.DateTimeField()
    # None while nothing but people can end the phase (the lobby).
    phase_ends_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    paused_seconds = models.PositiveIntegerField(default=0)
    host = models.ForeignKey(
        Npc,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The character that announces and comments.",
    )
    host_player = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who leads it instead of a character, and says when it goes on.",
    )
    max_participants = models.PositiveSmallIntegerField(default=50)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Which server process takes the next step, and until when it counts as alive.
    leased_by = models.CharField(max_length=60, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = GameSessionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["ended_at", "phase_ends_at"], name="rooms_session_due"),
            models.Index(fields=["room", "-ended_at", "-id"], name="rooms_session_history"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["room"],
                condition=Q(ended_at=None) & ~Q(session_type="training"),
                name="rooms_one_session_at_a_time",
            ),
            models.CheckConstraint(
                name="rooms_only_tournaments_have_a_format",
                condition=Q(session_type="tournament", format__in=("bracket", "swiss"))
                | (~Q(session_type="tournament") & Q(format="")),
            ),
            # Who is compared with another has to answer the same.
            models.CheckConstraint(
                name="rooms_tournaments_ask_all_the_same",
                condition=~Q(session_type="tournament") | Q(are_neighbours_apart=False),
            ),
            models.CheckConstraint(
                name="rooms_what_is_over_is_not_paused", condition=Q(ended_at=None) | Q(paused_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"session #{self.pk}"

    def get_absolute_url(self) -> str:
        """Needs the room: where a training is done, and where the results are."""
        name = "rooms:training" if self.is_training and self.ended_at is None else "rooms:session-results"
        return reverse(name, args=[self.room.slug, self.uuid])

    @property
    def is_playing(self) -> bool:
        return self.phase in DRAWN

    @property
    def is_training(self) -> bool:
        return self.session_type == self.Type.TRAINING

    @property
    def is_tournament(self) -> bool:
        return self.session_type == self.Type.TOURNAMENT
