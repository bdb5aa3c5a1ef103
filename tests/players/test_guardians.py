import json
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from players.actions.consents import answer_consents
from players.actions.guardians import (
    GuardianRefused,
    LinkTooOld,
    NoGuardianNeeded,
    TooManyLetters,
    ask_guardian,
    confirm,
    withdraw,
)
from players.actions.minors import apply_minor_defaults
from players.actions.standing import refresh_all_ranked, refresh_ranked
from players.models import (
    Guardianship,
    PlayerGameData,
    PlayerPersonalInfo,
    PlayerPreferences,
    PlayerProfile,
)
from players.permissions import needs_guardian
from players.queries.consents import has_consent
from players.queries.guardians import hashed
from players.rules.ages import is_minor
from players.rules.minors import floor, of_age_when_born_by, problems
from rooms.permissions import may_create_room
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory
from tests.factories.privacy import GuardianshipFactory, born_years_ago, minor

pytestmark = pytest.mark.django_db
ASK = "/settings/data/guardian/"
ADDRESS = "parent@example.org"


def ask(player, **other):
    return ask_guardian(player=player, email=ADDRESS, now=timezone.now(), **other)


def token_in(letter):
    return re.search(r"/guardians/([\w-]+)/", letter.body)[1]


def agree(row, token="key", **consents):
    return confirm(guardianship=row, token=token, consents=consents, now=timezone.now())


def wants_boards(player, **preferences):
    PlayerPreferences.objects.filter(player=player).update(wants_boards=True, **preferences)
    refresh_ranked(player)
    return player


def is_ranked(player):
    return PlayerGameData.objects.values_list("is_ranked", flat=True).get(player=player)


# --- The rules -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "safe"),
    [
        (("public", "minimal", True), ("friends", "maximum", False)),
        (("friends", "maximum", False), ("friends", "maximum", False)),
        (("private", "normal", False), ("private", "maximum", False)),
    ],
)
def test_the_floor_lets_nothing_through(chosen, safe):
    visibility, level, boards = chosen

    assert floor(visibility=visibility, level=level, wants_boards=boards) == safe


def test_each_unsafe_choice_gets_a_sentence():
    found = problems(visibility="public", level="normal", wants_boards=True)

    assert list(found) == ["profile_visibility", "privacy_level", "wants_boards"]
    assert problems(visibility="friends", level="maximum", wants_boards=False) == {}


def test_the_day_of_coming_of_age_agrees_with_the_ages_of_the_calendar():
    start = timezone.localdate().replace(year=2027, month=12, day=1)

    for under in (13, 16):
        for offset in range(120):
            today = start + timedelta(days=offset)
            born_by = of_age_when_born_by(today, under)
            assert not is_minor(born_by, today, under)
            assert is_minor(born_by + timedelta(days=2), today, under)


# --- Defaults and boards ---------------------------------------------------------------------------------


def test_a_minors_birth_date_closes_the_account():
    player = wants_boards(PlayerFactory())
    answer_consents(player=player, answers={"research": True})
    born_years_ago(player, 12)

    assert apply_minor_defaults(player)

    profile, preferences = (m.objects.get(player=player) for m in (PlayerProfile, PlayerPreferences))
    assert profile.profile_visibility == "private"
    assert (preferences.privacy_level, preferences.wants_boards) == ("maximum", False)
    assert not is_ranked(player)
    assert not has_consent(player, "research")


def test_a_grown_ups_birth_date_changes_nothing():
    player = wants_boards(born_years_ago(PlayerFactory(), 30))

    assert not apply_minor_defaults(player)
    assert PlayerProfile.objects.get(player=player).profile_visibility == "public"
    assert is_ranked(player)


def test_what_a_guardian_agreed_to_survives_the_defaults():
    player = minor()
    agree(GuardianshipFactory(player=player, token="key"), research=True)

    apply_minor_defaults(player)

    assert has_consent(player, "research")


def test_only_grown_up_visible_players_are_ranked():
    grown = wants_boards(PlayerFactory())
    young = wants_boards(minor())
    closed = wants_boards(PlayerFactory(), privacy_level="maximum")
    shut = PlayerFactory(is_active=False)
    wants_boards(shut)

    assert [is_ranked(player) for player in (grown, young, closed, shut)] == [True, False, False, False]


def test_a_birthday_is_noticed_by_itself():
    player = wants_boards(minor())
    today = timezone.localdate()
    PlayerPersonalInfo.objects.filter(player=player).update(date_of_birth=of_age_when_born_by(today, 16))

    assert refresh_all_ranked(today=today - timedelta(days=1)) == 0
    assert refresh_all_ranked(today=today) == 1
    assert is_ranked(player)


def test_boards_that_are_wrong_are_mended():
    player = PlayerFactory()
    PlayerGameData.objects.filter(player=player).update(is_ranked=True)

    assert refresh_all_ranked(today=timezone.localdate()) == 1
    assert not is_ranked(player)


def test_a_birth_date_corrected_in_the_console_counts_at_once(client):
    player, admin = wants_boards(PlayerFactory()), SystemAdminFactory(is_staff=True)
    client.force_login(admin)
    way = f"/admin/players/player/{player.pk}/change/"
    form = client.get(way).context
    sent = dict(form["adminform"].form.initial)
    for formset in form["inline_admin_formsets"]:
        sent |= filled(formset.formset)
    today = timezone.localdate()
    sent["personal_info-0-date_of_birth"] = f"{today.year - 12}-01-01"

    response = client.post(way, {name: value for name, value in sent.items() if value is not None})

    assert response.status_code == 302
    assert PlayerPreferences.objects.get(player=player).privacy_level == "maximum"
    assert not is_ranked(player)


