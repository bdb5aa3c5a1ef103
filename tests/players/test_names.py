from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from players.models import Player
from players.rules.ages import problem_of_birth_date
from players.rules.links import MAX_LINKS, problem_of_address, problem_of_links
from players.rules.names import (
    RESERVED,
    is_reserved,
    look_of,
    problem_of_display_name,
    problem_of_username,
)
from players.rules.personal import (
    problem_of_contact,
    problem_of_interests,
    problem_of_needs,
    problem_of_visibilities,
)
from players.rules.preferences import GAME, INTERFACE, chosen, problem_of_choices, problem_of_switches
from players.rules.zones import is_time_zone
from tests.factories.players import PlayerFactory

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Ada",
        "Ali",
        "Álvaro Núñez",
        "Søren",
        "Ада",
        "Αλίκη",
        "明子 さくら",
        "김민준",
        "عائشة",
        "R2-D2",
        "नमिता",
        "O'Neil",
        "Ada 🔥",
    ],
)
def test_names_of_all_the_world_are_welcome(name):
    assert problem_of_display_name(name) == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Ada\u202e", "invisible"),
        ("A\u200bda", "invisible"),
        ("Ada\u2066", "invisible"),
        ("\u0420\u0430ypal", "one alphabet"),
        ("Z" + "\u0301" * 5, "piled-up"),
        ("---", "letter or digit"),
    ],
)
def test_names_that_deceive_are_refused_with_a_reason(name, why):
    problem = problem_of_display_name(name)

    assert why in problem


@pytest.mark.parametrize(
    "name",
    ["Admin", "ADMIN", "adm1n", "\u0430\u0434\u043c\u0438\u043d\u0441taff", "\uff41\uff44\uff4d\uff49\uff4e", "Ádmin", "S t a f f", "Game Master", "game-master", "s\u0443stem", "M\u043e\u0434erator", "Mod"],
)  # fmt: skip
def test_nobody_can_look_like_the_staff(name):
    assert problem_of_display_name(name)


@pytest.mark.parametrize("username", ["admin", "adm1n", "rn0derator", "st-aff", "support_", "ab"])
def test_usernames_of_the_staff_and_too_short_ones_are_refused(username):
    assert problem_of_username(username)


def test_the_refusal_says_what_to_do():
    assert problem_of_username("staff") == RESERVED
    assert problem_of_username("ab") == "Use at least 3 characters."


@pytest.mark.parametrize("name", ["admiral", "Ali", "Roomba", "Modesty", "ian", "Hereford"])
def test_names_that_only_contain_a_reserved_word_are_free(name):
    assert not is_reserved(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [("paypal", "paypa1"), ("ada-l", "adal"), ("moon", "m00n"), ("corn", "com"), ("vvren", "wren")],
)
def test_what_looks_alike_has_one_look(one, other):
    assert look_of(one) == look_of(other)


