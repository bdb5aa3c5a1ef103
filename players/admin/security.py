"""For somebody who lost phone and codes, and for an account in which somebody else may be."""

from django.contrib import admin
from django.http import HttpRequest

from players.actions.sessions import reset_second_factors, sign_out_everywhere
from players.models.player import PlayerQuerySet


class SecurityActions:
    """Actions of the list of players."""

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out_players(self, request: HttpRequest, chosen: PlayerQuerySet) -> None:
        self.apply(
            request,
            chosen,
            verb=lambda player: sign_out_everywhere(player=player, by=request.user),
            done="signed out",
        )

    @admin.action(description="Reset second factors and passkeys", permissions=["change"])
    def reset_factors_of_players(self, request: HttpRequest, chosen: PlayerQuerySet) -> None:
        self.apply(
            request,
            chosen,
            verb=lambda player: reset_second_factors(player=player, by=request.user),
            done="second factors reset",
        )
