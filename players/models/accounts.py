"""How a player gets in: connected accounts, tokens of programs, and what keeps him out."""

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.db import models
from django.db.models import F, Q

from players.models.player import Player


class ConnectedAccount(models.Model):
    """What we add to allauth's account at a provider."""

    account = models.OneToOneField(
        SocialAccount, primary_key=True, on_delete=models.CASCADE, related_name="connection"
    )
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="connected_accounts")
    provider_email = models.EmailField(blank=True)
    provider_username = models.CharField(max_length=200, blank=True)
    provider_avatar = models.CharField(max_length=500, blank=True)
    is_primary = models.BooleanField(default=False)
    connected_at = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["player"], condition=Q(is_primary=True), name="players_one_primary_account"
            ),
        ]

    def __str__(self) -> str:
        return f"connected account #{self.pk}"


class SiteBanQuerySet(models.QuerySet):
    def in_force(self, now: datetime) -> "SiteBanQuerySet":
        begun = self.filter(starts_at__lte=now, revoked_at=None)
        return begun.filter(Q(ends_at=None) | Q(ends_at__gt=now))


class SiteBan(models.Model):
    """Keeps a player out of the whole installation; in force between start and end unless revoked."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="site_bans")
    reason = models.CharField("what the player reads", max_length=300)
    note = models.TextField("note for the staff", blank=True)
    issued_by = models.ForeignKey(Player, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Empty: without end.")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Player, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = SiteBanQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["player", "revoked_at", "ends_at"], name="players_ban_in_force")]
        constraints = [
            models.CheckConstraint(
                name="players_ban_ends_after_start", condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"ban #{self.pk}"


class ApiToken(models.Model):
    """Lets a program act for a player. Only the hash is kept; the token itself is shown once."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    # The first characters, by which a person recognises the token in a list.
    prefix = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["player", "-created_at"], name="players_token_list")]

    def __str__(self) -> str:
        return f"token {self.prefix}"
