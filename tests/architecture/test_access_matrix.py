"""Who gets in where: every page and call is tried by every kind of visitor, and must do as it declares."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.base import Template
from django.urls import get_resolver
from django.utils import timezone

import npcs.permissions
import players.permissions
import rooms.permissions
from padawanforge.site.api import api
from padawanforge.site.doors import ASKED_OF_KIND, console_pages, doors, socket_operations
from players.actions.guests import enter_as_guest
from players.choices import PERMISSIONS, RESERVED, RoleName
from players.models import Player, SiteBan
from rooms.actions.rooms import enter_room
from tests.architecture.test_access import walk
from tests.factories.npcs import KnowledgeItemFactory, NpcFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory, SystemAdminFactory
from tests.factories.rooms import RoomFactory

pytestmark = pytest.mark.django_db
# Behind the declared door a rule about this very room or player decides as well.
REFUSED_FURTHER_IN = {"rooms/<slug:slug>/session/new/"}
GUEST_PERMISSIONS = {"content.view", "demo.access"}
PREDICATES = [
    predicate
    for module in (players.permissions, npcs.permissions, rooms.permissions)
    for name, predicate in vars(module).items()
    if name.startswith("may_") and predicate.__module__ == module.__name__ and hasattr(predicate, "asks")
]


def banned_player():
    player = PlayerFactory()
    SiteBan.objects.create(player=player, reason="spam", starts_at=timezone.now() - timedelta(hours=1))
    return player


def guest_with_a_demo():
    return enter_as_guest(now=timezone.now(), address="198.51.100.7")


SUBJECTS = {
    "anonymous": AnonymousUser,
    "guest": guest_with_a_demo,
    "padawan": PlayerFactory,
    "game master": GameMasterFactory,
    "guild leader": lambda: PlayerFactory(role=RoleName.GUILD_LEADER),
    "system admin": SystemAdminFactory,
    "banned": banned_player,
}


@pytest.fixture
def world():
    """One of everything that an address can name."""
    item = KnowledgeItemFactory(file__npc=NpcFactory(slug="vega"))
    room = RoomFactory(slug="hall")
    PlayerFactory(username="somebody")
    return {"uuid": str(item.uuid), "room": room}


def filled(route, world):
    """The address with something real in each gap."""
    values = {
        "slug": "vega" if route.startswith("characters") else "name" if route.startswith("welcome") else "hall",
        "username": "somebody", "uuid": world["uuid"], "pk": "1", "tab": "requests", "viewer": "friend",
        "circle": "friends", "verb": "follow", "token": "nonsense", "secret": "nonsense", "rest": "nowhere",
        "room": str(world["room"].channel.uuid), "library": "prompts", "step": "voice", "key": world["uuid"],
        "number": "1", "message": world["uuid"],
    }  # fmt: skip
    if route.startswith("^media"):
        return f"/media/pictures/{'0' * 32}-96.webp"
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda gap: values[gap[1]], route)


def ours():
    return [
        (route, view)
        for route, view in walk(get_resolver())
        if getattr(view, "access", "") and not route.startswith(("admin/", "api/v1/"))
    ]


def expected(view, subject, route):
    """The answers that fit the declaration; a page that only takes POST may say so to everybody."""
    predicate = getattr(view, "predicate", None)
    open_answers = {200, 204, 302, 400, 404, 405, 422}
    if view.access == "public":
        return open_answers
    if isinstance(subject, AnonymousUser):
        return {302, 405}
    if predicate(subject):
        return open_answers | ({403} if route in REFUSED_FURTHER_IN else set())
    # Guests are led from the pages of an account to the sign-up.
    return {403, 405} | ({302} if subject.is_guest else set())


@pytest.fixture
def undrawn(monkeypatch):
    """What a page looks like is not asked here, and drawing all of them eight times takes longest."""
    monkeypatch.setattr(Template, "render", lambda template, context: "")


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_page_answers_every_visitor_as_it_declares(client, world, undrawn, name):
    subject = SUBJECTS[name]()
    if isinstance(subject, Player):
        enter_room(room=world["room"], player=subject)
        client.force_login(subject)
    # Somebody who is banned is signed out, whatever his session says.
    seen_as = AnonymousUser() if name == "banned" else subject
    if isinstance(seen_as, Player):
        seen_as = Player.objects.get(pk=subject.pk)

    answers = {route: (client.get(filled(route, world)), view) for route, view in ours()}

    surprising = {
        route: answer.status_code
        for route, (answer, view) in answers.items()
        if answer.status_code not in expected(view, seen_as, route)
        or (seen_as != subject and view.access != "public" and answer.status_code not in {302, 405})
    }
    assert surprising == {}


@pytest.mark.parametrize("name", SUBJECTS)
def test_what_programs_sign_refuses_every_visitor_without_signature(client, world, name):
    subject = SUBJECTS[name]()
    if isinstance(subject, Player):
        client.force_login(subject)
    signed = [route for route, view in walk(get_resolver()) if getattr(view, "access", "") == "signed"]

    answers = {
        (method, route): client.generic(method, filled(route, world)).status_code
        for route in signed
        for method in ("GET", "POST", "PUT", "DELETE")
    }

    assert signed
    assert set(answers.values()) == {401, 405}
    # Each can be reached by one method.
    assert list(answers.values()).count(401) == len(signed)


@pytest.mark.parametrize("name", ["anonymous", "guest", "padawan", "guild leader", "banned"])
def test_only_staff_enter_the_console(client, name):
    subject = SUBJECTS[name]()
    if isinstance(subject, Player):
        client.force_login(subject)

    answers = {
        client.get(f"/{route}").status_code
        for route, _ in walk(get_resolver())
        if route.startswith("admin/") and "<" not in route and "log" not in route and "(?P" not in route
    }

    assert answers <= {301, 302, 405}


@pytest.mark.parametrize("factory", [GuestFactory, PlayerFactory])
def test_every_call_answers_as_it_declares(client, world, factory):
    subject = factory()
    client.force_login(subject)
    subject = Player.objects.get(pk=subject.pk)
    surprising = {}

    for method, path, view in calls():
        answer = client.generic(
            method, f"/api/v1{filled_call(path, world)}", "{}", content_type="application/json"
        )
        may = view.access == "signed in" or view.predicate(subject)
        if (answer.status_code == 403) == may or answer.status_code == 500:
            surprising[method, path] = answer.status_code

    assert surprising == {}


def calls():
    for _, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, path, operation.view_func


def filled_call(path, world):
    values = {
        "slug": "vega" if path.startswith("/characters") else "hall", "username": "somebody",
        "uuid": world["uuid"], "pk": "1", "circle": "friends", "code": "nothing",
        "room": str(world["room"].channel.uuid), "library": "prompts", "step": "voice", "key": world["uuid"],
        "number": "1",
    }  # fmt: skip
    return re.sub(r"{(?:\w+:)?(\w+)}", lambda gap: values[gap[1]], path)


def test_guests_open_nothing_but_what_the_demo_opens():
    guest = Player.objects.get(pk=GuestFactory().pk)
    opened = {
        door.name
        for door in doors()
        if door.asks and any(guest.has_perm(f"players.{permission}") for permission in door.asks)
    }

    assert opened == {door.name for door in doors() if GUEST_PERMISSIONS & set(door.asks)}


def test_every_documented_permission_opens_something_or_is_reserved():
    asked = {permission for door in doors() for permission in door.asks}

    assert asked | set(RESERVED) == set(PERMISSIONS)
    assert asked & set(RESERVED) == set()


@pytest.mark.parametrize("predicate", PREDICATES, ids=lambda predicate: predicate.__name__)
def test_what_a_predicate_says_it_asks_is_documented(predicate):
    assert set(predicate.asks) <= set(PERMISSIONS)


@pytest.mark.parametrize(
    "predicate",
    [predicate for predicate in PREDICATES if predicate.__code__.co_argcount == 1],
    ids=lambda predicate: predicate.__name__,
)
def test_a_predicate_asks_for_what_it_says(predicate):
    opened = {permission for permission in PERMISSIONS if predicate(visitor_with(permission))}

    assert opened == set(predicate.asks)


def visitor_with(permission):
    """Somebody who holds nothing else."""
    player = PlayerFactory()
    player.has_perm = lambda name, obj=None: name == f"players.{permission}"
    return player


def test_no_page_asks_for_a_permission_without_saying_which():
    silent = [
        route
        for route, view in ours()
        if getattr(view, "predicate", None) in PREDICATES and not getattr(view, "asks", ())
    ]

    assert silent == []


def test_socket_operations_say_what_they_ask_of_a_channel():
    # Cards of tools are put to one player: no channel decides, the action asks for whom the card is.
    known = {"signed in", "who was asked", *ASKED_OF_KIND}
    operations = list(socket_operations())

    assert {door.access for door in operations} <= known
    assert [door.name for door in operations if door.access in ASKED_OF_KIND and not door.asks] == []


def test_the_console_opens_by_documented_permissions_except_what_is_allauths():
    closed = {door.name for door in console_pages() if not door.asks}

    assert closed == {
        "view email addresses",
        "view social accounts",
        "view social applications",
        "view social application tokens",
    }
