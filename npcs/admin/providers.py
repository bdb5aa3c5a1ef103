from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from npcs.actions.probing import begin_test
from npcs.actions.providers import save_provider
from npcs.admin.access import ByConfigurationPermission
from npcs.llm.addresses import AddressRefused, check_url
from npcs.llm.presets import PRESETS, preset_of
from npcs.models import AiModel, AiProvider, FallbackStep, ModelPrice, UserAiSettings
from padawanforge.kit.console import Unwritten


class AiProviderForm(forms.ModelForm):
    # Any word may stand in the column; the form offers what we know.
    provider_type = forms.ChoiceField(
        label="Kind", choices=[(preset.kind, preset.label) for preset in PRESETS.values()]
    )
    api_endpoint = forms.CharField(
        label="Base address",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Empty: the address that providers of this kind usually have.",
    )
    new_key = forms.CharField(
        label="API key",
        required=False,
        strip=True,
        max_length=4000,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "class": "vTextField"}),
        help_text="Written only: a stored key is never shown again. Leave empty to keep it.",
    )
    forget_key = forms.BooleanField(label="Forget the stored key", required=False)

    class Meta:
        model = AiProvider
        exclude = ("api_key",)  # noqa: DJ006 - everything but the key, which must not reach the page

    def clean_api_endpoint(self) -> str:
        kind = self.cleaned_data.get("provider_type", "")
        address = self.cleaned_data["api_endpoint"].strip().rstrip("/") or preset_of(kind).url
        try:
            check_url(address)
        except AddressRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if "ACCOUNT" in address:
            raise forms.ValidationError("Put your account's id in the place of ACCOUNT: " + address)
        return address

    def clean(self) -> None:
        super().clean()
        # Kept apart: a new default takes the former one's place on saving, so two are no mistake here.
        self.is_default = bool(self.cleaned_data.pop("is_default", False))

    def save(self, commit: bool = True) -> AiProvider:
        if self.cleaned_data["new_key"]:
            self.instance.api_key = self.cleaned_data["new_key"]
        elif self.cleaned_data["forget_key"]:
            self.instance.api_key = None
        return super().save(commit=commit)


class AiModelInline(ByConfigurationPermission, admin.TabularInline):
    model = AiModel
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: AiProvider | None = None) -> bool:
        return super().has_add_permission(request)


class ModelPriceInline(AiModelInline):
    model = ModelPrice


@admin.register(AiProvider)
class AiProviderAdmin(ByConfigurationPermission, admin.ModelAdmin):
    form = AiProviderForm
    list_display = (
        "display_name", "provider_type", "api_endpoint", "default_model", "key", "test_result", "is_default",
        "is_active",
    )  # fmt: skip
    list_filter = ("is_active", "provider_type")
    search_fields = ("name", "display_name", "api_endpoint")
    ordering = ("display_name",)
    prepopulated_fields = {"name": ("display_name",)}
    readonly_fields = ("key", "test_result", "can_do", "tested_at", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("display_name", "name", "provider_type", "api_endpoint", "api_version")}),
        ("Key", {"fields": ("key", "new_key", "forget_key")}),
        ("Models", {"fields": ("default_model", "supported_models", "is_default", "is_active")}),
        ("What a test found", {"fields": ("test_result", "can_do", "tested_at")}),
        (
            "Patience and limits",
            {
                "fields": (
                    "timeout_seconds", "first_token_seconds", "idle_seconds", "rate_limits", "cost_per_token",
                    "configuration_schema",
                )
            },
        ),
        (None, {"fields": ("created_at", "updated_at")}),
    )  # fmt: skip
    inlines = (AiModelInline, ModelPriceInline)
    actions = ("test_connection",)

    @admin.display(description="stored key")
    def key(self, provider: AiProvider) -> str:
        return "set" if provider.api_key else "not set"

    @admin.display(description="last test")
    def test_result(self, provider: AiProvider) -> str:
        found = provider.capabilities
        states = {"running": "being tested; load the page again", "works": "works"}
        if found.get("state") == "works":
            return f"works: answered “{found.get('answer', '')}”"
        return states.get(found.get("state"), found.get("error") or "not tested yet")

    @admin.display(description="can do")
    def can_do(self, provider: AiProvider) -> str:
        found = provider.capabilities
        if found.get("state") != "works":
            return "-"
        dimension = found.get("embeddings") or 0
        facts = [
            f"{len(found.get('models') or [])} models",
            "counts tokens" if found.get("usage") else "counts no tokens",
            f"structured answers by {found['json']}" if found.get("json") else "no structured answers",
            "tools" if found.get("tools") else "no tools",
            f"vectors of {dimension} numbers" if dimension else "no vectors",
        ]
        return ", ".join(facts)

    def save_model(self, request: HttpRequest, obj: AiProvider, form: forms.ModelForm, change: bool) -> None:
        save_provider(provider=obj, is_default=form.is_default)
        if hint := preset_of(obj.provider_type).hint:
            self.message_user(request, f"{preset_of(obj.provider_type).label}: {hint}", messages.INFO)

    @admin.action(description="Test connection")
    def test_connection(self, request: HttpRequest, queryset: QuerySet[AiProvider]) -> None:
        for provider in queryset:
            begin_test(provider=provider)
        self.message_user(
            request,
            "The test has begun; its result stands in the list when you load it again.",
            messages.INFO,
        )


@admin.register(FallbackStep)
class FallbackStepAdmin(ByConfigurationPermission, admin.ModelAdmin):
    """Who is asked next, by purpose; vectors have no fallback, as those of two models can't be compared."""

    list_display = ("purpose", "position", "provider", "ai_model")
    list_filter = ("purpose",)
    list_select_related = ("provider",)
    ordering = ("purpose", "position")


@admin.register(UserAiSettings)
class UserAiSettingsAdmin(Unwritten, ByConfigurationPermission, admin.ModelAdmin):
    """Who has brought a key; it can be removed, never read."""

    list_display = ("player", "provider_type", "ai_model", "is_active", "tested_at", "last_error")
    list_filter = ("provider_type", "is_active")
    list_select_related = ("player",)
    search_fields = ("player__username",)
    ordering = ("-pk",)
    fields = ("player", "provider_type", "ai_model", "is_active", "tested_at", "last_error", "created_at")
