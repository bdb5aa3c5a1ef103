from django import forms

from players.forms.fields import LineField


class DirectoryForm(forms.Form):
    """The search of the directory; anything unknown is treated as not chosen."""

    q = LineField(label="Search", required=False, max_length=50)
    after = forms.SlugField(required=False, max_length=30)

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}
