from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from padawanforge.kit import access
from players.models import Player
from players.permissions import has_account
from players.queries.boards import PERIODS, board_of_everybody, board_of_friends

CIRCLES = {"friends": board_of_friends, "everybody": board_of_everybody}


@access.requires(has_account)
@require_safe
def board(request: HttpRequest, circle: str = "friends") -> HttpResponse:
    """Friends come first: who learns with people one knows learns longer."""
    if circle not in CIRCLES:
        raise Http404
    period = request.GET.get("period")
    period = period if period in PERIODS else "week"
    viewer = Player.objects.select_related("profile", "game_data", "preferences").get(pk=request.user.pk)
    context = {
        "board": CIRCLES[circle](viewer, period=period),
        "circle": circle,
        "period": period,
        "periods": PERIODS,
        "is_seen": viewer.game_data.is_ranked if circle == "friends" else viewer.game_data.is_listed,
    }
    return render(request, "players/board.html", context)
