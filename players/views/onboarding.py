"""Three short steps for new players, each of which can be left out."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from padawanforge.kit import access
from players import interests
from players.actions import onboarding
from players.forms.onboarding import InterestsStep, NameStep, PrivacyStep
from players.models import Player
from players.permissions import has_account
from players.views.settings import accepted

AFTERWARDS = "site:tutorial"


@dataclass(frozen=True, slots=True)
class Step:
    slug: str
    title: str
    lead: str


STEPS = (
    Step("name", "What shall we call you?", "Others read your name in rooms and on the final board."),
    Step(
        "interests", "What do you want to learn?", "So that you find the right characters and quizzes first."
    ),
    Step(
        "privacy",
        "Who may see what?",
        "You can change all of it at any time, field by field, in your settings.",
    ),
)


@access.requires(has_account)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, slug: str = STEPS[0].slug) -> HttpResponse:
    number = next((n for n, known in enumerate(STEPS) if known.slug == slug), None)
    if number is None:
        raise Http404
    if request.method == "POST" and request.POST.get("skip"):
        return _next(request.user, number)
    form = FORMS[slug](request)
    if request.method == "POST" and accepted(
        form, lambda: SAVES[slug](request.user, form), field=FIELDS.get(slug)
    ):
        return _next(request.user, number)
    context = {"form": form, "steps": STEPS, "step": STEPS[number], "number": number + 1}
    return render(request, f"players/welcome_{slug}.html", context, status=422 if form.is_bound else 200)


@access.requires(has_account)
@require_POST
def skip(request: HttpRequest) -> HttpResponse:
    """All that is left; home asks no more."""
    onboarding.skip_onboarding(player=request.user)
    return redirect("site:home")


def _next(player: Player, number: int) -> HttpResponse:
    if number + 1 < len(STEPS):
        return redirect("players:welcome-step", STEPS[number + 1].slug)
    onboarding.finish_onboarding(player=player, now=timezone.now())
    return redirect("site:home" if player.preferences.tutorial_completed else AFTERWARDS)


def _name_form(request: HttpRequest) -> NameStep:
    player = request.user
    initial = {"username": player.username, "display_name": player.profile.display_name}
    return NameStep(_sent(request), initial=initial)


def _interests_form(request: HttpRequest) -> InterestsStep:
    suggested, mine = interests.suggested(), request.user.personal_info.interests
    initial = {"chosen": mine, "others": [word for word in mine if word not in suggested]}
    return InterestsStep(_sent(request), suggested=suggested, initial=initial)


def _privacy_form(request: HttpRequest) -> PrivacyStep:
    player = request.user
    initial = {
        "profile_visibility": player.profile.profile_visibility,
        "privacy_level": player.preferences.privacy_level,
        "wants_boards": player.preferences.wants_boards,
        "date_of_birth": player.personal_info.date_of_birth,
    }
    form = PrivacyStep(_sent(request), initial=initial)
    form.fields["date_of_birth"].disabled = player.personal_info.date_of_birth is not None
    return form


def _sent(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None


def _save_name(player: Player, form: NameStep) -> None:
    given = form.cleaned_data
    onboarding.introduce(
        player=player,
        username=given["username"],
        display_name=given["display_name"],
        timezone=given["timezone"],
        now=timezone.now(),
    )


def _save_interests(player: Player, form: InterestsStep) -> None:
    onboarding.choose_interests(player=player, interests=form.interests)


def _save_privacy(player: Player, form: PrivacyStep) -> None:
    given = form.cleaned_data
    onboarding.choose_privacy(
        player=player,
        visibility=given["profile_visibility"],
        level=given["privacy_level"],
        wants_boards=given["wants_boards"],
        born=given["date_of_birth"],
    )


FORMS = {"name": _name_form, "interests": _interests_form, "privacy": _privacy_form}
SAVES = {"name": _save_name, "interests": _save_interests, "privacy": _save_privacy}
FIELDS = {"name": "username", "interests": "others"}
