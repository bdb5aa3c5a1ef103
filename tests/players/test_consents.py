from dataclasses import replace

import pytest
from django.contrib.messages import get_messages

from players.actions.consents import ConsentOnlyByGuardian, answer_consents, lapse_outdated, withdraw_all
from players.models import ConsentEntry, PlayerPersonalInfo
from players.queries.consents import consents_of, has_consent
from players.rules import consents
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.privacy import minor

pytestmark = pytest.mark.django_db
PAGE = "/settings/data/"
SAVE = "/settings/data/consents/"


@pytest.fixture
def newer_text():
    """A function that puts a later version of a text in force, until the test is over."""
    kept = dict(consents.CONSENTS)

    def publish(kind):
        consents.CONSENTS[kind] = replace(consents.CONSENTS[kind], version="2099-01")

    yield publish
    consents.CONSENTS.update(kept)


def given(player):
    return [consent.text.kind for consent in consents_of(player) if consent.is_given]


def column(player, name):
    return PlayerPersonalInfo.objects.values_list(f"{name}_consent", flat=True).get(player=player)


def test_nobody_has_agreed_to_anything_by_default():
    player = PlayerFactory()

    assert given(player) == []
    assert ConsentEntry.objects.count() == 0


def test_an_answer_is_written_down_with_the_version_of_the_text():
    player = PlayerFactory()

    answer_consents(player=player, answers={"research": True})

    entry = ConsentEntry.objects.get(player=player)
    assert (entry.kind, entry.is_given, entry.text_version) == ("research", True, "2026-01")
    assert column(player, "research")
    assert has_consent(player, "research")


def test_taking_a_consent_back_adds_a_line_and_keeps_the_first():
    player = PlayerFactory()
    answer_consents(player=player, answers={"marketing": True})

    answer_consents(player=player, answers={"marketing": False})

    lines = ConsentEntry.objects.filter(player=player).order_by("pk").values_list("is_given", flat=True)
    assert list(lines) == [True, False]
    assert not column(player, "marketing")
    assert not has_consent(player, "marketing")


def test_the_same_answer_again_is_no_news():
    player = PlayerFactory()
    answer_consents(player=player, answers={"marketing": True, "research": False})

    assert answer_consents(player=player, answers={"marketing": True, "research": False}) == []
    assert ConsentEntry.objects.count() == 2


def test_a_newer_text_has_to_be_answered_again(newer_text):
    player = PlayerFactory()
    answer_consents(player=player, answers={"research": True})

    newer_text("research")

    outdated = [consent.text.kind for consent in consents_of(player) if consent.is_outdated]
    assert (outdated, given(player), has_consent(player, "research")) == (["research"], [], False)


def test_a_consent_for_an_older_text_lapses(newer_text):
    player, other = PlayerFactory(), PlayerFactory()
    for somebody in (player, other):
        answer_consents(player=somebody, answers={"research": True, "marketing": True})
    newer_text("research")
    answer_consents(player=other, answers={"research": True})

    assert lapse_outdated() == 1
    assert [column(player, "research"), column(player, "marketing"), column(other, "research")] == [
        False,
        True,
        True,
    ]


def test_a_minor_can_not_agree_alone():
    player = minor()

    with pytest.raises(ConsentOnlyByGuardian):
        answer_consents(player=player, answers={"research": True})

    assert ConsentEntry.objects.count() == 0


def test_a_minor_can_say_no_alone():
    player = minor()
    answer_consents(player=player, answers={"research": True}, by_guardian=True)

    answer_consents(player=player, answers={"research": False})

    assert not has_consent(player, "research")


def test_everything_can_be_withdrawn_at_once(newer_text):
    player = PlayerFactory()
    answer_consents(player=player, answers={"research": True, "marketing": True})
    newer_text("research")

    withdraw_all(player=player)

    assert given(player) == []
    assert [column(player, "research"), column(player, "marketing")] == [False, False]


def test_the_page_shows_texts_dates_and_versions(signed_in):
    player = PlayerFactory()
    answer_consents(player=player, answers={"research": True})

    page = signed_in(player).get(PAGE).content.decode()

    assert "find out how people learn" in page
    assert "You agreed on" in page
    assert "text 2026-01" in page


def test_the_page_asks_again_after_a_newer_text(signed_in, newer_text):
    player = PlayerFactory()
    answer_consents(player=player, answers={"research": True})
    newer_text("research")

    page = signed_in(player).get(PAGE).content.decode()

    assert "A text has changed since you answered" in page


def test_the_form_saves_what_is_ticked(signed_in):
    player = PlayerFactory()
    client = signed_in(player)

    response = client.post(SAVE, {"research": "on"})

    assert (response.status_code, response.url) == (302, PAGE)
    assert given(player) == ["research"]
    assert [str(message) for message in get_messages(response.wsgi_request)] == ["Your answers are saved."]


def test_the_form_tells_a_minor_who_decides(signed_in):
    response = signed_in(minor()).post(SAVE, {"research": "on"})

    assert "your guardian decides" in str(next(iter(get_messages(response.wsgi_request))))


def test_guests_have_nothing_to_consent_to(signed_in):
    assert signed_in(GuestFactory()).post(SAVE, {"research": "on"}).status_code == 403
