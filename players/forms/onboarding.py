"""The three steps of a new player."""

from typing import Any

from django import forms

from players.forms.fields import LineField, TagsField
from players.forms.preferences import zone_choices
from players.forms.privacy import LEVELS, VISIBILITIES
from players.models import PlayerPreferences


class NameStep(forms.Form):
    username = forms.CharField(
        max_length=30,
        help_text="For your address and for mentions: small letters, digits, - and _. It changes once in 30 days.",
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    display_name = LineField(
        max_length=50, required=False, help_text="What others read. You can change it at any time."
    )
    # Filled in by the script from the device's clock; without it nothing is lost.
    timezone = forms.ChoiceField(
        choices=zone_choices, required=False, widget=forms.HiddenInput(attrs={"data-device-zone": True})
    )

    def clean(self) -> dict:
        # An unknown zone of some device must not stand in anybody's way.
        if self.errors.pop("timezone", None):
            self.cleaned_data["timezone"] = ""
        return self.cleaned_data


class InterestsStep(forms.Form):
    chosen = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    others = TagsField(
        label="Something else", required=False, max_length=400, help_text="Separate them by commas."
    )

    def __init__(self, *args: Any, suggested: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = [(name, name) for name in suggested]
        self.fields["chosen"].label = "What I want to learn"

    @property
    def interests(self) -> list[str]:
        """What was ticked and what was written, each once."""
        words = {word.casefold(): word for word in self.cleaned_data["others"]}
        words |= {word.casefold(): word for word in self.cleaned_data["chosen"]}
        return list(reversed(words.values()))


class PrivacyStep(forms.Form):
    profile_visibility = forms.ChoiceField(
        label="Who sees my profile", choices=VISIBILITIES, widget=forms.RadioSelect
    )
    privacy_level = forms.ChoiceField(
        label="Privacy level", choices=PlayerPreferences.PrivacyLevel.choices, widget=forms.RadioSelect
    )
    wants_boards = forms.BooleanField(label="Show me on the public boards", required=False)
    date_of_birth = forms.DateField(
        label="Date of birth",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
        help_text="Nobody sees it. It turns on the safe settings for the young. Once saved, the staff alone can change it.",
    )

    @property
    def levels(self) -> list[tuple[Any, str]]:
        """Each choice of the level with the sentence that explains it."""
        return list(zip(self["privacy_level"], [text for _, _, text in LEVELS], strict=True))
