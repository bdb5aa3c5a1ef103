"""The JSON interface under /api/v1/: one router for each noun, one translation of refusals."""

from learning.api import router as learning_router
from learning.bank_api import router as statements_router
from messaging.api import router as notifications_router
from messaging.direct_api import router as direct_router
from messaging.history_api import router as history_router
from messaging.keeping_api import router as keeping_router
from messaging.polls_api import router as polls_router
from messaging.stream_api import router as stream_router
from messaging.upload_api import router as uploads_router
from npcs.api import router as npcs_router
from npcs.knowledge_api import router as notes_router
from npcs.library_api import router as libraries_router
from npcs.lifecycle_api import router as lifecycle_router
from npcs.making_api import router as making_router
from npcs.memory_api import router as memory_router
from npcs.post_api import router as posts_router
from npcs.tool_api import router as tools_router
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
from rooms.answer_api import router as answers_router
from rooms.api import router as rooms_router
from rooms.entry_api import router as entry_router
from rooms.measure_api import router as measures_router
from rooms.place_api import router as places_router
from rooms.session_api import router as sessions_router
from rooms.session_results_api import router as session_results_router
from rooms.settings_api import router as room_settings_router
from rooms.talk_api import router as talks_router

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
    learning_router,
    exports_router,
    notifications_router,
    direct_router,
    history_router,
    npcs_router,
    memory_router,
    tools_router,
    posts_router,
    notes_router,
    making_router,
    lifecycle_router,
    libraries_router,
    entry_router,
    keeping_router,
    polls_router,
    uploads_router,
    rooms_router,
    sessions_router,
    session_results_router,
    room_settings_router,
    measures_router,
    places_router,
    talks_router,
    answers_router,
    stream_router,
    statements_router,
):
    api.add_router("", router)
