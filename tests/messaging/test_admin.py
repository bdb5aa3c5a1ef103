import pytest
from django.contrib import admin
from django.contrib.admin.sites import site

from messaging.actions.messages import post_message
from messaging.admin import ChannelAdmin, MessageAdmin
from messaging.models import Channel, Message
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.players import GameMasterFactory, PlayerFactory


@pytest.fixture
def as_game_master(rf):
    request = rf.get("/")
    request.user = GameMasterFactory()
    return request


def changelist(model_admin, request):
    return model_admin.get_changelist_instance(request)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_messages_costs_the_same_however_many(
    channel, as_game_master, django_assert_num_queries, count
):
    for author in PlayerFactory.create_batch(count):
        post_message(channel=channel, player=author, text="x" * 200)
    messages = MessageAdmin(Message, site)
    shown = changelist(messages, as_game_master)

    with django_assert_num_queries(1):
        rows = [(str(m.author), str(m.channel), messages.beginning(m)) for m in shown.queryset]

    assert len(rows) == count
    assert rows[0][2] == "x" * 79 + "…"


def test_channels_are_listed_with_their_members(channel, member, as_game_master):
    ChannelMemberFactory(channel=channel)
    channels = ChannelAdmin(Channel, site)

    rows = changelist(channels, as_game_master).queryset

    assert [channels.people(row) for row in rows] == [2]


@pytest.mark.parametrize(("factory", "may_see", "may_delete"), [
    (GameMasterFactory, True, True), (PlayerFactory, False, False),
])  # fmt: skip
def test_messages_are_read_and_taken_away_but_never_written(rf, db, factory, may_see, may_delete):
    request = rf.get("/")
    request.user = factory()
    messages = admin.site.get_model_admin(Message)

    assert messages.has_view_permission(request) is may_see
    assert messages.has_delete_permission(request) is may_delete
    assert messages.has_add_permission(request) is False
    assert messages.has_change_permission(request) is False
