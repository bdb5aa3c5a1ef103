from datetime import datetime
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q

from messaging.models.channel import Channel
from messaging.models.message import Message
from messaging.rules import sanctions as rules
from players.models import Player

REPORT_MAX_LENGTH = 1000


class Category(models.TextChoices):
    """What is wrong with it; also the reason of a measure."""

    SPAM = "spam", "Spam or advertising"
    INSULT = "insult", "Insults or bullying"
    HATE = "hate", "Hate"
    SEXUAL = "sexual", "Sexual content"
    VIOLENCE = "violence", "Threats or violence"
    SELF_HARM = "self_harm", "Self-harm: somebody may be in danger"
    CHILD_SAFETY = "child_safety", "The safety of a child"
    PRIVACY = "privacy", "Somebody's personal information"
    CHEATING = "cheating", "Cheating"
    OTHER = "other", "Something else"


class ListedWord(models.Model):
    """A word or a domain that the checks of messages know."""

    class List(models.TextChoices):
        SEVERE = "severe", "Severe word"
        MILD = "mild", "Mild word"
        ALLOWED = "allowed", "Allowed word"
        BAD_DOMAIN = "bad_domain", "Refused site"
        GOOD_DOMAIN = "good_domain", "Allowed site"

    list = models.CharField(max_length=12, choices=List)
    language = models.CharField(
        max_length=8, blank=True, help_text="Such as en or de; empty: any. For you only: all lists hold."
    )
    word = models.CharField(max_length=80, help_text="One word, or a site such as example.org.")
    note = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["list", "language", "word"]
        constraints = [
            models.UniqueConstraint(fields=["list", "language", "word"], name="messaging_word_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_list_display()}: {self.word}"

    def clean(self) -> None:
        self.word = self.word.strip().casefold()
        if " " in self.word:
            raise ValidationError({"word": "Whole words are compared, so write a single one."})


class SanctionQuerySet(models.QuerySet):
    def in_force(self, now: datetime) -> "SanctionQuerySet":
        """By the clock alone: nothing has to run for a measure to end."""
        begun = self.filter(starts_at__lte=now, revoked_at=None).exclude(kind__in=rules.INSTANT)
        return begun.filter(Q(ends_at=None) | Q(ends_at__gt=now))


class Sanction(models.Model):
    """A measure against a player. Never changed but by an appeal or by taking it back."""

    class Scope(models.TextChoices):
        SITE = rules.SITE, "Everywhere"
        ROOM = rules.ROOM, "One room"

    class Kind(models.TextChoices):
        WARNING = rules.WARNING, "Warning"
        MUTE = rules.MUTE, "Mute: may read, not write"
        TIMEOUT = rules.TIMEOUT, "Timeout: may read, not write or take part"
        KICK = rules.KICK, "Removed from the room; may return"
        BAN = rules.BAN, "Ban"
        RESTRICT = rules.RESTRICT, "Messages wait for a review"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    target = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="sanctions")
    scope = models.CharField(max_length=8, choices=Scope)
    channel = models.ForeignKey(
        Channel, null=True, blank=True, on_delete=models.CASCADE, related_name="sanctions"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    reason_code = models.CharField("reason", max_length=16, choices=Category, default=Category.OTHER)
    text_to_target = models.TextField("what the player reads", validators=[MaxLengthValidator(500)])
    note_internal = models.TextField("note for the staff", blank=True)
    # None: an automatic measure.
    issued_by = models.ForeignKey(Player, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    case = models.ForeignKey(
        "messaging.Case", null=True, blank=True, on_delete=models.SET_NULL, related_name="sanctions"
    )
    rule = models.CharField(max_length=40, blank=True, help_text="Which automatic rule.")
    site_ban = models.OneToOneField(
        "players.SiteBan", null=True, blank=True, on_delete=models.SET_NULL, related_name="sanction"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Player, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["target", "revoked_at", "ends_at"], name="messaging_sanction_in_force"),
            models.Index(fields=["target", "-starts_at"], name="messaging_sanction_list"),
        ]
        constraints = [
            models.CheckConstraint(
                name="messaging_sanction_room_has_channel",
                condition=Q(scope=rules.SITE, channel=None) | Q(scope=rules.ROOM, channel__isnull=False),
            ),
            models.CheckConstraint(
                name="messaging_sanction_ends_after_start",
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def is_instant(self) -> bool:
        return self.kind in rules.INSTANT

    @property
    def appeal_until(self) -> datetime:
        return self.starts_at + rules.APPEAL_WITHIN


class Appeal(models.Model):
    """The target asks for another look; once."""

    class State(models.TextChoices):
        OPEN = "open", "Waits for a decision"
        UPHELD = "upheld", "The measure stays"
        REDUCED = "reduced", "The measure ends sooner"
        LIFTED = "lifted", "The measure was lifted"

    sanction = models.OneToOneField(Sanction, on_delete=models.CASCADE, related_name="appeal")
    text = models.TextField("why it should be lifted", validators=[MaxLengthValidator(2000)])
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    answer = models.TextField("what the player reads", blank=True, validators=[MaxLengthValidator(1000)])
    decided_by = models.ForeignKey(Player, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["state", "created_at"], name="messaging_appeal_queue")]
        constraints = [
            models.CheckConstraint(
                name="messaging_appeal_decided_has_time",
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"appeal #{self.pk}"


class Case(models.Model):
    """All open reports about one thing, decided together. The snapshot outlives edits and deletion."""

    class Subject(models.TextChoices):
        MESSAGE = "message", "Message"
        PLAYER = "player", "Player"
        ROOM = "room", "Room"

    class State(models.TextChoices):
        OPEN = "open", "Waits"
        UPHELD = "upheld", "Upheld"
        DISMISSED = "dismissed", "Dismissed"

    subject_type = models.CharField(max_length=8, choices=Subject)
    subject_id = models.UUIDField()
    # What it looked like; people stand in it by their public id only.
    snapshot = models.JSONField(default=dict)
    category = models.CharField(max_length=16, choices=Category)
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    channel = models.ForeignKey(
        Channel, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    target = models.ForeignKey(
        Player, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases_about"
    )
    is_urgent = models.BooleanField(default=False)
    # About staff or a moderator: for System Admins only.
    is_confidential = models.BooleanField(default=False)
    # Raised by expressions only.
    weight = models.FloatField(default=0)
    heaviest = models.FloatField(default=0)
    report_count = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Player, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "-is_urgent", "-weight", "id"], name="messaging_case_queue"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(state="open"),
                name="messaging_case_open_once",
            ),
            models.CheckConstraint(
                name="messaging_case_decided_has_time",
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"case #{self.pk}"


class Report(models.Model):
    """What one person says about it; a report without a reporter comes from a check."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(
        Player, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports_made"
    )
    category = models.CharField(max_length=16, choices=Category)
    text = models.TextField(blank=True, validators=[MaxLengthValidator(REPORT_MAX_LENGTH)])
    weight = models.FloatField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["reporter", "-id"], name="messaging_report_record")]
        constraints = [
            models.UniqueConstraint(fields=["case", "reporter"], name="messaging_report_once_per_case"),
        ]

    def __str__(self) -> str:
        return f"report #{self.pk}"


class Refusal(models.Model):
    """A message that was not taken, without its text: several within a minute mute for a while."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    rule = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["player", "channel", "created_at"], name="messaging_refusal_recent"),
            models.Index(fields=["created_at"], name="messaging_refusal_expiry"),
        ]

    def __str__(self) -> str:
        return f"refusal #{self.pk}"
