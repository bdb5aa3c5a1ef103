"""A player with content everywhere, and the words that say who she is."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from messaging.actions.drafts import keep_draft
from messaging.actions.replies import reply
from messaging.actions.saved import save
from messaging.actions.scheduled import plan
from messaging.models import Announcement, AnnouncementReceipt, Message, Notification, PushSubscription
from npcs.actions.bots import Incoming, receive
from npcs.actions.linking import make_code
from players.actions.consents import answer_consents
from players.actions.progress import award_xp
from players.models import ConnectedAccount, Player, PlayerPersonalInfo, PlayerProfile, PlayerRelationship
from rooms.actions.rooms import enter_room, leave_room, open_room
from rooms.actions.talk import say, say_in_private
from rooms.models import Reply
from tests.factories.entry import InvitationFactory, JoinRequestFactory, RulesAcceptanceFactory
from tests.factories.learning import AnswerEventFactory, HintFactory
from tests.factories.npcs import BotAssignmentFactory, InteractionFactory, NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.privacy import DataExportFactory, GuardianshipFactory
from tests.factories.tokens import ApiTokenFactory
from tests.rooms.quiz import new_quiz

USERNAME, EMAIL, SHOWN, REAL = "zarathustra", "zara@example.org", "Zara Nightingale", "Zarina Vogel"
SECRETS = {
    "bio": "I collect blue bottles",
    "location": "Oberammergau",
    "guardian": "mother.of.zara@example.org",
    "contact": "Aunt Philomena",
    "provider": "zara.at.provider@example.org",
    "question": "Why does my cat called Mephisto snore?",
    "note": "Shouted at Methuselah",
    "draft": "a half sentence about newts",
    "plan": "a planned word about newts",
    "keepsake": "a note about newts",
    "elsewhere": "a tale told to a bot",
}
WORDS = [USERNAME, EMAIL, SHOWN, REAL, *SECRETS.values()]


def fill_segments(player):
    PlayerProfile.objects.filter(player=player).update(
        name=REAL, bio=SECRETS["bio"], social_links={"Blog": f"https://example.org/{USERNAME}"}
    )
    info = PlayerPersonalInfo.objects.get(player=player)
    info.full_name, info.location, info.interests = REAL, SECRETS["location"], [SECRETS["bio"]]
    info.emergency_contact = {"name": SECRETS["contact"]}
    info.save()


def fill_account(player):
    other = PlayerFactory(username="bystander")
    EmailAddress.objects.create(user=player, email=EMAIL, primary=True, verified=True)
    account = SocialAccount.objects.create(
        user=player, provider="google", uid="4711", extra_data={"name": REAL, "email": SECRETS["provider"]}
    )
    ConnectedAccount.objects.create(account=account, player=player, provider_email=SECRETS["provider"])
    ApiTokenFactory(player=player, name=f"{SHOWN}'s program")
    GuardianshipFactory(player=player, guardian_email=SECRETS["guardian"])
    DataExportFactory(player=player)
    answer_consents(player=player, answers={"research": True})
    PlayerRelationship.objects.create(player=player, other=other, kind="follow")
    PlayerRelationship.objects.create(player=other, other=player, kind="blocked")
    player.site_bans.create(reason=f"{USERNAME} was loud", note=SECRETS["note"], starts_at=timezone.now())
    LogEntry.objects.create(
        user=other,
        content_type=ContentType.objects.get_for_model(Player),
        object_id=str(player.pk),
        object_repr=USERNAME,
        action_flag=CHANGE,
    )
    news = {"category": "friend", "told_at": timezone.now()}
    Notification.objects.create(recipient=player, title=f"Welcome, {SHOWN}", **news)
    PushSubscription.objects.create(
        player=player, endpoint="https://push.example.org/zara", endpoint_hash="1", p256dh="k", auth="a"
    )
    announcement = Announcement.objects.create(title="News", starts_at=timezone.now(), created_by=player)
    AnnouncementReceipt.objects.create(announcement=announcement, player=player)
    Notification.objects.create(
        recipient=other, title=f"{SHOWN} follows you", action_url=f"/players/{USERNAME}/", **news
    )

    Notification.objects.create(recipient=other, title="A mention", message=f"Hello @{USERNAME}!", **news)
    Notification.objects.create(recipient=other, title="Another mention", message="Hello @ada!", **news)


def fill_rooms(player):
    other, npc = Player.objects.get(username="bystander"), NpcFactory(name="Vega")
    shared = open_room(owner=player, name="Observatory")
    enter_room(room=shared, player=other)
    open_room(owner=player, name="Attic")
    left = open_room(owner=other, name="Cellar")
    enter_room(room=left, player=player)
    question = say(room=shared, player=player, text="Good evening everybody").message
    keep_draft(player=player, channel=shared.channel, parent=question, text=SECRETS["draft"])
    save(message=question, player=player, now=timezone.now(), note=SECRETS["keepsake"])
    due = timezone.now() + timedelta(days=1)
    plan(channel=shared.channel, player=player, text=SECRETS["plan"], due_at=due, now=timezone.now())
    say(room=shared, player=other, text=f"Hello @{USERNAME}, and hello @{USERNAME}-2!")
    answer = Message.objects.create(
        channel=shared.channel, type="npc", npc=npc, text=f"Dear {SHOWN}, good evening.", seq=900
    )
    Reply.objects.create(message=question, npc=NpcFactory(), answer=answer, channel=question.channel)
    reply(parent=question, player=other, text="And to you.")
    say(room=left, player=other, text=f"@{USERNAME.upper()} come back")
    leave_room(room=left, player=player)
    InvitationFactory(player=player, invited_by=other, note=f"Come back, {SHOWN}")
    InvitationFactory(player=other, invited_by=player, note=SECRETS["note"])
    JoinRequestFactory(player=player, text=SECRETS["bio"])
    JoinRequestFactory(player=other, decided_by=player, status="declined", reason=SECRETS["note"])
    RulesAcceptanceFactory(room=shared, player=player)
    say_in_private(npc=npc, player=player, text=SECRETS["question"])
    InteractionFactory(npc=npc, player=player, message=SECRETS["question"], response=f"Well, {SHOWN}!")


def fill_messengers(player):
    """Linked with two bots by codes, with words for both."""
    for platform in ("discord", "slack"):
        bot = BotAssignmentFactory(bot_platform=platform, permissions=["direct"])
        code = make_code(player=player, now=timezone.now())
        for number, text in enumerate([SECRETS["elsewhere"], code.text]):
            incoming = Incoming(
                external_id=str(number), channel="", author_id="7", author_name=SHOWN, text=text
            )
            receive(bot=bot, incoming=incoming, now=timezone.now())
    make_code(player=player, now=timezone.now())


def fill_learning(player):
    quiz = new_quiz(players=1)
    quiz.enter(player=player)
    bo = quiz.players[0]
    quiz.begin().play({player: True, bo: False}, {player: True, bo: True}, {player: False, bo: True})
    AnswerEventFactory.create_batch(3, player=player)
    HintFactory(player=player)
    award_xp(player=player, amount=50, reason="Quiz", source_type="session", source_id="1")
