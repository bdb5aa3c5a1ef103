from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.actions.deletion import delete_message
from messaging.actions.edits import PollStays, edit_message
from messaging.actions.erasure import erase
from messaging.actions.polls import (
    PollOver,
    PollRefused,
    ask,
    close_due_polls,
    close_poll,
    forget_votes_of,
    vote,
)
from messaging.database import in_database
from messaging.models import ChannelEvent, Message, Poll, PollOption, PollVote
from messaging.queries import logged_after
from messaging.queries.polls import note_own_votes, voters
from messaging.refusals import MayNotPost, MessageGone, NotYours
from messaging.rules.polls import Question, statement
from tests.factories.messaging import ChannelMemberFactory
from tests.messaging.sockets import Tab
from tests.races import at_once

pytestmark = pytest.mark.django_db


def begin(player, channel, *, client_id=None, **fields):
    question = Question(**{"text": "Which metal?", "options": ("Iron", "Gold", "Tin"), **fields})
    posted = ask(channel=channel, player=player, question=question, client_id=client_id, now=timezone.now())
    return posted.message


def choose(message, player, *options):
    return vote(message=message, player=player, options=options, now=timezone.now())


def told(message):
    return Message.objects.get(pk=message.pk).poll_told


def counts(message):
    return [option["count"] for option in told(message)["options"]]


def test_a_poll_is_a_message_that_can_be_read_as_text(channel, player):
    message = begin(player, channel, text="  Which\n metal?  ")

    assert message.text == "Which metal?\n- Iron\n- Gold\n- Tin"
    assert logged_after(channel.pk, 0)[0].data["message"]["poll"]["question"] == "Which metal?"


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " "},
        {"options": ("Iron",)},
        {"options": tuple("abcdefghijk")},
        {"options": ("Iron", "iron")},
        {"options": ("Iron", "")},
        {"text": "x" * 301},
        {"closes_at": timezone.now() - timedelta(minutes=1)},
        {"closes_at": timezone.now() + timedelta(days=31)},
    ],
)
def test_what_no_poll_can_be_is_refused_with_a_sentence(channel, player, wrong):
    with pytest.raises(PollRefused):
        begin(player, channel, **wrong)

    assert Message.objects.count() == 0


def test_asking_twice_under_one_id_asks_once(channel, player):
    cid = uuid4()

    first, second = begin(player, channel, client_id=cid), begin(player, channel, client_id=cid)

    assert (first.pk, Poll.objects.count()) == (second.pk, 1)


def test_a_vote_is_a_set_that_can_be_changed_and_taken_back(channel, player, other):
    message = begin(player, channel)

    choose(message, player, 0)
    choose(message, player, 1)
    choose(message, other, 1)
    both = counts(message), told(message)["voters"]
    choose(message, other)

    assert both == ([0, 2, 0], 2)
    assert counts(message) == [0, 1, 0]


def test_the_same_vote_again_changes_nothing(channel, player):
    message = begin(player, channel)

    choose(message, player, 0)
    choose(message, player, 0)

    assert ChannelEvent.objects.filter(type="poll.changed").count() == 1


def test_several_answers_only_where_the_poll_says_so(channel, player):
    one, many = begin(player, channel), begin(player, channel, text="Which two?", is_multiple=True)

    with pytest.raises(PollRefused):
        choose(one, player, 0, 1)
    with pytest.raises(PollRefused):
        choose(many, player, 3)
    choose(many, player, 0, 2)

    assert (counts(many), told(many)["voters"]) == ([1, 0, 1], 1)


def test_who_left_does_not_vote(channel, member, player, other):
    message = begin(other, channel)
    member.delete()

    with pytest.raises(MayNotPost):
        choose(message, player, 0)


