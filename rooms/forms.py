from django import forms

from learning.models import Topic
from learning.queries.statements import topics_with_counts
from npcs.choices import Difficulty
from npcs.models import Npc, NpcCategory
from padawanforge.kit.markdown import clean_text
from rooms.models import Room, RoomSettings


class LobbyForm(forms.Form):
    """The filters of the lobby; what is not understood is left out."""

    search = forms.CharField(required=False, max_length=100)
    category = forms.CharField(required=False, max_length=50)
    difficulty = forms.ChoiceField(required=False, choices=[("", "Any level"), *Difficulty.choices])
    tag = forms.SlugField(required=False, max_length=40)

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class RoomForm(forms.ModelForm):
    tags = forms.CharField(
        required=False,
        max_length=200,
        help_text="Words by which people find the room, separated by commas; at most eight.",
    )
    allow_anonymous = forms.BooleanField(required=False, initial=True, label="Guests may enter")
    members_start_sessions = forms.BooleanField(
        required=False, initial=True, label="Every member may start a quiz"
    )
    welcome_message = forms.CharField(required=False, max_length=1000, widget=forms.Textarea({"rows": 2}))
    room_rules = forms.CharField(
        required=False, max_length=2000, label="Rules", widget=forms.Textarea({"rows": 3})
    )
    characters = forms.ModelMultipleChoiceField(
        Npc.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Room
        fields = ("name", "description", "room_type", "category", "difficulty", "max_players")
        widgets = {"description": forms.Textarea({"rows": 3})}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["characters"].queryset = Npc.objects.active().order_by("name")
        shelves = NpcCategory.objects.filter(is_active=True).order_by("sort_order", "display_name")
        self.fields["category"].queryset = shelves

    def clean_name(self) -> str:
        """Invisible characters are no name."""
        name = clean_text(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("Give the room a name that people can read.", code="required")
        return name

    def clean_tags(self) -> list[str]:
        return [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]

    def room_fields(self) -> dict:
        """The columns of the room, as `open_room` takes them."""
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "tags")}

    def settings_fields(self) -> dict:
        names = {field.name for field in RoomSettings._meta.fields}
        return {name: value for name, value in self.cleaned_data.items() if name in names}


class SessionForm(forms.Form):
    """The choices for a quiz; how many statements there are is checked by the action."""

    topic = forms.ModelChoiceField(Topic.objects.none(), empty_label=None)
    difficulty = forms.ChoiceField(required=False, choices=[("", "All levels"), *Difficulty.choices])
    rounds = forms.IntegerField(min_value=1, max_value=20, initial=10, label="Statements")
    seconds = forms.IntegerField(min_value=10, max_value=60, initial=20, label="Seconds for each")
    host = forms.ModelChoiceField(
        Npc.objects.none(), required=False, empty_label="The first character of the room"
    )

    def __init__(self, *args: object, room: Room, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = topics_with_counts()
        self.fields["topic"].label_from_instance = lambda topic: f"{topic.name} ({topic.playable} statements)"
        here = Npc.objects.active().filter(room_places__room=room, room_places__is_active=True)
        self.fields["host"].queryset = here.order_by("name")
        # What the characters of the room know about is the likeliest choice.
        known = topics_with_counts().filter(statements__npc__room_places__room=room).first()
        self.fields["topic"].initial = known and known.pk


class AnswerForm(forms.Form):
    """One tap: true or false, and for which round."""

    verdict = forms.TypedChoiceField(
        choices=[("true", "True"), ("false", "False")], coerce=lambda value: value == "true"
    )
    round = forms.IntegerField(min_value=1)
