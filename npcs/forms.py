from typing import Any

from django import forms

from npcs.choices import Difficulty
from npcs.knowledge.extract import ACCEPTED
from npcs.llm.presets import HOSTED
from npcs.models import Memory
from padawanforge.kit.paging import MAX_CURSOR_LENGTH


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files at once; cleans to a list."""

    widget = ManyFilesInput

    def clean(self, data: object, initial: object = None) -> list:
        given = (data if isinstance(data, list | tuple) else [data]) or [None]
        return [super(ManyFilesField, self).clean(one, initial) for one in given]


class OwnKeyForm(forms.Form):
    """A player's key at a hosted provider. The key is written only: the page never holds a stored one."""

    provider_type = forms.ChoiceField(
        label="Provider", choices=[(preset.kind, preset.label) for preset in HOSTED.values()]
    )
    ai_model = forms.CharField(
        label="Model",
        max_length=200,
        help_text="As the provider calls it, such as "
        + ", ".join(preset.example_model for preset in HOSTED.values()),
        error_messages={"required": "Name the model that shall answer."},
    )
    new_key = forms.CharField(
        label="Key",
        required=False,
        max_length=4000,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
        help_text="Kept enciphered and never shown again. Leave it empty to keep the stored one.",
    )

    def __init__(self, *args: Any, has_key: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if not has_key:
            key = self.fields["new_key"]
            key.required = True
            key.help_text = "Kept enciphered and never shown again."
            key.error_messages["required"] = "Write the key that your provider gave you."


class KnowledgeUploadForm(forms.Form):
    # Empty files are let through to the action, which says how to mend them.
    files = ManyFilesField(
        label="Choose files or drop them here",
        allow_empty_file=True,
        error_messages={"required": "Choose at least one file."},
        widget=ManyFilesInput(attrs={"accept": ACCEPTED}),
    )


class DirectoryForm(forms.Form):
    """The filters of the directory; anything unknown is treated as not chosen."""

    RATINGS = [("", "Any rating"), ("3", "3 stars and more"), ("4", "4 stars and more")]
    ORDERS = [("featured", "Featured first"), ("popular", "Most asked first"), ("newest", "Newest first")]

    q = forms.CharField(label="Search", required=False, max_length=100)
    category = forms.SlugField(required=False)
    expertise = forms.CharField(required=False, max_length=60)
    difficulty = forms.ChoiceField(required=False, choices=[("", "Any difficulty"), *Difficulty.choices])
    rating = forms.ChoiceField(required=False, choices=RATINGS)
    order = forms.ChoiceField(required=False, choices=ORDERS)
    featured = forms.BooleanField(required=False)
    after = forms.SlugField(required=False)

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


class MemoryFilterForm(forms.Form):
    """What the player looks for among the memories about him; anything unknown is treated as not chosen."""

    q = forms.CharField(label="Search", required=False, max_length=100)
    kind = forms.ChoiceField(required=False, choices=[("", "All kinds"), *Memory.Kind.choices])
    after = forms.CharField(required=False, max_length=MAX_CURSOR_LENGTH)

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}
