from typing import Any

from django import forms

from players.choices import LANGUAGES
from players.forms.fields import SegmentForm
from players.models import PlayerPreferences
from players.rules.preferences import GAME, INTERFACE, Choices, chosen
from players.rules.zones import time_zones


def zone_choices() -> list[tuple[str, str]]:
    """None means the clock of the device."""
    return [("", "As the device"), *((name, name.replace("_", " ")) for name in time_zones())]


class PreferencesForm(SegmentForm):
    """One field for each preference, also for those that are kept together as JSON."""

    homes = {
        "ui_preferences": "text_size",
        "game_preferences": "daily_goal",
    }

    language = forms.ChoiceField(choices=LANGUAGES, help_text="The language of the pages.")
    timezone = forms.ChoiceField(
        label="Time zone",
        choices=zone_choices,
        required=False,
        help_text="For the times on the pages, and for when your day begins.",
    )
    text_size = forms.ChoiceField(choices=[*INTERFACE["text_size"].items()], widget=forms.RadioSelect)
    density = forms.ChoiceField(
        label="Room between things", choices=[*INTERFACE["density"].items()], widget=forms.RadioSelect
    )
    motion = forms.ChoiceField(
        label="Movement", choices=[*INTERFACE["motion"].items()], widget=forms.RadioSelect
    )
    sounds = forms.ChoiceField(
        choices=[*INTERFACE["sounds"].items()],
        widget=forms.RadioSelect,
        help_text="A short tone at the reveal of a statement.",
    )
    presence = forms.ChoiceField(
        label="In rooms",
        choices=[*INTERFACE["presence"].items()],
        widget=forms.RadioSelect,
        help_text="Whoever isn't shown doesn't see either who else is there or writing.",
    )
    daily_goal = forms.TypedChoiceField(
        choices=[*GAME["daily_goal"].items()], coerce=int, help_text="How much you want to learn each day."
    )
    difficulty = forms.ChoiceField(
        label="Difficulty I like",
        choices=[*GAME["difficulty"].items()],
        required=False,
        help_text="Chosen beforehand when you open a quiz.",
    )
    wants_boards = forms.BooleanField(
        label="Show me on the public boards",
        required=False,
        help_text="Friends compare with you anyway. Boards leave out minors and the maximum privacy level.",
    )
    shows_read_receipts = forms.BooleanField(
        label="Let others see when I have read their direct messages",
        required=False,
        help_text="You see it of others only when you both let it be seen. That a message has arrived is always shown.",
    )

    class Meta:
        model = PlayerPreferences
        fields = ("theme", "language", "timezone", "wants_boards", "shows_read_receipts")
        widgets = {"theme": forms.RadioSelect(attrs={"data-theme-choice": True})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for choices, stored in (
            (INTERFACE, self.instance.ui_preferences),
            (GAME, self.instance.game_preferences),
        ):
            self.initial |= {name: chosen(stored, choices, name) for name in choices}

    def clean(self) -> dict:
        given = self.cleaned_data
        self.instance.ui_preferences = _read(given, INTERFACE, self.instance.ui_preferences)
        self.instance.game_preferences = _read(given, GAME, self.instance.game_preferences)
        return given


def _read(given: dict, choices: Choices, stored: dict) -> dict:
    """What was chosen, beside what other pages keep there."""
    return {**stored, **{name: given[name] for name in choices if name in given}}


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=PlayerPreferences.Theme)
