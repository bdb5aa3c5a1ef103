from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from learning.actions.answers import Answered, Circumstances, keep_answer, keep_answers, record_answer
from learning.models import AnswerEvent
from players.models import PlayerPersonalInfo
from tests.factories.learning import StatementFactory
from tests.factories.players import GuestFactory, PlayerFactory
from tests.races import at_once

NOW = timezone.now()


def answer(player, statement, *, verdict=True, seconds=5.0, key="one"):
    at = Circumstances(NOW, NOW + timedelta(seconds=seconds), uuid4(), "quiz")
    return record_answer(player=player, statement=statement, verdict=verdict, at=at, idempotency_key=key)


@pytest.mark.django_db
def test_an_answer_is_stored_with_everything_that_was_known_before():
    statement = StatementFactory(difficulty="intermediate", version=3)

    event = answer(PlayerFactory(), statement)

    assert event.p_before == pytest.approx(0.735, abs=0.001)
    assert (event.correct, event.rapid, event.first_attempt, event.xp) == (True, False, True, 6)
    assert (event.statement_version, event.rt_ms, event.mode) == (3, 5000, "quiz")


@pytest.mark.django_db
@pytest.mark.parametrize(("key", "verdict", "is_correct"), [
    (True, True, True), (True, False, False), (False, True, False), (False, False, True),
])  # fmt: skip
def test_an_answer_is_right_when_it_equals_the_key(key, verdict, is_correct):
    event = answer(PlayerFactory(), StatementFactory(answer=key), verdict=verdict)

    assert (event.correct, bool(event.xp)) == (is_correct, is_correct)


@pytest.mark.django_db
def test_a_click_is_kept_and_earns_nothing():
    event = answer(PlayerFactory(), StatementFactory(text=" ".join(["word"] * 14)), seconds=0.5)

    assert (event.correct, event.rapid, event.xp) == (True, True, 0)


@pytest.mark.django_db
def test_the_same_key_twice_is_one_answer():
    player, statement = PlayerFactory(), StatementFactory()

    first, again = answer(player, statement), answer(player, statement, verdict=False, seconds=9)

    assert first == again
    assert (again.answer, again.rt_ms) == (True, 5000)


@pytest.mark.django_db
def test_only_the_first_answer_to_a_statement_is_a_first_attempt():
    player, statement = PlayerFactory(), StatementFactory()

    events = [answer(player, statement, key=key) for key in ("one", "two")]

    assert [event.first_attempt for event in events] == [True, False]


@pytest.mark.django_db
def test_clocks_that_disagree_give_no_negative_time():
    assert answer(PlayerFactory(), StatementFactory(), seconds=-1).rt_ms == 0


@pytest.mark.django_db
def test_guests_answer_and_earn_like_others():
    assert answer(GuestFactory(), StatementFactory()).xp > 0


# --- Several at once ---------------------------------------------------------------------------------------


def answered(player, statement, *, verdict=True, seconds=5.0):
    at = Circumstances(NOW, NOW + timedelta(seconds=seconds), uuid4(), "quiz", confidence=2)
    return Answered(player, statement, verdict, at, idempotency_key=uuid4().hex)


def kept(event):
    skipped = ("id", "idempotency_key")
    return {
        field.name: getattr(event, field.name) for field in event._meta.fields if field.name not in skipped
    }


def with_needs(**needs):
    player = PlayerFactory()
    PlayerPersonalInfo.objects.filter(player=player).update(accessibility_needs=needs)
    return player


@pytest.mark.django_db
def test_each_of_several_is_kept_as_if_it_came_alone():
    statement = StatementFactory(text=" ".join(["word"] * 30), answer=True)
    several = [
        answered(PlayerFactory(), statement),
        answered(PlayerFactory(), StatementFactory(answer=False)),
        answered(PlayerFactory(), statement, verdict=None),
        answered(GuestFactory(), statement, verdict=False),
        answered(PlayerFactory(), statement, seconds=1),
        answered(with_needs(screen_reader=True), statement, seconds=1),
        answered(with_needs(time_factor=2.0), statement, seconds=0.1),
    ]

    together = [kept(event) for event in keep_answers(several)]
    AnswerEvent.objects.all().delete()
    alone = [
        kept(keep_answer(**{name: getattr(one, name) for name in Answered.__dataclass_fields__}))
        for one in several
    ]

    assert together == alone
    assert [event["rapid"] for event in together] == [False] * 4 + [True, False, True]


@pytest.mark.django_db
def test_of_several_what_is_kept_already_is_not_kept_again():
    statement = StatementFactory()
    first, second = answered(PlayerFactory(), statement), answered(PlayerFactory(), statement)
    (known,) = keep_answers([first])

    events = keep_answers([second, replace(first, verdict=False)])

    assert events[1] == known
    assert events[1].answer is True
    assert AnswerEvent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_key_sent_twice_at_once_is_one_answer():
    player, statement = PlayerFactory(), StatementFactory()

    replies = at_once(*[lambda: answer(player, statement).pk] * 4)

    assert set(replies) == {AnswerEvent.objects.get().pk}
