"""An answer that is made again: its variants, and which of them is shown."""

from datetime import timedelta

import pytest
from django.utils import timezone

from npcs.models import Npc
from rooms.actions import variants
from rooms.models import Reply, ReplyVariant, RoomNpc
from rooms.rules.limits import VARIANTS
from rooms.signals import character_answered
from tests.factories.npcs import AiProviderFactory
from tests.rooms.answers import answered, room_of, speak_through
from tests.rooms.scripted import scripted


@pytest.mark.django_db
def test_a_second_variant_is_shown_and_the_first_stays_at_hand(commit):
    room = room_of("Vega")
    counted = []
    character_answered.connect(
        lambda **facts: counted.append(facts["reply_id"]), weak=False, dispatch_uid="t"
    )
    with scripted(["First."]) as server:
        speak_through(server)
        reply, player = answered(room, commit)
        server.words = ["Second."]
        with commit():
            variants.make_again(reply=reply, by=player, now=timezone.now())
    character_answered.disconnect(dispatch_uid="t")

    reply.refresh_from_db()
    first, second = server.requests
    assert first["messages"] == second["messages"]
    assert [variant.text for variant in reply.variants.order_by("number")] == ["First.", "Second."]
    assert (reply.selected, reply.answer.text, reply.answer.edited_at) == (2, "Second.", None)
    assert RoomNpc.objects.get().interaction_count == 1
    assert counted == [reply.pk]


@pytest.mark.django_db
def test_of_several_variants_one_is_chosen(commit):
    reply, player = answered(room_of("Vega"), commit)
    text = reply.answer.text
    with commit():
        variants.make_again(reply=reply, by=player, now=timezone.now())

    with commit():
        variants.choose_variant(reply=reply, number=1)

    reply.refresh_from_db()
    assert (reply.selected, reply.answer.text) == (1, text)
    assert (reply.answer.metadata["answer"]["n"], reply.answer.metadata["answer"]["of"]) == (1, 2)
    with pytest.raises(variants.NoSuchVariant):
        variants.choose_variant(reply=reply, number=3)


@pytest.mark.django_db
def test_there_are_at_most_ten_variants(commit):
    reply, player = answered(room_of("Vega"), commit)
    long_ago = timezone.now() - timedelta(hours=1)
    for number in range(2, VARIANTS + 1):
        ReplyVariant.objects.create(reply=reply, number=number, text="x")
    ReplyVariant.objects.update(created_at=long_ago)

    with pytest.raises(variants.TooManyVariants, match="at most 10"):
        variants.make_again(reply=reply, by=player, now=timezone.now())


@pytest.mark.django_db
def test_an_answer_in_the_making_is_not_made_twice(commit):
    reply, player = answered(room_of("Vega"), commit)
    Reply.objects.update(state="running")

    with pytest.raises(variants.AnswerBusy):
        variants.make_again(reply=reply, by=player, now=timezone.now())


@pytest.mark.django_db
def test_an_answer_from_before_there_were_variants_becomes_the_first(commit):
    reply, player = answered(room_of("Vega"), commit)
    text = reply.answer.text
    reply.variants.all().delete()
    Reply.objects.update(selected=0)

    with commit():
        variants.make_again(reply=reply, by=player, now=timezone.now())

    assert reply.variants.get(number=1).text == text
    assert reply.variants.count() == 2


@pytest.mark.django_db
def test_a_failed_second_try_leaves_what_was_said(commit):
    reply, player = answered(room_of("Vega"), commit)
    text = reply.answer.text
    Npc.objects.update(provider=AiProviderFactory())

    with commit():
        variants.make_again(reply=reply, by=player, now=timezone.now())

    reply.refresh_from_db()
    assert (reply.answer.text, reply.selected, reply.variants.count()) == (text, 1, 1)
