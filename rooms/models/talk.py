from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from messaging.models import Channel
from npcs.models import Npc
from rooms.models.characters import Summarised

TITLE_MAX_LENGTH = 80


class TalkQuerySet(models.QuerySet):
    def shown(self) -> "TalkQuerySet":
        return self.filter(is_archived=False)

    def newest_first(self) -> "TalkQuerySet":
        return self.order_by("-last_message_at", "-pk")


class Talk(Summarised):
    """A private talk of a player with a character. A talk that branched off another one points to it."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    player = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="talks")
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="talks")
    channel = models.OneToOneField(Channel, on_delete=models.PROTECT, related_name="talk")
    title = models.CharField(max_length=TITLE_MAX_LENGTH, blank=True)
    context = models.JSONField(default=dict, blank=True)
    total_tokens = models.PositiveBigIntegerField(default=0, editable=False)
    last_message_at = models.DateTimeField(default=timezone.now, editable=False)
    is_archived = models.BooleanField(default=False)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="branches"
    )
    # The number of the message of the parent that was said differently here.
    branched_seq = models.PositiveBigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TalkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["player", "npc", "-last_message_at", "-id"], name="rooms_talk_of_pair"),
        ]
        constraints = [
            models.CheckConstraint(
                name="rooms_talk_branches_somewhere", condition=Q(parent=None) | Q(branched_seq__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"talk #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("rooms:talk-detail", args=[self.uuid])
