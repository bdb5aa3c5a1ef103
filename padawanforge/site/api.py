"""The JSON interface under /api/v1/: one router for each noun, one translation of refusals."""

from messaging.api import router as notifications_router
from npcs.api import router as npcs_router
from padawanforge.site import api_errors
from padawanforge.site.api_input import CleanParser
from padawanforge.site.api_schema import Api
from players.api.auth import BrowserAuth, TokenAuth, know_operation
from players.api.exports import router as exports_router
from players.api.limits import PerPlayer
from players.api.me import router as me_router
from players.api.players import router as players_router
from players.api.progress import router as progress_router
from players.api.relationships import router as people_router
from rooms.api import router as rooms_router
from rooms.session_api import router as sessions_router

DESCRIPTION = """
Everything that a player can do, for programs. Sign in with a personal token (Settings, API tokens) in the
header `Authorization: Bearer pf_…`; each operation names the scope that the token needs. An answer holds
what its player may see, nothing else.
"""

# The token first: the session's sign-in brings the CSRF check, which would refuse a program's changes.
# No interactive page of ninja's: it would need scripts from elsewhere. Ours is padawanforge.site.api_docs.
api = Api(
    title="PadawanForge",
    version="1",
    description=DESCRIPTION.strip(),
    auth=[TokenAuth(), BrowserAuth()],
    throttle=[PerPlayer()],
    parser=CleanParser(),
    docs_url=None,
)
api.add_decorator(know_operation, mode="view")
api_errors.install(api)
for router in (
    players_router,
    me_router,
    people_router,
    progress_router,
    exports_router,
    notifications_router,
    npcs_router,
    rooms_router,
    sessions_router,
):
    api.add_router("", router)
