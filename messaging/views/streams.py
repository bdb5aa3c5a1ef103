"""What pages with one channel have in common: the stream and its form."""

from collections.abc import Callable, Collection

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from messaging.actions.messages import Posted
from messaging.forms import MessageForm
from messaging.models import Channel, Message
from messaging.queries import PAGE, messages_before, recent_messages
from padawanforge.kit.errors import DomainError
from players.queries.relationships import hidden_from


def stream(channel: Channel, older_url: str, *, hidden: Collection[int] = ()) -> dict[str, object]:
    """What messaging/_stream.html needs besides the address for new messages."""
    shown, has_older = page_of(recent_messages(channel, PAGE + 1, hidden=hidden))
    return {"channel": channel, "messages_shown": shown, "older_url": older_url if has_older else ""}


def page_of(found: list[Message]) -> tuple[list[Message], bool]:
    """The last PAGE of PAGE + 1 messages, and whether there are older ones."""
    return found[-PAGE:], len(found) > PAGE


def older_messages(request: HttpRequest, channel: Channel, address: str) -> HttpResponse:
    """The page of messages before a number, as rows that go on top of the list."""
    before = request.GET.get("before", "")
    is_number = before.isdecimal() and before.isascii() and len(before) < 18
    hidden = hidden_from(request.user)
    found = messages_before(channel, int(before), PAGE + 1, hidden=hidden) if is_number else []
    shown, has_older = page_of(found)
    context = {"messages_shown": shown, "older_url": address if has_older else ""}
    return render(request, "messaging/_older_messages.html", context)


def answer_post(
    request: HttpRequest,
    *,
    say: Callable[..., Posted],
    back: str,
    page: Callable[[dict[str, str]], HttpResponse],
) -> HttpResponse:
    """Post by form: back to the page, or numbers for a script; a refusal keeps what was written."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return refuse(request, DomainError("This message can't be read."), page=page)
    try:
        posted = say(text=form.cleaned_data["text"], client_id=form.cleaned_data["cid"])
    except DomainError as refusal:
        return refuse(request, refusal, page=page)
    if wants_json(request):
        return JsonResponse({"seq": posted.message.seq, "uuid": str(posted.message.uuid)})
    return redirect(back)


def refuse(
    request: HttpRequest, refusal: DomainError, *, page: Callable[[dict[str, str]], HttpResponse]
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"detail": str(refusal), "code": refusal.code}, status=409)
    response = page({"unsent_text": request.POST.get("text", ""), "refusal": str(refusal)})
    response.status_code = 422
    return response


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("accept", "").startswith("application/json")
