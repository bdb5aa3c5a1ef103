import pytest

from padawanforge.site.doors import doors_of
from players.actions.roles import switch_role
from players.models import Role
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory, SystemAdminFactory

pytestmark = pytest.mark.django_db
MATRIX = "/admin/roles/"


def test_the_matrix_shows_each_role_with_what_it_opens(client):
    client.force_login(SystemAdminFactory())

    page = client.get(MATRIX)

    shown = {line.permission: [mark.state for mark in line.marks] for line in page.context["lines"]}
    assert shown["npcs.create"] == ["none", "none", "own", "none", "brought"]
    assert shown["demo.access"] == ["own", "none", "none", "none", "none"]
    assert "by Padawan, Game Master" in page.content.decode()


def test_a_permission_names_the_doors_that_it_opens():
    names = {(door.kind, door.name) for door in doors_of("npcs.create")}

    assert ("page", "/characters/<slug:slug>/knowledge/upload/") in names
    assert ("console", "change characters") in names


def test_calls_and_sockets_are_among_the_doors():
    kinds = {door.kind for door in doors_of("games.view")}

    assert kinds == {"page", "call", "socket"}


def test_a_role_that_is_switched_off_shows_no_mark(client):
    client.force_login(SystemAdminFactory())
    switch_role(role=Role.objects.get(name="game_master"), is_active=False)

    page = client.get(MATRIX)

    marks = next(line.marks for line in page.context["lines"] if line.permission == "npcs.create")
    assert [mark.state for mark in marks] == ["none"] * 5
    assert "(off)" in page.content.decode()


@pytest.mark.parametrize(
    ("factory", "status"), [(GameMasterFactory, 403), (PlayerFactory, 302), (GuestFactory, 302)]
)
def test_the_matrix_is_for_those_who_answer_for_roles(client, factory, status):
    client.force_login(factory())

    assert client.get(MATRIX).status_code == status


def test_the_list_of_roles_leads_to_the_matrix(client):
    client.force_login(SystemAdminFactory())

    assert MATRIX in client.get("/admin/players/role/").content.decode()


def test_the_matrix_costs_the_same_every_time(client, django_assert_max_num_queries):
    client.force_login(SystemAdminFactory())

    # Session, player and preferences, permissions of the visitor, roles twice, groups and their permissions.
    with django_assert_max_num_queries(10):
        client.get(MATRIX)
