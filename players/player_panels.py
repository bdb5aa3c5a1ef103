"""What this app shows on a profile besides the card: the latest weeks, and what was unlocked."""

from players.panels import Panel, register
from players.queries.achievements import unlocked_on_profile
from players.queries.calendars import profile_calendar
from players.rules.privacy import Field

register(
    Panel(
        name="achievements",
        field=Field.ACHIEVEMENTS,
        template="players/_achievements.html",
        load=unlocked_on_profile,
        position=10,
    )
)
register(
    Panel(
        name="calendar",
        field=Field.ACTIVITY,
        template="players/_calendar_panel.html",
        load=profile_calendar,
        position=30,
    )
)
