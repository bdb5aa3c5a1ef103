"""The pages of conversations: inbox, a new message, groups, and what goes along with a message."""

from datetime import timedelta

import pytest
from django.contrib.admin.sites import site
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.actions import direct, groups, sides
from messaging.actions.drafts import keep_draft
from messaging.actions.presence import note_read
from messaging.admin import ConversationAdmin, MessageAdmin
from messaging.models import (
    Channel,
    ChannelMember,
    Conversation,
    DirectState,
    Draft,
    HiddenMessage,
    Message,
)
from players.actions.relationships import block
from players.forms.preferences import PreferencesForm
from players.models import PlayerPreferences
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.relationships import befriend

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def page(people, client):
    return signed_in(client, people[0])


@pytest.fixture
def group(people):
    ada, bo, cy = people
    return groups.begin_group(player=ada, others=[bo, cy], title="Stargazers", now=NOW())


def signed_in(client, player):
    client.force_login(player, backend="players.backends.PlayerBackend")
    return client


def write(player, other, text="Hello"):
    return direct.write_to(player=player, other=other, text=text, now=NOW()).message


def here(group):
    return set(group.channel.members.values_list("player__username", flat=True))


def test_the_form_begins_a_conversation_with_one_and_a_group_with_several(people, page):
    letter = {"subject": "The comet", "priority": "high", "lasts": "3600"}
    page.post("/messages/new/", {"others": "@bo", "text": "To one", **letter})
    answer = page.post(
        "/messages/new/", {"friends": ["bo"], "others": "CY", "title": "All", "text": "To all"}, follow=True
    )

    assert "To all" in answer.text
    assert list(Conversation.objects.order_by("pk").values_list("title", flat=True)) == ["", "All"]
    message = Message.objects.get(text="To one")
    assert (message.subject, message.priority, message.expires_at is None) == ("The comet", "high", False)


@pytest.mark.parametrize("sent", [
    {"others": "", "text": "Hello"}, {"others": "nobody", "text": "Hello"}, {"others": "bo", "text": ""},
    {"others": "bo", "text": "Hello", "subject": "x" * 121}, {"others": "bo", "text": "Hello", "lasts": "7"},
])  # fmt: skip
def test_what_cannot_be_sent_stays_in_the_form_with_the_reason(page, sent):
    answer = page.post("/messages/new/", sent)

    assert (answer.status_code, Conversation.objects.count()) == (422, 0)
    assert 'role="alert"' in answer.text
    assert f'value="{sent["others"]}"' in answer.text or not sent["others"]


def test_a_message_on_the_page_carries_what_was_chosen(people, page):
    write(people[0], people[1])
    address = f"/messages/{Conversation.objects.get().uuid}/"

    page.post(f"{address}say/", {"text": "Now!", "subject": "Look up", "priority": "urgent"})

    assert Message.objects.filter(text="Now!", subject="Look up", priority="urgent").exists()
    assert '<strong data-letter="subject">Look up</strong>' in page.get(address).text


def test_a_command_by_form_does_what_it_does_by_the_socket(people, page):
    ada, bo, _ = people
    channel = write(ada, bo).channel
    keep_draft(player=ada, channel=channel, text="/roll 2d6")
    address = f"/messages/{Conversation.objects.get().uuid}/"

    page.post(f"{address}say/", {"text": "/roll 2d6"})
    told = page.post(f"{address}say/", {"text": "/help"}, follow=True)
    refused = page.post(f"{address}say/", {"text": "/dance all night"})
    page.post(f"{address}say/", {"text": "//roll"})

    said = list(Message.objects.order_by("pk").values_list("metadata__command", "text"))[1:]
    assert (said[0][0], said[1:]) == ("roll", [(None, "/roll")])
    assert "/roll 2d6+1: Throws dice" in told.text
    assert (refused.status_code, "/dance all night" in refused.text) == (422, True)
    assert not Draft.objects.exists()