def test_what_reads_differently_looks_different():
    assert len({look_of(name) for name in ("ada", "ida", "lan", "ian", "otter-482", "otter-483")}) == 6


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["ada-l0velace", "vvren_1", "corn-vvv", "rnrn", "a_-_b"])
def test_the_database_sees_the_same_look(username):
    player = PlayerFactory(username=username)

    assert Player.objects.get(pk=player.pk).username_look == look_of(username)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "https://example.org/ada?x=1#y",
        "https://sub.example.co.uk:8443/~ada",
        "https://xn--bcher-kva.example/",
    ],
)
def test_public_sites_may_be_linked(address):
    assert problem_of_address(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org", "javascript:alert(1)", "//example.org", "example.org", "ftp://example.org", "https://",
        "https://user:secret@example.org", "https://example.org@evil.example.com", "https://localhost",
        "https://printer", "https://nas.local", "https://forge.internal", "https://x.localhost.", "https://127.0.0.1",
        "https://127.1", "https://2130706433", "https://0x7f.1", "https://0177.0.0.1", "https://[::1]/",
        "https://example.org\\@evil.example", "https://exam ple.org", "https://example.org/\n", "https://exa\tmple.org",
        "https://b\u00fccher.example", "https://example.org:port/", "https://example..org", 'https://example.org/"onclick',
        "https://" + "a" * 300 + ".org",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(address):
    assert problem_of_address(address)


@given(st.text(max_size=40))
def test_no_address_makes_the_check_stumble(text):
    assert isinstance(problem_of_address(text) + problem_of_address(f"https://{text}"), str)


@pytest.mark.parametrize(
    ("links", "fine"),
    [
        ({}, True),
        ({"Notes": "https://example.org"}, True),
        ({f"Page {n}": "https://example.org" for n in range(MAX_LINKS)}, True),
        ({f"Page {n}": "https://example.org" for n in range(MAX_LINKS + 1)}, False),
        ({"Notes": "http://example.org"}, False),
        ({" ": "https://example.org"}, False),
        ({"x" * 31: "https://example.org"}, False),
        ({"Notes": None}, False),
        (["https://example.org"], False),
        ("https://example.org", False),
    ],
)
def test_links_are_a_few_names_with_addresses(links, fine):
    assert (problem_of_links(links) == "") == fine


@pytest.mark.parametrize(
    ("born", "fine"),
    [
        (date(2026, 2, 28), True),
        (TODAY, False),
        (date(2027, 1, 1), False),
        (date(1906, 3, 1), True),
        (date(1905, 2, 28), False),
    ],
)
def test_birth_dates_lie_in_the_past_and_in_a_human_life(born, fine):
    assert (problem_of_birth_date(born, TODAY) == "") == fine


@pytest.mark.parametrize(
    ("name", "fine"),
    [
        ("", True),
        ("UTC", True),
        ("Europe/Paris", True),
        ("Mars/Olympus", False),
        ("/etc/passwd", False),
        ("Etc/GMT+5", False),
    ],
)
def test_time_zones_come_from_the_standard_list(name, fine):
    assert is_time_zone(name) == fine


@pytest.mark.parametrize(
    ("stored", "fine"),
    [
        ({}, True),
        ({"text_size": "large"}, True),
        ({"text_size": "huge"}, False),
        ({"colour": "red"}, False),
        ({"text_size": []}, False),
        ([], False),
    ],
)
def test_preferences_of_the_interface_have_values_of_their_own(stored, fine):
    assert (problem_of_choices(stored, INTERFACE) == "") == fine


@pytest.mark.parametrize(
    ("stored", "fine"),
    [
        ({"daily_goal": 20}, True),
        ({"daily_goal": True}, False),
        ({"daily_goal": "20"}, False),
        ({"difficulty": ""}, True),
    ],
)
def test_preferences_of_the_game_have_values_of_their_own(stored, fine):
    assert (problem_of_choices(stored, GAME) == "") == fine


def test_without_a_choice_the_first_value_holds():
    assert (chosen({}, INTERFACE, "text_size"), chosen({"text_size": "huge"}, INTERFACE, "text_size")) == (
        "normal",
        "normal",
    )
    assert chosen({"daily_goal": 0}, GAME, "daily_goal") == 0


@pytest.mark.parametrize(
    ("stored", "fine"),
    [({}, True), ({"room": False}, True), ({"room": 0}, False), ({"rain": True}, False), (None, False)],
)
def test_switches_are_on_or_off(stored, fine):
    assert (problem_of_switches(stored, ["room", "session"]) == "") == fine


@pytest.mark.parametrize(
    ("interests", "fine"),
    [
        ([], True),
        (["comets"], True),
        (["Comets", "comets"], False),
        ([""], False),
        (["x" * 41], False),
        ([str(n) for n in range(13)], False),
        ("comets", False),
        ([1], False),
    ],
)
def test_interests_are_a_few_short_words(interests, fine):
    assert (problem_of_interests(interests) == "") == fine


@pytest.mark.parametrize(
    ("contact", "fine"),
    [
        ({}, True),
        ({"name": "", "relation": "", "phone": ""}, True),
        ({"name": "Anne", "phone": "+44 20 7946 0018"}, True),
        ({"name": "Anne", "phone": ""}, False),
        ({"phone": "12345"}, False),
        ({"name": "Anne", "phone": "call me"}, False),
        ({"name": "Anne", "phone": "12"}, False),
        ({"name": "Anne", "phone": "1234", "salary": "1"}, False),
        ({"name": 1, "phone": "1234"}, False),
        ("Anne", False),
    ],
)
def test_a_contact_is_nobody_or_somebody_who_can_be_called(contact, fine):
    assert (problem_of_contact(contact) == "") == fine


@pytest.mark.parametrize(
    ("needs", "fine"),
    [
        ({}, True),
        ({"time_factor": 1.5, "screen_reader": True, "notes": "Large letters"}, True),
        ({"time_factor": 2}, True),
        ({"time_factor": 10}, False),
        ({"time_factor": True}, False),
        ({"screen_reader": "yes"}, False),
        ({"notes": "x" * 501}, False),
        ({"speed": 1}, False),
        ([], False),
    ],
)
def test_needs_are_of_the_known_kinds(needs, fine):
    assert (problem_of_needs(needs) == "") == fine


@pytest.mark.parametrize(
    ("chosen", "fine"),
    [
        ({}, True),
        ({"age": "friends"}, True),
        ({"age": "all"}, False),
        ({"email": "public"}, False),
        ([], False),
        ({"age": []}, False),
    ],
)
def test_only_some_fields_can_be_opened(chosen, fine):
    assert (problem_of_visibilities(chosen, {"age", "location"}) == "") == fine
