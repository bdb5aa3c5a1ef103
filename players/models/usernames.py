from datetime import datetime

from django.db import models


class UsernameReservationQuerySet(models.QuerySet):
    def in_force(self, now: datetime) -> "UsernameReservationQuerySet":
        return self.filter(free_from__gt=now)


class UsernameReservation(models.Model):
    """A username that somebody has given up: kept back for a while, so that nobody takes on his name.

    Only its hash is stored; so nothing of it is left to read when the account is deleted.
    """

    name_hash = models.CharField(max_length=64, unique=True)
    # Who gave it up may have it back.
    holder = models.UUIDField()
    free_from = models.DateTimeField(db_index=True)

    objects = UsernameReservationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"reserved username #{self.pk}"
