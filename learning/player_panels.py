"""What a profile shows of the learning, to those who may see the player's mastery."""

from learning.queries.mastery import mastery_by_topic
from players.panels import Panel, register
from players.rules.privacy import Field

register(
    Panel(
        name="mastery",
        field=Field.MASTERY,
        template="learning/_mastery.html",
        load=mastery_by_topic,
        position=20,
    )
)
