from uuid import UUID, uuid4

from django.conf import settings
from django.db import models

# The kind of the log that each player has alone; its uuid is the player's.
PERSONAL = "player"
# What the names of groups begin with under which sockets listen to a channel.
GROUP = "channel."


def group_of(channel: UUID) -> str:
    return f"{GROUP}{channel.hex}"


class Channel(models.Model):
    """A neutral stream of messages that does not know where it is shown.

    `last_seq` is raised under the row's lock in the transaction of each event, so that numbers are contiguous
    and commit in order; an autoincrement id would be no safe cursor for a reader on PostgreSQL.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, help_text="Registered in messaging.kinds.")
    last_seq = models.PositiveBigIntegerField(default=0, editable=False)
    # Changes when the log is cut, restored or imported, so that clients drop their copy.
    log_epoch = models.UUIDField(default=uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} channel #{self.pk}"

    @property
    def group(self) -> str:
        """The name under which sockets listen."""
        return group_of(self.uuid)


class ChannelMember(models.Model):
    """Somebody who may read and write; the row's end is the end of the right."""

    class Notify(models.TextChoices):
        DEFAULT = "", "As the room says"
        ALL = "all", "Every message"
        MENTIONS = "mentions", "Mentions only"
        NOTHING = "nothing", "Nothing"

    class Role(models.TextChoices):
        OWNER = "owner", "Owner"
        CO_OWNER = "co_owner", "Co-owner"
        MODERATOR = "moderator", "Moderator"
        MEMBER = "member", "Member"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="members")
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="channel_memberships"
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    read_seq = models.PositiveBigIntegerField(default=0)
    read_at = models.DateTimeField(null=True, blank=True)
    # How far the member's pages have got what was said, read or not.
    delivered_seq = models.PositiveBigIntegerField(default=0)
    notify = models.CharField(max_length=10, choices=Notify, blank=True, default=Notify.DEFAULT)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "player"], name="messaging_member_once"),
        ]
        indexes = [
            models.Index(fields=["channel", "joined_at", "id"], name="messaging_member_list"),
        ]

    def __str__(self) -> str:
        return f"member #{self.pk}"


class LiveConnection(models.Model):
    """One open tab in one channel. Presence ends by expiry only, so that crashes heal themselves."""

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        IDLE = "idle", "Idle"
        HIDDEN = "hidden", "In the background"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="connections")
    player = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    connection = models.UUIDField()
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "connection"], name="messaging_connection_once_per_channel"
            ),
        ]

    def __str__(self) -> str:
        return f"connection #{self.pk}"
