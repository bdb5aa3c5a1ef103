from padawanforge.kit import work
from padawanforge.kit.jobs import every, job
from rooms.actions import rooms, talk
from rooms.models import Reply


@job("rooms.react")
def react(pk: int) -> None:
    """A character answers a message."""
    talk.react(pk=pk)


@every(60, name="rooms.recount_places")
def recount_places() -> None:
    rooms.recount_places()


@every(300, name="rooms.remove_empty_talks")
def remove_empty_talks() -> None:
    talk.remove_empty_talks()


work.register(Reply, job="rooms.react", give_up=talk.give_up)
