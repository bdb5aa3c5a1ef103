import pytest
from django.contrib.messages import get_messages

from players.actions.accounts import create_admin
from players.actions.audit import record
from players.actions.guests import enter_as_guest
from players.models import AuditEntry, Player, Role
from players.queries.roles import further_of
from tests.factories.players import (
    ExperienceEntryFactory,
    GameMasterFactory,
    PlayerFactory,
    SystemAdminFactory,
)

pytestmark = pytest.mark.django_db
PLAYERS = "/admin/players/player/"
ROLES = "/admin/players/role/"
LEDGER = "/admin/players/experienceentry/"
DEMOS = "/admin/players/demosession/"
LOG = "/admin/players/auditentry/"


@pytest.fixture
def console(signed_in):
    """The client of a system admin who is no superuser."""
    return signed_in(SystemAdminFactory())


def page_of(player):
    return f"{PLAYERS}{player.pk}/change/"


def roles_of(player):
    return f"{PLAYERS}{player.pk}/roles/"


def choose(client, action, *players):
    data = {"action": action, "_selected_action": [player.pk for player in players]}
    response = client.post(PLAYERS, data)
    return [str(message) for message in get_messages(response.wsgi_request)]


def form_of(response):
    """What a browser would send back."""
    data = {}
    formsets = [entry.formset for entry in response.context["inline_admin_formsets"]]
    forms = [response.context["adminform"].form]
    forms += [part for formset in formsets for part in (formset.management_form, *formset.forms)]
    for form in forms:
        for name in form.fields:
            value = form[name].value()
            if value not in (None, False):
                data[form.add_prefix(name)] = value
    return data


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_players_costs_the_same_however_many(console, django_assert_max_num_queries, count):
    PlayerFactory.create_batch(count)

    # Session, player and preferences, two of permissions, a count that ends early, the rows.
    with django_assert_max_num_queries(7):
        response = console.get(PLAYERS)

    assert len(response.context["cl"].result_list) == count + 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_ledger_costs_the_same_however_long(console, django_assert_max_num_queries, count):
    ExperienceEntryFactory.create_batch(count)

    # As above, and what the two filters offer.
    with django_assert_max_num_queries(9):
        response = console.get(LEDGER)

    assert len(response.context["cl"].result_list) == count


@pytest.mark.parametrize("found_by", ["ada", "Countess", "ada@example.org"])
def test_players_are_found_by_their_names(console, found_by):
    ada = PlayerFactory(username="ada", display_name="Countess")
    PlayerFactory()

    response = console.get(PLAYERS, {"q": found_by})

    assert list(response.context["cl"].result_list) == [ada]


def test_players_are_deactivated_and_reactivated_by_the_actions(
    console, told, django_capture_on_commit_callbacks
):
    player = PlayerFactory()

    with django_capture_on_commit_callbacks(execute=True):
        said = choose(console, "deactivate_players", player)
    off = Player.objects.get(pk=player.pk).is_active
    choose(console, "reactivate_players", player)

    assert (off, Player.objects.get(pk=player.pk).is_active) == (False, True)
    assert (said, told) == (["Deactivated: 1."], [player.pk])


def test_a_role_is_given_by_the_action(console):
    player = PlayerFactory()

    said = choose(console, "give_role_game_master", player)

    assert said == ["Game Master: 1."]
    assert Player.objects.get(pk=player.pk).primary_role.name == "game_master"


def test_the_console_can_not_shut_out_the_last_system_admin(console):
    admin = Player.objects.get()

    said = choose(console, "deactivate_players", admin)

    assert said == [f"{admin}: The last system admin can't be deactivated.", "Deactivated: 0."]
    assert Player.objects.get().is_active


def test_what_was_done_is_in_the_history(console):
    player = PlayerFactory()

    choose(console, "deactivate_players", player)

    assert "Deactivated." in console.get(f"{PLAYERS}{player.pk}/history/").content.decode()


def test_the_page_of_a_player_shows_the_segments_and_no_password(console):
    player = PlayerFactory()

    response = console.get(page_of(player))

    inlines = [entry.opts.model.__name__ for entry in response.context["inline_admin_formsets"]]
    assert inlines == ["PlayerProfile", "PlayerPreferences", "PlayerGameData", "PlayerPersonalInfo"]
    assert player.password not in response.content.decode()


