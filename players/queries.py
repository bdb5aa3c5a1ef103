"""What pages and the JSON interface show of players."""

from dataclasses import dataclass
from datetime import datetime

from players.models import DemoSession, Player, PlayerProfile
from players.models.player import PlayerQuerySet
from players.rules import MAX_LEVEL, level_for, percent_of, xp_for_level

RECENT_GAINS = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a player stands. On the highest level there is no next one: xp_for_next is 0, percent 100."""

    level: int
    xp: int
    xp_into_level: int
    xp_for_next: int
    percent: int
    best_streak: int
    total_sessions: int
    accuracy_percent: int
    total_answers: int


@dataclass(frozen=True, slots=True)
class Gain:
    amount: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProfileCard:
    """A player as the viewer may see him; of a closed profile only the names are filled in."""

    username: str
    name: str
    url: str
    avatar_colour: int
    is_own: bool
    is_guest: bool
    is_open: bool
    avatar_url: str = ""
    role: str = ""
    bio: str = ""
    joined_at: datetime | None = None
    progress: Progress | None = None
    recent: tuple[Gain, ...] = ()


def profile_card(viewer: Player, username: str) -> ProfileCard | None:
    """None for somebody unknown or deactivated."""
    people = Player.objects.active().select_related("profile", "game_data", "primary_role")
    player = people.filter(username=username.lower()).first()
    if player is None:
        return None
    is_own = player == viewer
    # "Friends" is kept for the day on which players can be friends; until then it shows as little.
    is_open = is_own or player.profile.profile_visibility == PlayerProfile.Visibility.PUBLIC
    names = {
        "username": player.username,
        "name": player.name,
        "url": player.get_absolute_url(),
        "avatar_colour": player.avatar_colour,
        "is_own": is_own,
        "is_guest": player.is_guest,
        "is_open": is_open,
    }
    return ProfileCard(**names, **(_details(player, is_own=is_own) if is_open else {}))


def progress_of(player: Player) -> Progress:
    totals = player.game_data
    xp = totals.experience_points
    level = level_for(xp)
    begin = xp_for_level(level)
    needed = 0 if level == MAX_LEVEL else xp_for_level(level + 1) - begin
    return Progress(
        level=level,
        xp=xp,
        xp_into_level=xp - begin,
        xp_for_next=needed,
        percent=percent_of(xp - begin, needed) if needed else 100,
        best_streak=totals.best_streak,
        total_sessions=totals.total_sessions,
        accuracy_percent=percent_of(totals.total_correct_answers, totals.total_questions_answered),
        total_answers=totals.total_questions_answered,
    )


def recent_gains(player: Player) -> tuple[Gain, ...]:
    """The player's last entries in the experience ledger, newest first."""
    rows = player.experience.order_by("-created_at", "-pk")[:RECENT_GAINS]
    return tuple(Gain(row.delta, row.reason, row.created_at) for row in rows)


def expired_guests(now: datetime) -> PlayerQuerySet:
    expired = DemoSession.objects.filter(expires_at__lt=now)
    return Player.objects.guests().filter(demo_session__in=expired).order_by("pk")


def _details(player: Player, *, is_own: bool) -> dict:
    return {
        "avatar_url": player.avatar_url,
        "role": player.primary_role.display_name if player.primary_role else "",
        "bio": player.profile.bio,
        "joined_at": player.created_at,
        "progress": progress_of(player),
        "recent": recent_gains(player) if is_own else (),
    }
