from django import forms

from players.rules.scopes import EXPIRY_DAYS, MAX_NAME_LENGTH, SCOPES


class TokenForm(forms.Form):
    name = forms.CharField(
        max_length=MAX_NAME_LENGTH,
        help_text="Something by which you know it again, such as the program's name.",
        error_messages={"required": "Give the token a name, such as the program's."},
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=SCOPES.items(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing that the program may do."},
    )
    days = forms.TypedChoiceField(
        label="How long it works",
        coerce=int,
        choices=[(days, f"{days} days") for days in EXPIRY_DAYS],
        initial=90,
        widget=forms.RadioSelect,
    )
