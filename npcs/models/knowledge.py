from uuid import uuid4

from django.conf import settings
from django.db import models
from django.urls import reverse

from npcs.models.npc import Npc
from padawanforge.kit.work import WorkItem, WorkQuerySet


def knowledge_path(file: "KnowledgeFile", _name: str) -> str:
    # The stored name says nothing of the uploaded one: names come from strangers.
    return f"knowledge/{file.uuid.hex}"


class KnowledgeFile(WorkItem):
    """An uploaded document that a character answers from; its processing state is the work item's."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="knowledge_files")
    file_name = models.CharField(max_length=200)
    file = models.FileField(upload_to=knowledge_path)
    file_type = models.CharField(max_length=100, blank=True)
    file_size = models.PositiveIntegerField()
    file_hash = models.CharField(max_length=64)
    description = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["npc", "file_hash"], name="npcs_knowledge_file_once"),
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
    text = models.TextField()
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
