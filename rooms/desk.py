"""Where this process takes what players ask of their games: what comes in while some is looked up is looked up together."""

from messaging.database import in_database
from messaging.desk import Desk
from rooms.actions.session_together import Ballot, Look, answer_together, look_together, panels_together
from rooms.models import SessionAnswer

scoreboard: Desk[Look, dict] = Desk(in_database(look_together))
screen: Desk[Look, str] = Desk(in_database(panels_together))
ballot_box: Desk[Ballot, SessionAnswer] = Desk(in_database(answer_together))
