"""Statements outlive the character whose notes they came from."""

from learning.models import Statement, StatementPool
from npcs.ties import Tie, by_npc, register

register(
    Tie(
        name="learning.statements",
        one="statement",
        many="statements",
        fate="unlinked",
        count=lambda npc_ids: by_npc(Statement.objects.filter(npc__in=npc_ids)),
        release=lambda npc_id: Statement.objects.filter(npc=npc_id).update(npc=None),
    )
)
register(
    Tie(
        name="learning.pools",
        one="pool of statements",
        many="pools of statements",
        fate="stays",
        count=lambda npc_ids: by_npc(StatementPool.objects.filter(npc__in=npc_ids)),
    )
)
