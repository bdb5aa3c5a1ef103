from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from npcs.actions.engines import try_provider
from npcs.actions.providers import save_provider
from npcs.admin.access import ByConfigurationPermission
from npcs.llm.addresses import AddressRefused, check_url
from npcs.llm.base import Unavailable
from npcs.models import AiProvider


class AiProviderForm(forms.ModelForm):
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
        address = self.cleaned_data["api_endpoint"].strip().rstrip("/")
        try:
            check_url(address)
        except AddressRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
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


@admin.register(AiProvider)
class AiProviderAdmin(ByConfigurationPermission, admin.ModelAdmin):
    form = AiProviderForm
    list_display = (
        "display_name", "provider_type", "api_endpoint", "default_model", "key", "is_default", "is_active"
    )  # fmt: skip
    list_filter = ("is_active", "provider_type")
    search_fields = ("name", "display_name", "api_endpoint")
    ordering = ("display_name",)
    prepopulated_fields = {"name": ("display_name",)}
    readonly_fields = ("key", "created_at", "updated_at")
    fields = (
        "display_name", "name", "provider_type", "api_endpoint", "key", "new_key", "forget_key",
        "default_model", "supported_models", "timeout_seconds", "is_default", "is_active", "created_at",
        "updated_at",
    )  # fmt: skip
    actions = ("test_connection",)

    @admin.display(description="stored key")
    def key(self, provider: AiProvider) -> str:
        return "set" if provider.api_key else "not set"

    def save_model(self, request: HttpRequest, obj: AiProvider, form: forms.ModelForm, change: bool) -> None:
        save_provider(provider=obj, is_default=form.is_default)

    @admin.action(description="Test connection")
    def test_connection(self, request: HttpRequest, queryset: QuerySet[AiProvider]) -> None:
        for provider in queryset:
            try:
                said = try_provider(provider)
            except Unavailable as fault:
                self.message_user(request, f"{provider}: no answer, {fault}.", messages.ERROR)
            else:
                self.message_user(request, f"{provider}: answered “{said}”.", messages.SUCCESS)
