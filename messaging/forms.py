from collections.abc import Sequence
from typing import Any

from django import forms

from messaging.models import Category, Message
from messaging.models.moderation import REPORT_MAX_LENGTH
from messaging.rules import polls
from messaging.rules.direct import LIVES, SUBJECT_MAX_LENGTH, TITLE_MAX_LENGTH


class MessageForm(forms.Form):
    """A message by form or HTTP; what it may say is the action's business."""

    text = forms.CharField(max_length=100_000, strip=False, required=False)
    cid = forms.UUIDField(required=False)


def _minutes(text: str) -> int | None:
    return int(text) if text else None


class PollForm(forms.Form):
    """A question with answers to choose from, or a statement that is true or false."""

    CHOICE, STATEMENT = "choice", "statement"

    kind = forms.ChoiceField(
        label="What kind?",
        choices=((CHOICE, "Answers to choose from"), (STATEMENT, "A statement: true or false?")),
        initial=CHOICE,
        widget=forms.RadioSelect,
    )
    question = forms.CharField(label="Question or statement", max_length=polls.QUESTION_LENGTH)
    options = forms.CharField(
        label="Answers",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=f"One a line, {polls.MIN_OPTIONS} to {polls.MAX_OPTIONS}.",
    )
    multiple = forms.BooleanField(label="Several answers can be chosen", required=False)
    anonymous = forms.BooleanField(label="Nobody sees who chose what", required=False, initial=True)
    answer = forms.ChoiceField(
        label="The statement is",
        choices=(("true", "True"), ("false", "False")),
        required=False,
        initial="true",
        help_text="Told when the poll ends, not before.",
    )
    explanation = forms.CharField(
        label="Why",
        required=False,
        max_length=polls.EXPLANATION_LENGTH,
        widget=forms.Textarea({"rows": 3}),
        help_text="Told together with the answer.",
    )
    minutes = forms.TypedChoiceField(
        label="Ends",
        choices=(
            ("", "When I end it"),
            ("10", "After 10 minutes"),
            ("60", "After an hour"),
            ("1440", "After a day"),
            ("10080", "After a week"),
        ),
        coerce=_minutes,
        empty_value=None,
        required=False,
    )
    cid = forms.UUIDField(required=False, widget=forms.HiddenInput)


class ReportForm(forms.Form):
    """Two clicks: what is wrong, and send."""

    category = forms.ChoiceField(label="What is wrong?", choices=Category.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label="Anything to add?",
        required=False,
        max_length=REPORT_MAX_LENGTH,
        widget=forms.Textarea({"rows": 3}),
        help_text="Only those who review reports read this.",
    )


class AppealForm(forms.Form):
    text = forms.CharField(
        label="Why should it be lifted?",
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text="Somebody else than the one who decided reads this. You can appeal once.",
    )


class LetterForm(forms.Form):
    """What a direct message carries besides its words."""

    subject = forms.CharField(
        label="Subject",
        required=False,
        max_length=SUBJECT_MAX_LENGTH,
        widget=forms.TextInput({"data-extra": "", "autocomplete": "off"}),
    )
    priority = forms.ChoiceField(
        label="Priority",
        required=False,
        choices=Message.Priority.choices,
        initial=Message.Priority.NORMAL,
        widget=forms.Select({"data-extra": ""}),
    )
    lasts = forms.TypedChoiceField(
        label="Disappears",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "never"), *LIVES.items()],
        widget=forms.Select({"data-extra": ""}),
    )


class GroupForm(forms.Form):
    """To whom a new message goes, and what several are called."""

    title = forms.CharField(
        label="Name of the group",
        required=False,
        max_length=TITLE_MAX_LENGTH,
        help_text="For three and more. Without one it is called after its people.",
    )
    friends = forms.MultipleChoiceField(
        label="Friends", required=False, widget=forms.CheckboxSelectMultiple({"class": "checks"})
    )
    others = forms.CharField(
        label="Others, by username",
        required=False,
        max_length=1000,
        help_text="Separate several by spaces or commas. Who is not your friend is asked first.",
        widget=forms.TextInput({"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, friends: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["friends"].choices = friends  # type: ignore[attr-defined]

    def usernames(self) -> list[str]:
        typed = self.cleaned_data["others"].replace(",", " ").replace("@", " ").split()
        return list(dict.fromkeys([*self.cleaned_data["friends"], *(name.lower() for name in typed)]))


def _moment_field(**more: Any) -> forms.DateTimeField:
    """A moment in the player's own time zone, as the browser's picker writes it."""
    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **more)


class SaveForm(forms.Form):
    note = forms.CharField(label="Note for you", max_length=200, required=False)
    remind_at = _moment_field(label="Remind me", required=False)


class ScheduleForm(forms.Form):
    text = forms.CharField(label="Message", max_length=100_000, widget=forms.Textarea({"rows": 5}))
    due_at = _moment_field(label="When", help_text="In your time zone, within a year.")
