from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models

from npcs.choices import Difficulty
from npcs.models.npc import PROMPT_MAX_LENGTH


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

    def __str__(self) -> str:
        return self.name


class SystemPromptPreset(Preset):
    system_prompt = models.TextField(validators=[MaxLengthValidator(PROMPT_MAX_LENGTH)])


class AudiencePreset(Preset):
    audience_config = models.JSONField(default=dict)
