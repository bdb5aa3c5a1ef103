from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q

from npcs.models.npc import PROMPT_MAX_LENGTH, Npc
from npcs.models.preset import AudiencePreset, KnowledgePreset, SystemPromptPreset


def inventory_path(entry: "InventoryEntry", _name: str) -> str:
    # As for knowledge: the stored name says nothing of the uploaded one.
    return f"inventory/{entry.uuid.hex}"


class InventoryEntry(models.Model):
    """A template of a character that a player keeps for later ones, with at most one document."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="npc_inventory"
    )
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    system_prompt = models.TextField(blank=True, validators=[MaxLengthValidator(PROMPT_MAX_LENGTH)])
    audience = models.TextField(blank=True)
    # Everything else of the character that it was made from, as a revision holds it.
    definition = models.JSONField(default=dict, blank=True, editable=False)
    file = models.FileField(upload_to=inventory_path, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    file_type = models.CharField(max_length=100, blank=True)
    file_size = models.PositiveIntegerField(default=0)
    is_public = models.BooleanField("published", default=False)
    usage_count = models.PositiveIntegerField(default=0, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "template of a character"
        verbose_name_plural = "templates of characters"
        indexes = [
            models.Index(
                fields=["-usage_count", "name"], condition=Q(is_public=True), name="npcs_inventory_public"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["player", "name"],
                name="npcs_inventory_name_once",
                violation_error_message="You have a template with this name already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PresetUsage(models.Model):
    """A preset or a template was copied into a character."""

    class Kind(models.TextChoices):
        SYSTEM_PROMPT = "system_prompt", "Prompt"
        AUDIENCE = "audience", "Audience"
        KNOWLEDGE = "knowledge", "Knowledge"
        INVENTORY = "inventory", "Template"

    preset_type = models.CharField(max_length=13, choices=Kind)
    system_prompt = models.ForeignKey(
        SystemPromptPreset, null=True, on_delete=models.CASCADE, related_name="usages"
    )
    audience = models.ForeignKey(AudiencePreset, null=True, on_delete=models.CASCADE, related_name="usages")
    knowledge = models.ForeignKey(KnowledgePreset, null=True, on_delete=models.CASCADE, related_name="usages")
    inventory = models.ForeignKey(InventoryEntry, null=True, on_delete=models.CASCADE, related_name="usages")
    npc = models.ForeignKey(Npc, null=True, on_delete=models.SET_NULL, related_name="preset_usages")
    player = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "use of a preset"
        verbose_name_plural = "uses of presets"
        indexes = [models.Index(fields=["-used_at", "-id"], name="npcs_preset_usage_newest")]
        constraints = [
            models.CheckConstraint(
                name="npcs_preset_usage_names_one",
                condition=Q(
                    preset_type="system_prompt",
                    system_prompt__isnull=False,
                    audience=None,
                    knowledge=None,
                    inventory=None,
                )
                | Q(
                    preset_type="audience",
                    system_prompt=None,
                    audience__isnull=False,
                    knowledge=None,
                    inventory=None,
                )
                | Q(
                    preset_type="knowledge",
                    system_prompt=None,
                    audience=None,
                    knowledge__isnull=False,
                    inventory=None,
                )
                | Q(
                    preset_type="inventory",
                    system_prompt=None,
                    audience=None,
                    knowledge=None,
                    inventory__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"use #{self.pk}"

    @property
    def preset_id(self) -> int:
        """The key of what was used, in the table that `preset_type` names."""
        return getattr(self, f"{self.preset_type}_id")
