from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from encrypted_fields.fields import EncryptedTextField

from npcs.llm.layout import WINDOW_TOKENS


class AiProvider(models.Model):
    """A model server with an OpenAI-compatible interface. Without any row the built-in engine speaks."""

    name = models.SlugField(unique=True)
    display_name = models.CharField(max_length=100)
    provider_type = models.CharField(
        max_length=40,
        default="custom",
        help_text="openai, anthropic, google, cloudflare, ollama, vllm, lmstudio, llamacpp or custom",
    )
    # Not a URLField: that refuses names without a dot, such as those inside a compose network.
    api_endpoint = models.CharField(
        max_length=500, help_text="The base address, such as http://127.0.0.1:11434/v1"
    )
    api_version = models.CharField(
        max_length=40, blank=True, help_text="Sent as the parameter api-version where a server wants one."
    )
    api_key = EncryptedTextField(null=True, blank=True)
    default_model = models.CharField(max_length=200)
    supported_models = models.JSONField(default=list, blank=True)
    rate_limits = models.JSONField(
        default=dict,
        blank=True,
        help_text='How much we ask of it: {"concurrent": 8, "requests_per_minute": 60}; empty for no limit.',
    )
    cost_per_token = models.DecimalField(
        max_digits=14,
        decimal_places=10,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="For models without a price of their own; empty: unknown, which is not the same as nothing.",
    )
    configuration_schema = models.JSONField(
        default=dict,
        blank=True,
        help_text="JSON schema of what a character may set in its response settings for this provider.",
    )
    # Below the lease of a background job (180 s), which would otherwise be given to a second worker.
    timeout_seconds = models.PositiveSmallIntegerField(
        default=120,
        validators=[MinValueValidator(2), MaxValueValidator(150)],
        help_text="For a whole answer.",
    )
    first_token_seconds = models.PositiveSmallIntegerField(
        default=20, validators=[MinValueValidator(1), MaxValueValidator(150)]
    )
    idle_seconds = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(150)], help_text="Between two pieces."
    )
    is_default = models.BooleanField(
        default=False, help_text="Speaks for every character that names no provider."
    )
    is_active = models.BooleanField(default=True)
    # What "test connection" found: {"models": 12, "stream": true, "usage": true, "json": "json_schema" ...}
    capabilities = models.JSONField(default=dict, blank=True, editable=False)
    tested_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "AI provider"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="npcs_one_default_provider",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name


class AiModel(models.Model):
    """A model of a provider, where it differs from what we assume: how much it takes in, what it can do."""

    provider = models.ForeignKey(AiProvider, on_delete=models.CASCADE, related_name="models")
    name = models.CharField(max_length=200)
    window_tokens = models.PositiveIntegerField(
        default=WINDOW_TOKENS, validators=[MinValueValidator(2048), MaxValueValidator(2_000_000)]
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "AI model"
        constraints = [
            models.UniqueConstraint(fields=["provider", "name"], name="npcs_model_once_per_provider"),
        ]

    def __str__(self) -> str:
        return self.name


class ModelPrice(models.Model):
    """What a provider asks for a million tokens from a day on. The longest pattern that fits counts."""

    provider = models.ForeignKey(AiProvider, on_delete=models.CASCADE, related_name="prices")
    model_pattern = models.CharField(max_length=200, default="*", help_text="Such as gpt-5* or *")
    input_price = models.DecimalField(max_digits=12, decimal_places=4, validators=[MinValueValidator(0)])
    cached_price = models.DecimalField(
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="For input that the provider had cached; empty: as other input.",
    )
    output_price = models.DecimalField(max_digits=12, decimal_places=4, validators=[MinValueValidator(0)])
    valid_from = models.DateField()

    class Meta:
        verbose_name = "price of a model"
        verbose_name_plural = "prices of models"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "model_pattern", "valid_from"], name="npcs_price_once_a_day"
            ),
            models.CheckConstraint(
                name="npcs_prices_are_not_negative",
                condition=Q(input_price__gte=0, output_price__gte=0)
                & (Q(cached_price=None) | Q(cached_price__gte=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_pattern} from {self.valid_from}"


class FallbackStep(models.Model):
    """Who is asked next, when those before it are away. The built-in engine comes after all of them."""

    class Purpose(models.TextChoices):
        """Nothing here judges answers yet: an app that grades what learners write asks for data with that purpose."""

        CHAT = "chat", "Talking"
        JSON = "json", "Structured answers: statements, memories, summaries"
        JUDGE = "judge", "Judging answers"

    purpose = models.CharField(max_length=8, choices=Purpose)
    position = models.PositiveSmallIntegerField()
    provider = models.ForeignKey(AiProvider, on_delete=models.CASCADE, related_name="fallback_steps")
    ai_model = models.CharField(max_length=200, blank=True, help_text="Empty: the provider's default model.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "position"], name="npcs_fallback_one_per_position"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.position}"


class UserAiSettings(models.Model):
    """A player's own key at a hosted provider: his questions to characters go there, at his own cost.

    The address comes from the preset of the kind: a player names no address that the server would call.
    """

    player = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="ai_settings"
    )
    provider_type = models.CharField(max_length=40)
    api_key = EncryptedTextField()
    ai_model = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    tested_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "own key of a player"
        verbose_name_plural = "own keys of players"

    def __str__(self) -> str:
        return f"own key of player #{self.player_id}"
