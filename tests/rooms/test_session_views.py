import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.models import ChannelMember
from players.models import PlayerPreferences
from rooms.actions.rooms import enter_room
from rooms.actions.session_steps import advance
from rooms.models import GameSession, SessionAnswer, SessionParticipant
from tests.factories.learning import TopicFactory
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory
from tests.rooms.quiz import new_quiz, topic_with_statements

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
STEPS = ("join", "ready", "start", "answer", "cancel")


@pytest.fixture
def room(client):
    """A room where every member may start; the client is one of them."""
    room = RoomNpcFactory(room=RoomFactory(settings__members_start_sessions=True)).room
    client.player = PlayerFactory()
    enter_room(room=room, player=client.player)
    client.force_login(client.player)
    return room


@pytest.fixture
def quiz(client):
    """A session in its lobby; the client is the first of its two players."""
    quiz = new_quiz()
    client.force_login(quiz.players[0])
    return quiz


def url(room, step=""):
    return reverse(f"rooms:session-{step}" if step else "rooms:session", args=[room.slug])


def choices(**changes):
    return {"topic": topic_with_statements(5).pk, "rounds": 5, "seconds": 20, **changes}


def answer(quiz):
    return {"verdict": str(quiz.statement.answer).lower(), "round": quiz.session.round_number}


def phase_of(quiz):
    return GameSession.objects.values_list("phase", flat=True).get(pk=quiz.session.pk)


def test_the_difficulty_that_a_player_likes_is_chosen_beforehand(client, room):
    PlayerPreferences.objects.filter(player=client.player).update(game_preferences={"difficulty": "advanced"})

    form = client.get(url(room, "create")).context["form"]

    assert form["difficulty"].value() == "advanced"


def test_a_quiz_is_opened_by_its_form(client, room):
    page = client.get(url(room, "create"))
    response = client.post(url(room, "create"), choices(seconds=30))

    session = GameSession.objects.get()
    assert page.status_code == 200
    assert (response.status_code, response.url) == (302, room.get_absolute_url())
    assert (session.room, session.started_by, session.seconds_per_round) == (room, client.player, 30)


def test_the_form_counts_statements_and_offers_the_characters_of_the_room(client, room):
    topic = topic_with_statements(3)
    TopicFactory(name="Nothing to play")
    NpcFactory()

    form = client.get(url(room, "create")).context["form"]

    assert [label for _, label in form["topic"].field.choices] == [f"{topic.name} (3 statements)"]
    offered = [label for _, label in form["host"].field.choices]
    assert offered == [
        "The first character of the room",
        room.npcs.get().npc.name,
        "I host it and don't play",
    ]


@pytest.mark.parametrize(("changes", "line"), [
    ({"rounds": 6}, "has 5 statements of that kind"),
    ({"difficulty": "expert"}, "has 0 statements of that kind"),
    ({"seconds": 9}, "greater than or equal to 10"),
    ({"seconds": 121}, "less than or equal to 120"),
    ({"rounds": 51}, "less than or equal to 50"),
    ({"topic": 0}, "Select a valid choice"),
])  # fmt: skip
def test_what_can_not_be_played_is_said_in_the_form(client, room, changes, line):
    response = client.post(url(room, "create"), choices(**changes))

    assert response.status_code == 422
    assert line in response.content.decode()
    assert not GameSession.objects.exists()


def test_a_second_session_is_refused_in_the_form(client, quiz):
    response = client.post(url(quiz.room, "create"), choices())

    assert response.status_code == 422
    assert "A session is already running in this room." in response.content.decode()


@pytest.mark.parametrize("step", ["create", "start", "cancel"])
def test_who_may_not_start_may_neither_begin_nor_call_off(client, quiz, step):
    quiz.room.settings.members_start_sessions = False
    quiz.room.settings.save()

    response = client.post(url(quiz.room, step), choices())

    assert (response.status_code, phase_of(quiz)) == (403, "lobby")


@pytest.mark.parametrize("step", ["", "create"])
def test_outsiders_find_no_session(client, quiz, step):
    client.force_login(PlayerFactory())

    assert client.get(url(quiz.room, step)).status_code == 404


@pytest.mark.parametrize("step", STEPS)
def test_outsiders_take_no_step(client, quiz, step):
    client.force_login(PlayerFactory())

    assert client.post(url(quiz.room, step)).status_code == 404
    assert (phase_of(quiz), SessionParticipant.objects.count()) == ("lobby", 2)


@pytest.mark.parametrize("step", STEPS)
def test_without_a_session_there_is_no_step_to_take(client, room, step):
    assert client.post(url(room, step)).status_code == 404


@pytest.mark.parametrize("step", STEPS)
def test_steps_are_taken_by_the_press_of_a_button_only(client, quiz, step):
    assert client.get(url(quiz.room, step)).status_code == 405


