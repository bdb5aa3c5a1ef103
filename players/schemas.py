from uuid import UUID

from ninja import Schema


class ProgressOut(Schema):
    level: int
    xp: int
    xp_into_level: int
    xp_for_next: int
    percent: int
    best_streak: int
    total_sessions: int
    total_answers: int
    accuracy_percent: int


class PlayerOut(Schema):
    """Of a closed profile only the names are told."""

    username: str
    name: str
    url: str
    is_guest: bool
    is_open: bool
    avatar_url: str
    role: str
    bio: str
    progress: ProgressOut | None


class MeOut(PlayerOut):
    uuid: UUID
    permissions: list[str]
