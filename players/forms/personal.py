from typing import Any

from django import forms

from players.choices import EducationLevel
from players.forms.fields import LineField, PlainTextField, SegmentForm, TagsField
from players.models import PlayerPersonalInfo
from players.rules.personal import CONTACT_PARTS, MAX_NOTES_LENGTH, MAX_PART_LENGTH, TIME_FACTORS


class PersonalInfoForm(SegmentForm):
    """The private segment; contact and needs are kept as JSON and have fields of their own here."""

    homes = {"emergency_contact": "contact_phone", "accessibility_needs": "time_factor"}

    full_name = LineField(
        max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    date_of_birth = forms.DateField(
        label="Date of birth",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
        help_text="Only your age can be shown to others. Once saved, the staff alone can change it.",
    )
    location = LineField(label="Where I live", max_length=200, required=False)
    occupation = LineField(label="What I do", max_length=200, required=False)
    education_level = forms.ChoiceField(
        label="Education", required=False, choices=[("", "Not said"), *EducationLevel.choices]
    )
    interests = TagsField(
        required=False, max_length=600, help_text="Separate them by commas: comets, Roman law, haiku."
    )
    contact_name = LineField(label="Name", max_length=MAX_PART_LENGTH, required=False)
    contact_relation = LineField(
        label="What they are to me",
        max_length=MAX_PART_LENGTH,
        required=False,
        help_text="Mother, partner ...",
    )
    contact_phone = LineField(
        label="Phone",
        max_length=MAX_PART_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel"}),
    )
    time_factor = forms.TypedChoiceField(
        label="Time for an answer",
        required=False,
        coerce=float,
        empty_value=1.0,
        choices=[(f"{factor:g}", label) for factor, label in TIME_FACTORS.items()],
    )
    screen_reader = forms.BooleanField(label="I use a screen reader", required=False)
    notes = PlainTextField(
        label="What else helps me",
        required=False,
        max_length=MAX_NOTES_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    class Meta:
        model = PlayerPersonalInfo
        fields = ("full_name", "date_of_birth", "location", "occupation", "education_level", "interests")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contact, needs = self.instance.emergency_contact, self.instance.accessibility_needs
        self.initial |= {f"contact_{part}": contact.get(part, "") for part in CONTACT_PARTS}
        self.initial |= {
            "time_factor": f"{needs.get('time_factor', 1.0):g}",
            "screen_reader": needs.get("screen_reader", False),
            "notes": needs.get("notes", ""),
        }
        # A disabled field keeps its value whatever is sent; the action holds to it as well.
        self.fields["date_of_birth"].disabled = self.instance.date_of_birth is not None

    def clean(self) -> dict:
        given = self.cleaned_data
        contact = {part: given.get(f"contact_{part}", "") for part in CONTACT_PARTS}
        self.instance.emergency_contact = contact if any(contact.values()) else {}
        needs = {
            "time_factor": given.get("time_factor", 1.0),
            "screen_reader": given.get("screen_reader", False),
            "notes": given.get("notes", ""),
        }
        is_usual = needs == {"time_factor": 1.0, "screen_reader": False, "notes": ""}
        self.instance.accessibility_needs = {} if is_usual else needs
        return given
