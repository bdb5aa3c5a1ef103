"""What a character writes for its own page: a draft until somebody lets people read it."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString

from npcs.models.interaction import Interaction
from npcs.models.npc import Npc
from padawanforge.kit import markdown
from padawanforge.kit.work import WorkItem, WorkQuerySet, WorkState

TOPIC_MAX_LENGTH = 300
POST_MAX_LENGTH = 4000
UNFINISHED = (WorkState.WAITING, WorkState.RUNNING)


class NpcPostQuerySet(WorkQuerySet):
    def shown(self) -> "NpcPostQuerySet":
        """What everybody who sees the character may read."""
        return self.filter(published_at__isnull=False, hidden_at=None)

    def unfinished(self) -> "NpcPostQuerySet":
        return self.filter(state__in=UNFINISHED)


class NpcPost(WorkItem):
    """Asked for by somebody who looks after the character, and written in the background."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="posts", verbose_name="character")
    topic = models.CharField("about", max_length=TOPIC_MAX_LENGTH, help_text="What it is to write about.")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(blank=True, editable=False)
    engine = models.CharField(max_length=200, blank=True, editable=False)
    # What [n] in the text stands for: {"n": 1, "uuid": …, "title": …}.
    sources = models.JSONField(default=list, blank=True, editable=False)
    # How often a person has changed the draft; who changes it names the number that he saw.
    edits = models.PositiveIntegerField(default=0, editable=False)
    # As the character wrote it, where a person has changed it.
    written_text = models.TextField(blank=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    edited_at = models.DateTimeField(null=True, editable=False)
    # With the manifest of its prompt and what it cost.
    interaction = models.ForeignKey(
        Interaction, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, editable=False)
    hidden_at = models.DateTimeField(null=True, editable=False)

    objects = NpcPostQuerySet.as_manager()

    class Meta:
        verbose_name = "post of a character"
        verbose_name_plural = "posts of characters"
        indexes = [
            models.Index(
                fields=["npc", "-published_at", "-id"],
                condition=Q(published_at__isnull=False, hidden_at=None),
                name="npcs_post_shown",
            ),
            models.Index(fields=["npc", "-id"], name="npcs_post_newest"),
            models.Index(fields=["state", "queued_at"], name="npcs_post_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["npc"], condition=Q(state__in=["waiting", "running"]), name="npcs_one_post_at_a_time"
            ),
            models.CheckConstraint(
                name="npcs_published_post_is_written",
                condition=Q(published_at=None) | (Q(state="done") & ~Q(text="")),
            ),
            models.CheckConstraint(
                name="npcs_hidden_post_was_published",
                condition=Q(hidden_at=None) | Q(published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"post #{self.pk}"

    @property
    def stage(self) -> str:
        """writing, failed, draft, published or hidden."""
        if self.state in UNFINISHED:
            return "writing"
        if self.state == WorkState.FAILED:
            return "failed"
        if self.published_at is None:
            return "draft"
        return "published" if self.hidden_at is None else "hidden"

    @property
    def cited(self) -> list[dict[str, object]]:
        """The sources that the text still names; who changes it may have taken some out."""
        return [source for source in self.sources if f"[{source['n']}]" in self.text]

    @property
    def html(self) -> SafeString:
        return markdown.render(self.text)


class PostSchedule(models.Model):
    """That a character writes by itself, how often, what about, and on whose bill; without a row it doesn't."""

    class Every(models.IntegerChoices):
        DAY = 1, "Every day"
        THREE_DAYS = 3, "Every three days"
        WEEK = 7, "Every week"
        TWO_WEEKS = 14, "Every two weeks"
        MONTH = 30, "Every thirty days"

    npc = models.OneToOneField(
        Npc, on_delete=models.CASCADE, related_name="post_schedule", verbose_name="character"
    )
    every_days = models.PositiveSmallIntegerField("how often", choices=Every)
    # Subjects in turn, and whose turn it is.
    topics = models.JSONField("about")
    turn = models.PositiveIntegerField(default=0)
    # Who set it pays for it, and must still be one who may.
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField()
    # Why nothing was written the last time.
    note = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "schedule of posts"
        verbose_name_plural = "schedules of posts"
        indexes = [models.Index(fields=["due_at"], name="npcs_postschedule_due")]
        constraints = [
            models.CheckConstraint(name="npcs_post_schedule_at_most_daily", condition=Q(every_days__gte=1))
        ]

    def __str__(self) -> str:
        return f"schedule of posts #{self.pk}"

    @property
    def next_topic(self) -> str:
        return self.topics[self.turn % len(self.topics)]
