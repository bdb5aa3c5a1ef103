"""Finds who signs in, who a session belongs to, and what his roles open."""

from datetime import datetime

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from django.utils import timezone

from padawanforge.kit.memory import recalled
from padawanforge.kit.prepared import prepared
from players.models import Player
from players.queries.bans import admitted, ban_of
from players.queries.rights import know_rights


class PlayerBackend(AuthenticationBackend):
    """The only one: nobody comes in past it who is deactivated or banned."""

    def get_user(self, user_id: int) -> Player | None:
        """Asked with every request, and by every socket that looks again: one query.

        Every page shows the name and obeys the preferences, so both rows come along.
        """
        return recalled((Player, user_id), lambda: next(iter(_admitted(user_id, timezone.now())), None))

    def user_can_authenticate(self, user: Player | None) -> bool:
        return super().user_can_authenticate(user) and not ban_of(user.pk, timezone.now())

    def get_all_permissions(self, user_obj: Player, obj: object = None) -> set[str]:
        """Remembered by the process until they change: every page and every call asks for them."""
        if obj is None and user_obj.is_active and not user_obj.is_anonymous and not user_obj.is_superuser:
            know_rights([user_obj])
        return super().get_all_permissions(user_obj, obj)

    def _get_group_permissions(self, user_obj: Player) -> QuerySet[Permission]:
        """A role that is switched off opens nothing."""
        working = Group.objects.filter(user=user_obj).exclude(role__is_active=False)
        return Permission.objects.filter(group__in=working)


@prepared
def _admitted(user_id: int, now: datetime) -> QuerySet[Player]:
    return admitted(now).select_related("profile", "preferences").filter(pk=user_id)
