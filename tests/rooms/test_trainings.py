"""Trainings: alone, at one's own pace, until a deadline."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from learning.models import AnswerEvent
from messaging.models import Notification
from players.models import ExperienceEntry, PlayerGameData
from rooms.actions import session_refusals as refusals
from rooms.actions.rooms import enter_room
from rooms.actions.session_answers import Given
from rooms.actions.session_steps import advance
from rooms.actions.sessions import Plan, open_session
from rooms.actions.trainings import answer_training, assign_training, close_training, show_next
from rooms.models import GameSession, SessionAnswer
from rooms.player_history import asked
from rooms.queries.sessions import panel_for, recap
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.rooms.quiz import SECRETS, topic_with_statements

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def room():
    return RoomFactory(settings__members_start_sessions=True)


@pytest.fixture
def people(room):
    players = PlayerFactory.create_batch(3)
    for player in players:
        enter_room(room=room, player=player)
    return players


def assign(room, player, *, rounds=5, until=None):
    plan = Plan(topic=topic_with_statements(rounds), rounds=rounds, kind="training")
    return assign_training(room=room, player=player, plan=plan, until=until, now=NOW)


def answer(session, player, *, is_right=True, at=4, **more):
    shown = show_next(session=session, player=player, now=NOW)
    verdict = None if is_right is None else shown.round.statement.answer is is_right
    given = Given(verdict, shown.round.number, **more)
    return answer_training(session=session, player=player, given=given, now=NOW + timedelta(seconds=at))


def test_the_members_are_told(room, people):
    session = assign(room, people[0], until=NOW + timedelta(days=3))

    told = Notification.objects.filter(title__startswith="A training on")
    assert {row.recipient for row in told} == set(people[1:])
    assert (session.phase, session.phase_ends_at) == ("open", NOW + timedelta(days=3))


def test_each_goes_at_his_own_pace_and_sees_the_key_behind_his_answer(room, people):
    session = assign(room, people[0])
    ada, bo = people[1:]

    first = answer(session, ada)
    assert first.is_correct
    assert show_next(session=session, player=ada, now=NOW).round.number == 2
    assert show_next(session=session, player=bo, now=NOW).round.number == 1
    lines = {player: recap(session, session.participants.get(player=player)) for player in (ada, bo)}
    assert [len(lines[player]) for player in (ada, bo)] == [1, 0]


def test_an_answer_counts_at_once(room, people):
    session = assign(room, people[0])

    answer(session, people[1])

    event = AnswerEvent.objects.get()
    assert (event.settlement_id is not None, event.rt_ms, event.session_uuid) == (True, 4000, session.uuid)
    assert PlayerGameData.objects.get(player=people[1]).total_questions_answered == 1


def test_who_has_answered_all_is_paid_at_once_and_once(room, people):
    session = assign(room, people[0])
    ada, bo = people[1:]
    for _ in range(5):
        answer(session, ada)
    answer(session, bo)

    paid = ExperienceEntry.objects.get(player=ada, source_type="session").delta
    close_training(session=session, player=people[0], now=NOW + timedelta(days=1))

    assert show_next_is_refused(session, ada)
    entries = ExperienceEntry.objects.filter(source_type="session", source_id=str(session.uuid))
    assert dict(entries.values_list("player", "delta"))[ada.pk] == paid
    assert entries.filter(player=bo).count() == 1


def show_next_is_refused(session, player):
    session.refresh_from_db()
    with pytest.raises(refusals.TooLate):
        show_next(session=session, player=player, now=NOW)
    return True


def test_the_deadline_ends_it(room, people):
    session = assign(room, people[0], until=NOW + timedelta(seconds=10))
    ada, bo = people[1:]
    answer(session, ada, at=9)

    with pytest.raises(refusals.TooLate, match="deadline"):
        answer(session, bo, at=10)
    assert advance(pk=session.pk, now=NOW + timedelta(seconds=10)) is True

    session.refresh_from_db()
    assert (session.phase, session.analytics.answers) == ("finished", 1)


def test_the_first_answer_counts_and_the_same_again_is_the_same(room, people):
    session = assign(room, people[0])
    ada = people[1]
    key = ada.uuid
    first = answer(session, ada, client_id=key)
    given = Given(first.verdict, 1, client_id=key)

    again = answer_training(session=session, player=ada, given=given, now=NOW)
    with pytest.raises(refusals.AlreadyAnswered):
        answer_training(session=session, player=ada, given=Given(not first.verdict, 1), now=NOW)

    assert again == first
    assert SessionAnswer.objects.count() == 1


def test_only_what_is_shown_is_answered(room, people):
    session = assign(room, people[0])

    for number in (1, 3, 99):
        with pytest.raises(refusals.NoQuestionOpen):
            answer_training(session=session, player=people[1], given=Given(True, number), now=NOW)


def test_another_look_does_not_start_the_time_anew_until_an_hour_has_passed(room, people):
    session = assign(room, people[0])
    ada = people[1]
    looks = [
        show_next(session=session, player=ada, now=NOW + timedelta(minutes=minutes)).shown_at
        for minutes in (0, 5, 61)
    ]

    assert looks == [NOW, NOW, NOW + timedelta(minutes=61)]


def test_a_training_is_beside_the_game_of_the_room(room, people):
    trainings = [assign(room, people[0]) for _ in range(2)]
    plan = Plan(topic=topic_with_statements(3), rounds=3)
    game = open_session(room=room, player=people[0], plan=plan, now=NOW)

    panel = panel_for(room=room, player=people[1], may_start=False, now=NOW)

    assert panel.session == game
    assert set(panel.trainings) == set(trainings)


def test_a_tutor_holds_its_statements_back_until_they_are_answered(room, people):
    session = assign(room, people[0], rounds=2)
    first = answer(session, people[1]).round.statement_id

    mine, others = (set(asked(player.pk)) for player in people[1:])

    assert others - mine == {first}
    assert len(others) == 2


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_a_deadline_lies_in_the_next_year(room, people, days):
    with pytest.raises(refusals.OddPlan):
        assign(room, people[0], until=NOW + timedelta(days=days))

    assert not GameSession.objects.exists()


# --- Its pages ---------------------------------------------------------------------------------------------


def url(session, step=""):
    return reverse(f"rooms:training{step}", args=[session.room.slug, session.uuid])


def test_it_is_done_with_buttons_alone(client, room, people):
    session = assign(room, people[0], rounds=2)
    client.force_login(people[1])

    start = client.get(url(session))
    shown = client.post(url(session, "-next"))
    entry = shown.context["shown"].round
    done = client.post(
        url(session, "-answer"),
        {"verdict": str(entry.statement.answer).lower(), "round": entry.number, "confidence": 3},
    )
    after = client.get(done.url)

    text = after.content.decode()
    assert (start.status_code, shown.status_code, done.status_code) == (200, 200, 302)
    assert not any(secret in shown.content.decode() for secret in SECRETS)
    assert f"{SECRETS[0]}" in text
    assert "1 of 2 answered, 1 right" in text
    assert SessionAnswer.objects.get().points == 3


def test_the_page_without_an_answer_tells_no_statement(client, room, people):
    session = assign(room, people[0])
    client.force_login(people[1])

    text = client.get(url(session)).content.decode()

    assert not any(entry.statement.text in text for entry in session.rounds.select_related("statement"))


def test_who_assigned_it_sees_how_far_the_others_are(client, room, people):
    session = assign(room, people[0])
    answer(session, people[1])
    room.settings.members_start_sessions = False
    room.settings.save()
    answers = []

    for player in (people[1], people[0]):
        client.force_login(player)
        answers.append(len(client.get(url(session)).context["progress"]))
        closed = client.post(url(session, "-close")).status_code
        answers.append(closed)

    assert answers[:2] == [0, 403]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_practise(
    client, room, people, count, django_assert_max_num_queries
):
    session = assign(room, people[0])
    for player in people[:count]:
        answer(session, player)
    client.force_login(people[0])

    with django_assert_max_num_queries(24):
        page = client.get(url(session))

    assert len(page.context["progress"]) == count


def test_a_training_is_assigned_by_its_form(client, room, people):
    topic = topic_with_statements(4)
    client.force_login(people[0])
    page = reverse("rooms:session-create", args=[room.slug]) + "?kind=training"
    tomorrow = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")

    refused = client.post(page, {"topic": topic.pk, "rounds": 4, "until": "2020-01-01T10:00"})
    done = client.post(page, {"topic": topic.pk, "rounds": 4, "until": tomorrow})

    session = GameSession.objects.get()
    assert (refused.status_code, done.status_code, done.url) == (422, 302, session.get_absolute_url())
    assert session.phase_ends_at is not None


@pytest.mark.parametrize("step", ["", "-next", "-answer", "-close"])
def test_strangers_find_nothing(client, room, people, step):
    session = assign(room, people[0])
    client.force_login(PlayerFactory())

    answer = client.get(url(session)) if not step else client.post(url(session, step))

    assert answer.status_code == 404
