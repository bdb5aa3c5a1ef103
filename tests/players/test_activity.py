"""Days and streaks as they are kept while people play."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from players.actions.activity import Noted, note_answer, note_answers, note_session, note_sessions, note_xp
from players.actions.streaks import CannotPause, announce_pause, end_pause, settle_missed
from players.models import ActivityDay, Player, PlayerGameData
from players.queries.activity import streak_card
from players.queries.calendars import calendar
from players.signals import streak_changed
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.progress import ActivityDayFactory
from tests.factories.relationships import befriend
from tests.factories.segments import change
from tests.races import at_once
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def later(days):
    return NOON + timedelta(days=days)


def totals(player):
    return PlayerGameData.objects.get(player=player)


def days(player):
    rows = ActivityDay.objects.filter(player=player).order_by("day")
    return list(rows.values_list("day", "answers", "correct", "rapid", "sessions", "full_sessions"))


def learn(player, *plus):
    for number in plus:
        note_session(player=player, answers=5, now=later(number))


def shown(player, now):
    return streak_card(Player.objects.select_related("game_data", "preferences").get(pk=player.pk), now)


@pytest.fixture
def heard():
    facts = []

    def hear(*, day_streak, used_freeze, **kwargs):
        facts.append((day_streak, used_freeze))

    streak_changed.connect(hear)
    yield facts
    streak_changed.disconnect(hear)


def test_answers_are_added_to_their_day():
    player = PlayerFactory()

    for correct, rapid, hours in [(True, False, 0), (False, False, 1), (True, True, 2), (True, False, 16)]:
        note_answer(player=player, correct=correct, rapid=rapid, now=NOON + timedelta(hours=hours))

    assert days(player) == [(MONDAY, 2, 1, 1, 0, 0), (date(2026, 3, 3), 1, 1, 0, 0, 0)]


@pytest.mark.parametrize("count", [1, 3])
def test_a_round_is_noted_in_as_many_queries_however_many_play(count, django_assert_num_queries):
    players = PlayerFactory.create_batch(count)
    answers = [Noted(player.pk, NOON, True, False) for player in players]
    note_answers(answers)

    # The savepoint's two, the calendars, the rows and the figures.
    with django_assert_num_queries(5):
        note_answers(answers)

    assert [days(player)[0][1] for player in players] == [2] * count


def test_the_first_session_of_a_day_is_told_from_the_second():
    player = PlayerFactory()

    first = [note_session(player=player, answers=3, now=now) for now in (NOON, NOON, later(1))]

    assert first == [True, False, True]


def test_a_day_belongs_to_the_zone_of_the_player():
    player = change(PlayerFactory(), timezone="Asia/Tokyo")

    note_answer(player=player, correct=True, rapid=False, now=datetime(2026, 3, 2, 19, tzinfo=UTC))

    assert days(player)[0][0] == date(2026, 3, 3)


def test_a_zone_that_is_chosen_later_leaves_the_past_where_it_was():
    player = PlayerFactory()
    note_answer(player=player, correct=True, rapid=False, now=NOON)
    change(player, timezone="America/Los_Angeles")

    for hours in (1, 20, 40):
        note_answer(player=player, correct=True, rapid=False, now=NOON + timedelta(hours=hours))

    assert [(day, answers) for day, answers, *_ in days(player)] == [(MONDAY, 3), (date(2026, 3, 3), 1)]
    assert [zone for zone, *_ in totals(player).day_zones] == ["UTC", "America/Los_Angeles"]


def test_five_answers_in_a_session_carry_the_streak():
    few, enough = PlayerFactory(), PlayerFactory()

    note_sessions({few.pk: 4, enough.pk: 5}, now=NOON)

    assert [totals(player).day_streak for player in (few, enough)] == [0, 1]
    assert list(ActivityDay.objects.filter(is_counted=True).values_list("player_id", "day")) == [
        (enough.pk, MONDAY)
    ]


def test_a_freeze_that_held_the_streak_is_told(heard, django_capture_on_commit_callbacks):
    player = PlayerFactory()
    learn(player, 0, 1)

    with django_capture_on_commit_callbacks(execute=True):
        learn(player, 3)

    row = totals(player)
    assert heard == [(3, True)]
    assert (row.day_streak, row.freezes, row.streak_day) == (3, 0, date(2026, 3, 5))
    held = ActivityDay.objects.filter(player=player, is_frozen=True)
    assert list(held.values_list("day", "is_counted", "answers")) == [(date(2026, 3, 4), True, 0)]


def test_days_that_pass_are_settled_by_the_clock_once(heard, django_capture_on_commit_callbacks):
    player = PlayerFactory()
    learn(player, 0, 1)

    with django_capture_on_commit_callbacks(execute=True):
        settled = [settle_missed(now=later(number)) for number in (2, 3, 3, 4, 5)]

    row = totals(player)
    assert settled == [0, 1, 0, 1, 0]
    assert heard == [(2, True), (0, False)]
    assert (row.day_streak, row.day_streak_best, row.broken_streak) == (0, 2, 2)


def test_a_page_shows_a_streak_that_ended_before_anybody_wrote_it_down():
    player = PlayerFactory()
    learn(player, 0, 1)

    card = shown(player, later(9))

    assert (card.length, card.best, card.is_new_start, card.repair) == (0, 2, True, 0)
    assert totals(player).day_streak == 2


def test_the_card_tells_how_long_a_repair_is_possible():
    player = PlayerFactory()
    learn(player, 0, 1)

    card = shown(player, later(4))

    assert (card.repair, card.repair_until) == (2, datetime(2026, 3, 8, 4, tzinfo=UTC))


def test_a_pause_holds_the_streak_while_nobody_plays():
    player = PlayerFactory()
    learn(player, 0, 1)

    pause = announce_pause(player=player, days=7, now=later(1))
    settle_missed(now=later(8))
    learn(player, 9)

    row = totals(player)
    assert pause == (date(2026, 3, 4), date(2026, 3, 10))
    assert (row.day_streak, row.freezes, row.paused_until) == (3, 1, date(2026, 3, 10))


def test_a_second_pause_is_refused_in_a_sentence():
    player = PlayerFactory()
    learn(player, 0)
    announce_pause(player=player, days=7, now=NOON)

    with pytest.raises(CannotPause, match=r"^A pause is already announced\.$"):
        announce_pause(player=player, days=7, now=NOON)


def test_a_pause_that_is_taken_back_leaves_nothing():
    player = PlayerFactory()
    learn(player, 0)
    announce_pause(player=player, days=7, now=NOON)

    for _ in range(2):
        end_pause(player=player, now=NOON)

    assert (totals(player).pauses, totals(player).paused_until) == ([], None)


def test_experience_is_added_to_the_day_and_to_the_week():
    player = PlayerFactory()

    for number, amount in [(0, 10), (6, 20), (7, 5)]:
        note_xp(player_id=player.pk, amount=amount, at=later(number))
    note_xp(player_id=player.pk, amount=1, at=NOON)

    row = totals(player)
    assert list(ActivityDay.objects.order_by("day").values_list("xp", flat=True)) == [11, 20, 5]
    assert (row.week, row.week_xp) == (date(2026, 3, 9), 5)


def test_a_quiz_that_is_played_stands_in_the_calendar():
    quiz = new_quiz(rounds=5).begin()
    ada, bo = quiz.players

    quiz.play(*[{ada: True, bo: False}] * 5)

    today = quiz.now
    for player, right in ((ada, 5), (bo, 0)):
        (row,) = ActivityDay.objects.filter(player=player)
        assert (row.answers, row.correct, row.sessions, row.full_sessions) == (5, right, 1, 1)
        assert (row.is_counted, row.xp) == (True, totals(player).experience_points)
        assert shown(player, today).length == 1


def test_the_calendar_does_not_move_while_the_question_is_open():
    quiz = new_quiz(rounds=2).begin()
    ada, bo = quiz.players

    quiz.answer(ada)
    before = days(ada)
    quiz.answer(bo)

    assert before == []
    assert days(ada)[0][1:3] == (1, 1)


def test_sessions_that_end_at_once_in_threads_all_count(transactional_db):
    player = PlayerFactory()

    def end():
        PlayerGameData.objects.filter(player=player).exists()
        return note_session(player=player, answers=5, now=NOON)

    first = at_once(*[end] * 4)

    assert sum(first) == 1
    assert days(player) == [(MONDAY, 0, 0, 0, 4, 4)]
    assert totals(player).day_streak == 1


def test_a_calendar_ends_today_and_knows_its_days():
    player = PlayerFactory()
    ActivityDayFactory(player=player, day=MONDAY, answers=12)
    ActivityDayFactory(player=player, day=MONDAY - timedelta(days=40), answers=70)
    ActivityDayFactory(player=player, day=MONDAY - timedelta(days=300))

    drawn = calendar(player.pk, today=date(2026, 3, 4), weeks=26)

    squares = [day for week in drawn.weeks for day in week.days]
    assert (squares[-1].day, len(drawn.weeks)) == (date(2026, 3, 4), 26)
    assert [(day.day, day.warmth) for day in squares if day.answers] == [
        (MONDAY - timedelta(days=40), 4),
        (MONDAY, 2),
    ]
    assert (drawn.answers, drawn.active_days) == (82, 2)


# --- Pages --------------------------------------------------------------------------------------------------


def page_of(client, path="/progress/"):
    return client.get(path).content.decode()


def test_the_own_page_shows_the_weeks_and_how_they_compare(signed_in, time_machine):
    time_machine.move_to(NOON, tick=False)
    player = PlayerFactory()
    ActivityDayFactory(player=player, day=MONDAY, answers=30, correct=24, xp=120)
    for weeks, xp in ((1, 40), (2, 80)):
        ActivityDayFactory(player=player, day=MONDAY - timedelta(weeks=weeks), answers=10, correct=5, xp=xp)

    history = signed_in(player).get("/progress/").context["history"]

    assert [(one.name, one.now, one.usual) for one in history.comparison] == [
        ("Experience", 120, 60),
        ("Answers", 30, 10),
        ("Quizzes", 0, 0),
        ("Right answers", 80, 50),
    ]
    assert [bar.value for bar in history.xp.bars][-3:] == [80, 40, 120]
    assert [bar.share for bar in history.answers.bars][-4:] == [None, 50, 50, 80]


def test_a_year_is_drawn_with_as_many_queries_as_twelve_weeks(signed_in, django_assert_num_queries):
    player = PlayerFactory()
    client = signed_in(player)
    client.get("/progress/")
    ActivityDayFactory.create_batch(1, player=player, day=timezone.localdate() - timedelta(days=200))

    # Session, player, preferences; the segments, weeks, calendar and mastery; the header's three.
    for weeks in (12, 53):
        with django_assert_num_queries(8):
            page = page_of(client, f"/progress/?weeks={weeks}")

    assert "Nothing to draw yet" not in page


def test_a_page_without_anything_says_how_to_begin(signed_in):
    page = page_of(signed_in(PlayerFactory()))

    assert "Nothing to draw yet" in page
    assert "One quiz with five answers begins it." in page


def test_a_break_is_shown_as_a_new_start(signed_in, time_machine):
    player = PlayerFactory()
    learn(player, 0, 1)
    time_machine.move_to(later(9), tick=False)

    page = page_of(signed_in(player))

    assert "Best 2 days, new start." in page
    assert "lost" not in page


def test_a_pause_is_announced_and_ended_on_the_page(signed_in, time_machine):
    time_machine.move_to(NOON, tick=False)
    player = PlayerFactory()
    learn(player, 0)
    client = signed_in(player)

    announced = client.post("/progress/pause/", {"days": "5"}, follow=True).content.decode()
    ended = client.post("/progress/pause/end/", follow=True).content.decode()

    assert "Pause from March 3 to March 7." in announced or "Pause from 3 March to 7 March." in announced
    assert "Announce a pause" in ended
    assert totals(player).pauses == []


@pytest.mark.parametrize(
    ("days", "problem"),
    [
        ("15", "less than or equal to 14"),
        ("x", "Enter a whole number"),
        ("3", "There is no streak to hold yet"),
    ],
)
def test_a_pause_that_cannot_be_is_refused_beside_the_field(signed_in, days, problem):
    response = signed_in(PlayerFactory()).post("/progress/pause/", {"days": days})

    assert response.status_code == 422
    assert problem in response.content.decode()


def test_a_profile_shows_the_calendar_to_friends_only(signed_in):
    player, friend, stranger = PlayerFactory(username="ada"), PlayerFactory(), PlayerFactory()
    befriend(player, friend)
    ActivityDayFactory(player=player, day=timezone.localdate() - timedelta(days=3))

    pages = [page_of(signed_in(viewer), "/players/ada/") for viewer in (friend, stranger)]

    assert ["Days of learning" in page for page in pages] == [True, False]


def test_guests_see_their_progress_too(signed_in):
    assert signed_in(GuestFactory()).get("/progress/").status_code == 200
