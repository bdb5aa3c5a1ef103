from typing import Any

from django import forms

from players.models import PlayerPersonalInfo, PlayerPreferences, PlayerProfile
from players.rules.privacy import CHOOSABLE, Field

VISIBILITIES = (
    (PlayerProfile.Visibility.PUBLIC, "Everybody who is signed in"),
    (PlayerProfile.Visibility.FRIENDS, "My friends"),
    (PlayerProfile.Visibility.PRIVATE, "Nobody but me; others see my name"),
)
LEVELS = (
    (
        PlayerPreferences.PrivacyLevel.MINIMAL,
        "Minimal",
        "Whoever may see my profile also sees my knowledge by topic, my active days, whether I am here and my friends.",
    ),
    (
        PlayerPreferences.PrivacyLevel.NORMAL,
        "Normal",
        "My knowledge by topic, active days, presence and friends are for friends only. Others see my picture, text, role, level, totals and achievements.",
    ),
    (
        PlayerPreferences.PrivacyLevel.MAXIMUM,
        "Maximum",
        "Strangers see my name and nothing else. I can't be found by search and stand on no board.",
    ),
)
LABELS = {
    Field.REAL_NAME: "Real name",
    Field.FULL_NAME: "Full name",
    Field.AGE: "Age in years",
    Field.LOCATION: "Where I live",
    Field.OCCUPATION: "What I do",
    Field.EDUCATION: "Education",
    Field.INTERESTS: "Interests",
}
AUDIENCES = (("private", "Only me"), ("friends", "Friends"), ("public", "Who sees my profile"))
PREVIEWS = (("stranger", "Another player"), ("friend", "A friend"), ("guest", "A guest"))


class PrivacyForm(forms.Form):
    """Spans three segments: who sees the profile, how much of it, and the private fields one by one."""

    profile_visibility = forms.ChoiceField(
        label="Who sees my profile", choices=VISIBILITIES, widget=forms.RadioSelect
    )
    privacy_level = forms.ChoiceField(
        label="Privacy level",
        choices=[(value, title) for value, title, _ in LEVELS],
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        profile: PlayerProfile,
        preferences: PlayerPreferences,
        info: PlayerPersonalInfo,
    ) -> None:
        self.profile, self.preferences, self.info = profile, preferences, info
        initial = {
            "profile_visibility": profile.profile_visibility,
            "privacy_level": preferences.privacy_level,
            **{f"see_{field}": info.visibility_settings.get(field, "private") for field in LABELS},
        }
        super().__init__(data, initial=initial)
        for field, label in LABELS.items():
            self.fields[f"see_{field}"] = forms.ChoiceField(label=label, choices=AUDIENCES)

    @property
    def levels(self) -> list[tuple[Any, str]]:
        """Each choice of the level with the sentence that explains it."""
        return list(zip(self["privacy_level"], [text for _, _, text in LEVELS], strict=True))

    @property
    def field_choices(self) -> list[forms.BoundField]:
        return [self[f"see_{field}"] for field in LABELS]

    def clean(self) -> dict:
        given = self.cleaned_data
        self.profile.profile_visibility = given.get("profile_visibility", self.profile.profile_visibility)
        self.preferences.privacy_level = given.get("privacy_level", self.preferences.privacy_level)
        self.info.visibility_settings = {
            str(field): given[f"see_{field}"] for field in sorted(CHOOSABLE) if f"see_{field}" in given
        }
        return given
