from padawanforge.kit import work
from padawanforge.kit.jobs import job
from rooms.actions import talk
from rooms.models import Reply


@job("rooms.react")
def react(pk: int) -> None:
    """A character answers a message."""
    talk.react(pk=pk)


work.register(Reply, job="rooms.react", give_up=talk.give_up)
