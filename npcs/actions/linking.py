"""A person of another messenger shows that he is a player here, and decides what becomes of what he said there.

Both sides are shown by one code: the page gives it to whoever is signed in, and it is written to the bot. Not the
other way round: a code that a bot hands out could be typed in by a player who was talked into it, and somebody
else's identity would stand in his account; and what a bot says may be read by more than one. A code of the page is
known to the player alone until he spends it. It works only beside his username ("link @ada …"), so that nobody who
is given a stranger's code to type can miss whose account he names, and the bot's answer names it again.

Nothing that is remembered here is told to the bot: whoever holds its token can speak in anybody's name. The way
leads inwards only, and only when the player has said so on his page.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from npcs.actions.memory import remember_exchange
from npcs.models import BotAssignment, BotMessage, Interaction, LinkCode, OutsideIdentity
from npcs.permissions import may_see_npcs
from npcs.queries import memory as memories
from npcs.queries.linking import said_by
from npcs.rules.linking import Link, Unlink, new_code, shown
from npcs.rules.memory.scenes import Reach, Scene
from npcs.signals import identity_linked
from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import announce
from padawanforge.kit.work import WorkState
from players.models import Player
from players.permissions import has_account

CODE_MINUTES = 10
CODES_AN_HOUR = 10
WRONG_AN_HOUR = 5
HOUR = timedelta(hours=1)
CODES_KEPT = timedelta(days=1)
# As many as a character keeps of one person.
JOINED_AT_MOST = 200

Words = OutsideIdentity.Words
NOT_HERE = (
    "Everybody here could read that code, so it is void. Have another one shown, and write it to me alone."
)
WRONG = "I don't know this code under this name. Perhaps it is too old: have another one shown on your page."
TOO_OFTEN = "Those were too many wrong codes. Try again in an hour."
TAKEN = "You are linked with another account already. Write unlink to end that, then have another code shown."
NOT_LINKED = "You are not linked with any account."
UNLINKED = "You are no longer linked with any account. What was taken over there before stays there."


class TooManyCodes(DomainError):
    code = "rate_limited"


class NotForGuests(DomainError):
    code = "guest"


class NotRemembered(DomainError):
    code = "memory_off"


@dataclass(frozen=True, slots=True)
class MadeCode:
    """`text` is what the player writes to the bot; the code exists here only and is never stored."""

    code: str
    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    kind: str
    text: str


# --- The player's side -----------------------------------------------------------------------------------


@transaction.atomic
def make_code(*, player: Player, now: datetime) -> MadeCode:
    """The one code of the player that is good from now on, for one use."""
    if not has_account(player):
        raise NotForGuests("Make an account first: a guest is gone tomorrow.")
    # The lock lets two requests of one player come one after the other, so that one code is good.
    player = Player.objects.select_for_update().select_related(None).get(pk=player.pk)
    mine = LinkCode.objects.filter(player=player)
    if mine.filter(created_at__gt=now - HOUR).count() >= CODES_AN_HOUR:
        raise TooManyCodes(f"You have had {CODES_AN_HOUR} codes in an hour. Wait a little.")
    mine.filter(ended_at=None).update(ended_at=now)
    code = new_code(secrets.SystemRandom())
    expires_at = now + timedelta(minutes=CODE_MINUTES)
    LinkCode.objects.create(player=player, code_hash=_hash_of(code), created_at=now, expires_at=expires_at)
    return MadeCode(shown(code), f"link @{player.username} {shown(code)}", expires_at)


@transaction.atomic
def join_words(*, identity: OutsideIdentity, now: datetime) -> int:
    """The player's yes: what he said to the bot is remembered of him, and from now on too; how many sayings.

    Privately, also what was said in a channel there: it comes to mind only where the two are alone. Nothing where
    memory is off.
    """
    npc_id = identity.bot.npc_id
    if not memories.remembers(npc_id=npc_id, player_id=identity.player_id):
        raise NotRemembered(f"{identity.bot.npc.name} does not remember you: its memory, or yours, is off.")
    mine = OutsideIdentity.objects.filter(pk=identity.pk)
    # Also the lock against an answer that is being written down.
    if not mine.exclude(words=Words.JOINED).update(words=Words.JOINED, decided_at=now):
        return 0
    newest = said_by(identity).filter(state=WorkState.DONE).order_by("-pk")[:JOINED_AT_MOST]
    rows = list(newest.select_related("interaction__npc"))[::-1]
    return sum(_remembered(row, identity.player) for row in rows)


@transaction.atomic
def keep_apart(*, identity: OutsideIdentity, now: datetime) -> None:
    """The player's no, or no longer: nothing more is taken over. What was, is on the page of his memories."""
    OutsideIdentity.objects.filter(pk=identity.pk).update(words=Words.APART, decided_at=now)


@transaction.atomic
def delete_words(*, identity: OutsideIdentity, now: datetime) -> int:
    """Keep apart, and forget what was said to the bot until now; how many messages that were."""
    keep_apart(identity=identity, now=now)
    return forget(said_by(identity))


