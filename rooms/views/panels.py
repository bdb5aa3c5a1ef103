from players.models import Player
from rooms.models import Room
from rooms.permissions import may_start_session
from rooms.queries.sessions import Panel, panel_for


def panel_of(player: Player, room: Room) -> Panel:
    """The session panel with the viewer's rights."""
    return panel_for(room=room, player=player, may_start=may_start_session(player, room))
