from django import forms

from messaging.models import Category
from messaging.models.moderation import REPORT_MAX_LENGTH


class MessageForm(forms.Form):
    """A message by form or HTTP; what it may say is the action's business."""

    text = forms.CharField(max_length=100_000, strip=False, required=False)
    cid = forms.UUIDField(required=False)


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
