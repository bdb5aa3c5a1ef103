"""A person of another messenger shows that he is a player, and the player decides what becomes of his words there."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from npcs.actions import bots, linking
from npcs.actions.bots import _finish
from npcs.actions.linking import NotForGuests, NotRemembered, TooManyCodes, make_code
from npcs.actions.memory_keeping import set_policy, switch_all_memory
from npcs.actions.speaking import Speech
from npcs.models import BotMessage, Interaction, LinkCode, Memory, OutsideIdentity
from npcs.rules.linking import Link, Unlink, command_in, normalised, shown
from npcs.tasks import forget_bot_messages
from tests.factories.memory import MemoryFactory
from tests.factories.npcs import AiProviderFactory, BotAssignmentFactory, InteractionFactory
from tests.factories.players import GuestFactory, PlayerFactory
from tests.npcs.bridges import ALL, TOKEN, Bridge
from tests.npcs.fake_provider import fake_provider

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ZED = {"author": {"id": "1138", "name": "Zed"}, "channel": ""}
YAN = {"author": {"id": "2187", "name": "Yan"}, "channel": ""}


@pytest.fixture
def bot():
    made = BotAssignmentFactory(bot_token=TOKEN, channels=["general"], permissions=ALL)
    set_policy(npc=made.npc, is_on=True)
    return made


@pytest.fixture
def bridge(client, django_capture_on_commit_callbacks):
    return Bridge(client, django_capture_on_commit_callbacks)


@pytest.fixture
def ada():
    return PlayerFactory(username="ada")


def code_of(player, now=None):
    return make_code(player=player, now=now or timezone.now())


def told(bridge, bot, text, **who):
    """What the bot answers."""
    posted = bridge.post(bot, text=text, **(ZED | who))
    return bridge.ask(bot, posted.json()["uuid"]).json()["answer"]


def linked(bridge, bot, player, **who):
    told(bridge, bot, code_of(player).text, **who)
    return OutsideIdentity.objects.get(player=player)


# --- What is written to the bot --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("link @ada 7K2M-AAAA-BBBB", Link("ada", "7K2MAAAABBBB")),
        (" /LINK @Ada 7k2m aaaa bbbb\n", Link("ada", "7K2MAAAABBBB")),
        ("link @ada O1IL", Link("ada", "0111")),
        ("/unlink", Unlink()),
        ("link me to the page", None),
        ("Please link @ada 7K2M-AAAA-BBBB", None),
        ("What does unlink do?", None),
    ],
)
def test_only_whole_commands_are_for_the_program(text, meant):
    assert command_in(text) == meant


def test_a_code_is_read_as_it_is_shown():
    assert normalised(shown("7K2MAAAABBBB")) == "7K2MAAAABBBB"


# --- Linking ---------------------------------------------------------------------------------------------


def test_a_code_written_to_the_bot_links_the_identity_with_the_player(bridge, bot, ada):
    answer = told(bridge, bot, code_of(ada).text)

    identity = OutsideIdentity.objects.get()
    assert (identity.player, identity.bot, identity.author_name) == (ada, bot, "Zed")
    assert identity.words == "undecided"
    assert "the account @ada" in answer


def test_of_a_code_only_a_hash_is_kept(bridge, bot, ada):
    made = code_of(ada)
    told(bridge, bot, made.text)

    stored = f"{LinkCode.objects.values().get()} {BotMessage.objects.values().get()}"

    assert made.code not in stored
    assert made.code.replace("-", "") not in stored
    assert not Interaction.objects.exists()


@pytest.mark.parametrize("wrong", ["link @ada 0000-0000-0000", "link @bo {code}"])
def test_a_wrong_code_or_a_right_one_under_another_name_opens_nothing(bridge, bot, ada, wrong):
    PlayerFactory(username="bo")
    made = code_of(ada)

    answer = told(bridge, bot, wrong.format(code=made.code))

    assert answer == linking.WRONG
    assert not OutsideIdentity.objects.exists()
    assert LinkCode.objects.open(timezone.now()).count() == 1


def test_an_old_code_opens_nothing(bridge, bot, ada):
    made = code_of(ada, now=timezone.now() - timedelta(minutes=linking.CODE_MINUTES, seconds=1))

    assert told(bridge, bot, made.text) == linking.WRONG
    assert not OutsideIdentity.objects.exists()


def test_a_code_is_good_once(bridge, bot, ada):
    made = code_of(ada)
    told(bridge, bot, made.text)

    answer = told(bridge, bot, made.text, **YAN)

    assert answer == linking.WRONG
    assert OutsideIdentity.objects.get().author_name == "Zed"


def test_the_same_message_again_is_answered_as_before(bridge, bot, ada):
    made = code_of(ada)

    first = told(bridge, bot, made.text, id="m1")
    again = told(bridge, bot, made.text, id="m1")

    assert first == again
    assert "the account @ada" in again


def test_a_new_code_ends_the_one_before(bridge, bot, ada):
    first, second = code_of(ada), code_of(ada)

    assert told(bridge, bot, first.text) == linking.WRONG
    assert "the account @ada" in told(bridge, bot, second.text)


def test_a_code_that_a_channel_could_read_is_void(bridge, bot, ada):
    made = code_of(ada)

    answer = told(bridge, bot, made.text, channel="general")

    assert answer == linking.NOT_HERE
    assert told(bridge, bot, made.text) == linking.WRONG


def test_an_identity_belongs_to_one_player(bridge, bot, ada):
    linked(bridge, bot, ada)

    answer = told(bridge, bot, code_of(PlayerFactory(username="bo")).text)

    assert answer == linking.TAKEN
    assert OutsideIdentity.objects.get().player == ada
    with pytest.raises(IntegrityError), transaction.atomic():
        OutsideIdentity.objects.create(
            bot=bot,
            player=PlayerFactory(),
            author_key=OutsideIdentity.objects.get().author_key,
            linked_at=NOW,
        )


def test_for_another_bot_the_same_person_is_somebody_else(bridge, bot, ada):
    other = BotAssignmentFactory(bot_token=TOKEN, permissions=ALL)
    one, two = ada, PlayerFactory(username="bo")
    linked(bridge, bot, one)
    linked(bridge, other, two)

    assert one.outside_identities.get().author_key != two.outside_identities.get().author_key


def test_a_code_of_somebody_who_is_gone_opens_nothing(bridge, bot, ada):
    made = code_of(ada)
    ada.is_active = False
    ada.save()

    assert told(bridge, bot, made.text) == linking.WRONG


def test_after_five_wrong_codes_even_a_right_one_waits(bridge, bot, ada):
    for _ in range(linking.WRONG_AN_HOUR):
        told(bridge, bot, "link @ada 0000-0000-0000")
    made = code_of(ada)

    assert told(bridge, bot, made.text) == linking.TOO_OFTEN
    assert "the account @ada" in told(bridge, bot, made.text, **YAN)
    BotMessage.objects.filter(kind="wrong").update(created_at=timezone.now() - timedelta(hours=1, seconds=1))
    assert "the account @ada" in told(bridge, bot, code_of(ada).text)


def test_a_player_has_ten_codes_an_hour(ada):
    for _ in range(linking.CODES_AN_HOUR):
        code_of(ada, now=NOW)

    with pytest.raises(TooManyCodes):
        code_of(ada, now=NOW)
    assert code_of(ada, now=NOW + timedelta(hours=1, seconds=1))


def test_guests_have_no_codes():
    with pytest.raises(NotForGuests):
        code_of(GuestFactory())


def test_codes_are_forgotten_after_a_day(ada):
    code_of(ada, now=NOW - timedelta(days=1, minutes=1))
    code_of(ada, now=NOW)

    forget_bot_messages()

    assert LinkCode.objects.count() == 1


def test_whoever_speaks_there_ends_the_link_too(bridge, bot, ada):
    linked(bridge, bot, ada)

    assert told(bridge, bot, "unlink", **YAN) == linking.NOT_LINKED
    assert told(bridge, bot, "/unlink") == linking.UNLINKED
    assert not OutsideIdentity.objects.exists()


def test_when_a_link_has_ended_nothing_names_the_account_any_more(bridge, bot, ada):
    told(bridge, bot, "link @ada 0000-0000-0000")
    identity = linked(bridge, bot, ada)
    linking.unlink(identity=identity)
    linked(bridge, bot, ada)
    told(bridge, bot, "unlink")

    assert "ada" not in str(list(BotMessage.objects.values("text", "answer")))
    assert list(BotMessage.objects.order_by("pk").values_list("kind", flat=True)) == ["wrong", "link"]


def test_an_answer_to_a_link_goes_to_the_webhook_too(bridge, bot, ada, monkeypatch):
    bot.webhook_url = "https://bridge.example.org/answers"
    bot.save()
    sent = []
    monkeypatch.setattr(bots.fetch, "post", lambda url, body, *, headers: sent.append(body) or 200)

    told(bridge, bot, code_of(ada).text)

    assert b"the account @ada" in sent[0]


# --- What becomes of the words ---------------------------------------------------------------------------


def test_a_link_alone_takes_nothing_over(bridge, bot, ada):
    told(bridge, bot, "My dog is called Rex.")
    linked(bridge, bot, ada)
    told(bridge, bot, "My cat is called Tom.")

    assert not Memory.objects.exists()


def test_a_yes_takes_over_what_was_said_and_what_will_be(bridge, bot, ada):
    told(bridge, bot, "My dog is called Rex.")
    told(bridge, bot, "My fish is called Sam.", channel="general")
    told(bridge, bot, "I am somebody else.", **YAN)
    identity = linked(bridge, bot, ada)

    count = linking.join_words(identity=identity, now=timezone.now())
    told(bridge, bot, "My cat is called Tom.")
    again = linking.join_words(identity=identity, now=timezone.now())

    rows = Memory.objects.filter(kind="episode").order_by("pk")
    assert (count, again) == (2, 0)
    assert [row.text for row in rows] == [
        "My dog is called Rex.", "My fish is called Sam.", "My cat is called Tom.",
    ]  # fmt: skip
    assert {(row.player, row.visibility, row.npc) for row in rows} == {(ada, "private", bot.npc)}


def test_a_yes_that_comes_a_second_time_takes_nothing_over_twice(bridge, bot, ada):
    told(bridge, bot, "My dog is called Rex.")
    identity = linked(bridge, bot, ada)
    linking.join_words(identity=identity, now=timezone.now())
    linking.keep_apart(identity=identity, now=timezone.now())

    told(bridge, bot, "This stays apart.")
    assert Memory.objects.filter(kind="episode").count() == 1
    linking.join_words(identity=identity, now=timezone.now())

    assert sorted(Memory.objects.filter(kind="episode").values_list("text", flat=True)) == [
        "My dog is called Rex.", "This stays apart.",
    ]  # fmt: skip


def test_where_memory_is_off_a_yes_is_refused(bridge, bot, ada):
    told(bridge, bot, "My dog is called Rex.")
    identity = linked(bridge, bot, ada)
    switch_all_memory(player=ada, is_on=False)

    with pytest.raises(NotRemembered):
        linking.join_words(identity=identity, now=timezone.now())
    identity.refresh_from_db()
    assert (identity.words, Memory.objects.count()) == ("undecided", 0)


def test_what_a_player_says_here_is_never_told_to_the_bot(bridge, bot, ada):
    MemoryFactory(npc=bot.npc, player=ada, text="My secret island is Rexzz", visibility="public")
    identity = linked(bridge, bot, ada)
    linking.join_words(identity=identity, now=timezone.now())
    with fake_provider(words=["I see."]) as server:
        bot.npc.provider = AiProviderFactory(api_endpoint=server.url)
        bot.npc.save()
        told(bridge, bot, "What is my secret island?")

        prompt = str(server.requests[-1])

    assert "Rexzz" not in prompt
    assert "link @" not in prompt
    assert Interaction.objects.get().player is None


def test_words_are_deleted_where_the_player_wants_that(bridge, bot, ada):
    told(bridge, bot, "My dog is called Rex.")
    told(bridge, bot, "I am somebody else.", **YAN)
    identity = linked(bridge, bot, ada)

    count = linking.delete_words(identity=identity, now=timezone.now())

    identity.refresh_from_db()
    assert (count, identity.words) == (1, "apart")
    assert BotMessage.objects.get(kind="talk").text == "I am somebody else."
    assert sorted(Interaction.objects.values_list("message", flat=True)) == ["", "I am somebody else."]


def test_an_answer_to_words_that_were_deleted_meanwhile_is_noted_nowhere(bot):
    message = BotMessage.objects.create(
        bot=bot, external_id="1", author_key="a", text="My dog is Rex", state="running"
    )
    row = InteractionFactory(npc=bot.npc, message="My dog is Rex", response="Hello Rex")
    BotMessage.objects.all().delete()

    _finish(message, Speech("Hello Rex", interaction=row.pk))

    row.refresh_from_db()
    assert (row.message, row.response) == ("", "")
