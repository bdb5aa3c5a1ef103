"""A birth date is given once; a young one turns the safe settings on."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from players.actions.settings import save_personal_info
from players.models import PlayerPersonalInfo, PlayerPreferences, PlayerProfile
from tests.factories.players import PlayerFactory
from tests.factories.segments import change
from tests.players.settings_pages import PERSONAL, PREFERENCES, PRIVACY, errors, save

pytestmark = pytest.mark.django_db


def test_a_birth_date_is_given_once(signed_in):
    player = PlayerFactory()
    client = signed_in(player)
    save(client, PERSONAL)

    save(client, PERSONAL, date_of_birth="2001-01-01")

    assert PlayerPersonalInfo.objects.get(player=player).date_of_birth == date(1980, 12, 10)
    assert "Write to the staff" in client.get(PERSONAL).content.decode()


def test_no_way_round_the_page_changes_it():
    player = change(PlayerFactory(), date_of_birth=date(2015, 1, 1))
    info = PlayerPersonalInfo.objects.get(player=player)
    info.date_of_birth = None

    with pytest.raises(ValidationError, match="changed by the staff"):
        save_personal_info(info=info)


def test_a_young_birth_date_turns_the_safe_settings_on(signed_in, time_machine):
    time_machine.move_to(datetime(2026, 5, 1, tzinfo=UTC))
    player = PlayerFactory()

    save(signed_in(player), PERSONAL, date_of_birth="2015-01-01")

    assert PlayerProfile.objects.get(player=player).profile_visibility == "private"
    assert PlayerPreferences.objects.get(player=player).privacy_level == "maximum"


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        (PRIVACY, {"profile_visibility": "public"}),
        (PRIVACY, {"privacy_level": "normal"}),
        (PREFERENCES, {"wants_boards": "on"}),
    ],
)
def test_the_young_can_not_open_themselves_and_read_why(signed_in, page, wrong):
    player = change(
        PlayerFactory(), date_of_birth=date(2020, 1, 1), profile_visibility="private", privacy_level="maximum"
    )
    safe = {"privacy_level": "maximum"} if page == PRIVACY else {}

    response = save(signed_in(player), page, **{**safe, **wrong})

    assert response.status_code == 422
    assert list(errors(response)) == list(wrong)
    assert "At your age" in errors(response)[next(iter(wrong))]
