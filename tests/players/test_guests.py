from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from learning.actions.answers import Circumstances, record_answer
from learning.models import AnswerEvent
from messaging.models import ChannelEvent, Message
from players.actions.guests import TooManyGuests, enter_as_guest, expire_demo_sessions
from players.choices import RoleName
from players.models import DemoSession, Player
from players.tasks import expire_demo_sessions as sweep
from rooms.models import GameSession, SessionAnswer, SessionParticipant, SessionRound, Talk
from tests.factories.learning import StatementFactory
from tests.factories.messaging import ChannelFactory, ChannelMemberFactory
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory

GUESTS_AN_HOUR = 3


@pytest.fixture(autouse=True)
def _small_door(settings):
    settings.GUESTS_PER_HOUR = GUESTS_AN_HOUR


pytestmark = pytest.mark.django_db
ENTER = "/guest/"


def new_guest(*, hours_ago=0, address="198.51.100.7"):
    return enter_as_guest(now=timezone.now() - timedelta(hours=hours_ago), address=address)


def chat(player, channel):
    ChannelMemberFactory(channel=channel, player=player)
    message = Message.objects.create(channel=channel, seq=1, player=player, text="hello")
    ChannelEvent.objects.create(channel=channel, seq=1, type="message.created", actor=player, message=message)


def session_in(room):
    statement = StatementFactory()
    session = GameSession.objects.create(room=room, topic=statement.topic, phase_started_at=timezone.now())
    return SessionRound.objects.create(session=session, number=1, statement=statement)


def answer(player, round_):
    now = timezone.now()
    participant = SessionParticipant.objects.create(session=round_.session, player=player)
    at = Circumstances(shown_at=now, received_at=now, session_uuid=round_.session.uuid, mode="quiz")
    fact = record_answer(
        player=player, statement=round_.statement, verdict=True, at=at,
        idempotency_key=f"{round_.pk}.{player.pk}",
    )  # fmt: skip
    given = {"verdict": True, "is_correct": True, "points": 100, "event": fact, "received_at": now}
    SessionAnswer.objects.create(round=round_, participant=participant, **given)


def test_a_guest_has_a_name_a_role_and_a_time(settings):
    settings.DEMO_SESSION_HOURS = 2
    now = timezone.now()

    guest = enter_as_guest(now=now, address="198.51.100.7")

    assert guest.name.replace(" ", "-").lower() == guest.username.rsplit("-", 1)[0]
    assert (guest.primary_role.name, guest.email, guest.has_usable_password()) == (
        RoleName.GUEST,
        None,
        False,
    )
    assert guest.demo_session.expires_at == now + timedelta(hours=2)


def test_an_address_brings_only_so_many_guests_an_hour():
    for _ in range(GUESTS_AN_HOUR):
        new_guest()

    with pytest.raises(TooManyGuests):
        new_guest()

    assert new_guest(address="198.51.100.8").is_guest


def test_a_network_of_ipv6_counts_as_one_address():
    for number in range(GUESTS_AN_HOUR):
        new_guest(address=f"2001:db8:1:2::{number:x}")

    with pytest.raises(TooManyGuests):
        new_guest(address="2001:db8:1:2:ffff::1")

    assert new_guest(address="2001:db8:1:3::1").is_guest


def test_entering_signs_a_guest_in_and_leads_to_the_rooms(client):
    response = client.post(ENTER)

    guest = Player.objects.get()
    assert (response.status_code, response.url) == (302, reverse("rooms:list"))
    assert (guest.is_guest, client.session["_auth_user_id"]) == (True, str(guest.pk))


@pytest.mark.parametrize(
    ("wish", "way"),
    [
        ("/rooms/observatory/", "/rooms/observatory/"),
        ("https://evil.example/", "/rooms/"),
        ("//evil.example/", "/rooms/"),
        ("javascript:alert(1)", "/rooms/"),
        ("", "/rooms/"),
    ],
)
def test_entering_leads_on_to_addresses_of_our_own_only(client, wish, way):
    response = client.post(ENTER, {"next": wish})

    assert response.url == way


def test_somebody_signed_in_just_goes_on(signed_in):
    client = signed_in(PlayerFactory())

    response = client.post(ENTER, {"next": "/characters/"})

    assert response.url == "/characters/"
    assert not DemoSession.objects.exists()


def test_a_full_guest_door_says_so(client):
    for _ in range(GUESTS_AN_HOUR):
        new_guest(address="127.0.0.1")

    response = client.post(ENTER)

    assert (response.status_code, response["Retry-After"]) == (429, "3600")
    assert "Too many guests have come from your address" in response.content.decode()
    assert Player.objects.count() == GUESTS_AN_HOUR


def test_the_guest_door_needs_a_press_of_the_button(client):
    assert client.get(ENTER).status_code == 405


def test_only_guests_whose_time_is_over_are_removed(told, django_capture_on_commit_callbacks):
    staying = [PlayerFactory(), new_guest(hours_ago=1)]
    leaving = new_guest(hours_ago=30)

    with django_capture_on_commit_callbacks(execute=True):
        removed = expire_demo_sessions(now=timezone.now())

    assert removed == [leaving.username]
    assert list(Player.objects.order_by("pk")) == staying
    assert told == [leaving.pk]


def test_the_periodic_function_removes_them_too():
    new_guest(hours_ago=30)

    sweep()

    assert not Player.objects.exists()


def test_a_guest_who_did_everything_can_go():
    guest = new_guest(hours_ago=30)
    room = RoomFactory()
    chat(guest, room.channel)
    round_ = session_in(room)
    answer(guest, round_)
    Talk.objects.create(player=guest, npc=NpcFactory(), channel=ChannelFactory(kind="npc"))

    expire_demo_sessions(now=timezone.now())

    assert not Player.objects.exists()
    assert (Message.objects.count(), AnswerEvent.objects.count(), Talk.objects.count()) == (0, 0, 0)
    assert GameSession.objects.get() == round_.session
    assert list(ChannelEvent.objects.values_list("seq", "actor", "message")) == [(1, None, None)]


def test_what_others_did_with_a_guest_stays():
    guest = new_guest(hours_ago=30)
    friend = PlayerFactory()
    room = RoomFactory()
    chat(guest, ChannelFactory())
    chat(friend, room.channel)
    round_ = session_in(room)
    answer(guest, round_)
    answer(friend, round_)

    expire_demo_sessions(now=timezone.now())

    assert [message.player for message in Message.objects.all()] == [friend]
    assert [answer.participant.player for answer in SessionAnswer.objects.all()] == [friend]