def test_first_words_may_be_a_command_that_the_other_reads(people, page):
    helped = page.post("/messages/new/", {"others": "bo", "text": "/help"})

    assert (helped.status_code, Conversation.objects.count()) == (422, 0)
    assert "/roll 2d6+1: Throws dice" in helped.text
    page.post("/messages/new/", {"others": "bo", "text": "/me waves"})
    page.post("/messages/new/", {"others": "bo cy", "text": "/me waves to all"})
    assert list(Message.objects.order_by("pk").values_list("metadata__command", "text")) == [
        ("me", "waves"),
        ("me", "waves to all"),
    ]


def test_the_author_reads_how_far_his_words_have_come(people, page):
    ada, bo, _ = people
    PlayerPreferences.objects.update(shows_read_receipts=True)
    channel = write(ada, bo).channel
    address = f"/messages/{Conversation.objects.get().uuid}/"
    assert 'data-slot="receipt">Sent' in page.get(address).text

    note_read(channel=Channel.objects.get(pk=channel.pk), player=bo, seq=99)

    assert 'data-slot="receipt">Read' in page.get(address).text


def test_a_page_of_the_past_reads_nothing_and_the_present_says_what_is_new(people, page):
    ada, bo, _ = people
    first = write(bo, ada, "The first words")
    address = f"/messages/{Conversation.objects.get().uuid}/"
    page.get(address)
    for number in range(60):
        # Nobody may write so fast: each was said a minute before the next.
        Message.objects.update(sent_at=F("sent_at") - timedelta(minutes=1))
        write(bo, ada, f"Number {number}")

    def read():
        return ChannelMember.objects.get(channel=first.channel, player=ada).read_seq

    page.get(address, {"at": first.uuid})
    assert read() == first.seq

    assert 'class="stream__unread"' in page.get(address, {"at": "new"}).text
    page.get(address)
    assert read() == first.seq + 60


def test_the_inbox_is_searched_by_name(people, page, group):
    ada, bo, _ = people
    write(ada, bo)
    direct.say(conversation=group, player=ada, text="Hello all")

    def found(name):
        answer = page.get("/messages/", {"q": name}).text
        return [title for title in ("Stargazers</a>", ">bo</a>") if title in answer]

    # The last one with what PostgreSQL refuses in a text.
    assert [found(name) for name in ("star", "BO", "nobody", "\x00star")] == [
        ["Stargazers</a>"], ["Stargazers</a>", ">bo</a>"], [], ["Stargazers</a>"]
    ]  # fmt: skip


def test_tabs_say_what_waits(people, page):
    ada, bo, _ = people
    write(bo, ada)
    write(PlayerFactory(), ada)

    text = page.get("/messages/").text

    assert '1<span class="sr-only"> with news</span>' in text
    assert '1<span class="sr-only"> waiting</span>' in text


