from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.actions.reports import (
    CaseRefused,
    ReportRefused,
    about_message,
    about_player,
    decide,
    hide_by,
    report,
)
from messaging.models import Case, ChannelEvent, ChannelMember, Message, Report
from messaging.queries.moderation import open_cases
from players.models import AuditEntry, Player
from rooms.actions.rooms import enter_room
from tests.factories.moderation import CaseFactory
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory
from tests.factories.rooms import RoomFactory
from tests.races import at_once


@pytest.fixture
def room(db):
    return RoomFactory()


def entered(room, **more):
    player = PlayerFactory(**more)
    enter_room(room=room, player=player)
    # Not new any more: reports of the first day weigh half.
    Player.objects.filter(pk=player.pk).update(created_at=timezone.now() - timedelta(days=30))
    player.refresh_from_db()
    return player


def said(room, text="You are all bad", player=None):
    return post_message(channel=room.channel, player=player or entered(room), text=text).message


def tell(message, by, category="insult"):
    return report(subject=about_message(message), by=by, category=category, text="", now=timezone.now())


def teenager_in(room):
    player = entered(room)
    player.personal_info.date_of_birth = timezone.localdate() - timedelta(days=366 * 15)
    player.personal_info.save()


def test_the_snapshot_outlives_the_message_and_has_what_stood_around_it(room):
    author = entered(room)
    for number in range(9):
        said(room, f"line {number}", player=author)
    message = said(room, "the one", player=entered(room))
    said(room, "after", player=entered(room))

    tell(message, entered(room))
    Message.objects.filter(pk=message.pk).update(text="")

    lines = Case.objects.get().snapshot["messages"]
    assert [line["text"] for line in lines] == [*(f"line {n}" for n in range(9)), "the one", "after"]
    assert [line["text"] for line in lines if line["is_subject"]] == ["the one"]


def test_reports_about_one_thing_are_one_case_and_nobody_counts_twice(room):
    message, reader = said(room), entered(room)

    tell(message, reader)
    tell(message, entered(room))
    with pytest.raises(ReportRefused):
        tell(message, reader)

    case = Case.objects.get()
    assert (case.report_count, case.weight, case.target) == (2, 2.0, message.player)


def test_nobody_reports_himself(room):
    message = said(room)

    with pytest.raises(ReportRefused):
        tell(message, message.player)

    assert not Case.objects.exists()


def test_a_reporter_who_tells_very_often_has_to_wait(room):
    reader = entered(room)
    case = CaseFactory()
    for _ in range(20):
        Report.objects.create(case=CaseFactory(), reporter=reader, category="spam")

    with pytest.raises(ReportRefused):
        report(subject=about_player(case.target), by=reader, category="spam", text="", now=timezone.now())


def test_enough_reports_hide_a_message_among_minors(room):
    message = said(room)
    teenager_in(room)
    for _ in range(2):
        tell(message, entered(room))
    assert Message.objects.get(pk=message.pk).hidden_at is None

    tell(message, entered(room))

    hidden = Message.objects.get(pk=message.pk)
    event = ChannelEvent.objects.order_by("seq").last()
    assert hidden.hidden_at is not None
    assert "bad" not in hidden.html
    assert (event.type, event.message) == ("message.edited", hidden)


def test_a_dismissed_case_gives_the_message_back_and_tells_in_neutral_words(room):
    message, reader, staff = said(room), entered(room), GameMasterFactory()
    tell(message, reader)
    case = Case.objects.get()
    hide_by(case=case, by=staff, now=timezone.now())

    first = decide(case=case, by=staff, is_upheld=False, now=timezone.now())
    second = decide(case=case, by=staff, is_upheld=True, now=timezone.now())

    assert (first, second) == (True, False)
    assert Message.objects.get(pk=message.pk).hidden_at is None
    assert reader.notifications.get().message == "It was found to be within the rules. Thank you for telling."


def test_an_upheld_case_hides_the_message_and_is_in_the_log(room):
    message, staff = said(room), GameMasterFactory()
    tell(message, entered(room))
    case = Case.objects.get()

    decide(case=case, by=staff, is_upheld=True, now=timezone.now(), outcome="Insult")

    hidden = Message.objects.get(pk=message.pk)
    assert hidden.hidden_at is not None
    # What was decided about no longer only waits.
    assert "or broke the rules" in hidden.html
    entry = AuditEntry.objects.get(verb="case.upheld")
    assert (entry.actor_uuid, entry.object_id, entry.reason) == (staff.uuid, str(case.pk), "Insult")


def test_nobody_decides_about_himself(room):
    staff = GameMasterFactory()
    case = CaseFactory(target=staff)

    with pytest.raises(CaseRefused):
        decide(case=case, by=staff, is_upheld=False, now=timezone.now())


def test_reports_on_moderators_are_for_system_admins(room):
    moderator = entered(room)
    ChannelMember.objects.filter(player=moderator).update(role="moderator")

    tell(said(room, player=moderator), entered(room))

    assert list(open_cases(with_confidential=False)) == []
    assert open_cases(with_confidential=True).get().target == moderator


