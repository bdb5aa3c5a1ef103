from django import forms

from players.models import Guardianship
from players.queries.consents import Consent

TYPED_WORD = "delete"


class ConsentsForm(forms.Form):
    """A switch for each question, with the newest answer set."""

    def __init__(self, *args: object, consents: list[Consent], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they come
        for consent in consents:
            self.fields[consent.text.kind] = forms.BooleanField(
                label=consent.text.title, required=False, initial=consent.is_given
            )


class GuardianForm(forms.ModelForm):
    class Meta:
        model = Guardianship
        fields = ("guardian_email",)
        labels = {"guardian_email": "E-mail address of a parent or guardian"}
        widgets = {"guardian_email": forms.EmailInput(attrs={"autocomplete": "off"})}


class DeletionForm(forms.Form):
    word = forms.CharField(
        label=f"Type the word {TYPED_WORD}",
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_word(self) -> str:
        if self.cleaned_data["word"].strip().casefold() != TYPED_WORD:
            raise forms.ValidationError(f"Type {TYPED_WORD} to go on, or leave this page to keep everything.")
        return TYPED_WORD


class GuardianAnswerForm(ConsentsForm):
    agrees = forms.BooleanField(
        label="I am a parent or guardian of this player, and I agree.",
        error_messages={"required": "Tick this to agree. To say no, close this page."},
    )
    field_order = ["agrees"]
