"""The player's page and calls over who he is in other messengers; the console; what happens in the same moment."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from npcs.actions import bots, linking
from npcs.actions.memory_keeping import set_policy
from npcs.models import BotMessage, Interaction, LinkCode, Memory, OutsideIdentity
from npcs.player_data import documents, erase, remains
from tests.factories.npcs import BotAssignmentFactory, InteractionFactory, OutsideIdentityFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory, SystemAdminFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db
PAGE = reverse("npcs:messengers")
CODE = reverse("npcs:messenger-code")


@pytest.fixture
def ada(client):
    player = PlayerFactory(username="ada")
    client.force_login(player)
    return player


def said(identity, text="My dog is called Rex."):
    """Said to the bot, and answered."""
    row = InteractionFactory(npc=identity.bot.npc, player=None, message=text, response="Hello Rex.")
    return BotMessage.objects.create(
        bot=identity.bot, external_id=f"m{row.pk}", author_key=identity.author_key, author_name="Zed",
        text=text, answer="Hello Rex.", state="done", interaction=row,
    )  # fmt: skip


def decide(client, identity, words):
    return client.post(reverse("npcs:messenger-words", args=[identity.uuid]), {"words": words}, follow=True)


def called(client, method, path, body=None):
    return client.generic(
        method, f"/api/v1/me/messengers{path}", json.dumps(body or {}), content_type="application/json"
    )


# --- The page --------------------------------------------------------------------------------------------


def test_the_code_is_shown_once_and_by_no_other_page(client, ada):
    shown = client.post(CODE)

    text = shown.context["code"].text
    assert text in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert text not in client.get(PAGE).content.decode()


def test_one_too_many_codes_is_refused_with_a_reason(client, ada):
    for _ in range(linking.CODES_AN_HOUR):
        linking.make_code(player=ada, now=timezone.now())

    assert "Wait a little." in client.post(CODE, follow=True).content.decode()


def test_the_page_shows_who_its_reader_is_and_nobody_else(client, ada):
    OutsideIdentityFactory(player=ada, author_name="Zed")
    OutsideIdentityFactory(author_name="Somebody Else")

    shown = client.get(PAGE).content.decode()

    assert "Zed" in shown
    assert "Somebody Else" not in shown


def test_the_page_names_the_bots_to_which_the_code_can_be_written(client, ada):
    BotAssignmentFactory(npc__name="Vega", bot_platform="discord", permissions=["direct"])
    BotAssignmentFactory(npc__name="Deneb", permissions=["answer"])
    BotAssignmentFactory(npc__name="Rigel", permissions=["direct"], is_active=False)
    BotAssignmentFactory(npc__name="Altair", permissions=["direct"], npc__is_active=False)

    shown = client.get(PAGE)

    assert [bot.npc.name for bot in shown.context["bots"]] == ["Vega"]
    assert "Vega on Discord" in shown.content.decode()
    assert CODE in shown.content.decode()


def test_where_no_bot_is_there_no_code_is_offered(client, ada):
    shown = client.get(PAGE).content.decode()

    assert "No character has a bot yet" in shown
    assert CODE not in shown


def test_a_yes_a_no_and_a_deletion_are_separate_buttons(client, ada):
    identity = OutsideIdentityFactory(player=ada)
    set_policy(npc=identity.bot.npc, is_on=True)
    said(identity)

    joined = decide(client, identity, "join").content.decode()
    kept = Memory.objects.get(player=ada)
    apart = decide(client, identity, "apart").content.decode()
    deleted = decide(client, identity, "delete").content.decode()

    assert "Sayings taken over: 1." in joined
    assert kept.text == "My dog is called Rex."
    assert "From now on it stays apart." in apart
    assert "Messages deleted: 1." in deleted
    assert (Memory.objects.count(), BotMessage.objects.count()) == (1, 0)


def test_where_the_character_remembers_nobody_the_page_says_so(client, ada):
    identity = OutsideIdentityFactory(player=ada)

    assert "does not remember you" in decide(client, identity, "join").content.decode()


def test_an_unknown_decision_is_none(client, ada):
    assert decide(client, OutsideIdentityFactory(player=ada), "everything").status_code == 404


def test_a_link_is_ended_on_the_page(client, ada):
    identity = OutsideIdentityFactory(player=ada)

    client.post(reverse("npcs:messenger-unlink", args=[identity.uuid]))

    assert not OutsideIdentity.objects.exists()


def test_somebody_elses_identity_is_out_of_reach(client, ada):
    identity = OutsideIdentityFactory()
    set_policy(npc=identity.bot.npc, is_on=True)
    said(identity)

    answers = [
        decide(client, identity, "join"),
        decide(client, identity, "delete"),
        client.post(reverse("npcs:messenger-unlink", args=[identity.uuid])),
        called(client, "PUT", f"/{identity.uuid}/words", {"words": "delete"}),
        called(client, "DELETE", f"/{identity.uuid}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    identity.refresh_from_db()
    assert identity.words == "undecided"
    assert (Memory.objects.count(), BotMessage.objects.count()) == (0, 1)


def test_guests_are_not_let_in(client):
    client.force_login(GuestFactory())

    assert client.get(PAGE).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long_it_is(client, ada, django_assert_max_num_queries, count):
    for identity in OutsideIdentityFactory.create_batch(count, player=ada):
        said(identity)

    with django_assert_max_num_queries(12):
        page = client.get(PAGE).context["page"]

    assert [row.said for row in page.rows] == [1] * count


def test_the_list_has_pages(client, ada):
    OutsideIdentityFactory.create_batch(21, player=ada)

    first = client.get(PAGE).context["page"]
    second = client.get(PAGE, {"after": first.after}).context["page"]

    assert (len(first.rows), len(second.rows), second.after) == (20, 1, "")
    assert client.get(PAGE, {"after": "nonsense"}).status_code == 404


# --- The calls -------------------------------------------------------------------------------------------


def test_programs_see_and_decide_the_same(client, ada):
    identity = OutsideIdentityFactory(player=ada, author_name="Zed")
    set_policy(npc=identity.bot.npc, is_on=True)
    said(identity)

    listed = called(client, "GET", "").json()["identities"]
    code = called(client, "POST", "/code")
    joined = called(client, "PUT", f"/{identity.uuid}/words", {"words": "join"}).json()
    apart = called(client, "PUT", f"/{identity.uuid}/words", {"words": "apart"}).json()
    deleted = called(client, "PUT", f"/{identity.uuid}/words", {"words": "delete"}).json()
    unlinked = called(client, "DELETE", f"/{identity.uuid}")

    assert (listed[0]["name"], listed[0]["words"], listed[0]["messages"]) == ("Zed", "undecided", 1)
    assert (code.status_code, code.json()["text"].split()[:2]) == (201, ["link", "@ada"])
    assert (joined, apart, deleted) == ({"count": 1}, {"count": 0}, {"count": 1})
    assert (unlinked.status_code, OutsideIdentity.objects.count()) == (204, 0)


def test_refusals_have_a_code(client, ada):
    identity = OutsideIdentityFactory(player=ada)

    refused = called(client, "PUT", f"/{identity.uuid}/words", {"words": "join"})

    assert (refused.status_code, refused.json()["code"]) == (409, "memory_off")


# --- The console -----------------------------------------------------------------------------------------


def test_the_console_shows_links_and_changes_none(client):
    identity = OutsideIdentityFactory(author_name="Zed the Secret")
    client.force_login(GameMasterFactory())
    url = reverse("admin:npcs_outsideidentity_change", args=[identity.pk])

    page = client.get(url)

    assert page.status_code == 200
    assert "Zed the Secret" not in page.content.decode()
    assert client.post(url, {"words": "joined"}).status_code == 403
    assert client.get(reverse("admin:npcs_outsideidentity_add")).status_code == 403
    client.force_login(SystemAdminFactory())
    assert "Zed the Secret" in client.get(url).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_console_lists_them_at_one_price(client, django_assert_max_num_queries, count):
    OutsideIdentityFactory.create_batch(count)
    client.force_login(GameMasterFactory())

    with django_assert_max_num_queries(10):
        page = client.get(reverse("admin:npcs_outsideidentity_changelist"))

    assert len(page.context["cl"].result_list) == count


# --- Taken along, and forgotten --------------------------------------------------------------------------


def test_a_player_takes_along_what_he_said_there(ada):
    identity = OutsideIdentityFactory(player=ada, author_name="Zed")
    said(identity)
    said(OutsideIdentityFactory(), "Somebody else's words")

    taken = {it.path: list(it.content) for it in documents(ada.pk) if it.path.startswith("characters/")}

    assert taken["characters/messengers.json"][0]["author_name"] == "Zed"
    assert [row["text"] for row in taken["characters/said_elsewhere.json"]] == ["My dog is called Rex."]


def test_with_the_account_go_links_codes_and_what_was_said_there(ada):
    identity, other = OutsideIdentityFactory(player=ada), OutsideIdentityFactory()
    said(identity)
    said(other, "Somebody else's words")
    linking.make_code(player=ada, now=timezone.now())
    before = remains(ada.pk)

    erase(ada.pk)

    assert before == ["1 identities of other messengers are still linked."]
    assert remains(ada.pk) == []
    assert OutsideIdentity.objects.get() == other
    assert BotMessage.objects.get().text == "Somebody else's words"
    assert not LinkCode.objects.exists()
    assert sorted(Interaction.objects.values_list("message", flat=True)) == ["", "Somebody else's words"]


# --- In the same moment ----------------------------------------------------------------------------------


def write(bot, author, text):
    incoming = bots.Incoming(
        external_id=f"{author}-{text[-4:]}", channel="", author_id=author, author_name=author, text=text
    )
    return lambda: bots.receive(bot=bot, incoming=incoming, now=timezone.now()).answer


@pytest.fixture
def bot():
    return BotAssignmentFactory(permissions=["answer", "direct"])


@pytest.mark.django_db(transaction=True)
def test_two_who_spend_one_code_at_once_are_one(bot):
    code = linking.make_code(player=PlayerFactory(username="ada"), now=timezone.now())

    answers = at_once(*(write(bot, author, code.text) for author in ("zed", "yan", "xen")))

    assert answers.count(linking.WRONG) == 2
    assert OutsideIdentity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_identity_that_two_players_claim_at_once_is_of_one(bot):
    codes = [
        linking.make_code(player=PlayerFactory(username=name), now=timezone.now()) for name in ("ada", "bo")
    ]

    answers = at_once(*(write(bot, "zed", code.text) for code in codes))

    assert answers.count(linking.TAKEN) == 1
    assert OutsideIdentity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_yes_that_is_said_twice_at_once_takes_over_once():
    identity = OutsideIdentityFactory()
    set_policy(npc=identity.bot.npc, is_on=True)
    for number in range(3):
        said(identity, f"My dog number {number} is called Rex.")

    counts = at_once(*(lambda: linking.join_words(identity=identity, now=timezone.now()) for _ in range(2)))

    assert sorted(counts) == [0, 3]
    assert Memory.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_codes_that_are_made_at_once_leave_one_open():
    ada = PlayerFactory()

    at_once(*(lambda: linking.make_code(player=ada, now=timezone.now()) for _ in range(4)))

    assert LinkCode.objects.open(timezone.now()).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_in_the_moment_of_the_yes_is_taken_over_once():
    identity = OutsideIdentityFactory()
    set_policy(npc=identity.bot.npc, is_on=True)
    message = said(identity)
    row = message.interaction_id
    BotMessage.objects.update(state="running", interaction=None)
    message.refresh_from_db()

    at_once(
        lambda: bots._finish(message, bots.Speech("Hello Rex.", interaction=row)),
        lambda: linking.join_words(identity=identity, now=timezone.now()),
    )

    assert Memory.objects.get().text == "My dog is called Rex."
