from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from encrypted_fields.fields import EncryptedTextField


class AiProvider(models.Model):
    """A model server with an OpenAI-compatible interface. Without any row the built-in engine speaks."""

    name = models.SlugField(unique=True)
    display_name = models.CharField(max_length=100)
    provider_type = models.CharField(
        max_length=40, default="custom", help_text="openai, anthropic, google, cloudflare, ollama, custom ..."
    )
    # Not a URLField: that refuses names without a dot, such as those inside a compose network.
    api_endpoint = models.CharField(
        max_length=500, help_text="The base address, such as http://127.0.0.1:11434/v1"
    )
    api_key = EncryptedTextField(null=True, blank=True)
    default_model = models.CharField(max_length=200)
    supported_models = models.JSONField(default=list, blank=True)
    # Below the lease of a background job (180 s), which would otherwise be given to a second worker.
    timeout_seconds = models.PositiveSmallIntegerField(
        default=60,
        validators=[MinValueValidator(2), MaxValueValidator(150)],
        help_text="For a whole answer.",
    )
    is_default = models.BooleanField(
        default=False, help_text="Speaks for every character that names no provider."
    )
    is_active = models.BooleanField(default=True)
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
