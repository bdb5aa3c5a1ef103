"""Several talks of one pair, their branches, and taking them along."""

import json

import pytest
from django.utils.html import strip_tags

from messaging.models import Message
from npcs.models import Memory, MemoryPolicy
from rooms.actions import branches, talk, talks
from rooms.models import Talk
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.npcs.fake_provider import fake_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    npc = NpcFactory(name="Vega", slug="vega", greeting="Good evening.")
    MemoryPolicy.objects.update_or_create(npc=npc, defaults={"is_on": True})
    return PlayerFactory(display_name="Ada"), npc


def texts(one):
    return list(one.channel.messages.exclude(type="system").order_by("seq").values_list("text", flat=True))


def led(pair, commit, *lines):
    """A talk in which the player said these things, each of which was answered."""
    opened = talks.open_talk(player=pair[0], npc=pair[1])
    for line in lines:
        with commit():
            talk.say_in_talk(talk=opened, text=line)
    return opened


def branched(opened, text, instead, commit):
    message = Message.objects.get(channel=opened.channel, text=text)
    with commit():
        return branches.branch(talk=opened, message=message, text=instead)


def test_what_is_said_differently_begins_a_branch_and_the_old_one_stays(pair, commit):
    opened = led(pair, commit, "I like comets.", "What is a star?", "Thank you.")
    before = texts(opened)

    made = branched(opened, "What is a star?", "What is a planet?", commit)

    assert texts(opened) == before
    assert texts(made)[:4] == [*before[:3], "What is a planet?"]
    assert len(texts(made)) == 5
    assert (made.parent, Message.objects.get(channel=opened.channel, text="What is a star?").seq) == (
        opened, made.branched_seq
    )  # fmt: skip
    assert list(made.channel.messages.order_by("seq").values_list("seq", flat=True)) == [2, 3, 4, 5, 6]
    assert sorted(made.channel.events.values_list("seq", flat=True)) == list(range(1, 7))


def test_what_is_remembered_follows_the_branch_that_is_used(pair, commit):
    opened = led(pair, commit, "I like comets very much.", "My dog is called Rex.")
    made = branched(opened, "My dog is called Rex.", "My cat is called Tom.", commit)

    def remembered():
        rows = Memory.objects.active().filter(kind=Memory.Kind.EPISODE)
        return sorted(row.text for row in rows)

    assert remembered() == ["I like comets very much.", "My cat is called Tom."]
    with commit():
        talk.say_in_talk(talk=opened, text="Where was I?")
    assert "My dog is called Rex." in remembered()
    assert "My cat is called Tom." not in remembered()
    assert made.channel.messages.exists()


def test_the_prompt_of_a_branch_knows_nothing_of_the_other(pair, commit):
    from tests.factories.npcs import AiProviderFactory

    opened = led(pair, commit, "Hello there.", "My dog is called Rex.", "Where was I?")
    with fake_provider() as server:
        pair[1].provider = AiProviderFactory(api_endpoint=server.url)
        pair[1].save()
        branched(opened, "My dog is called Rex.", "My cat is called Tom.", commit)

    asked = str(server.requests[-1]["messages"])
    assert "Hello there." in asked
    assert "My cat is called Tom." in asked
    assert "Rex" not in asked


def test_only_ones_own_words_are_said_differently(pair, commit):
    opened = led(pair, commit, "Hello there.")
    answer = opened.channel.messages.filter(type="npc").last()

    with pytest.raises(branches.NotToBranch):
        branches.branch(talk=opened, message=answer, text="x")
    assert Talk.objects.count() == 1


def test_a_pair_has_several_talks_and_goes_on_in_the_last(pair):
    player, npc = pair
    first = talks.open_talk(player=player, npc=npc)
    second = talks.begin_talk(player=player, npc=npc)

    assert talks.open_talk(player=player, npc=npc) == second
    talks.put_aside(talk=second, is_archived=True)
    assert talks.open_talk(player=player, npc=npc) == first


def test_the_pages_of_talks(client, pair, commit):
    player = pair[0]
    opened = led(pair, commit, "Hello there.")
    client.force_login(player)

    client.post(f"/talks/{opened.uuid}/title/", {"title": " About comets "})
    assert "About comets" in client.get("/characters/vega/talks/").content.decode()
    response = client.post("/characters/vega/talks/new/")
    assert response.url == Talk.objects.latest("pk").get_absolute_url()
    client.post(f"/talks/{opened.uuid}/aside/")
    assert "About comets" not in client.get("/characters/vega/talks/").content.decode()
    assert "About comets" in client.get("/characters/vega/talks/?aside").content.decode()
    client.post(f"/talks/{opened.uuid}/aside/", {"back": "1"})

    message = opened.channel.messages.get(text="Hello there.")
    page = client.get(f"/said/{message.uuid}/branch/").content.decode()
    assert "Hello there.</textarea>" in page
    with commit():
        made = client.post(f"/said/{message.uuid}/branch/", {"text": "Good morning."})
    assert texts(Talk.objects.get(parent=opened))[1] == "Good morning."
    assert "Branch 2 of 2" in strip_tags(client.get(made.url).content.decode())


def test_nobody_else_reads_a_talk_or_takes_it_along(client, pair, commit):
    opened = led(pair, commit, "My secret")
    message = opened.channel.messages.get(text="My secret")
    client.force_login(PlayerFactory())

    pages = [
        f"/talks/{opened.uuid}/", f"/talks/{opened.uuid}/export/?as=md", f"/talks/{opened.uuid}/messages/older/",
        f"/said/{message.uuid}/branch/",
    ]  # fmt: skip
    assert [client.get(page).status_code for page in pages] == [404] * 4
    assert client.post(f"/talks/{opened.uuid}/messages/", {"text": "x"}).status_code == 404
    assert client.post(f"/talks/{opened.uuid}/title/", {"title": "x"}).status_code == 404


def test_a_talk_is_taken_along_as_lines_of_json_and_as_text(client, pair, commit):
    player = pair[0]
    opened = led(pair, commit, "What is a comet?")
    client.force_login(player)

    lines = client.get(f"/talks/{opened.uuid}/export/?as=jsonl").getvalue().decode().splitlines()
    header, greeting, question, answer = (json.loads(line) for line in lines)
    assert (header["user_name"], header["character_name"]) == ("Ada", "Vega")
    assert (greeting["mes"], greeting["is_user"]) == ("Good evening.", False)
    assert (question["name"], question["is_user"], question["mes"]) == ("Ada", True, "What is a comet?")
    assert (answer["swipes"], answer["swipe_id"]) == ([answer["mes"]], 0)
    text = client.get(f"/talks/{opened.uuid}/export/?as=md").getvalue().decode()
    assert "**Ada, " in text
    assert "What is a comet?" in text
    assert client.get(f"/talks/{opened.uuid}/export/?as=pdf").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_talks_costs_the_same_however_many_there_are(
    client, pair, count, django_assert_max_num_queries
):
    player, npc = pair
    made = [talks.begin_talk(player=player, npc=npc) for _ in range(count)]
    client.force_login(player)

    with django_assert_max_num_queries(12):
        response = client.get("/characters/vega/talks/")

    assert [row.pk for row in response.context["page"].rows] == [one.pk for one in made[::-1]]
