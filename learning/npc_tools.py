"""What characters may do for learners: begin a practice with them."""

from django.utils import timezone

from learning.actions.practice import end_practice, start_practice
from learning.models import Practice, Topic
from npcs.actions import tools
from npcs.actions.tools import Doing, Done, Tool, ToolRefused
from npcs.models import ToolUse
from players.permissions import may_see_games

STATEMENTS = 10


def _start(doing: Doing) -> Done:
    named = str(doing.arguments.get("topic", "")).strip()
    topic = Topic.objects.filter(name__iexact=named).first() if named else None
    if named and topic is None:
        some = ", ".join(Topic.objects.order_by("name").values_list("name", flat=True)[:20])
        raise ToolRefused(f"There is no topic “{named}”. There are: {some or 'none yet'}.")
    practice = start_practice(
        player=doing.player,
        topic=topic,
        planned=doing.arguments.get("statements", STATEMENTS),
        now=timezone.now(),
    )
    subject = f" on {topic.name}" if topic else ""
    return Done(
        f"A practice of {practice.planned} statements{subject} is open. It is under Learning, Practice.",
        undo={"practice": practice.pk},
    )


def _end(use: ToolUse) -> None:
    practice = Practice.objects.filter(pk=(use.undo or {}).get("practice"), player=use.player).first()
    if practice is not None:
        end_practice(practice=practice, now=timezone.now())


tools.register(
    Tool(
        name="start_practice",
        description="Begin a practice of true or false statements for the learner, when they want to be tested.",
        parameters={
            "type": "object",
            "properties": {
                "topic": {"type": "string", "maxLength": 100, "description": "Empty for all topics."},
                "statements": {"type": "integer", "minimum": 3, "maximum": 30},
            },
        },
        run=_start,
        ask="Begin a practice with you? {topic}",
        undo=_end,
        may=may_see_games,
    )
)
