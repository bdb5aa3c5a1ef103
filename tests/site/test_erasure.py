"""A player with content everywhere is deleted, and nothing that says who he was is found afterwards."""

import json
import zipfile
from io import BytesIO, StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum
from django.utils import timezone

from learning.models import AnswerEvent, Hint
from messaging.models import Channel, ChannelEvent, ChannelMember, Message, Notification
from messaging.permissions import may_post, may_read
from messaging.queries import logged, person_data
from npcs.models import Interaction
from players.actions.deletions import ask_deletion
from players.actions.exports import write_export
from players.models import ExperienceEntry, Player, PlayerGameData, PlayerProfile, PlayerRelationship
from players.personal_data import areas
from players.queries.erasure import find_words, remains_of
from players.queries.privacy import seen_by
from players.rules.erasure import holds_word, without_mentions, without_names
from players.rules.privacy import Field
from players.tasks import delete as deletion_job
from rooms.actions.talk import say
from rooms.models import Room, SessionAnswer, Talk
from tests.factories.learning import AnswerEventFactory
from tests.factories.players import PlayerFactory
from tests.factories.privacy import AccountDeletionFactory
from tests.rooms.quiz import new_quiz
from tests.site.zara import USERNAME, WORDS

pytestmark = pytest.mark.django_db


def delete(player):
    deletion_job(pk=AccountDeletionFactory(player=player).pk)
    return Player.objects.get(pk=player.pk)


def figures():
    """What must not change when somebody goes."""
    return {
        "xp": ExperienceEntry.objects.aggregate(Sum("delta")),
        "totals": PlayerGameData.objects.aggregate(Sum("experience_points"), Sum("total_correct_answers")),
        "answers": AnswerEvent.objects.aggregate(Count("pk"), Sum("xp")),
        "session answers": SessionAnswer.objects.count(),
        "costs": Interaction.objects.aggregate(Count("pk"), Sum("tokens_out")),
    }


# --- The whole -------------------------------------------------------------------------------------------


def test_before_the_deletion_the_search_finds_every_word(zara):
    found = {word for word in WORDS if next(find_words([word]), None)}

    assert found == set(WORDS)


def test_after_the_deletion_nothing_is_found(zara):
    former = delete(zara)

    assert [str(find) for find in find_words(WORDS)] == []
    assert remains_of(former.pk) == []


def test_the_areas_notice_what_is_left(zara):
    assert len({line.split(":")[0] for line in remains_of(zara.pk)}) == 5


def test_ledgers_balance_and_figures_stay(zara):
    before = figures()

    former = delete(zara)

    assert figures() == before
    total = ExperienceEntry.objects.filter(player=former).aggregate(xp=Sum("delta"))["xp"]
    assert PlayerGameData.objects.get(player=former).experience_points == total


def test_hints_go_and_the_answers_keep_that_there_was_one(zara):
    AnswerEvent.objects.filter(pk=AnswerEvent.objects.filter(player=zara).first().pk).update(hinted=True)

    former = delete(zara)

    assert not Hint.objects.exists()
    assert AnswerEvent.objects.filter(player=former, hinted=True).count() == 1


def test_words_in_rooms_stay_under_another_name(zara):
    former = delete(zara)

    message = Message.objects.with_authors().get(text="Good evening everybody")
    assert message.player == former
    assert person_data(message.player)["name"] == "Former player"
    assert person_data(message.player)["url"] == ""


def test_mentions_lose_the_name_and_others_keep_theirs(zara):
    delete(zara)

    assert Message.objects.filter(text=f"Hello @former-player, and hello @{USERNAME}-2!").exists()
    assert Message.objects.filter(text="@former-player come back").exists()


def test_others_keep_only_the_news_that_name_somebody_else(zara):
    delete(zara)

    assert list(Notification.objects.values_list("title", flat=True)) == ["Another mention"]


def test_rooms_are_closed_to_somebody_who_waits_for_the_deletion(zara):
    room = Room.objects.get(name="Observatory")
    before = may_read(zara, room.channel), may_post(zara, room.channel)

    ask_deletion(player=zara, now=timezone.now())

    waiting = Player.objects.get(pk=zara.pk)
    assert before == (True, True)
    assert (may_read(waiting, room.channel), may_post(waiting, room.channel)) == (False, False)


def test_whoever_waits_for_the_deletion_is_seen_by_himself_only(zara):
    other = Player.objects.get(username="bystander")
    PlayerRelationship.objects.all().delete()
    before = seen_by(other, zara)

    ask_deletion(player=zara, now=timezone.now())

    waiting = Player.objects.get(pk=zara.pk)
    assert before != frozenset()
    assert (seen_by(other, waiting), seen_by(waiting, waiting)) == (frozenset(), frozenset(Field))


