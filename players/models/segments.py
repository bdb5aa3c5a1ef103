"""The four rows beside every player: what is shown, what is preferred, what was achieved, what is private."""

from django.core.validators import MaxLengthValidator
from django.db import models

from players.models.player import Player


class Segment(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        abstract = True


class PlayerProfile(Segment):
    class Visibility(models.TextChoices):
        PUBLIC = "public", "Everybody"
        FRIENDS = "friends", "Friends"
        PRIVATE = "private", "Only me"

    player = models.OneToOneField(Player, primary_key=True, on_delete=models.CASCADE, related_name="profile")
    name = models.CharField("real name", max_length=100, blank=True)
    display_name = models.CharField(max_length=50, blank=True)
    avatar = models.CharField(max_length=500, blank=True)
    picture = models.CharField("picture of the sign-in provider", max_length=500, blank=True)
    bio = models.TextField(blank=True, validators=[MaxLengthValidator(1000)])
    social_links = models.JSONField(default=dict, blank=True)
    profile_visibility = models.CharField(
        max_length=10, choices=Visibility, default=Visibility.PUBLIC, db_index=True
    )

    def __str__(self) -> str:
        return f"profile of player #{self.player_id}"


class PlayerPreferences(Segment):
    class Theme(models.TextChoices):
        SYSTEM = "system", "As the device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    class PrivacyLevel(models.TextChoices):
        MINIMAL = "minimal", "Minimal"
        NORMAL = "normal", "Normal"
        MAXIMUM = "maximum", "Maximum"

    player = models.OneToOneField(
        Player, primary_key=True, on_delete=models.CASCADE, related_name="preferences"
    )
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.SYSTEM)
    notifications = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="en")
    timezone = models.CharField(max_length=64, blank=True)
    privacy_level = models.CharField(max_length=10, choices=PrivacyLevel, default=PrivacyLevel.NORMAL)
    ui_preferences = models.JSONField(default=dict, blank=True)
    game_preferences = models.JSONField(default=dict, blank=True)
    registration_completed = models.BooleanField(default=False)
    tutorial_completed = models.BooleanField(default=False)
    onboarding_completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "player preferences"

    def __str__(self) -> str:
        return f"preferences of player #{self.player_id}"


class PlayerGameData(Segment):
    """Totals for quick display; the ledger and the answer events are the truth."""

    player = models.OneToOneField(
        Player, primary_key=True, on_delete=models.CASCADE, related_name="game_data"
    )
    level = models.PositiveSmallIntegerField(default=1, db_index=True)
    experience_points = models.PositiveIntegerField(default=0, db_index=True)
    total_sessions = models.PositiveIntegerField(default=0)
    total_correct_answers = models.PositiveIntegerField(default=0)
    total_questions_answered = models.PositiveIntegerField(default=0)
    best_streak = models.PositiveIntegerField(default=0)
    current_streak = models.PositiveIntegerField(default=0)
    last_session_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "player game data"
        constraints = [
            models.CheckConstraint(
                name="players_correct_within_answered",
                condition=models.Q(total_correct_answers__lte=models.F("total_questions_answered")),
            ),
            models.CheckConstraint(
                name="players_streak_within_best",
                condition=models.Q(current_streak__lte=models.F("best_streak")),
            ),
        ]

    def __str__(self) -> str:
        return f"game data of player #{self.player_id}"


class PlayerPersonalInfo(Segment):
    player = models.OneToOneField(
        Player, primary_key=True, on_delete=models.CASCADE, related_name="personal_info"
    )
    full_name = models.CharField(max_length=200, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    location = models.CharField(max_length=200, blank=True)
    occupation = models.CharField(max_length=200, blank=True)
    education_level = models.CharField(max_length=100, blank=True)
    interests = models.JSONField(default=list, blank=True)
    emergency_contact = models.JSONField(default=dict, blank=True)
    accessibility_needs = models.JSONField(default=dict, blank=True)
    data_sharing_consent = models.BooleanField(default=False)
    marketing_consent = models.BooleanField(default=False)
    research_consent = models.BooleanField(default=False)
    visibility_settings = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "player personal info"

    def __str__(self) -> str:
        return f"personal info of player #{self.player_id}"
