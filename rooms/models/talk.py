from uuid import uuid4

from django.conf import settings
from django.db import models

from messaging.models import Channel, Message
from npcs.models import Npc
from padawanforge.kit.work import WorkItem, WorkQuerySet


class Talk(models.Model):
    """The private talk of a player with a character."""

    player = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="talks")
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="talks")
    channel = models.OneToOneField(Channel, on_delete=models.PROTECT, related_name="talk")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["player", "npc"], name="rooms_talk_once_per_pair"),
        ]

    def __str__(self) -> str:
        return f"talk #{self.pk}"


class Reply(WorkItem):
    """A character's answer in the making: asked by a message, worked on in the background, posted once."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="replies")
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="+")
    answer = models.OneToOneField(Message, null=True, on_delete=models.SET_NULL, related_name="answered")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "replies"
        constraints = [
            models.UniqueConstraint(fields=["message", "npc"], name="rooms_one_reply_per_character"),
        ]

    def __str__(self) -> str:
        return f"reply #{self.pk}"
