"""Which roles somebody holds, by name: one is the primary, others may be given besides, and roles bring roles."""

from collections.abc import Collection, Mapping
from typing import Any


def with_brought(roles: Collection[str], brings: Mapping[Any, Collection[str]]) -> set[str]:
    """The roles and all that they bring."""
    return set(roles).union(*(brings[role] for role in roles))


def further_roles(held: Collection[str], primary: str, brings: Mapping[Any, Collection[str]]) -> set[str]:
    """Those that were given by themselves: neither the primary role nor brought by another one."""
    others = set(held) - with_brought([primary], brings)
    return others - set().union(*(brings[role] for role in others))
