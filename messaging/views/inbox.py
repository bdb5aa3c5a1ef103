"""The list of conversations, and beginning one with somebody or with several."""

from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from messaging import permissions
from messaging.actions.direct import MayNotWrite, write_to
from messaging.actions.groups import check_reach, write_to_group
from messaging.actions.receipts import note_all_delivered
from messaging.forms import GroupForm, LetterForm
from messaging.models import Message
from messaging.queries.direct import addresses, channels_of, people_named
from messaging.queries.inbox import BOXES, inbox, unread_conversations, waiting_requests
from messaging.views.letters import letter_in
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.models import Player
from players.queries.relationships import friends

NAME_MAX_LENGTH = 100
FRIENDS_SHOWN = 100


@access.requires(permissions.may_use_messages)
@require_safe
@never_cache
def inbox_list(request: HttpRequest) -> HttpResponse:
    box, after = request.GET.get("box", "inbox"), request.GET.get("after", "")
    name = request.GET.get("q", "").strip()[:NAME_MAX_LENGTH]
    if box not in BOXES:
        raise Http404
    try:
        page = inbox(request.user, box=box, name=name, after=after)
    except ValidationError:
        raise Http404 from None
    if box == "inbox":
        shown = [line.uuid for line in page.rows if line.unread]
        note_all_delivered(player=request.user, channels=channels_of(shown))
    context = {
        "page": page,
        "box": box,
        "name": name,
        "waiting": waiting_requests(request.user),
        "unread": unread_conversations(request.user),
        "is_later_page": bool(after),
        "filters": urlencode({"box": box, **({"q": name} if name else {})}),
    }
    return render(request, "messaging/direct_inbox.html", context)


@access.requires(permissions.may_use_messages)
@require_http_methods(["GET", "HEAD", "POST"])
def message_new(request: HttpRequest) -> HttpResponse:
    """To one person the conversation of the two goes on; several become a group."""
    known = friends(request.user, limit=FRIENDS_SHOWN).rows
    data = request.POST if request.method == "POST" else None
    form = GroupForm(data, friends=[(row.username, row.name) for row in known])
    letter = LetterForm(data)
    context = {"form": form, "letter": letter, "text": request.POST.get("text", "")}
    if data is None:
        return render(request, "messaging/direct_new.html", context)
    refusal = "Look at the fields above again."
    if form.is_valid():
        try:
            said = _begin(request.user, form, context["text"], letter)
        except DomainError as error:
            refusal = str(error)
        else:
            return redirect(addresses([said.channel_id])[said.channel_id])
    return render(request, "messaging/direct_new.html", {**context, "refusal": refusal}, status=422)


def _begin(player: Player, form: GroupForm, text: str, letter: LetterForm) -> Message:
    names = [name for name in form.usernames() if name != player.username]
    if not names:
        raise MayNotWrite("Choose whom you write to.")
    people = people_named(names)
    # Somebody who isn't there reads like somebody who can't be written to.
    if missing := set(names) - {person.username for person in people}:
        raise MayNotWrite(f"You can't write to {', '.join(sorted(missing))}.")
    more = {"text": text, "now": timezone.now(), "letter": letter_in(letter)}
    if len(people) > 1:
        title = form.cleaned_data["title"]
        return write_to_group(player=player, others=people, title=title, **more).message
    check_reach(player, people)
    return write_to(player=player, other=people[0], **more).message
