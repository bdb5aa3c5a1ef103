"""Hints on the way of a practice: in order, once each, and paid with the answer's weight."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from learning.actions.hints import NoMoreHints, Wish, hint_in_practice
from learning.actions.practice import (
    NoPractice,
    NotAsked,
    answer_practice,
    open_practice,
    start_practice,
)
from learning.actions.rebuild import differences
from learning.models import AnswerEvent, Hint, Practice, ReviewCard, Statement, TopicSkill
from learning.rules import hints
from tests.factories.learning import HintFactory, StatementFactory, TopicFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer
from tests.learning.answering import answer
from tests.races import at_once

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOONS = ("Mars has two moons.", "Mars has four moons.")


@pytest.fixture
def player():
    return PlayerFactory()


@pytest.fixture
def topic():
    """One fact to ask, from both sides, and others to work through."""
    topic = TopicFactory(slug="planets")
    for text, key in zip(MOONS, (True, False), strict=True):
        StatementFactory(
            topic=topic, fact_key="moons", text=text, answer=key, explanation="Phobos and Deimos."
        )
    StatementFactory(
        topic=topic, text="Saturn has a density below that of water.", explanation="It would float."
    )
    return topic


def asked(player, statement, *, planned=5):
    """A practice in which this statement is shown."""
    practice = start_practice(player=player, topic=statement.topic, planned=planned, now=NOON)
    Practice.objects.filter(pk=practice.pk).update(statement=statement)
    return open_practice(player)


def moons(topic):
    return topic.statements.get(text=MOONS[0])


def ask(player, *, number=1, **more):
    return hint_in_practice(number=number, wish=Wish(player), now=NOON, **more)


def test_three_hints_come_in_order_and_a_fourth_is_refused(player, topic):
    asked(player, moons(topic))

    given = [ask(player) for _ in range(3)]
    with pytest.raises(NoMoreHints):
        ask(player)

    assert [hint.level for hint in given] == [1, 2, 3]
    assert given[0].text == hints.NUDGES["number"]
    assert "“two”" in given[1].text
    assert "“Saturn has a density below that of water.” That one is true. It would float." in given[2].text
    assert open_practice(player).hints == 3


def test_no_hint_tells_of_the_other_side_or_of_the_reason(player, topic):
    asked(player, moons(topic))

    said = " ".join(ask(player).text for _ in range(3))

    assert "four" not in said
    assert "Phobos" not in said


@pytest.mark.parametrize(("count", "is_hinted"), [(0, False), (1, False), (2, True), (3, True)])
def test_from_the_second_hint_on_the_answer_moves_nothing(player, topic, count, is_hinted):
    asked(player, moons(topic))
    for _ in range(count):
        ask(player)

    event = answer_practice(player=player, number=1, verdict=True, now=NOON + timedelta(seconds=9))

    assert event.hinted is is_hinted
    assert (event.theta_after == event.theta_before) is is_hinted
    assert (event.beta_after == event.beta_before) is is_hinted
    assert ReviewCard.objects.exists() is not is_hinted
    assert differences() == []


def test_the_next_statement_begins_a_ladder_of_its_own(player, topic):
    practice = asked(player, moons(topic))
    ask(player)
    ask(player)
    answer_practice(player=player, number=1, verdict=True, now=NOON + timedelta(seconds=9))

    hint = ask(player, number=2)

    assert (hint.level, hint.ladder) == (1, f"practice:{practice.uuid}:2")
    assert TopicSkill.objects.filter(player=player, n_answers__gt=1).count() == 0


def test_what_is_not_asked_gets_no_hint(player, topic):
    with pytest.raises(NoPractice):
        ask(player)
    asked(player, moons(topic))

    with pytest.raises(NotAsked):
        ask(player, number=2)


def test_an_example_is_never_another_side_of_what_is_asked_nor_asked_of_somebody(player, topic):
    other = StatementFactory(topic=topic, text="Neptune was found by calculation.", explanation="")
    asked(PlayerFactory(), topic.statements.get(text__startswith="Saturn"))
    asked(player, moons(topic))

    said = [ask(player).text for _ in range(3)][2]

    assert other.text in said


def test_what_the_player_has_answered_before_is_worked_through_first(player, topic):
    known = StatementFactory(topic=topic, text="Neptune was found by calculation.", explanation="")
    answer(player, known, at=NOON - timedelta(days=1))
    asked(player, moons(topic))

    said = [ask(player).text for _ in range(3)][2]

    assert known.text in said


def test_without_another_statement_the_third_hint_says_so(player):
    asked(player, StatementFactory(topic=TopicFactory(), text="Rome lies on the Tiber."))

    said = [ask(player).text for _ in range(3)]

    assert said[2].startswith("I have no similar statement")
    assert not any(word in " ".join(said).lower().split() for word in ("true", "false"))


def test_a_form_that_is_sent_twice_asks_once(player, topic):
    asked(player, moons(topic))

    first, again = ask(player, seen=0), ask(player, seen=0)

    assert first == again
    assert Hint.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_those_who_ask_at_once_make_one_hint_of_each_level(player, topic):
    asked(player, moons(topic))

    given = at_once(*[lambda: ask(player).level] * 5)

    assert sorted(one for one in given if one is not NoMoreHints) == [1, 2, 3]
    assert given.count(NoMoreHints) == 2
    assert list(Hint.objects.order_by("level").values_list("level", flat=True)) == [1, 2, 3]


def test_the_database_takes_each_level_once_and_no_fourth(topic):
    hint = HintFactory(statement=moons(topic))

    for level in (1, 4):
        with pytest.raises(IntegrityError), transaction.atomic():
            HintFactory(ladder=hint.ladder, statement=hint.statement, level=level)


def test_what_was_given_is_never_changed(topic):
    hint = HintFactory(statement=moons(topic))

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Hint.objects.filter(pk=hint.pk).update(text="It is true.")


# --- The page ------------------------------------------------------------------------------------------------


def press(client, seen, **more):
    return client.post(reverse("learning:practice-hint"), {"number": 1, "seen": seen}, **more)


def test_the_page_shows_the_hints_so_far_and_says_what_the_second_one_costs(client, player, topic):
    client.force_login(player)
    asked(player, moons(topic))
    cost = "your answer won&#x27;t count".replace("&#x27;", "'")

    pages = []
    for seen in range(4):
        pages.append(client.get(reverse("learning:practice")).text)
        press(client, seen)

    assert [cost in page for page in pages] == [False, True, False, False]
    assert [page.count("<li>") - pages[0].count("<li>") for page in pages] == [0, 1, 2, 3]
    assert ["data-hint" in page for page in pages] == [True, True, True, False]
    assert Hint.objects.count() == 3


def test_scripts_get_the_panel_with_the_hint(client, player, topic):
    client.force_login(player)
    asked(player, moons(topic))

    answer = press(client, 0, headers={"HX-Request": "true"})

    assert hints.NUDGES["number"] in answer.text
    assert "<html" not in answer.text


def test_who_asks_for_what_is_over_is_led_to_what_is_asked_now(client, player, topic):
    client.force_login(player)
    asked(player, moons(topic))

    answers = [
        client.post(reverse("learning:practice-hint"), data)
        for data in ({"number": 7, "seen": 0}, {}, {"number": 1})
    ]

    assert {answer.url for answer in answers} == {reverse("learning:practice")}
    assert not Hint.objects.exists()


def test_afterwards_the_page_says_that_the_answer_does_not_count(client, player, topic):
    client.force_login(player)
    practice = asked(player, moons(topic))
    ask(player)
    ask(player)
    answer_practice(player=player, number=1, verdict=False, now=NOON + timedelta(seconds=9))

    shown = client.get(reverse("learning:practice")).text
    client.post(reverse("learning:practice-end"))
    summary = client.get(reverse("learning:practice-summary", args=[practice.uuid])).text

    assert "Answered with a hint" in shown
    assert "With a hint" in summary


@pytest.mark.parametrize("count", [0, 3])
def test_the_page_costs_one_query_more_for_all_its_hints(
    client, player, topic, count, django_assert_max_num_queries
):
    client.force_login(player)
    asked(player, moons(topic))
    client.get(reverse("learning:practice"))
    with django_assert_max_num_queries(100) as before:
        client.get(reverse("learning:practice"))
    for _ in range(count):
        ask(player)

    with django_assert_max_num_queries(len(before) + bool(count)):
        client.get(reverse("learning:practice"))


# --- For programs --------------------------------------------------------------------------------------------


def test_a_program_asks_for_hints_and_is_told_what_became_of_the_answer(client, player, topic):
    ApiTokenFactory(player=player, secret="pf_learn", scopes=["learning:write"])
    asked(player, moons(topic))

    def post(path, **data):
        return client.post(
            f"/api/v1/me/learning/practice/{path}",
            data,
            content_type="application/json",
            **bearer("pf_learn"),
        )

    told = [post("hint", number=1, seen=seen).json()["asked"]["hints"] for seen in (0, 0, 1, 2)]
    refused = post("hint", number=1)
    Practice.objects.update(shown_at=timezone.now() - timedelta(seconds=8))
    last = post("answer", number=1, verdict=True).json()["last"]

    assert [len(found) for found in told] == [1, 1, 2, 3]
    assert (refused.status_code, refused.json()["code"]) == (409, "limit")
    assert last["hinted"] is True
    assert AnswerEvent.objects.get().hinted


# --- The console ---------------------------------------------------------------------------------------------


def test_hints_are_read_and_not_written_in_the_console(client, topic):
    client.force_login(GameMasterFactory())
    HintFactory(statement=moons(topic))

    page = client.get(reverse("admin:learning_hint_changelist"))

    assert page.status_code in (200, 403)
    assert client.get(reverse("admin:learning_hint_add")).status_code == 403


def test_a_statement_out_of_play_is_no_example(player, topic):
    topic.statements.filter(text__startswith="Saturn").update(lifecycle=Statement.Lifecycle.SUSPENDED)
    asked(player, moons(topic))

    said = [ask(player).text for _ in range(3)]

    assert "Saturn" not in said[2]
