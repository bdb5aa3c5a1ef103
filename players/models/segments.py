"""The four rows beside every player: what is shown, what is preferred, what was achieved, what is private."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from players.choices import LANGUAGES, EducationLevel, NotificationKind
from players.models.player import Player
from players.models.sealed import SealedJSONField
from players.rules import ages, links, names, personal, preferences
from players.rules.privacy import CHOOSABLE
from players.rules.zones import is_time_zone


def refuse(**problems: str) -> None:
    """Raise what is wrong, by field; nothing when there are only empty sentences."""
    if found := {field: problem for field, problem in problems.items() if problem}:
        raise ValidationError(found)


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
    # For the search by the beginning of a name.
    search_name = models.GeneratedField(
        expression=Lower("display_name"),
        output_field=models.CharField(max_length=50),
        db_persist=True,
        db_index=True,
    )
    avatar = models.CharField(max_length=500, blank=True)
    picture = models.CharField("picture of the sign-in provider", max_length=500, blank=True)
    bio = models.TextField(blank=True, validators=[MaxLengthValidator(1000)])
    social_links = models.JSONField(default=dict, blank=True)
    profile_visibility = models.CharField(
        max_length=10, choices=Visibility, default=Visibility.PUBLIC, db_index=True
    )

    def clean(self) -> None:
        refuse(
            display_name=names.problem_of_display_name(self.display_name),
            social_links=links.problem_of_links(self.social_links),
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

    class Digest(models.TextChoices):
        OFF = "off", "No e-mail"
        DAILY = "daily", "Once a day"
        WEEKLY = "weekly", "Once a week"

    player = models.OneToOneField(
        Player, primary_key=True, on_delete=models.CASCADE, related_name="preferences"
    )
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.SYSTEM)
    notifications = models.BooleanField(default=True)
    # Kind of notification -> whether it is wanted; what is missing is wanted.
    notification_switches = models.JSONField(default=dict, blank=True)
    # Kind of notification -> by which ways besides the pages ("email", "push"); what is missing: none.
    notification_ways = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=8, choices=Digest, default=Digest.OFF)
    digest_sent_at = models.DateTimeField(null=True, blank=True)
    # In the player's own time zone; both or none. Nothing but urgent news rings between them.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    shows_read_receipts = models.BooleanField("others see when I have read their messages", default=False)
    language = models.CharField(max_length=10, default="en")
    timezone = models.CharField(max_length=64, blank=True)
    privacy_level = models.CharField(max_length=10, choices=PrivacyLevel, default=PrivacyLevel.NORMAL)
    ui_preferences = models.JSONField(default=dict, blank=True)
    game_preferences = models.JSONField(default=dict, blank=True)
    wants_boards = models.BooleanField("appears on public boards", default=False)
    registration_completed = models.BooleanField(default=False)
    tutorial_completed = models.BooleanField(default=False)
    onboarding_completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "player preferences"
        constraints = [
            models.CheckConstraint(
                name="players_quiet_hours_have_both_ends",
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
            ),
        ]

    def clean(self) -> None:
        refuse(
            language="" if self.language in dict(LANGUAGES) else "Choose one of the languages of the pages.",
            timezone="" if is_time_zone(self.timezone) else "Choose a time zone such as Europe/Paris.",
            notification_switches=preferences.problem_of_switches(
                self.notification_switches, NotificationKind.values
            ),
            notification_ways=preferences.problem_of_ways(self.notification_ways, NotificationKind.values),
            quiet_until="Let the quiet hours end at another time than they begin."
            if self.quiet_from and self.quiet_from == self.quiet_until
            else "",
            ui_preferences=preferences.problem_of_choices(self.ui_preferences, preferences.INTERFACE),
            game_preferences=preferences.problem_of_choices(self.game_preferences, preferences.GAME),
        )

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
    achievement_points = models.PositiveIntegerField(default=0)
    # Days in a row on which enough was learned; `streak_day` is the last of them.
    day_streak = models.PositiveIntegerField(default=0)
    day_streak_best = models.PositiveIntegerField(default=0)
    streak_day = models.DateField(null=True, blank=True)
    freezes = models.PositiveSmallIntegerField(default=1)
    paused_until = models.DateField(null=True, blank=True)
    # What a repair gives back, and when the last repair was.
    broken_streak = models.PositiveIntegerField(default=0)
    broken_at = models.DateTimeField(null=True, blank=True)
    repaired_on = models.DateField(null=True, blank=True)
    # How often a streak of a week was won back, by a repair or from the start.
    comebacks = models.PositiveIntegerField(default=0)
    # Since when which zone begins the player's days, and the pauses that he announced: what it takes to
    # find out anew on which day something happened. See `players.rules.days`.
    day_zones = models.JSONField(default=list, blank=True, editable=False)
    pauses = models.JSONField(default=list, blank=True, editable=False)
    # What was earned in the last week (its Monday) in which anything was; the board of the week reads it.
    week = models.DateField(null=True, blank=True, editable=False)
    week_xp = models.PositiveIntegerField(default=0, editable=False)
    # Set while the achievements have yet to be looked at.
    evaluate_since = models.DateTimeField(null=True, editable=False)
    # Derived, so that boards need one index: wants it, is of age, and isn't at maximum privacy.
    is_ranked = models.BooleanField(default=False, editable=False)
    # And has a profile that everybody may see: who stands on the board of everybody.
    is_listed = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name_plural = "player game data"
        indexes = [
            models.Index(
                fields=["is_listed", "-experience_points", "player"], name="players_game_data_board"
            ),
            models.Index(fields=["is_listed", "week", "-week_xp", "player"], name="players_game_data_week"),
            models.Index(
                fields=["streak_day"],
                condition=models.Q(day_streak__gt=0),
                name="players_game_data_streak",
            ),
            models.Index(
                fields=["evaluate_since"],
                condition=models.Q(evaluate_since__isnull=False),
                name="players_game_data_evaluate",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="players_correct_within_answered",
                condition=models.Q(total_correct_answers__lte=models.F("total_questions_answered")),
            ),
            models.CheckConstraint(
                name="players_streak_within_best",
                condition=models.Q(current_streak__lte=models.F("best_streak")),
            ),
            models.CheckConstraint(
                name="players_day_streak_within_best",
                condition=models.Q(day_streak__lte=models.F("day_streak_best")),
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
    emergency_contact = SealedJSONField(default=dict, blank=True)
    accessibility_needs = SealedJSONField(default=dict, blank=True)
    data_sharing_consent = models.BooleanField(default=False)
    marketing_consent = models.BooleanField(default=False)
    research_consent = models.BooleanField(default=False)
    visibility_settings = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "player personal info"

    def clean(self) -> None:
        today, born = timezone.localdate(), self.date_of_birth
        is_level = self.education_level in {"", *EducationLevel.values}
        refuse(
            date_of_birth=ages.problem_of_birth_date(born, today) if born else "",
            education_level="" if is_level else f"Choose one of {', '.join(EducationLevel.values)}.",
            interests=personal.problem_of_interests(self.interests),
            emergency_contact=personal.problem_of_contact(self.emergency_contact),
            accessibility_needs=personal.problem_of_needs(self.accessibility_needs),
            visibility_settings=personal.problem_of_visibilities(self.visibility_settings, CHOOSABLE),
        )

    def __str__(self) -> str:
        return f"personal info of player #{self.player_id}"
