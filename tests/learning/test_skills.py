from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from learning.actions.answers import Circumstances, keep_answer
from learning.actions.mastery import refresh_mastery
from learning.actions.skills import settle
from learning.actions.statements import revise_statement
from learning.models import AnswerEvent, Settlement, Statement, TopicSkill
from learning.tasks import ask_for_refresh
from players.models import PlayerProfile
from rooms.actions.session_lead import cancel_session
from tests.factories.learning import AnswerEventFactory, StatementFactory, TopicFactory, TopicSkillFactory
from tests.factories.players import GuestFactory, PlayerFactory
from tests.learning.answering import NOW, answer
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db


def skill(player, topic):
    return TopicSkill.objects.get(player=player, topic=topic)


def figures(statement):
    return Statement.objects.values_list("n_first", "n_first_correct", "n_rapid").get(pk=statement.pk)


def held(player, statement, *, verdict=True):
    """An answer to a question that is still open."""
    at = Circumstances(NOW - timedelta(seconds=5), NOW, None, "quiz")
    return keep_answer(
        player=player, statement=statement, verdict=verdict, at=at, idempotency_key=f"{uuid4()}"
    )


# --- One answer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_right", "mean"), [(True, 0.209), (False, -0.580)])
def test_an_answer_moves_the_skill_and_is_told_in_the_event(is_right, mean):
    player, statement = PlayerFactory(), StatementFactory(difficulty="intermediate")

    event = answer(player, statement, is_right=is_right)

    row = skill(player, statement.topic)
    assert (row.theta_mean, row.theta_var) == (
        pytest.approx(mean, abs=0.002),
        pytest.approx(1.308, abs=0.002),
    )
    assert (event.p_before, event.theta_before) == (pytest.approx(0.735, abs=0.0005), 0)
    assert (event.beta_before, event.theta_after) == (0, pytest.approx(row.theta_mean))
    assert (row.n_answers, row.active_days, row.last_at) == (1, 1, NOW)


@pytest.mark.parametrize(("label", "mean"), [("beginner", -1), ("intermediate", 0), ("expert", 1)])
def test_a_statement_begins_at_its_label(label, mean):
    statement = StatementFactory(difficulty=label)

    statement.refresh_from_db()

    assert (statement.beta_mean, statement.beta_var) == (mean, 0.36)


def test_many_statements_at_once_can_not_forget_their_beginning():
    statement = StatementFactory.build(topic=TopicFactory())

    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.bulk_create([statement])


def test_a_right_first_answer_eases_the_statement():
    statement = StatementFactory(difficulty="intermediate")

    answer(PlayerFactory(), statement)

    statement.refresh_from_db()
    assert statement.beta_mean < 0
    assert statement.beta_var < 0.36
    assert figures(statement) == (1, 1, 0)


def test_only_the_first_attempt_of_a_player_moves_the_statement():
    player, statement = PlayerFactory(), StatementFactory()
    answer(player, statement, is_right=False)
    once = Statement.objects.get(pk=statement.pk).beta_mean

    answer(player, statement, is_right=True)

    assert Statement.objects.get(pk=statement.pk).beta_mean == once
    assert (figures(statement), skill(player, statement.topic).n_answers) == ((1, 0, 0), 2)


def test_a_click_changes_nothing_but_the_count_of_clicks():
    player, statement = PlayerFactory(), StatementFactory(text=" ".join(["word"] * 14))
    prior = statement.beta_mean

    event = answer(player, statement, seconds=0.5)

    statement.refresh_from_db()
    row = skill(player, statement.topic)
    assert (event.rapid, event.theta_after, event.xp) == (True, event.theta_before, 0)
    assert (statement.beta_mean, figures(statement)) == (prior, (0, 0, 1))
    assert (row.theta_mean, row.theta_var, row.n_answers, row.n_rapid, row.last_at) == (0, 1.44, 0, 1, None)


def test_answers_of_guests_never_move_a_statement():
    guest, statement = GuestFactory(), StatementFactory()

    event = answer(guest, statement)
    answer(guest, statement, seconds=0.1)

    statement.refresh_from_db()
    assert event.by_guest is True
    assert (statement.beta_mean, statement.beta_var, figures(statement)) == (-1, 0.36, (0, 0, 0))
    assert skill(guest, statement.topic).n_answers == 1


def test_a_new_topic_begins_with_half_of_the_others():
    player, statement = PlayerFactory(), StatementFactory()
    for mean in (1.0, 2.0):
        TopicSkillFactory(player=player, theta_mean=mean)

    event = answer(player, statement)

    assert event.theta_before == pytest.approx(0.75)


