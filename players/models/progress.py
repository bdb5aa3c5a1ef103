from django.db import models

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
