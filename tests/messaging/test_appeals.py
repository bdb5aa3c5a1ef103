from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.actions.appeals import AppealRefused, Verdict, appeal, decide_appeal
from messaging.actions.sanctions import Measure, sanction
from messaging.models import Appeal, Message, Sanction
from messaging.queries.moderation import in_force
from players.models import AuditEntry
from players.queries.bans import ban_of
from tests.factories.moderation import CaseFactory, SanctionFactory
from tests.factories.players import GameMasterFactory, PlayerFactory


def now():
    return timezone.now()


def appealed(**fields):
    row = SanctionFactory(**fields)
    return appeal(sanction=row, by=row.target, text="It was a joke.", now=now())


def test_an_appeal_is_made_once(db):
    row = SanctionFactory()

    made = appeal(sanction=row, by=row.target, text="It was a joke.", now=now())
    with pytest.raises(AppealRefused):
        appeal(sanction=row, by=row.target, text="Really.", now=now())

    assert (made.state, Appeal.objects.count()) == ("open", 1)


@pytest.mark.parametrize(("days", "is_taken"), [(13, True), (15, False)])
def test_an_appeal_has_14_days(db, days, is_taken):
    row = SanctionFactory(starts_at=now() - timedelta(days=days), ends_at=None)

    if is_taken:
        appeal(sanction=row, by=row.target, text="It was a joke.", now=now())
    else:
        with pytest.raises(AppealRefused):
            appeal(sanction=row, by=row.target, text="It was a joke.", now=now())

    assert Appeal.objects.exists() is is_taken


def test_only_the_target_appeals(db):
    with pytest.raises(AppealRefused):
        appeal(sanction=SanctionFactory(), by=PlayerFactory(), text="Unfair", now=now())


def test_who_took_the_measure_does_not_decide(db):
    issuer = GameMasterFactory()
    waiting = appealed(issued_by=issuer)

    with pytest.raises(AppealRefused):
        decide_appeal(appeal=waiting, by=issuer, verdict=Verdict("upheld", "No."), now=now())

    assert Appeal.objects.get().state == "open"


def test_lifting_ends_the_measure_and_gives_back_what_was_hidden(channel, player):
    message = Message.objects.create(channel=channel, player=player, seq=1, text="hi", hidden_at=now())
    channel.__class__.objects.filter(pk=channel.pk).update(last_seq=1)
    case = CaseFactory(subject_type="message", target=player, message=message, channel=channel)
    waiting = appealed(target=player, case=case)

    is_first = decide_appeal(
        appeal=waiting, by=GameMasterFactory(), verdict=Verdict("lifted", "You are right."), now=now()
    )

    assert is_first
    assert in_force(player, channel, now()) == []
    assert Message.objects.get(pk=message.pk).hidden_at is None
    assert AuditEntry.objects.filter(verb="appeal.lifted").count() == 1


def test_a_reduced_measure_ends_sooner_never_later(db):
    waiting, judge = appealed(), GameMasterFactory()
    later, sooner = now() + timedelta(hours=9), now() + timedelta(minutes=5)

    with pytest.raises(AppealRefused):
        decide_appeal(appeal=waiting, by=judge, verdict=Verdict("reduced", "So be it.", later), now=now())
    decide_appeal(appeal=waiting, by=judge, verdict=Verdict("reduced", "So be it.", sooner), now=now())

    assert Sanction.objects.get().ends_at == sooner


def test_a_ban_from_the_site_is_shortened_with_its_measure(db):
    player, sooner = PlayerFactory(), now() + timedelta(hours=1)
    text = {"reason_code": "spam", "text": "No advertising."}
    row = sanction(
        target=player,
        by=GameMasterFactory(),
        measure=Measure("ban", ends_at=now() + timedelta(days=7), **text),
    )
    waiting = appeal(sanction=row, by=player, text="Sorry.", now=now())

    decide_appeal(
        appeal=waiting, by=GameMasterFactory(), verdict=Verdict("reduced", "An hour.", sooner), now=now()
    )

    assert ban_of(player.pk, now()).ends_at == sooner


def test_a_decision_is_made_once_and_told(db):
    waiting, judge = appealed(), GameMasterFactory()

    results = [
        decide_appeal(appeal=waiting, by=judge, verdict=Verdict("upheld", "The rule is clear."), now=now())
        for _ in range(2)
    ]

    assert results == [True, False]
    assert waiting.sanction.target.notifications.get().message == "The rule is clear."


def test_the_page_says_what_why_until_when_and_how_to_appeal(client, db):
    row = SanctionFactory()
    client.force_login(row.target)

    page = client.get(reverse("messaging:measures")).content.decode()

    assert "Please read the rules." in page
    assert "In force" in page
    assert reverse("messaging:appeal", args=[row.uuid]) in page


def test_the_page_is_empty_for_everybody_else(client, db):
    SanctionFactory()
    client.force_login(PlayerFactory())

    assert (
        "No measure was ever taken against you." in client.get(reverse("messaging:measures")).content.decode()
    )


def test_the_page_costs_the_same_for_one_and_three(client, db, django_assert_max_num_queries):
    player = PlayerFactory()
    client.force_login(player)
    SanctionFactory(target=player)
    client.get(reverse("messaging:measures"))
    with django_assert_max_num_queries(40) as one:
        client.get(reverse("messaging:measures"))
    SanctionFactory.create_batch(2, target=player)

    with django_assert_max_num_queries(len(one)):
        page = client.get(reverse("messaging:measures"))

    assert len(page.context["measures"]) == 3


def test_an_appeal_goes_through_the_form(client, db):
    row = SanctionFactory()
    client.force_login(row.target)
    address = reverse("messaging:appeal", args=[row.uuid])

    empty, sent, again = (
        client.post(address, {}),
        client.post(address, {"text": "A joke."}),
        client.post(address, {"text": "A joke."}),
    )

    assert [empty.status_code, sent.status_code, again.status_code] == [422, 302, 422]
    assert row.appeal.text == "A joke."


def test_nobody_appeals_for_others(client, db):
    client.force_login(PlayerFactory())

    answer = client.post(reverse("messaging:appeal", args=[SanctionFactory().uuid]), {"text": "A joke."})

    assert answer.status_code == 404


def test_staff_decide_in_the_console(client, db):
    waiting = appealed()
    client.force_login(GameMasterFactory())
    address = reverse("admin:messaging_appeal_change", args=[waiting.pk])

    shown = client.get(address)
    client.post(address, {"verdict": "lifted", "answer": "You are right.", "new_end_0": "", "new_end_1": ""})

    assert "It was a joke." in shown.content.decode()
    assert Appeal.objects.get().state == "lifted"
    assert Sanction.objects.get().revoked_at is not None
