"""A poll by itself: asking, voting, who chose what, ending."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from messaging import kinds
from messaging.actions import polls
from messaging.forms import PollForm
from messaging.models import Message
from messaging.permissions import may_moderate, may_post, may_use
from messaging.queries.polls import note_own_votes, voters
from messaging.rules.polls import Question, statement
from messaging.views.lookups import channel_of, message_of
from messaging.views.messages import address_of
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.queries.relationships import hidden_from


@access.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def poll_new(request: HttpRequest, uuid: UUID) -> HttpResponse:
    channel = channel_of(request, uuid)
    if not may_post(request.user, channel) or not may_use(channel, "polls"):
        raise Http404
    form = PollForm(request.POST if request.method == "POST" else None, initial={"cid": uuid4()})
    if form.is_valid():
        now = timezone.now()
        try:
            posted = polls.ask(
                channel=channel,
                player=request.user,
                question=_question(form.cleaned_data),
                client_id=form.cleaned_data["cid"],
                now=now,
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(address_of(posted.message))
    kind = kinds.get(channel.kind)
    context = {
        "form": form,
        "title": kind.titles([channel.pk]).get(channel.pk, ""),
        "back_url": kind.addresses([channel.pk]).get(channel.pk, "/"),
    }
    return render(request, "messaging/poll_new.html", context, status=422 if form.errors else 200)


@access.signed_in
@require_safe
@never_cache
def poll_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _show(request, _found(request, uuid))


@access.signed_in
@require_POST
def poll_vote(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The chosen options, and no others; none takes the vote back."""
    message = _found(request, uuid)
    chosen = [int(n) for n in request.POST.getlist("option") if n in {str(place) for place in range(10)}]
    try:
        polls.vote(message=message, player=request.user, options=chosen, now=timezone.now())
    except DomainError as refusal:
        return _show(request, message, refusal=str(refusal))
    return redirect("messaging:poll", uuid=uuid)


@access.signed_in
@require_POST
def poll_close(request: HttpRequest, uuid: UUID) -> HttpResponse:
    message = _found(request, uuid)
    try:
        polls.close_poll(message=message, player=request.user, now=timezone.now())
    except DomainError as refusal:
        return _show(request, message, refusal=str(refusal))
    messages.success(request, "The poll has ended.")
    return redirect("messaging:poll", uuid=uuid)


def _show(request: HttpRequest, message: Message, refusal: str = "") -> HttpResponse:
    note_own_votes(request.user, [message])
    is_own = message.player_id == request.user.pk
    is_open = message.poll_told is not None and not message.poll_told["closed_at"]
    kind = kinds.get(message.channel.kind)
    context = {
        "message": message,
        "voters": voters(message, hidden=hidden_from(request.user)),
        "may_close": is_open and (is_own or may_moderate(request.user, message.channel)),
        "title": kind.titles([message.channel_id]).get(message.channel_id, ""),
        "back_url": address_of(message),
        "refusal": refusal,
    }
    return render(request, "messaging/poll_detail.html", context, status=422 if refusal else 200)


def _found(request: HttpRequest, uuid: UUID) -> Message:
    message = message_of(request, uuid)
    if message.poll_told is None:
        raise Http404
    return message


def _question(said: dict) -> Question:
    minutes = said["minutes"]
    closes_at = timezone.now() + timedelta(minutes=minutes) if minutes else None
    if said["kind"] == PollForm.STATEMENT:
        return statement(
            said["question"],
            is_true=said["answer"] == "true",
            closes_at=closes_at,
            explanation=said["explanation"],
        )
    return Question(
        text=said["question"],
        options=tuple(line for line in said["options"].splitlines() if line.strip()),
        is_multiple=said["multiple"],
        is_anonymous=said["anonymous"],
        closes_at=closes_at,
    )