def test_the_panel_alone_is_for_the_script(client, quiz):
    fragment = client.get(url(quiz.room), headers=HTMX)
    page = client.get(url(quiz.room))

    assert fragment.templates[0].name == "rooms/_session.html"
    assert (page.status_code, page.url) == (302, quiz.room.get_absolute_url())
    assert "HX-Request" in fragment["Vary"]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_quiz_is_played_with_and_without_script(client, quiz, headers):
    statuses = [
        client.post(url(quiz.room, "ready"), headers=headers).status_code,
        client.post(url(quiz.room, "start"), headers=headers).status_code,
    ]
    statuses.append(client.post(url(quiz.room, "answer"), answer(quiz.look()), headers=headers).status_code)

    assert statuses == [200 if headers else 302] * 3
    assert SessionAnswer.objects.get().is_correct is True


def test_a_step_answers_with_the_panel_as_it_is_now(client, quiz):
    quiz.begin()

    page = client.post(url(quiz.room, "answer"), answer(quiz), headers=HTMX).content.decode()

    assert f'data-step="{quiz.session.uuid} question 1"' in page
    assert "Your answer is in." in page
    assert page.count('aria-pressed="true"') == 1


def test_who_is_late_reads_so_in_the_panel(client, quiz):
    quiz.begin()
    late = answer(quiz)
    quiz.pass_time()

    page = client.post(url(quiz.room, "answer"), late, headers=HTMX)

    assert page.status_code == 200
    assert "The time for this statement is over." in page.content.decode()
    assert f'data-step="{quiz.session.uuid} reveal 1"' in page.content.decode()
    assert not SessionAnswer.objects.exists()


def test_who_is_late_reads_so_without_script_too(client, quiz):
    quiz.begin()
    late = answer(quiz)
    quiz.pass_time()

    page = client.post(url(quiz.room, "answer"), late, follow=True)

    assert page.redirect_chain == [(quiz.room.get_absolute_url(), 302)]
    assert "The time for this statement is over." in page.content.decode()


@pytest.mark.parametrize("data", [{}, {"verdict": "maybe", "round": 1}, {"verdict": "true", "round": "x"}])
def test_nonsense_is_no_answer(client, quiz, data):
    quiz.begin()

    page = client.post(url(quiz.room, "answer"), data, headers=HTMX).content.decode()

    assert "Answer with true or false." in page
    assert not SessionAnswer.objects.exists()


def test_readiness_is_taken_back(client, quiz):
    client.post(url(quiz.room, "ready"))

    page = client.post(url(quiz.room, "ready"), {"ready": "no"}, headers=HTMX).content.decode()

    assert "0 of 2 ready" in page


def test_somebody_in_the_room_joins_in_the_middle(client, quiz):
    quiz.begin()
    newcomer = PlayerFactory()
    enter_room(room=quiz.room, player=newcomer)
    client.force_login(newcomer)
    before = client.get(url(quiz.room), headers=HTMX).content.decode()

    after = client.post(url(quiz.room, "join"), headers=HTMX).content.decode()

    assert ("Join in" in before, "data-verdict" in before) == (True, False)
    assert ("Join in" in after, "data-verdict" in after) == (False, True)


def test_a_session_is_called_off(client, quiz):
    page = client.post(url(quiz.room, "cancel"), headers=HTMX).content.decode()

    assert phase_of(quiz) == "cancelled"
    assert "The last quiz was called off." in page


def test_every_phase_is_drawn_for_players_and_for_spectators(client, quiz):
    viewers = [quiz.players[0], PlayerFactory()]
    enter_room(room=quiz.room, player=viewers[1])

    for step in (quiz.look, quiz.begin, quiz.pass_time, quiz.pass_time):
        step()
        for viewer in viewers:
            client.force_login(viewer)
            page = client.get(url(quiz.room), headers=HTMX).content.decode()
            assert f'data-phase="{quiz.session.phase}"' in page
            assert 'data-announce=""' not in page


def test_the_viewers_own_place_is_shown_below_the_first_ten(client, quiz):
    for _ in range(10):
        quiz.enter()
    quiz.begin()
    for player in quiz.players[1:]:
        quiz.answer(player)
    quiz.pass_time()

    page = client.get(url(quiz.room), headers=HTMX).content.decode()

    assert page.count('class="standing"') == 10
    assert page.count("standing--me") == 1
    assert '<span class="standing__place">12</span>' in page


def test_the_room_page_holds_the_panel(client, quiz):
    quiz.begin()

    page = client.get(quiz.room.get_absolute_url()).content.decode()

    assert page.count("data-session-panel") == 1
    assert quiz.statement.text in page


def test_after_the_end_one_may_play_again(client, quiz):
    quiz.begin().play({}, {}, {})

    page = client.get(url(quiz.room), headers=HTMX).content.decode()

    assert "Final board" in page
    assert url(quiz.room, "create") in page
    assert advance(pk=quiz.session.pk, now=timezone.now()) is False


def test_who_left_the_room_takes_no_more_steps(client, quiz):
    quiz.begin()
    ChannelMember.objects.filter(player=quiz.players[0]).delete()

    assert client.post(url(quiz.room, "answer"), answer(quiz)).status_code == 404
