from django import forms

from players.rules.streaks import LONGEST_PAUSE


class PauseForm(forms.Form):
    days = forms.IntegerField(
        label="Days",
        min_value=1,
        max_value=LONGEST_PAUSE,
        initial=7,
        help_text=f"1 to {LONGEST_PAUSE}, from tomorrow on. Today still counts.",
    )
