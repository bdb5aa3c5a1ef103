"""Announcements as staff write them: in the console and by the command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from messaging.actions.announcements import acknowledge
from messaging.models import Announcement
from padawanforge.kit.work import WorkState
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory
from tests.messaging.announced import HOUR, NOW, heard


def form_data(**fields):
    starts = timezone.localtime(NOW - HOUR)
    return {
        "title": "From the console", "text": "", "type": "info", "priority": "normal", "audience": "players",
        "role": "", "channel": "", "starts_at_0": starts.strftime("%Y-%m-%d"),
        "starts_at_1": starts.strftime("%H:%M:%S"), "ends_at_0": "", "ends_at_1": "", "recurrence": "",
        "shows_banner": "on", "sends_notification": "on", "is_dismissible": "on", **fields,
    }  # fmt: skip


def test_staff_write_announcements_in_the_console(client, ada, told, django_capture_on_commit_callbacks):
    admin = SystemAdminFactory()
    client.force_login(admin)

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("admin:messaging_announcement_add"), form_data())

    told()
    row = Announcement.objects.get()
    assert (answer.status_code, row.created_by, row.state) == (302, admin, WorkState.DONE)
    assert heard(ada) == ["From the console"]


def test_the_console_says_what_is_missing(client, db):
    client.force_login(SystemAdminFactory())

    answer = client.post(reverse("admin:messaging_announcement_add"), form_data(audience="role"))

    assert "Choose whose role it is for." in answer.content.decode()


def test_staff_see_who_has_read_it(client, ada, announce):
    announcement = announce(needs_acknowledgement=True)
    acknowledge(announcement=announcement, player=ada, now=timezone.now())
    client.force_login(SystemAdminFactory())

    receipts = client.get(
        reverse("admin:messaging_announcementreceipt_changelist"),
        {"announcement__id__exact": announcement.pk},
    )

    listed = client.get(reverse("admin:messaging_announcement_changelist"))
    assert "ada" in receipts.content.decode()
    assert f"announcement__id__exact={announcement.pk}" in listed.content.decode()


@pytest.mark.parametrize(("factory", "status"), [(PlayerFactory, 302), (GameMasterFactory, 403)])
def test_others_write_none(client, db, factory, status):
    client.force_login(factory())

    assert client.get(reverse("admin:messaging_announcement_add")).status_code == status


def test_the_command_announces_and_takes_back(ada, told):
    out = StringIO()
    call_command("announce", "Maintenance tonight", "--type", "maintenance", "--hours", "2", stdout=out)
    told()
    before = heard(ada)

    call_command("announce", out.getvalue().strip(), "--withdraw", stdout=out)

    row = Announcement.objects.get()
    assert (before, row.type, row.ends_at - row.starts_at) == (
        ["Maintenance tonight"],
        "maintenance",
        2 * HOUR,
    )
    assert heard(ada) == []


@pytest.mark.parametrize(
    "arguments",
    [["x", "--audience", "role"], ["x", "--at", "soon"], ["nothing", "--withdraw"], ["x", "--channel", "7"]],
)
def test_the_command_refuses_in_a_sentence(db, arguments):
    with pytest.raises(CommandError):
        call_command("announce", *arguments, stdout=StringIO())
    assert Announcement.objects.count() == 0
