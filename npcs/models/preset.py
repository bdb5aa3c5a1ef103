from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models

from npcs.choices import Difficulty
from npcs.models.npc import PROMPT_MAX_LENGTH


def preset_path(preset: "KnowledgePreset", _name: str) -> str:
    # As for knowledge: the stored name says nothing of the uploaded one.
    return f"presets/{preset.uuid.hex}"


class Preset(models.Model):
    """What the preset libraries have in common."""

    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True)
    category = models.CharField(max_length=50, blank=True)
    difficulty_level = models.CharField(max_length=12, choices=Difficulty, default=Difficulty.BEGINNER)
    tags = models.JSONField(default=list, blank=True)
    usage_count = models.PositiveIntegerField(default=0, editable=False)
    is_featured = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        # The order of the libraries: what is recommended, then what is used most.
        indexes = [
            models.Index(
                fields=["is_active", "-is_featured", "-usage_count", "name"], name="npcs_%(class)s_order"
            )
        ]

    def __str__(self) -> str:
        return self.name


class SystemPromptPreset(Preset):
    """A prompt to begin with. Using it copies the text: later changes here change no character."""

    system_prompt = models.TextField(validators=[MaxLengthValidator(PROMPT_MAX_LENGTH)])


class AudiencePreset(Preset):
    """For whom a character speaks; `audience_config` names parts of the CoSTAR scheme and their texts."""

    audience_config = models.JSONField(default=dict)


class KnowledgePreset(Preset):
    """A document that characters may begin with: each that uses it gets a copy of its own."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    file = models.FileField(upload_to=preset_path)
    file_name = models.CharField(max_length=200)
    file_type = models.CharField(max_length=100, blank=True)
    file_size = models.PositiveIntegerField()
    file_hash = models.CharField(max_length=64, unique=True)