def test_the_list_of_groups_costs_as_many_queries_with_three_as_with_one(people, page):
    ada, bo, cy = people
    counts = []
    page.get("/messages/")
    for more in (1, 2):
        for _ in range(more):
            begun = groups.begin_group(player=ada, others=[bo, cy], title="", now=NOW())
            direct.say(conversation=begun, player=bo, text="Hello")
        with CaptureQueriesContext(connection) as queries:
            page.get("/messages/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(("verb", "kept"), [("mute", "muted_at"), ("archive", "archived_at")])
def test_a_side_is_changed_and_changed_back(people, page, verb, kept):
    write(people[1], people[0])
    address = f"/messages/{Conversation.objects.get().uuid}/"
    states = []
    for done in (verb, f"un{verb}"):
        assert page.post(f"{address}{done}/").status_code == 302
        states.append(getattr(DirectState.objects.get(player=people[0]), kept) is not None)

    assert states == [True, False]


def test_the_people_of_a_group_are_changed_on_its_page(people, page, group):
    dee = PlayerFactory(username="dee")
    befriend(people[0], dee)
    address = f"/messages/{group.uuid}/"

    page.post(f"{address}people/", {"people": "dee"})
    page.post(f"{address}people/cy/")
    page.post(f"{address}title/", {"title": "Night sky"})

    assert (here(group), Conversation.objects.get().title) == ({"ada", "bo", "dee"}, "Night sky")
    shown = page.get(f"{address}about/").text
    assert "@dee" in shown
    assert "@cy" not in shown


def test_adding_says_the_same_whether_somebody_could_come_in_or_not(people, page, group):
    ada, bo, _ = people
    dee = PlayerFactory(username="dee")
    befriend(ada, dee)
    block(player=dee, other=bo)

    answer = page.post(f"/messages/{group.uuid}/people/", {"people": "dee, nobody"}, follow=True)

    assert "Whoever can be added is in the list now." in answer.text
    assert here(group) == {"ada", "bo", "cy"}


def test_the_page_of_a_group_does_not_name_whom_a_block_hides(people, client, group):
    _, bo, cy = people
    block(player=cy, other=bo)

    text = signed_in(client, bo).get(f"/messages/{group.uuid}/about/").text

    assert ("@ada" in text, "@cy" in text) == (True, False)


def test_only_the_owner_is_offered_to_take_somebody_out(people, client, group):
    owner, member = people[0], people[1]
    offers = ["Take out" in signed_in(client, player).get(f"/messages/{group.uuid}/about/").text
              for player in (owner, member)]  # fmt: skip

    assert offers == [True, False]
    answer = client.post(f"/messages/{group.uuid}/people/cy/")
    assert (answer.status_code, here(group)) == (422, {"ada", "bo", "cy"})


def test_who_left_finds_the_group_no_more(people, page, group):
    page.post(f"/messages/{group.uuid}/leave/")

    answers = [page.get(f"/messages/{group.uuid}/{end}").status_code for end in ("", "about/", "older/")]

    assert (here(group), answers) == ({"bo", "cy"}, [404, 404, 404])


def test_one_message_is_deleted_for_oneself_without_a_script(people, page):
    message = write(people[1], people[0], "Look away")
    shown = page.get(f"/said/{message.uuid}/")
    assert "Delete it for you alone" in shown.text

    answer = page.post(f"/said/{message.uuid}/hide/", follow=True)

    assert ("Look away" in answer.text, HiddenMessage.objects.count()) == (False, 1)
    assert page.post(f"/said/{message.uuid}/hide/").status_code == 404


def test_the_console_shows_that_people_write_but_not_what(rf, people):
    write(people[0], people[1], "A secret")
    request = rf.get("/admin/", {"q": "secret"})
    request.user = GameMasterFactory(is_superuser=True)
    messages = MessageAdmin(Message, site).get_changelist_instance(request).queryset
    conversations = ConversationAdmin(Conversation, site)
    request = rf.get("/admin/")
    request.user = GameMasterFactory(is_superuser=True)
    row = conversations.get_changelist_instance(request).queryset.get()

    assert messages.count() == 0
    assert (conversations.people(row), conversations.is_group(row)) == (2, False)
    assert not any("title" in str(name) for name in (*conversations.list_display, *conversations.fields))


def test_receipts_are_switched_on_in_the_preferences(people, page):
    instance = PlayerPreferences.objects.get(player=people[0])
    form = PreferencesForm({"shows_read_receipts": "on"}, instance=instance)
    form.is_valid()

    assert form.cleaned_data["shows_read_receipts"] is True
    assert "Let others see when I have read" in page.get("/settings/preferences/").text


def test_a_deleted_request_is_a_declined_one(people):
    ada = people[0]
    stranger = PlayerFactory()
    write(stranger, ada)
    state = DirectState.objects.select_related("conversation", "player").get(player=ada)

    sides.delete_conversation(state=state, now=NOW())

    assert DirectState.objects.get(player=ada).standing == "declined"