def test_the_right_answer_comes_to_light_at_the_end(channel, player):
    question = statement("Iron floats.", is_true=False, closes_at=None, explanation="It is heavier.")
    message = ask(channel=channel, player=player, question=question, now=timezone.now()).message
    choose(message, player, 1)
    before = str([line.data for line in logged_after(channel.pk, 0)])

    close_poll(message=message, player=player, now=timezone.now())

    assert "heavier" not in before
    assert "right" not in before
    assert (told(message)["right"], told(message)["explanation"]) == ([1], "It is heavier.")


def test_a_poll_ends_at_its_time_and_takes_no_votes_after_it(channel, player):
    closes_at = timezone.now() + timedelta(minutes=5)
    message = begin(player, channel, closes_at=closes_at)
    later = closes_at + timedelta(seconds=1)
    with pytest.raises(PollOver):
        vote(message=message, player=player, options=[0], now=later)
    early = close_due_polls(now=timezone.now())

    ended = close_due_polls(now=later), close_due_polls(now=later)

    assert (early, ended) == (0, (1, 0))
    assert told(message)["closed_at"]
    assert ChannelEvent.objects.filter(type="poll.changed").count() == 1


def test_only_who_asked_and_moderators_end_a_poll(channel, player, other):
    message = begin(player, channel)
    with pytest.raises(NotYours):
        close_poll(message=message, player=other, now=timezone.now())

    channel.members.filter(player=other).update(role="moderator")
    close_poll(message=message, player=other, now=timezone.now())

    with pytest.raises(PollOver):
        choose(message, player, 0)


def test_a_poll_is_not_changed_and_goes_with_its_message(channel, player):
    message = begin(player, channel)
    choose(message, player, 0)
    with pytest.raises(PollStays):
        edit_message(message=message, player=player, text="No", base_rev=0, now=timezone.now())

    delete_message(message=message, player=player, now=timezone.now())

    with pytest.raises(MessageGone):
        choose(message, player, 1)
    assert PollVote.objects.count() == 0
    assert [line.data["message"]["poll"] for line in logged_after(channel.pk, 0)] == [None, None, None]


def test_a_poll_that_waits_for_a_review_tells_nothing(channel, player):
    message = begin(player, channel)
    Message.objects.update(hidden_at=timezone.now())

    assert logged_after(channel.pk, 0)[0].data["message"]["poll"] is None
    with pytest.raises(MessageGone):
        choose(message, player, 0)


def test_everybody_sees_who_chose_what_unless_it_is_anonymous(channel, player, other):
    open_poll = begin(player, channel, is_anonymous=False)
    secret = begin(player, channel, text="Secretly?")
    for message in (open_poll, secret):
        choose(message, player, 0)
        choose(message, other, 1)

    seen = [[voter.pk for voter in people] for _, people in voters(open_poll, hidden={other.pk})]

    assert seen == [[player.pk], [], []]
    assert voters(secret, hidden=()) == []


def test_who_is_forgotten_takes_the_votes_along(channel, player, other):
    message = begin(player, channel)
    choose(message, other, 1)

    forget_votes_of(other.pk)

    assert counts(message) == [0, 0, 0]
    assert not ChannelEvent.objects.filter(type="poll.changed").exclude(payload={}).exists()


def test_a_page_learns_the_own_votes_with_one_question(channel, player, django_assert_num_queries):
    messages = [begin(player, channel, text=f"Which {n}?") for n in range(3)]
    choose(messages[1], player, 2)
    fresh = list(Message.objects.order_by("seq"))

    with django_assert_num_queries(1):
        note_own_votes(player, fresh)

    assert [list(message.own_votes) for message in fresh] == [[], [2], []]


@pytest.mark.django_db(transaction=True)
def test_votes_at_the_same_moment_leave_one_answer_each(channel, player):
    message = begin(player, channel)

    at_once(*(partial(choose, message, player, option) for option in range(3)))

    assert PollVote.objects.count() == 1
    assert sum(counts(message)) == 1


