"""Everything that is derived from the answers, found anew from them: skills, difficulties, cards, pay, statistics."""

from collections.abc import Sequence
from datetime import datetime

from learning.actions.pay_again import differences_of_pay, pay_missing
from learning.actions.quality import differences_of_statistics, refresh_statistics
from learning.actions.rebuild import differences, rebuild
from learning.actions.rebuild_cards import differences_of_cards, rebuild_cards


def all_differences(*, now: datetime) -> list[str]:
    """What is not as the answers say, line by line."""
    found: list[Sequence[object]] = [
        differences(), differences_of_cards(), differences_of_pay(now=now), differences_of_statistics(),
    ]  # fmt: skip
    return [str(one) for part in found for one in part]


def rebuild_all(*, now: datetime) -> list[str]:
    """Write what the answers say; the differences that there were. Nobody's experience falls.

    In this order: pay looks at nothing but answers, statistics at the skills before them.
    """
    found: list[Sequence[object]] = [rebuild(), rebuild_cards(), differences_of_pay(now=now)]
    if found[-1]:
        pay_missing(player_ids={one.player_id for one in differences_of_pay(now=now)}, now=now)
    found.append(differences_of_statistics())
    refresh_statistics()
    return [str(one) for part in found for one in part]
