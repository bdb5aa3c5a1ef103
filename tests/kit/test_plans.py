"""What the database is asked by prepared questions; only PostgreSQL keeps their plans."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from psycopg.types.numeric import Int8

from messaging.models import Channel
from padawanforge.kit import plans
from padawanforge.kit.prepared import prepared
from players.models import Player
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db
KEEPS = connection.vendor == "postgresql"


def plans_about(word):
    if not KEEPS:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{word}%"])
        return [statement for (statement,) in cursor.fetchall()]


def test_one_plan_serves_numbers_of_every_size():
    ask = prepared(lambda number: Player.objects.filter(pk=number, username="plan-of-numbers"))

    assert [ask(number) for number in (1, 40_000, 3_000_000_000, 2**62)] == [[], [], [], []]
    assert len(plans_about("plan-of-numbers")) == KEEPS


def test_a_number_that_no_column_holds_finds_nothing():
    ask = prepared(lambda number: Player.objects.filter(pk=number, username="plan-of-none"))

    assert [ask(2**63), ask(-(2**70)), ask(5)] == [[], [], []]


def test_what_never_changes_is_part_of_the_question():
    player = PlayerFactory(username="hundred-percent")
    ask = prepared(
        lambda number, since: Player.objects.filter(
            username__contains="red-per", pk=number, created_at__gt=since
        ).exclude(username__contains="100%s")
    )

    found = ask(player.pk, player.created_at - timedelta(seconds=1))
    kept = plans_about("%red-per%")

    assert found == [player]
    assert [("100" in plan, "$2" in plan, "$3" in plan) for plan in kept] == [(True, True, False)] * KEEPS


def test_texts_that_look_like_places_are_only_texts():
    player = PlayerFactory(username="place")
    ask = prepared(lambda name, now: Player.objects.filter(username=name, created_at__lte=now))

    assert ask("place", timezone.now()) == [player]
    assert ask("%s", timezone.now()) == ask("$1' OR 1=1 --", timezone.now()) == []


def test_what_is_counted_and_logged_is_what_was_asked(django_assert_num_queries):
    ask = prepared(lambda name: Player.objects.filter(username=name))
    ask("first")

    with django_assert_num_queries(1) as asked:
        ask("second")

    assert "players_player" in asked.captured_queries[0]["sql"]


@pytest.mark.django_db(transaction=True)
def test_a_table_that_is_altered_meanwhile_breaks_nothing():
    channel = Channel.objects.create(kind="room")
    ask = prepared(lambda number: Channel.objects.filter(pk=number).values_list("kind", flat=True))
    before = [ask(channel.pk) for _ in range(2)]
    width = Channel._meta.get_field("kind").max_length
    alter = "ALTER TABLE messaging_channel "
    there, back = (
        (f"ALTER COLUMN kind TYPE varchar({width + 1})", f"ALTER COLUMN kind TYPE varchar({width})")
        if KEEPS
        else ("ADD COLUMN more text", "DROP COLUMN more")
    )

    with connection.cursor() as cursor:
        cursor.execute(alter + there)
        try:
            after = [ask(channel.pk) for _ in range(2)]
        finally:
            cursor.execute(alter + back)

    assert before == after == [["room"], ["room"]]


def test_numbers_of_all_sizes_are_of_one_type_and_truth_values_stay_what_they_are():
    assert [type(value) for value in plans.typed([1, 2**40, True, None, "x", 2**70])] == [
        Int8, Int8, bool, type(None), str, int,
    ]  # fmt: skip
