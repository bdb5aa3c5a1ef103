from django.utils import timezone

from padawanforge.kit import work
from padawanforge.kit.jobs import every, job
from rooms.actions import directing, former_staff, idle, offers, patience, replies, rooms, summaries, talks
from rooms.models import Reply


@job("rooms.react")
def react(pk: int) -> None:
    """A character answers a message."""
    replies.react(pk=pk)


@job("rooms.direct")
def direct(pk: int) -> None:
    """The director of a room chooses who answers a message."""
    directing.direct(pk=pk)


@job("rooms.summarise")
def summarise(channel: int, npc: int) -> None:
    """The oldest part of a conversation is put in short."""
    summaries.summarise(channel=channel, npc=npc)


@every(0.5, name="rooms.begin_held_back")
def begin_held_back() -> None:
    patience.begin_due(now=timezone.now())


@every(60, name="rooms.recount_places")
def recount_places() -> None:
    former_staff.sweep_former_staff(now=timezone.now())
    rooms.recount_places()


@every(60, name="rooms.offer_places")
def offer_places() -> None:
    offers.offer_waiting_places(now=timezone.now())


@every(300, name="rooms.archive_unused")
def archive_unused() -> None:
    idle.archive_unused(now=timezone.now())


@every(300, name="rooms.remove_empty_talks")
def remove_empty_talks() -> None:
    talks.remove_empty_talks()


work.register(Reply, job="rooms.react", give_up=replies.interrupt, begins_again=False)
