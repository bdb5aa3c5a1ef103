"""Learning cards: for everybody to read, and offered to whoever seems to guess."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from learning.models import Practice, Statement
from learning.queries.study import CARDS, seems_to_guess, study_cards
from learning.rules.guessing import RUN, Try, looks_like_guessing, norm_of
from players.models import PlayerPersonalInfo
from tests.factories.learning import AnswerEventFactory, StatementFactory
from tests.factories.players import PlayerFactory

NOW = timezone.now()
OFFER = "Would you like to read before you answer?"


def run_of(*, right, length=RUN, took_ms=3000, norm_ms=10_000):
    return [Try(number < right, took_ms, norm_ms) for number in range(length)]


@pytest.mark.parametrize(
    ("tries", "is_it"),
    [
        (run_of(right=33), True),
        (run_of(right=34), False),
        (run_of(right=20, length=RUN - 1), False),
        (run_of(right=20, took_ms=3999), True),
        (run_of(right=20, took_ms=4000), False),
    ],
    ids=["a coin", "more often right", "too short a run", "just too quick", "slow enough"],
)
def test_a_quick_run_of_sixty_coins_looks_like_guessing(tries, is_it):
    assert looks_like_guessing(tries) is is_it


def test_what_others_take_is_the_norm_and_else_what_reading_takes():
    assert (norm_of(text="one two three", median_ms=9000), norm_of(text="one two three", median_ms=None)) == (
        9000,
        720,
    )


@pytest.fixture
def ada(db):
    return PlayerFactory()


@pytest.fixture
def guesser(db):
    player = PlayerFactory()
    statements = StatementFactory.create_batch(4, rt_median_ms=10_000)
    for number in range(RUN):
        AnswerEventFactory(
            player=player, statement=statements[number % 4], rt_ms=2000, answer=number % 2 == 0,
            correct=number % 2 == 0, received_at=NOW - timedelta(minutes=number),
        )  # fmt: skip
    return player


def test_whoever_guesses_is_offered_cards_before_and_after_a_practice(client, guesser):
    client.force_login(guesser)
    done = Practice.objects.create(player=guesser, planned=5, started_at=NOW, moved_at=NOW, ended_at=NOW)

    before = client.get(reverse("learning:practice")).text
    after = client.get(reverse("learning:practice-summary", args=[done.uuid])).text

    assert OFFER in before
    assert OFFER in after
    assert reverse("learning:practice-start") in before


def test_whoever_has_a_time_of_his_own_is_not_measured_by_it(guesser):
    PlayerPersonalInfo.objects.filter(player=guesser).update(accessibility_needs={"time_factor": 1.5})

    assert not seems_to_guess(guesser.pk)


def test_older_answers_are_forgiven(guesser):
    statement = StatementFactory(rt_median_ms=10_000)
    for _ in range(RUN):
        AnswerEventFactory(player=guesser, statement=statement, rt_ms=9000, received_at=timezone.now())

    assert not seems_to_guess(guesser.pk)


def test_others_are_not_offered_cards(client, db):
    client.force_login(PlayerFactory())

    assert OFFER not in client.get(reverse("learning:practice")).text


def test_cards_show_what_was_wrong_lately_once_each_and_its_key(client, ada):
    old, new = StatementFactory(text="The sun is a planet.", answer=False), StatementFactory()
    for statement, days in ((old, 3), (new, 1), (old, 2)):
        AnswerEventFactory(
            player=ada, statement=statement, correct=False, received_at=NOW - timedelta(days=days)
        )
    AnswerEventFactory(player=ada, statement=StatementFactory(text="The moon shines by the sun."))
    client.force_login(ada)

    page = client.get(reverse("learning:study")).text

    assert study_cards(ada.pk) == [new, old]
    assert "False." in page
    assert "The moon shines" not in page


def test_no_card_tells_what_is_being_asked_nor_what_is_not_played_any_more(ada):
    asked, retired = StatementFactory(), StatementFactory(lifecycle=Statement.Lifecycle.RETIRED)
    for statement in (asked, retired):
        AnswerEventFactory(player=ada, statement=statement, correct=False)
    Practice.objects.create(
        player=ada, planned=5, number=1, statement=asked, shown_at=NOW, started_at=NOW, moved_at=NOW
    )

    assert study_cards(ada.pk) == []


def test_no_more_cards_than_somebody_reads_in_constant_queries(ada, django_assert_num_queries):
    for _ in range(CARDS + 2):
        AnswerEventFactory(player=ada, correct=False)

    # The answers, what is asked in two places, and the statements.
    with django_assert_num_queries(4):
        assert len(study_cards(ada.pk)) == CARDS
