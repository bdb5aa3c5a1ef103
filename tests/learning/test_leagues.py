"""A league through its weeks."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.actions.leagues import (
    close_weeks,
    join_league,
    leave_league,
    open_week,
    refresh_points,
    tend_leagues,
)
from learning.models import LeagueCohort, LeagueEntry, LeagueMember, TopicSkill
from learning.player_data import documents, erase, remains
from learning.queries.leagues import league_of, mark_of
from learning.queries.pools import pools_of
from learning.rules.mastery import mastery
from learning.rules.skill import NEW_VARIANCE
from players.actions.standing import refresh_ranked
from players.models import Player, PlayerRelationship
from tests.factories.learning import (
    AnswerEventFactory,
    LeagueCohortFactory,
    LeagueEntryFactory,
    LeagueMemberFactory,
    StatementFactory,
    TopicFactory,
    TopicSkillFactory,
)
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.relationships import RelationshipFactory
from tests.factories.segments import change
from tests.learning.answering import answer

pytestmark = pytest.mark.django_db
WEEK = date(2026, 3, 2)
MONDAY = datetime(2026, 3, 2, 0, 10, tzinfo=UTC)
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HIDING = [
    {"wants_boards": False},
    {"privacy_level": "maximum"},
    {"date_of_birth": date(2015, 1, 1)},
    {"profile_visibility": "friends"},
]


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


def listed(joined=True, **player):
    made = change(PlayerFactory(**player), wants_boards=True)
    refresh_ranked(made)
    if joined:
        LeagueEntryFactory(player=made)
    return made


def hide(player, columns):
    change(player, **columns)
    refresh_ranked(player)


def members(week=WEEK):
    return set(LeagueMember.objects.filter(week=week).values_list("player__username", flat=True))


def week_of(player, week=WEEK):
    return LeagueMember.objects.get(player=player, week=week)


def group_of(*points, **more):
    cohort = LeagueCohortFactory(week=more.pop("week", WEEK))
    return [LeagueMemberFactory(cohort=cohort, player=listed(), points=value, **more) for value in points]


def seen(viewer):
    return league_of(Player.objects.select_related("game_data").get(pk=viewer.pk), now=NOW)


def names(group):
    return [row.name for row in (*group.top, *group.around)]


# --- Monday -------------------------------------------------------------------------------------------------


def test_on_monday_those_who_had_joined_are_put_together():
    listed(username="ada")
    listed(username="bo")
    listed(joined=False, username="cy")

    assert open_week(now=MONDAY) == 1
    assert members() == {"ada", "bo"}


def test_a_week_is_opened_once_however_many_look():
    listed()

    assert [open_week(now=MONDAY), open_week(now=MONDAY + timedelta(days=1))] == [1, 0]
    assert LeagueMember.objects.count() == 1


def test_who_joins_during_the_week_is_in_the_next_one():
    player = listed(joined=False, username="late")
    join_league(player=player, now=NOW)

    open_week(now=NOW)
    assert members() == set()
    open_week(now=MONDAY + timedelta(weeks=1))
    assert members(WEEK + timedelta(weeks=1)) == {"late"}


def test_joining_twice_keeps_the_first_time():
    player = listed()
    join_league(player=player, now=NOW)

    assert LeagueEntry.objects.get(player=player).joined_at < NOW


@pytest.mark.parametrize("columns", HIDING)
def test_who_must_not_be_seen_on_boards_is_in_no_group(columns):
    hide(listed(), columns)

    assert open_week(now=MONDAY) == 0


def test_guests_are_in_no_group():
    guest = change(GuestFactory(), wants_boards=True)
    refresh_ranked(guest)
    LeagueEntryFactory(player=guest)

    assert open_week(now=MONDAY) == 0


def test_those_who_answered_as_much_in_four_weeks_are_together():
    busy, idle = [listed() for _ in range(12)], [listed() for _ in range(12)]
    statement = StatementFactory()
    for player in busy:
        AnswerEventFactory(player=player, statement=statement, received_at=MONDAY - timedelta(days=20))
    for player in idle:
        AnswerEventFactory(player=player, statement=statement, received_at=MONDAY - timedelta(days=30))
        AnswerEventFactory(
            player=player, statement=statement, rapid=True, received_at=MONDAY - timedelta(days=2)
        )

    open_week(now=MONDAY)

    first = LeagueCohort.objects.get(number=1).members.values_list("player", flat=True)
    assert set(first) == {player.pk for player in busy}


def test_what_is_usual_is_the_mean_of_the_last_four_weeks():
    player = listed()
    for back, points in ((1, 10), (2, 20), (4, 60), (5, 900)):
        cohort = LeagueCohortFactory(week=WEEK - timedelta(weeks=back))
        LeagueMemberFactory(cohort=cohort, player=player, points=points)

    open_week(now=MONDAY)

    assert (week_of(player).usual, week_of(player).expected) == (30, 30)


# --- Points -------------------------------------------------------------------------------------------------


def test_points_come_from_mastery_reviews_and_marks():
    player = listed()
    skill = TopicSkillFactory(player=player, mastery_low=0.3)
    open_week(now=MONDAY)
    TopicSkill.objects.filter(pk=skill.pk).update(mastery_low=0.45)
    good, bad = uuid4(), uuid4()
    for session, is_right in ((good, True), (good, True), (bad, False)):
        AnswerEventFactory(
            player=player, session_uuid=session, confidence=3, correct=is_right, received_at=NOW
        )
    AnswerEventFactory(player=player, due_review=True, received_at=NOW)

    assert refresh_points(now=NOW) == 1
    assert week_of(player).points == 15 + 3 + 1


def test_answers_of_another_week_clicks_and_open_questions_bring_nothing():
    player = listed()
    open_week(now=MONDAY)
    AnswerEventFactory(player=player, due_review=True, received_at=MONDAY - timedelta(days=1))
    AnswerEventFactory(player=player, due_review=True, received_at=NOW, rapid=True)
    AnswerEventFactory(player=player, due_review=True, received_at=NOW, settlement=None, p_before=None)

    refresh_points(now=NOW)

    assert week_of(player).points == 0


def test_a_topic_begun_in_the_week_counts_from_what_was_thought_before():
    player = listed()
    TopicSkillFactory(player=player, theta_mean=1.0)
    open_week(now=MONDAY)
    statements = StatementFactory.create_batch(6, topic=TopicFactory())
    for statement in statements:
        answer(player, statement, at=NOW)

    refresh_points(now=NOW)

    topic = statements[0].topic_id
    low = TopicSkill.objects.get(player=player, topic=topic).mastery_low
    before = mastery(mean=0.5, variance=NEW_VARIANCE, pool=pools_of([topic])[topic]).low
    assert week_of(player).points == round(100 * (low - before)) > 0


def test_only_those_who_answered_since_are_measured():
    player, _ = listed(), listed()
    open_week(now=MONDAY)
    AnswerEventFactory(player=player, received_at=NOW)

    later = NOW + timedelta(minutes=10)
    assert [refresh_points(now=later), refresh_points(now=later)] == [1, 0]


@pytest.mark.parametrize("count", [1, 3])
def test_measuring_costs_the_same_for_one_and_for_three(count, django_assert_num_queries):
    players = [listed() for _ in range(count)]
    topic = TopicFactory()
    open_week(now=MONDAY)
    for player in players:
        TopicSkillFactory(player=player, topic=topic)
        AnswerEventFactory(player=player, session_uuid=uuid4(), confidence=2, received_at=NOW)

    # Who waits, reviews, marks, skills, pools, saved; then nobody waits.
    with django_assert_num_queries(7):
        refresh_points(now=NOW)


# --- The end ------------------------------------------------------------------------------------------------


def last_week(*reviews):
    """A group in which everybody has done so many reviews on time."""
    rows, statement = group_of(*[0] * len(reviews), week=WEEK - timedelta(weeks=1)), StatementFactory()
    for row, count in zip(rows, reviews, strict=True):
        AnswerEventFactory.create_batch(
            count,
            player=row.player,
            statement=statement,
            due_review=True,
            received_at=MONDAY - timedelta(days=3),
        )
    return rows


def test_a_week_that_is_over_says_what_the_group_had_together_and_marks_the_best_third():
    rows = last_week(5, 3, 2, 1, 1, 0)

    assert close_weeks(now=NOW) == 1

    cohort = LeagueCohort.objects.get()
    assert (cohort.total, cohort.goal) == (12, 120)
    assert set(LeagueMember.objects.filter(is_awarded=True)) == set(rows[:2])
    assert seen(rows[5].player).last_goal.percent == 10


def test_closing_twice_changes_nothing():
    last_week(5, 3)

    assert [close_weeks(now=NOW), close_weeks(now=NOW)] == [1, 0]


def test_a_running_week_is_not_closed():
    group_of(5)

    assert close_weeks(now=NOW) == 0


def test_a_closed_week_counts_only_its_own_answers():
    [row] = last_week(1)
    AnswerEventFactory(player=row.player, due_review=True, received_at=NOW)

    tend_leagues(now=NOW)

    assert week_of(row.player, row.week).points == 1
    assert week_of(row.player).usual == 1


@pytest.mark.parametrize("columns", HIDING)
def test_who_went_out_of_sight_is_in_no_sum_and_gets_no_mark(columns):
    rows = last_week(9, 5)
    hide(rows[0].player, columns)

    close_weeks(now=NOW)

    assert (LeagueCohort.objects.get().total, LeagueCohort.objects.get().goal) == (5, 20)
    assert list(LeagueMember.objects.filter(is_awarded=True)) == [rows[1]]


def test_the_mark_is_shown_for_one_week_and_only_of_who_is_in_still(time_machine):
    [row] = last_week(5)
    close_weeks(now=NOW)

    assert mark_of(row.player_id) == row.week
    time_machine.move_to(NOW + timedelta(weeks=1), tick=False)
    assert mark_of(row.player_id) is None
    time_machine.move_to(NOW, tick=False)
    leave_league(player=row.player)
    assert mark_of(row.player_id) is None


# --- What is seen -------------------------------------------------------------------------------------------


def test_of_the_group_the_best_and_the_neighbours_are_seen_and_the_rest_is_not():
    rows = group_of(*range(100, 86, -1))

    found = seen(rows[9].player).group

    assert (found.place, found.members) == (10, 14)
    assert names(found) == [rows[number].player.name for number in (0, 1, 2, 7, 8, 9, 10, 11)]


def test_the_group_has_a_goal_together():
    rows = group_of(10, 20, 30)

    goal = seen(rows[0].player).group.goal
    assert (goal.total, goal.goal, goal.percent) == (60, 60, 100)


@pytest.mark.parametrize("columns", HIDING)
def test_who_hides_during_the_week_is_in_no_row_place_or_count(columns):
    rows = group_of(90, 20, 10)
    hide(rows[0].player, columns)

    found = seen(rows[1].player).group

    assert (found.place, found.members, found.goal.total) == (1, 2, 30)
    assert rows[0].player.name not in names(found)


def test_who_leaves_is_gone_at_once_and_sees_no_group():
    rows = group_of(90, 20)
    leave_league(player=rows[0].player)

    assert names(seen(rows[1].player).group) == [rows[1].player.name]
    assert seen(rows[0].player).group is None
    assert seen(rows[0].player).points == 90


def test_a_block_hides_both_from_each_other():
    rows = group_of(90, 20)
    RelationshipFactory(player=rows[0].player, other=rows[1].player, kind=PlayerRelationship.Kind.BLOCKED)

    assert [names(seen(row.player).group) for row in rows] == [[row.player.name] for row in rows]


def test_the_own_weeks_are_there_also_those_without_a_group():
    player = listed()
    LeagueMemberFactory(cohort=LeagueCohortFactory(week=WEEK - timedelta(weeks=2)), player=player, points=7)
    LeagueMemberFactory(cohort=LeagueCohortFactory(week=WEEK), player=player, points=12, usual=7)

    found = seen(player)

    assert [week.xp for week in found.weeks] == [0, 0, 7, 0, 12]
    assert (found.points, found.usual, found.difference) == (12, 7, 5)


def test_a_page_costs_the_same_for_one_member_and_for_three():
    costs = []
    for count in (2, 4):
        viewer = group_of(*range(count))[0].player
        viewer = Player.objects.select_related("game_data").get(pk=viewer.pk)
        with CaptureQueriesContext(connection) as queries:
            league_of(viewer, now=NOW)
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 7


# --- What is kept -------------------------------------------------------------------------------------------


def test_weeks_are_in_the_export_and_go_with_the_account():
    [row] = group_of(8)
    pages = {
        page.path: list(page.content)
        for page in documents(row.player_id)
        if page.path.endswith("league.json")
    }

    assert [week["points"] for week in pages["learning/league.json"]] == [8]
    assert remains(row.player_id) == ["2 traces of a league are left."]
    erase(row.player_id)
    assert remains(row.player_id) == []
