"""What a profile shows of the learning, to those who may see it."""

from learning.queries.leagues import mark_of
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
register(
    Panel(
        name="league",
        field=Field.BOARDS,
        template="learning/_league_mark.html",
        load=mark_of,
        position=30,
    )
)
