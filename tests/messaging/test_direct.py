"""Conversations of two: who may begin, requests, answers, the inbox."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.actions import direct as actions
from messaging.actions import sides
from messaging.models import Conversation, DirectState, LiveConnection, Message, Notification
from messaging.queries.direct import titles
from messaging.queries.inbox import inbox
from messaging.refusals import MayNotPost
from players.actions.relationships import block
from players.models import PlayerPersonalInfo, PlayerPreferences
from players.personal_data import areas
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.relationships import befriend

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def bo():
    return PlayerFactory(username="bo")


@pytest.fixture
def page(ada, client):
    client.force_login(ada, backend="players.backends.PlayerBackend")
    return client


def write(player, other, text="Hello"):
    return actions.write_to(player=player, other=other, text=text, now=NOW())


def answer(player, other, text="Hello yourself"):
    return write(player, other, text)


def standing(player):
    return DirectState.objects.get(player=player).standing


@pytest.mark.django_db(transaction=True)
def test_a_friend_gets_the_first_message_into_the_inbox(ada, bo):
    befriend(ada, bo)

    write(ada, bo)

    assert standing(bo) == "open"
    assert [(line.name, line.text, line.unread) for line in inbox(bo).rows] == [(ada.name, "Hello", 1)]
    assert [(line.is_own, line.unread) for line in inbox(ada).rows] == [(True, 0)]


@pytest.mark.django_db(transaction=True)
def test_a_stranger_asks_and_an_answer_accepts(ada, bo):
    write(ada, bo)
    assert (inbox(bo).rows, len(inbox(bo, box="requests").rows)) == ([], 1)

    answer(bo, ada)

    assert (standing(bo), len(inbox(bo).rows), inbox(bo, box="requests").rows) == ("open", 1, [])


def test_a_stranger_writes_three_messages_and_waits(ada, bo):
    for _ in range(3):
        write(ada, bo)

    with pytest.raises(actions.WaitForAnswer):
        write(ada, bo)

    assert Message.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_who_declines_hears_nothing_more_and_the_writer_is_not_told(ada, bo):
    write(ada, bo)
    Notification.objects.all().delete()

    sides.decline(state=DirectState.objects.get(player=bo), now=NOW())
    write(ada, bo, "Are you there?")

    assert (inbox(bo).rows, inbox(bo, box="requests").rows, Notification.objects.count()) == ([], [], 0)


def test_a_request_is_answered_once(ada, bo):
    write(ada, bo)
    state = DirectState.objects.get(player=bo)

    answers = [sides.accept(state=state, now=NOW()), sides.decline(state=state, now=NOW())]

    assert (answers, standing(bo)) == ([True, False], "open")


@pytest.mark.parametrize("blocker", ["ada", "bo"])
def test_a_block_either_way_refuses_in_the_same_words(ada, bo, blocker):
    people = {"ada": (ada, bo), "bo": (bo, ada)}
    block(player=people[blocker][0], other=people[blocker][1])

    with pytest.raises(actions.MayNotWrite, match=r"^You can't write to this player\.$"):
        write(ada, bo)


def test_a_block_ends_a_conversation(ada, bo):
    write(ada, bo)
    block(player=bo, other=ada)

    with pytest.raises(MayNotPost):
        write(ada, bo)

    assert Message.objects.count() == 1


def test_maximum_privacy_lets_friends_write_only(ada, bo):
    PlayerPreferences.objects.filter(player=bo).update(privacy_level="maximum")
    with pytest.raises(actions.MayNotWrite):
        write(ada, bo)

    befriend(ada, bo)

    assert not write(ada, bo).is_duplicate


def test_who_writes_first_with_maximum_privacy_may_be_answered(ada, bo):
    PlayerPreferences.objects.filter(player=ada).update(privacy_level="maximum")
    write(ada, bo)

    answered = answer(bo, ada)

    assert answered.message.player == bo


@pytest.mark.parametrize("minor", ["ada", "bo"])
def test_minors_and_strangers_dont_write_to_each_other(ada, bo, minor):
    child = {"ada": ada, "bo": bo}[minor]
    born = timezone.localdate() - timedelta(days=365 * 12)
    PlayerPersonalInfo.objects.filter(player=child).update(date_of_birth=born)

    with pytest.raises(actions.MayNotWrite):
        write(ada, bo)


def test_guests_neither_write_nor_are_written_to(ada):
    guest = GuestFactory()

    for pair in ((ada, guest), (guest, ada)):
        with pytest.raises(actions.MayNotWrite):
            write(*pair)

    assert Conversation.objects.count() == 0


def test_ten_conversations_can_be_begun_a_day(ada):
    for other in PlayerFactory.create_batch(10):
        write(ada, other)

    with pytest.raises(actions.TooManyNew):
        write(ada, PlayerFactory())


@pytest.mark.django_db(transaction=True)
def test_much_that_is_said_is_one_line_of_news(ada, bo):
    befriend(ada, bo)
    for _ in range(3):
        write(ada, bo)

    news = Notification.objects.filter(recipient=bo, category="message")

    assert [(row.title, row.times) for row in news] == [(f"{ada.name} wrote to you", 3)]


@pytest.mark.django_db(transaction=True)
def test_who_looks_at_the_conversation_gets_no_news(ada, bo):
    befriend(ada, bo)
    channel = write(ada, bo).message.channel
    Notification.objects.all().delete()
    soon = NOW() + timedelta(minutes=1)
    LiveConnection.objects.create(channel=channel, player=bo, connection=uuid4(), expires_at=soon)

    write(ada, bo)

    assert Notification.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_something_new_takes_a_conversation_out_of_the_archive(ada, bo):
    befriend(ada, bo)
    write(ada, bo)
    sides.archive(state=DirectState.objects.get(player=bo), now=NOW())
    assert (inbox(bo).rows, len(inbox(bo, box="archive").rows)) == ([], 1)

    write(ada, bo)

    assert (len(inbox(bo).rows), inbox(bo, box="archive").rows) == (1, [])


def test_the_inbox_costs_as_many_queries_with_three_lines_as_with_one(ada, page):
    counts = []
    page.get("/messages/")
    for more in (1, 2):
        for other in PlayerFactory.create_batch(more):
            befriend(ada, other)
            write(other, ada)
        with CaptureQueriesContext(connection) as queries:
            page.get("/messages/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_first_message_by_form_leads_to_the_conversation(ada, bo, page):
    befriend(ada, bo)
    assert page.get("/messages/to/bo/").status_code == 200

    response = page.post("/messages/to/bo/", {"text": "Hello"}, follow=True)

    assert response.redirect_chain[-1][0] == f"/messages/{Conversation.objects.get().uuid}/"
    assert "Hello" in response.text


def test_opening_the_page_reads_what_is_new(ada, bo, page):
    befriend(ada, bo)
    write(bo, ada)

    page.get(f"/messages/{Conversation.objects.get().uuid}/")

    assert [line.unread for line in inbox(ada).rows] == [0]


def test_a_refused_message_stays_in_the_form(ada, bo, page):
    write(ada, bo)
    block(player=bo, other=ada)

    response = page.post(f"/messages/{Conversation.objects.get().uuid}/say/", {"text": "Why?"})

    assert response.status_code == 422


def test_nobody_else_finds_a_conversation(bo, page):
    write(bo, PlayerFactory())
    address = f"/messages/{Conversation.objects.get().uuid}/"

    answers = [page.get(address), page.get(f"{address}older/"), page.post(f"{address}say/", {"text": "Hi"})]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize(("verb", "box"), [("accept", "inbox"), ("archive", "archive")])
def test_a_request_is_answered_and_put_away_on_its_page(ada, bo, page, verb, box):
    write(bo, ada)
    address = f"/messages/{Conversation.objects.get().uuid}/"
    assert "wants to write to you" in page.get(address).text
    page.post(f"{address}accept/")

    page.post(f"{address}{verb}/")

    assert len(inbox(ada, box=box).rows) == 1


def test_an_unknown_verb_is_not_found(ada, bo, page):
    write(bo, ada)

    response = page.post(f"/messages/{Conversation.objects.get().uuid}/sing/")

    assert response.status_code == 404


@pytest.mark.parametrize("box", ["inbox", "requests", "archive"])
def test_empty_boxes_say_what_will_come(page, box):
    response = page.get(f"/messages/?box={box}")

    assert 'class="empty"' in response.text


def test_conversations_are_exported_and_forgotten(ada, bo):
    write(ada, bo)
    area = next(area for area in areas() if area.name == "messaging")
    document = next(found for found in area.export(ada.pk) if found.path.endswith("conversations.json"))
    assert [row["standing"] for row in document.content] == ["open"]

    area.erase(ada.pk)

    assert (area.remains(ada.pk), Conversation.objects.get().created_by) == ([], None)


def test_a_conversation_is_called_by_its_people_until_it_has_a_name(ada, bo):
    conversation = write(ada, bo).message.channel.conversation

    before = titles([conversation.channel_id])
    Conversation.objects.filter(pk=conversation.pk).update(title="Stars")

    assert before == {conversation.channel_id: f"{ada.name} and {bo.name}"}
    assert titles([conversation.channel_id]) == {conversation.channel_id: "Stars"}
