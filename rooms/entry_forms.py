from django import forms


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
