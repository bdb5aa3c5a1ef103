from collections.abc import Collection
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from messaging.actions.sanctions import ban_from
from messaging.permissions import may_post
from messaging.queries import members
from messaging.queries.membership import membership
from messaging.queries.presence import seen_by
from messaging.views.streams import answer_post, message_rows, stream
from npcs.models import NpcCategory
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from padawanforge.kit.memory import one_reading
from players.models import Player
from players.queries.ages import band_of
from players.queries.relationships import hidden_from
from players.rules.ages import Band
from rooms import permissions
from rooms.actions.rooms import ApprovalNeeded, RoomFull, enter_room, leave_room
from rooms.actions.talk import say
from rooms.forms import LobbyForm
from rooms.models import Room
from rooms.queries.audiences import why_not
from rooms.queries.doors import door_of, known_rooms, waiting_request
from rooms.queries.entry import rules_to_accept
from rooms.queries.facets import Choice, Facet, facets
from rooms.queries.life import lives
from rooms.queries.rooms import Filters, active_npcs, lobby, rooms_at_hand, rooms_entered_by
from rooms.queries.settings import slow_seconds_in, switched_off
from rooms.rules.doors import Door
from rooms.views.panels import panel_of

PEOPLE_SHOWN = 200


# A browser that goes back must not take the cards alone for the page.
@access.requires(permissions.may_see_lobby)
@require_safe
@vary_on_headers("HX-Target")
def room_list(request: HttpRequest) -> HttpResponse:
    """The lobby; a filter that changes asks for the cards only."""
    form = LobbyForm(request.GET)
    chosen = form.chosen()
    after = request.GET.get("after", "")
    page = lobby(request.user, Filters(**chosen), after=after)
    context = {
        "page": page,
        "shown": lives(page.cards, request.user),
        "facets": [
            (facet.label, links_of(facet, chosen)) for facet in facets(request.user, Filters(**chosen))
        ],
        "form": form,
        "filters": Filters(**chosen),
        "has_filters": bool(chosen),
        "categories": NpcCategory.objects.filter(is_active=True).order_by("sort_order", "display_name"),
        "may_create": permissions.may_create_room(request.user),
        # Asked only where the page needs other words for a child.
        "is_for_child": not page.cards and band_of(request.user) is Band.CHILD,
        "first_url": f"?{urlencode(chosen)}" if after else "",
        "next_url": f"?{urlencode({**chosen, 'after': page.older})}" if page.older else "",
    }
    is_fragment = request.headers.get("HX-Target") == "rooms"
    return render(request, "rooms/_room_cards.html" if is_fragment else "rooms/room_list.html", context)


def links_of(facet: Facet, chosen: dict[str, str]) -> list[tuple[Choice, str]]:
    """Each choice with its address; one that is chosen leads to the lobby without it."""
    links = []
    for choice in facet.choices:
        others = {name: value for name, value in chosen.items() if name != choice.field}
        wanted = others if choice.is_chosen else {**others, choice.field: choice.value}
        links.append((choice, f"?{urlencode(wanted)}"))
    return links


@access.requires(permissions.may_see_lobby)
@require_safe
@one_reading()
def room_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The live room for its members, a look through the door for everybody else who may enter."""
    room = rooms_at_hand(request.user).prefetch_related(active_npcs()).filter(slug=slug).first()
    if room is None:
        return turn_away(request, slug)
    if membership(request.user, room.channel_id) is None:
        seen = seen_by(request.user, room.channel, hidden=hidden_from(request.user))
        now = timezone.now()
        context = {
            "room": room,
            "people": seen.people,
            "door": door_of(room, request.user, now),
            "ban": ban_from(request.user, room.channel, now),
            "waiting": waiting_request(room, request.user),
        }
        return render(request, "rooms/room_preview.html", context)
    return show_room(request, room, {})


def turn_away(request: HttpRequest, slug: str) -> HttpResponse:
    """Who followed an address hears that his age is the reason; the people inside aren't named to him."""
    room = get_object_or_404(known_rooms(request.user), slug=slug)
    if door_of(room, request.user, timezone.now()) is not Door.AGE:
        raise Http404
    messages.info(request, why_not(room, request.user))
    return redirect("rooms:list")


