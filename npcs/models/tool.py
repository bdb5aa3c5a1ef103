"""What characters may do beside speaking: who allows which tool, what was done, and tools that staff add."""

from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from encrypted_fields.fields import EncryptedTextField

from npcs.models.interaction import Interaction
from npcs.models.npc import Npc
from players.choices import RoleName

TOOL_NAME = RegexValidator(r"^[a-z][a-z0-9_]{1,49}$", "Small letters, digits and underscores only.")


class ToolPolicy(models.Model):
    """What the staff says to a tool, for everybody or for a role; without a row, what the tool itself says."""

    class Decision(models.TextChoices):
        ALLOW = "allow", "Allow"
        ASK = "ask", "Ask the player first"
        DENY = "deny", "Deny"

    tool = models.CharField(max_length=50, validators=[TOOL_NAME])
    role = models.CharField(
        max_length=20, blank=True, choices=RoleName, help_text="Empty: whoever has no line of his own."
    )
    decision = models.CharField(max_length=5, choices=Decision)

    class Meta:
        verbose_name = "policy of a tool"
        verbose_name_plural = "policies of tools"
        constraints = [
            models.UniqueConstraint(fields=["tool", "role"], name="npcs_policy_once_per_role"),
        ]

    def __str__(self) -> str:
        return f"{self.tool}: {self.decision}"


class ToolUse(models.Model):
    """One call of a tool: asked by a model, done with the rights of the player who spoke to the character."""

    class State(models.TextChoices):
        ASKED = "asked", "Waits for the player"
        RUNNING = "running", "Being done"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        DECLINED = "declined", "Declined by the player"
        FAILED = "failed", "Failed"
        UNDONE = "undone", "Undone"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    tool = models.CharField(max_length=50)
    npc = models.ForeignKey(Npc, on_delete=models.CASCADE, related_name="+")
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="tool_uses"
    )
    interaction = models.ForeignKey(
        Interaction, null=True, on_delete=models.SET_NULL, related_name="tool_uses"
    )
    # The public id of the channel where it was asked for.
    place = models.UUIDField(null=True)
    arguments = models.JSONField(default=dict)
    # In a line: what the player is asked, and afterwards what was done.
    summary = models.CharField(max_length=300, blank=True)
    result = models.TextField(blank=True)
    # What the tool needs to take it back; None where nothing can be taken back.
    undo = models.JSONField(null=True)
    state = models.CharField(max_length=8, choices=State)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "use of a tool"
        verbose_name_plural = "uses of tools"
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="npcs_tool_use_newest"),
            models.Index(fields=["player", "-id"], name="npcs_tool_use_of_player"),
        ]

    def __str__(self) -> str:
        return f"{self.tool} #{self.pk}"


class CustomFunction(models.Model):
    """A tool that is an HTTP call: an administrator names the address, a model only fills in the arguments."""

    class Method(models.TextChoices):
        GET = "GET", "GET, arguments in the address"
        POST = "POST", "POST, arguments as JSON"

    name = models.CharField(max_length=50, unique=True, validators=[TOOL_NAME])
    description = models.CharField(max_length=500, help_text="What the model reads to know when to use it.")
    parameters = models.JSONField(
        default=dict, blank=True, help_text="JSON schema of an object; empty for a call without arguments."
    )
    method = models.CharField(max_length=4, choices=Method, default=Method.GET)
    url = models.CharField("address", max_length=500)
    secret_header = models.CharField(max_length=100, blank=True, help_text="Such as Authorization")
    secret = EncryptedTextField(null=True, blank=True)
    is_trusted = models.BooleanField(
        "may be in a private network",
        default=False,
        help_text="Otherwise only public addresses with https:// are called.",
    )
    timeout_seconds = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    max_bytes = models.PositiveIntegerField(
        default=65_536, validators=[MinValueValidator(100), MaxValueValidator(1_048_576)]
    )
    is_mutating = models.BooleanField(
        "changes something", default=True, help_text="Then the player is asked, unless a policy allows it."
    )
    is_allowed = models.BooleanField("allowed", default=False)
    npcs = models.ManyToManyField(
        Npc, blank=True, related_name="custom_functions", verbose_name="characters that may use it"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "custom function"

    def __str__(self) -> str:
        return self.name
