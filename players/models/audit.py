from django.db import models


class AuditEntry(models.Model):
    """Who did what to what, and why. Append-only; each entry carries the hash of the one before.

    People are named by their public id instead of by a foreign key: the entry outlives an account that is
    deleted, and nothing ever has to be changed in it.
    """

    actor_uuid = models.UUIDField(null=True, db_index=True)
    on_behalf_of_uuid = models.UUIDField(null=True)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=64)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    address_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64)
    entry_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="players_audit_object"),
            models.Index(fields=["verb", "-id"], name="players_audit_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} #{self.pk}"


class AuditHead(models.Model):
    """The end of the chain: one row, locked by whoever adds an entry, so that the chain has no fork."""

    ID = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ID)
    entry_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(name="players_one_audit_head", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return "audit head"
