from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from messaging.actions import uploads
from messaging.actions.features import SwitchedOff
from messaging.actions.uploads import FileRefused, FileTooLarge, QuotaReached
from messaging.models import Attachment
from messaging.refusals import MayNotPost
from messaging.rules.attachments import MAX_UNSENT, clean_name, name_as
from messaging.tasks import check_forgotten, sweep_uploads
from padawanforge.kit import partials
from tests.factories.files import PDF, image, uploaded
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.players import GuestFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db
State = Attachment.State


@pytest.fixture(autouse=True)
def _folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.UPLOAD_ROOT = tmp_path / "uploads"


def begin(player, channel, *, size=10, name="note.txt"):
    return uploads.begin_upload(player=player, channel=channel, name=name, size=size, now=timezone.now())


def put(attachment, offset, piece):
    return uploads.receive_piece(attachment=attachment, offset=offset, piece=piece, now=timezone.now())


def read(attachment):
    with default_storage.open(attachment.file) as file:
        return file.read()


def stored():
    return default_storage.listdir("attachments")[1] if default_storage.exists("attachments") else []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_pictures_are_drawn_anew_whole_with_a_preview(channel, player, kind):
    found = uploaded(player, channel, name="fire.jpeg", data=image(kind, size=(900, 300)))

    assert (found.state, found.kind, found.name) == (State.READY, "image", "fire.webp")
    assert (found.content_type, found.width, found.height) == ("image/webp", 900, 300)
    assert read(found)[8:12] == b"WEBP"
    assert len(stored()) == 2


def test_what_hides_in_a_picture_stays_behind(channel, player):
    data = image("PNG") + b"<script>alert(1)</script>"

    found = uploaded(player, channel, name="x.png", data=data)

    assert b"script" not in read(found)


@pytest.mark.parametrize(
    ("name", "data", "content_type", "kept_as"),
    [
        ("paper.pdf", PDF, "application/pdf", "paper.pdf"),
        ("paper.txt", PDF, "application/pdf", "paper.txt.pdf"),
        ("list.csv", "a;b\nü;2\n".encode(), "text/plain", "list.csv"),
        ("notes.md", b"# Iron", "text/plain", "notes.md"),
        ("evil.html", b"<script>alert(1)</script>", "text/plain", "evil.html.txt"),
        ("../../etc/passwd", b"root", "text/plain", "passwd.txt"),
    ],
)
def test_files_are_known_by_their_content(channel, player, name, data, content_type, kept_as):
    found = uploaded(player, channel, name=name, data=data)

    assert (found.kind, found.content_type, found.name) == ("file", content_type, kept_as)


@pytest.mark.parametrize("data", [b"MZ\x90\x00", b"PK\x03\x04\x00", b"\xff\xfe\x00", b"  \n", image()[:60]])
def test_everything_else_is_refused_and_leaves_nothing(channel, player, data):
    with pytest.raises(FileRefused):
        uploaded(player, channel, name="note.txt", data=data)

    assert [row.state for row in Attachment.objects.all()] == [State.REFUSED]
    assert stored() == []


def test_the_scanner_has_its_say(channel, player, settings):
    settings.UPLOAD_SCANNER = "tests.messaging.scanner.complain"

    with pytest.raises(FileRefused, match="it bites"):
        uploaded(player, channel, data=b"a virus")
    uploaded(player, channel, data=b"a harmless text")


@pytest.mark.django_db(transaction=True)
def test_a_file_comes_in_pieces_and_is_looked_at_when_it_is_whole(channel, player):
    attachment = begin(player, channel, size=10)

    put(attachment, 0, b"01234")
    with pytest.raises(partials.WrongOffset) as refusal:
        put(attachment, 0, b"01234")
    put(attachment, 5, b"56789")

    attachment.refresh_from_db()
    assert refusal.value.told == {"offset": 5}
    assert attachment.state == State.READY
    assert read(attachment) == b"0123456789"
    assert partials.whole(attachment.uuid.hex) is None


def test_a_piece_whose_note_was_lost_is_written_again(channel, player):
    attachment = begin(player, channel, size=6)
    partials.write_at(attachment.uuid.hex, 0, b"abcd, and more that a dead process wrote")

    put(attachment, 0, b"abc")
    put(attachment, 3, b"def")
    uploads.check_upload(pk=attachment.pk)

    attachment.refresh_from_db()
    assert read(attachment) == b"abcdef"


def test_more_bytes_than_announced_are_refused(channel, player):
    with pytest.raises(FileTooLarge):
        put(begin(player, channel, size=3), 0, b"abcd")


