"""Which fact a statement is about. Its true and its false variant share a key; who has none is alone."""

from zlib import crc32

# No key of an author's holds this sign.
ALONE = "#"


def fact_of(*, pk: int, fact_key: str) -> str:
    return fact_key or f"{ALONE}{pk}"


def alone(fact: str) -> int | None:
    """The statement that is a fact of its own, None for a fact with a key."""
    return int(fact.removeprefix(ALONE)) if fact.startswith(ALONE) else None


def seed_of(player_id: int, fact: str) -> int:
    """The same in every process and at every replay."""
    return crc32(f"{player_id}:{fact}".encode())
