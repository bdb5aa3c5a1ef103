"""What players become to each other, and what is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest

from players.actions.relationships import (
    NotAvailable,
    RelationRefused,
    RequestGone,
    TooManyRequests,
    accept,
    ask_friend,
    block,
    cancel,
    decline,
    follow,
    unblock,
    unfollow,
    unfriend,
)
from players.models import PlayerPersonalInfo, PlayerPreferences, PlayerProfile
from players.queries import relationships as queries
from players.rules.relationships import MAX_OPEN_REQUESTS, MAX_REQUESTS_A_DAY, Ties, Verb, possible
from players.signals import block_changed, friend_accepted, friend_requested
from tests.factories.players import (
    GameMasterFactory,
    GuestFactory,
    PlayerFactory,
    SystemAdminFactory,
)
from tests.factories.relationships import Kind, RelationshipFactory, befriend, rows

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def ada():
    return PlayerFactory(username="ada")


@pytest.fixture
def bo():
    return PlayerFactory(username="bo")


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """A function that runs a verb and gives what it announced."""

    def run(verb, **arguments):
        heard = []

        def hear(signal, *, player_id, other_id, **kwargs):
            heard.append((names[signal], player_id, other_id))

        names = {friend_requested: "requested", friend_accepted: "accepted", block_changed: "block"}
        for signal in names:
            signal.connect(hear)
        with django_capture_on_commit_callbacks(execute=True):
            verb(**arguments)
        for signal in names:
            signal.disconnect(hear)
        return heard

    return run


def make_minor(player):
    PlayerPersonalInfo.objects.filter(player=player).update(date_of_birth=date.today() - timedelta(days=3650))


def choose(player, **preferences):
    PlayerPreferences.objects.filter(player=player).update(**preferences)


# --- Friendship ---------------------------------------------------------------------------------------------


def test_a_request_waits_for_the_other(ada, bo, told):
    heard = told(ask_friend, player=ada, other=bo, now=NOW)

    assert rows() == [("ada", "friend_request", "bo")]
    assert heard == [("requested", bo.pk, ada.pk)]


def test_asking_twice_is_the_same_as_asking_once(ada, bo, told):
    ask_friend(player=ada, other=bo, now=NOW)

    heard = told(ask_friend, player=ada, other=bo, now=NOW)

    assert (rows(), heard) == ([("ada", "friend_request", "bo")], [])


def test_two_who_ask_each_other_are_friends(ada, bo, told):
    ask_friend(player=ada, other=bo, now=NOW)

    heard = told(ask_friend, player=bo, other=ada, now=NOW)

    assert rows() == [("ada", "friend", "bo"), ("bo", "friend", "ada")]
    assert heard == [("accepted", ada.pk, bo.pk)]


def test_a_yes_makes_friends_and_saying_it_twice_changes_nothing(ada, bo, told):
    ask_friend(player=ada, other=bo, now=NOW)

    heard = told(accept, player=bo, other=ada) + told(accept, player=bo, other=ada)

    assert rows() == [("ada", "friend", "bo"), ("bo", "friend", "ada")]
    assert heard == [("accepted", ada.pk, bo.pk)]


def test_a_request_that_was_taken_back_can_not_be_accepted(ada, bo):
    ask_friend(player=ada, other=bo, now=NOW)
    cancel(player=ada, other=bo)

    with pytest.raises(RequestGone, match="no longer asks"):
        accept(player=bo, other=ada)

    assert rows() == []


def test_a_declined_request_is_gone_without_a_word(ada, bo, told):
    ask_friend(player=ada, other=bo, now=NOW)

    heard = told(decline, player=bo, other=ada)

    assert (rows(), heard) == ([], [])


def test_a_friendship_ends_on_both_sides(ada, bo):
    befriend(ada, bo)

    ended = [unfriend(player=bo, other=ada), unfriend(player=bo, other=ada)]

    assert (ended, rows()) == ([True, False], [])


def test_friends_need_not_ask(ada, bo):
    befriend(ada, bo)

    with pytest.raises(RelationRefused, match="friends already"):
        ask_friend(player=ada, other=bo, now=NOW)


def test_nobody_asks_himself(ada):
    with pytest.raises(RelationRefused, match="That is you"):
        ask_friend(player=ada, other=ada, now=NOW)


def test_guests_have_no_friends(bo):
    with pytest.raises(RelationRefused, match="Make an account"):
        ask_friend(player=GuestFactory(), other=bo, now=NOW)


def test_a_minor_needs_a_guardian_to_ask(ada, bo):
    make_minor(ada)

    with pytest.raises(RelationRefused, match="guardian"):
        ask_friend(player=ada, other=bo, now=NOW)


def test_a_block_is_refused_in_the_same_words_as_an_age_a_level_and_a_deactivation(ada):
    hidden = {name: PlayerFactory(display_name="Bo") for name in ("block", "minor", "maximum", "inactive")}
    hidden["guest"] = GuestFactory(display_name="Bo")
    block(player=hidden["block"], other=ada)
    make_minor(hidden["minor"])
    choose(hidden["maximum"], privacy_level="maximum")
    hidden["inactive"].is_active = False
    hidden["inactive"].save()

    said = set()
    for other in hidden.values():
        with pytest.raises(NotAvailable) as refusal:
            ask_friend(player=ada, other=other, now=NOW)
        said.add((str(refusal.value), refusal.value.code))

    assert said == {("Bo can't be asked at the moment.", "not_available")}


def test_who_hides_from_strangers_can_still_ask_and_be_answered(ada, bo):
    choose(ada, privacy_level="maximum")

    ask_friend(player=ada, other=bo, now=NOW)
    accept(player=bo, other=ada)

    assert rows() == [("ada", "friend", "bo"), ("bo", "friend", "ada")]


def test_who_blocks_is_told_to_unblock_first(ada, bo):
    block(player=ada, other=bo)

    with pytest.raises(RelationRefused, match="Unblock first"):
        ask_friend(player=ada, other=bo, now=NOW)


def test_only_so_many_requests_wait_at_once(ada, bo):
    for _ in range(MAX_OPEN_REQUESTS):
        RelationshipFactory(player=ada, kind=Kind.FRIEND_REQUEST)

    with pytest.raises(TooManyRequests, match="wait for an answer"):
        ask_friend(player=ada, other=bo, now=NOW)


def test_taking_requests_back_does_not_allow_more_of_them_in_a_day(ada, bo):
    for _ in range(MAX_REQUESTS_A_DAY):
        ask_friend(player=ada, other=bo, now=NOW)
        cancel(player=ada, other=bo)

    with pytest.raises(TooManyRequests, match="tomorrow"):
        ask_friend(player=ada, other=bo, now=NOW)

    assert ask_friend(player=ada, other=bo, now=NOW + timedelta(days=1)) is False


# --- Following ----------------------------------------------------------------------------------------------


def test_a_public_profile_is_followed_and_left(ada, bo):
    follow(player=ada, other=bo)
    follow(player=ada, other=bo)
    followed = rows()

    left = [unfollow(player=ada, other=bo), unfollow(player=ada, other=bo)]

    assert (followed, left, rows()) == ([("ada", "follow", "bo")], [True, False], [])


@pytest.mark.parametrize("visibility", ["friends", "private"])
def test_only_public_profiles_are_followed(ada, bo, visibility):
    PlayerProfile.objects.filter(player=bo).update(profile_visibility=visibility)

    with pytest.raises(NotAvailable, match="not public"):
        follow(player=ada, other=bo)


def test_who_is_blocked_can_not_follow_and_does_not_learn_why(ada, bo):
    block(player=bo, other=ada)

    with pytest.raises(NotAvailable, match="not public"):
        follow(player=ada, other=bo)


# --- Blocking -----------------------------------------------------------------------------------------------


def test_a_block_ends_all_that_was_between_the_two(ada, bo, told):
    befriend(ada, bo)
    RelationshipFactory(player=ada, other=bo, kind=Kind.FOLLOW)
    RelationshipFactory(player=bo, other=ada, kind=Kind.FOLLOW)

    heard = told(block, player=ada, other=bo) + told(block, player=ada, other=bo)

    assert rows() == [("ada", "blocked", "bo")]
    assert heard == [("block", ada.pk, bo.pk)]


def test_each_of_two_has_a_block_of_his_own(ada, bo, told):
    block(player=ada, other=bo)
    block(player=bo, other=ada)

    heard = told(unblock, player=ada, other=bo) + told(unblock, player=ada, other=bo)

    assert rows() == [("bo", "blocked", "ada")]
    assert heard == [("block", ada.pk, bo.pk)]
    assert queries.is_blocked_between(ada.pk, bo.pk)


def test_a_block_hides_each_from_the_other_only(ada, bo):
    cleo = PlayerFactory()

    block(player=ada, other=bo)

    hidden = [queries.hidden_from(player) for player in (ada, bo, cleo)]
    assert hidden == [{bo.pk}, {ada.pk}, frozenset()]


@pytest.mark.parametrize("factory", [GameMasterFactory, SystemAdminFactory])
def test_nobody_is_hidden_from_those_who_answer_for_the_others(ada, factory):
    staff = factory()

    block(player=ada, other=staff)

    assert (queries.hidden_from(staff), queries.hidden_from(ada)) == (frozenset(), {staff.pk})


# --- What is offered ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        (Ties(), (Verb.ASK, Verb.FOLLOW, Verb.BLOCK)),
        (Ties(is_friend=True), (Verb.UNFRIEND, Verb.FOLLOW, Verb.BLOCK)),
        (Ties(has_asked=True, follows=True), (Verb.CANCEL, Verb.UNFOLLOW, Verb.BLOCK)),
        (Ties(was_asked=True), (Verb.ACCEPT, Verb.DECLINE, Verb.FOLLOW, Verb.BLOCK)),
        (Ties(has_blocked=True, is_blocked=True), (Verb.UNBLOCK,)),
        (Ties(is_blocked=True), (Verb.BLOCK,)),
    ],
)
def test_what_is_offered_follows_from_what_lies_between(ties, expected):
    assert possible(ties, askable=True, followable=True) == expected


def test_who_can_not_be_asked_or_followed_can_be_blocked(ada, bo):
    choose(bo, privacy_level="maximum")

    offered = queries.relation_buttons(ada, queries.player_to_relate("bo"))

    assert offered.verbs == {Verb.BLOCK}


def test_a_guest_is_offered_only_to_block(bo):
    offered = queries.relation_buttons(GuestFactory(), queries.player_to_relate("bo"))

    assert offered.verbs == {Verb.BLOCK}


def test_nothing_is_offered_about_oneself(ada):
    assert queries.relation_buttons(ada, queries.player_to_relate("ada")) is None


# --- Lists --------------------------------------------------------------------------------------------------


def test_lists_are_paged_from_the_newest(ada):
    friends = PlayerFactory.create_batch(5)
    for friend in friends:
        befriend(ada, friend)

    first = queries.friends(ada, limit=3)
    second = queries.friends(ada, after=first.after, limit=3)

    names = [person.username for person in (*first.rows, *second.rows)]
    assert names == [friend.username for friend in reversed(friends)]
    assert (bool(first.after), second.after) == (True, "")


def test_a_row_shows_only_what_the_viewer_may_see(ada, bo):
    befriend(ada, bo)
    PlayerProfile.objects.filter(player=bo).update(avatar="/media/bo.webp", profile_visibility="private")

    person = queries.friends(ada).rows[0]

    assert (person.name, person.avatar_url, person.level) == ("bo", "", None)


def test_who_is_leaving_is_in_no_list_and_counted_nowhere(ada, bo):
    RelationshipFactory(player=bo, other=ada, kind=Kind.FRIEND_REQUEST)
    befriend(ada, bo)
    before = (queries.open_requests(ada), len(queries.friends(ada).rows))

    bo.leaves_at = NOW
    bo.save()

    after = (queries.open_requests(ada), len(queries.friends(ada).rows))
    assert (before, after) == ((1, 1), (0, 0))
