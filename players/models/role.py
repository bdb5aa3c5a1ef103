from django.contrib.auth.models import Group
from django.db import models

from players.choices import PERMISSIONS


class Role(models.Model):
    """A documented role: a group of permissions with a name and a level."""

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="role")
    name = models.CharField(max_length=50, unique=True)
    display_name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    level = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        # Real permissions under the documented names, checked as "players.<name>".
        permissions = list(PERMISSIONS.items())

    def __str__(self) -> str:
        return self.display_name
