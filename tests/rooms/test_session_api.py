import pytest

from rooms.models import GameSession, SessionAnswer
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db
STEPS = ("join", "ready", "start", "answer")


@pytest.fixture
def quiz(client):
    quiz = new_quiz()
    client.force_login(quiz.players[0])
    return quiz


def url(room, step=""):
    return f"/api/v1/rooms/{room.slug}/session" + (f"/{step}" if step else "")


def post(client, room, step, data=None):
    return client.post(url(room, step), data or {}, content_type="application/json")


def verdict(quiz, **changes):
    return {"verdict": quiz.statement.answer, "round": quiz.session.round_number, **changes}


def test_an_open_question_is_told_without_its_key(client, quiz):
    quiz.begin()

    answer = client.get(url(quiz.room)).json()

    assert answer == {
        "uuid": str(quiz.session.uuid), "kind": "game", "mode": "quiz", "format": "", "phase": "question",
        "topic": quiz.session.topic.name, "round": 1, "rounds": 3, "stage": 1, "stages": 1,
        "ends_at": answer["ends_at"], "is_paused": False, "pause_reason": "",
        "statement": quiz.statement.text, "answered": 0, "players": 2, "spectators": 0, "is_playing": True,
        "my_verdict": None, "has_passed": False, "my_confidence": None, "my_points": None, "my_place": None,
        "key": None, "explanation": "", "source": "", "is_annulled": False,
    }  # fmt: skip


def test_a_quiz_is_played(client, quiz):
    ready = post(client, quiz.room, "ready").json()
    started = post(client, quiz.room, "start").json()
    answered = post(client, quiz.room, "answer", verdict(quiz.look())).json()

    assert [step["phase"] for step in (ready, started, answered)] == ["lobby", "question", "question"]
    assert (answered["my_verdict"], answered["answered"]) == (quiz.statement.answer, 1)
    assert SessionAnswer.objects.get().is_correct is True


def test_readiness_is_taken_back(client, quiz):
    post(client, quiz.room, "ready")
    post(client, quiz.room, "ready?ready=false")

    assert not quiz.session.participants.filter(is_ready=True).exists()


def test_somebody_in_the_room_joins(client, quiz):
    newcomer = quiz.enter()
    quiz.session.participants.filter(player=newcomer).delete()
    client.force_login(newcomer)

    assert post(client, quiz.room, "join").json()["players"] == 3


def test_after_the_reveal_key_and_reason_are_told(client, quiz):
    quiz.begin().pass_time()

    answer = client.get(url(quiz.room)).json()

    statement = quiz.statement
    assert (answer["phase"], answer["key"]) == ("reveal", statement.answer)
    assert (answer["explanation"], answer["source"]) == (statement.explanation, statement.source_reference)


def test_refusals_are_conflicts_with_a_sentence_and_a_code(client, quiz):
    quiz.begin()
    first = post(client, quiz.room, "answer", verdict(quiz))
    again = post(client, quiz.room, "answer", verdict(quiz))
    quiz.pass_time()
    late = post(client, quiz.room, "answer", verdict(quiz))

    assert [first.status_code, again.status_code, late.status_code] == [200, 409, 409]
    assert again.json()["code"] == "already_locked"
    assert late.json() == {"detail": "The time for this statement is over.", "code": "late"}


def test_a_session_that_has_begun_does_not_begin_again(client, quiz):
    quiz.begin()

    answer = post(client, quiz.room, "start")

    assert (answer.status_code, answer.json()["detail"]) == (409, "This session has already started.")


@pytest.mark.parametrize("data", [{}, {"verdict": "maybe", "round": 1}, {"verdict": True}])
def test_nonsense_is_not_understood(client, quiz, data):
    quiz.begin()

    assert post(client, quiz.room, "answer", data).status_code == 422
    assert not SessionAnswer.objects.exists()


def test_who_may_not_start_does_not(client, quiz):
    quiz.room.settings.members_start_sessions = False
    quiz.room.settings.save()
    quiz.session.participants.update(is_ready=True)

    assert post(client, quiz.room, "start").status_code == 403
    assert GameSession.objects.get().phase == "lobby"


@pytest.mark.parametrize("step", STEPS)
def test_outsiders_find_nothing(client, quiz, step):
    client.force_login(PlayerFactory())

    assert client.get(url(quiz.room)).status_code == 404
    assert post(client, quiz.room, step, {"verdict": True, "round": 1}).status_code == 404


def test_strangers_have_to_sign_in(client, quiz):
    client.logout()

    assert client.get(url(quiz.room)).status_code == 401


def test_a_room_without_session_has_none_to_show(client, quiz):
    assert client.get(url(RoomFactory())).status_code == 404
