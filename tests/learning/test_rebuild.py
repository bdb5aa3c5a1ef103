from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from learning.actions.difficulties import estimate_all
from learning.actions.practice import answer_practice, end_practice, open_practice, start_practice
from learning.actions.quality import refresh_statistics
from learning.actions.rebuild import differences
from learning.actions.rebuild_all import all_differences
from learning.actions.replaying import Overtaken, Replayed, go_on, packed, unpacked
from learning.actions.skills import settle
from learning.actions.statements import revise_statement
from learning.models import (
    AnswerEvent,
    DifficultyEstimate,
    ReviewCard,
    Settlement,
    Sitting,
    Statement,
    TopicSkill,
)
from players.actions.guests import keep_guest
from players.models import ExperienceEntry, PlayerGameData
from tests.factories.learning import AnswerEventFactory, StatementFactory, TopicSkillFactory
from tests.factories.players import GuestFactory, PlayerFactory
from tests.learning.answering import NOW, answer
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db
LABELS = ("beginner", "intermediate", "advanced")


def run(*arguments):
    out = StringIO()
    call_command("rebuild_learning", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def played():
    """Two people and a guest who have played: sessions, clicks, marks, second attempts, two topics."""
    quiz = new_quiz(rounds=4)
    ada, bo = quiz.players
    guest = quiz.enter(player=GuestFactory())
    quiz.begin()
    quiz.play(*[{ada: True, bo: False, guest: True}] * 2, {ada: True}, {bo: True, guest: False})
    others = [StatementFactory(difficulty=label) for label in LABELS]
    for day, statement in enumerate(others):
        for player in (ada, bo, guest):
            answer(player, statement, at=NOW + timedelta(days=day), is_right=player != bo, confidence=1 + day)
    answer(ada, others[0], at=NOW + timedelta(days=9))
    answer(bo, others[1], at=NOW + timedelta(days=9), seconds=0.2)
    refresh_statistics()
    return quiz


def stored():
    skills = TopicSkill.objects.order_by("player_id", "topic_id")
    items = Statement.objects.order_by("pk")
    return (
        list(skills.values_list("player_id", "topic_id", "theta_mean", "theta_var", "n_answers", "n_rapid")),
        list(items.values_list("beta_mean", "beta_var", "n_first", "n_first_correct", "n_rapid")),
    )


def test_after_normal_play_nothing_differs(played):
    assert run("--dry-run") == "Nothing differs from the answers.\n"


def test_a_rebuild_from_nothing_finds_what_was_there(played):
    before = stored()
    TopicSkill.objects.all().delete()
    Statement.objects.update(beta_mean=3, beta_var=0.1, n_first=0, n_first_correct=0, n_rapid=7)

    run()

    after = stored()
    for old, new in zip(before, after, strict=True):
        assert [pytest.approx(row, abs=1e-9) for row in old] == new
    assert differences() == []


def test_a_dry_run_tells_and_changes_nothing(played):
    TopicSkill.objects.filter(player=played.players[0]).update(theta_mean=-3)
    before = stored()

    told = run("--dry-run").splitlines()

    assert len([line for line in told if line.startswith("skill")]) == 4
    assert told[-1] == "4 rows differ. Run it without --dry-run to write them."
    assert stored() == before


def test_skills_that_no_answer_explains_go(played):
    TopicSkillFactory()

    run()

    assert differences() == []
    assert TopicSkill.objects.count() == 3 * 4


def test_a_rebuild_computes_mastery_over_the_statements_of_today(played):
    TopicSkill.objects.update(mastery=0.001, mastery_low=0)

    run()

    assert not TopicSkill.objects.filter(mastery__lt=0.01).exists()


def test_a_guest_who_stays_leaves_the_past_as_it_was():
    guest, statement = GuestFactory(), StatementFactory()
    answer(guest, statement)
    guest.email = "guest@example.org"
    keep_guest(player=guest, now=NOW)

    answer(guest, statement)

    assert differences() == []


@pytest.mark.parametrize("seconds", [5, 0.1])
@pytest.mark.parametrize("who", [PlayerFactory, GuestFactory])
def test_a_statement_with_another_label_is_replayed_as_it_was_played(who, seconds):
    statement = StatementFactory(difficulty="beginner")
    answer(who(), statement, seconds=seconds)
    statement.refresh_from_db()
    statement.difficulty = "expert"
    revise_statement(statement=statement)

    answer(PlayerFactory(), statement)

    assert differences() == []


def test_answers_that_wait_for_their_key_are_left_out():
    AnswerEventFactory(settlement=None, p_before=None)

    assert differences() == []


@contextmanager
def answers_after_reading_the_skills(count):
    """Each time that a replay has come to the skills, somebody answers; so many times."""
    waiting = AnswerEventFactory.create_batch(count, settlement=None, p_before=None)

    def watch(execute, sql, parameters, many, context):
        found = execute(sql, parameters, many, context)
        if sql.endswith('FROM "learning_topicskill" ORDER BY "learning_topicskill"."id" ASC') and waiting:
            event = waiting.pop()
            settle(statement_id=event.statement_id, event_ids=[event.pk])
        return found

    with connection.execute_wrapper(watch):
        yield


@pytest.mark.parametrize("count", [2, 9])
def test_answers_that_come_in_meanwhile_are_replayed_too(played, count):
    TopicSkill.objects.update(theta_mean=-3)

    with answers_after_reading_the_skills(count):
        run()

    assert differences() == []


def test_an_answer_that_is_saved_late_is_noticed(played):
    """Its settlement took its number early and appeared when the replay was past it."""
    replayed = Replayed()
    Settlement.objects.create()
    number = Settlement.objects.latest("pk").pk
    Settlement.objects.filter(pk=number).delete()
    Settlement.objects.create(pk=number + 1)
    go_on(replayed)
    Settlement.objects.create(pk=number)

    with pytest.raises(Overtaken):
        go_on(replayed)


def test_a_replay_that_was_put_away_goes_on_as_if_it_had_not_been(played):
    whole, parted = Replayed(), Replayed()
    go_on(whole)

    while not go_on(parted, most=3):
        parted = unpacked(packed(parted))

    assert unpacked(packed(parted)) == whole


# --- Cards, pay, statistics ------------------------------------------------------------------------------


@pytest.fixture
def practised(played):
    """And somebody who has practised as well, on two days."""
    player = played.players[0]
    for day in (0, 3):
        now = NOW + timedelta(days=10 + day)
        start_practice(player=player, topic=None, planned=5, now=now)
        for second in (7, 14, 21):
            practice = open_practice(player)
            answer_practice(
                player=player, number=practice.number, verdict=practice.statement.answer,
                now=now + timedelta(seconds=second),
            )  # fmt: skip
        end_practice(practice=open_practice(player), now=now + timedelta(minutes=1))
    refresh_statistics()
    return player


def test_after_normal_play_and_practice_nothing_differs(practised):
    assert all_differences(now=NOW) == []


def test_cards_are_found_again_and_what_was_put_aside_stays_there(practised):
    columns = (
        "player",
        "topic",
        "fact_key",
        "due",
        "stability",
        "reps",
        "lapses",
        "last_variant",
        "suspended",
    )
    ReviewCard.objects.filter(player=practised).update(suspended=True)
    before = sorted(ReviewCard.objects.values_list(*columns))
    ReviewCard.objects.update(stability=1.0, due=NOW, reps=9)
    ReviewCard.objects.exclude(player=practised).delete()

    told = run().splitlines()

    after = sorted(ReviewCard.objects.values_list(*columns))
    assert len([line for line in told if line.startswith("card")]) == len(before)
    assert [pytest.approx(row) if isinstance(row, float) else row for row in before] == after
    assert all_differences(now=NOW) == []


def test_missing_pay_is_granted_and_nobodys_falls(practised):
    ledger = ExperienceEntry.objects.filter(player=practised, source_type="practice").latest("delta")
    sitting = Sitting.objects.get(player=practised, session_uuid=ledger.source_id)
    ExperienceEntry.objects.filter(pk=ledger.pk).update(delta=ledger.delta - 2)
    Sitting.objects.filter(pk=sitting.pk).update(correct=0, weight=0)
    AnswerEvent.objects.filter(session_uuid=sitting.session_uuid).update(xp=0)

    run()

    assert ExperienceEntry.objects.get(source_type="correction").delta == 2
    row = PlayerGameData.objects.get(player=practised)
    paid = sum(ExperienceEntry.objects.filter(player=practised).values_list("delta", flat=True))
    assert row.experience_points == paid
    assert Sitting.objects.get(pk=sitting.pk).correct == sitting.correct
    assert all_differences(now=NOW) == []


def test_too_much_pay_stays(practised):
    sitting = Sitting.objects.filter(player=practised).first()
    Sitting.objects.filter(pk=sitting.pk).update(xp=sitting.xp + 500)

    run()

    assert Sitting.objects.get(pk=sitting.pk).xp == sitting.xp + 500
    assert ExperienceEntry.objects.get(source_type="correction").delta == 500


def test_statistics_are_found_again(practised):
    kept = list(Statement.objects.order_by("pk").values_list("quality_score", "key_llr", "rt_median_ms"))
    Statement.objects.update(quality_score=0.1, key_llr=7, rt_median_ms=1)

    run()

    assert (
        list(Statement.objects.order_by("pk").values_list("quality_score", "key_llr", "rt_median_ms")) == kept
    )


def test_difficulties_estimated_by_night_are_part_of_the_log():
    statement = StatementFactory(difficulty="intermediate")
    for number in range(31):
        answer(PlayerFactory(), statement, is_right=number % 2 == 0)
    before = Statement.objects.get().beta_mean

    moved = estimate_all()
    answer(PlayerFactory(), statement)

    estimate, after = DifficultyEstimate.objects.get(), Statement.objects.get()
    assert moved == 1
    assert estimate.answers == 31
    assert after.beta_mean != before
    assert differences() == []
    assert estimate_all() == 1
    assert estimate_all() == 0
