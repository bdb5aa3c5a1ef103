from django.contrib import admin
from django.contrib.auth.models import Group

from players.admin import players, records, roles

__all__ = ["players", "records", "roles"]

# Groups are shown as the roles that they belong to.
admin.site.unregister(Group)
