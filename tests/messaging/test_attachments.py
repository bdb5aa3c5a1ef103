import json
import zipfile
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from messaging import kinds
from messaging.actions.attachments import FileNotReady, TooManyFiles
from messaging.actions.deletion import delete_message, forget_deleted_texts
from messaging.actions.edits import edit_message
from messaging.actions.erasure import erase
from messaging.actions.features import NotYet, SwitchedOff
from messaging.actions.messages import MessageEmpty, send
from messaging.actions.reports import about_message
from messaging.actions.uploads import begin_upload
from messaging.database import in_database
from messaging.models import Attachment, Channel, ChannelMember, Message
from messaging.player_data import remains
from messaging.queries import logged_after
from players.actions.exports import write_export
from players.actions.relationships import block
from tests.factories.files import image, uploaded
from tests.factories.messaging import ChannelFactory, ChannelMemberFactory
from tests.messaging.conftest import is_member, is_moderator
from tests.messaging.sockets import Tab
from tests.races import at_once

pytestmark = pytest.mark.django_db
LEVELS = {}

if "levelled" not in kinds.slugs():
    kinds.register(
        kinds.Kind(
            slug="levelled",
            may_read=is_member,
            may_post=is_member,
            may_moderate=is_moderator,
            moderation_level=lambda channel: LEVELS.get(channel.pk, "none"),
        )
    )


@pytest.fixture(autouse=True)
def _folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.UPLOAD_ROOT = tmp_path / "uploads"


def stored():
    return default_storage.listdir("attachments")[1] if default_storage.exists("attachments") else []


def say(player, channel, *files, text="", **more):
    return send(
        channel=channel, player=player, text=text, attachments=[file.uuid for file in files], **more
    ).message


def get(client, player, file, name="messaging:file", **headers):
    client.force_login(player)
    return client.get(reverse(name, args=[file.uuid]), headers=headers)


def test_a_picture_alone_is_a_message(channel, player):
    picture = uploaded(player, channel, name="fire.png", data=image(size=(300, 200)), alt="A fire")

    message = say(player, channel, picture)

    told = logged_after(channel.pk, 0)[0].data["message"]["attachments"]
    assert (message.text, len(told)) == ("", 1)
    assert (told[0]["name"], told[0]["alt"], told[0]["width"], told[0]["height"]) == (
        "fire.webp", "A fire", 300, 200,
    )  # fmt: skip
    assert told[0]["preview_url"] == reverse("messaging:file-preview", args=[picture.uuid])
    assert "file" not in told[0]


def test_a_message_without_a_word_and_without_a_file_is_refused(channel, player):
    with pytest.raises(MessageEmpty):
        say(player, channel)


def test_files_come_in_the_order_in_which_they_were_chosen(channel, player):
    first, second = (uploaded(player, channel, name=f"{n}.txt") for n in "ab")

    message = say(player, channel, second, first, second)

    assert [file["name"] for file in message.files] == ["b.txt", "a.txt"]


def test_only_own_ready_files_of_this_channel_are_sent_and_once(channel, player, other):
    elsewhere = ChannelMemberFactory(player=player, channel=ChannelFactory(kind="test")).channel
    sent = uploaded(player, channel)
    say(player, channel, sent)
    half = begin_upload(player=player, channel=channel, name="a.txt", size=9, now=timezone.now())
    wrong = [uploaded(other, channel), uploaded(player, elsewhere), sent, half]

    for file in wrong:
        with pytest.raises(FileNotReady):
            say(player, channel, file, text="look")

    assert Message.objects.filter(channel=channel).count() == 1
    assert Channel.objects.get(pk=channel.pk).last_seq == 1


def test_a_message_takes_ten_files(channel, player):
    with pytest.raises(TooManyFiles):
        send(channel=channel, player=player, text="", attachments=[uuid4() for _ in range(11)])


def test_sending_again_under_the_same_id_sends_the_files_once(channel, player):
    file, cid = uploaded(player, channel), uuid4()

    first, second = (say(player, channel, file, client_id=cid) for _ in range(2))

    assert first.pk == second.pk


def test_a_word_about_pictures_can_be_taken_out_later_but_not_the_pictures(channel, player):
    message = say(player, channel, uploaded(player, channel, data=image()), text="look")

    edited = edit_message(message=message, player=player, text="", base_rev=0, now=timezone.now())

    assert (edited.text, len(edited.files)) == ("", 1)


