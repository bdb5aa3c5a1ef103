from django.db import models
from django.db.models import F, Q

from players.models.player import Player


class ExperienceEntry(models.Model):
    """One line of the append-only experience ledger; a source pays a player once."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="experience")
    delta = models.IntegerField()
    reason = models.CharField(max_length=40)
    source_type = models.CharField(max_length=40)
    source_id = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "experience entries"
        indexes = [models.Index(fields=["player", "-created_at"], name="players_experience_recent")]
        constraints = [
            models.UniqueConstraint(
                fields=["player", "source_type", "source_id"], name="players_experience_once_per_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delta:+} {self.reason}"


class ActivityDay(models.Model):
    """What a player did on one of his days (they begin at 04:00 in his time zone)."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="activity_days")
    day = models.DateField()
    # Without the rapid ones, which count for nothing.
    answers = models.PositiveIntegerField(default=0)
    correct = models.PositiveIntegerField(default=0)
    rapid = models.PositiveIntegerField(default=0)
    sessions = models.PositiveIntegerField(default=0)
    # Those with enough answers to count for the day streak.
    full_sessions = models.PositiveIntegerField(default=0)
    xp = models.PositiveIntegerField(default=0)
    # Whether the day carries the day streak: by learning enough, or by a freeze.
    is_counted = models.BooleanField(default=False)
    is_frozen = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["player", "day"], name="players_activity_once_per_day"),
            models.CheckConstraint(
                name="players_day_correct_within_answers", condition=Q(correct__lte=F("answers"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} of player #{self.player_id}"


class Achievement(models.Model):
    """A goal as data: the rule is JsonLogic over the counters that the apps register."""

    class Tier(models.TextChoices):
        BRONZE = "bronze", "Bronze"
        SILVER = "silver", "Silver"
        GOLD = "gold", "Gold"
        STAR = "star", "Star"

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=200)
    icon = models.CharField(max_length=40, default="award", help_text="A Lucide icon.")
    tier = models.CharField(max_length=6, choices=Tier)
    points = models.PositiveSmallIntegerField()
    series = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    rule = models.JSONField()
    version = models.PositiveSmallIntegerField(default=1, editable=False)
    is_hidden = models.BooleanField(default=False, help_text="Shown to those who have it only.")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class PlayerAchievement(models.Model):
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="achievements")
    achievement = models.ForeignKey(Achievement, on_delete=models.PROTECT, related_name="holders")
    # Kept as it was paid: points never drop when the achievement is changed later.
    points = models.PositiveSmallIntegerField()
    unlocked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["player", "-unlocked_at"], name="players_achievement_recent")]
        constraints = [
            models.UniqueConstraint(fields=["player", "achievement"], name="players_achievement_once"),
        ]

    def __str__(self) -> str:
        return f"achievement #{self.pk}"
