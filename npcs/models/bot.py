"""Characters in messengers elsewhere: which bot speaks for which character, and what it may do here."""

from uuid import uuid4

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from encrypted_fields.fields import EncryptedTextField

from npcs.models.interaction import Interaction
from npcs.models.npc import Npc
from padawanforge.kit.work import WorkItem, WorkQuerySet

BOT_TEXT_MAX_LENGTH = 4000
PLATFORM = RegexValidator(r"^[a-z][a-z0-9_-]{1,29}$", "Small letters, digits, - and _ only.")


class BotPermission(models.TextChoices):
    """Nothing that is not named here can be done by a bot."""

    ANSWER = "answer", "Bring questions from the channels named above"
    DIRECT = "direct", "Bring what people write to the bot alone"
    CONTEXT = "context", "Let the character know what the same person said there before"


class BotAssignment(models.Model):
    """A bot of a messenger that speaks for a character; whatever connects the two is a program elsewhere.

    The token is what that program proves itself with. It is forgotten when the character is deleted, and no undo
    brings it back.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="bots", verbose_name="character")
    bot_platform = models.CharField(
        "platform",
        max_length=30,
        validators=[PLATFORM],
        help_text="Such as discord, slack, telegram or matrix.",
    )
    bot_token = EncryptedTextField(null=True, blank=True)
    bot_name = models.CharField(
        "name", max_length=80, blank=True, help_text="How the bot is called there; empty: as the character."
    )
    bot_avatar = models.CharField("picture", max_length=500, blank=True, help_text="An address with https://")
    is_active = models.BooleanField("active", default=False)
    # The names or ids that the platform has for them; what is not listed is not served.
    channels = models.JSONField(default=list, blank=True)
    permissions = models.JSONField(default=list, blank=True)
    webhook_url = models.CharField(
        "webhook",
        max_length=500,
        blank=True,
        help_text="Where answers are sent besides, signed with the token; empty: the bridge asks for them.",
    )
    settings = models.JSONField(
        default=dict, blank=True, help_text="For the bridge; nothing here is acted upon. No secrets."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "bot assignment"
        indexes = [
            models.Index(fields=["bot_platform", "is_active"], name="npcs_bot_platform"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["npc", "bot_platform"],
                name="npcs_bot_once_per_platform",
                violation_error_message="This character has a bot on this platform already.",
            ),
            models.CheckConstraint(
                name="npcs_active_bot_has_token", condition=Q(is_active=False) | Q(bot_token__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"bot #{self.pk} on {self.bot_platform}"

    def may(self, permission: str) -> bool:
        return permission in self.permissions


class BotMessage(WorkItem):
    """What somebody outside wrote to a character by way of a bot, and what it answers.

    Whoever wrote it is nobody here: his words meet no player's memories, and leave none unless a player has shown
    that they are his own and wants them remembered.
    """

    class Kind(models.TextChoices):
        TALK = "talk", "To the character"
        LINK = "link", "To the program: a link to a player"
        WRONG = "wrong", "To the program: a code that opened nothing"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    bot = models.ForeignKey(BotAssignment, on_delete=models.CASCADE, related_name="messages")
    # As the platform calls it; the same id again is the same message.
    external_id = models.CharField(max_length=200)
    # Empty: written to the bot alone.
    channel = models.CharField(max_length=100, blank=True)
    # A hash, by which the same person is known again under this bot only.
    author_key = models.CharField(max_length=64)
    author_name = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.TALK)
    text = models.TextField(max_length=BOT_TEXT_MAX_LENGTH)
    answer = models.TextField(blank=True)
    engine = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=12, choices=Interaction.Outcome, blank=True)
    interaction = models.ForeignKey(Interaction, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = "message by a bot"
        verbose_name_plural = "messages by bots"
        indexes = [
            models.Index(fields=["bot", "author_key", "channel", "-id"], name="npcs_botmessage_of_author"),
            models.Index(fields=["bot", "created_at"], name="npcs_botmessage_rate"),
            models.Index(fields=["created_at"], name="npcs_botmessage_oldest"),
            models.Index(fields=["state", "queued_at"], name="npcs_botmessage_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["bot", "external_id"], name="npcs_botmessage_once"),
        ]

    def __str__(self) -> str:
        return f"message #{self.pk} by bot #{self.bot_id}"
