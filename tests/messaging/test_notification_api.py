import pytest
from django.utils import timezone

from messaging.actions.notifications import News, notify
from players.choices import NotificationKind
from tests.factories.players import PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer

pytestmark = pytest.mark.django_db
LIST = "/api/v1/me/notifications"


@pytest.fixture
def ada():
    player = PlayerFactory(username="ada")
    ApiTokenFactory(player=player, secret="pf_ada")
    return player


def tell(player, title, kind=NotificationKind.SYSTEM):
    return notify(recipient=player, news=News(kind=kind, title=title), now=timezone.now())


def listed(client, **query):
    return client.get(LIST, query, **bearer("pf_ada")).json()


def titles(answer):
    return [row["title"] for row in answer["notifications"]]


def test_notifications_are_listed_newest_first_page_by_page(client, ada):
    for title in ("one", "two", "three"):
        tell(ada, title)
    tell(PlayerFactory(), "not yours")

    first = listed(client, limit=2)
    second = listed(client, limit=2, cursor=first["after"])

    assert (titles(first), titles(second), second["after"], first["unread"]) == (
        ["three", "two"],
        ["one"],
        "",
        3,
    )


def test_notifications_of_one_kind_are_listed_alone(client, ada):
    tell(ada, "hello", NotificationKind.FRIEND)
    tell(ada, "update")

    assert titles(listed(client, kind="friend")) == ["hello"]


def test_reading_and_dismissing_change_the_own_ones(client, ada):
    first, second = tell(ada, "one"), tell(ada, "two")

    answers = [
        client.post(f"{LIST}/{first.pk}/read", **bearer("pf_ada")).status_code,
        client.post(f"{LIST}/{second.pk}/dismiss", **bearer("pf_ada")).status_code,
    ]

    after = listed(client)
    assert (answers, titles(after), after["unread"]) == ([204, 204], ["one"], 0)


def test_all_are_read_at_once(client, ada):
    tell(ada, "one")
    tell(ada, "two")

    client.post(f"{LIST}/read", **bearer("pf_ada"))

    assert listed(client)["unread"] == 0


@pytest.mark.parametrize("verb", ["read", "dismiss"])
def test_those_of_somebody_else_are_not_there(client, ada, verb):
    other = tell(PlayerFactory(), "not yours")

    answer = client.post(f"{LIST}/{other.pk}/{verb}", **bearer("pf_ada"))

    other.refresh_from_db()
    assert (answer.status_code, other.is_read, other.is_dismissed) == (404, False, False)
