from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.safestring import SafeString

from messaging.rules import levels
from padawanforge.kit import markdown
from players.models import Player
from rooms.models.room import Room
from rooms.rules.limits import BUDGET

SLOW_MAX_SECONDS = 21_600


class RoomSettings(models.Model):
    """What the owner of a room has chosen: a column for each choice, so that each is checked and documented."""

    class Theme(models.TextChoices):
        PLAIN = "plain", "Plain"
        DAWN = "dawn", "Dawn"
        FOREST = "forest", "Forest"
        OCEAN = "ocean", "Ocean"
        EMBER = "ember", "Ember"
        NIGHT = "night", "Night"

    class Notify(models.TextChoices):
        ALL = "all", "Every message"
        MENTIONS = "mentions", "Mentions only"
        NOTHING = "nothing", "Nothing"

    class NpcsSpeak(models.TextChoices):
        CALLED = "called", "As the mode below says"
        NEVER = "never", "Never"

    class Activation(models.TextChoices):
        """Who answers a message; whoever is called by name is asked first, except in the mode "manual"."""

        MENTION_ONLY = "mention_only", "Only who is called by name"
        NATURAL = "natural", "Natural: by how talkative each one is"
        ROUND = "round", "In turn, by their order"
        POOLED = "pooled", "By lot; nobody twice before everybody had a turn"
        MANUAL = "manual", "Only when somebody who manages the room asks them to"
        DIRECTOR = "director", "A director chooses who has most to say"

    class ModerationLevel(models.TextChoices):
        NONE = levels.NONE, "None: only what holds everywhere"
        LIGHT = levels.LIGHT, "Light"
        NORMAL = levels.NORMAL, "Normal"
        STRICT = levels.STRICT, "Strict"

    room = models.OneToOneField(Room, primary_key=True, on_delete=models.CASCADE, related_name="settings")

    # Who enters
    allow_anonymous = models.BooleanField("guests may enter", default=True)
    require_approval = models.BooleanField("somebody lets people in", default=False)
    welcome_message = models.TextField(blank=True, validators=[MaxLengthValidator(1000)])
    room_rules = models.TextField(blank=True, validators=[MaxLengthValidator(2000)])
    # Raised when the rules change, so that they are accepted again.
    rules_version = models.PositiveIntegerField(default=1, editable=False)

    # How it looks
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.PLAIN)

    # What it tells its members, unless they choose otherwise
    notify = models.CharField(max_length=10, choices=Notify, default=Notify.MENTIONS)
    notify_joins = models.BooleanField("the owner hears of new members", default=False)

    # Characters
    npcs_speak = models.CharField(max_length=10, choices=NpcsSpeak, default=NpcsSpeak.CALLED)
    activation_mode = models.CharField(
        "who answers", max_length=12, choices=Activation, default=Activation.MENTION_ONLY
    )
    npc_budget = models.PositiveSmallIntegerField(
        "answers of characters in ten minutes",
        default=BUDGET,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
    )
    stage_direction = models.TextField(blank=True, validators=[MaxLengthValidator(1000)])
    npc_pause_seconds = models.PositiveSmallIntegerField(
        "seconds between two answers of a character", default=0, validators=[MaxValueValidator(3600)]
    )

    # Moderation
    moderation_level = models.CharField(max_length=8, choices=ModerationLevel, default=ModerationLevel.LIGHT)
    slow_seconds = models.PositiveIntegerField(
        "seconds between two messages of a member",
        default=0,
        validators=[MaxValueValidator(SLOW_MAX_SECONDS)],
    )
    # One to a line.
    refused_words = models.TextField(blank=True, validators=[MaxLengthValidator(4000)])

    # What can be done in it
    members_start_sessions = models.BooleanField("every member may start sessions", default=False)
    allow_attachments = models.BooleanField("files may be sent", default=True)
    allow_polls = models.BooleanField("polls may be held", default=True)
    allow_reactions = models.BooleanField("messages may be reacted to", default=True)
    allow_whispers = models.BooleanField("members may whisper", default=True)
    allow_commands = models.BooleanField("slash commands may be used", default=True)

    # Rates
    messages_per_minute = models.PositiveSmallIntegerField(
        "messages of one member a minute",
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
    )

    # Its end
    auto_delete_when_empty = models.BooleanField("archived when nobody is in it", default=False)
    max_idle_time = models.PositiveSmallIntegerField(
        "archived after so many days without a message",
        default=0,
        help_text="0: never",
        validators=[MaxValueValidator(3650)],
    )

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "room settings"

    def __str__(self) -> str:
        return f"settings of room #{self.room_id}"

    @property
    def welcome_html(self) -> SafeString:
        return markdown.render(self.welcome_message)

    @property
    def rules_html(self) -> SafeString:
        return markdown.render(self.room_rules)


# Columns of the room itself that people who manage it may change.
ROOM_FIELDS = (
    "name", "description", "room_type", "category", "difficulty", "visibility", "audience", "max_players",
)  # fmt: skip
# What people who manage a room may choose; the rest is counted.
CHOSEN_FIELDS = tuple(
    field.name
    for field in RoomSettings._meta.fields
    if field.name not in {"room", "rules_version", "created_at", "updated_at"}
)


class RulesAcceptance(models.Model):
    """That a player has agreed to the rules of a room, and to which version of them."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="acceptances")
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="accepted_rules")
    version = models.PositiveIntegerField()
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "player"], name="rooms_rules_accepted_once"),
        ]

    def __str__(self) -> str:
        return f"rules of room #{self.room_id} accepted by player #{self.player_id}"
