"""The console's side of bots: which messenger a character is on, and what the bot may bring from there."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from npcs.admin.access import ByNpcPermissions
from npcs.models import BotAssignment, BotPermission, OutsideIdentity
from npcs.permissions import may_read_talks
from padawanforge.kit.console import Untouched
from padawanforge.kit.fetch import problem_of_address

# Who can guess the token speaks for the bot.
TOKEN_MIN_LENGTH = 20
TOKEN_SHOWN = 4
CHANNELS = 200
CHANNEL_MAX_LENGTH = 100


class BotAssignmentForm(forms.ModelForm):
    new_token = forms.CharField(
        label="Token",
        required=False,
        strip=True,
        min_length=TOKEN_MIN_LENGTH,
        max_length=4000,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "class": "vTextField"}),
        help_text="Written only: a stored token is never shown again. Leave empty to keep it.",
    )
    forget_token = forms.BooleanField(label="Forget the stored token", required=False)
    channels = forms.CharField(
        label="Allowed channels",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "vLargeTextField"}),
        help_text="One in a line, by the name or id that the platform sends. None: only what is written alone.",
    )
    permissions = forms.MultipleChoiceField(
        required=False, choices=BotPermission, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = BotAssignment
        exclude = ("bot_token",)  # noqa: DJ006 - everything but the token, which must not reach the page

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.initial["channels"] = "\n".join(self.instance.channels)

    def clean_channels(self) -> list[str]:
        lines = (line.strip() for line in self.cleaned_data["channels"].splitlines())
        channels = list(dict.fromkeys(line for line in lines if line))
        if len(channels) > CHANNELS:
            raise forms.ValidationError(f"There are at most {CHANNELS} channels.")
        if any(len(channel) > CHANNEL_MAX_LENGTH for channel in channels):
            raise forms.ValidationError(f"A channel has at most {CHANNEL_MAX_LENGTH} characters.")
        return channels

    def clean_webhook_url(self) -> str:
        return _public_address(self.cleaned_data["webhook_url"])

    def clean_bot_avatar(self) -> str:
        return _public_address(self.cleaned_data["bot_avatar"])

    def clean(self) -> None:
        super().clean()
        # Here and not when it is saved: whether an active bot has a token is checked in between.
        if token := self.cleaned_data.get("new_token"):
            self.instance.bot_token = token
        elif self.cleaned_data.get("forget_token"):
            self.instance.bot_token = None
        if (
            self.cleaned_data.get("is_active")
            and not self.instance.bot_token
            and "new_token" not in self.errors
        ):
            self.add_error("is_active", "A bot without a token can't be active.")


@admin.register(BotAssignment)
class BotAssignmentAdmin(ByNpcPermissions, admin.ModelAdmin):
    form = BotAssignmentForm
    list_display = ("npc", "bot_platform", "bot_name", "token", "is_active", "updated_at")
    list_filter = ("is_active", "bot_platform")
    list_select_related = ("npc",)
    search_fields = ("npc__name", "bot_platform", "bot_name")
    ordering = ("npc__name", "bot_platform")
    autocomplete_fields = ("npc",)
    readonly_fields = ("uuid", "token", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("npc", "bot_platform", "bot_name", "bot_avatar", "is_active", "uuid")}),
        ("Token", {"fields": ("token", "new_token", "forget_token")}),
        ("What it may bring", {"fields": ("channels", "permissions")}),
        ("The bridge", {"fields": ("webhook_url", "settings")}),
        (None, {"fields": ("created_at", "updated_at")}),
    )

    @admin.display(description="stored token")
    def token(self, bot: BotAssignment) -> str:
        return f"•••• {bot.bot_token[-TOKEN_SHOWN:]}" if bot.bot_token else "not set"

    def has_delete_permission(self, request: HttpRequest, obj: BotAssignment | None = None) -> bool:
        """Who may connect a bot may take it away; the character stays."""
        return self.has_change_permission(request, obj)


@admin.register(OutsideIdentity)
class OutsideIdentityAdmin(Untouched, ByNpcPermissions, admin.ModelAdmin):
    """That people of other messengers are players here; who they are, only for those who may read talks."""

    list_display = ("pk", "bot", "words", "linked_at", "decided_at")
    list_filter = ("words", "bot__bot_platform")
    list_select_related = ("bot",)
    search_fields = ("bot__npc__name",)
    ordering = ("-pk",)
    show_full_result_count = False
    figures = ("bot", "words", "linked_at", "decided_at")

    def get_fields(self, request: HttpRequest, obj: OutsideIdentity | None = None) -> tuple[str, ...]:
        return (*self.figures, "player", "author_name") if may_read_talks(request.user) else self.figures


def _public_address(address: str) -> str:
    address = address.strip()
    if address and (problem := problem_of_address(address)):
        raise forms.ValidationError(problem)
    return address
