from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group

from players.admin import achievements, audit, bans, demo, players, privacy, records, roles, tokens

__all__ = ["achievements", "audit", "bans", "demo", "players", "privacy", "records", "roles", "tokens"]

# Staff come in by the same door as everybody: with limits on tries, second factors and bans.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# Keys to somebody's account; what staff may do with them are actions in the list of players.
admin.site.unregister([Authenticator, UserSession])

# Groups are shown as the roles that they belong to.
admin.site.unregister(Group)
