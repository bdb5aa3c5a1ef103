from functools import cache
from zoneinfo import available_timezones

from django import forms

from padawanforge.kit.markdown import clean_text
from players.choices import LANGUAGES
from players.models import PlayerPreferences, PlayerProfile
from players.rules import is_reserved

BIO_MAX_LENGTH = 1000
# Until players can be friends, "Friends" would promise what nobody sees.
VISIBILITIES = (
    (PlayerProfile.Visibility.PUBLIC, "Everybody sees my level, totals and bio"),
    (PlayerProfile.Visibility.PRIVATE, "Others see only my name"),
)


@cache
def time_zones() -> list[tuple[str, str]]:
    """Places by name; none means the clock of the device. Found out once: it opens hundreds of files."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [("", "As the device"), ("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


class PlainTextField(forms.CharField):
    """Cleaned before it is measured: browsers send two characters for a line break."""

    def to_python(self, value: object) -> str:
        return clean_text(str(super().to_python(value)))


class ProfileForm(forms.ModelForm):
    display_name = PlainTextField(
        max_length=50, required=False, help_text="What others read; without it, your username."
    )
    bio = PlainTextField(
        max_length=BIO_MAX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="A few words about you and what you like to learn.",
    )
    profile_visibility = forms.ChoiceField(
        label="Who sees my profile", choices=VISIBILITIES, widget=forms.RadioSelect
    )

    class Meta:
        model = PlayerProfile
        fields = ("display_name", "bio", "profile_visibility")

    def clean_display_name(self) -> str:
        name = " ".join(self.cleaned_data["display_name"].split())
        if is_reserved(name):
            raise forms.ValidationError("This name is reserved. Please choose another.")
        return name


class PreferencesForm(forms.ModelForm):
    language = forms.ChoiceField(choices=LANGUAGES, help_text="The language of the pages.")
    timezone = forms.ChoiceField(
        label="Time zone", choices=time_zones, required=False, help_text="For the times on the pages."
    )
    notifications = forms.BooleanField(label="Notifications", required=False)

    class Meta:
        model = PlayerPreferences
        fields = ("theme", "language", "timezone", "notifications")
        widgets = {"theme": forms.RadioSelect(attrs={"data-theme-choice": True})}


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=PlayerPreferences.Theme)
