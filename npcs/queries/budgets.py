"""Which limits hold for a call, and what of them is left today."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from npcs.models import AiControl, Budget, Npc, UsageDay
from npcs.queries.engines import control
from padawanforge.kit.prepared import prepared
from players.choices import RoleName
from players.models import Player
from players.queries.roles import held_roles

Scope = UsageDay.Scope
STAFF = frozenset({RoleName.GAME_MASTER, RoleName.SYSTEM_ADMIN})


@dataclass(frozen=True, slots=True)
class Limit:
    """What may be used in a day; None where there is no limit (it is counted all the same)."""

    scope: str
    key: str = ""
    tokens: int | None = None
    money: Decimal | None = None
    name: str = ""

    def refusal(self, *, until: str) -> str:
        """What the person reads whose question it was."""
        if self.scope == Scope.SITE:
            return f"What may be spent on answers today is spent. It starts anew {until}."
        who = {
            Scope.PLAYER: f"You have used the {self.tokens:,} tokens that you have for characters' answers",
            Scope.NPC: f"{self.name} has used the {self.tokens:,} tokens that it has for its answers",
            Scope.PLACE: f"The {self.tokens:,} tokens for characters' answers in this place are used",
        }[UsageDay.Scope(self.scope)]
        return f"{who} today. It starts anew {until}."


def limits_for(
    *, player: Player | None, npc: Npc | None, place: UUID | None, defaults: AiControl | None = None
) -> list[Limit]:
    """In the order in which they are locked: player, character, place, installation."""
    defaults = defaults or control()
    limits = []
    own = {
        (row.player_id, row.npc_id, row.place, row.role): row.tokens_per_day
        for row in _concerning(player.pk if player else None, npc.pk if npc else None, place)
    }
    if player is not None:
        tokens = own.get((player.pk, None, None, ""))
        tokens = tokens if tokens is not None else _by_role(player, own, defaults)
        limits.append(Limit(Scope.PLAYER, str(player.uuid), tokens))
    if npc is not None:
        tokens = own.get((None, npc.pk, None, ""), defaults.tokens_per_npc)
        limits.append(Limit(Scope.NPC, str(npc.uuid), tokens, name=npc.name))
    if place is not None:
        tokens = own.get((None, None, place, ""), defaults.tokens_per_place)
        limits.append(Limit(Scope.PLACE, str(place), tokens))
    return [*limits, Limit(Scope.SITE, money=defaults.money_per_day)]


@dataclass(frozen=True, slots=True)
class Use:
    tokens: int
    limit: int | None


def own_use(player: Player) -> Use:
    """What the player has used today of the installation's providers, and what there is."""
    limit = limits_for(player=player, npc=None, place=None)[0]
    row = UsageDay.objects.filter(scope=limit.scope, key=limit.key, day=timezone.now().date()).first()
    return Use(row.tokens if row else 0, limit.tokens)


@prepared
def _concerning(player_id: int | None, npc_id: int | None, place: UUID | None) -> QuerySet[Budget]:
    concerning = Q(role__gt="")
    if player_id is not None:
        concerning |= Q(player=player_id)
    if npc_id is not None:
        concerning |= Q(npc=npc_id)
    return Budget.objects.filter(concerning | Q(place=place) if place is not None else concerning)


def _by_role(player: Player, own: dict, defaults: AiControl) -> int:
    """The most that one of the player's roles has."""
    held = set(held_roles(player))
    named = [tokens for (_, _, _, role), tokens in own.items() if role and role in held]
    if named:
        return max(named)
    return defaults.tokens_per_staff if held & STAFF else defaults.tokens_per_player