def test_a_marked_guess_moves_the_skill_by_half():
    statement = StatementFactory()
    guessed = answer(PlayerFactory(), statement, confidence=1)
    Statement.objects.filter(pk=statement.pk).update(beta_mean=-1, beta_var=0.36)

    known = answer(PlayerFactory(), statement, confidence=3)

    assert guessed.confidence == 1
    assert guessed.theta_after == pytest.approx(known.theta_after / 2)


def test_the_same_answer_sent_again_moves_nothing():
    player, statement = PlayerFactory(), StatementFactory()
    event = held(player, statement)
    first = settle(statement_id=statement.pk, event_ids=[event.pk])

    again = settle(statement_id=statement.pk, event_ids=[event.pk])

    assert (first, again) == ([event], [])
    assert (skill(player, statement.topic).n_answers, Settlement.objects.count()) == (1, 1)


def test_the_database_refuses_a_settled_answer_without_figures():
    with pytest.raises(IntegrityError), transaction.atomic():
        AnswerEventFactory(p_before=None)


# --- Sessions --------------------------------------------------------------------------------------------


def test_while_a_question_is_open_no_figure_moves():
    quiz = new_quiz().begin()
    ada, bo = quiz.players

    quiz.answer(ada)
    open_figures = (TopicSkill.objects.count(), figures(quiz.statement), AnswerEvent.objects.get().p_before)
    statement = quiz.statement
    quiz.answer(bo, is_right=False)

    assert open_figures == (0, (0, 0, 0), None)
    assert figures(statement) == (2, 1, 0)
    assert skill(ada, statement.topic).theta_mean > 0 > skill(bo, statement.topic).theta_mean


def test_a_session_settles_each_round_once():
    quiz = new_quiz(rounds=3).begin()

    quiz.play(*[dict.fromkeys(quiz.players, True)] * 3)

    rows = TopicSkill.objects.order_by("player_id").values_list("n_answers", "active_days")
    assert list(rows) == [(3, 1)] * 2
    assert Settlement.objects.count() == 3
    assert not AnswerEvent.objects.filter(settlement=None).exists()


def test_an_answer_whose_key_was_never_shown_counts_for_nothing():
    quiz = new_quiz().begin()
    ada = quiz.players[0]
    quiz.answer(ada)
    cancel_session(session=quiz.session, player=None, now=quiz.now)

    event = answer(ada, quiz.statement)

    assert event.first_attempt is True
    assert skill(ada, quiz.statement.topic).n_answers == 1


def settling(count):
    statement = StatementFactory()
    events = [held(player, statement).pk for player in PlayerFactory.create_batch(count)]
    with CaptureQueriesContext(connection) as queries:
        settle(statement_id=statement.pk, event_ids=events)
    # The question whether achievements are due is put for each player after the commit.
    return len(queries)


def test_a_round_costs_the_same_however_many_answer():
    assert settling(1) == settling(12)


def test_an_answer_costs_a_session_no_more_than_its_row():
    player, statement = PlayerFactory(), StatementFactory()

    with CaptureQueriesContext(connection) as queries:
        held(player, statement)

    writes = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE"))]
    assert len(writes) == 1


# --- Mastery follows the statements ----------------------------------------------------------------------


def test_mastery_follows_the_statements_that_can_be_played():
    player, easy = PlayerFactory(), StatementFactory(difficulty="beginner")
    answer(player, easy)
    before = skill(player, easy.topic).mastery
    StatementFactory.create_batch(3, topic=easy.topic, difficulty="expert")

    changed = refresh_mastery()

    assert (changed, refresh_mastery()) == (1, 0)
    assert skill(player, easy.topic).mastery < before - 0.1


def test_mastery_is_refreshed_once_a_day():
    row = TopicSkillFactory(mastery=0.9)

    ask_for_refresh()
    TopicSkill.objects.update(mastery=0.9)
    ask_for_refresh()

    assert skill(row.player, row.topic).mastery == 0.9


def test_another_label_is_another_first_guess_until_somebody_answers():
    unseen, seen = StatementFactory.create_batch(2, difficulty="beginner")
    answer(PlayerFactory(), seen)
    moved = Statement.objects.get(pk=seen.pk).beta_mean

    for statement in (unseen, seen):
        statement.difficulty = "expert"
        revise_statement(statement=statement)

    means = [Statement.objects.get(pk=statement.pk).beta_mean for statement in (unseen, seen)]
    assert means == [1, moved]


def test_a_topic_without_statements_left_still_has_a_mastery():
    row = TopicSkillFactory(topic=TopicFactory(), mastery=0.9)
    PlayerProfile.objects.filter(player=row.player).update(bio="still here")

    refresh_mastery()

    assert skill(row.player, row.topic).mastery == pytest.approx(0.5)