@transaction.atomic
def unlink(*, identity: OutsideIdentity) -> bool:
    """Whoever speaks there is nobody here again; False when he was already."""
    return _ended(identity.bot_id, identity.author_key, player_id=identity.player_id)


# --- The bot's side --------------------------------------------------------------------------------------


@transaction.atomic
def obey(message: BotMessage, command: Link | Unlink, *, now: datetime) -> Answer:
    """What was written to the program and not to the character, and what is answered."""
    if isinstance(command, Unlink):
        is_gone = _ended(message.bot_id, message.author_key, but=message.pk)
        return Answer(BotMessage.Kind.LINK, UNLINKED if is_gone else NOT_LINKED)
    if message.channel:
        LinkCode.objects.open(now).filter(code_hash=_hash_of(command.code)).update(ended_at=now)
        return Answer(BotMessage.Kind.LINK, NOT_HERE)
    return _link(message, command, now)


def note_said(message: BotMessage) -> None:
    """In the transaction in which its answer is written down: remember it, where the player has said yes."""
    identity = _identity_of(message.bot, message.author_key)
    if identity is not None and identity.words == Words.JOINED:
        _remembered(message, identity.player)


def lock_identity(message: BotMessage) -> None:
    """So that a yes of the same moment either sees the answer, or is seen by it."""
    _identity_of(message.bot, message.author_key)


def forget(rows: QuerySet[BotMessage]) -> int:
    """Delete these messages of bots, also where the answers are noted; how many there were."""
    noted = rows.exclude(interaction=None).values("interaction")
    forget_noted(Interaction.objects.filter(pk__in=noted))
    return rows.delete()[0]


def forget_noted(rows: QuerySet[Interaction]) -> None:
    """The figures of use and cost stay."""
    rows.update(message="", response="", manifest=[])


def forget_codes(*, now: datetime) -> int:
    """Codes that are long over; they count for the limit of an hour only."""
    return LinkCode.objects.filter(created_at__lt=now - CODES_KEPT).delete()[0]


def _link(message: BotMessage, command: Link, now: datetime) -> Answer:
    wrong = message.bot.messages.filter(
        author_key=message.author_key, kind=BotMessage.Kind.WRONG, created_at__gt=now - HOUR
    )
    if wrong.count() >= WRONG_AN_HOUR:
        return Answer(BotMessage.Kind.LINK, TOO_OFTEN)
    codes = LinkCode.objects.open(now).filter(
        code_hash=_hash_of(command.code), player__username=command.username
    )
    code = codes.select_related("player").first()
    is_good = code is not None and has_account(code.player) and may_see_npcs(code.player)
    # Whoever ends it first has used it. By its own row: a condition on another table is not looked at again.
    if code is None or not is_good or not LinkCode.objects.open(now).filter(pk=code.pk).update(ended_at=now):
        return Answer(BotMessage.Kind.WRONG, WRONG)
    return Answer(BotMessage.Kind.LINK, _linked(message, code.player, now))


def _linked(message: BotMessage, player: Player, now: datetime) -> str:
    try:
        with transaction.atomic():
            identity = OutsideIdentity.objects.create(
                bot=message.bot,
                player=player,
                author_key=message.author_key,
                author_name=message.author_name,
                linked_at=now,
            )
    except IntegrityError:
        same = OutsideIdentity.objects.filter(bot=message.bot, author_key=message.author_key, player=player)
        if not same.exists():
            return TAKEN
    else:
        # The code may have fallen into other hands: the account hears of it as well.
        announce(identity_linked, sender=OutsideIdentity, identity_id=identity.pk)
    return (
        f"You are linked with the account @{player.username}. What you say here stays apart from it until you "
        "decide otherwise on your page there. If that is not your account, write unlink."
    )


def _ended(bot: int, author_key: str, *, player_id: int | None = None, but: int = 0) -> bool:
    """Also what the bot had said of the link, for it names the account."""
    rows = OutsideIdentity.objects.filter(bot=bot, author_key=author_key)
    gone, _ = (rows if player_id is None else rows.filter(player=player_id)).delete()
    if gone:
        said = BotMessage.objects.filter(bot=bot, author_key=author_key, kind=BotMessage.Kind.LINK)
        said.exclude(pk=but).delete()
    return bool(gone)


def _identity_of(bot: BotAssignment, author_key: str) -> OutsideIdentity | None:
    rows = OutsideIdentity.objects.select_for_update(of=("self",)).select_related("player")
    return rows.filter(bot=bot, author_key=author_key).first()


def _remembered(message: BotMessage, player: Player) -> bool:
    if message.interaction is None:
        return False
    kept = remember_exchange(
        interaction=message.interaction,
        player=player,
        scene=Scene(reach=Reach.PRIVATE, message=message.uuid),
        now=message.created_at,
    )
    return kept is not None


def _hash_of(code: str) -> str:
    return salted_hmac("npcs.link", code, algorithm="sha256").hexdigest()
