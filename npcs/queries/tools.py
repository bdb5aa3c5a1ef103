"""What the staff says to tools, and what players are asked."""

from uuid import UUID

from django.utils import timezone

from npcs.models import ToolPolicy, ToolUse
from padawanforge.kit.paging import Page, page_of
from players.models import Player, Role


def decision_for(tool: str, player: Player, *, default: str) -> str:
    """The line of the player's highest role that has one, else the line for everybody, else the tool's own."""
    lines = dict(ToolPolicy.objects.filter(tool=tool).values_list("role", "decision"))
    if not lines:
        return default
    held = Role.objects.filter(group__user=player, is_active=True).order_by("-level")
    named = next((lines[role] for role in held.values_list("name", flat=True) if role in lines), None)
    return named or lines.get("") or default


def use_for(player: Player, uuid: UUID) -> ToolUse | None:
    """What the player was asked, or what was done for him."""
    return ToolUse.objects.filter(uuid=uuid, player=player).select_related("npc", "player").first()


def page_of_uses(player: Player, *, cursor: str, limit: int) -> Page:
    """The newest first."""
    rows = ToolUse.objects.filter(player=player).select_related("npc")
    return page_of(rows, order=("-pk",), cursor=cursor, limit=limit)


def is_open(use: ToolUse) -> bool:
    """Whether the player can still say yes or no."""
    is_over = use.expires_at is not None and use.expires_at <= timezone.now()
    return use.state == ToolUse.State.ASKED and not is_over


def may_be_undone(use: ToolUse) -> bool:
    return use.state == ToolUse.State.DONE and use.undo is not None
