"""The segments of the player himself: what is told, and what may be changed (`…In`: what isn't sent stays)."""

from datetime import date, datetime, time
from typing import Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from players.models import PlayerPreferences, PlayerProfile

Theme = PlayerPreferences.Theme
Level = PlayerPreferences.PrivacyLevel
Visibility = PlayerProfile.Visibility
Digest = PlayerPreferences.Digest
Way = Literal["push", "email"]


class Change(Schema):
    """Unknown fields are refused by name instead of being dropped in silence."""

    model_config = ConfigDict(extra="forbid")

    def given(self) -> dict[str, object]:
        return self.dict(exclude_unset=True)


class ProfileOut(Schema):
    username: str
    display_name: str
    name: str = Field(description="The real name; the player decides who sees it.")
    bio: str
    social_links: dict[str, str] = Field(description="Name of the link -> address.")
    avatar_url: str


class ProfileIn(Change):
    display_name: str = Field("", max_length=50, description="What others read; without it, the username.")
    name: str = Field("", max_length=100, description="The real name.")
    bio: str = Field("", max_length=1000)
    social_links: dict[str, str] = Field(
        default_factory=dict,
        description="Up to five: name -> https address.",
        examples=[{"Blog": "https://ada.example.org"}],
    )


class PreferencesOut(Schema):
    theme: str
    language: str
    timezone: str = Field(description="Such as Europe/Paris; empty: as the device.")
    notifications: bool
    notification_switches: dict[str, bool]
    notification_ways: dict[str, list[str]]
    digest: str
    quiet_from: time | None
    quiet_until: time | None
    ui_preferences: dict[str, object]
    game_preferences: dict[str, object]
    wants_boards: bool = Field(description="Whether the name may stand on public boards.")
    shows_read_receipts: bool = Field(description="Whether others see which direct messages are read.")
    tutorial_completed: bool
    onboarding_completed_at: datetime | None


class PreferencesIn(Change):
    theme: Theme = Theme.SYSTEM
    language: str = Field("en", max_length=10)
    timezone: str = Field("", max_length=64)
    notifications: bool = True
    notification_switches: dict[str, bool] = Field(
        default_factory=dict, description="Kind of notification -> whether it is wanted.",
        examples=[{"friend": True, "streak": False}],
    )  # fmt: skip
    notification_ways: dict[str, list[Way]] = Field(
        default_factory=dict, description="Kind of notification -> by which ways besides the pages.",
        examples=[{"friend": ["email"], "message": ["push", "email"]}],
    )  # fmt: skip
    digest: Digest = Digest.OFF
    quiet_from: time | None = Field(None, description="Both or none; by the own time zone.")
    quiet_until: time | None = None
    ui_preferences: dict[str, str] = Field(default_factory=dict, examples=[{"text_size": "large"}])
    game_preferences: dict[str, int | str] = Field(default_factory=dict, examples=[{"daily_goal": 20}])
    wants_boards: bool = False
    shows_read_receipts: bool = False


class PrivacyOut(Schema):
    profile_visibility: str
    privacy_level: str
    visibility_settings: dict[str, str]


class PrivacyIn(Change):
    profile_visibility: Visibility = Visibility.PUBLIC
    privacy_level: Level = Level.NORMAL
    visibility_settings: dict[str, Visibility] = Field(
        default_factory=dict, description="Field of the profile -> who sees it; what isn't named is private.",
        examples=[{"location": "friends"}],
    )  # fmt: skip


class Contact(Schema):
    model_config = ConfigDict(extra="forbid")

    name: str = Field("", max_length=100)
    relation: str = Field("", max_length=100)
    phone: str = Field("", max_length=100)


class Needs(Schema):
    model_config = ConfigDict(extra="forbid")

    time_factor: float = 1.0
    screen_reader: bool = False
    notes: str = Field("", max_length=500)


class PersonalInfoOut(Schema):
    full_name: str
    date_of_birth: date | None
    location: str
    occupation: str
    education_level: str
    interests: list[str]
    emergency_contact: dict[str, str]
    accessibility_needs: dict[str, object]
    data_sharing_consent: bool
    marketing_consent: bool
    research_consent: bool


class PersonalInfoIn(Change):
    full_name: str = Field("", max_length=200)
    date_of_birth: date | None = Field(None, description="Once given, only staff change it.")
    location: str = Field("", max_length=200)
    occupation: str = Field("", max_length=200)
    education_level: str = Field("", max_length=100)
    interests: list[str] = Field(default_factory=list, description="Up to twelve words.")
    emergency_contact: Contact = Field(default_factory=Contact)
    accessibility_needs: Needs = Field(default_factory=Needs)


class GameDataOut(Schema):
    """Totals; the game alone changes them."""

    level: int
    experience_points: int
    total_sessions: int
    total_correct_answers: int
    total_questions_answered: int
    best_streak: int
    current_streak: int
    last_session_at: datetime | None
    achievement_points: int
    day_streak: int
    day_streak_best: int
    streak_day: date | None
    freezes: int
    paused_until: date | None


class RoleOut(Schema):
    name: str
    display_name: str
    level: int
    is_primary: bool


class PermissionsOut(Schema):
    roles: list[RoleOut]
    permissions: list[str]
