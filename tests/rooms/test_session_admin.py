import pytest
from django.urls import reverse

from messaging.models import ChannelEvent
from rooms.models import GameSession
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db
LIST = reverse("admin:rooms_gamesession_changelist")


@pytest.fixture
def game_master(client):
    client.player = GameMasterFactory()
    client.force_login(client.player)
    return client


def cancel(client, *quizzes):
    data = {"action": "cancel_sessions", "_selected_action": [quiz.session.pk for quiz in quizzes]}
    return client.post(LIST, data, follow=True)


def test_sessions_are_called_off_and_their_rooms_are_told(game_master):
    running, over = new_quiz().begin(), new_quiz(rounds=1).begin()
    over.play({})

    page = cancel(game_master, running, over).content.decode()

    assert "1 sessions cancelled." in page
    assert [quiz.look().session.phase for quiz in (running, over)] == ["cancelled", "finished"]
    assert running.session.ended_by == game_master.player
    assert ChannelEvent.objects.get(type="session.cancelled").channel == running.room.channel


def test_players_do_not_find_the_list(client):
    quiz = new_quiz().begin()
    client.force_login(PlayerFactory(is_staff=True))

    assert client.get(LIST).status_code == 403
    assert cancel(client, quiz).status_code == 403
    assert quiz.look().session.phase == "question"


def test_sessions_are_read_and_never_written(game_master):
    session = new_quiz().session

    for page, status in (("change", 200), ("delete", 403)):
        url = reverse(f"admin:rooms_gamesession_{page}", args=[session.pk])
        assert game_master.get(url).status_code == status
        assert game_master.post(url, {"phase": "finished"}).status_code == 403

    assert game_master.get(reverse("admin:rooms_gamesession_add")).status_code == 403
    assert GameSession.objects.get().phase == "lobby"


def test_the_list_costs_the_same_however_long(game_master, django_assert_max_num_queries):
    quiz = new_quiz(players=1)
    with django_assert_max_num_queries(40) as one:
        game_master.get(LIST, {"q": quiz.room.name})
    new_quiz(players=1)
    new_quiz(players=3)

    with django_assert_max_num_queries(len(one.captured_queries)):
        rows = game_master.get(LIST).context["cl"].queryset

    assert sorted(row.total for row in rows) == [1, 1, 3]
