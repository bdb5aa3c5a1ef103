"""Threads: the answers to one message, and who wants to hear of them."""

from messaging.models import Message, ThreadFollow
from players.models import Player


def root_of(parent: Message) -> Message:
    """The first message of the thread in which an answer to this one stands."""
    return parent.root or parent


def put_under(message: Message, parent: Message) -> None:
    """Make the message, before it is stored, an answer to the other one."""
    message.parent, message.root = parent, root_of(parent)
    message.thread_depth = parent.thread_depth + 1


def note_answer(message: Message) -> None:
    """Who writes in a thread follows it, and so does its first author, unless he has said that he won't.

    Called in the transaction that stores the answer: a thread never lacks somebody who writes in it.
    """
    if message.root_id is None:
        return
    root = Message.objects.only("player_id", "seq").get(pk=message.root_id)
    read = {root.player_id: root.seq, message.player_id: message.seq}
    follows = [
        ThreadFollow(player_id=player, root=root, read_seq=seq)
        for player, seq in read.items()
        if player is not None
    ]
    ThreadFollow.objects.bulk_create(follows, ignore_conflicts=True)
    if message.player is not None:
        note_thread_read(root=root, player=message.player, seq=message.seq)


def follow(*, root: Message, player: Player, on: bool, seq: int) -> None:
    """Hear of what is said from now on, or not even of what is answered to oneself."""
    ThreadFollow.objects.update_or_create(
        player=player, root=root, defaults={"is_on": on}, create_defaults={"is_on": on, "read_seq": seq}
    )


def note_thread_read(*, root: Message, player: Player, seq: int) -> None:
    """The player has read the thread up to there; the pointer never goes back."""
    ThreadFollow.objects.filter(root=root, player=player, read_seq__lt=seq).update(read_seq=seq)
