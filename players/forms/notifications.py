from typing import Any

from django import forms
from django.forms import BoundField

from players.choices import NotificationKind
from players.forms.fields import SegmentForm
from players.models import PlayerPreferences
from players.rules.preferences import WAYS

PAGES = "pages"
COLUMNS = {PAGES: "Here", **WAYS}


def name_of(kind: str, way: str) -> str:
    return f"{kind}_{way}"


class NotificationsForm(SegmentForm):
    """A box for each kind of news and each way; pages are the switch, the other ways come on top."""

    class Meta:
        model = PlayerPreferences
        fields = ("notifications", "digest", "quiet_from", "quiet_until")
        labels = {"digest": "A digest by e-mail", "quiet_from": "Quiet from", "quiet_until": "Until"}
        help_texts = {
            "notifications": "The main switch: without it nothing is told, whatever is chosen below.",
            "digest": "What waits unread, in one letter at eight in the morning.",
        }
        widgets = {
            "digest": forms.RadioSelect,
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        switches, ways = self.instance.notification_switches, self.instance.notification_ways
        for kind, label in NotificationKind.choices:
            for way, column in COLUMNS.items():
                is_on = switches.get(kind, True) if way == PAGES else way in ways.get(kind, ())
                self.fields[name_of(kind, way)] = forms.BooleanField(
                    label=f"{label}: {column}", required=False, initial=is_on
                )

    @property
    def rows(self) -> list[tuple[str, list[BoundField]]]:
        """What the table shows: a kind with its boxes."""
        return [
            (label, [self[name_of(kind, way)] for way in COLUMNS]) for kind, label in NotificationKind.choices
        ]

    def clean(self) -> dict:
        given = self.cleaned_data
        ends = {name: given[name] for name in ("quiet_from", "quiet_until") if name in given}
        for name, moment in ends.items():
            if moment is None and any(ends.values()):
                self.add_error(name, "Give both ends of the quiet hours, or none.")
        kinds = NotificationKind.values
        self.instance.notification_switches = {kind: given[name_of(kind, PAGES)] for kind in kinds}
        self.instance.notification_ways = {
            kind: chosen for kind in kinds if (chosen := [way for way in WAYS if given[name_of(kind, way)]])
        }
        return given
