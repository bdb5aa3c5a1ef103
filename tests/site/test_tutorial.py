from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection

from learning.actions.tutorial import FIRST_STEP_XP, answer_tutorial, tutorial_statement
from learning.models import AnswerEvent, Statement
from players.models import ExperienceEntry, PlayerGameData, PlayerPreferences
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.segments import change

pytestmark = pytest.mark.django_db
CARDS, QUESTION, RESULT = "/tutorial/", "/tutorial/statement/", "/tutorial/result/"
SHOWN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def signed_in(client):
    def sign_in(player):
        client.force_login(player)
        return client

    return sign_in


def answer(player, statement, *, verdict=True, seconds=9):
    return answer_tutorial(
        player=player,
        statement=statement,
        verdict=verdict,
        shown_at=SHOWN,
        now=SHOWN + timedelta(seconds=seconds),
    )


@pytest.mark.parametrize("factory", [PlayerFactory, GuestFactory])
def test_the_way_from_the_cards_to_the_first_experience(signed_in, time_machine, factory):
    time_machine.move_to(SHOWN, tick=False)
    statement, player = StatementFactory(), factory()
    client = signed_in(player)

    cards = client.get(CARDS).content.decode()
    question = client.get(QUESTION).content.decode()
    time_machine.move_to(SHOWN + timedelta(seconds=9), tick=False)
    response = client.post(QUESTION, {"verdict": "true"})
    result = client.get(RESULT).content.decode()

    event = AnswerEvent.objects.get()
    assert f'href="{QUESTION}"' in cards
    assert statement.text in question
    assert statement.explanation not in question
    assert response.url == RESULT
    assert statement.explanation in result
    assert f"+{event.xp + FIRST_STEP_XP} XP" in result
    assert (event.mode, event.rt_ms, event.correct, event.session_uuid) == ("tutorial", 9000, True, None)
    assert PlayerPreferences.objects.get(player=player).tutorial_completed


def test_a_right_answer_is_counted_and_paid():
    player = PlayerFactory()

    event = answer(player, StatementFactory())

    totals = PlayerGameData.objects.get(player=player)
    assert event.xp > 0
    assert (totals.total_questions_answered, totals.total_correct_answers) == (1, 1)
    assert totals.experience_points == FIRST_STEP_XP + event.xp
    assert ExperienceEntry.objects.get().reason == "First statement"


def test_a_wrong_answer_is_paid_for_the_courage():
    player = PlayerFactory()

    answer(player, StatementFactory(answer=False))

    totals = PlayerGameData.objects.get(player=player)
    assert (totals.total_correct_answers, totals.experience_points) == (0, FIRST_STEP_XP)


def test_a_second_answer_finds_the_first():
    player, statement = PlayerFactory(), StatementFactory()
    first = answer(player, statement)

    second = answer(player, StatementFactory(), verdict=False)

    assert second == first
    assert AnswerEvent.objects.count() == ExperienceEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_answers_that_are_sent_at_once_count_once():
    player, statement = PlayerFactory(), StatementFactory()

    def send(verdict):
        try:
            return answer(player, statement, verdict=verdict).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(send, [True, False, True, False]))

    assert len(found) == 1
    assert ExperienceEntry.objects.count() == 1
    assert PlayerGameData.objects.get(player=player).total_questions_answered == 1


def test_the_statement_is_an_easy_approved_one_on_what_the_player_wants():
    wanted = TopicFactory(name="Metallurgy")
    StatementFactory.create_batch(3)
    StatementFactory(topic=wanted, difficulty="expert")
    StatementFactory(topic=wanted, lifecycle=Statement.Lifecycle.PENDING)
    easy = StatementFactory(topic=wanted)
    player = change(PlayerFactory(), interests=["metallurgy"])

    assert tutorial_statement(player, rng=Random(1)) == easy


def test_the_statement_stays_when_the_page_is_loaded_again(signed_in):
    StatementFactory.create_batch(8)
    client = signed_in(PlayerFactory())

    texts = {client.get(QUESTION).context["statement"].text for _ in range(6)}

    assert len(texts) == 1


def test_without_a_statement_the_page_says_so(signed_in):
    page = signed_in(PlayerFactory()).get(QUESTION)

    assert page.status_code == 200
    assert "No statement yet" in page.content.decode()


@pytest.mark.parametrize("sent", [{}, {"verdict": "maybe"}])
def test_something_else_than_true_or_false_is_refused(signed_in, sent):
    StatementFactory()

    assert signed_in(PlayerFactory()).post(QUESTION, sent).status_code == 422
    assert AnswerEvent.objects.count() == 0


def test_who_is_through_sees_the_result_and_the_way_on(signed_in):
    player = PlayerFactory()
    answer(player, StatementFactory())
    client = signed_in(player)

    assert client.get(QUESTION).url == RESULT
    assert 'href="/rooms/"' in client.get(CARDS).content.decode()
    assert 'href="/tutorial/"' not in client.get("/home/").content.decode()


def test_there_is_no_result_without_an_answer(signed_in):
    assert signed_in(PlayerFactory()).get(RESULT).url == CARDS


@pytest.mark.parametrize("address", [CARDS, QUESTION, RESULT])
def test_strangers_sign_in_first(client, address):
    assert client.get(address).url == f"/accounts/login/?next={address}"
