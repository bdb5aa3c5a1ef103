from typing import Any

from django import forms

from learning.models import AnswerEvent, Topic
from learning.queries.statements import topics_with_counts
from learning.rules.choosing import LENGTHS

VERDICTS = {"true": True, "false": False, "skip": None}


class PracticeForm(forms.Form):
    """What to practise; no topic means what is due, of all of them."""

    topic = forms.ModelChoiceField(
        Topic.objects.none(), to_field_name="slug", required=False, empty_label="All topics"
    )
    planned = forms.TypedChoiceField(
        label="How many", choices=[(n, f"{n} statements") for n in LENGTHS], coerce=int, initial=10
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = topics_with_counts()  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    number = forms.IntegerField(min_value=1, max_value=1000)
    verdict = forms.ChoiceField(choices=[(word, word) for word in VERDICTS])
    confidence = forms.TypedChoiceField(
        choices=AnswerEvent.Confidence.choices, coerce=int, empty_value=None, required=False
    )
    client_ms = forms.IntegerField(min_value=0, max_value=86_400_000, required=False)

    def clean_verdict(self) -> bool | None:
        return VERDICTS[self.cleaned_data["verdict"]]


class HintForm(forms.Form):
    """`seen`: how many hints stood on the page."""

    number = forms.IntegerField(min_value=1, max_value=1000)
    seen = forms.IntegerField(min_value=0, max_value=3)
