"""The page behind the link in a guardian's letter: no account is needed, the link is the key."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.actions.guardians import confirm, withdraw
from players.forms.mydata import GuardianAnswerForm
from players.models import Guardianship
from players.queries.consents import consents_of
from players.queries.guardians import guardianship_by, is_expired
from players.rules.minors import FEATURES, OPEN_TO_ALL, SAFEGUARDS


@access.public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def guardian(request: HttpRequest, token: str) -> HttpResponse:
    guardianship = _found(token)
    if is_expired(guardianship, timezone.now()):
        return render(request, "players/guardian_expired.html", status=410)
    consents = consents_of(guardianship.player)
    sent = request.POST if request.method == "POST" else None
    is_in_force = bool(guardianship.confirmed_at and not guardianship.withdrawn_at)
    form = GuardianAnswerForm(sent, consents=consents, initial={"agrees": is_in_force})
    if form.is_valid():
        answers = {consent.text.kind: form.cleaned_data[consent.text.kind] for consent in consents}
        try:
            confirm(guardianship=guardianship, token=token, consents=answers, now=timezone.now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("players:guardian", token)
    context = {
        "guardianship": guardianship,
        "player": guardianship.player,
        "is_in_force": is_in_force,
        "form": form,
        "consents": [(consent, form[consent.text.kind]) for consent in consents],
        "features": FEATURES,
        "safeguards": SAFEGUARDS,
        "open_to_all": OPEN_TO_ALL,
        "token": token,
    }
    return render(request, "players/guardian.html", context, status=422 if form.errors else 200)


@access.public
@require_POST
def guardian_withdraw(request: HttpRequest, token: str) -> HttpResponse:
    withdraw(guardianship=_found(token), now=timezone.now())
    return redirect("players:guardian", token)


def _found(token: str) -> Guardianship:
    guardianship = guardianship_by(token)
    if guardianship is None:
        raise Http404
    return guardianship