def test_danger_comes_first_and_alarms_those_who_answer(room):
    admin = SystemAdminFactory()
    CaseFactory(weight=9)

    tell(said(room), entered(room), category="self_harm")

    assert [case.is_urgent for case in open_cases(with_confidential=True)] == [True, False]
    assert admin.notifications.get().priority == "urgent"


def test_a_message_is_reported_in_two_clicks(client, room):
    message, reader = said(room), entered(room)
    client.force_login(reader)
    address = reverse("messaging:report-message", args=[message.uuid])

    shown = client.get(address)
    sent = client.post(address, {"category": "insult"})

    assert "You are all bad" in shown.content.decode()
    assert sent.url == room.get_absolute_url()
    assert Report.objects.get().reporter == reader


def test_a_report_without_a_reason_is_asked_again(client, room):
    client.force_login(entered(room))

    answer = client.post(reverse("messaging:report-message", args=[said(room).uuid]), {})

    assert answer.status_code == 422
    assert not Report.objects.exists()


def test_who_may_not_read_a_message_learns_nothing_of_it(client, room):
    client.force_login(PlayerFactory())

    answers = [
        client.get(reverse("messaging:report-message", args=[said(room).uuid])),
        client.get(reverse("messaging:report-room", args=[room.channel.uuid])),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_profiles_and_rooms_are_reported_too(client, room):
    reader, other = entered(room), PlayerFactory()
    client.force_login(reader)

    client.post(reverse("messaging:report-player", args=[other.username]), {"category": "spam"})
    client.post(reverse("messaging:report-room", args=[room.channel.uuid]), {"category": "other"})

    assert set(Case.objects.values_list("subject_type", "subject_id")) == {
        ("player", other.uuid), ("room", room.channel.uuid),
    }  # fmt: skip


def test_the_queue_is_for_staff_and_costs_the_same_for_one_and_three(
    client, room, django_assert_max_num_queries
):
    staff = GameMasterFactory()
    client.force_login(staff)
    reader = entered(room)
    tell(said(room), reader)
    address = reverse("admin:messaging_case_queue")
    client.get(address)
    with django_assert_max_num_queries(60) as one:
        client.get(address)
    for _ in range(2):
        tell(said(room), reader)

    with django_assert_max_num_queries(len(one)):
        page = client.get(address)

    assert page.content.decode().count("data-case") == 3


def test_staff_decide_with_one_click_and_go_on_to_the_measure(client, room):
    client.force_login(GameMasterFactory())
    tell(said(room), entered(room))
    case = Case.objects.get()

    answer = client.post(reverse("admin:messaging_case_decide", args=[case.pk]), {"verdict": "uphold"})
    form = client.get(answer.url)

    assert answer.url.startswith(reverse("admin:messaging_sanction_add"))
    assert form.context["adminform"].form.initial["kind"] == "warning"
    assert Case.objects.get().state == "upheld"


def test_looking_at_the_evidence_is_written_down(client, room):
    staff = GameMasterFactory()
    client.force_login(staff)
    tell(said(room), entered(room))
    case = Case.objects.get()

    page = client.get(reverse("admin:messaging_case_evidence", args=[case.pk]))

    assert "You are all bad" in page.content.decode()
    assert AuditEntry.objects.get(verb="case.viewed").actor_uuid == staff.uuid


def test_players_do_not_get_into_the_queue(client, room):
    tell(said(room), entered(room))
    case = Case.objects.get()
    client.force_login(PlayerFactory(is_staff=True))

    answers = [
        client.get(reverse("admin:messaging_case_queue")),
        client.get(reverse("admin:messaging_case_evidence", args=[case.pk])),
        client.post(reverse("admin:messaging_case_decide", args=[case.pk]), {"verdict": "uphold"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_a_measure_is_taken_in_the_console(client, room):
    client.force_login(GameMasterFactory())
    player = entered(room)
    form = {
        "target": player.pk, "channel": room.channel.pk, "kind": "mute", "term": "30m", "reason_code": "spam",
        "text_to_target": "No advertising here.", "note_internal": "",
    }  # fmt: skip

    client.post(reverse("admin:messaging_sanction_add"), form)

    row = player.sanctions.get()
    assert (row.kind, row.scope, row.ends_at - row.starts_at > timedelta(minutes=29)) == (
        "mute",
        "room",
        True,
    )


def test_the_box_says_which_rule_fires(client, db):
    client.force_login(GameMasterFactory())

    page = client.post(reverse("admin:messaging_words_try"), {"text": "sh1t https://example.com"})

    assert [row[0] for row in page.context["findings"]] == ["mild word", "link"]


@pytest.mark.django_db(transaction=True)
def test_people_who_report_the_same_in_one_moment_share_a_case():
    room = RoomFactory()
    message = said(room)
    readers = [entered(room) for _ in range(5)]

    at_once(*(partial(tell, message, reader) for reader in readers))

    case = Case.objects.get()
    assert (case.report_count, case.weight, case.reports.count()) == (5, 5.0, 5)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_first():
    case = CaseFactory()
    verdict = partial(decide, case=case, now=timezone.now())

    results = at_once(
        partial(verdict, by=GameMasterFactory(), is_upheld=True),
        partial(verdict, by=GameMasterFactory(), is_upheld=False),
    )

    assert sorted(results) == [False, True]
    assert AuditEntry.objects.filter(verb__startswith="case.").count() == 1
