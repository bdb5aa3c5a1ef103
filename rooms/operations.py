"""What a client may ask about the answers of characters, besides what every channel offers."""

from typing import Annotated, Literal
from uuid import UUID

from django.utils import timezone
from msgspec import Meta, Struct

from messaging import permissions as channels
from messaging.connections import Connection
from messaging.database import in_database
from messaging.operations import operation
from players.models import Player
from players.queries.bans import admitted
from rooms import permissions
from rooms.actions.variants import AnswerGone, choose_variant, make_again, stop
from rooms.models import Reply
from rooms.queries.replies import draft_data
from rooms.refusals import NotYourAnswer
from rooms.rules.limits import VARIANTS


class Answer(Struct):
    """`look` reads what was said so far; the rest is for who asked and for moderators, as the action finds out."""

    answer: UUID
    act: Literal["look", "stop", "again", "choose"]
    n: Annotated[int, Meta(ge=1, le=VARIANTS)] = 1


@operation("answer", frame=Answer, access="reader of the channel")
async def answer(connection: Connection, frame: Answer) -> dict:
    return await in_database(_answer)(connection.player_id, frame)


def _answer(player_id: int, frame: Answer) -> dict:
    player = admitted(timezone.now()).select_related("profile").filter(pk=player_id).first()
    reply = (
        Reply.objects.select_related("channel", "npc", "player", "answer").filter(uuid=frame.answer).first()
    )
    if player is None or reply is None or not channels.may_read(player, reply.channel):
        raise AnswerGone("There is no such answer.")
    if frame.act == "look":
        return {"speaking": draft_data(reply)}
    return {"did": change_answer(reply, player, frame.act, frame.n)}


def change_answer(reply: Reply, player: Player, act: str, number: int = 1) -> bool:
    """What the buttons below an answer do, by whichever door; false when there was nothing to do."""
    if not permissions.may_direct_answer(player, reply):
        raise NotYourAnswer("Only who asked, and who moderates, can do this.")
    if act == "stop":
        return stop(reply=reply)
    if act == "choose":
        choose_variant(reply=reply, number=number)
    else:
        make_again(reply=reply, by=player, now=timezone.now())
    return True
