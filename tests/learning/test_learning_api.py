"""One's own learning, for programs."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from learning.actions.practice import open_practice
from learning.models import AnswerEvent, Practice
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.players import PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer
from tests.learning.answering import answer

pytestmark = pytest.mark.django_db
BASE = "/api/v1/me/learning"


@pytest.fixture
def player():
    return PlayerFactory()


@pytest.fixture
def program(player):
    ApiTokenFactory(player=player, secret="pf_learn", scopes=["learning:read", "learning:write"])
    return bearer("pf_learn")


def post(client, program, path, **data):
    return client.post(f"{BASE}/{path}", json.dumps(data), content_type="application/json", **program)


def get(client, program, path):
    return client.get(f"{BASE}/{path}", **program).json()


def test_a_program_practises_from_beginning_to_end(client, player, program):
    StatementFactory.create_batch(6, topic=TopicFactory(slug="sky"))

    state = post(client, program, "practice", topic="sky", planned=2).json()
    while not state["is_over"]:
        Practice.objects.update(shown_at=timezone.now() - timedelta(seconds=8))
        state = post(
            client, program, "practice/answer", number=state["number"], verdict=True, confidence=2
        ).json()

    assert (state["asked"], state["last"]["correct"], state["last"]["key"]) == (None, True, True)
    assert state["xp"] == sum(AnswerEvent.objects.values_list("xp", flat=True))
    assert get(client, program, "practice")["uuid"] is None


def test_before_the_answer_no_key_is_told(client, player, program):
    StatementFactory(explanation="Because.")

    state = post(client, program, "practice", planned=5).json()

    assert set(state["asked"]) == {"number", "topic", "text", "purpose", "shown_at", "hints"}
    assert state["last"] is None


def test_after_a_wrong_answer_next_goes_on(client, player, program):
    StatementFactory.create_batch(4)
    post(client, program, "practice", planned=5)
    Practice.objects.update(shown_at=timezone.now() - timedelta(seconds=8))

    wrong = post(client, program, "practice/answer", number=1, verdict=False).json()
    following = post(client, program, "practice/next").json()

    assert (wrong["asked"], wrong["last"]["explanation"] != "") == (None, True)
    assert following["asked"]["number"] == 2
    assert open_practice(player).number == 2


def test_without_a_practice_answers_are_refused(client, player, program):
    for path in ("practice/answer", "practice/next", "practice/end"):
        assert post(client, program, path, number=1, verdict=True).status_code == 409
    assert post(client, program, "practice", planned=5).status_code == 409
    assert post(client, program, "practice", topic="nowhere").status_code == 409


def test_what_is_due_topics_and_calibration_are_told(client, player, program):
    statement = StatementFactory()
    answer(player, statement, at=timezone.now() - timedelta(days=9), confidence=3)

    due, topics = get(client, program, "due"), get(client, program, "topics")["topics"]
    calibration = get(client, program, "calibration")

    assert (due["due"], due["cards"], due["facts"][0]["text"]) == (1, 1, statement.text)
    assert (topics[0]["topic"], topics[0]["band"], topics[0]["answers"]) == (statement.topic.name, None, 1)
    assert (calibration["answers"], calibration["marks"][2]["share"]) == (1, 1.0)


def test_a_token_without_the_scope_is_refused(client, player):
    ApiTokenFactory(player=player, secret="pf_other", scopes=["rooms:read"])

    assert client.get(f"{BASE}/due", **bearer("pf_other")).status_code == 403
