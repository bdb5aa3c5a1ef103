"""What models were asked and what it cost; how much may be spent; and the switch that stops it all."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from npcs.models.interaction import Interaction
from npcs.models.npc import Npc
from npcs.models.provider import AiProvider
from players.choices import RoleName


class AiCall(models.Model):
    """One request to a provider: also a retry, a summary, a round with tools. Texts are not kept."""

    class Purpose(models.TextChoices):
        CHAT = "chat", "Talking"
        SUMMARY = "summary", "Summary of a talk"
        MEMORY = "memory", "Extraction of memories"
        STATEMENTS = "statements", "Statements from notes"
        JUDGE = "judge", "Judging an answer"
        POST = "post", "Post of a character"
        DIRECTOR = "director", "Who speaks next"
        EMBED = "embed", "Vectors"
        TEST = "test", "Test of a connection"

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        OK = "ok", "Answered"
        STOPPED = "stopped", "Stopped"
        FAILED = "failed", "Failed"
        LOST = "lost", "Nobody knows how it ended"

    purpose = models.CharField(max_length=12, choices=Purpose)
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="ai_calls"
    )
    npc = models.ForeignKey(Npc, null=True, on_delete=models.SET_NULL, related_name="+")
    place = models.UUIDField(null=True)
    interaction = models.ForeignKey(Interaction, null=True, on_delete=models.SET_NULL, related_name="calls")
    provider = models.ForeignKey(AiProvider, null=True, on_delete=models.SET_NULL, related_name="calls")
    ai_model = models.CharField(max_length=200)
    is_own_key = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    # Booked in advance for a call that runs; afterwards as counted by the server, else as estimated.
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_cached = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    is_estimated = models.BooleanField(default=True)
    # None where nobody has said what it costs.
    cost = models.DecimalField(max_digits=14, decimal_places=8, null=True)
    attempts = models.PositiveSmallIntegerField(default=1)
    latency_ms = models.PositiveIntegerField(null=True)
    first_token_ms = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=100, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    # Tells whether two calls asked the same, without telling what.
    prompt_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "call of a model"
        verbose_name_plural = "calls of models"
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="npcs_call_newest"),
            models.Index(fields=["player", "-created_at"], name="npcs_call_of_player"),
            models.Index(fields=["created_at"], condition=Q(state="running"), name="npcs_call_running"),
        ]

    def __str__(self) -> str:
        return f"call #{self.pk}"


class UsageDay(models.Model):
    """What was used on one day (UTC) by one player, by one character, in one place, or by all."""

    class Scope(models.TextChoices):
        PLAYER = "player", "Player"
        NPC = "npc", "Character"
        PLACE = "place", "Room or talk"
        SITE = "site", "Installation"

    scope = models.CharField(max_length=8, choices=Scope)
    # The public id of whom or what it is about; empty for the installation.
    key = models.CharField(max_length=36, blank=True)
    day = models.DateField()
    tokens = models.PositiveBigIntegerField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=8, default=0)
    calls = models.PositiveIntegerField(default=0)
    alarmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "use of a day"
        verbose_name_plural = "use by days"
        constraints = [
            models.UniqueConstraint(fields=["scope", "key", "day"], name="npcs_usage_once_a_day"),
        ]
        indexes = [models.Index(fields=["day", "scope", "-tokens"], name="npcs_usage_most")]

    def __str__(self) -> str:
        return f"{self.scope} on {self.day}"


class Budget(models.Model):
    """How many tokens a day someone or something may use. Without a row the figures of `AiControl` hold."""

    role = models.CharField(max_length=20, blank=True, choices=RoleName)
    player = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="ai_budget"
    )
    npc = models.OneToOneField(
        Npc, null=True, blank=True, on_delete=models.CASCADE, related_name="budget", verbose_name="character"
    )
    place = models.UUIDField(
        null=True, blank=True, unique=True, help_text="The public id of the room's channel."
    )
    tokens_per_day = models.PositiveBigIntegerField(validators=[MaxValueValidator(10**12)])
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="npcs_budget_is_for_one",
                condition=(~Q(role="") & Q(player=None, npc=None, place=None))
                | Q(role="", player__isnull=False, npc=None, place=None)
                | Q(role="", player=None, npc__isnull=False, place=None)
                | Q(role="", player=None, npc=None, place__isnull=False),
                violation_error_message="Choose exactly one: a role, a player, a character or a place.",
            ),
            models.UniqueConstraint(fields=["role"], condition=~Q(role=""), name="npcs_budget_once_per_role"),
        ]

    def __str__(self) -> str:
        return f"budget #{self.pk}"


class AiControl(models.Model):
    """One row: the switch that stops every call of every provider, and what may be spent by default."""

    ID = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ID, editable=False)
    is_stopped = models.BooleanField(
        "stop all providers", default=False, help_text="Characters then answer with the built-in engine only."
    )
    stop_reason = models.CharField(max_length=200, blank=True)
    money_per_day = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="For the whole installation, in the currency of the prices; empty: no limit.",
    )
    currency = models.CharField(max_length=3, default="USD")
    alarm_percent = models.PositiveSmallIntegerField(
        default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    tokens_per_player = models.PositiveBigIntegerField(default=50_000)
    tokens_per_staff = models.PositiveBigIntegerField(
        default=200_000, help_text="For game masters and system admins."
    )
    tokens_per_place = models.PositiveBigIntegerField(default=100_000)
    tokens_per_npc = models.PositiveBigIntegerField(null=True, blank=True, help_text="Empty: no limit.")
    digest_sent_on = models.DateField(null=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "limits of the providers"
        verbose_name_plural = "limits of the providers"
        constraints = [models.CheckConstraint(name="npcs_one_control", condition=Q(id=1))]

    def __str__(self) -> str:
        return "limits of the providers"
