from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import Field

from players.queries.cards import PlayerCard, ProfileCard
from players.rules.privacy import Field as Seen


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


class PersonOut(Schema):
    """Who somebody is. What the caller may not see is null."""

    username: str
    name: str
    url: str
    is_guest: bool
    is_open: bool = Field(description="Whether the caller sees anything besides the names.")
    avatar_url: str | None
    role: str | None
    level: int | None


class PlayerOut(PersonOut):
    bio: str | None
    social_links: dict[str, str] | None
    joined_at: datetime | None
    real_name: str | None
    full_name: str | None
    age: int | None
    location: str | None
    occupation: str | None
    education_level: str | None
    interests: list[str] | None
    progress: ProgressOut | None


class MeOut(PlayerOut):
    uuid: UUID
    permissions: list[str]


class PeopleOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    players: list[PersonOut]
    after: str


# Field of the answer -> the field that the privacy rule speaks of, and where the card has it.
OPEN_BY = {
    "avatar_url": (Seen.AVATAR, "avatar_url"),
    "role": (Seen.ROLE, "role"),
    "bio": (Seen.BIO, "bio"),
    "joined_at": (Seen.JOINED, "joined_at"),
    "real_name": (Seen.REAL_NAME, "real_name"),
    "full_name": (Seen.FULL_NAME, "full_name"),
    "age": (Seen.AGE, "age"),
    "location": (Seen.LOCATION, "location"),
    "occupation": (Seen.OCCUPATION, "occupation"),
    "education_level": (Seen.EDUCATION, "education_level"),
    "interests": (Seen.INTERESTS, "interests"),
    "progress": (Seen.PROGRESS, "progress"),
}
NAMES = ("username", "name", "url", "is_guest", "is_open")


def player_out(card: ProfileCard) -> dict[str, object]:
    """Null for what the caller may not see; "" or [] for what he may, and isn't there."""
    shown = {
        name: getattr(card, source) if field in card.fields else None
        for name, (field, source) in OPEN_BY.items()
    }
    links = {link.label: link.url for link in card.links} if Seen.SOCIAL_LINKS in card.fields else None
    level = card.progress.level if card.progress else None
    return {name: getattr(card, name) for name in NAMES} | shown | {"social_links": links, "level": level}


def person_out(card: PlayerCard) -> dict[str, object]:
    return {name: getattr(card, name) for name in NAMES} | {
        "avatar_url": card.avatar_url if Seen.AVATAR in card.fields else None,
        "role": card.role_display_name if Seen.ROLE in card.fields else None,
        "level": card.level,
    }
