from typing import Any

from django import forms

from players.forms.fields import LineField, PlainTextField, SegmentForm
from players.models import PlayerProfile
from players.rules.links import MAX_ADDRESS_LENGTH, MAX_LABEL_LENGTH, MAX_LINKS, problem_of_address

BIO_MAX_LENGTH = 1000


class ProfileForm(SegmentForm):
    """With rows for the links: a name and an address each."""

    homes = {"social_links": "link_url_0"}

    display_name = LineField(
        max_length=50, required=False, help_text="What others read; without it, your username."
    )
    name = LineField(
        label="Real name",
        max_length=100,
        required=False,
        help_text="Seen by you alone unless you open it on the page Privacy.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    bio = PlainTextField(
        label="About me",
        max_length=BIO_MAX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="A few words about you and what you like to learn.",
    )

    class Meta:
        model = PlayerProfile
        fields = ("display_name", "name", "bio")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = sorted(self.instance.social_links.items())
        for number in range(MAX_LINKS):
            label, url = stored[number] if number < len(stored) else ("", "")
            self.fields[f"link_label_{number}"] = LineField(
                label=f"Name of link {number + 1}", max_length=MAX_LABEL_LENGTH, required=False, initial=label
            )
            self.fields[f"link_url_{number}"] = LineField(
                label=f"Address of link {number + 1}",
                max_length=MAX_ADDRESS_LENGTH,
                required=False,
                initial=url,
                widget=forms.URLInput(attrs={"placeholder": "https://example.org/ada", "inputmode": "url"}),
            )

    @property
    def link_rows(self) -> dict[str, list[tuple[forms.BoundField, forms.BoundField]]]:
        """Those that are filled in and one more are shown, the others unfold."""
        rows = [(self[f"link_label_{number}"], self[f"link_url_{number}"]) for number in range(MAX_LINKS)]
        filled = [number for number, row in enumerate(rows) if any(field.value() for field in row)]
        shown = max(filled, default=-1) + 2
        return {"shown": rows[:shown], "more": rows[shown:]}

    def clean(self) -> dict:
        links: dict[str, str] = {}
        for number in range(MAX_LINKS):
            self._read_link(number, links)
        self.instance.social_links = links
        return self.cleaned_data

    def _read_link(self, number: int, links: dict[str, str]) -> None:
        label, url = (self.cleaned_data.get(f"link_{part}_{number}", "") for part in ("label", "url"))
        if not label and not url:
            return
        if not label or not url:
            missing = "url" if label else "label"
            self.add_error(
                f"link_{missing}_{number}", "Give both a name and an address, or leave both empty."
            )
        elif problem := problem_of_address(url):
            self.add_error(f"link_url_{number}", problem)
        elif label in links:
            self.add_error(f"link_label_{number}", "Another link has this name.")
        else:
            links[label] = url


class UsernameForm(forms.Form):
    """What makes a good username is said by the action."""

    username = forms.CharField(
        max_length=30,
        strip=True,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class AvatarForm(forms.Form):
    picture = forms.FileField(
        label="Choose a picture or drop it here",
        allow_empty_file=True,
        error_messages={"required": "Choose a picture first."},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
