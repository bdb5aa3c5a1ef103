from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from padawanforge.kit import access
from players.forms.directory import DirectoryForm
from players.forms.privacy import PREVIEWS
from players.models import Player
from players.panels import panels_for
from players.permissions import has_account, may_search_players, may_see_players
from players.queries.cards import ProfileCard, card_of, people, seen_player
from players.queries.directory import directory
from players.queries.relationships import relation_buttons
from players.rules.privacy import Relation

PREVIEWED = {"stranger": Relation.PLAYER, "friend": Relation.FRIEND, "guest": Relation.GUEST}


@access.requires(may_see_players)
@require_safe
def player_detail(request: HttpRequest, username: str) -> HttpResponse:
    found = seen_player(request.user, username)
    if found is None:
        raise Http404
    player, relation = found
    card = card_of(player, relation)
    context = {
        "card": card,
        "panels": _panels(player, card),
        "relation": relation_buttons(request.user, player),
    }
    return render(request, "players/player_detail.html", context)


@access.requires(has_account)
@require_safe
def preview(request: HttpRequest, viewer: str) -> HttpResponse:
    """The player's own profile as others see it."""
    if viewer not in PREVIEWED:
        raise Http404
    player = people().filter(pk=request.user.pk).first()
    if player is None:
        raise Http404
    card = card_of(player, PREVIEWED[viewer])
    context = {
        "card": card,
        "panels": _panels(player, card),
        "preview": dict(PREVIEWS)[viewer],
        "previews": PREVIEWS,
        "previewed": viewer,
    }
    return render(request, "players/player_detail.html", context)


@access.requires(may_search_players)
@require_safe
@vary_on_headers("HX-Request")
def player_list(request: HttpRequest) -> HttpResponse:
    """The directory; by htmx only the list is drawn again."""
    chosen = DirectoryForm(request.GET).chosen()
    found = directory(request.user, **chosen)
    context = {"directory": found, **chosen}
    template = "players/_player_cards.html" if request.htmx else "players/player_list.html"
    return render(request, template, context)


def _panels(player: Player, card: ProfileCard) -> list[tuple[str, object]]:
    """Template and content of what other apps show of the player; what may not be seen is not even loaded."""
    loaded = [(panel.template, panel.load(player.pk)) for panel in panels_for(card.fields)]
    return [(template, content) for template, content in loaded if content is not None]