@pytest.mark.parametrize(
    ("level", "hours", "role", "refusal"),
    [
        ("light", 0, "member", None),
        ("normal", 23, "member", NotYet),
        ("normal", 25, "member", None),
        ("normal", 0, "moderator", None),
        ("strict", 99, "member", SwitchedOff),
        ("strict", 0, "moderator", None),
    ],
)
def test_the_level_of_the_room_says_who_sends_files(player, level, hours, role, refusal):
    channel = ChannelFactory(kind="levelled")
    LEVELS[channel.pk] = level
    ChannelMemberFactory(channel=channel, player=player, role=role)
    ChannelMember.objects.filter(channel=channel).update(joined_at=timezone.now() - timedelta(hours=hours))

    if refusal is None:
        say(player, channel, uploaded(player, channel))
    else:
        with pytest.raises(refusal):
            uploaded(player, channel)


def test_pictures_are_shown_and_files_are_saved_and_neither_runs_anything(client, channel, player, other):
    picture = uploaded(player, channel, name="fire.png", data=image())
    text = uploaded(player, channel, name="evil.html", data=b"<script>alert(1)</script>")
    say(player, channel, picture, text)

    shown, preview = (
        get(client, other, picture, name) for name in ("messaging:file", "messaging:file-preview")
    )
    saved = get(client, other, text)

    assert (shown["Content-Type"], preview["Content-Type"]) == ("image/webp", "image/webp")
    assert shown["Content-Disposition"] == 'inline; filename="fire.webp"'
    assert saved["Content-Disposition"] == 'attachment; filename="evil.html.txt"'
    assert saved["Content-Type"] == "text/plain; charset=utf-8"
    for answer in (shown, preview, saved):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert get(client, other, text, "messaging:file-preview").status_code == 404


def test_what_the_browser_has_is_sent_again_only_when_the_right_is_gone(client, channel, player, other):
    picture = uploaded(player, channel, data=image())
    say(player, channel, picture)
    etag = get(client, other, picture)["ETag"]
    again = get(client, other, picture, if_none_match=etag)

    ChannelMember.objects.filter(player=other).delete()
    after = get(client, other, picture, if_none_match=etag)

    assert (again.status_code, after.status_code) == (304, 404)


def test_before_it_is_sent_only_the_owner_sees_a_file(client, channel, player, other):
    picture = uploaded(player, channel, data=image())

    assert get(client, player, picture).status_code == 200
    assert get(client, other, picture).status_code == 404


def test_files_of_deleted_and_held_messages_are_for_moderators(client, channel, player, other):
    deleted, held = (uploaded(player, channel, name=f"{n}.txt") for n in "ab")
    delete_message(message=say(player, channel, deleted), player=player, now=timezone.now())
    message = say(player, channel, held)
    Message.objects.filter(pk=message.pk).update(hidden_at=timezone.now())
    answers = [get(client, who, file).status_code for file in (deleted, held) for who in (player, other)]

    ChannelMember.objects.filter(player=other).update(role="moderator")
    moderator = [get(client, other, file).status_code for file in (deleted, held)]

    assert (answers, moderator) == ([404] * 4, [200, 200])
    assert [line.data["message"]["attachments"] for line in logged_after(channel.pk, 0)] == [[], [], []]


def test_who_is_blocked_does_not_get_the_file(client, channel, player, other):
    picture = uploaded(player, channel, data=image())
    say(player, channel, picture)

    block(player=player, other=other)

    assert get(client, other, picture).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_who_is_forgotten_takes_the_files_along(channel, player, other):
    message = say(player, channel, uploaded(player, channel, name="player.png", data=image()), text="look")
    uploaded(player, channel)
    say(other, channel, uploaded(other, channel))

    erase(player.pk)

    assert [file["name"] for file in Message.objects.get(pk=message.pk).files] == []
    assert (Attachment.objects.get().owner, len(stored())) == (other, 1)
    assert remains(player.pk) == []


def test_an_export_holds_the_files_themselves(channel, player, other):
    say(player, channel, uploaded(player, channel, name="notes.md", data=b"# Iron"))
    say(other, channel, uploaded(other, channel))
    target = BytesIO()

    write_export(target, player)

    archive = zipfile.ZipFile(target)
    paths = [name for name in archive.namelist() if "/files/" in name]
    assert [archive.read(path) for path in paths] == [b"# Iron"]
    assert [row["name"] for row in json.loads(archive.read("messages/files.json"))] == ["notes.md"]


@pytest.mark.django_db(transaction=True)
def test_files_of_a_deleted_message_go_after_ninety_days(channel, player):
    message = say(player, channel, uploaded(player, channel, data=image()))
    delete_message(message=message, player=player, now=timezone.now())

    forget_deleted_texts(now=timezone.now() + timedelta(days=89))
    kept = len(stored())
    forget_deleted_texts(now=timezone.now() + timedelta(days=91))

    assert (kept, stored()) == (2, [])