@pytest.mark.django_db(transaction=True)
async def test_others_hear_how_many_and_only_the_own_pages_which(channel, player):
    other = await in_database(lambda: ChannelMemberFactory(channel=channel).player)()
    mine, theirs = await Tab.of(player, channel), await Tab.of(other, channel)
    asked = await mine.ask(
        "poll", room=str(channel.uuid), cid=str(uuid4()), question="Iron?", answer=True, minutes=5
    )

    answer = await mine.ask("vote", message=asked["message"]["uuid"], options=[1])
    heard = [
        await tab.next("ev", where=lambda frame: frame["type"] == "poll.changed") for tab in (mine, theirs)
    ]
    ended = await mine.ask("poll_close", message=asked["message"]["uuid"])

    assert (answer["op"], answer["own"]) == ("ok", [1])
    assert [frame["data"].get("own") for frame in heard] == [[1], None]
    assert [option["count"] for option in heard[1]["data"]["message"]["poll"]["options"]] == [0, 1]
    assert ended["message"]["poll"]["right"] == [0]
    for tab in (mine, theirs):
        await tab.leave()


def test_a_forgotten_name_leaves_the_questions(channel, player, other):
    message = begin(
        player, channel, text=f"What does @{other.username} like?", options=("Tea", f"@{other.username}")
    )

    erase(other.pk)

    assert other.username not in str(Message.objects.get(pk=message.pk).metadata)
    assert PollOption.objects.filter(text__contains=other.username).count() == 0


def test_the_page_votes_and_ends_without_a_script(client, channel, player, other):
    message = begin(player, channel, is_anonymous=False, is_multiple=True)
    client.force_login(player)
    page, end = (reverse(f"messaging:{name}", args=[message.uuid]) for name in ("poll", "poll-close"))

    client.post(reverse("messaging:poll-vote", args=[message.uuid]), {"option": ["0", "2", "x"]})
    shown = client.get(page).content.decode()
    client.force_login(other)
    refused = client.post(end)
    client.force_login(player)
    client.post(end)

    assert counts(message) == [1, 0, 1]
    assert shown.count(" checked>") == 2
    assert player.get_absolute_url() in shown
    assert (refused.status_code, bool(told(message)["closed_at"])) == (422, True)


def test_the_form_asks_a_statement_or_says_what_is_wrong(client, channel, player, other):
    address = reverse("messaging:poll-new", args=[channel.uuid])
    client.force_login(player)
    wrong = client.post(address, {"kind": "choice", "question": "Which?", "options": "One"})

    asked = client.post(
        address, {"kind": "statement", "question": "Iron floats.", "answer": "false", "minutes": "60"}
    )

    poll = Poll.objects.get()
    assert (wrong.status_code, asked.status_code) == (422, 302)
    assert [option.is_right for option in poll.options.order_by("position")] == [False, True]
    assert poll.closes_at is not None
    channel.members.filter(player=player).delete()
    assert client.get(address).status_code == 404
    assert client.get(reverse("messaging:poll", args=[poll.message.uuid])).status_code == 404


def test_programs_ask_vote_and_end(client, channel, player, other):
    client.force_login(player)
    asked = client.post(
        f"/api/v1/channels/{channel.uuid}/polls",
        {"question": "Iron or gold?", "options": ["Iron", "Gold"]},
        "application/json",
    )
    uuid = asked.json()["message"]["uuid"]

    voted = client.put(f"/api/v1/messages/{uuid}/vote", {"options": [1]}, "application/json")
    client.force_login(other)
    refused = client.post(f"/api/v1/messages/{uuid}/end")
    channel.members.filter(player=other).delete()
    stranger = client.put(f"/api/v1/messages/{uuid}/vote", {"options": [1]}, "application/json")

    assert asked.status_code == 201
    assert [option["count"] for option in voted.json()["message"]["poll"]["options"]] == [0, 1]
    assert (refused.status_code, stranger.status_code) == (409, 404)
