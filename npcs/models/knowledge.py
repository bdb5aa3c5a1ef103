from datetime import datetime
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from npcs.models.npc import Npc
from npcs.models.preset import KnowledgePreset
from padawanforge.kit.work import WorkItem, WorkQuerySet


def knowledge_path(file: "KnowledgeFile", _name: str) -> str:
    # The stored name says nothing of the uploaded one: names come from strangers.
    return f"knowledge/{file.uuid.hex}"


class KnowledgeFileQuerySet(WorkQuerySet):
    def arrived(self) -> Self:
        return self.filter(upload_state=KnowledgeFile.Upload.COMPLETED)

    def claim(self, pk: int, *, now: datetime) -> bool:
        """A file that is still on its way can't be read."""
        return super(KnowledgeFileQuerySet, self.arrived()).claim(pk, now=now)

    def abandoned(self, now: datetime, forgotten: datetime) -> WorkQuerySet:
        return super(KnowledgeFileQuerySet, self.arrived()).abandoned(now, forgotten)


class KnowledgeFile(WorkItem):
    """A document that a character answers from; how far it is read is the work item's state.

    A file that replaces another one is a row of its own until it has been read: so long the old one answers.
    """

    class Upload(models.TextChoices):
        PENDING = "pending", "Announced"
        UPLOADING = "uploading", "Uploading"
        COMPLETED = "completed", "Arrived"
        FAILED = "failed", "Refused"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="knowledge_files")
    file_name = models.CharField(max_length=200)
    file = models.FileField(upload_to=knowledge_path, blank=True)
    file_type = models.CharField(max_length=100, blank=True)
    file_size = models.PositiveIntegerField()
    # Empty until all of it is here.
    file_hash = models.CharField(max_length=64, blank=True)
    upload_state = models.CharField(
        max_length=9, choices=Upload, default=Upload.COMPLETED, editable=False, verbose_name="upload"
    )
    # How many bytes have arrived of a file that comes in pieces.
    received = models.PositiveIntegerField(default=0, editable=False)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="replacement"
    )
    preset = models.ForeignKey(
        KnowledgePreset,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="copies",
        help_text="The document of the library that this is a copy of.",
    )
    # "room:<uuid>" and the like; the places themselves live in apps above.
    place = models.CharField(
        max_length=80, blank=True, help_text="Empty: known everywhere. Else in this place only."
    )
    description = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = KnowledgeFileQuerySet.as_manager()

    class Meta:
        indexes = [
            # The sweeper asks every few seconds; nearly all files are done.
            models.Index(fields=["state"], condition=~Q(state="done"), name="npcs_knowledge_file_open"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["npc", "file_hash"], condition=~Q(file_hash=""), name="npcs_knowledge_file_once"
            ),
            models.CheckConstraint(
                condition=Q(received__lte=models.F("file_size")), name="npcs_knowledge_file_received"
            ),
            models.CheckConstraint(
                condition=~Q(upload_state="completed", file_hash=""), name="npcs_knowledge_file_arrived"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class KnowledgeItem(models.Model):
    """A passage of a knowledge file, with the vector that stands for its meaning."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    file = models.ForeignKey(KnowledgeFile, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    heading = models.CharField(max_length=300, blank=True)
    page = models.PositiveIntegerField(null=True)
    # Where the passage stands in the text of the file (the datum of kind "text").
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    text = models.TextField()
    # What the search by words reads: the stems of heading and text, and "npc12 file34" to narrow it.
    terms = models.TextField(blank=True, editable=False)
    scope = models.CharField(max_length=60, blank=True, editable=False)
    keywords = models.JSONField(default=list)
    token_count = models.PositiveIntegerField(default=0)
    # float16 bytes; vectors of different models can't be compared, so the model's name stands beside them.
    embedding = models.BinaryField(null=True)
    embedding_model = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "position"], name="npcs_knowledge_item_position"),
        ]

    def __str__(self) -> str:
        return f"passage {self.position} of file #{self.file_id}"

    def get_absolute_url(self) -> str:
        return reverse("npcs:source", args=[self.uuid])


class KnowledgeDatum(WorkItem):
    """What was made of a whole file, a row for each kind, with its own state: one may wait while others are done."""

    class Kind(models.TextChoices):
        TEXT = "text", "Text"
        SUMMARY = "summary", "Summary"
        KEYWORDS = "keywords", "Keywords"
        EMBEDDINGS = "embeddings", "Vectors"
        METADATA = "metadata", "About the file"

    file = models.ForeignKey(KnowledgeFile, on_delete=models.CASCADE, related_name="data")
    content_type = models.CharField("kind", max_length=10, choices=Kind)
    content_data = models.TextField(
        "content", blank=True, help_text="Text, or JSON for all but text and summary."
    )
    # What made it: "LexRank", the embedding model, the reader.
    engine = models.CharField(max_length=200, blank=True)
    confidence_score = models.FloatField("confidence", default=0.0)
    token_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = "product of a knowledge file"
        verbose_name_plural = "products of knowledge files"
        indexes = [
            models.Index(fields=["content_type", "engine"], name="npcs_knowledge_datum_engine"),
            models.Index(fields=["state"], condition=~Q(state="done"), name="npcs_knowledge_datum_open"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["file", "content_type"], name="npcs_knowledge_datum_once"),
            models.CheckConstraint(
                condition=Q(confidence_score__gte=0.0, confidence_score__lte=1.0),
                name="npcs_knowledge_datum_confidence",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.content_type} of file #{self.file_id}"
