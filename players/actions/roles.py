from django.contrib.auth.models import Group, Permission
from django.db import transaction

from players.choices import ROLES, RoleName
from players.models import Role


@transaction.atomic
def ensure_roles() -> None:
    """Create the documented roles with their permissions; what staff changed later is left alone."""
    for name, (level, description, permissions) in ROLES.items():
        display_name = RoleName(name).label
        group, _ = Group.objects.get_or_create(name=display_name)
        _, created = Role.objects.get_or_create(
            name=name,
            defaults={
                "group": group, "display_name": display_name, "description": description, "level": level,
            },
        )
        if created:
            group.permissions.set(
                Permission.objects.filter(content_type__app_label="players", codename__in=permissions)
            )
