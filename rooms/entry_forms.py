from django import forms

from messaging.models.moderation import Category
from messaging.rules import sanctions


class LinkForm(forms.Form):
    """How often and how long a link lets people in."""

    days = forms.ChoiceField(
        label="Good for",
        required=False,
        initial="7",
        choices=[("1", "1 day"), ("7", "7 days"), ("30", "30 days"), ("", "No end")],
    )
    max_uses = forms.IntegerField(
        label="How many people",
        required=False,
        min_value=1,
        max_value=10_000,
        help_text="Empty: as many as fit.",
    )
    note = forms.CharField(
        label="Note", required=False, max_length=200, help_text="For you, to tell the links apart."
    )


class InviteForm(forms.Form):
    username = forms.CharField(
        label="Username", max_length=150, help_text="A friend, or somebody with whom you share a room."
    )
    note = forms.CharField(label="A word to them", required=False, max_length=200)

    def clean_username(self) -> str:
        return self.cleaned_data["username"].strip().removeprefix("@").lower()


class MeasureForm(forms.Form):
    """What is done against somebody in one room, for how long, and what he reads of it."""

    kind = forms.ChoiceField(
        label="What",
        initial=sanctions.MUTE,
        choices=[
            (sanctions.WARNING, "Warning"),
            (sanctions.MUTE, "Mute: may read, not write"),
            (sanctions.TIMEOUT, "Timeout: may read, not write or take part"),
            (sanctions.KICK, "Take out of the room; may return"),
            (sanctions.BAN, "Ban: out of the room, and not back before its end"),
        ],
    )
    term = forms.ChoiceField(
        label="How long",
        initial="30m",
        choices=[
            ("now", "At once: a warning, or taking out"),
            *((c, name) for c, name, _ in sanctions.PRESETS),
        ],
    )
    reason = forms.ChoiceField(label="Why", choices=Category.choices, initial=Category.OTHER)
    text = forms.CharField(
        label="What the player reads", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_term(self) -> str:
        return self.cleaned_data["term"].removeprefix("now")

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if cleaned.get("kind") not in {None, *sanctions.INSTANT} and cleaned.get("term") == "":
            self.add_error("term", "Choose how long.")
        return cleaned
