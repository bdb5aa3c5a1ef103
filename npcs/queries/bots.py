"""The bots of other messengers that speak for characters."""

from uuid import UUID

from npcs.llm.client import UNDECIPHERED
from npcs.models import BotAssignment


def active_bot(uuid: UUID) -> BotAssignment | None:
    bot = BotAssignment.objects.select_related("npc").filter(uuid=uuid, is_active=True).first()
    # Sealed with another SECRET_KEY it comes out as it is stored: whoever has read the table must not sign with it.
    is_readable = bot is not None and not (bot.bot_token or UNDECIPHERED).startswith(UNDECIPHERED)
    return bot if is_readable else None
