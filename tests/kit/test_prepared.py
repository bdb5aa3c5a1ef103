from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from messaging.models import Channel, ChannelMember
from npcs.models import UsageDay
from padawanforge.kit.prepared import LONGEST, prepared
from players.models import Player, PlayerProfile
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db


def counted(build):
    """The prepared question, and what it was built with."""
    built = []
    return prepared(lambda *arguments: built.append(arguments) or build(*arguments)), built


def by_number(players) -> QuerySet[Player]:
    return Player.objects.filter(pk__in=players).select_related("profile").order_by("pk")


def test_it_finds_what_the_queryset_finds_with_what_is_joined_to_it(django_assert_num_queries):
    people = PlayerFactory.create_batch(3)
    ask = prepared(by_number)
    ask([people[0].pk])

    with django_assert_num_queries(1):
        found = ask([people[1].pk])
        names = [player.profile.name for player in found]

    assert found == [people[1]]
    assert names == [people[1].profile.name]


def test_it_is_built_once_for_lists_of_about_the_same_length():
    people = [player.pk for player in PlayerFactory.create_batch(4)]
    ask, built = counted(by_number)

    answers = [ask(people[:3]), ask(people[1:]), ask(set(people))]

    assert [[player.pk for player in found] for found in answers] == [people[:3], people[1:], people]
    # With two sets of stand-ins.
    assert len(built) == 2
    assert not any(pk in arguments[0] for arguments in built for pk in people)


@pytest.mark.parametrize("size", [0, LONGEST + 1])
def test_nobody_and_very_many_are_asked_about_as_they_are(size):
    player = PlayerFactory()
    numbers = [player.pk + offset for offset in range(size)]

    assert prepared(by_number)(numbers) == ([player] if size else [])


def test_moments_names_and_uuids_are_given_as_their_fields_want_them():
    player = PlayerFactory()
    since = player.created_at

    def later(uuid, name, since):
        return Player.objects.filter(uuid=uuid, username=name, created_at__gte=since).values_list(
            "pk", flat=True
        )

    ask = prepared(later)

    assert ask(player.uuid, player.username, since) == [player.pk]
    assert ask(player.uuid, player.username, since + timedelta(microseconds=1)) == []
    assert ask(player.uuid, "somebody else", since) == []
    assert ask(uuid4(), player.username, since) == []


def test_an_argument_may_be_asked_with_several_times_and_in_parts_of_the_question():
    here, there = PlayerFactory.create_batch(2)
    channel = Channel.objects.create(kind="room")
    ChannelMember.objects.create(channel=channel, player=here)
    sought = PlayerProfile.objects.filter(player=OuterRef("player"))

    def members(players, now):
        mine = ChannelMember.objects.filter(Q(player__in=players) | Q(player__uuid=None, player__in=players))
        return mine.annotate(is_known=Exists(sought.filter(created_at__lte=now)))

    ask = prepared(members)

    assert [row.is_known for row in ask([here.pk, there.pk], timezone.now())] == [True]
    assert [row.is_known for row in ask([here.pk, there.pk], datetime(2000, 1, 1, tzinfo=UTC))] == [False]
    assert ask([there.pk], timezone.now()) == []


def test_nothing_and_truth_values_make_another_kind_of_question():
    player = PlayerFactory()
    ask = prepared(lambda is_guest: Player.objects.filter(is_guest=is_guest))

    assert ask(False) == [player]
    assert ask(True) == []


def test_a_question_that_computes_with_its_arguments_is_refused():
    ask = prepared(
        lambda now: Player.objects.filter(created_at__gt=now - timedelta(days=1), updated_at__gt=now)
    )

    with pytest.raises(ValueError, match="computes with its arguments"):
        ask(timezone.now())


def test_a_question_that_does_not_ask_with_an_argument_is_refused():
    ask = prepared(lambda number: Player.objects.filter(pk=number + 1))

    with pytest.raises(ValueError, match="as they are"):
        ask(1)


def test_a_question_that_prefetches_is_refused():
    ask = prepared(lambda number: Player.objects.filter(pk=number).prefetch_related("groups"))

    with pytest.raises(ValueError, match="prefetches"):
        ask(1)


def test_what_it_has_no_stand_in_for_is_refused():
    ask = prepared(lambda number: Player.objects.filter(pk=number))

    with pytest.raises(TypeError, match="float"):
        ask(1.5)


def test_a_day_is_no_moment():
    today = timezone.now().date()
    ask = prepared(lambda day: UsageDay.objects.filter(day=day).values_list("tokens", flat=True))
    UsageDay.objects.create(scope=UsageDay.Scope.SITE, day=today, tokens=7)

    assert ask(today) == [7]
    assert ask(today - timedelta(days=1)) == []
