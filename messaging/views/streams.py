"""What pages with one channel have in common: the stream and its form."""

from collections.abc import Callable, Collection

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render

from messaging import kinds
from messaging.actions.messages import Posted
from messaging.commands import Told
from messaging.forms import MessageForm
from messaging.models import Channel
from messaging.permissions import may_moderate
from messaging.queries.history import Reader
from messaging.queries.keeping import draft_of
from messaging.queries.polls import note_own_votes
from messaging.queries.ratings import note_own_ratings
from messaging.views.form_files import files_of_form, unsent_of_form
from messaging.views.windows import rows_window, stream_window
from padawanforge.kit.errors import DomainError
from players.models import Player
from players.queries.relationships import hidden_from


def stream(
    channel: Channel,
    rows_url: str,
    *,
    viewer: Player,
    where: QueryDict,
    hidden: Collection[int] = (),
    moderates: bool = False,
) -> dict[str, object]:
    """What messaging/_stream.html needs besides the address for new messages; `where` is the page's query."""
    shown = stream_window(where, channel, Reader(viewer, hidden, moderates))
    note_own_votes(viewer, shown["messages_shown"])
    note_own_ratings(viewer, shown["messages_shown"])
    draft = draft_of(channel, viewer)
    speaking = kinds.get(channel.kind).speaking(channel)
    return {"channel": channel, "rows_url": rows_url, "draft_text": draft, "speaking": speaking, **shown}


def message_rows(request: HttpRequest, channel: Channel, address: str) -> HttpResponse:
    """The messages before or after a number, or the last ones, as rows for a list that a script has."""
    moderates = may_moderate(request.user, channel)
    reader = Reader(request.user, hidden_from(request.user), moderates)
    window = rows_window(request.GET, channel, reader)
    note_own_votes(request.user, window.messages)
    note_own_ratings(request.user, window.messages)
    context = {"window": window, "messages_shown": window.messages, "rows_url": address}
    return render(request, "messaging/_message_rows.html", context)


def answer_post(
    request: HttpRequest,
    *,
    say: Callable[..., Posted | Told],
    back: str,
    page: Callable[[dict[str, object]], HttpResponse],
    channel: Channel | None = None,
) -> HttpResponse:
    """Post by form: back to the page, or numbers for a script; a refusal keeps what was written."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return refuse(request, DomainError("This message can't be read."), page=page)
    try:
        files = files_of_form(request, channel)
        posted = say(text=form.cleaned_data["text"], client_id=form.cleaned_data["cid"], **files)
    except DomainError as refusal:
        return refuse(request, refusal, page=page)
    if isinstance(posted, Told):
        if wants_json(request):
            return JsonResponse({"told": posted.text})
        messages.info(request, posted.text)
        return redirect(back)
    if wants_json(request):
        return JsonResponse({"seq": posted.message.seq, "uuid": str(posted.message.uuid)})
    return redirect(back)


def refuse(
    request: HttpRequest, refusal: DomainError, *, page: Callable[[dict[str, object]], HttpResponse]
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"detail": str(refusal), "code": refusal.code}, status=409)
    unsent = {"unsent_text": request.POST.get("text", ""), "unsent_files": unsent_of_form(request)}
    response = page({**unsent, "refusal": str(refusal)})
    response.status_code = 422
    return response


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("accept", "").startswith("application/json")
