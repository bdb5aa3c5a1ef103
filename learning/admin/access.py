from django.contrib import admin
from django.http import HttpRequest

from players.permissions import may


class GamesAdmin(admin.ModelAdmin):
    """Who may create and remove games, may author what is played in them.

    Seeing takes the right to create, too: "games.view" is every player's, and here the keys are shown.
    """

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "games.create")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.create")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "games.create")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.create")

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return may(request.user, "games.delete")


class ReadOnlyGamesAdmin(GamesAdmin):
    """What the game has written down: looked at, never edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
