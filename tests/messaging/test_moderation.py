from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.actions.moderation import moderate_edit, remove_old_refusals
from messaging.checks import Refused
from messaging.models import Case, ListedWord, Refusal, Sanction
from messaging.queries.moderation import WORDS_KEY, level_in
from padawanforge.kit import near
from rooms.actions.rooms import enter_room
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory


@pytest.fixture(autouse=True)
def fresh_lists(db):
    near.forget(WORDS_KEY)
    yield
    near.forget(WORDS_KEY)


def room_with(*ages, role="member"):
    """A room of members who are that old; None gives no birth date. And the last of them."""
    room = RoomFactory()
    for age in ages:
        player = PlayerFactory()
        # The age becomes known inside: no door lets children in among adults.
        enter_room(room=room, player=player)
        if age is not None:
            player.personal_info.date_of_birth = timezone.localdate() - timedelta(days=366 * age + 30)
            player.personal_info.save()
        room.channel.members.filter(player=player).update(role=role)
    return room, player


def say(room, player, text):
    return post_message(channel=room.channel, player=player, text=text).message


def refused(room, player, text):
    with pytest.raises(Refused) as refusal:
        say(room, player, text)
    return refusal.value.rule


@pytest.mark.parametrize(("ages", "level"), [
    ([None], "light"), ([30, 20], "light"), ([30, 15], "normal"), ([30, 11], "strict"),
])  # fmt: skip
def test_the_youngest_member_raises_the_level(ages, level):
    room, _ = room_with(*ages)

    assert level_in(room.channel)[0].name == level


def test_a_severe_word_is_refused_however_it_is_written():
    room, player = room_with(None)
    ListedWord.objects.create(list="severe", word="grumblefoot")

    assert refused(room, player, "you gru\u200bmblef00t!") == "severe"


def test_a_mild_word_is_covered_where_minors_are_and_refused_where_children_are():
    ListedWord.objects.create(list="mild", word="bogus")
    (normal, teenager), (strict, child) = room_with(15), room_with(11)

    message = say(normal, teenager, "What a bogus plan")

    assert message.text == "What a b•••• plan"
    assert refused(strict, child, "What a bogus plan") == "mild"


def test_a_covered_message_may_be_sent_again_under_its_id():
    ListedWord.objects.create(list="mild", word="bogus")
    (room, player), cid = room_with(15), uuid4()
    fields = {"channel": room.channel, "player": player, "text": "bogus", "client_id": cid}

    first, again = post_message(**fields), post_message(**fields)

    assert (again.message, again.is_duplicate) == (first.message, True)


def test_too_many_at_once_wait_a_moment():
    room, player = room_with(None)
    for number in range(10):
        say(room, player, f"message {number}")

    with pytest.raises(Refused) as refusal:
        say(room, player, "one more")

    assert refusal.value.code == "rate"
    assert 0 < refusal.value.told["retry_ms"] <= 10_000


def test_the_same_again_is_refused_in_the_end():
    room, player = room_with(None)
    for _ in range(3):
        say(room, player, "hello")

    assert refused(room, player, "Hello ") == "repeated"


def test_a_moderator_is_not_exempt_from_severe_words_but_from_holds():
    ListedWord.objects.create(list="severe", word="grumblefoot")
    room, moderator = room_with(15, role="moderator")

    message = say(room, moderator, "https://example.com/page")

    assert message.hidden_at is None
    assert refused(room, moderator, "grumblefoot") == "severe"


def test_a_link_of_a_newcomer_waits_among_minors_but_not_to_an_allowed_site():
    room, player = room_with(15)

    held, shown = (
        say(room, player, "see https://example.com"),
        say(room, player, "see https://en.wikipedia.org"),
    )

    assert (held.hidden_at is None, shown.hidden_at is None) == (False, True)


def test_a_refused_site_is_refused():
    room, player = room_with(None)
    ListedWord.objects.create(list="bad_domain", word="evil.example")

    assert refused(room, player, "http://cdn.evil.example/x") == "links"


def test_personal_data_is_asked_about_once_and_refused_to_children(django_capture_on_commit_callbacks):
    (room, teenager), (strict, child) = room_with(15), room_with(11)

    with django_capture_on_commit_callbacks(execute=True):
        assert refused(room, teenager, "Write to ada@example.org") == "personal"
    with django_capture_on_commit_callbacks(execute=True):
        assert refused(strict, child, "Write to ada@example.org") == "personal"

    assert say(room, teenager, "Write to ada@example.org").text == "Write to ada@example.org"
    assert refused(strict, child, "Write to ada@example.org") == "personal"


def test_shouting_is_calmed_and_refused_among_children():
    (room, player), (strict, child) = room_with(None), room_with(11)

    assert say(room, player, "WHY DOES NOBODY ANSWER").text == "Why does nobody answer"
    assert refused(strict, child, "WHY DOES NOBODY ANSWER") == "shouting"


def test_the_first_messages_among_children_wait_and_come_into_the_queue(django_capture_on_commit_callbacks):
    room, child = room_with(11)

    with django_capture_on_commit_callbacks(execute=True):
        message = say(room, child, "Hello everybody")

    case = Case.objects.get()
    assert (case.message, case.snapshot["held"], case.report_count) == (message, "first", 1)


def test_refusals_within_a_minute_mute_once(django_capture_on_commit_callbacks):
    ListedWord.objects.create(list="severe", word="grumblefoot")
    room, player = room_with(15)

    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            refused(room, player, "grumblefoot")

    row = Sanction.objects.get()
    assert (row.kind, row.rule, row.issued_by, row.channel) == ("mute", "strikes", None, room.channel)
    assert row.ends_at - row.starts_at > timedelta(minutes=4)
    assert refused(room, player, "sorry") == "muted"


def test_a_severe_word_among_minors_opens_one_case(django_capture_on_commit_callbacks):
    ListedWord.objects.create(list="severe", word="grumblefoot")
    room, player = room_with(15)

    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            refused(room, player, "grumblefoot")

    case = Case.objects.get()
    assert (case.target, case.report_count, case.snapshot["refused"]) == (player, 2, "grumblefoot")


def test_an_edit_is_looked_at_like_a_message_but_not_counted():
    ListedWord.objects.create(list="severe", word="grumblefoot")
    room, player = room_with(None)
    now = timezone.now()

    with pytest.raises(Refused):
        moderate_edit(player, room.channel, "grumblefoot", now)

    assert moderate_edit(player, room.channel, "fine", now).text == "fine"


def test_old_refusals_go(channel, player):
    now = timezone.now()
    for hours in (25, 1):
        Refusal.objects.create(
            player=player,
            channel=channel,
            rule="flood",
            fingerprint="x",
            created_at=now - timedelta(hours=hours),
        )

    assert (remove_old_refusals(now=now), Refusal.objects.count()) == (1, 1)
