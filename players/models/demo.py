from uuid import uuid4

from django.db import models

from players.models.player import Player


class DemoSession(models.Model):
    """What a guest has until it expires; the guest's player goes with it unless he signed up."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    player = models.OneToOneField(Player, on_delete=models.CASCADE, related_name="demo_session")
    expires_at = models.DateTimeField(db_index=True)
    converted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"demo session #{self.pk}"
