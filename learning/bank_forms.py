"""Forms of those who author statements, and of those who report them."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils import timezone

from learning.formats.kinds import FORMATS, WRITABLE
from learning.models import Lifecycle, ReviewReason, Statement, StatementReport, Topic
from learning.queries.bank import Chosen
from npcs.choices import Difficulty
from npcs.models import Npc

VERBS = (("approve", "Approve"), ("reject", "Reject"), ("retire", "Retire"), ("submit", "Submit"))
CHOICES = ("q", "topic", "lifecycle", "difficulty", "source", "pool")
MAX_CHOSEN = 200
ANY = ("", "Any")


class BankForm(forms.Form):
    """The filters of the bank; anything unknown is treated as not chosen."""

    q = forms.CharField(label="Search", required=False, max_length=200)
    topic = forms.SlugField(required=False)
    lifecycle = forms.ChoiceField(label="State", required=False, choices=[ANY, *Lifecycle.choices])
    difficulty = forms.ChoiceField(required=False, choices=[ANY, *Difficulty.choices])
    source = forms.ChoiceField(label="Origin", required=False, choices=[ANY, *Statement.Source.choices])
    pool = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def chosen(self) -> Chosen:
        self.is_valid()
        return Chosen(**{name: str(self.cleaned_data.get(name) or "") for name in CHOICES})


class DecisionForm(forms.Form):
    """What is decided about one or many statements."""

    statements = forms.ModelMultipleChoiceField(Statement.objects.all(), to_field_name="uuid")
    verb = forms.ChoiceField(choices=VERBS)
    reason = forms.ChoiceField(required=False, choices=[("", "No reason"), *ReviewReason.choices])
    note = forms.CharField(required=False, max_length=300)

    def clean_statements(self) -> Any:
        chosen = self.cleaned_data["statements"]
        if len(self.data.getlist("statements")) > MAX_CHOSEN:  # type: ignore[union-attr]
            raise forms.ValidationError(f"At most {MAX_CHOSEN} statements at once.")
        return chosen


class StatementForm(forms.ModelForm):
    class Meta:
        model = Statement
        fields = (
            "text", "answer", "topic", "subtopic", "difficulty", "explanation", "source_reference",
            "source_span", "fact_key", "lang",
        )  # fmt: skip
        widgets = {
            "text": forms.Textarea({"rows": 2}),
            "explanation": forms.Textarea({"rows": 3}),
            "source_span": forms.Textarea({"rows": 2}),
            "answer": forms.RadioSelect(choices=[(True, "True"), (False, "False")]),
        }
        help_texts = {
            "text": "One sentence that is true or false without any other.",
            "explanation": "Shown after the answer: why it is so.",
            "source_reference": "Book and page, or an address.",
            "fact_key": "The same word for the true and the false sentence about one fact.",
        }

    field_order = ("text", "answer", "explanation", "topic", "subtopic", "difficulty")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = Topic.objects.order_by("name")  # type: ignore[attr-defined]
        # A box that is not ticked would mean "false"; here nobody can forget to say it.
        self.fields["answer"] = forms.TypedChoiceField(
            label="It is",
            choices=[("true", "True"), ("false", "False")],
            coerce=lambda word: word == "true",
            widget=forms.RadioSelect,
            initial=None if self.instance.pk is None else str(self.instance.answer).lower(),
        )
        if self.instance.pk:
            self.initial["answer"] = str(self.instance.answer).lower()
        self.order_fields(self.field_order)


class ReportForm(forms.ModelForm):
    class Meta:
        model = StatementReport
        fields = ("reason", "note")
        widgets = {"note": forms.Textarea({"rows": 3}), "reason": forms.RadioSelect}
        labels = {"reason": "What is wrong with it?", "note": "More about it"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = StatementReport.Reason.choices  # type: ignore[attr-defined]


class RatingForm(forms.Form):
    stars = forms.TypedChoiceField(
        required=False, choices=[(n, str(n)) for n in range(1, 6)], coerce=int, empty_value=None
    )
    felt = forms.ChoiceField(
        required=False, choices=[("", ""), ("easy", "Easy"), ("fair", "Just right"), ("hard", "Hard")]
    )


class ImportForm(forms.Form):
    file = forms.FileField(label="A file with statements", error_messages={"required": "Choose a file."})
    file_format = forms.ChoiceField(
        label="Format",
        required=False,
        choices=[("", "Recognise it"), *((one.name, one.label) for one in FORMATS.values())],
    )
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label="As the file says",
        help_text="For rows that name none.",
    )
    difficulty = forms.ChoiceField(choices=Difficulty.choices, help_text="For rows that name none.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = Topic.objects.order_by("name")  # type: ignore[attr-defined]


class ExportForm(BankForm):
    topic = forms.ModelChoiceField(
        Topic.objects.none(), to_field_name="slug", required=False, empty_label="All topics"
    )
    file_format = forms.ChoiceField(
        label="Format", choices=[(one.name, f"{one.label} ({one.keeps})") for one in WRITABLE.values()]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = Topic.objects.order_by("name")  # type: ignore[attr-defined]

    def chosen(self) -> Chosen:
        self.is_valid()
        topic = self.cleaned_data.get("topic")
        values = self.cleaned_data | {"topic": topic.slug if topic else ""}
        return Chosen(**{name: str(values.get(name) or "") for name in CHOICES})


class PoolDateForm(forms.Form):
    day = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def until(self) -> datetime | None:
        """The end of that day where the author is."""
        day = self.cleaned_data["day"]
        return timezone.make_aware(datetime.combine(day, time.max)) if day else None


class GenerationForm(forms.Form):
    npc = forms.ModelChoiceField(
        Npc.objects.none(), label="Character", to_field_name="slug", empty_label="Choose whose notes to read"
    )
    topic = forms.ModelChoiceField(
        Topic.objects.none(), to_field_name="slug", required=False, empty_label="Choose a topic"
    )
    new_topic = forms.CharField(
        label="Or a new topic", required=False, validators=[MaxLengthValidator(100)], max_length=100
    )
    difficulty = forms.ChoiceField(choices=Difficulty.choices)
    wanted = forms.IntegerField(label="How many", min_value=2, max_value=200, initial=20)
    with_model = forms.BooleanField(
        label="Ask the language model",
        required=False,
        help_text="Where none is set up or none answers, the built-in generator does it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        npcs = Npc.objects.filter(knowledge_files__state="done").distinct().order_by("name")
        self.fields["npc"].queryset = npcs  # type: ignore[attr-defined]
        self.fields["topic"].queryset = Topic.objects.order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("topic") and not values.get("new_topic", "").strip():
            self.add_error("topic", "Choose a topic, or name a new one.")
        return values