def test_private_talks_are_gone(zara):
    channels = set(Talk.objects.values_list("channel_id", flat=True))

    delete(zara)

    assert Talk.objects.count() == 0
    assert Channel.objects.filter(pk__in=channels).count() == 0


def test_rooms_find_another_owner_or_close(zara):
    delete(zara)

    shared, mine = Room.objects.get(name="Observatory"), Room.objects.get(name="Attic")
    assert (shared.owner.username, shared.closed_at) == ("bystander", None)
    assert mine.closed_at is not None
    assert shared.current_players == ChannelMember.objects.filter(channel=shared.channel).count()


def test_the_log_of_a_channel_has_no_hole(zara):
    channel = Room.objects.get(name="Observatory").channel

    delete(zara)

    lines = ChannelEvent.objects.filter(channel=channel).select_related("message__player__profile")
    names = {line.data["player"]["name"] for line in map(logged, lines) if "player" in line.data}
    assert names == {"Former player", "bystander"}


def test_an_area_that_is_erased_twice_stays_the_same(zara):
    for area in reversed(areas()):
        area.erase(zara.pk)
    once = Message.objects.order_by("pk").values_list("text", flat=True)
    before = list(once)

    for area in reversed(areas()):
        area.erase(zara.pk)

    assert list(once.all()) == before


def test_an_export_holds_all_of_it(zara):
    target = BytesIO()

    write_export(target, zara)

    files = {name: zipfile.ZipFile(target).read(name).decode() for name in zipfile.ZipFile(target).namelist()}
    text = "".join(files.values())
    assert [word for word in WORDS if word not in text] == []
    assert any(name.startswith("talks/vega-") for name in files)
    assert any(name.startswith("messages/observatory-") for name in files)
    assert len(json.loads(files["learning/answers.json"])) >= 3
    assert len(json.loads(files["learning/hints.json"])) == 1


def test_an_export_does_not_tell_the_key_of_an_open_question():
    quiz = new_quiz(players=2).begin()
    player = quiz.players[0]
    quiz.answer(player)
    target = BytesIO()

    write_export(target, player)

    session = json.loads(zipfile.ZipFile(target).read("rooms/sessions.json"))[0]
    assert (session["given"], session["right"], session["points"]) == (1, 0, 0)
    assert json.loads(zipfile.ZipFile(target).read("rooms/session_answers.json")) == []


def test_exporting_costs_the_same_however_much_there_is(zara, django_assert_max_num_queries):
    def export():
        write_export(BytesIO(), zara)

    with django_assert_max_num_queries(200) as few:
        export()
    AnswerEventFactory.create_batch(5, player=zara)
    for number in range(5):
        say(room=Room.objects.get(name="Observatory"), player=zara, text=f"Line {number}")
    with django_assert_max_num_queries(len(few.captured_queries)):
        export()


# --- Completeness ----------------------------------------------------------------------------------------


def test_every_model_that_knows_players_belongs_to_an_area():
    """A new model with a relation to players has to say how it is exported and forgotten."""
    knowing = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is Player
    }

    covered = set().union(*(area.models for area in areas()))
    assert knowing - covered == set()


def test_no_model_belongs_to_two_areas():
    labels = [label for area in areas() for label in area.models]

    assert len(labels) == len(set(labels))


# --- The command and the rules ---------------------------------------------------------------------------


def test_the_command_finds_what_is_left_and_ends_with_an_error(zara):
    out = StringIO()

    with pytest.raises(CommandError, match="remains"):
        call_command("verify_erasure", USERNAME, str(zara.uuid), stdout=out)

    assert "players.Player" in out.getvalue()
    assert "rooms: Private talks are left." in out.getvalue()


def test_the_command_says_when_nothing_is_left(zara):
    former, out = delete(zara), StringIO()

    call_command("verify_erasure", str(former.uuid), *WORDS, stdout=out)

    assert out.getvalue().strip() == "Nothing is left."


def test_the_search_reads_what_is_encoded():
    player = PlayerFactory()
    PlayerProfile.objects.filter(player=player).update(social_links={"Blög": "Jürgen Müßig"})

    assert [find.field for find in find_words(["Jürgen Müßig"])] == ["social_links"]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Hi @ada!", "Hi @former-player!"),
        ("Hi @ADA, @ada-2 and @adam", "Hi @former-player, @ada-2 and @adam"),
        ("mail@ada.org", "mail@ada.org"),
    ],
)
def test_mentions_end_where_the_name_ends(text, after):
    assert without_mentions(text, "ada") == after


def test_short_names_are_left_alone():
    assert without_names("Al is all right, Ada too.", ["Al", "Ada"]) == "Al is all right, Former player too."


def test_a_word_is_found_on_its_own_only():
    assert [holds_word(text, "ada") for text in ("ask Ada.", "ada@x.org", "adam", "x-ada")] == [
        True,
        True,
        False,
        False,
    ]
