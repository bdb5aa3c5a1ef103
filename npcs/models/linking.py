"""People of other messengers who have shown that they are players here."""

from datetime import datetime
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models

from npcs.models.bot import BotAssignment


class LinkCodeQuerySet(models.QuerySet):
    def open(self, now: datetime) -> Self:
        return self.filter(ended_at=None, expires_at__gt=now)


class LinkCode(models.Model):
    """Shown to a player once, for a few minutes, to be written to a bot. Of the code only a hash is kept."""

    player = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Used, or replaced by a newer one.
    ended_at = models.DateTimeField(null=True)

    objects = LinkCodeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["player", "created_at"], name="npcs_linkcode_rate"),
            models.Index(fields=["created_at"], name="npcs_linkcode_oldest"),
        ]

    def __str__(self) -> str:
        return f"link code #{self.pk}"


class OutsideIdentity(models.Model):
    """Somebody as a bot knows him, and the player who he is here.

    What he tells the bot stays a partition of its own, unless the player has said that it is to be joined.
    """

    class Words(models.TextChoices):
        UNDECIDED = "undecided", "Not decided yet"
        APART = "apart", "Kept apart"
        JOINED = "joined", "Joined"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    bot = models.ForeignKey(BotAssignment, on_delete=models.CASCADE, related_name="identities")
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="outside_identities"
    )
    # As in the messages of the bot: a hash that means nothing to another bot.
    author_key = models.CharField(max_length=64)
    author_name = models.CharField("name there", max_length=80, blank=True)
    words = models.CharField("what is said there", max_length=9, choices=Words, default=Words.UNDECIDED)
    linked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "outside identities"
        indexes = [models.Index(fields=["player", "-id"], name="npcs_identity_mine")]
        constraints = [
            models.UniqueConstraint(fields=["bot", "author_key"], name="npcs_identity_of_one_player"),
        ]

    def __str__(self) -> str:
        return f"outside identity #{self.pk}"