def show_room(request: HttpRequest, room: Room, unsent: dict[str, str]) -> HttpResponse:
    hidden = hidden_from(request.user)
    moderates = permissions.may_manage_room(request.user, room)
    reader = {"viewer": request.user, "hidden": hidden, "moderates": moderates}
    context = {
        "room": room,
        "panel": panel_of(request.user, room),
        "may_post": may_post(request.user, room.channel),
        "may_moderate": moderates,
        "to_accept": rules_to_accept(request.user, room.channel_id),
        "reactions_off": not room.settings.allow_reactions,
        "slow_seconds": slow_seconds_in(room, moderates=moderates),
        # Once, on the way in.
        "welcome": room.settings.welcome_html if "welcome" in request.GET else "",
        "post_url": reverse("rooms:message-post", args=[room.slug]),
        "switched_off": switched_off(room.settings),
        **people(room, request.user, hidden),
        **stream(room.channel, reverse("rooms:message-list", args=[room.slug]), where=request.GET, **reader),
        **unsent,
    }
    return render(request, "rooms/room_detail.html", context)


def people(room: Room, viewer: Player, hidden: Collection[int]) -> dict[str, object]:
    """Who belongs to the room, those who are there first; without those whom a block hides."""
    seen = seen_by(viewer, room.channel, hidden=hidden)
    states = {presence.player.pk: presence.state for presence in seen.people}
    everybody = [
        (member, states.get(member.player_id, "")) for member in members(room.channel, hidden=hidden)
    ]
    everybody.sort(key=lambda entry: not entry[1])
    return {
        "people": everybody[:PEOPLE_SHOWN],
        "absent_from_list": max(0, len(everybody) - PEOPLE_SHOWN),
        "present": seen.count,
    }


@access.requires(permissions.may_see_lobby)
@require_POST
def room_enter(request: HttpRequest, slug: str) -> HttpResponse:
    # Not only the rooms that are open to the player: the refusal says why and what to do.
    room = get_object_or_404(known_rooms(request.user), slug=slug)
    is_back = membership(request.user, room.channel_id) is not None
    try:
        enter_room(room=room, player=request.user)
    except (ApprovalNeeded, RoomFull) as refusal:
        # What can be done about it stands on the page of the room.
        messages.info(request, str(refusal))
        return redirect(room)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("rooms:list")
    is_greeted = room.settings.welcome_message and not is_back
    return redirect(f"{room.get_absolute_url()}?welcome" if is_greeted else room.get_absolute_url())


@access.requires(permissions.may_see_lobby)
@require_POST
def room_leave(request: HttpRequest, slug: str) -> HttpResponse:
    room = get_object_or_404(known_rooms(request.user), slug=slug)
    if leave_room(room=room, player=request.user):
        messages.success(request, f"You have left {room.name}.")
    return redirect("rooms:list")


@access.requires(permissions.may_see_lobby)
@require_safe
def room_people(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_entered_by(request.user, slug)
    return render(
        request,
        "rooms/_people.html",
        {"is_update": True, **people(room, request.user, hidden_from(request.user))},
    )


@access.requires(permissions.may_see_lobby)
@require_POST
def message_post(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_entered_by(request.user, slug)
    if not may_post(request.user, room.channel):
        raise Http404
    return answer_post(
        request,
        say=partial(say, room=room, player=request.user),
        back=room.get_absolute_url(),
        page=partial(show_room, request, room),
        channel=room.channel,
    )


@access.requires(permissions.may_see_lobby)
@require_safe
def message_list(request: HttpRequest, slug: str) -> HttpResponse:
    room = room_entered_by(request.user, slug)
    return message_rows(request, room.channel, reverse("rooms:message-list", args=[slug]))


def room_entered_by(player: Player, slug: str) -> Room:
    rooms = rooms_entered_by(player).prefetch_related(active_npcs())
    return get_object_or_404(rooms, slug=slug)