def filled(formset):
    """What the browser would send of an inline form that nobody has touched."""
    forms = [formset.management_form, *formset.forms]
    return {field.html_name: sendable(field.value()) for form in forms for field in form}


def sendable(value):
    return json.dumps(value) if isinstance(value, dict | list) else value


# --- Asking, agreeing, withdrawing -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_whole_way_from_the_letter_to_the_withdrawal():
    player = minor()

    row = ask(player)
    before = needs_guardian(player)
    agree(row, token_in(mail.outbox[0]), research=True)
    between = needs_guardian(player), has_consent(player, "research")
    withdraw(guardianship=Guardianship.objects.get(pk=row.pk), now=timezone.now())

    assert [letter.to for letter in mail.outbox] == [[ADDRESS], [ADDRESS]]
    assert token_in(mail.outbox[1]) == token_in(mail.outbox[0])
    assert (before, between) == (True, (False, True))
    assert (needs_guardian(player), has_consent(player, "research")) == (True, False)


def test_the_link_is_stored_as_a_hash_only():
    row = ask(minor())

    token = token_in(mail.outbox[0])
    assert row.token_hash == hashed(token)
    assert token not in str(Guardianship.objects.values().get())


def test_grown_ups_need_nobody():
    player = PlayerFactory()

    with pytest.raises(NoGuardianNeeded):
        ask(player)
    assert not needs_guardian(player)


def test_ones_own_address_is_no_guardian():
    player = minor(email="ada@example.org")

    with pytest.raises(GuardianRefused):
        ask_guardian(player=player, email="ADA@example.org", now=timezone.now())


def test_a_second_letter_has_to_wait():
    player, now = minor(), timezone.now()
    ask(player)

    with pytest.raises(TooManyLetters):
        ask(player)
    ask_guardian(player=player, email=ADDRESS, now=now + timedelta(minutes=11))

    assert len(mail.outbox) == 2


def test_five_letters_a_day_are_enough():
    player, now = minor(), timezone.now()
    for number in range(5):
        ask_guardian(player=player, email=ADDRESS, now=now + timedelta(hours=number))

    with pytest.raises(TooManyLetters):
        ask_guardian(player=player, email=ADDRESS, now=now + timedelta(hours=6))


def test_a_new_letter_makes_the_old_link_useless():
    player, now = minor(), timezone.now()
    row = ask_guardian(player=player, email=ADDRESS, now=now - timedelta(hours=1))
    ask_guardian(player=player, email=ADDRESS, now=now)

    with pytest.raises(LinkTooOld):
        agree(row, token_in(mail.outbox[0]))


def test_a_link_confirms_for_a_week():
    row = GuardianshipFactory(player=minor(), token="key", asked_at=timezone.now() - timedelta(days=8))

    with pytest.raises(LinkTooOld):
        agree(row)


def test_a_minor_opens_rooms_with_a_guardian_only():
    player = born_years_ago(GameMasterFactory(), 12)

    before = may_create_room(player)
    agree(GuardianshipFactory(player=player, token="key"))

    assert (before, may_create_room(player)) == (False, True)


# --- Pages -----------------------------------------------------------------------------------------------


def test_the_page_asks_a_minor_for_a_guardian(signed_in):
    client = signed_in(minor())

    page = client.get("/settings/data/").content.decode()
    response = client.post(ASK, {"guardian_email": ADDRESS})

    assert "Ask my guardian" in page
    assert (response.status_code, response.url) == (302, "/settings/data/")
    assert "Send the letter again" in client.get("/settings/data/").content.decode()


@pytest.mark.parametrize("address", ["", "nonsense", "ada@example.org"])
def test_an_address_that_can_not_be_is_refused(signed_in, address):
    response = signed_in(minor(email="ada@example.org")).post(ASK, {"guardian_email": address})

    assert response.status_code == 422
    assert "guardian_email" in response.context["guardian_form"].errors
    assert Guardianship.objects.count() == 0


def test_a_grown_up_is_not_asked(signed_in):
    assert "Your guardian" not in signed_in(PlayerFactory()).get("/settings/data/").content.decode()


def test_a_guardian_agrees_without_an_account(client):
    player = minor(username="ada")
    GuardianshipFactory(player=player, token="key")

    page = client.get("/guardians/key/")
    refused = client.post("/guardians/key/", {"research": "on"})
    response = client.post("/guardians/key/", {"agrees": "on", "research": "on"})

    assert (page.status_code, refused.status_code, response.status_code) == (200, 422, 302)
    assert "ada asks for your agreement" in page.content.decode()
    assert not needs_guardian(player)
    assert has_consent(player, "research")
    assert "Take my agreement back" in client.get("/guardians/key/").content.decode()


def test_a_guardian_withdraws_by_the_same_link(client):
    player = minor()
    agree(GuardianshipFactory(player=player, token="key"), research=True)

    response = client.post("/guardians/key/withdraw/")

    assert response.url == "/guardians/key/"
    assert needs_guardian(player)
    assert not has_consent(player, "research")


def test_an_unknown_link_leads_nowhere(client):
    assert client.get("/guardians/nothing/").status_code == 404
    assert client.post("/guardians/nothing/withdraw/").status_code == 404


def test_an_old_link_says_what_to_do(client):
    GuardianshipFactory(player=minor(), token="key", asked_at=timezone.now() - timedelta(days=8))

    response = client.get("/guardians/key/")

    assert response.status_code == 410
    assert "can send a new letter" in response.content.decode()
