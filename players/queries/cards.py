"""What pages and programs show of players: only what the viewer may see is ever filled in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlsplit

from django.utils import timezone

from players.choices import EducationLevel
from players.models import Player
from players.models.player import PlayerQuerySet
from players.queries.privacy import Viewer, relations_of, seen_as, seen_by_many
from players.queries.progress import Gain, Progress, progress_of, recent_gains
from players.rules.ages import age_on
from players.rules.privacy import Field, Relation

SEGMENTS = ("profile", "preferences", "game_data", "personal_info", "primary_role")


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str

    @property
    def host(self) -> str:
        """Where it leads, said in plain letters beside the name that the player gave it."""
        return urlsplit(self.url).hostname or ""


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
    fields: frozenset[Field] = frozenset()
    avatar_url: str = ""
    role: str = ""
    bio: str = ""
    joined_at: datetime | None = None
    progress: Progress | None = None
    recent: tuple[Gain, ...] = ()
    links: tuple[Link, ...] = ()
    real_name: str = ""
    full_name: str = ""
    age: int | None = None
    location: str = ""
    occupation: str = ""
    education_level: str = ""
    interests: tuple[str, ...] = ()

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The private fields that are shown, each with its label."""
        labelled = (
            ("Real name", self.real_name),
            ("Full name", self.full_name),
            ("Age", "" if self.age is None else str(self.age)),
            ("Lives in", self.location),
            ("Does", self.occupation),
            ("Learned at", self.education_level),
        )
        return [(label, value) for label, value in labelled if value]


@dataclass(frozen=True, slots=True)
class PlayerCard:
    """The documented view player_complete as one viewer sees it: every row is there, the rest by privacy."""

    uuid: str
    username: str
    display_name: str
    url: str
    avatar_colour: int
    is_guest: bool
    is_open: bool
    avatar_url: str = ""
    bio: str = ""
    level: int | None = None
    experience_points: int | None = None
    total_sessions: int | None = None
    best_streak: int | None = None
    role_name: str = ""
    role_display_name: str = ""
    created_at: datetime | None = None
    fields: frozenset[Field] = field(default=frozenset(), repr=False)

    @property
    def name(self) -> str:
        return self.display_name or self.username


def people() -> PlayerQuerySet:
    """Those whom others may meet, with everything that a card is made of."""
    return Player.objects.present().filter(is_former=False).select_related(*SEGMENTS)


def seen_player(viewer: Player, username: str) -> tuple[Player, Relation] | None:
    """None for somebody unknown, gone, or blocked (which nobody shall be able to tell apart)."""
    name = username.lower()
    player = people().filter(username=name).first()
    if player is None and viewer.username == name:
        # Whoever waits for the deletion of the account still sees it.
        player = Player.objects.select_related(*SEGMENTS).get(pk=viewer.pk)
    if player is None:
        return None
    relation = relations_of(viewer, [player])[player.pk]
    return None if relation in {Relation.BLOCKED, Relation.ANONYMOUS} else (player, relation)


def profile_card(viewer: Player, username: str) -> ProfileCard | None:
    """The card of a player whom the viewer may know of; else None."""
    found = seen_player(viewer, username)
    return card_of(*found) if found else None


def card_of(player: Player, relation: Relation) -> ProfileCard:
    """The player as somebody in this relation sees him; also for the player's own preview."""
    fields = seen_as(relation, player)
    is_own = relation == Relation.SELF
    return ProfileCard(
        username=player.username,
        name=player.name,
        url=player.get_absolute_url(),
        avatar_colour=player.avatar_colour,
        is_own=is_own,
        is_guest=player.is_guest,
        is_open=bool(fields),
        fields=fields,
        **_shown(player, fields),
        recent=recent_gains(player) if is_own else (),
    )


def player_cards(viewer: Viewer, players: Iterable[Player]) -> list[PlayerCard]:
    """A card for each of the players (from `people()`), in two queries however many they are."""
    players = list(players)
    seen = seen_by_many(viewer, players)
    return [player_card(player, seen[player.pk]) for player in players]


def player_card(player: Player, fields: frozenset[Field]) -> PlayerCard:
    totals, role = player.game_data, player.primary_role
    shown: dict = {}
    if Field.PROGRESS in fields:
        shown |= {
            "level": totals.level,
            "experience_points": totals.experience_points,
            "total_sessions": totals.total_sessions,
            "best_streak": totals.best_streak,
        }
    if Field.ROLE in fields and role:
        shown |= {"role_name": role.name, "role_display_name": role.display_name}
    return PlayerCard(
        uuid=str(player.uuid),
        username=player.username,
        display_name=player.profile.display_name,
        url=player.get_absolute_url(),
        avatar_colour=player.avatar_colour,
        is_guest=player.is_guest,
        is_open=bool(fields),
        avatar_url=player.own_avatar_url if Field.AVATAR in fields else "",
        bio=player.profile.bio if Field.BIO in fields else "",
        created_at=player.created_at if Field.JOINED in fields else None,
        fields=fields,
        **shown,
    )


def _shown(player: Player, fields: frozenset[Field]) -> dict:
    """The values of the visible fields, by the names of the card; others are not even computed."""
    profile, info = player.profile, player.personal_info
    values: dict[Field, Callable[[], dict]] = {
        Field.AVATAR: lambda: {"avatar_url": player.own_avatar_url},
        Field.BIO: lambda: {"bio": profile.bio},
        Field.ROLE: lambda: {"role": player.primary_role.display_name if player.primary_role else ""},
        Field.JOINED: lambda: {"joined_at": player.created_at},
        Field.PROGRESS: lambda: {"progress": progress_of(player)},
        Field.SOCIAL_LINKS: lambda: {"links": _links(profile.social_links)},
        Field.REAL_NAME: lambda: {"real_name": profile.name},
        Field.FULL_NAME: lambda: {"full_name": info.full_name},
        Field.AGE: lambda: {"age": _age(info.date_of_birth)},
        Field.LOCATION: lambda: {"location": info.location},
        Field.OCCUPATION: lambda: {"occupation": info.occupation},
        Field.EDUCATION: lambda: {"education_level": _education(info.education_level)},
        Field.INTERESTS: lambda: {"interests": tuple(info.interests)},
    }
    shown: dict = {}
    for name, value in values.items():
        if name in fields:
            shown |= value()
    return shown


def _links(stored: dict[str, str]) -> tuple[Link, ...]:
    return tuple(Link(label, url) for label, url in sorted(stored.items()))


def _age(born: date | None) -> int | None:
    return age_on(born, timezone.localdate()) if born else None


def _education(level: str) -> str:
    return dict(EducationLevel.choices).get(level, level)
