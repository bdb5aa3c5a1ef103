"""The console's side of tools: who allows what, what was done, and functions without code."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from npcs.actions import tools
from npcs.admin.access import ByConfigurationPermission
from npcs.admin.usage import OnlyRead
from npcs.llm.addresses import AddressRefused, check_url
from npcs.models import CustomFunction, ToolPolicy, ToolUse
from npcs.rules.schemas import problem_of_schema
from padawanforge.kit.errors import DomainError
from padawanforge.kit.fetch import problem_of_address


class CustomFunctionForm(forms.ModelForm):
    new_secret = forms.CharField(
        label="Secret",
        required=False,
        max_length=4000,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "class": "vTextField"}),
        help_text="Written only: a stored secret is never shown again. Leave empty to keep it.",
    )
    forget_secret = forms.BooleanField(label="Forget the stored secret", required=False)

    class Meta:
        model = CustomFunction
        exclude = ("secret",)  # noqa: DJ006 - everything but the secret, which must not reach the page

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if name in tools.names():
            raise forms.ValidationError("A tool that every character has is called so. Choose another name.")
        return name

    def clean_parameters(self) -> dict:
        schema = self.cleaned_data["parameters"] or {}
        if problem := problem_of_schema(schema):
            raise forms.ValidationError(problem)
        return schema

    def clean(self) -> None:
        super().clean()
        url = self.cleaned_data.get("url", "")
        try:
            check_url(url)
        except AddressRefused as refusal:
            self.add_error("url", str(refusal))
            return
        if not self.cleaned_data.get("is_trusted") and (problem := problem_of_address(url)):
            self.add_error("url", problem)

    def save(self, commit: bool = True) -> CustomFunction:
        if self.cleaned_data["new_secret"]:
            self.instance.secret = self.cleaned_data["new_secret"]
        elif self.cleaned_data["forget_secret"]:
            self.instance.secret = None
        return super().save(commit=commit)


@admin.register(CustomFunction)
class CustomFunctionAdmin(ByConfigurationPermission, admin.ModelAdmin):
    form = CustomFunctionForm
    list_display = ("name", "method", "url", "secret_kept", "is_mutating", "is_allowed")
    list_filter = ("is_allowed", "is_mutating", "method")
    search_fields = ("name", "description", "url")
    ordering = ("name",)
    filter_horizontal = ("npcs",)
    readonly_fields = ("secret_kept", "created_by", "created_at", "updated_at")

    @admin.display(description="stored secret")
    def secret_kept(self, function: CustomFunction) -> str:
        return "set" if function.secret else "not set"

    def save_model(
        self, request: HttpRequest, obj: CustomFunction, form: forms.ModelForm, change: bool
    ) -> None:
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)


class ToolPolicyForm(forms.ModelForm):
    """Only tools that there are, or a line would seem to forbid what it does not."""

    tool = forms.ChoiceField(choices=())

    class Meta:
        model = ToolPolicy
        fields = ("tool", "role", "decision")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        functions = CustomFunction.objects.values_list("name", flat=True)
        known = {*tools.names(), *functions, self.instance.tool} - {""}
        field: Any = self.fields["tool"]
        field.choices = [(name, name) for name in sorted(known)]


@admin.register(ToolPolicy)
class ToolPolicyAdmin(ByConfigurationPermission, admin.ModelAdmin):
    form = ToolPolicyForm
    list_display = ("tool", "role", "decision")
    list_filter = ("decision", "role")
    search_fields = ("tool",)
    ordering = ("tool", "role")


@admin.register(ToolUse)
class ToolUseAdmin(OnlyRead, admin.ModelAdmin):
    """What characters did; what it was about stays between the character and the player."""

    list_display = ("created_at", "tool", "npc", "player", "state", "ended_at")
    list_filter = ("state", "tool")
    list_select_related = ("npc", "player")
    ordering = ("-created_at", "-pk")
    fields = ("created_at", "tool", "npc", "player", "state", "ended_at")
    show_full_result_count = False
    actions = ("take_back",)

    @admin.action(description="Take the selected ones back")
    def take_back(self, request: HttpRequest, queryset: QuerySet[ToolUse]) -> None:
        for use in queryset.select_related("npc", "player"):
            try:
                tools.undo(use=use)
            except DomainError as refusal:
                self.message_user(request, f"{use}: {refusal}", messages.WARNING)
            else:
                self.message_user(request, f"{use} is taken back.", messages.SUCCESS)
