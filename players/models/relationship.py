from django.db import models
from django.db.models import F, Q

from players.models.player import Player


class PlayerRelationship(models.Model):
    """What one player is to another. Friendship is a pair of rows, so that each side reads only its own."""

    class Kind(models.TextChoices):
        FRIEND_REQUEST = "friend_request", "Asked to be a friend"
        FRIEND = "friend", "Friend"
        FOLLOW = "follow", "Follows"
        BLOCKED = "blocked", "Blocked"

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="relationships")
    other = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="relationships_of_others")
    kind = models.CharField(max_length=14, choices=Kind)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["player", "kind", "-created_at", "-id"], name="players_relationship_list"),
            models.Index(fields=["other", "kind", "-created_at", "-id"], name="players_relationship_inbox"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["player", "other", "kind"], name="players_relationship_once"),
            models.CheckConstraint(
                name="players_relationship_with_somebody_else", condition=~Q(player=F("other"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