def test_a_name_and_a_bio_can_be_moderated(console):
    player = PlayerFactory(username="rude")
    data = form_of(console.get(page_of(player)))

    console.post(page_of(player), {**data, "username": "polite", "profile-0-bio": "Kind words."})

    player = Player.objects.get(pk=player.pk)
    assert (player.username, player.profile.bio) == ("polite", "Kind words.")


def test_a_system_admin_makes_nobody_a_superuser(console):
    player = PlayerFactory()
    data = form_of(console.get(page_of(player)))

    response = console.post(
        page_of(player), {**data, "is_superuser": "on", "is_active": "", "email": "x@example.org"}
    )

    player = Player.objects.get(pk=player.pk)
    assert response.status_code == 302
    assert (player.is_superuser, player.is_active, player.email) == (
        False,
        True,
        f"{player.username}@example.org",
    )


def test_a_superuser_makes_a_superuser(signed_in, told, django_capture_on_commit_callbacks):
    client = signed_in(create_admin(username="yoda", email="yoda@example.org", password="swamp of dagobah"))
    player = PlayerFactory()
    data = form_of(client.get(page_of(player)))

    with django_capture_on_commit_callbacks(execute=True):
        client.post(page_of(player), {**data, "is_superuser": "on"})

    assert Player.objects.get(pk=player.pk).is_superuser
    assert told == [player.pk]


def test_a_game_master_looks_at_players_but_changes_nothing(signed_in):
    client = signed_in(GameMasterFactory())
    player = PlayerFactory()

    shown = client.get(page_of(player))
    choose(client, "deactivate_players", player)

    assert shown.status_code == 200
    assert player.email not in shown.content.decode()
    assert client.post(page_of(player), {"username": "other"}).status_code == 403
    assert Player.objects.get(pk=player.pk).is_active


def test_a_game_master_does_not_find_players_by_address(signed_in):
    PlayerFactory(email="hidden@example.org")

    response = signed_in(GameMasterFactory()).get(PLAYERS, {"q": "hidden"})

    assert not response.context["cl"].result_list


def test_padawans_do_not_enter_the_console(signed_in):
    assert signed_in(PlayerFactory()).get(PLAYERS).status_code == 302


@pytest.mark.parametrize("path", [PLAYERS, ROLES, LEDGER, DEMOS])
def test_nothing_is_added_or_removed_by_hand(signed_in, path):
    client = signed_in(create_admin(username="yoda", email="yoda@example.org", password="swamp of dagobah"))
    enter_as_guest(now=Player.objects.get().created_at, address="198.51.100.7")
    pk = (
        client.get(path).context["cl"].queryset.values_list("pk", flat=True).first()
        or ExperienceEntryFactory().pk
    )

    assert [client.get(f"{path}{way}").status_code for way in ("add/", f"{pk}/delete/")] == [403, 403]


@pytest.mark.parametrize("path", [LEDGER, DEMOS])
def test_records_are_to_look_at_only(console, path):
    entry = ExperienceEntryFactory()
    guest = enter_as_guest(now=entry.created_at, address="198.51.100.7")
    pk = entry.pk if path == LEDGER else guest.demo_session.pk

    answers = [
        console.get(f"{path}{pk}/change/").status_code,
        console.post(f"{path}{pk}/change/").status_code,
    ]

    assert answers == [200, 403]


def test_the_list_of_roles_tells_permissions_and_holders(console):
    PlayerFactory.create_batch(2)

    page = console.get(ROLES).content.decode()

    assert "content.view, games.view, npcs.view, players.view" in page
    # The system admin, who looks, brings the padawan's role along.
    assert '<td class="field-primary_holders">2</td><td class="field-holders">3</td>' in page


def test_permissions_of_a_role_are_changed(console):
    role = Role.objects.get(name="guild_leader")
    chosen = Role.objects.get(name="guest").group.permissions.all()
    data = {"display_name": "Guild Leader", "description": "Leads.", "permissions": [p.pk for p in chosen]}

    response = console.post(f"{ROLES}{role.pk}/change/", data)

    role.refresh_from_db()
    assert (response.status_code, role.description) == (302, "Leads.")
    assert set(role.group.permissions.all()) == set(chosen)


def test_a_role_is_switched_off_with_a_reason(console):
    role = Role.objects.get(name="guild_leader")
    data = {"display_name": role.display_name, "description": role.description, "reason": "no guilds yet"}

    response = console.post(f"{ROLES}{role.pk}/change/", data)

    role.refresh_from_db()
    assert (response.status_code, role.is_active) == (302, False)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.reason) == ("role.switched", "no guilds yet")


