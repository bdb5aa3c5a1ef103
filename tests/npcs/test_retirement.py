"""The end of a character, from its last word to the last file, and back again."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from learning.models import Statement
from messaging.models import Message
from npcs.actions.characters import activate
from npcs.actions.retirement import UNDO_DAYS, CharacterGone, bring_back, delete, purge, purge_due, retire
from npcs.actions.revisions import take_revision
from npcs.models import Interaction, KnowledgeFile, KnowledgeItem, Npc, NpcCategory
from npcs.queries.retirement import ties_of
from npcs.signals import character_retired
from npcs.ties import Tie, register
from padawanforge.kit.uploads import keep_picture
from padawanforge.kit.work import WorkState
from players.models import AuditEntry
from rooms.actions.places import add_npc
from rooms.actions.talk import say_in_private
from rooms.actions.talks import open_talk
from rooms.models import Reply, RoomNpc, Talk
from rooms.queries.rooms import speaking_npcs
from tests.factories.files import image
from tests.factories.learning import StatementFactory
from tests.factories.npcs import (
    InteractionFactory,
    KnowledgeFileFactory,
    KnowledgeItemFactory,
    NpcConfigurationFactory,
    NpcFactory,
)
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(days=UNDO_DAYS, minutes=1)


@pytest.fixture
def busy():
    """A character that has been used everywhere."""
    npc = NpcConfigurationFactory(npc__name="Halley", npc__slug="halley", npc__greeting="Good evening!").npc
    KnowledgeItemFactory.create_batch(3, file=KnowledgeFileFactory(npc=npc))
    KnowledgeFileFactory(npc=npc, state=WorkState.FAILED)
    InteractionFactory(npc=npc)
    StatementFactory(npc=npc)
    room = RoomFactory()
    add_npc(room=room, npc=npc, player=None)
    open_talk(player=PlayerFactory(), npc=npc)
    take_revision(npc=npc)
    return npc


def stored() -> list[str]:
    return sorted(str(path) for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def test_what_hangs_on_a_character_is_counted(busy):
    counted = {tie.label: (tie.count, tie.fate) for tie in ties_of(busy)}

    assert counted["knowledge files"] == (2, "goes")
    assert counted["knowledge items"] == (3, "goes")
    assert counted["place in a room"] == (1, "goes")
    assert counted["private talk"] == (1, "stays")
    assert counted["message that it wrote"] == (1, "stays")
    assert counted["statement"] == (1, "unlinked")


def test_a_character_without_anything_has_no_ties():
    assert ties_of(NpcFactory()) == []


def test_a_retired_character_is_gone_from_directory_and_rooms_at_once(busy, client):
    channel = RoomNpc.objects.get().room.channel
    client.force_login(PlayerFactory())

    assert retire(npc=busy, player=None, now=NOW)

    assert speaking_npcs(channel) == []
    assert "Halley" not in client.get(reverse("npcs:list")).content.decode()
    assert client.get(reverse("rooms:talk", args=[NpcFactory().slug])).status_code == 200


def test_history_names_it_as_retired(busy, client):
    player = Talk.objects.get().player
    message = Message.objects.get(npc=busy)
    retire(npc=busy, player=None, now=NOW)
    client.force_login(player)

    page = client.get(reverse("messaging:message", args=[message.uuid])).content.decode()

    assert "Halley (retired)" in page


def test_retiring_keeps_everything_and_comes_undone(busy):
    retire(npc=busy, player=None, now=NOW)
    purge_due(now=LATER)

    assert bring_back(npc=busy, player=None)

    npc = Npc.objects.get()
    assert (npc.is_active, npc.retired_at, npc.shown_name) == (True, None, "Halley")
    assert KnowledgeItem.objects.count() == 3


def test_who_rested_before_rests_again_after_the_undo():
    npc = NpcFactory(is_active=False)
    delete(npc=npc, player=None, now=NOW)

    bring_back(npc=npc, player=None)

    assert not Npc.objects.get().is_active


def test_nobody_wakes_a_retired_character_by_the_way():
    npc = NpcFactory()
    retire(npc=npc, player=None, now=NOW)

    assert not activate(npc=npc)
    assert not Npc.objects.get().is_active


def test_before_the_seventh_day_is_over_nothing_is_purged(busy):
    before = stored()
    delete(npc=busy, player=None, now=NOW)

    assert purge_due(now=NOW + timedelta(days=UNDO_DAYS, seconds=-1)) == 0
    assert stored() == before
    assert bring_back(npc=busy, player=None)
    assert Npc.objects.get().is_active
    assert (KnowledgeFile.objects.count(), KnowledgeItem.objects.count(), RoomNpc.objects.count()) == (
        2,
        3,
        1,
    )


def test_after_the_seventh_day_rows_and_files_are_gone_and_the_name_stays(
    busy, django_capture_on_commit_callbacks
):
    files = {file.file.path for file in KnowledgeFile.objects.all()}
    delete(npc=busy, player=GameMasterFactory(), now=NOW)

    with django_capture_on_commit_callbacks(execute=True):
        assert purge_due(now=LATER) == 1

    left = Npc.objects.get()
    assert left.shown_name == "Halley (retired)"
    assert (left.system_prompt, left.greeting, left.category_id) == ("", "", None)
    own = set(apps.get_app_config("npcs").get_models()) - {Npc, NpcCategory}
    assert {model.__name__ for model in own if model._default_manager.exists()} == set()
    assert not files & set(stored())
    assert not RoomNpc.objects.exists()
    assert Statement.objects.get().npc is None
    assert Message.objects.get(npc=left).author_name == "Halley (retired)"


def test_pictures_of_now_and_of_earlier_revisions_go_too(django_capture_on_commit_callbacks):
    npc, player = NpcFactory(), GameMasterFactory()
    urls = [keep_picture(ContentFile(image(colour=colour))) for colour in ("teal", "navy")]
    for url in urls:
        Npc.objects.update(avatar=url)
        take_revision(npc=Npc.objects.get(), player=player)
    delete(npc=npc, player=None, now=NOW)
    paths = [Path(settings.MEDIA_ROOT) / url.removeprefix(settings.MEDIA_URL) for url in urls]
    before = [path.exists() for path in paths]

    with django_capture_on_commit_callbacks(execute=True):
        purge_due(now=LATER)

    assert (before, [path.exists() for path in paths]) == ([True, True], [False, False])


def test_without_any_message_not_even_the_name_stays(django_capture_on_commit_callbacks):
    npc = NpcFactory()
    KnowledgeItemFactory(file__npc=npc)
    delete(npc=npc, player=None, now=NOW)

    with django_capture_on_commit_callbacks(execute=True):
        purge_due(now=LATER)

    assert not Npc.objects.exists()


def test_a_purged_name_is_free_for_a_new_character(busy):
    delete(npc=busy, player=None, now=NOW)
    purge_due(now=LATER)

    NpcFactory(name="halley", slug="halley")

    assert Npc.objects.count() == 2


def test_what_is_purged_does_not_come_back(busy):
    delete(npc=busy, player=None, now=NOW)
    purge_due(now=LATER)

    with pytest.raises(CharacterGone):
        bring_back(npc=busy, player=None)
    assert purge_due(now=LATER) == 0


def test_deleting_twice_does_not_prolong_the_days():
    npc = NpcFactory()
    delete(npc=npc, player=None, now=NOW)

    assert not delete(npc=npc, player=None, now=NOW + timedelta(days=3))
    assert Npc.objects.get().purge_at == NOW + timedelta(days=UNDO_DAYS)


def test_each_step_is_written_down():
    npc, player = NpcFactory(), GameMasterFactory()

    retire(npc=npc, player=player, now=NOW)
    delete(npc=npc, player=player, now=NOW)
    bring_back(npc=npc, player=player)

    verbs = AuditEntry.objects.filter(object_id=str(npc.uuid)).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["character.retired", "character.deleted", "character.returned"]


def test_the_apps_above_are_told_after_the_commit(django_capture_on_commit_callbacks):
    npc, told = NpcFactory(), []

    def hear(*, npc_id: int, **kwargs) -> None:
        told.append(npc_id)

    character_retired.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            retire(npc=npc, player=None, now=NOW)
            assert told == []
    finally:
        character_retired.disconnect(hear)
    assert told == [npc.pk]


def test_answers_in_the_making_end_at_once(django_capture_on_commit_callbacks):
    npc, player = NpcFactory(), PlayerFactory()
    say_in_private(npc=npc, player=player, text="Hello")
    with django_capture_on_commit_callbacks(execute=False):
        message = Message.objects.get(player=player)
        waiting = Reply.objects.create(channel=message.channel, message=message, npc=npc, player=player)

    with django_capture_on_commit_callbacks(execute=True):
        retire(npc=npc, player=None, now=NOW)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.ending) == (WorkState.DONE, "stopped")


def test_a_tie_that_goes_must_say_how():
    with pytest.raises(ValueError, match="released"):
        register(Tie("x", "x", "xs", "goes", count=lambda npc_ids: {}))


@pytest.mark.django_db(transaction=True)
def test_of_an_undo_and_a_purge_at_once_one_wins_whole():
    npc = NpcFactory(greeting="Good evening!")
    KnowledgeItemFactory(file__npc=npc)
    say_in_private(npc=npc, player=PlayerFactory(), text="Hello")
    delete(npc=npc, player=None, now=NOW)

    undo, purged = at_once(lambda: bring_back(npc=npc, player=None), lambda: purge(pk=npc.pk, now=LATER))

    left = Npc.objects.get()
    assert [undo, purged] in ([True, False], [CharacterGone, True])
    assert KnowledgeItem.objects.exists() == (undo is True) == left.is_active
    assert Interaction.objects.exists() == left.is_active
