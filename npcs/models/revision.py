from django.conf import settings
from django.db import models

from npcs.models.npc import Npc


class NpcRevision(models.Model):
    """A character as it was: never changed afterwards, so that every answer can name who gave it.

    The database refuses to change `FROZEN`; the row goes only with its character.
    """

    FROZEN = ["npc", "number", "definition", "fingerprint", "restored_from", "created_at"]

    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    # What it is made of, name by name: columns of the character and, under "configuration", of CoSTAR.
    definition = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    note = models.CharField(max_length=200, blank=True)
    restored_from = models.PositiveIntegerField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "revision of a character"
        verbose_name_plural = "revisions of characters"
        constraints = [
            models.UniqueConstraint(fields=["npc", "number"], name="npcs_revision_number"),
            models.CheckConstraint(
                name="npcs_revision_restores_earlier",
                condition=models.Q(restored_from=None) | models.Q(restored_from__lt=models.F("number")),
            ),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of character #{self.npc_id}"