def test_the_console_can_not_take_the_giving_of_roles_from_system_admins(console):
    role = Role.objects.get(name="system_admin")
    data = {"display_name": role.display_name, "is_active": "on", "permissions": []}

    response = console.post(f"{ROLES}{role.pk}/change/", data)

    assert "leave them admin.roles" in response.content.decode()
    assert role.group.permissions.filter(codename="admin.roles").exists()


def test_roles_of_a_player_are_changed_on_a_page_of_their_own(console):
    player = PlayerFactory(username="ada")
    shown = console.get(roles_of(player)).content.decode()

    response = console.post(
        roles_of(player),
        {"primary": "guild_leader", "further": ["game_master"], "reason": "leads and writes"},
    )

    assert "Roles of ada" in shown
    assert (response.status_code, response.url) == (302, page_of(player))
    ada = Player.objects.get(pk=player.pk)
    assert (ada.primary_role.name, further_of(ada)) == ("guild_leader", {"game_master"})
    assert "Game Master" in console.get(page_of(player)).content.decode()
    assert AuditEntry.objects.get().reason == "leads and writes"


def test_roles_need_a_reason(console):
    player = PlayerFactory()

    response = console.post(roles_of(player), {"primary": "guild_leader"})

    assert (response.status_code, Player.objects.get(pk=player.pk).primary_role.name) == (422, "padawan")


def test_the_last_system_admin_is_told_why_the_role_stays(console):
    admin = Player.objects.get()

    response = console.post(roles_of(admin), {"primary": "padawan", "reason": "tired"})

    assert response.status_code == 422
    assert "The last system admin can&#x27;t be given another role." in response.content.decode()


def test_guests_have_no_page_of_roles(console):
    guest = enter_as_guest(now=Player.objects.get().created_at, address="198.51.100.7")

    assert console.get(roles_of(guest)).url == page_of(guest)


def test_game_masters_change_no_roles(signed_in):
    player = PlayerFactory()

    assert signed_in(GameMasterFactory()).get(roles_of(player)).status_code == 403


def test_what_was_edited_is_written_down_without_its_content(console):
    player = PlayerFactory()
    data = form_of(console.get(page_of(player)))

    console.post(page_of(player), {**data, "profile-0-bio": "Kind words."})

    entry = AuditEntry.objects.get(verb="player.edited")
    assert (entry.object_id, "PlayerProfile.bio" in entry.after["fields"]) == (str(player.uuid), True)
    assert not [name for name in entry.after["fields"] if name.startswith("PlayerGameData")]
    assert "Kind words" not in str(entry.after)


def test_the_log_names_people_and_is_to_look_at_only(console):
    actor, player = PlayerFactory(username="yoda"), PlayerFactory(username="ada")
    entry = record(actor=actor, verb="thing.done", subject=player, reason="why not")

    page = console.get(LOG).content.decode()
    one = console.get(f"{LOG}{entry.pk}/change/")

    for part in ("yoda", "ada", "thing.done", "why not"):
        assert part in page
    assert "yoda" in one.content.decode()
    ways = ["add/", f"{entry.pk}/delete/"]
    assert [console.get(f"{LOG}{way}").status_code for way in ways] == [403, 403]
    assert console.post(f"{LOG}{entry.pk}/change/", {"verb": "x"}).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_log_costs_the_same_however_long(console, django_assert_max_num_queries, count):
    for _ in range(count):
        record(actor=PlayerFactory(), verb="thing.done", subject=PlayerFactory())

    # Session, player and preferences, two of permissions, the verbs of the filter, count, rows, names.
    with django_assert_max_num_queries(9):
        console.get(LOG)


@pytest.mark.parametrize("wanted", ["ada", "uuid", "thing.d"])
def test_the_log_is_searched_by_player_and_by_verb(console, wanted):
    ada = PlayerFactory(username="ada")
    found = record(actor=None, verb="thing.done", subject=ada)
    record(actor=None, verb="other.done", subject=PlayerFactory())

    response = console.get(LOG, {"q": str(ada.uuid) if wanted == "uuid" else wanted})

    assert list(response.context["cl"].result_list) == [found]


def test_the_log_is_for_those_who_read_logs(signed_in):
    assert signed_in(GameMasterFactory()).get(LOG).status_code == 403


def test_roles_are_hidden_from_game_masters(signed_in):
    assert signed_in(GameMasterFactory()).get(ROLES).status_code == 403