@pytest.mark.django_db(transaction=True)
def test_a_channel_that_goes_takes_the_files_along(channel, player):
    say(player, channel, uploaded(player, channel, data=image()))

    channel.delete()

    assert stored() == []


@pytest.mark.django_db(transaction=True)
def test_two_messages_at_the_same_moment_share_no_file(channel, player):
    file = uploaded(player, channel)

    told = at_once(*[lambda: say(player, channel, file, text="look")] * 2)

    assert (told.count(FileNotReady), Message.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_script_sends_a_large_file_in_pieces_and_goes_on_after_a_break(client, channel, player):
    client.force_login(player)
    address = reverse("messaging:uploads", args=[channel.uuid])
    begun = client.post(address, json.dumps({"name": "a.txt", "size": 10}), "application/json")
    upload = reverse("messaging:upload", args=[begun.json()["uuid"]])

    def patch(offset, piece):
        return client.patch(
            upload, piece, "application/offset+octet-stream", headers={"Upload-Offset": str(offset)}
        )

    patch(0, b"01234")
    lost = patch(0, b"01234")
    where = client.head(upload)
    done = patch(5, b"56789")
    file = Attachment.objects.get()

    assert (begun.status_code, lost.status_code, lost.json()["offset"]) == (201, 409, 5)
    assert (where["Upload-Offset"], where["Upload-Length"]) == ("5", "10")
    assert (done.json()["state"], file.state) == ("ready", "ready")
    assert [each["uuid"] for each in client.get(address).json()["uploads"]] == [str(file.uuid)]
    assert client.delete(upload).status_code == 204
    assert client.get(address).json() == {"uploads": []}


@pytest.mark.parametrize(
    "said", ["", "[]", "{}", '{"name": 1, "size": "x"}', '{"size": true}', '{"size": -1}']
)
def test_nonsense_begins_no_upload(client, channel, player, said):
    client.force_login(player)

    answer = client.post(reverse("messaging:uploads", args=[channel.uuid]), said, "application/json")

    assert (answer.status_code, Attachment.objects.count()) == (409, 0)


def test_pieces_say_where_they_belong_and_are_not_too_large(client, channel, player):
    client.force_login(player)
    file = begin_upload(player=player, channel=channel, name="a", size=5, now=timezone.now())
    address = reverse("messaging:upload", args=[file.uuid])

    nowhere = client.patch(address, b"a", "application/octet-stream")
    huge = client.patch(
        address, b"x" * (1024 * 1024 + 1), "application/octet-stream", headers={"Upload-Offset": "0"}
    )

    assert (nowhere.status_code, huge.status_code) == (400, 413)


def test_strangers_find_no_uploads(client, channel, player, other):
    file = uploaded(player, channel)
    stranger = ChannelMemberFactory(channel=ChannelFactory(kind="test")).player
    answers = []

    for who, name, uuid in (
        (stranger, "uploads", channel.uuid), (other, "upload", file.uuid), (stranger, "upload", file.uuid),
    ):  # fmt: skip
        client.force_login(who)
        answers.append(client.get(reverse(f"messaging:{name}", args=[uuid])).status_code)

    assert answers == [404, 404, 404]


def test_a_picture_is_described_by_its_owner(client, channel, player, other):
    file = uploaded(player, channel, data=image())
    address = reverse("messaging:upload-describe", args=[file.uuid])
    client.force_login(other)
    stranger = client.post(address, {"alt": "Nonsense"})
    client.force_login(player)

    client.post(address, {"alt": " A fire "})

    file.refresh_from_db()
    assert (stranger.status_code, file.alt) == (404, "A fire")


@pytest.mark.django_db(transaction=True)
async def test_files_go_along_by_the_socket(channel, player):
    file = await in_database(uploaded)(player, channel)
    tab = await Tab.of(player, channel)

    said = {"room": str(channel.uuid), "cid": str(uuid4()), "body": "", "attachments": [str(file.uuid)]}
    answer = await tab.ask("send", **said)
    again = await tab.ask("send", **{**said, "cid": str(uuid4())})

    assert [each["name"] for each in answer["message"]["attachments"]] == ["note.txt"]
    assert again["code"] == "file"
    await tab.leave()


def test_a_report_keeps_by_what_a_file_is_known(channel, player):
    file = uploaded(player, channel, name="plan.txt", data=b"Iron")
    message = say(player, channel, file)

    line = about_message(message).snapshot["messages"][0]

    assert line["files"] == [
        {"name": "plan.txt", "content_type": "text/plain", "size": 4, "sha256": file.sha256}
    ]