def test_a_file_whose_pieces_are_lost_is_refused(channel, player):
    attachment = begin(player, channel, size=3)
    put(attachment, 0, b"abc")
    partials.forget(attachment.uuid.hex)

    uploads.check_upload(pk=attachment.pk)

    attachment.refresh_from_db()
    assert (attachment.state, "lost" in attachment.problem) == (State.REFUSED, True)


@pytest.mark.parametrize("size", [0, 21 * 1024 * 1024])
def test_empty_and_too_large_files_are_refused_before_they_are_sent(channel, player, size):
    with pytest.raises((FileRefused, FileTooLarge)):
        begin(player, channel, size=size)


def test_a_day_has_its_quota_even_for_what_was_removed(channel, player, settings):
    settings.ATTACHMENTS_DAY_BYTES = 100
    uploads.remove_upload(attachment=begin(player, channel, size=60))

    with pytest.raises(QuotaReached):
        begin(player, channel, size=41)
    begin(player, channel, size=40)


def test_a_player_has_a_quota_in_all_that_removing_gives_back(channel, player, settings):
    settings.ATTACHMENTS_TOTAL_BYTES = 100
    first = begin(player, channel, size=60)

    with pytest.raises(QuotaReached):
        begin(player, channel, size=41)
    uploads.remove_upload(attachment=first)
    begin(player, channel, size=41)


def test_only_so_many_files_wait_to_be_sent(channel, player):
    for _ in range(MAX_UNSENT):
        begin(player, channel, size=1)

    with pytest.raises(QuotaReached):
        begin(player, channel, size=1)


def test_only_members_with_an_account_upload(channel, player):
    guest = ChannelMemberFactory(channel=channel, player=GuestFactory()).player
    channel.members.filter(player=player).delete()

    with pytest.raises(MayNotPost):
        begin(player, channel)
    with pytest.raises(SwitchedOff):
        begin(guest, channel)


@pytest.mark.django_db(transaction=True)
def test_what_was_removed_leaves_no_file(channel, player):
    attachment = uploaded(player, channel, data=image())

    assert uploads.remove_upload(attachment=attachment)

    assert stored() == []


@pytest.mark.django_db(transaction=True)
def test_what_is_never_sent_goes_after_a_day_with_its_files(channel, player):
    uploaded(player, channel, data=image())
    half = begin(player, channel, size=10)
    put(half, 0, b"abc")
    Attachment.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    sweep_uploads()
    before = Attachment.objects.count()

    Attachment.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    sweep_uploads()

    assert (before, Attachment.objects.count(), stored()) == (2, 0, [])
    assert partials.whole(half.uuid.hex) is None


def test_a_check_that_a_restart_has_lost_is_done_again(channel, player, django_capture_on_commit_callbacks):
    attachment = begin(player, channel, size=3)
    put(attachment, 0, b"abc")
    with django_capture_on_commit_callbacks(execute=True):
        check_forgotten()
    early = Attachment.objects.get().state
    Attachment.objects.update(expires_at=timezone.now() + uploads.KEPT_UNSENT - timedelta(minutes=6))

    with django_capture_on_commit_callbacks(execute=True):
        check_forgotten()

    assert (early, Attachment.objects.get().state) == (State.CHECKING, State.READY)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_cannot_both_take_the_last_of_the_quota(channel, player, settings):
    settings.ATTACHMENTS_TOTAL_BYTES = 100

    told = at_once(*[lambda: begin(player, channel, size=60)] * 2)

    assert (told.count(QuotaReached), Attachment.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_cannot_both_send_the_same_piece(channel, player):
    attachment = begin(player, channel, size=10)

    told = at_once(*[lambda: put(attachment, 0, b"01234")] * 2)

    assert (told.count(partials.WrongOffset), Attachment.objects.get().received) == (1, 5)


@pytest.mark.parametrize(
    ("said", "clean"),
    [
        ("a\u202egnp.exe", "agnp.exe"),
        ("C:\\secret\\plan.txt", "plan.txt"),
        ("..", "file"),
        ("", "file"),
        ("x" * 200 + ".txt", "x" * 116 + ".txt"),
        ('a"b<c>.txt', "a_b_c_.txt"),
    ],
)
def test_names_are_cleaned(said, clean):
    assert clean_name(said) == clean


def test_a_name_without_an_ending_gets_one():
    assert [name_as("iron", kind) for kind in ("text/plain", "image/webp")] == ["iron.txt", "iron.webp"]
