from django import forms

from npcs.choices import Difficulty


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files at once; cleans to a list."""

    widget = ManyFilesInput

    def clean(self, data: object, initial: object = None) -> list:
        given = (data if isinstance(data, list | tuple) else [data]) or [None]
        return [super(ManyFilesField, self).clean(one, initial) for one in given]


class KnowledgeUploadForm(forms.Form):
    # Empty files are let through to the action, which says how to mend them.
    files = ManyFilesField(
        label="Choose files or drop them here",
        allow_empty_file=True,
        error_messages={"required": "Choose at least one file."},
        widget=ManyFilesInput(attrs={"accept": ".md,.markdown,.txt,.pdf"}),
    )


class DirectoryForm(forms.Form):
    """The filters of the directory; anything unknown is treated as not chosen."""

    q = forms.CharField(label="Search", required=False, max_length=100)
    category = forms.SlugField(required=False)
    difficulty = forms.ChoiceField(required=False, choices=[("", "Any difficulty"), *Difficulty.choices])
    after = forms.SlugField(required=False)

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}
